"""One store of names: what they are bound to, and those who follow its changes.

Bindings live in the database; only followers are kept here. A change is announced
once it is on the disk.
"""

import weakref
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from engo.captp import Far, JSError, Promise, Resolver, Turns, Undefined, make_promise
from engo.captp.jstext import quote
from engo.formula.ids import FormulaId, FormulaNumber, split_id
from engo.formula.names import check_pet_name

if TYPE_CHECKING:
    from engo.daemon.node import Daemon

MAX_EVENTS = 10_000
"""Changes that wait for a follower; one that falls further behind is cut off."""

Event = dict[str, object]


Listener = Callable[[str, FormulaId | None, FormulaId | None], list[Event]]
"""The events of a change: the name, what it was bound to, what it is bound to now."""


def follower(
    turns: Turns, first: Iterable[Event], listener: Listener
) -> tuple[Far, "Follower"]:
    """An iterator for a peer, and the end that feeds it."""
    feed = Follower(turns, first, listener)
    iterator = Far(
        "AsyncIterator", {"next": feed.next, "return": feed.end, "throw": feed.end}
    )
    return iterator, feed


class Follower:
    """Changes on their way to one peer, which pulls them one by one.

    Only its iterator holds it, so that it goes when the peer has let go.
    """

    def __init__(
        self, turns: Turns, first: Iterable[Event], listener: Listener
    ) -> None:
        self._turns = turns
        self._events: deque[Event] = deque(first)
        self._listener = listener
        self._waiting: deque[Resolver] = deque()
        self._over: BaseException | bool = False  # True: ended, else cut off

    def changed(
        self, name: str, before: FormulaId | None, after: FormulaId | None
    ) -> None:
        if not self._over:
            for event in self._listener(name, before, after):
                self.push(event)

    def push(self, event: Event) -> None:
        if self._over:
            return
        if self._waiting:
            self._waiting.popleft().resolve({"done": False, "value": event})
        elif len(self._events) < MAX_EVENTS:
            self._events.append(event)
        else:
            self._events.clear()
            self._over = JSError(f"more than {MAX_EVENTS} changes were not fetched")

    def next(self, *_: object) -> Promise:
        promise, resolver = make_promise(self._turns)
        if self._events:
            resolver.resolve({"done": False, "value": self._events.popleft()})
        elif isinstance(self._over, BaseException):
            resolver.reject(self._over)
        elif self._over:
            resolver.resolve({"done": True, "value": Undefined})
        elif len(self._waiting) < MAX_EVENTS:
            self._waiting.append(resolver)
        else:
            resolver.reject(JSError(f"more than {MAX_EVENTS} calls of next wait"))
        return promise

    def end(self, *_: object) -> Event:
        self._over = True
        self._events.clear()
        while self._waiting:
            self._waiting.popleft().resolve({"done": True, "value": Undefined})
        return {"done": True, "value": Undefined}


def name_added(name: str, bound: FormulaId) -> Event:
    """The event of followNameChanges for a name that is bound."""
    number, node = split_id(bound)
    return {"add": name, "value": {"id": bound, "node": node, "number": number}}


class NameStore:
    """The names of one pet store; all that changes it passes here."""

    def __init__(self, daemon: "Daemon", number: FormulaNumber) -> None:
        self.number = number
        self._daemon = daemon
        self._followers: weakref.WeakSet[Follower] = weakref.WeakSet()

    # ---- reading

    def identify(self, name: str) -> FormulaId | None:
        return self._daemon.database.id_of(self.number, name)

    def names(self) -> list[str]:
        return [name for name, _ in self.entries()]

    def entries(self) -> list[tuple[str, FormulaId]]:
        return self._daemon.database.entries(self.number)

    def names_of(self, bound: FormulaId) -> list[str]:
        return self._daemon.database.names_of(self.number, bound)

    # ---- changing: promises that are fulfilled once it is on the disk

    async def write(self, name: str, bound: FormulaId) -> None:
        check_pet_name(name)
        await self._daemon.keeping.bind(self, name, bound, {})

    async def remove(self, name: str) -> None:
        """Raises JSError when there is no such name."""
        check_pet_name(name)
        await self._daemon.keeping.unbind(self, name)

    async def rename(self, old: str, new: str) -> None:
        """Raises JSError when there is no such name."""
        check_pet_name(old)
        check_pet_name(new)
        await self._daemon.keeping.rename(self, old, new)

    # ---- following

    def listen(self, feed: Follower) -> None:
        """Tell it of changes, as long as somebody holds it."""
        self._followers.add(feed)

    def changed(
        self, name: str, before: FormulaId | None, after: FormulaId | None
    ) -> None:
        """Tell the followers; called once the change is on the disk."""
        if before != after:
            for feed in list(self._followers):
                feed.changed(name, before, after)


def missing(name: str) -> JSError:
    """The error of removing or moving a name that is not there."""
    return JSError(f"Formula does not exist for pet name {quote(name)}")
