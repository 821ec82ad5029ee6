"""Who is connected: what a connection has under way, and where its console is."""

from collections import OrderedDict
from typing import TYPE_CHECKING

from engo.captp import JSError, Turns
from engo.formula.ids import NUMBER_DIGITS

if TYPE_CHECKING:
    from engo.daemon.evaluations import Evaluation
    from engo.formula.ids import FormulaId

MAX_TAGS = 10_000
"""Evaluations of one connection whose later console lines still find it."""


class Caller:
    """One client's connection, as evaluations see it."""

    def __init__(self, number: int, turns: Turns) -> None:
        self.number = number
        self.connected = True
        self.sink: object = None  # where its console lines go; None: nowhere
        self.evaluations: set[Evaluation] = set()  # not answered yet
        self.workers: list[FormulaId] = []  # made for its programs, without a name
        self.turns = turns

    def left(self) -> "list[Evaluation]":
        """It has hung up; what it had under way."""
        self.connected = False
        self.sink = None
        left, self.evaluations = list(self.evaluations), set()
        return left

    def print(self, level: str, text: str) -> None:
        if self.sink is not None:
            self.turns.send_only(self.sink, "write", level, text)


class Tags:
    """Which connection caused what prints under a tag: the `$id` of an evaluation.

    Its number is enough, and fits where a long tag is cut.
    """

    def __init__(self) -> None:
        self._callers: OrderedDict[str, Caller] = OrderedDict()

    def add(self, tag: str, caller: Caller) -> None:
        self._callers[tag[:NUMBER_DIGITS]] = caller
        if len(self._callers) > MAX_TAGS:
            self._callers.popitem(last=False)

    def find(self, tag: str) -> Caller | None:
        tag = tag[:NUMBER_DIGITS]
        caller = self._callers.get(tag)
        if caller is not None and not caller.connected:
            del self._callers[tag]
            return None
        return caller


def hung_up(caller: Caller) -> JSError:
    """Why an evaluation ends when the client that asked for it has gone."""
    return JSError(f"the client of connection {caller.number} has hung up")
