"""Programs that are none are refused.

Symptom: `try {}` alone, `'use strict'; 07`, `((a)) => 0`, `({a: b[0]}) => 0`, `var [x]`,
`class eval {}`, `function static() { 'use strict' }`, `function* g() { function yield()
{} }`, `({[1, 2]: 3})`, equal labels in each other, `new super()` and `import {function}
from "a"` are accepted.
Cause: rules that were missing in the parser.
Effect: each is a SyntaxError before anything runs.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

HEADER = "xs/sources/xsScript.h"
LEXICAL = "xs/sources/xsLexical.c"
SYNTAXICAL = "xs/sources/xsSyntaxical.c"
CODE = "xs/sources/xsCode.c"

REPAIR = Repair(
    name="c30_early_errors",
    reason="programs that break early rules were accepted",
    edits=(
        Edit(
            HEADER,
            old="""\
extern void fxCheckStrictKeyword(txParser* parser);
""",
            new="""\
extern void fxCheckStrictKeyword(txParser* parser);
extern txBoolean fxIsStrictKeyword(txSymbol* symbol);
""",
        ),
        Edit(
            LEXICAL,
            old="""\
} 
""",
            new="""\
} 

/* Engo: is that a name which is reserved in strict code? */
txBoolean fxIsStrictKeyword(txSymbol* symbol)
{
	int index;
	for (index = 0; index < XS_STRICT_KEYWORD_COUNT; index++) {
		if (c_strcmp(gxStrictKeywords[index].text, symbol->string) == 0)
			return 1;
	}
	return 0;
}
""",
        ),
        Edit(
            LEXICAL,
            old="""\
					fxReportParserError(parser, parser->line, "octal number (strict mode)");			
""",
            new="""\
					fxReportParserError(parser, parser->line, "octal number (strict mode)");			
				parser->escaped2 = 1;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		txBoolean isString = 0;
""",
            new="""\
		txBoolean isString = (parser->token != XS_TOKEN_IDENTIFIER) ? 1 : 0;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			isString = 0;
""",
            new="""\
			isString = (parser->token != XS_TOKEN_IDENTIFIER) ? 1 : 0;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		if (!(node->flags & mxStringEscapeFlag) && (c_strcmp(((txStringNode*)node)->value, "use strict") == 0)) {
			if (!(parser->flags & mxStrictFlag)) {
				parser->flags |= mxStrictFlag;
				if (parser->token == XS_TOKEN_IDENTIFIER)
					fxCheckStrictKeyword(parser);
			}
		}
	}
""",
            new="""\
		if (!(node->flags & mxStringEscapeFlag) && (c_strcmp(((txStringNode*)node)->value, "use strict") == 0)) {
			if (!(parser->flags & mxStrictFlag)) {
				parser->flags |= mxStrictFlag;
				if (parser->token == XS_TOKEN_IDENTIFIER)
					fxCheckStrictKeyword(parser);
				else if (((parser->token == XS_TOKEN_INTEGER) || (parser->token == XS_TOKEN_NUMBER)) && parser->escaped)
					fxReportParserError(parser, parser->line, "octal number (strict mode)");
			}
		}
	}
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
				fxReportParserError(parser, parser->line, "invalid directive");
			if (!(parser->flags & mxStrictFlag)) {
				parser->flags |= mxStrictFlag;
				if (parser->token == XS_TOKEN_IDENTIFIER)
					fxCheckStrictKeyword(parser);
			}
		}
	}
""",
            new="""\
				fxReportParserError(parser, parser->line, "invalid directive");
			if (!(parser->flags & mxStrictFlag)) {
				parser->flags |= mxStrictFlag;
				if (parser->token == XS_TOKEN_IDENTIFIER)
					fxCheckStrictKeyword(parser);
				else if (((parser->token == XS_TOKEN_INTEGER) || (parser->token == XS_TOKEN_NUMBER)) && parser->escaped)
					fxReportParserError(parser, parser->line, "octal number (strict mode)");
			}
		}
	}
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		fxBlock(parser);
	}
	else {
		fxPushNULL(parser);
""",
            new="""\
		fxBlock(parser);
	}
	else {
		if (!parser->root->description)
			fxReportParserError(parser, parser->line, "missing catch");
		fxPushNULL(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	txInteger aCount = 0;
	txInteger aLine = parser->line;
	fxMatchToken(parser, theToken);
""",
            new="""\
	txInteger aCount = 0;
	txInteger aLine = parser->line;
	txUnsigned forFlag = parser->flags & mxForFlag;
	fxMatchToken(parser, theToken);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		commaFlag = 0;
		fxBinding(parser, theToken, 1);
""",
            new="""\
		commaFlag = 0;
		fxBinding(parser, theToken, 1);
		if (((parser->root->description->token == XS_TOKEN_ARRAY_BINDING) || (parser->root->description->token == XS_TOKEN_OBJECT_BINDING))
				&& !(forFlag && ((parser->token == XS_TOKEN_IN) || fxIsKeyword(parser, parser->ofSymbol))))
			fxReportParserError(parser, parser->line, "missing initializer");
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			if (parser->flags & mxDerivedFlag) {
""",
            new="""\
			if (!flag && (parser->flags & mxDerivedFlag)) {
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	fxMatchToken(parser, XS_TOKEN_CLASS);
	if (parser->token == XS_TOKEN_IDENTIFIER) {
""",
            new="""\
	fxMatchToken(parser, XS_TOKEN_CLASS);
	if (parser->token == XS_TOKEN_IDENTIFIER) {
		fxCheckStrictSymbol(parser, parser->symbol);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			|| ((flags & mxGeneratorFlag) && !(flags & mxStrictFlag) && (parser->token == XS_TOKEN_YIELD))
""",
            new="""\
			|| ((theSymbol == C_NULL) && (flags & mxGeneratorFlag) && !(flags & mxStrictFlag) && (parser->token == XS_TOKEN_YIELD))
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
		fxAssignmentExpression(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			fxGetNextToken(parser);
		}
		else if (parser->token == XS_TOKEN_LEFT_BRACKET) {
			fxGetNextToken(parser);
			fxCommaExpression(parser);
			if (parser->token != XS_TOKEN_RIGHT_BRACKET) {
				fxReportParserError(parser, parser->line, "missing ]");
			}
""",
            new="""\
			fxGetNextToken(parser);
		}
		else if (parser->token == XS_TOKEN_LEFT_BRACKET) {
			fxGetNextToken(parser);
			fxAssignmentExpression(parser);
			if (parser->token != XS_TOKEN_RIGHT_BRACKET) {
				fxReportParserError(parser, parser->line, "missing ]");
			}
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	txNode* binding;
again:
""",
            new="""\
	txNode* binding;
again:
	if ((theToken == XS_TOKEN_ARG) && ((aToken == XS_TOKEN_EXPRESSIONS) || (aToken == XS_TOKEN_MEMBER) || (aToken == XS_TOKEN_MEMBER_AT) || (aToken == XS_TOKEN_PRIVATE_MEMBER)))
		return NULL;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			}
		}
		else if (parser->token == XS_TOKEN_LEFT_BRACKET) {
			fxGetNextToken(parser);
			fxCommaExpression(parser);
			if (parser->token != XS_TOKEN_RIGHT_BRACKET) {
				fxReportParserError(parser, parser->line, "missing ]");
			}
""",
            new="""\
			}
		}
		else if (parser->token == XS_TOKEN_LEFT_BRACKET) {
			txUnsigned forFlag = parser->flags & mxForFlag;
			parser->flags &= ~mxForFlag;
			fxGetNextToken(parser);
			fxAssignmentExpression(parser);
			parser->flags |= forFlag;
			if (parser->token != XS_TOKEN_RIGHT_BRACKET) {
				fxReportParserError(parser, parser->line, "missing ]");
			}
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			fxReportParserError(parser, parser->line, "invalid yield (strict mode)");
""",
            new="""\
			fxReportParserError(parser, parser->line, "invalid yield (strict mode)");
		else if (symbol && fxIsStrictKeyword(symbol))
			fxReportParserError(parser, parser->line, "invalid %s (strict mode)", symbol->string);
""",
        ),
        Edit(
            CODE,
            old="""\
		if (former) {
""",
            new="""\
		while (former) {
""",
        ),
        Edit(
            CODE,
            old="""\
				current = current->nextLabel;
			}
""",
            new="""\
				current = current->nextLabel;
			}
			former = former->nextLabel;
""",
        ),
    ),
    programs=("correctness/early-errors",),
)
