"""`Math.hypot` of any number of arguments is infinite, not NaN, and does not overflow.

Symptom: `Math.hypot(Infinity, NaN, 1)` is NaN, `Math.hypot(1e200)` Infinity,
`Math.hypot(3e-200, 4e-200, 0)` 0.
Cause: other than two arguments were squared and added.
Effect: C's hypot for each, which scales; one argument is its size.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="c49_hypot",
    reason="Math.hypot of one or three numbers overflowed",
    edits=(
        Edit(
            "xs/sources/xsMath.c",
            old="""\
			result += argument * argument;
		}
		mxResult->kind = XS_NUMBER_KIND;
		mxResult->value.number = c_sqrt(result);
""",
            new="""\
			result = c_hypot(result, argument);
		}
		mxResult->kind = XS_NUMBER_KIND;
		mxResult->value.number = result;
""",
        ),
    ),
    programs=("correctness/hypot",),
)
