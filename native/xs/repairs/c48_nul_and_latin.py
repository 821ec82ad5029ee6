"""`charCodeAt` knows NUL, `escape` the letters of Latin-1.

Symptom: `'\\0'.charCodeAt(0)` is 192; `escape('\\xe9')` and `escape('\\0a')` escape nothing.
Cause: NUL is two bytes in a string of XS, which charCodeAt took for a letter; escape
took "as many bytes as before" for "nothing to do", where the end counted as a byte.
Effect: the unit is 0; escape and its kin compare with the text without its end.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="c48_nul_and_latin",
    reason="charCodeAt of NUL was 192, escape of one Latin letter did nothing",
    edits=(
        Edit(
            "xs/sources/xsString.c",
            old="""\
	fxUTF8Decode(mxThis->value.string + anOffset, &mxResult->value.integer);
""",
            new="""\
	if (((txU1*)mxThis->value.string)[anOffset] == 0xC0) /* Engo: NUL, nothing else */
		mxResult->value.integer = 0;
	else
		fxUTF8Decode(mxThis->value.string + anOffset, &mxResult->value.integer);
""",
        ),
        Edit(
            "xs/sources/xsGlobal.c",
            old="	if (length == (src - mxArgv(0)->value.string)) {\n",
            new="	if (length == (txInteger)c_strlen(mxArgv(0)->value.string)) {\n",
            count=4,
        ),
    ),
    programs=("correctness/nul-and-latin",),
)
