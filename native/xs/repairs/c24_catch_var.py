"""`catch (a) { var a }` is allowed, as annex B has it, and `catch (a = 1)` is not.

Symptom: the first is a SyntaxError, duplicate variable; older minifiers write it.
Cause: the parameter of a catch was a let like others, with an initializer, too.
Effect: a var goes past the scope of a catch's plain name. Its value goes to the
caught one, since names are looked up from inside.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SYNTAXICAL = "xs/sources/xsSyntaxical.c"
SCOPE = "xs/sources/xsScope.c"

REPAIR = Repair(
    name="c24_catch_var",
    reason="old minified code with a var for what is caught did not parse",
    edits=(
        Edit(
            SYNTAXICAL,
            old="""\
			fxBinding(parser, XS_TOKEN_LET, 1);
""",
            new="""\
			fxBinding(parser, XS_TOKEN_LET, 0);
""",
        ),
        Edit(
            SCOPE,
            old="""\
static txDeclareNode* fxScopeGetDeclareNode(txScope* self, txSymbol* symbol);
""",
            new="""\
static txDeclareNode* fxScopeGetDeclareNode(txScope* self, txSymbol* symbol);
static txBoolean fxScopeIsCatchName(txScope* self);
""",
        ),
        Edit(
            SCOPE,
            old="""\
}

void fxDeclareNodeHoist(void* it, void* param) 
""",
            new="""\
}

/* Engo: the scope of `catch (e)`, whose block may have `var e`. */
txBoolean fxScopeIsCatchName(txScope* self)
{
	txCatchNode* node = (txCatchNode*)self->node;
	return (node->description->token == XS_TOKEN_CATCH) && (node->scope == self) && (node->parameter->description->token == XS_TOKEN_LET);
}

void fxDeclareNodeHoist(void* it, void* param) 
""",
        ),
        Edit(
            SCOPE,
            old="""\
				if ((node->description->token == XS_TOKEN_CONST) || (node->description->token == XS_TOKEN_LET) || (node->description->token == XS_TOKEN_DEFINE))
""",
            new="""\
				if (((node->description->token == XS_TOKEN_CONST) || (node->description->token == XS_TOKEN_LET) || (node->description->token == XS_TOKEN_DEFINE)) && !fxScopeIsCatchName(scope))
""",
        ),
    ),
    programs=("correctness/catch-var",),
)
