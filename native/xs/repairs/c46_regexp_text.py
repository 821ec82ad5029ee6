"""`RegExp.prototype.toString` wants an object.

Symptom: `RegExp.prototype.toString.call('a')` is "/undefined/undefined".
Cause: a primitive was made an object of.
Effect: a TypeError (ECMA-262 22.2.6.17).
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="c46_regexp_text",
    reason="RegExp.prototype.toString made texts of primitives",
    edits=(
        Edit(
            "xs/sources/xsRegExp.c",
            old="""\
	fxToInstance(the, mxThis);
	fxStringX(the, mxResult, "/");
""",
            new="""\
	if (!mxIsReference(mxThis))
		mxTypeError("this is no object");
	fxStringX(the, mxResult, "/");
""",
        ),
    ),
    programs=("correctness/regexp-text",),
)
