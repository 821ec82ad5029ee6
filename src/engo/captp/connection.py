"""One end of a connection without objects: messages in, messages out, tables.

    data ──receive──► event ──► Session
    Session ──ask, answer, settle, disconnect──► outgoing ──take_outgoing──► data

It gives out ids, counts references and knows every byte of the wire. It does not
know values, promises or methods: those belong to the session.
"""

from __future__ import annotations

from . import messages
from .errors import OutgoingTooLarge
from .jstext import stringify
from .limits import DEFAULT_LIMITS, Limits
from .tables import Tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Connection:
    """The codec and the tables of one end."""

    __slots__ = ("_outgoing", "epoch", "limits", "on_outgoing", "tables")

    def __init__(
        self,
        *,
        limits: Limits = DEFAULT_LIMITS,
        gc_imports: bool = False,
        drop_answers: bool = False,
        epoch: int = 0,
        on_outgoing: Callable[[], object] | None = None,
    ) -> None:
        self.limits = limits
        self.epoch = epoch  # copied into messages; never compared
        self.tables = Tables(limits, gc_imports, drop_answers)
        # Called when something to send has come up where there was nothing.
        self.on_outgoing = on_outgoing
        self._outgoing: list[bytes] = []

    def receive(self, data: bytes) -> dict[str, object]:
        """The message in some bytes; an error here means the stream is unusable.

        Raises MessageTooLarge, NestingTooDeep, TooManyValues or MalformedMessage.
        """
        return messages.read(data, self.limits)

    def event_of(self, message: dict[str, object]) -> object:
        """The checked event of a message; raises RemoteProtocolError."""
        return messages.event_of(message, self.limits)

    def take_outgoing(self) -> list[bytes]:
        """What is to be sent now, in order, drops of collected imports last."""
        if self.tables.has_dropped:
            for slot, references in self.tables.dropped():
                self._send(messages.drop_text(self.epoch, slot, references))
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    @property
    def has_outgoing(self) -> bool:
        """Whether `take_outgoing` would give something."""
        return bool(self._outgoing) or self.tables.has_dropped

    @property
    def has_messages(self) -> bool:
        """Whether there is something besides drops."""
        return bool(self._outgoing)

    @property
    def unsent_messages(self) -> list[bytes]:
        """What `take_outgoing` would give, but for drops; to be looked at only."""
        return self._outgoing

    def restore(self, texts: list[str]) -> None:
        """What another connection left to be sent; it has counted their slots."""
        if texts:
            self._outgoing.extend(text.encode() for text in texts)
            if self.on_outgoing is not None:
                self.on_outgoing()

    def _send(self, text: str, slots: list[str] | tuple[str, ...] = ()) -> None:
        data = text.encode()
        if len(data) > self.limits.message:
            raise OutgoingTooLarge(
                f"expected a message of at most {self.limits.message} bytes, "
                f"came {len(data)}"
            )
        for slot in slots:
            if slot[1] == "+":
                self.tables.count(slot)
        self._outgoing.append(data)
        if len(self._outgoing) == 1 and self.on_outgoing is not None:
            self.on_outgoing()

    def ask_bootstrap(self, question_id: str) -> None:
        self._send(messages.bootstrap_text(self.epoch, question_id))

    def ask(self, question_id: str, target: str, body: str, slots: list[str]) -> None:
        """Call a target; raises OutgoingTooLarge."""
        method = messages.capdata_text(body, slots)
        self._send(messages.call_text(self.epoch, question_id, target, method), slots)

    def answer(
        self, answer_id: str, rejected: bool, body: str, slots: list[str]
    ) -> None:
        """Answer a question of the peer; raises OutgoingTooLarge."""
        value = messages.capdata_text(body, slots)
        text = messages.return_text(self.epoch, answer_id, rejected, value)
        self._send(text, slots)

    def settle(self, slot: str, rejected: bool, body: str, slots: list[str]) -> None:
        """Settle an exported promise; raises OutgoingTooLarge."""
        value = messages.capdata_text(body, slots)
        promise_id = messages.reverse(slot)
        self._send(messages.resolve_text(promise_id, rejected, value), slots)

    def disconnect(self, message: dict[str, object]) -> None:
        """Say good-bye, or echo the peer's."""
        self._send(stringify(message, self.limits.depth + 1))
