"""Numbers that say how, not how many, are not taken modulo 2**32.

Symptom: `(5).toString(2 ** 32 + 2)` is "101", `(5n).toString(2 ** 32 + 2)` too,
`new Uint8Array(3).at(2 ** 32)` is 0.
Cause: the arguments were cut to 32 bits before their range was looked at.
Effect: RangeError for a base, undefined for an index.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

BASE = """\
		radix = fxToInteger(the, mxArgv(0));
		if ((radix < 2) || (36 < radix))
			mxRangeError("invalid radix");
"""
CHECKED = """\
		txNumber base = c_trunc(fxToNumber(the, mxArgv(0)));
		if (!((2 <= base) && (base <= 36)))
			mxRangeError("invalid radix");
"""

REPAIR = Repair(
    name="c50_whole_arguments",
    reason="bases and indices were taken modulo 2**32",
    edits=(
        Edit(
            "xs/sources/xsNumber.c",
            old=BASE,
            new=CHECKED + "\t\tradix = (txInteger)base;\n",
        ),
        Edit(
            "xs/sources/xsBigInt.c", old=BASE, new=CHECKED + "\t\tradix = (txU4)base;\n"
        ),
        Edit(
            "xs/sources/xsDataView.c",
            old="""\
	txInteger index = (mxArgc > 0) ? fxToInteger(the, mxArgv(0)) : 0;
	if (index < 0)
		index = length + index;
	if ((0 <= index) && (index < length)) {
		mxPushSlot(mxThis);
		mxGetIndex(index);
""",
            new="""\
	txNumber index = (mxArgc > 0) ? c_trunc(fxToNumber(the, mxArgv(0))) : 0;
	if (c_isnan(index))
		index = 0;
	if (index < 0)
		index = length + index;
	if ((0 <= index) && (index < length)) {
		mxPushSlot(mxThis);
		mxGetIndex((txIndex)index);
""",
        ),
    ),
    programs=("correctness/whole-arguments",),
)
