"""Where values cross into slots and slots into values, for one session.

Exports what goes out, imports what comes in, settles exported promises on the wire.
Calls and answers are the session's; the encodings are marshal's.
"""

from __future__ import annotations

from . import marshal
from .errors import (
    LocalProtocolError,
    NotPassable,
    RemoteProtocolError,
    TableFull,
    UnknownSlot,
)
from .jstext import quote
from .messages import reverse
from .promise import Promise, Resolver, Turns
from .remotable import Presence, Remotable
from .values import Thrown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .connection import Connection
    from .remotable import Peer

FIRST_ERROR = 20_001  # where @endo/captp begins to number


class Crossing:
    """Encodes and decodes bodies against the tables of one connection."""

    __slots__ = (
        "_connection",
        "_counted",
        "_fresh",
        "_name",
        "_on_error_sent",
        "_peer",
        "_tables",
        "_turns",
        "last_error",
    )

    def __init__(
        self,
        peer: Peer,
        connection: Connection,
        *,
        turns: Turns,
        name: str,
        on_error_sent: Callable[[str, BaseException], object] | None,
    ) -> None:
        self._peer = peer  # the session, which presences and promises call
        self._connection = connection
        self._tables = connection.tables
        self._turns = turns
        self._name = name
        self._on_error_sent = on_error_sent
        self.last_error = FIRST_ERROR - 1
        self._fresh: list[str] = []  # slots exported by the body being encoded
        self._counted: set[str] = set()  # slots imported by the body being decoded

    # ---- values to slots

    def encode(self, value: object) -> tuple[str, list[str]]:
        """A body and its slots; raises LocalProtocolError.

        What it exported is taken back when the body cannot be made.
        """
        self._fresh = []
        try:
            return marshal.encode_capdata(
                value, self._slot_for, self._error_id, self._connection.limits
            )
        except BaseException:
            for slot in self._fresh:
                self._tables.free_export(slot)
            raise

    def encode_error(self, error: BaseException) -> tuple[str, list[str]]:
        """The body of a rejection, whatever it takes."""
        try:
            return self.encode(error.value if isinstance(error, Thrown) else error)
        except LocalProtocolError as instead:
            return self.encode(instead)

    def _slot_for(self, value: object) -> tuple[str, str | None]:
        """The slot and interface of a capability; exports it when it is new."""
        tables = self._tables
        if isinstance(value, Presence):
            if value.session is self._peer:
                return value.slot, value.iface
            iface: str | None = value.iface
        elif isinstance(value, Remotable):
            iface = value.iface
        elif isinstance(value, Promise):
            pipe = value._pipe
            if pipe is not None and pipe[0] is self._peer and pipe[1][0] == "p":
                return pipe[1], None
            iface = None
        else:
            raise NotPassable(
                f"expected a passable value, came {type(value).__name__}; pass data, "
                "a Remotable or a Promise"
            )
        slot = tables.export_slots.get(id(value))
        if slot is None:
            slot = tables.export(value, iface is None)
            self._fresh.append(slot)
            if isinstance(value, Promise):
                self.announce(value, slot)
        return slot, iface

    def announce(self, promise: Promise, slot: str) -> None:
        """Send CTP_RESOLVE when an exported promise settles."""
        promise.when(
            lambda value: self._settle(promise, slot, value, None),
            lambda error: self._settle(promise, slot, None, error),
        )

    def _settle(
        self, promise: Promise, slot: str, value: object, error: BaseException | None
    ) -> None:
        tables = self._tables
        if slot not in tables.exports:
            return  # dropped meanwhile, or the session is over
        # A peer that has let go of it meanwhile would wait for a second CTP_RESOLVE
        # if it got this slot again; under a new slot the promise is announced anew.
        tables.retire_export(promise)
        settle = self._connection.settle
        try:
            if error is None:
                settle(slot, False, *self.encode(value))
            else:
                settle(slot, True, *self.encode_error(error))
        except LocalProtocolError as instead:
            settle(slot, True, *self.encode_error(instead))

    def _error_id(self, error: BaseException) -> str:
        self.last_error += 1
        error_id = f"error:captp:{self._name}#{self.last_error}"
        if self._on_error_sent is not None:
            self._on_error_sent(error_id, error)
        return error_id

    # ---- slots to values

    def decode(self, body: str, slots: list[str]) -> Any:
        """The value of a body; raises RemoteProtocolError."""
        limits = self._connection.limits
        if not slots:
            return marshal.decode(body, slots, self.value_for, limits)
        self._counted = set()
        try:
            return marshal.decode(body, slots, self.value_for, limits)
        except RemoteProtocolError:
            # The sender has counted them all.
            self._counted.update(reverse(slot) for slot in slots if slot[1] == "+")
            raise
        finally:
            if self._tables.collecting:
                for slot in self._counted:
                    self._tables.count(slot)

    def value_for(self, their_slot: str, iface: str | None) -> object:
        """What a slot in a received message stands for; raises UnknownSlot."""
        slot = reverse(their_slot)
        tables = self._tables
        if slot[1] == "+":
            try:
                return tables.exports[slot]
            except KeyError:
                raise UnknownSlot(f"Unknown export {quote(slot)}") from None
        self._counted.add(slot)
        found = tables.imported(slot)
        if found is None:
            found = self._import(slot, iface)
            tables.keep_import(slot, found)
        return found

    def _import(self, slot: str, iface: str | None) -> object:
        tables = self._tables
        if len(tables.imports) >= tables.limits.imports:
            raise TableFull(
                f"expected at most {tables.limits.imports} imports at a time"
            )
        if slot[0] == "p":
            promise = Promise(self._turns, (self._peer, slot))
            tables.resolvers[slot] = Resolver(promise)
            return promise
        default = f"Alleged: Presence {self._name} {slot}"
        return Presence(self._peer, slot, iface or default)
