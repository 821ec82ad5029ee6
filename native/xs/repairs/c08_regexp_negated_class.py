"""`[^...]` excludes what it says, also from zero on and for ranges that touch.

Symptom: a negated class that begins at U+0000, or whose ranges touch, matches what it
should not.
Cause: the end of a range was noted only where a gap lay before the range.
Effect: it is noted for each range.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

RE = "xs/sources/xsre.c"

REPAIR = Repair(
    name="c08_regexp_negated_class",
    reason="negated character classes ignored ranges without a gap before them",
    edits=(
        Edit(
            RE,
            old="""\
			character = end;
		}
""",
            new="""\
		}
		character = end;
""",
        ),
    ),
    programs=("correctness/regexp-negated-class",),
)
