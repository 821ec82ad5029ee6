"""The smallcaps encoding: values that JSON lacks are strings with a mark in front.

Accepted from peers, and the format of stored formulas; never sent by CapTP.
A body begins with `#`. Bytes are those of @endo/marshal 1.10.
Recursion is bounded by `Limits.depth`, which is checked before.
"""

from __future__ import annotations

from .capdata import (
    INFINITY,
    Encoder,
    SlotReader,
    bigint_of,
    bigint_text,
    read_error,
    record_names,
    symbol_of,
)
from .capdata import _deeper as deeper
from .errors import MalformedMessage
from .jstext import member_order, number_text, parse, quote
from .limits import DEFAULT_LIMITS, Limits
from .values import BigInt, Symbol, Tagged, Undefined, UndefinedType, error_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .capdata import ValueFor

_CONSTANTS: dict[str, object] = {
    "#undefined": Undefined,
    "#NaN": float("nan"),
    "#Infinity": INFINITY,
    "#-Infinity": -INFINITY,
}


def _special(text: str) -> bool:
    """Whether a string's first character is one of the marks."""
    return "!" <= text[:1] <= "-"


def _plain(text: str) -> str:
    """A string's JSON text, marked when it begins like a mark."""
    return quote("!" + text if _special(text) else text)


class SmallcapsEncoder(Encoder):
    """Encodes one body as smallcaps, the leading `#` included."""

    __slots__ = ()

    def encode(self, value: object) -> str:
        return "#" + super().encode(value)

    def _text(self, value: object, depth: int) -> str:
        if isinstance(value, str):
            return _plain(value)
        if isinstance(value, (list, tuple)):
            inner = deeper(depth)
            texts: list[str] = []
            for item in value:
                texts.append(self._text(item, inner))  # noqa: PERF401  one frame a level
            return f"[{','.join(texts)}]"
        if isinstance(value, dict):
            inner = deeper(depth)
            names = record_names(value)
            members: dict[str, str] = {}
            for name in names:
                members[name] = f"{_plain(name)}:{self._text(value[name], inner)}"
            return f"{{{','.join([members[name] for name in member_order(names)])}}}"
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        return self._rare(value, depth)

    def _rare(self, value: object, depth: int) -> str:
        if isinstance(value, UndefinedType):
            return '"#undefined"'
        if isinstance(value, BigInt):
            return f'"{"" if value < 0 else "+"}{bigint_text(value)}"'
        if isinstance(value, int):
            return number_text(int(value))
        if isinstance(value, float):
            return self._float(value)
        if isinstance(value, Symbol):
            return quote("%" + value.name)
        if isinstance(value, Tagged):
            payload = self._text(value.payload, deeper(depth))
            return f'{{"#tag":{_plain(value.tag)},"payload":{payload}}}'
        if isinstance(value, BaseException):
            return self._error(value)
        return self._capability(value)

    def _float(self, value: float) -> str:
        if value != value:
            return '"#NaN"'
        if value in (INFINITY, -INFINITY):
            return '"#Infinity"' if value > 0 else '"#-Infinity"'
        return number_text(value)

    def _error(self, error: BaseException) -> str:
        message, name = _plain(str(error)), _plain(error_name(error))
        error_id = self._error_id(error)
        middle = "" if error_id is None else f'"errorId":{_plain(error_id)},'
        return f'{{"#error":{message},{middle}"name":{name}}}'

    def _capability(self, value: object) -> str:
        index = self._indices.get(id(value))
        if index is None:
            slot, iface = self._slot_for(value)
            index = self._indices[id(value)] = len(self.slots)
            self.slots.append(slot)
        else:
            slot, iface = self.slots[index], None
        mark = "&" if slot[0] == "p" else "$"
        return quote(f"{mark}{index}" + ("" if iface is None else f".{iface}"))


def decode(
    body: str, slots: list[str], value_for: ValueFor, limits: Limits = DEFAULT_LIMITS
) -> object:
    """The value of a smallcaps body (with its leading `#`).

    Raises RemoteProtocolError, and what `value_for` raises.
    """
    tree = parse(body[1:], limits)
    return _Reader(SlotReader(slots, value_for)).value(tree)


class _Reader:
    __slots__ = ("_slots",)

    def __init__(self, slots: SlotReader) -> None:
        self._slots = slots

    def value(self, encoded: object) -> object:
        """In the order of the text, since the first mention of a slot names it."""
        if isinstance(encoded, str):
            return self._string(encoded) if _special(encoded) else encoded
        if isinstance(encoded, list):
            for place, item in enumerate(encoded):
                encoded[place] = self.value(item)
            return encoded
        if not isinstance(encoded, dict):
            return encoded
        members: dict[str, object] = {}
        for name, item in encoded.items():
            members[self._name(name)] = self.value(item)
        if "#tag" in encoded:
            return _tagged(encoded, members)
        if "#error" in encoded:
            return _error(encoded, members)
        return members

    def _name(self, name: str) -> str:
        if not _special(name) or name in ("#tag", "#error"):
            return name
        if name[0] != "!":
            raise MalformedMessage(f"expected a record's name, came {name[:40]!r}")
        return name[1:]

    def _string(self, encoded: str) -> object:
        mark = encoded[0]
        if mark == "!":
            return encoded[1:]
        if mark == "#":
            if encoded not in _CONSTANTS:
                raise MalformedMessage(f"expected a constant, came {encoded[:40]!r}")
            return _CONSTANTS[encoded]
        if mark in "+-":
            return bigint_of(encoded.removeprefix("+"))
        if mark == "%":
            return symbol_of(encoded[1:])
        if mark in "$&":
            return self._capability(encoded)
        raise MalformedMessage(f"expected no reserved mark, came {encoded[:40]!r}")

    def _capability(self, encoded: str) -> object:
        digits, dot, iface = encoded[1:].partition(".")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            raise MalformedMessage(f"expected a slot index, came {encoded[:40]!r}")
        return self._slots.value(int(digits), iface if dot else None)


def _tagged(encoded: dict[str, object], members: dict[str, object]) -> Tagged:
    tag = members.get("#tag")
    if encoded.keys() != {"#tag", "payload"} or not isinstance(tag, str):
        raise MalformedMessage("expected #tag as a string and payload only")
    return Tagged(tag, members["payload"])


def _error(encoded: dict[str, object], members: dict[str, object]) -> object:
    if len(members) != len(encoded) or "message" in members:
        raise MalformedMessage("expected #error without a member called message")
    message = members.pop("#error")
    name, error_id = members.pop("name", None), members.pop("errorId", None)
    return read_error(message, name, error_id, members)
