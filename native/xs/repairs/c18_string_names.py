"""Modules export and import under any string: `export {x as "a b"}`.

Symptom: a SyntaxError; bundlers write such names for those that are no identifiers.
Cause: the syntax of 2022 was missing in the parser; the rest needs nothing.
Effect: identifiers and well-formed strings are taken alike. A name that looks like an
index (`"0"`) is accepted and not found.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SYNTAXICAL = "xs/sources/xsSyntaxical.c"

REPAIR = Repair(
    name="c18_string_names",
    reason="string names of exports did not parse",
    edits=(
        Edit(
            SYNTAXICAL,
            old="""\
static void fxSpecifiers(txParser* parser);
""",
            new="""\
static void fxSpecifiers(txParser* parser, txBoolean* leftString, txBoolean* localString);
static txSymbol* fxModuleExportName(txParser* parser, txBoolean* isString);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	txUnsigned flag = 0;
	txToken aToken;
""",
            new="""\
	txUnsigned flag = 0;
	txToken aToken;
	txBoolean leftString = 0;
	txBoolean localString = 0;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		if (fxIsKeyword(parser, parser->asSymbol)) {
			fxGetNextToken(parser);
			if (gxTokenFlags[parser->token] & XS_TOKEN_IDENTIFIER_NAME) {
				fxPushSymbol(parser, parser->symbol);
				fxGetNextToken(parser);
			}
			else {
				fxPushNULL(parser);
				fxReportParserError(parser, parser->line, "missing identifier");
			}
		}
		else {
""",
            new="""\
		if (fxIsKeyword(parser, parser->asSymbol)) {
			fxGetNextToken(parser);
			fxPushSymbol(parser, fxModuleExportName(parser, &leftString));
		}
		else {
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		count = parser->nodeCount;
		fxSpecifiers(parser);
""",
            new="""\
		count = parser->nodeCount;
		fxSpecifiers(parser, &leftString, &localString);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		}
		else
			fxPushNULL(parser);
		fxPushNodeStruct(parser, 2, XS_TOKEN_EXPORT, line);
""",
            new="""\
		}
		else {
			fxPushNULL(parser);
			if (leftString)
				fxReportParserError(parser, parser->line, "missing from");
		}
		fxPushNodeStruct(parser, 2, XS_TOKEN_EXPORT, line);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	txBoolean fromFlag = 0;
""",
            new="""\
	txBoolean fromFlag = 0;
	txBoolean leftString = 0;
	txBoolean localString = 0;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			fxSpecifiers(parser);
""",
            new="""\
			fxSpecifiers(parser, &leftString, &localString);
			if (localString)
				fxReportParserError(parser, parser->line, "missing identifier");
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
void fxSpecifiers(txParser* parser)
""",
            new="""\
/* Engo: the name under which a module exports, an identifier or a string. */
txSymbol* fxModuleExportName(txParser* parser, txBoolean* isString)
{
	txSymbol* symbol = C_NULL;
	if (gxTokenFlags[parser->token] & XS_TOKEN_IDENTIFIER_NAME)
		symbol = parser->symbol;
	else if (parser->token == XS_TOKEN_STRING) {
		txString string = parser->string;
		txInteger character;
		txBoolean high = 0;
		txBoolean lone = (parser->escaped & (mxStringErrorFlag | mxStringLegacyFlag)) ? 1 : 0;
		for (;;) {
			string = mxStringByteDecode(string, &character);
			if ((0xDC00 <= character) && (character <= 0xDFFF)) {
				if (!high)
					lone = 1;
				high = 0;
			}
			else {
				if (high)
					lone = 1;
				high = ((0xD800 <= character) && (character <= 0xDBFF)) ? 1 : 0;
			}
			if (character == C_EOF)
				break;
		}
		if (lone)
			fxReportParserError(parser, parser->line, "invalid string");
		symbol = fxNewParserSymbol(parser, parser->string);
		*isString = 1;
	}
	if (symbol)
		fxGetNextToken(parser);
	else
		fxReportParserError(parser, parser->line, "missing identifier");
	return symbol;
}

void fxSpecifiers(txParser* parser, txBoolean* leftString, txBoolean* localString)
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	while (gxTokenFlags[parser->token] & XS_TOKEN_IDENTIFIER_NAME) {
		fxPushSymbol(parser, parser->symbol);
		fxGetNextToken(parser);
		if (fxIsKeyword(parser, parser->asSymbol)) {
			fxGetNextToken(parser);
			if (gxTokenFlags[parser->token] & XS_TOKEN_IDENTIFIER_NAME) {
				fxPushSymbol(parser, parser->symbol);
				fxGetNextToken(parser);
			}
			else {
				fxPushNULL(parser);
				fxReportParserError(parser, parser->line, "missing identifier");
			}
""",
            new="""\
	while ((gxTokenFlags[parser->token] & XS_TOKEN_IDENTIFIER_NAME) || (parser->token == XS_TOKEN_STRING)) {
		txBoolean isString = 0;
		fxPushSymbol(parser, fxModuleExportName(parser, &isString));
		if (isString)
			*leftString = 1;
		if (fxIsKeyword(parser, parser->asSymbol)) {
			fxGetNextToken(parser);
			isString = 0;
			fxPushSymbol(parser, fxModuleExportName(parser, &isString));
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		else
			fxPushNULL(parser);
		fxPushNodeStruct(parser, 2, XS_TOKEN_SPECIFIER, parser->line);
""",
            new="""\
		else
			fxPushNULL(parser);
		if (isString)
			*localString = 1;
		fxPushNodeStruct(parser, 2, XS_TOKEN_SPECIFIER, parser->line);
""",
        ),
    ),
    programs=("correctness/string-names/main",),
)
