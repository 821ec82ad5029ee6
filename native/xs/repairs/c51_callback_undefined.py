"""`Array.from(items, undefined)` maps nothing.

Symptom: a TypeError, also of `Array.from(items, undefined, self)`, which compilers and
libraries write where a callback is optional; typed arrays' `from` alike.
Cause: that there is an argument was taken for that there is a callback.
Effect: undefined is none (ECMA-262 23.1.2.1).
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
    ),
    programs=("correctness/callback-undefined",),
)
