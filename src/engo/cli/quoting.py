"""Strings as Node's util.inspect writes them, and their widths.

Quotes, escapes, lengths in UTF-16 units and columns of a terminal; no values.
"""

from __future__ import annotations

_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 92: "\\\\"}
_ESCAPES: dict[int, str] = {
    code: _SHORT.get(code, f"\\x{code:02X}")
    for code in (*range(0x20), 0x5C, *range(0x7F, 0xA0))
}
# What a quote of its own kind becomes inside single quotes.
_SINGLE = {**_ESCAPES, 0x27: "\\'"}
_ZERO_WIDTH = ("Cc", "Cf", "Me", "Mn")
_SOFT_HYPHEN = "\u00ad"


def quoted(text: str) -> str:
    """A string literal: single quotes unless others spare an escape."""
    quote, table = "'", _SINGLE
    if "'" in text:
        if '"' not in text:
            quote, table = '"', _ESCAPES
        elif "`" not in text and "${" not in text:
            quote, table = "`", _ESCAPES
    inner = text.translate(table)
    if not inner.isascii():
        inner = _escape_surrogates(inner)
    return quote + inner + quote


def _escape_surrogates(text: str) -> str:
    """Lone halves are escaped; pairs that came apart are one character again."""
    joined = text.encode("utf-16-le", "surrogatepass").decode(
        "utf-16-le", "surrogatepass"
    )
    return "".join(
        f"\\u{ord(char):04X}" if "\ud800" <= char <= "\udfff" else char
        for char in joined
    )


def units(text: str) -> int:
    """The length of a string in JavaScript."""
    if text.isascii():
        return len(text)
    return len(text) + sum(char > "\uffff" for char in text)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width, normalize

    width = 0
    for char in normalize("NFC", text):
        if category(char) not in _ZERO_WIDTH or char == _SOFT_HYPHEN:
            width += 2 if east_asian_width(char) in "WF" else 1
    return width


def identifier(name: str) -> bool:
    """Whether a member name is shown without quotes."""
    return (
        name.isascii()
        and name.replace("_", "a").isalnum()
        and not ("0" <= name[:1] <= "9")
    )
