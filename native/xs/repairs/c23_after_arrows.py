"""A line ends an arrow function, and the next begins with the keywords of where it is.

Symptom: after `f = () => {}` a line that begins with `(`, `[`, `+`, `-`, `/` or a
backtick is a SyntaxError; so is one with `await` or `yield` after any arrow function,
which is how code without semicolons is written.
Cause: a call or an operator after such a body was an error without a look at the line's
end; and the next token was read while the flags of the arrow function held.
Effect: a token that only fxSemicolon skips stands at that line's end, and a name is
looked up once more under the flags that hold again.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

HEADER = "xs/sources/xsScript.h"
LEXICAL = "xs/sources/xsLexical.c"
SYNTAXICAL = "xs/sources/xsSyntaxical.c"

REPAIR = Repair(
    name="c23_after_arrows",
    reason="code without semicolons did not parse after arrow functions",
    edits=(
        Edit(
            HEADER,
            old="""\
extern void fxGetNextToken(txParser* parser);
""",
            new="""\
extern void fxGetNextToken(txParser* parser);
extern void fxGetKeywordAgain(txParser* parser);
""",
        ),
        Edit(
            LEXICAL,
            old="""\
	}	
	return;
""",
            new="""\
	}	
	return;
}

/* Engo: the token again, a name, as the flags are now. */
void fxGetKeywordAgain(txParser* parser)
{
	if (parser->ahead)
		return;
	c_strcpy(parser->buffer, parser->symbol->string);
	fxGetNextKeyword(parser);
	parser->token = parser->token2;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		if (parser->token == XS_TOKEN_SEMICOLON)
""",
            new="""\
		if ((parser->token == XS_TOKEN_SEMICOLON) || (parser->token == XS_NO_TOKEN))
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	txInteger aLine = parser->line;
	txUnsigned flags = parser->flags;
	parser->flags &= ~(mxAsyncFlag | mxGeneratorFlag | mxYieldFlag);
""",
            new="""\
	txInteger aLine = parser->line;
	txUnsigned flags = parser->flags;
	txBoolean semicolonFlag = 0;
	parser->flags &= ~(mxAsyncFlag | mxGeneratorFlag | mxYieldFlag);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		fxPushNodeStruct(parser, 1, XS_TOKEN_BODY, aLine);
		fxMatchToken(parser, XS_TOKEN_RIGHT_BRACE);
""",
            new="""\
		fxPushNodeStruct(parser, 1, XS_TOKEN_BODY, aLine);
		fxMatchToken(parser, XS_TOKEN_RIGHT_BRACE);
		semicolonFlag = parser->crlf;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	parser->flags = flags | (parser->flags & (mxArgumentsFlag | mxEvalFlag));
""",
            new="""\
	parser->flags = flags | (parser->flags & (mxArgumentsFlag | mxEvalFlag));
	/* Engo: the next token was read with the flags of the function. */
	if (gxTokenFlags[parser->token] & XS_TOKEN_IDENTIFIER_NAME)
		fxGetKeywordAgain(parser);
	/* Engo: nothing goes on with a body in braces, so that a line ends it; fxSemicolon skips this. */
	if (semicolonFlag) {
		switch (parser->token) {
		case XS_TOKEN_COLON:
		case XS_TOKEN_COMMA:
		case XS_TOKEN_EOF:
		case XS_TOKEN_RIGHT_BRACE:
		case XS_TOKEN_RIGHT_BRACKET:
		case XS_TOKEN_RIGHT_PARENTHESIS:
		case XS_TOKEN_SEMICOLON:
			break;
		default:
			parser->token = XS_NO_TOKEN;
			parser->ahead = 1;
			break;
		}
	}
""",
        ),
    ),
    programs=("correctness/after-arrows",),
)
