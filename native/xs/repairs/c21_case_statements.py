"""Statements after `case 1:` may begin with `/` and with `import`.

Symptom: a SyntaxError, missing }.
Cause: they were read for as long as a list of first tokens went, which lacks those of
expressions that no statement of XS's own begins with.
Effect: they are read up to the next case, default or brace.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SYNTAXICAL = "xs/sources/xsSyntaxical.c"

REPAIR = Repair(
    name="c21_case_statements",
    reason="case 1: /x/ and case 1: import() did not parse",
    edits=(
        Edit(
            SYNTAXICAL,
            old="""\
			fxCommaExpression(parser);
			fxMatchToken(parser, XS_TOKEN_COLON);
			aCaseCount = parser->nodeCount;
			while (gxTokenFlags[parser->token] & XS_TOKEN_BEGIN_STATEMENT)
				fxStatement(parser, 1);
			aCaseCount = parser->nodeCount - aCaseCount;
""",
            new="""\
			fxCommaExpression(parser);
			fxMatchToken(parser, XS_TOKEN_COLON);
			aCaseCount = parser->nodeCount;
			while ((parser->token != XS_TOKEN_CASE) && (parser->token != XS_TOKEN_DEFAULT) && (parser->token != XS_TOKEN_RIGHT_BRACE) && (parser->token != XS_TOKEN_EOF))
				fxStatement(parser, 1);
			aCaseCount = parser->nodeCount - aCaseCount;
""",
        ),
        Edit(
            SYNTAXICAL,
            old="""\
			fxPushNULL(parser);
			fxMatchToken(parser, XS_TOKEN_COLON);
			aCaseCount = parser->nodeCount;
			while (gxTokenFlags[parser->token] & XS_TOKEN_BEGIN_STATEMENT)
				fxStatement(parser, 1);
			aCaseCount = parser->nodeCount - aCaseCount;
""",
            new="""\
			fxPushNULL(parser);
			fxMatchToken(parser, XS_TOKEN_COLON);
			aCaseCount = parser->nodeCount;
			while ((parser->token != XS_TOKEN_CASE) && (parser->token != XS_TOKEN_DEFAULT) && (parser->token != XS_TOKEN_RIGHT_BRACE) && (parser->token != XS_TOKEN_EOF))
				fxStatement(parser, 1);
			aCaseCount = parser->nodeCount - aCaseCount;
""",
        ),
    ),
    programs=("correctness/case-statements",),
)
