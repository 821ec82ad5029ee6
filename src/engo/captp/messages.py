"""The messages of captp0 as plain objects, and their checks; no tables, no values.

    type             members in the order they are written
    CTP_BOOTSTRAP    type, epoch, questionID
    CTP_CALL         type, epoch, questionID, target, method
    CTP_RETURN       type, epoch, answerID, then result or exception
    CTP_RESOLVE      type, promiseID, then res or rej
    CTP_DROP         type, slotID, decRefs, epoch
    CTP_DISCONNECT   type, epoch, [reason]

`method`, `result`, `exception`, `res` and `rej` are `{body, slots}`.
"""

from __future__ import annotations

from .errors import MalformedMessage, TooManySlots
from .jstext import decode_utf8, parse, quote
from .limits import DEFAULT_LIMITS, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Event = (
        "BootstrapReceived | CallReceived | ReturnReceived | ResolveReceived"
        " | DropReceived | DisconnectReceived"
    )

MAX_SLOT_TEXT = 24  # a kind, a sign and more digits than any counter will have


class BootstrapReceived:
    """The peer asks for our bootstrap object."""

    __slots__ = ("question_id",)

    def __init__(self, question_id: str) -> None:
        self.question_id = question_id


class CallReceived:
    """The peer calls `target`, a question of its own or a slot in its naming."""

    __slots__ = ("body", "question_id", "slots", "target")

    def __init__(
        self, question_id: str, target: str, body: str, slots: list[str]
    ) -> None:
        self.question_id = question_id
        self.target = target
        self.body = body
        self.slots = slots


class SettleReceived:
    """One of our questions (`q-`) or imported promises (`p-`) is settled."""

    __slots__ = ("body", "promise_id", "rejected", "slots")

    def __init__(
        self, promise_id: str, rejected: bool, body: str, slots: list[str]
    ) -> None:
        self.promise_id = promise_id
        self.rejected = rejected
        self.body = body
        self.slots = slots


class DropReceived:
    """The peer no longer holds a slot, in its naming; `references` it counted."""

    __slots__ = ("references", "slot")

    def __init__(self, slot: str, references: int) -> None:
        self.slot = slot
        self.references = references


class DisconnectReceived:
    """The peer ends the session; `message` is what is echoed."""

    __slots__ = ("message",)

    def __init__(self, message: dict[str, object]) -> None:
        self.message = message

    @property
    def reason(self) -> object:
        return self.message.get("reason")


def is_slot(text: object, kinds: str) -> bool:
    """Whether it is a kind, a sign and a number."""
    return (
        isinstance(text, str)
        and 3 <= len(text) <= MAX_SLOT_TEXT
        and text[0] in kinds
        and text[1] in "+-"
        and text[2:].isascii()
        and text[2:].isdigit()
    )


def reverse(slot: str) -> str:
    """The other side's name of a slot."""
    return f"{slot[0]}{'-' if slot[1] == '+' else '+'}{slot[2:]}"


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[str, object]:
    """The message in some bytes, members unchecked; raises RemoteProtocolError."""
    message = parse(decode_utf8(data, limits), limits)
    if not isinstance(message, dict):
        raise MalformedMessage(
            f"expected a message object, came {type(message).__name__}"
        )
    return message


def event_of(message: dict[str, object], limits: Limits = DEFAULT_LIMITS) -> object:
    """The checked event; raises MalformedMessage or TooManySlots.

    The error carries the question's id when the message was a question with one.
    """
    kind = message.get("type")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise MalformedMessage(f"expected a known message type, came {kind!r:.60}")
    return reader(message, limits)


def _slot_member(message: dict[str, object], name: str, kinds: str) -> str:
    slot = message.get(name)
    if is_slot(slot, kinds):
        return slot  # type: ignore[return-value]
    raise MalformedMessage(
        f"expected {message['type']} with {name} as one of {'/'.join(kinds)}, a sign "
        f"and digits, came {slot!r:.60}"
    )


def _capdata(value: object, name: str, limits: Limits) -> tuple[str, list[str]]:
    if isinstance(value, dict):
        body, slots = value.get("body"), value.get("slots")
        if isinstance(body, str) and isinstance(slots, list):
            if len(slots) > limits.slots:
                raise TooManySlots(
                    f"expected at most {limits.slots} slots, came {len(slots)}"
                )
            for slot in slots:
                if not is_slot(slot, "opt"):
                    raise MalformedMessage(
                        f"expected slots like o+1 or p-2, came {slot!r:.60}"
                    )
            return body, slots
    raise MalformedMessage(f"expected {name} as an object with body and slots")


def _read_bootstrap(message: dict[str, object], limits: Limits) -> BootstrapReceived:
    return BootstrapReceived(_slot_member(message, "questionID", "q"))


def _read_call(message: dict[str, object], limits: Limits) -> CallReceived:
    question_id = _slot_member(message, "questionID", "q")
    try:
        if message.get("trap"):
            raise MalformedMessage("expected a call, came a trap, which is not served")
        target = _slot_member(message, "target", "opqt")
        body, slots = _capdata(message.get("method"), "method", limits)
    except (MalformedMessage, TooManySlots) as error:
        error.question_id = question_id
        raise
    return CallReceived(question_id, target, body, slots)


def _read_return(message: dict[str, object], limits: Limits) -> SettleReceived:
    rejected = "exception" in message
    name = "exception" if rejected else "result"
    return _settled(message, "answerID", "q", name, rejected, limits)


def _read_resolve(message: dict[str, object], limits: Limits) -> SettleReceived:
    rejected = "rej" in message
    name = "rej" if rejected else "res"
    return _settled(message, "promiseID", "p", name, rejected, limits)


def _settled(
    message: dict[str, object],
    id_name: str,
    kind: str,
    name: str,
    rejected: bool,
    limits: Limits,
) -> SettleReceived:
    promise_id = _slot_member(message, id_name, kind)
    try:
        body, slots = _capdata(message.get(name), name, limits)
    except (MalformedMessage, TooManySlots) as error:
        error.promise_id = promise_id
        raise
    return SettleReceived(promise_id, rejected, body, slots)


def _read_drop(message: dict[str, object], limits: Limits) -> DropReceived:
    slot = _slot_member(message, "slotID", "opqt")
    references = message.get("decRefs", 0)
    if type(references) is not int or references < 0:
        raise MalformedMessage(f"expected decRefs as a count, came {references!r:.60}")
    if slot[1] != "-":
        raise MalformedMessage(f"expected a drop of what we export, came {slot}")
    return DropReceived(slot, references)


def _read_disconnect(message: dict[str, object], limits: Limits) -> DisconnectReceived:
    return DisconnectReceived(message)


_READERS: dict[str, Callable[[dict[str, object], Limits], object]] = {
    "CTP_CALL": _read_call,
    "CTP_RETURN": _read_return,
    "CTP_RESOLVE": _read_resolve,
    "CTP_DROP": _read_drop,
    "CTP_BOOTSTRAP": _read_bootstrap,
    "CTP_DISCONNECT": _read_disconnect,
}


def capdata_text(body: str, slots: list[str]) -> str:
    """`{body, slots}` as it is written; slots are known to need no escapes."""
    listed = '"' + '","'.join(slots) + '"' if slots else ""
    return f'{{"body":{quote(body)},"slots":[{listed}]}}'


def bootstrap_text(epoch: int, question_id: str) -> str:
    return f'{{"type":"CTP_BOOTSTRAP","epoch":{epoch},"questionID":"{question_id}"}}'


def call_text(epoch: int, question_id: str, target: str, method: str) -> str:
    return (
        f'{{"type":"CTP_CALL","epoch":{epoch},"questionID":"{question_id}",'
        f'"target":"{target}","method":{method}}}'
    )


def return_text(epoch: int, answer_id: str, rejected: bool, value: str) -> str:
    name = "exception" if rejected else "result"
    return (
        f'{{"type":"CTP_RETURN","epoch":{epoch},"answerID":"{answer_id}",'
        f'"{name}":{value}}}'
    )


def resolve_text(promise_id: str, rejected: bool, value: str) -> str:
    name = "rej" if rejected else "res"
    return f'{{"type":"CTP_RESOLVE","promiseID":"{promise_id}","{name}":{value}}}'


def drop_text(epoch: int, slot: str, references: int) -> str:
    return (
        f'{{"type":"CTP_DROP","slotID":"{slot}","decRefs":{references},'
        f'"epoch":{epoch}}}'
    )
