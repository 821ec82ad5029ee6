"""What is no function is no callback.

Symptom: `Array.from(items, undefined)`, which compilers and libraries write where a
callback is optional, is a TypeError; so is `JSON.parse(text, proxy)` of a proxy that
cannot be called.
Cause: that there is an argument, or a proxy, was taken for that there is a callback.
Effect: undefined is none (ECMA-262 23.1.2.1), such a proxy neither (25.5.1).
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="c51_callback_undefined",
    reason="Array.from refused undefined for a callback",
    edits=(
        Edit(
            "xs/sources/xsArray.c",
            old="	txSlot* function = (mxArgc > 1) ? fxArgToCallback(the, 1) : C_NULL;\n",
            new="	txSlot* function = ((mxArgc > 1) && !mxIsUndefined(mxArgv(1))) "
            "? fxArgToCallback(the, 1) : C_NULL;\n",
        ),
        Edit(
            "xs/sources/xsJSON.c",
            old="mxIsReference(mxArgv(1)) && mxIsCallable(mxArgv(1)->value.reference)",
            new="fxIsCallable(the, mxArgv(1))",
        ),
    ),
    programs=("correctness/callback-undefined",),
)
