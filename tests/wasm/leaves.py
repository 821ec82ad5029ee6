"""Random JavaScript statements about data: patterns, classes, collections, texts.

Each reads and changes the number `x` and pushes what it sees to `log`; see
programs.py, which wraps them in control flow. Not a test file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

_LINES: Final = (Path(__file__).with_suffix(".txt")).read_text("utf-8").splitlines()[1:]
_TEXTS: Final = ("abc", "a,b,,c", "  pad ", "xyzzy", "é\U0001f600z", "A1b2", "")
_ATOMS: Final = (
    "a", "b", "c", "1", ".", "\\d", "\\w", "\\s", "\\S", "\\D", "[ab]", "[^a]",
    "[a-c1-3]", "\\b", "\\B", "(?:ab|c)", "(?=b)", "(?!c)", "(?<=a)", "(?<!b)",
    "\\u0062", "[\\w-]", "é",
)  # fmt: skip
_PLACES: Final = ("\\b", "\\B", "(?=", "(?!", "(?<=", "(?<!")
_QUANTIFIERS: Final = ("", "", "", "*", "+", "?", "{1,2}", "{2}", "*?", "+?", "??")
_FLAGS: Final = ("", "g", "i", "m", "s", "u", "y", "gi", "gm", "gu", "iu", "gy")
_SUBJECT: Final = "aabbc 12 ab1c2 a-b\ncab xyz 321 A B éa "
_USES: Final = (
    "const m = r.exec(s); log.push(m?.index, m && [...m].join('|'), m?.groups &&"
    " Object.entries(m.groups).join());",
    "log.push(r.test(s), r.lastIndex, r.test(s), r.lastIndex);",
    "log.push(s.replace(r, '<$&$1$`>'));",
    "log.push(s.replace(r, (...a) => a.length + '' + a[0]));",
    "log.push(s.split(r).join('|'), s.split(r, 2).length);",
    "log.push(s.search(r), s.match(r)?.join('|'));",
    "try { for (const m of s.matchAll(r)) log.push(m.index, m[0]); }"
    " catch (e) { log.push(e.name); }",
    "log.push(r.source, r.flags, `${r}`, r.global, r.sticky);",
)


def statement(random: Random) -> str:
    """One statement."""
    if random.random() < 0.25:
        return _regular_expression(random)
    line = random.choice(_LINES)
    line = line.replace("$t", json.dumps(random.choice(_TEXTS)))
    line = line.replace("$n", str(random.randint(1, 40)))
    return line.replace("$m", str(random.randint(1, 4)))


def _regular_expression(random: Random) -> str:
    pattern = json.dumps(_pattern(random, 2))
    subject = "".join(random.sample(_SUBJECT, random.randint(3, 20)))
    return (
        f"{{ const r = new RegExp({pattern}, '{random.choice(_FLAGS)}'),"
        f" s = {json.dumps(subject)} + x; {random.choice(_USES)} }}"
    )


def _pattern(random: Random, depth: int) -> str:
    parts = []
    for _ in range(random.randint(1, 4)):
        if depth and random.random() < 0.3:
            opening = random.choice(("(", "(?:", f"(?<n{random.randint(0, 999_999)}>"))
            atom = f"{opening}{_pattern(random, depth - 1)})"
        else:
            atom = random.choice(_ATOMS)
        # What stands for a place may not be repeated.
        repeated = "" if atom.startswith(_PLACES) else random.choice(_QUANTIFIERS)
        parts.append(atom + repeated)
    if random.random() < 0.2:
        parts.append("|" + random.choice(_ATOMS))
    return "".join(parts)
