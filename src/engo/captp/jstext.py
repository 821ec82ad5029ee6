"""JSON as JavaScript writes it, and a bounded reader.

The writer gives the bytes of `JSON.stringify`: number text, escapes, lone
surrogates, order of members. The reader checks size, nesting and the number of
values before anything is built, so that no input can exhaust the interpreter.
What the values mean is for the marshal modules.

The trick: CPython's C scanner and string writer are used directly. The `json`
package around them would import `re`, which costs more than all of this room.
"""

from __future__ import annotations

from _json import encode_basestring as _quote
from _json import make_scanner as _make_scanner
from itertools import accumulate

from .errors import (
    LocalProtocolError,
    MalformedMessage,
    MessageTooLarge,
    NestingTooDeep,
    NotPassable,
    TooManyValues,
)
from .limits import DEFAULT_LIMITS, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_EXACT = 2**53  # beyond it not every integer is a double
MAX_INDEX = 2**32 - 2  # the largest array index of JavaScript
_OPEN_CLOSE = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_SPACE = " \t\n\r"


def quote(text: str) -> str:
    """A string as JSON.stringify writes it, quotes included."""
    quoted = _quote(text)
    if text.isascii():
        return quoted
    try:
        text.encode()
    except UnicodeEncodeError:
        return _quote_surrogates(text)
    return quoted


def _quote_surrogates(text: str) -> str:
    """Halves that meet are one character, as in UTF-16; lone ones are escaped."""
    joined = text.encode("utf-16-le", "surrogatepass").decode(
        "utf-16-le", "surrogatepass"
    )
    return "".join(
        f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char
        for char in _quote(joined)
    )


def number_text(number: int | float) -> str:
    """A finite number as ECMAScript's Number::toString writes it.

    Raises NotPassable for an integer that no double equals.
    """
    if isinstance(number, int):
        if -MAX_EXACT <= number <= MAX_EXACT:
            return int.__repr__(number)
        return _float_text(_exact_float(number))
    return _float_text(number)


def _exact_float(number: int) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = 0.0
    if value != number:
        raise NotPassable(
            "expected an integer that a JavaScript number can hold exactly, came one "
            f"of {number.bit_length()} bits; send BigInt or float"
        )
    return value


def _float_text(number: float) -> str:
    text = float.__repr__(number)
    mantissa, found, exponent_text = text.partition("e")
    if not found:
        text = text.removesuffix(".0")
        return "0" if text == "-0" else text
    exponent = int(exponent_text)
    sign = "-" if number < 0 else ""
    digits = mantissa.lstrip("-").replace(".", "")
    # repr() turns to exponents at 1e16 and below 1e-4, JavaScript at 1e21 and 1e-6.
    if 16 <= exponent < 21:
        return sign + digits + "0" * (exponent + 1 - len(digits))
    if -6 <= exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    return f"{mantissa}e{'+' if exponent > 0 else '-'}{abs(exponent)}"


def utf16_sorted(names: Iterable[str]) -> list[str]:
    """Names in the order of JavaScript's sort(): by UTF-16 code units."""
    ordered = sorted(names)
    if "".join(ordered).isascii():
        return ordered
    ordered.sort(key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return ordered


def _index_of(name: str) -> int:
    """The array index that a member name is, or -1."""
    if not ("0" <= name[:1] <= "9" and len(name) <= 10):
        return -1
    if not (name.isascii() and name.isdigit()) or (name[0] == "0" and name != "0"):
        return -1
    index = int(name)
    return index if index <= MAX_INDEX else -1


def member_order(names: list[str]) -> list[str]:
    """The order in which a JavaScript object keeps these names: indices first."""
    if not any("0" <= name[:1] <= "9" for name in names):
        return names
    indices = sorted((name for name in names if _index_of(name) >= 0), key=int)
    return indices + [name for name in names if _index_of(name) < 0]


def stringify(value: object, depth: int = DEFAULT_LIMITS.depth) -> str:
    """JSON.stringify of plain JSON data, in the order of its members."""
    if depth < 0:
        raise LocalProtocolError(
            "expected data within the depth limit, came deeper or cyclic data"
        )
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (int, float)):
        finite = value == value and abs(value) != float("inf")
        return number_text(value) if finite else "null"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([stringify(item, depth - 1) for item in value]) + "]"
    if isinstance(value, dict):
        members = [
            f"{quote(name)}:{stringify(value[name], depth - 1)}"
            for name in member_order(list(value))
        ]
        return "{" + ",".join(members) + "}"
    raise NotPassable(f"expected plain JSON data, came {type(value).__name__}")


def _parse_int(text: str) -> int | float:
    """JavaScript has doubles only: long integers are rounded as it would."""
    if len(text) < 16:
        return int(text)
    number = float(text)
    return int(number) if -MAX_EXACT <= number <= MAX_EXACT else number


def _parse_constant(text: str) -> object:
    raise MalformedMessage(f"expected JSON, came the word {text}")


class _ScannerContext:
    """What the C scanner reads its options from."""

    strict = True
    object_pairs_hook = None
    array_hook = None  # asked for from Python 3.15 on
    parse_float = float
    parse_int = staticmethod(_parse_int)
    parse_constant = staticmethod(_parse_constant)

    def __init__(self, hook: Callable[[dict[str, object]], object] | None) -> None:
        self.object_hook = hook


def _scanner(context: _ScannerContext) -> Callable[[str, int], tuple[object, int]]:
    return _make_scanner(context)  # type: ignore[arg-type]  # stub is off


_scan_plain = _scanner(_ScannerContext(None))


def _scan(
    scan: Callable[[str, int], tuple[object, int]], text: str
) -> tuple[object, int]:
    """Scan from the start; raises what the scanner raises."""
    try:
        return scan(text, 0)
    except SystemError:
        # CPython 3.11's scanner finds its exception class only when json.decoder has
        # been imported, which nobody pays for unless something is wrong.
        import json.decoder  # noqa: F401

        return scan(text, 0)


def parse(
    text: str,
    limits: Limits = DEFAULT_LIMITS,
    hook: Callable[[dict[str, object]], object] | None = None,
) -> object:
    """JSON.parse with bounds; `hook` maps each object, innermost first.

    Raises MalformedMessage, NestingTooDeep or TooManyValues before building.
    """
    _check_shape(text, limits)
    scan = _scan_plain if hook is None else _scanner(_ScannerContext(hook))
    try:
        if text[:1] in _SPACE:
            text = text.lstrip(_SPACE)
        value, end = _scan(scan, text)
    except StopIteration as stop:
        raise MalformedMessage(f"expected JSON, came none at {stop.value}") from None
    except ValueError as error:  # the scanner's JSONDecodeError
        raise MalformedMessage(f"expected JSON: {error}") from None
    except RecursionError:  # the caller's own stack was nearly used up
        raise NestingTooDeep("expected JSON less deep than the stack") from None
    if end != len(text) and text[end:].strip(_SPACE):
        raise MalformedMessage(f"expected one JSON value, came more at {end}")
    return value


def decode_utf8(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    """The text of a message; raises MessageTooLarge or MalformedMessage."""
    if len(data) > limits.message:
        raise MessageTooLarge(
            f"expected at most {limits.message} bytes, came {len(data)}"
        )
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise MalformedMessage(f"expected UTF-8: {error}") from None


def _check_shape(text: str, limits: Limits) -> None:
    """Nesting and number of values, by counting; strings make the count too high."""
    opened = text.count("[") + text.count("{")
    if opened <= limits.depth and opened + text.count(",") <= limits.values:
        return
    bare = _outside_strings(text)
    values = bare.count(b",") + bare.count(b"[") + bare.count(b"{")
    if values > limits.values:
        raise TooManyValues(f"expected at most {limits.values} values, came {values}")
    steps = memoryview(bare.translate(_OPEN_CLOSE, _NOT_BRACKETS)).cast("b")
    deepest = max(accumulate(steps), default=0)
    if deepest > limits.depth:
        raise NestingTooDeep(
            f"expected at most {limits.depth} levels of nesting, came {deepest}"
        )


def _outside_strings(text: str) -> bytes:
    """JSON text without what is between quotes."""
    data = text.encode("utf-8", "surrogatepass")
    if b"\\" in data:
        # pairs first, so that a backslash left before a quote escapes that quote
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(data.split(b'"')[::2])
