"""A `return` that a `finally` or a closing iterator abandons leaves no value behind.

Symptom: `for (;;) { try { return 1 } finally { break } }` makes its function return 1,
where it goes on behind the loop and returns undefined; so does a `return` in a try
whose `finally` throws into a `catch`, and one out of a `for-of` whose iterator's
`return` throws.
Cause: `return` stores its value before the way out is run, and a function that ends
without `return` gives what is stored.
Effect: functions in which that can happen store undefined where their body ends: two
instructions more for these.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

CODE = "xs/sources/xsCode.c"

REPAIR = Repair(
    name="c41_abandoned_return",
    reason="functions returned what a finally had overruled",
    edits=(
        Edit(
            CODE,
            old="""\
	txTargetCode* returnTarget;
	txInteger environmentLevel;
""",
            new="""\
	txTargetCode* returnTarget;
	txBoolean abandonFlag; /* Engo: a return leaves a try or a for-of */
	txInteger environmentLevel;
""",
        ),
        Edit(
            CODE,
            old="""\
	txTargetCode* returnTarget = coder->returnTarget;
	txSymbol* name = self->symbol;
""",
            new="""\
	txTargetCode* returnTarget = coder->returnTarget;
	txBoolean abandonFlag = coder->abandonFlag;
	txSymbol* name = self->symbol;
""",
        ),
        Edit(
            CODE,
            old="""\
		coder->evalFlag = 1;
	coder->line = -1;
	coder->programFlag = 0;
""",
            new="""\
		coder->evalFlag = 1;
	coder->line = -1;
	coder->abandonFlag = 0;
	coder->programFlag = 0;
""",
        ),
        Edit(
            CODE,
            old="""\
	fxNodeDispatchCode(self->body, param);
	fxCoderAdd(param, 0, coder->returnTarget);
	if (self->flags & mxArrowFlag)
""",
            new="""\
	fxNodeDispatchCode(self->body, param);
	if (coder->abandonFlag) {
		fxCoderAddByte(param, 1, XS_CODE_UNDEFINED);
		fxCoderAddByte(param, -1, XS_CODE_SET_RESULT);
	}
	fxCoderAdd(param, 0, coder->returnTarget);
	if (self->flags & mxArrowFlag)
""",
        ),
        Edit(
            CODE,
            old="""\
	coder->returnTarget = returnTarget;
	coder->firstContinueTarget = firstContinueTarget;
""",
            new="""\
	coder->returnTarget = returnTarget;
	coder->abandonFlag = abandonFlag;
	coder->firstContinueTarget = firstContinueTarget;
""",
        ),
        Edit(
            CODE,
            old="""\
		fxReportParserError(coder->parser, self->line, "invalid return");
	if (self->expression) {	
""",
            new="""\
		fxReportParserError(coder->parser, self->line, "invalid return");
	if (coder->returnTarget->original)
		coder->abandonFlag = 1;
	if (self->expression) {	
""",
        ),
    ),
    programs=("correctness/abandoned-return",),
)
