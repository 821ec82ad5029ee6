"""The front matter of a test262 file: the part of YAML that the suite uses.

Pure. A block between `/*---` and `---*/` of `key: value` lines, where a value is a
scalar, a quoted scalar, `[a, b]`, a list of `- item` lines, a deeper block of keys,
or text (`|`, `>`, or plain lines that go on deeper). Everything is bounded, and what
is not understood is an error that says where. What a flag means is not known here.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

OPEN: Final = "/*---"
CLOSE: Final = "---*/"
MAX_BLOCK: Final = 65_536
"""Characters of front matter; the longest of the suite has a tenth."""
MAX_ITEMS: Final = 1000
_KEY: Final = re.compile(r"([A-Za-z][\w-]*):(?:\s+(.*))?$")
_LINES: Final = re.compile(r"\r\n|[\n\r]")

Value = str | list[str] | dict[str, str]


class MetadataError(ValueError):
    """Front matter that is not of the form that the suite uses."""


class Negative(NamedTuple):
    """The error that a test must end with."""

    phase: str  # parse, early, resolution or runtime
    type: str  # the name of its constructor


class Metadata(NamedTuple):
    """What the front matter says; absent keys are empty."""

    flags: frozenset[str] = frozenset()
    includes: tuple[str, ...] = ()
    features: frozenset[str] = frozenset()
    negative: Negative | None = None


def parse(source: str) -> Metadata:
    """The metadata of a test's text; raises MetadataError."""
    fields = fields_of(block_of(source))
    return Metadata(
        frozenset(_list(fields, "flags")),
        tuple(_list(fields, "includes")),
        frozenset(_list(fields, "features")),
        _negative(fields.get("negative")),
    )


def block_of(source: str) -> str:
    """The text of the front matter; "" when there is none."""
    start = source.find(OPEN)
    if start < 0:
        return ""
    start += len(OPEN)
    end = source.find(CLOSE, start)
    if end < 0:
        raise MetadataError(f"expected {CLOSE} after {OPEN}, got none")
    if end - start > MAX_BLOCK:
        raise MetadataError(
            f"expected at most {MAX_BLOCK} characters of front matter, got "
            f"{end - start}"
        )
    return source[start:end]


def fields_of(block: str) -> dict[str, Value]:
    """The keys of the outermost level with their values."""
    lines = [line for line in _LINES.split(block) if not _is_nothing(line)]
    if not lines:
        return {}
    margin = min(map(_indent, lines))
    fields: dict[str, Value] = {}
    at = 0
    while at < len(lines):
        found = _KEY.match(lines[at][margin:])
        if not found:
            raise MetadataError(f"expected a key and a colon, got {lines[at]!r}")
        end = at + 1
        while end < len(lines) and _goes_on(lines[end], margin):
            end += 1
        if found[1] in fields:
            raise MetadataError(f"expected each key once, got {found[1]} twice")
        fields[found[1]] = _value(found[2] or "", lines[at + 1 : end])
        at = end
    return fields


def _is_nothing(line: str) -> bool:
    text = line.strip()
    return not text or text.startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _goes_on(line: str, margin: int) -> bool:
    # The items of a list may stand as far to the left as its key.
    return _indent(line) > margin or line[margin:].startswith("- ")


def _value(text: str, below: list[str]) -> Value:
    if text[:1] in ("|", ">"):
        return "\n".join(line.strip() for line in below)
    if text.startswith("["):
        return _flow(" ".join([text, *(line.strip() for line in below)]))
    if not _uncommented(text):
        return _block(below)
    return _scalar(" ".join([text, *(line.strip() for line in below)]))


def _flow(text: str) -> list[str]:
    inside = _uncommented(text)
    if not inside.endswith("]"):
        raise MetadataError(f"expected a list that ends with ], got {text!r}")
    items = [_scalar(item) for item in inside[1:-1].split(",")]
    return _bounded([item for item in items if item])


def _block(lines: list[str]) -> Value:
    if not lines:
        return ""
    if lines[0].lstrip().startswith("- "):
        return _bounded([_item(line) for line in lines])
    pairs = {}
    for line in lines:
        found = _KEY.match(line.strip())
        if not found:
            return " ".join(line.strip() for line in lines)
        pairs[found[1]] = _scalar(found[2] or "")
    return pairs


def _item(line: str) -> str:
    text = line.strip()
    if not text.startswith("- "):
        raise MetadataError(f"expected an item that begins with -, got {line!r}")
    return _scalar(text[2:])


def _bounded(items: list[str]) -> list[str]:
    if len(items) > MAX_ITEMS:
        raise MetadataError(f"expected at most {MAX_ITEMS} items, got {len(items)}")
    return items


def _uncommented(text: str) -> str:
    return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()


def _scalar(text: str) -> str:
    plain = text.strip()
    for quote in "'\"":
        if plain.startswith(quote) and plain.find(quote, 1) > 0:
            return plain[1 : plain.find(quote, 1)]
    return _uncommented(plain)


def _list(fields: dict[str, Value], key: str) -> list[str]:
    value = fields.get(key, [])
    if isinstance(value, list):
        return value
    if value == "":
        return []
    raise MetadataError(f"expected {key} to be a list, got {value!r}")


def _negative(value: Value | None) -> Negative | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"phase", "type"}:
        raise MetadataError(f"expected negative to have phase and type, got {value!r}")
    return Negative(value["phase"], value["type"])
