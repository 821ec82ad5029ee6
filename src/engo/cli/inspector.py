"""Values as text, as Node's console.log prints them.

Byte for byte what `util.inspect` gives with its defaults (depth 2, 100 items, lines
of 80), for the values that can cross CapTP. It prints nothing and asks nobody.
"""

from __future__ import annotations

import sys

from ..captp.jstext import member_order, number_text
from ..captp.promise import Promise
from ..captp.remotable import Presence, Remotable
from ..captp.values import (
    BigInt,
    Symbol,
    Tagged,
    Undefined,
    error_name,
)
from .quoting import columns, identifier, quoted, units

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

DEPTH = 2  # levels that are opened below the outermost
ITEMS = 100  # of an array
STRING = 10_000  # units of a string
LINE = 80  # columns that one line may take
NARROW = 16  # strings up to this long are never split
FLAT = 3  # levels of nesting that may share one line
MANY = sys.maxsize  # where there is no limit
GROUPED = 6  # arrays with more items than this are laid out in columns

# style -> the escape sequences before and after, as Node colours it
_COLOURS = {
    "special": ("\x1b[36m", "\x1b[39m"),
    "number": ("\x1b[33m", "\x1b[39m"),
    "undefined": ("\x1b[90m", "\x1b[39m"),
    "null": ("\x1b[1m", "\x1b[22m"),
    "string": ("\x1b[32m", "\x1b[39m"),
    "symbol": ("\x1b[32m", "\x1b[39m"),
}


def display(value: object, colours: bool = False) -> str:
    """What a command prints for a value: strings as they are, else inspected."""
    return value if isinstance(value, str) else inspect(value, colours)


def inspect(value: object, colours: bool = False) -> str:
    """A value as JavaScript source would nearly write it."""
    return _Inspector(colours).value(value, 0)


def inspect_line(value: object) -> str:
    """A value on one line, however long it is."""
    return _Inspector(False, one_line=True).value(value, 0)


def symbol_text(symbol: Symbol) -> str:
    """`Symbol(key)`, or `Symbol(Symbol.iterator)` for a well-known one."""
    name = symbol.name
    if name.startswith("@@@@"):
        name = name[2:]
    elif name.startswith("@@"):
        name = f"Symbol.{name[2:]}"
    return f"Symbol({name})"


def float_text(number: float) -> str:
    """A number as JavaScript writes it, NaN and infinities included."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    return number_text(number)


def _plain(text: str, style: str) -> str:
    return text


def _coloured(text: str, style: str) -> str:
    before, after = _COLOURS[style]
    return f"{before}{text}{after}"


def _bare(text: str) -> str:
    """A text without its colours."""
    if "\x1b" not in text:
        return text
    for before, after in _COLOURS.values():
        text = text.replace(before, "").replace(after, "")
    return text


class _Inspector:
    """Formats one value; holds where in the text it is."""

    __slots__ = ("_flat", "_indent", "_line", "_opened", "_style")

    def __init__(self, colours: bool, one_line: bool = False) -> None:
        self._line = MANY if one_line else LINE  # columns of a line
        self._flat = MANY if one_line else FLAT  # levels that may share it
        self._style: Callable[[str, str], str] = _coloured if colours else _plain
        self._indent = 0  # columns before what is being formatted
        self._opened = 0  # level of the value opened last; decides about one line

    def value(self, value: object, level: int) -> str:
        style = self._style
        if isinstance(value, str):
            return self._string(value)
        if value is None:
            return style("null", "null")
        if value is Undefined:
            return style("undefined", "undefined")
        if isinstance(value, bool):
            return style("true" if value else "false", "number")
        if isinstance(value, BigInt):
            return style(f"{int(value)}n", "number")
        if isinstance(value, (int, float)):
            return style(float_text(value), "number")
        if isinstance(value, Symbol):
            return style(symbol_text(value), "symbol")
        return self._object(value, level)

    def _object(self, value: object, level: int) -> str:
        if isinstance(value, list):
            return self._array(value, level) if value else "[]"
        if isinstance(value, dict):
            if not value:
                return "{}"
            if level > DEPTH:
                return self._style("[Object]", "special")
            return self._record(value, "{", level)
        if isinstance(value, (Presence, Remotable)):
            return f"Object [{value.iface}] {{}}"
        if isinstance(value, Tagged):
            if level > DEPTH:
                return self._style(f"[Object [{value.tag}]]", "special")
            opening = f"Object [{value.tag}] {{"
            return self._record({"payload": value.payload}, opening, level)
        if isinstance(value, Promise):
            return self._promise(level)
        if isinstance(value, BaseException):
            return self._error(value)
        raise TypeError(f"expected a passable value, came {type(value).__name__}")

    def _string(self, text: str) -> str:
        rest = ""
        length = units(text)
        if length > STRING:
            more = length - STRING
            text, length = _first_units(text, STRING), STRING
            rest = f"... {more} more character{'s' if more > 1 else ''}"
        style = self._style
        if (
            length <= NARROW
            or length <= self._line - self._indent - 4
            or "\n" not in text
        ):
            return style(quoted(text), "string") + rest
        lines = text.split("\n")
        pieces = [line + "\n" for line in lines[:-1]] + lines[-1:]
        gap = f" +\n{' ' * (self._indent + 2)}"
        return gap.join(style(quoted(x), "string") for x in pieces if x) + rest

    def _promise(self, level: int) -> str:
        if level > DEPTH:
            return self._style("[Promise]", "special")
        self._opened = level
        pending = self._style("<pending>", "special")
        return self._joined([pending], "Promise {", "}", level)

    def _error(self, error: BaseException) -> str:
        name, message = error_name(error), str(error)
        text = f"[{name}: {message}]" if message else f"[{name}]"
        return text.replace("\n", "\n" + " " * self._indent)

    def _record(self, record: dict[str, object], opening: str, level: int) -> str:
        self._opened = level
        members = [
            f"{self._name(name)}: {self._inner(record[name], level)}"
            for name in member_order(list(record))
        ]
        return self._joined(members, opening, "}", level)

    def _name(self, name: str) -> str:
        if name == "__proto__":
            return "['__proto__']"
        return name if identifier(name) else self._style(quoted(name), "string")

    def _array(self, items: list[object], level: int) -> str:
        if level > DEPTH:
            return self._style("[Array]", "special")
        self._opened = level
        texts = [self._inner(item, level) for item in items[:ITEMS]]
        more = len(items) - ITEMS
        rest = [f"... {more} more item{'s' if more > 1 else ''}"] if more > 0 else []
        if len(texts) + len(rest) <= GROUPED or self._line is MANY:
            return self._joined([*texts, *rest], "[", "]", level)
        from .columns import grouped

        rows = grouped(
            texts,
            rest,
            widths=[columns(_bare(text)) for text in texts],
            numbers=_all_numbers(items[: len(texts) + len(rest)]),
            indent=self._indent,
            line=LINE,
        )
        flat = len(rows) == len(texts) + len(rest)
        return self._joined(rows, "[", "]", level, flat)

    def _inner(self, value: object, level: int) -> str:
        self._indent += 2
        text = self.value(value, level + 1)
        self._indent -= 2
        return text

    def _joined(
        self,
        texts: list[str],
        opening: str,
        closing: str,
        level: int,
        flat: bool = True,
    ) -> str:
        """On one line when that is short and holds little nesting."""
        if flat and self._opened - level < self._flat:
            start = len(texts) + self._indent + units(opening) + 10
            if self._fits(texts, start):
                line = ", ".join(texts)
                if "\n" not in line:
                    return f"{opening} {line} {closing}"
        gap = "\n" + " " * self._indent
        return f"{opening}{gap}  {f',{gap}  '.join(texts)}{gap}{closing}"

    def _fits(self, texts: list[str], start: int) -> bool:
        total = len(texts) + start
        return total + sum(units(_bare(text)) for text in texts) <= self._line


def _all_numbers(items: list[object]) -> bool:
    return all(
        isinstance(item, (int, float)) and not isinstance(item, bool) for item in items
    )


def _first_units(text: str, count: int) -> str:
    if text.isascii():
        return text[:count]
    cut = text.encode("utf-16-le", "surrogatepass")[: 2 * count]
    return cut.decode("utf-16-le", "surrogatepass")
