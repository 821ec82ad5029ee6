"""`Array.from` takes any length, and an array that may not shrink says so.

Symptom: `Array.from({ length: -1 })` is a RangeError; `Object.seal([1, 2]).length = 0`
does nothing in silence.
Cause: the length of an array-like was checked as if it were an array's; the setter of
`length` did not look at what came of it.
Effect: ToLength for array-likes; a TypeError in strict code, which all of a
compartment's is.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

ARRAY = "xs/sources/xsArray.c"

REPAIR = Repair(
    name="c44_array_lengths",
    reason="Array.from refused lengths, sealed arrays ignored them",
    edits=(
        Edit(
            ARRAY,
            old="""\
			if (mxIsUndefined(the->stack))
				length = 0;
			else
				length = fxCheckArrayLength(the, the->stack);
			mxPop();
			fxCreateArray(the, 1, length);
""",
            new="""\
			if (mxIsUndefined(the->stack))
				length = 0;
			else {
				txNumber number = fxToLength(the, the->stack);
				if (number > 0xFFFFFFFF)
					mxRangeError("invalid length");
				length = (txIndex)number;
			}
			mxPop();
			fxCreateArray(the, 1, length);
""",
        ),
        Edit(
            ARRAY,
            old="""\
	fxSetArrayLength(the, array, length);
    mxResult->value.number = array->value.array.length;
""",
            new="""\
	if (!fxSetArrayLength(the, array, length) && (the->frame->next->flag & XS_STRICT_FLAG))
		mxTypeError("set length: item not configurable");
    mxResult->value.number = array->value.array.length;
""",
        ),
    ),
    programs=("correctness/array-lengths",),
)
