"""Who is connected: what a connection has under way, and where its console is."""

from collections import OrderedDict
from typing import TYPE_CHECKING

from engo.captp import JSError, Promise, Turns
from engo.formula.ids import NUMBER_DIGITS

if TYPE_CHECKING:
    from engo.daemon.evaluations import Evaluation
    from engo.formula.ids import FormulaId

MAX_TAGS = 10_000
"""Evaluations of one connection whose later console lines still find it."""
MAX_UNREAD_LINES = 1 << 15
"""Console lines that a client may leave unanswered: half of what its session bears."""
MAX_UNREAD_BYTES = 8 << 20
"""Their characters: what is written stays far below what closes a connection."""


class Caller:
    """One client's connection, as evaluations see it."""

    def __init__(self, number: int, turns: Turns) -> None:
        self.number = number
        self.connected = True
        self.sink: object = None  # where its console lines go; None: nowhere
        self.evaluations: set[Evaluation] = set()  # not answered yet
        self.workers: list[FormulaId] = []  # made for its programs, without a name
        self.turns = turns
        self._unread_lines = 0
        self._unread_bytes = 0
        self._left_out = 0  # lines, which nobody has been told of yet

    def left(self) -> "list[Evaluation]":
        """It has hung up; what it had under way."""
        self.connected = False
        self.sink = None
        left, self.evaluations = list(self.evaluations), set()
        return left

    def print(self, level: str, text: str) -> None:
        """Send a line to the client, or leave it out when too many are unread."""
        if self.sink is None:
            return
        # Once lines are left out, more are until half has been read: a few long gaps.
        room = 2 if self._left_out else 1
        if (
            self._unread_lines >= MAX_UNREAD_LINES // room
            or self._unread_bytes + len(text) > MAX_UNREAD_BYTES // room
        ):
            self._left_out += 1
            return
        self.tell_left_out()
        size = len(text)
        self._unread_lines += 1
        self._unread_bytes += size

        def read(_: object) -> None:
            self._unread_lines -= 1
            self._unread_bytes -= size

        self._write(level, text).when(read, read)

    def tell_left_out(self) -> None:
        """Say in the place of lines how many there were."""
        if self._left_out:
            text = f"… {self._left_out} lines are left out, they came too fast"
            self._left_out = 0
            self._write("warn", text)

    def _write(self, level: str, text: str) -> Promise:
        return self.turns.send(self.sink, "write", level, text)


class Tags:
    """Which connection caused what a worker prints under a tag, an evaluation's `$id`.

    A worker speaks for its own evaluations only. The number of an id is enough, and
    fits where a long tag is cut.
    """

    def __init__(self) -> None:
        self._callers: OrderedDict[tuple[str, str], Caller] = OrderedDict()

    def add(self, worker: str, tag: str, caller: Caller) -> None:
        self._callers[worker, tag[:NUMBER_DIGITS]] = caller
        if len(self._callers) > MAX_TAGS:
            self._callers.popitem(last=False)

    def find(self, worker: str, tag: str) -> Caller | None:
        key = worker, tag[:NUMBER_DIGITS]
        caller = self._callers.get(key)
        if caller is not None and not caller.connected:
            del self._callers[key]
            return None
        return caller


def hung_up(caller: Caller) -> JSError:
    """Why an evaluation ends when the client that asked for it has gone."""
    return JSError(f"the client of connection {caller.number} has hung up")
