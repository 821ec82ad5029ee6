"""`Object.freeze` freezes deeply only when it is told `true`.

Symptom: `objects.map(Object.freeze)` freezes what all but the first object refer to.
Cause: XS's own second argument, which asks for a deep freeze, was any true value, and
map hands over an index.
Effect: XS's extension stays for `true` itself.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="c53_freeze_deep",
    reason="Object.freeze as a callback froze too much",
    edits=(
        Edit(
            "xs/sources/xsObject.c",
            old="			if ((mxArgc > 1) && fxToBoolean(the, mxArgv(1)))\n"
            "				deep = 1;\n",
            new="			if ((mxArgc > 1) && (mxArgv(1)->kind == XS_BOOLEAN_KIND))\n"
            "				deep = mxArgv(1)->value.boolean;\n",
        ),
    ),
    programs=("correctness/freeze-deep",),
)
