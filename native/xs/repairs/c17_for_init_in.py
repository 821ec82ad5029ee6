"""Between brackets in the head of a `for`, `in` is an operator.

Symptom: `for (x = ("a" in b) ? 1 : 2; ;)` is a SyntaxError, also in arguments, in
`[...]`, in templates and in the body of a function; minified npm code has it.
Cause: only braces, array literals and classes lifted the rule for the head of a for.
Effect: all brackets and braced bodies do; the expression of an arrow function does not.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SYNTAXICAL = "xs/sources/xsSyntaxical.c"

REPAIR = Repair(
    name="c17_for_init_in",
    reason="minified code with in between brackets in a for did not parse",
    edits=(
        Edit(
            SYNTAXICAL,
            old="""\
static void fxTemplateExpression(txParser* parser);
""",
            new="""\
static void fxTemplateExpression(txParser* parser);
static void fxBracketedExpression(txParser* parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
				fxGetNextToken(parser);
				fxCommaExpression(parser);
""",
            new="""\
				fxGetNextToken(parser);
				fxBracketedExpression(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
					fxCommaExpression(parser);
""",
            new="""\
					fxBracketedExpression(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		if (!flag && (parser->token == XS_TOKEN_LEFT_PARENTHESIS)) {
			fxGetNextToken(parser);
			fxAssignmentExpression(parser);
""",
            new="""\
		if (!flag && (parser->token == XS_TOKEN_LEFT_PARENTHESIS)) {
			flags = parser->flags & mxForFlag;
			parser->flags &= ~mxForFlag;
			fxGetNextToken(parser);
			fxAssignmentExpression(parser);
			parser->flags |= flags;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	fxSwapNodes(parser);	
	if (parser->token == XS_TOKEN_LEFT_BRACE) {
""",
            new="""\
	fxSwapNodes(parser);	
	if (parser->token == XS_TOKEN_LEFT_BRACE) {
		parser->flags &= ~mxForFlag;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	parser->flags &= ~(mxAwaitingFlag | mxYieldingFlag);
""",
            new="""\
	txUnsigned forFlag = parser->flags & mxForFlag;
	parser->flags &= ~(mxAwaitingFlag | mxYieldingFlag | mxForFlag);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	}
	aLine = parser->line;
""",
            new="""\
	}
	aLine = parser->line;
	parser->flags |= forFlag;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			fxGetNextToken(parser);
			fxCommaExpression(parser);
			fxPushNodeStruct(parser, 2, XS_TOKEN_MEMBER_AT, aMemberLine);
""",
            new="""\
			fxGetNextToken(parser);
			fxBracketedExpression(parser);
			fxPushNodeStruct(parser, 2, XS_TOKEN_MEMBER_AT, aMemberLine);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
            fxCommaExpression(parser);
""",
            new="""\
            fxBracketedExpression(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
}

void fxParameters(txParser* parser)
""",
            new="""\
}

/* Engo: `in` is an operator again between brackets in the head of a for. */
void fxBracketedExpression(txParser* parser)
{
	txUnsigned forFlag = parser->flags & mxForFlag;
	parser->flags &= ~mxForFlag;
	fxCommaExpression(parser);
	parser->flags |= forFlag;
}

void fxParameters(txParser* parser)
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	txInteger aLine = parser->line;
	txBoolean aSpreadFlag = 0;
	fxMatchToken(parser, XS_TOKEN_LEFT_PARENTHESIS);
""",
            new="""\
	txInteger aLine = parser->line;
	txBoolean aSpreadFlag = 0;
	txUnsigned forFlag = parser->flags & mxForFlag;
	parser->flags &= ~mxForFlag;
	fxMatchToken(parser, XS_TOKEN_LEFT_PARENTHESIS);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			fxMatchToken(parser, XS_TOKEN_COMMA);
	}
""",
            new="""\
			fxMatchToken(parser, XS_TOKEN_COMMA);
	}
	parser->flags |= forFlag;
""",
        ),
    ),
    programs=("correctness/for-init-in",),
)
