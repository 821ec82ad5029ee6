"""The count of a regular expression's quantifier never goes below zero.

Symptom: none seen by a guest; found by reading what was repaired in XS later.
Cause: at the end of an iteration one was taken from the rest even when it was zero;
below zero it means "without end".
Effect: zero stays zero, and an iteration remembers where it ended.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsre.c"
REST = (
    "\t\t\t\t\t\tquantifier->max = (quantifier->max == 0x7FFFFFFF) ? 0x7FFFFFFF : "
    "quantifier->max - 1;\n"
)

REPAIR = Repair(
    name="s10_regexp_quantifier",
    reason="a quantifier's rest could become -1, which is endless",
    edits=(
        Edit(
            FILE,
            old=REST,
            new="""\
						if ((0 < quantifier->max) && (quantifier->max < 0x7FFFFFFF))
							quantifier->max--;
						quantifier->offset = offset;
""",
        ),
    ),
    unshown="found by reading; no program is known that needs it, with c07 or without",
    programs=("safety/regexp-quantifier-rest",),
)
