"""The parser looks at the host's interrupt.

Symptom: `eval('0?1:'.repeat(100000) + '1')` and a scope of 40,000 names run on for
seconds past an interrupt.
Cause: nothing counts and nothing asks between the first token and the last byte code.
Effect: each token, each piece of memory, each look for a name in a scope and the loops
of the optimizer ask. An interrupt becomes the parser's own memory error, so that it
frees what it holds, and the machine ends when it has. Nothing is charged. Without a machine, as in tools
that compile beforehand, nothing happens.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SCRIPT = "xs/sources/xsScript.c"
HEADER = "xs/sources/xsScript.h"
LEXICAL = "xs/sources/xsLexical.c"
SCOPE = "xs/sources/xsScope.c"
CODE = "xs/sources/xsCode.c"
PLATFORMS = "xs/sources/xsPlatforms.c"
REPORT_DECLARED = (
    "extern void fxReportMemoryError(txParser* parser, txInteger line, "
    "txString theFormat, ...);\n"
)

REPAIR = Repair(
    name="m07_parser_asks",
    reason="compiling was not interrupted",
    edits=(
        Edit(
            HEADER,
            old=REPORT_DECLARED,
            new="extern void fxCheckParserMeter(txParser* parser);\n" + REPORT_DECLARED,
        ),
        Edit(
            SCRIPT,
            old="""\
void* fxNewParserChunk(txParser* parser, txSize size)
{
""",
            new="""\
void fxCheckParserMeter(txParser* parser)
{
	if (parser->console && engo_stopped(parser->console)
			&& parser->firstJump && (parser->error != C_ENOMEM))
		fxReportMemoryError(parser, parser->line, "too much computation");
}

void* fxNewParserChunk(txParser* parser, txSize size)
{
	fxCheckParserMeter(parser);
""",
        ),
        Edit(
            LEXICAL,
            old="""\
	if (!parser->ahead)
		fxGetNextTokenAux(parser);
	parser->line = parser->line2;
""",
            new="""\
	fxCheckParserMeter(parser);
	if (!parser->ahead)
		fxGetNextTokenAux(parser);
	parser->line = parser->line2;
""",
        ),
        Edit(
            SCOPE,
            old="""\
	txDeclareNode* node = self->firstDeclareNode;
	while (node) {
		if (node->symbol == symbol)
			return node;
""",
            new="""\
	txDeclareNode* node = self->firstDeclareNode;
	fxCheckParserMeter(self->parser);
	while (node) {
		if (node->symbol == symbol)
			return node;
""",
        ),
        Edit(
            CODE,
            old="""\
		if (code->id == XS_CODE_BRANCH_1) {
			txByteCode* nextCode = ((txBranchCode*)code)->target->nextCode;
			while""",
            new="""\
		if (code->id == XS_CODE_BRANCH_1) {
			txByteCode* nextCode = ((txBranchCode*)code)->target->nextCode;
			fxCheckParserMeter(self->parser);
			while""",
        ),
        Edit(
            CODE,
            old="""\
		if (code->id == XS_CODE_UNWIND_1) {
			txByteCode* nextCode = code->nextCode;
			while""",
            new="""\
		if (code->id == XS_CODE_UNWIND_1) {
			txByteCode* nextCode = code->nextCode;
			fxCheckParserMeter(self->parser);
			while""",
        ),
        Edit(
            PLATFORMS,
            old="""\
	fxTerminateParser(parser);
	return script;
""",
            new="""\
	fxTerminateParser(parser);
	mxMeterAsk();
	return script;
""",
        ),
    ),
    programs=("safety/stop-eval-cond", "safety/stop-eval-lets"),
)
