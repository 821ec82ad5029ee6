"""`async`, `static` and integers with an n are names of members like others.

Symptom: `({ async() {} })`, `({ async })`, `class A { static() {} }`, `({ 1n: 2 })` and
`class A { prototype = 1 }` are SyntaxErrors.
Cause: `async` and `static` were modifiers whatever came next, no name was a BigInt, and
the rule for static fields was asked of all.
Effect: what is before `(`, `=`, `,`, `;` or `}` is a name. A BigInt of more than 4,096
words is refused as a name, since its digits take quadratic time.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SYNTAXICAL = "xs/sources/xsSyntaxical.c"

REPAIR = Repair(
    name="c22_member_names",
    reason="members called async or static, and 1n as a name, did not parse",
    edits=(
        Edit(
            SYNTAXICAL,
            old="""\
static void fxParameters(txParser* parser);
""",
            new="""\
static void fxParameters(txParser* parser);
static void fxBigIntName(txParser* parser);
static txBoolean fxEndsPropertyName(txToken token);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			if ((parser->token == XS_TOKEN_STATIC) && (!parser->escaped)) {
""",
            new="""\
			fxGetNextToken2(parser);
			if ((parser->token == XS_TOKEN_STATIC) && (!parser->escaped) && !fxEndsPropertyName(parser->token2)) {
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
				if ((parser->token == XS_TOKEN_ASSIGN) || parser->token == XS_TOKEN_SEMICOLON) {
					fxPushSymbol(parser, parser->staticSymbol);
					aToken1 = XS_TOKEN_PROPERTY;
					goto field;
				}
""",
            new="""\
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
				if (aSymbol == parser->prototypeSymbol)
""",
            new="""\
				if (aStaticFlag && (aSymbol == parser->prototypeSymbol))
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			field:
""",
            new="""\
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
}

void fxPropertyName(txParser* parser, txSymbol** theSymbol, txToken* theToken0, txToken* theToken1, txToken* theToken2, txUnsigned* flag)
""",
            new="""\
}

/* Engo: is what is before such a token a whole name, not a modifier like async? */
txBoolean fxEndsPropertyName(txToken token)
{
	switch (token) {
	case XS_TOKEN_ASSIGN:
	case XS_TOKEN_COLON:
	case XS_TOKEN_COMMA:
	case XS_TOKEN_EOF:
	case XS_TOKEN_LEFT_PARENTHESIS:
	case XS_TOKEN_RIGHT_BRACE:
	case XS_TOKEN_SEMICOLON:
		return 1;
	}
	return 0;
}

/* Engo: an integer with an n is the name that its decimal digits are. */
void fxBigIntName(txParser* parser)
{
	txString end = parser->buffer + parser->bufferSize - 1;
	txString begin;
	if (parser->token != XS_TOKEN_BIGINT)
		return;
	if (parser->bigint.size > 4096)
		fxReportMemoryError(parser, parser->line, "number overflow");
	*end = 0;
	begin = engo_bigint_to_text(parser->console, parser->bigint.data, parser->bigint.size, 10, end);
	parser->stringLength = mxPtrDiff(end - begin);
	parser->string = fxNewParserString(parser, begin, parser->stringLength);
	parser->token = XS_TOKEN_STRING;
}

void fxPropertyName(txParser* parser, txSymbol** theSymbol, txToken* theToken0, txToken* theToken1, txToken* theToken2, txUnsigned* flag)
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	*flag = 0;
	fxGetNextToken2(parser);
""",
            new="""\
	*flag = 0;
	fxGetNextToken2(parser);
	fxBigIntName(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		else if (fxIsKeyword(parser, parser->asyncSymbol) && (!parser->crlf2)) {
""",
            new="""\
		else if ((aToken0 == XS_TOKEN_IDENTIFIER) && (aSymbol == parser->asyncSymbol) && (!parser->escaped) && (!parser->crlf2) && !fxEndsPropertyName(parser->token2)) {
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		fxPushNULL(parser);
	}
	if (aToken2 != XS_NO_TOKEN) {
""",
            new="""\
		fxPushNULL(parser);
	}
	fxBigIntName(parser);
	if (aToken2 != XS_NO_TOKEN) {
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		aSymbol = NULL;
		aToken = XS_TOKEN_PROPERTY_BINDING;
""",
            new="""\
		aSymbol = NULL;
		aToken = XS_TOKEN_PROPERTY_BINDING;
		fxBigIntName(parser);
""",
        ),
    ),
    programs=("correctness/member-names",),
)
