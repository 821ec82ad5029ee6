"""The tables of a session as JSON data, and a session that goes on from them.

    data = export_tables(session, name_of)        # the session is as it was
    json.dumps(data) ... json.loads(...)
    carried = import_tables(new_session, data, value_of)

What the peer holds of us is named by `name_of` and found again by `value_of`; what we
hold of the peer is made anew and handed out in `carried`. docs/captp.md has the
format. Reading is in carried.py, which is not needed where tables are only written.
"""

from __future__ import annotations

from . import marshal
from .errors import LocalProtocolError, NotPassable
from .jstext import stringify
from .promise import FULFILLED, PENDING, Promise
from .remotable import Presence
from .tables import ImportReference
from .values import RemoteError, Thrown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .session import Session

    NameOf = Callable[[object], "str | None"]

VERSION = 1
NAMED = "="  # before a name in the place of a slot
_SHOWN = 5  # of what cannot be named, in an error


class CannotBeCarried(LocalProtocolError):
    """Tables hold what has no name; `slots` says where."""

    def __init__(self, slots: list[str]) -> None:
        more = f" and {len(slots) - _SHOWN} more" if len(slots) > _SHOWN else ""
        super().__init__(
            "expected a name for everything that the peer holds, came none for "
            f"{', '.join(slots[:_SHOWN])}{more}"
        )
        self.slots = slots


def export_tables(session: Session, name_of: NameOf) -> dict[str, Any]:
    """The tables as JSON data; raises CannotBeCarried.

    `name_of` names our objects and pending promises, or gives None.
    """
    writer = _Writer(session, name_of)
    data = writer.write()
    if writer.unnamed:
        raise CannotBeCarried(writer.unnamed)
    return data


def tables_text(session: Session, name_of: NameOf) -> bytes:
    """The same as JSON text, with null where a name is missing: to be looked at."""
    return stringify(_Writer(session, name_of).write(), 16).encode()


class _Unnamed(NotPassable):
    """A value of ours that the peer does not hold and nobody can name."""


class _Writer:
    __slots__ = ("_name_of", "_session", "_slots", "_tables", "_waiting", "unnamed")

    def __init__(self, session: Session, name_of: NameOf) -> None:
        self._session = session
        self._tables = session._tables
        self._name_of = name_of
        # Promises that have been announced keep their slot here.
        self._slots = {id(value): slot for slot, value in self._tables.exports.items()}
        waiting = (self._tables.questions, self._tables.resolvers)
        self._waiting = {
            id(resolver.promise): slot
            for table in waiting
            for slot, resolver in table.items()
        }
        self.unnamed: list[str] = []

    def write(self) -> dict[str, Any]:
        session, tables = self._session, self._tables
        imports, gone = self._imports()
        return {
            "version": VERSION,
            "name": session.name,
            "gcImports": tables.collecting,
            "dropAnswers": tables.dropping,
            "lastObject": tables.last_object,
            "lastPromise": tables.last_promise,
            "lastQuestion": tables.last_question,
            "lastError": session._crossing.last_error,
            "references": dict(tables.references),
            "exports": {
                slot: self._export(slot, value)
                for slot, value in tables.exports.items()
            },
            "imports": imports,
            "questions": {
                slot: resolver.promise is not None
                and resolver.promise._pipe is not None
                for slot, resolver in tables.questions.items()
            },
            "answers": {
                slot: self._promise(slot, answer, slot not in tables.unanswered)
                for slot, answer in tables.answers.items()
            },
            "gone": gone,
            "outgoing": [data.decode() for data in session._connection.unsent_messages],
        }

    def _export(self, slot: str, value: object) -> dict[str, Any]:
        if isinstance(value, Promise):
            told = self._tables.export_slots.get(id(value)) != slot
            return self._promise(slot, value, told)
        return {"name": self._named(slot, value)}

    def _named(self, slot: str, value: object) -> str | None:
        name = self._name_of(value)
        if name is None:
            self.unnamed.append(slot)
        return name

    def _promise(self, slot: str, promise: Promise, told: bool) -> dict[str, Any]:
        """A promise of ours: what has become of it, and whether the peer knows."""
        last = promise.shortened()
        if last._state != PENDING:
            try:
                return {**self._settled(last), "told": told}
            except NotPassable:
                return {"name": self._named(slot, promise), "told": told}
        follows = self._pending_slot(last)
        if follows is not None and follows != slot:
            return {"follows": follows}
        name = self._name_of(promise)
        return {"name": self._named(slot, last) if name is None else name}

    def _pending_slot(self, last: Promise) -> str | None:
        """Where this session knows a pending promise."""
        return self._waiting.get(id(last)) or self._slots.get(id(last))

    def _settled(self, promise: Promise) -> dict[str, Any]:
        """The value or reason of a promise as capdata; raises NotPassable."""
        value = promise._value
        if isinstance(value, Thrown):
            value = value.value
        body, slots = marshal.encode_capdata(
            value, self._slot_for, _error_id, self._session._connection.limits
        )
        rejected = promise._state != FULFILLED
        return {"rejected": rejected, "body": body, "slots": slots}

    def _slot_for(self, value: object) -> tuple[str, str | None]:
        """A slot, or a name in its place; nothing is exported."""
        iface: str | None = getattr(value, "iface", None)
        if isinstance(value, Presence) and value.session is self._session:
            return value.slot, iface
        if isinstance(value, Promise):
            last = value.shortened()
            slot = self._pending_slot(last) if last._state == PENDING else None
            if slot is not None:
                return slot, None
        slot = self._slots.get(id(value))
        if slot is not None:
            return slot, iface
        name = self._name_of(value)
        if name is None:
            raise _Unnamed(f"expected a name, came none for {value!r}")
        return NAMED + name, iface

    def _imports(self) -> tuple[dict[str, Any], list[list[object]]]:
        """What we hold of the peer, and what it has not been told that we do not."""
        tables = self._tables
        held: dict[str, Any] = {}
        gone: list[list[object]] = [list(each) for each in tables.gone]
        for slot, kept in list(tables.imports.items()):
            value = kept() if isinstance(kept, ImportReference) else kept
            if slot in tables.questions:
                continue
            if value is None or slot[0] == "q":  # nobody will hold an old answer
                gone.append([slot, tables.references.get(slot, 0)])
            elif isinstance(value, Presence):
                held[slot] = {"iface": value.iface}
            elif isinstance(value, Promise):
                pending = slot in tables.resolvers
                held[slot] = {} if pending else self._promise(slot, value, True)
        return held, gone


def _error_id(error: BaseException) -> str | None:
    return error.error_id if isinstance(error, RemoteError) else None
