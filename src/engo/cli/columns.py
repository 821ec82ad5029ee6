"""How long arrays are laid out in columns, after Node's util.inspect.

Works on texts alone: what the items are is for the inspector.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SEPARATOR = 2  # ", "
MAX_COLUMNS = 15
# Three levels of nesting stay on one line, and a row has up to 4 items a level.
COMPACT = 3
# A character is about this much taller than it is wide: aims at a square block.
CHARACTER_HEIGHT = 2.5
SHORT = 6  # items of at most this width are always put in columns


def grouped(
    texts: list[str],
    rest: Sequence[str],
    *,
    widths: list[int],
    numbers: bool,
    indent: int,
    line: int,
) -> list[str]:
    """Rows of `texts` in columns, or the texts when columns do not pay.

    `rest` holds the closing "... more items", if any; `widths` are those of the
    texts on a terminal; numbers align to the right.
    """
    count = _column_count(widths, len(texts) + len(rest), indent, line)
    if count <= 1:
        return [*texts, *rest]
    spans = [max(widths[start::count]) + SEPARATOR for start in range(count)]
    rows = []
    for start in range(0, len(texts), count):
        cells = range(start, min(start + count, len(texts)))
        row = "".join(
            _padded(texts[cell] + ", ", spans[cell - start] - widths[cell], numbers)
            for cell in cells[:-1]
        )
        last = cells[-1]
        if numbers:
            missing = spans[last - start] - widths[last]
            row += _padded(texts[last], missing, numbers)
        else:
            row += texts[last]
        rows.append(row)
    return [*rows, *rest]


def _padded(text: str, missing: int, right: bool) -> str:
    blanks = " " * (missing - SEPARATOR)
    return blanks + text if right else text + blanks


def _column_count(widths: list[int], entries: int, indent: int, line: int) -> int:
    total = sum(widths) + SEPARATOR * len(widths)
    longest = max(widths)
    widest = longest + SEPARATOR
    if widest * 3 + indent >= line:
        return 1
    if total / widest <= 5 and longest > SHORT:
        return 1
    bias = (widest - total / entries) ** 0.5
    biased = max(widest - 3 - bias, 1.0)
    square = int((CHARACTER_HEIGHT * biased * len(widths)) ** 0.5 / biased + 0.5)
    return min(square, (line - indent) // widest, COMPACT * 4, MAX_COLUMNS)
