"""The capdata encoding: values that JSON lacks are objects with `@qclass`.

Bytes are those of @endo/marshal 1.10. CapTP always sends this format.
Capabilities and error ids come from the caller; no session is known here.

The trick when reading: the scanner hands over each object innermost first, so
there is no recursion of ours, and a body without `@qclass` needs no work at all.
"""

from __future__ import annotations

from .errors import MalformedMessage, NotPassable, UnknownSlot
from .jstext import member_order, number_text, parse, quote, utf16_sorted
from .limits import DEFAULT_LIMITS, MAX_DIGITS, Limits
from .values import (
    BigInt,
    RemoteError,
    Symbol,
    Tagged,
    Undefined,
    UndefinedType,
    error_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    SlotFor = Callable[[object], tuple[str, str | None]]
    ValueFor = Callable[[str, str | None], object]
    ErrorId = Callable[[BaseException], str | None]

QCLASS = "@qclass"
INFINITY = float("inf")
# Decimal digits per bit, a little high: decides before the quadratic conversion.
_DIGITS_PER_BIT = 0.30103


def bigint_text(number: int) -> str:
    """Decimal digits; raises NotPassable over MAX_DIGITS."""
    if number.bit_length() * _DIGITS_PER_BIT > MAX_DIGITS - 1:
        raise NotPassable(
            f"expected a bigint of at most {MAX_DIGITS} digits, came one of "
            f"{number.bit_length()} bits"
        )
    return int.__repr__(number)


def bigint_of(text: object) -> BigInt:
    """The bigint that decimal text names; raises MalformedMessage."""
    if not isinstance(text, str):
        raise MalformedMessage(
            f"expected bigint digits as a string, came {type(text).__name__}"
        )
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise MalformedMessage(
            f"expected 1 to {MAX_DIGITS} bigint digits, came {text[:40]!r} "
            f"of {len(text)} characters"
        )
    return BigInt(text)


def symbol_of(name: object) -> Symbol:
    """The symbol of a wire name; raises MalformedMessage."""
    if not isinstance(name, str):
        raise MalformedMessage(
            f"expected a symbol's name as a string, came {type(name).__name__}"
        )
    try:
        return Symbol(name)
    except ValueError as error:
        raise MalformedMessage(str(error)) from None


class Encoder:
    """Encodes one body; `slots` lists its capabilities by first appearance."""

    __slots__ = ("_depth", "_error_id", "_indices", "_slot_for", "slots")

    def __init__(
        self,
        slot_for: SlotFor,
        error_id: ErrorId,
        depth: int = DEFAULT_LIMITS.depth,
    ) -> None:
        self._slot_for = slot_for  # capability -> (slot, iface or None)
        self._error_id = error_id  # exception -> id, or None to send none
        self._depth = depth
        self._indices: dict[int, int] = {}  # id(capability) -> index into slots
        self.slots: list[str] = []

    def encode(self, value: object) -> str:
        """The body's text; raises NotPassable."""
        try:
            return self._text(value, self._depth)
        except RecursionError:  # the caller's own stack was nearly used up
            raise NotPassable("expected a value less deep than the stack") from None

    def _text(self, value: object, depth: int) -> str:
        """One frame a level for arrays and records, which is why this is long."""
        kind = type(value)
        if kind is str:
            return quote(value)  # type: ignore[arg-type]
        if kind is list or kind is tuple:
            inner = _deeper(depth)
            texts: list[str] = []
            for item in value:  # type: ignore[attr-defined]
                texts.append(self._text(item, inner))  # noqa: PERF401  see above
            return f"[{','.join(texts)}]"
        if kind is dict:
            record: dict[str, object] = value  # type: ignore[assignment]
            inner = _deeper(depth)
            if QCLASS in record:
                return self._hilbert(record, inner)
            names = record_names(record)
            members: dict[str, str] = {}
            for name in names:
                members[name] = f"{quote(name)}:{self._text(record[name], inner)}"
            return f"{{{','.join([members[name] for name in member_order(names)])}}}"
        if kind is int:
            return number_text(value)  # type: ignore[arg-type]
        if value is None:
            return "null"
        if kind is bool:
            return "true" if value else "false"
        if kind is UndefinedType:
            return '{"@qclass":"undefined"}'
        return self._rare(value, depth)

    def _rare(self, value: object, depth: int) -> str:
        if isinstance(value, float):
            return self._float(value)
        if isinstance(value, BigInt):
            return f'{{"@qclass":"bigint","digits":"{bigint_text(value)}"}}'
        if isinstance(value, Symbol):
            return f'{{"@qclass":"symbol","name":{quote(value.name)}}}'
        if isinstance(value, Tagged):
            payload = self._text(value.payload, _deeper(depth))
            return (
                f'{{"@qclass":"tagged","tag":{quote(value.tag)},"payload":{payload}}}'
            )
        if isinstance(value, BaseException):
            return self._error(value)
        if isinstance(value, str):  # from here on subclasses
            return quote(value)
        if isinstance(value, int):
            return number_text(int(value))
        if isinstance(value, dict):
            return self._text(dict(value), depth)
        if isinstance(value, (list, tuple)):
            return self._text(list(value), depth)
        return self._capability(value)

    def _float(self, value: float) -> str:
        if value != value:
            return '{"@qclass":"NaN"}'
        if value == INFINITY:
            return '{"@qclass":"Infinity"}'
        if value == -INFINITY:
            return '{"@qclass":"-Infinity"}'
        return number_text(value)

    def _hilbert(self, record: dict[str, object], inner: int) -> str:
        """A record with a member of its own called `@qclass`."""
        rest = dict(record)
        text = f'{{"@qclass":"hilbert","original":{self._text(rest.pop(QCLASS), inner)}'
        if rest:
            text += f',"rest":{self._text(rest, inner)}'
        return text + "}"

    def _error(self, error: BaseException) -> str:
        message, name = quote(str(error)), quote(error_name(error))
        error_id = self._error_id(error)
        head = "" if error_id is None else f'"errorId":{quote(error_id)},'
        return f'{{"@qclass":"error",{head}"message":{message},"name":{name}}}'

    def _capability(self, value: object) -> str:
        index = self._indices.get(id(value))
        if index is not None:
            return f'{{"@qclass":"slot","index":{index}}}'
        slot, iface = self._slot_for(value)
        index = self._indices[id(value)] = len(self.slots)
        self.slots.append(slot)
        head = "" if iface is None else f'"iface":{quote(iface)},'
        return f'{{"@qclass":"slot",{head}"index":{index}}}'


def _deeper(depth: int) -> int:
    if depth < 1:
        raise NotPassable(
            "expected a value within the depth limit, came deeper or cyclic data"
        )
    return depth - 1


def record_names(record: dict[str, object]) -> list[str]:
    """Names in UTF-16 order; raises NotPassable when one is no string."""
    try:
        return utf16_sorted(record)
    except TypeError:
        raise NotPassable(
            "expected a record with strings as names, came "
            f"{sorted({type(name).__name__ for name in record})}"
        ) from None


class SlotReader:
    """What `index` means in one body: each slot is asked for once."""

    __slots__ = ("_seen", "_slots", "_value_for")

    def __init__(self, slots: list[str], value_for: ValueFor) -> None:
        self._slots = slots
        self._value_for = value_for  # (slot, iface or None) -> capability
        self._seen: dict[int, object] = {}  # index -> capability

    def value(self, index: object, iface: object) -> object:
        if type(index) is not int or not 0 <= index < len(self._slots):
            raise UnknownSlot(
                f"expected an index into {len(self._slots)} slots, came {index!r:.40}"
            )
        if iface is not None and not isinstance(iface, str):
            raise MalformedMessage(
                f"expected iface as a string, came {type(iface).__name__}"
            )
        if index not in self._seen:
            self._seen[index] = self._value_for(self._slots[index], iface)
        return self._seen[index]


def decode(
    body: str, slots: list[str], value_for: ValueFor, limits: Limits = DEFAULT_LIMITS
) -> object:
    """The value of a capdata body.

    Raises RemoteProtocolError, and what `value_for` raises.
    """
    if QCLASS not in body and "\\u" not in body:  # an escape could hide a letter
        return parse(body, limits)
    reader = _Reader(SlotReader(slots, value_for))
    return parse(body, limits, reader.revive)


class _Reader:
    """Turns each object of a body into its value, innermost first."""

    __slots__ = ("_slots",)

    def __init__(self, slots: SlotReader) -> None:
        self._slots = slots

    def revive(self, encoded: dict[str, object]) -> object:
        if QCLASS not in encoded:
            return encoded
        qclass = encoded[QCLASS]
        if qclass == "slot":
            return self._capability(encoded)
        if qclass == "undefined":
            return Undefined
        if not isinstance(qclass, str):
            raise MalformedMessage(
                f"expected @qclass as a string, came {type(qclass).__name__}"
            )
        read = _READERS.get(qclass)
        if read is None:
            raise MalformedMessage(f"expected a known @qclass, came {qclass[:40]!r}")
        return read(encoded)

    def _capability(self, encoded: dict[str, object]) -> object:
        iface = encoded.get("iface")
        if len(encoded) != 2 + ("iface" in encoded):
            raise MalformedMessage(
                "expected a slot with index and iface only, came "
                f"{sorted(encoded)[:8]!r:.200}"
            )
        return self._slots.value(encoded.get("index"), iface)


def _read_tagged(encoded: dict[str, object]) -> Tagged:
    tag = encoded.get("tag")
    if not isinstance(tag, str) or "payload" not in encoded:
        raise MalformedMessage("expected a tagged value with tag and payload")
    return Tagged(tag, encoded["payload"])


def _read_hilbert(encoded: dict[str, object]) -> dict[str, object]:
    if "original" not in encoded:
        raise MalformedMessage("expected a hilbert encoding with an original")
    record = {QCLASS: encoded["original"]}
    if "rest" in encoded:
        rest = encoded["rest"]
        if not isinstance(rest, dict) or not rest or QCLASS in rest:
            raise MalformedMessage(
                "expected the rest of a hilbert encoding to be a record with members "
                "and without @qclass"
            )
        record.update(rest)
    return record


def read_error(
    message: object, name: object, error_id: object, details: dict[str, object]
) -> RemoteError:
    """An error from its decoded parts; raises MalformedMessage."""
    if not isinstance(message, str) or not isinstance(name, str):
        raise MalformedMessage("expected an error with message and name as strings")
    if error_id is not None and not isinstance(error_id, str):
        raise MalformedMessage("expected an error's id as a string")
    return RemoteError(name, message, error_id, details or None)


def _read_error(encoded: dict[str, object]) -> RemoteError:
    known = (QCLASS, "message", "name", "errorId")
    details = {key: value for key, value in encoded.items() if key not in known}
    return read_error(
        encoded.get("message"), encoded.get("name"), encoded.get("errorId"), details
    )


_READERS: dict[str, Callable[[dict[str, object]], object]] = {
    "error": _read_error,
    "bigint": lambda encoded: bigint_of(encoded.get("digits")),
    "tagged": _read_tagged,
    "hilbert": _read_hilbert,
    "symbol": lambda encoded: symbol_of(encoded.get("name")),
    "@@asyncIterator": lambda encoded: Symbol("@@asyncIterator"),  # deprecated form
    "NaN": lambda encoded: float("nan"),
    "Infinity": lambda encoded: INFINITY,
    "-Infinity": lambda encoded: -INFINITY,
}
