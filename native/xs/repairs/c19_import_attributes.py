"""`import data from './d.json' with { type: 'json' }` parses, and so do options.

Symptom: a SyntaxError for attributes and for a second argument of `import()`.
Cause: the syntax of 2025 was missing.
Effect: attributes are read and dropped, duplicate keys are errors; the options of
`import()` are evaluated and dropped. What a file is, its loader decides.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SYNTAXICAL = "xs/sources/xsSyntaxical.c"

REPAIR = Repair(
    name="c19_import_attributes",
    reason="import attributes did not parse",
    edits=(
        Edit(
            SYNTAXICAL,
            old="""\
static txSymbol* fxModuleExportName(txParser* parser, txBoolean* isString);
""",
            new="""\
static txSymbol* fxModuleExportName(txParser* parser, txBoolean* isString);
static void fxImportAttributes(txParser* parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
				fxPushNodeStruct(parser, 2, XS_TOKEN_EXPORT, line);
				fxGetNextToken(parser);
""",
            new="""\
				fxPushNodeStruct(parser, 2, XS_TOKEN_EXPORT, line);
				fxGetNextToken(parser);
				fxImportAttributes(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
				fxPushStringNode(parser, parser->stringLength, parser->string, line);
				fxGetNextToken(parser);
""",
            new="""\
				fxPushStringNode(parser, parser->stringLength, parser->string, line);
				fxGetNextToken(parser);
				fxImportAttributes(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
				fxPushStringNode(parser, parser->stringLength, parser->string, parser->line);
				fxGetNextToken(parser);
""",
            new="""\
				fxPushStringNode(parser, parser->stringLength, parser->string, parser->line);
				fxGetNextToken(parser);
				fxImportAttributes(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
		fxPushStringNode(parser, parser->stringLength, parser->string, parser->line);
		fxGetNextToken(parser);
""",
            new="""\
		fxPushStringNode(parser, parser->stringLength, parser->string, parser->line);
		fxGetNextToken(parser);
		fxImportAttributes(parser);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
	fxPushNodeStruct(parser, 2, XS_TOKEN_IMPORT, parser->line);
	fxSemicolon(parser);
""",
            new="""\
	fxPushNodeStruct(parser, 2, XS_TOKEN_IMPORT, parser->line);
	fxSemicolon(parser);
}

/* Engo: `with { type: "json" }`. Whoever loads the module decides by its own map;
   the attributes are read and dropped. */
typedef struct sxImportAttribute txImportAttribute;
struct sxImportAttribute {
	txImportAttribute* next;
	txSymbol* key;
};

void fxImportAttributes(txParser* parser)
{
	txImportAttribute* first = C_NULL;
	txImportAttribute* attribute;
	if (parser->token != XS_TOKEN_WITH)
		return;
	fxMatchToken(parser, XS_TOKEN_WITH);
	fxMatchToken(parser, XS_TOKEN_LEFT_BRACE);
	while ((gxTokenFlags[parser->token] & XS_TOKEN_IDENTIFIER_NAME) || (parser->token == XS_TOKEN_STRING)) {
		txSymbol* key = (parser->token == XS_TOKEN_STRING) ? fxNewParserSymbol(parser, parser->string) : parser->symbol;
		for (attribute = first; attribute; attribute = attribute->next) {
			if (attribute->key == key) {
				fxReportParserError(parser, parser->line, "duplicate attribute %s", key->string);
				break;
			}
		}
		attribute = fxNewParserChunk(parser, sizeof(txImportAttribute));
		attribute->next = first;
		attribute->key = key;
		first = attribute;
		fxGetNextToken(parser);
		fxMatchToken(parser, XS_TOKEN_COLON);
		fxMatchToken(parser, XS_TOKEN_STRING);
		if (parser->token != XS_TOKEN_COMMA)
			break;
		fxGetNextToken(parser);
	}
	fxMatchToken(parser, XS_TOKEN_RIGHT_BRACE);
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			fxGetNextToken(parser);
			fxAssignmentExpression(parser);
			parser->flags |= flags;
""",
            new="""\
			fxGetNextToken(parser);
			fxAssignmentExpression(parser);
			if (parser->token == XS_TOKEN_COMMA) {
				fxGetNextToken(parser);
				if (parser->token != XS_TOKEN_RIGHT_PARENTHESIS) {
					/* Engo: [specifier, options][0], so that both are evaluated */
					fxAssignmentExpression(parser);
					if (parser->token == XS_TOKEN_COMMA)
						fxGetNextToken(parser);
					fxPushNodeList(parser, 2);
					fxPushNodeStruct(parser, 1, XS_TOKEN_ARRAY, aLine);
					fxPushIntegerNode(parser, 0, aLine);
					fxPushNodeStruct(parser, 2, XS_TOKEN_MEMBER_AT, aLine);
				}
			}
			parser->flags |= flags;
""",
        ),
    ),
    programs=("correctness/import-attributes/main",),
)
