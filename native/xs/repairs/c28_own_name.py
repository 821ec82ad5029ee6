"""The name that a function expression has in itself is a binding as the standard has it.

Symptom: `(function f(f) { return f })(5)` and `(function f(a = f) {})()` throw a
ReferenceError; `(function f() { f = 1 })()` throws a TypeError in sloppy code, too.
Cause: a parameter of that name was taken for it, as was `arguments`; it was set after
the parameters; and all constants throw.
Effect: parameters and `arguments` hide it, it is set first, and sloppy assignments
to it do nothing.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SCOPE = "xs/sources/xsScope.c"
CODE = "xs/sources/xsCode.c"

REPAIR = Repair(
    name="c28_own_name",
    reason="a function expression with a parameter of its own name threw",
    edits=(
        Edit(
            SCOPE,
            old="""\
	if (self->description->token == XS_TOKEN_ARG) {
		node = fxScopeGetDeclareNode(hoister->functionScope, self->symbol);
""",
            new="""\
	if (self->description->token == XS_TOKEN_ARG) {
		node = fxScopeGetDeclareNode(hoister->functionScope, self->symbol);
		if (node && (node->description->token == XS_TOKEN_CONST)) {
			/* Engo: a parameter hides the function's own name, which is first in the scope */
			scope = hoister->functionScope;
			scope->firstDeclareNode = node->nextDeclareNode;
			if (scope->lastDeclareNode == node)
				scope->lastDeclareNode = C_NULL;
			scope->declareNodeCount--;
			scope->firstDefineNode = scope->lastDefineNode = C_NULL;
			scope->defineNodeCount = 0;
			node = C_NULL;
		}
""",
        ),
        Edit(
            SCOPE,
            old="""\
	hoister->bodyScope = C_NULL;
	if (self->symbol) {
""",
            new="""\
	hoister->bodyScope = C_NULL;
	if (self->symbol && (self->symbol != hoister->parser->argumentsSymbol)) {
""",
        ),
        Edit(
            CODE,
            old="""\
	txAccessNode* self = it;
	txDeclareNode* declaration = self->declaration;
	if (!declaration)
""",
            new="""\
	txAccessNode* self = it;
	txDeclareNode* declaration = self->declaration;
	if (!(self->flags & mxStrictFlag)) {
		/* Engo: the name that a function expression has in itself keeps its value */
		txDeclareNode* name = declaration;
		while (name && (name->description->token == XS_NO_TOKEN))
			name = name->declaration;
		if (name && (name->description->token == XS_TOKEN_CONST) && (name->flags & mxDefineNodeCodedFlag))
			return;
	}
	if (!declaration)
""",
        ),
        Edit(
            CODE,
            old="""\
	if ((self->flags & mxAsyncFlag) && !(self->flags & mxGeneratorFlag))
		fxCoderAddByte(param, 0, XS_CODE_START_ASYNC);
	fxNodeDispatchCode(self->params, param);
	fxScopeCodeDefineNodes(self->scope, param);
""",
            new="""\
	if ((self->flags & mxAsyncFlag) && !(self->flags & mxGeneratorFlag))
		fxCoderAddByte(param, 0, XS_CODE_START_ASYNC);
	fxScopeCodeDefineNodes(self->scope, param);
	fxNodeDispatchCode(self->params, param);
""",
        ),
    ),
    programs=("correctness/own-name",),
)
