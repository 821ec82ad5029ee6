"""A missing key is the key undefined.

Symptom: `new Set().has()`, `map.get()`, `Reflect.get(object)` and their like throw
`no key`; core-js's Set methods make such calls.
Cause: the number of arguments was checked.
Effect: as everywhere else, an argument that is not there is undefined.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

MAPSET = "xs/sources/xsMapSet.c"
PROXY = "xs/sources/xsProxy.c"

REPAIR = Repair(
    name="c11_missing_arguments",
    reason="calls without a key threw instead of using undefined",
    edits=(
        Edit(
            MAPSET,
            old="""\
	mxTypeError("no key");
	return C_NULL;
""",
            new="""\
	mxPushUndefined();
	return the->stack;
""",
        ),
        Edit(
            MAPSET,
            old="""\
	mxTypeError("no value");
	return C_NULL;
""",
            new="""\
	mxPushUndefined();
	return the->stack;
""",
        ),
        Edit(
            PROXY,
            old="""\
	if (mxArgc < 2)
		mxTypeError("no key");
	at = fxAt(the, mxArgv(1));
""",
            new="""\
	if (mxArgc < 2)
		mxPushUndefined();
	at = fxAt(the, (mxArgc < 2) ? the->stack : mxArgv(1));
""",
            count=6,
        ),
    ),
    programs=("correctness/missing-arguments",),
)
