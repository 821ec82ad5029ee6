"""A session that goes on from the tables of another; the reader of carrying.py.

Whatever the data promises is checked first, so that a session is never half read.
"""

from __future__ import annotations

from . import marshal
from .carrying import NAMED, VERSION
from .errors import Disconnected, LocalProtocolError, RemoteProtocolError, UnknownSlot
from .messages import is_slot
from .promise import Promise, Resolver
from .remotable import Presence
from .values import Thrown, Undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .session import Session

    ValueOf = Callable[[str], object]

_COUNTERS = ("lastObject", "lastPromise", "lastQuestion", "lastError")


class WrongTables(LocalProtocolError):
    """The data is not what `export_tables` gives, or not of such a session."""


class Carried:
    """What a session holds of its peer, to be given to those who use it.

    A session that collects its imports drops what nobody takes from here.
    """

    __slots__ = ("imports", "questions")

    def __init__(self) -> None:
        self.imports: dict[str, Presence | Promise] = {}  # by slot: o-1, p-2
        self.questions: dict[str, Promise] = {}  # answers that are still to come


def import_tables(session: Session, data: Any, value_of: ValueOf) -> Carried:
    """Let a new session go on from exported tables; raises WrongTables.

    `value_of` gives what was named; what it raises comes out, and the session is
    then of no use.
    """
    if session.has_messages or any(session.table_sizes().values()):
        raise WrongTables("expected a session that was not used yet")
    _check(session, data)
    reader = _Reader(session, data, value_of)
    try:
        return reader.read()
    except RemoteProtocolError as error:
        raise WrongTables(f"expected values of the tables' own: {error}") from error


def leave(session: Session) -> None:
    """End a session that another one goes on for: nobody is told, nothing is sent."""
    session._ended = Disconnected("the session goes on elsewhere")
    session._tables.clear()
    session._bootstrap = Undefined
    session._connection.take_outgoing()


class _Reader:
    __slots__ = ("_carried", "_data", "_exports", "_session", "_tables", "_value_of")

    def __init__(self, session: Session, data: Any, value_of: ValueOf) -> None:
        self._session = session
        self._tables = session._tables
        self._data = data
        self._value_of = value_of
        self._carried = Carried()
        self._exports: dict[str, object] = {}

    def read(self) -> Carried:
        data, tables = self._data, self._tables
        for slot, held in data["imports"].items():
            self._import(slot, held)
        for slot, pipelined in data["questions"].items():
            self._question(slot, pipelined)
        # Names and empty promises first, what leads from one to another after that.
        unsettled: list[tuple[Resolver, dict[str, Any]]] = []
        for slot, held in data["exports"].items():
            made = self._made(held, unsettled)
            self._exports[slot] = self._promise(made) if slot[0] == "p" else made
        answers = {
            slot: self._promise(self._made(held, unsettled))
            for slot, held in data["answers"].items()
        }
        for slot, held in data["imports"].items():
            resolver = tables.resolvers.get(slot)
            if held and "iface" not in held and resolver is not None:
                del tables.resolvers[slot]
                unsettled.append((resolver, held))
        for resolver, held in unsettled:
            self._settle(resolver, held)
        self._counters()
        for slot, value in self._exports.items():
            self._export(slot, value, data["exports"][slot])
        for slot, answer in answers.items():
            tables.answers[slot] = answer
            if not data["answers"][slot].get("told", False):
                self._session._send_answer(slot, answer)
        self._session._connection.restore(data["outgoing"])
        return self._carried

    def _counters(self) -> None:
        data, tables = self._data, self._tables
        tables.last_object = data["lastObject"]
        tables.last_promise = data["lastPromise"]
        tables.last_question = data["lastQuestion"]
        self._session._crossing.last_error = data["lastError"]
        tables.references.update(data["references"])
        for slot, references in data["gone"]:
            tables.references.pop(slot, None)
            tables.gone.append((slot, references))

    def _import(self, slot: str, held: dict[str, Any]) -> None:
        value: Presence | Promise
        if "iface" in held:
            value = Presence(self._session, slot, held["iface"])
        else:
            value = Promise(self._session.turns, (self._session, slot))
            self._tables.resolvers[slot] = Resolver(value)
        self._carried.imports[slot] = value
        self._tables.keep_import(slot, value)

    def _question(self, slot: str, pipelined: bool) -> None:
        pipe = (self._session, slot) if pipelined else None
        promise = Promise(self._session.turns, pipe)
        self._tables.questions[slot] = Resolver(promise)
        if self._tables.dropping:
            self._tables.keep_import(slot, promise)
        self._carried.questions[slot] = promise

    def _made(
        self, held: dict[str, Any], unsettled: list[tuple[Resolver, dict[str, Any]]]
    ) -> object:
        if "name" in held:
            return self._value_of(held["name"])
        promise = Promise(self._session.turns)
        unsettled.append((Resolver(promise), held))
        return promise

    def _promise(self, value: object) -> Promise:
        if isinstance(value, Promise):
            return value
        return self._session.turns.resolved(value)

    def _settle(self, resolver: Resolver, held: dict[str, Any]) -> None:
        if "name" in held:
            resolver.resolve(self._value_of(held["name"]))
            return
        if "follows" in held:
            resolver.resolve(self._slot_value(held["follows"], None))
            return
        value = marshal.decode(
            held["body"],
            held["slots"],
            self._slot_value,
            self._session._connection.limits,
        )
        if not held["rejected"]:
            resolver.resolve(value)
        elif isinstance(value, BaseException):
            resolver.reject(value)
        else:
            resolver.reject(Thrown(value))

    def _slot_value(self, slot: str, iface: str | None) -> object:
        if slot.startswith(NAMED):
            return self._value_of(slot[1:])
        carried = self._carried
        for table in (carried.imports, carried.questions, self._exports):
            if slot in table:
                return table[slot]
        raise UnknownSlot(f"Unknown slot {slot!r:.40}")

    def _export(self, slot: str, value: object, held: dict[str, Any]) -> None:
        tables = self._tables
        tables.exports[slot] = value
        if held.get("told", False):
            return
        tables.export_slots[id(value)] = slot
        if isinstance(value, Promise):
            self._session._crossing.announce(value, slot)


# ---- what the data must be


def _check(session: Session, data: Any) -> None:
    tables = session._tables
    expected = {
        "version": VERSION,
        "name": session.name,
        "gcImports": tables.collecting,
        "dropAnswers": tables.dropping,
    }
    if not isinstance(data, dict):
        raise WrongTables(f"expected tables as an object, came {type(data).__name__}")
    for key, value in expected.items():
        if data.get(key) != value:
            raise WrongTables(
                f"expected tables with {key} {value!r}, came {data.get(key)!r:.80}"
            )
    for key in _COUNTERS:
        _expect(_is_count(data.get(key)), key, "a count")
    outgoing = data.get("outgoing")
    _expect(
        isinstance(outgoing, list) and all(isinstance(text, str) for text in outgoing),
        "outgoing",
        "a list of texts",
    )
    _check_table(data, "references", "opqt", _is_count)
    _check_table(data, "exports", "op", _is_held)
    _check_table(data, "imports", "opt", _is_import)
    _check_table(data, "questions", "q", lambda held: isinstance(held, bool))
    _check_table(data, "answers", "q", _is_held)
    gone = data.get("gone")
    _expect(
        isinstance(gone, list) and all(map(_is_gone, gone)), "gone", "slots, counts"
    )


def _expect(good: bool, key: str, what: str) -> None:
    if not good:
        raise WrongTables(f"expected {key} in the tables as {what}")


def _check_table(
    data: dict[str, Any], key: str, kinds: str, is_right: Callable[[Any], bool]
) -> None:
    table = data.get(key)
    _expect(isinstance(table, dict), key, "an object")
    for slot, held in table.items():  # type: ignore[union-attr]  # a dict
        if not is_slot(slot, kinds) or not is_right(held):
            raise WrongTables(
                f"expected {key} of slots and what they hold, came {slot!r:.40}: "
                f"{held!r:.80}"
            )


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_gone(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and is_slot(value[0], "opqt")
        and _is_count(value[1])
    )


def _is_import(held: Any) -> bool:
    if held == {} or _is_held(held):
        return True
    return isinstance(held, dict) and isinstance(held.get("iface"), str)


def _is_held(held: Any) -> bool:
    """A name, a slot that is followed, or a settled value."""
    if not isinstance(held, dict) or not isinstance(held.get("told", False), bool):
        return False
    if "name" in held or "follows" in held:
        return isinstance(held.get("name", held.get("follows")), str)
    slots = held.get("slots")
    return (
        isinstance(held.get("rejected"), bool)
        and isinstance(held.get("body"), str)
        and isinstance(slots, list)
        and all(isinstance(slot, str) for slot in slots)
    )
