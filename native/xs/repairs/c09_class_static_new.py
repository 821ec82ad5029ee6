"""A static initialiser may construct its own class.

Symptom: in `class E { p = 1; static d = new E() }` the instance has no field `p`.
Cause: the code that installs the fields of instances ran after the static ones.
Effect: it runs before.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

CODE = "xs/sources/xsCode.c"

REPAIR = Repair(
    name="c09_class_static_new",
    reason="static initialisers ran before the fields of instances were known",
    edits=(
        Edit(
            CODE,
            old="""\
		fxCoderAddIndex(param, 0, XS_CODE_CONST_CLOSURE_1, self->symbolScope->firstDeclareNode->index);
""",
            new="""\
		fxCoderAddIndex(param, 0, XS_CODE_CONST_CLOSURE_1, self->symbolScope->firstDeclareNode->index);
	if (self->instanceInit) {
		fxNodeDispatchCode(self->instanceInit, param);
		fxCoderAddIndex(param, 1, XS_CODE_GET_LOCAL_1, prototype);
		fxCoderAddByte(param, -1, XS_CODE_SET_HOME);
		fxCoderAddIndex(param, 0, XS_CODE_CONST_CLOSURE_1, declaration->index);
		fxCoderAddByte(param, -1, XS_CODE_POP);
	}
""",
        ),
        Edit(
            CODE,
            old="""\
		fxCoderAddByte(param, -1, XS_CODE_POP);
	}
	if (self->instanceInit) {
		fxNodeDispatchCode(self->instanceInit, param);
		fxCoderAddIndex(param, 1, XS_CODE_GET_LOCAL_1, prototype);
		fxCoderAddByte(param, -1, XS_CODE_SET_HOME);
		fxCoderAddIndex(param, 0, XS_CODE_CONST_CLOSURE_1, declaration->index);
""",
            new="""\
""",
        ),
    ),
    programs=("correctness/class-static-new",),
)
