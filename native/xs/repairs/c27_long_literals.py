"""String and template literals are as long as they are.

Symptom: a RangeError, buffer overflow, for a literal of more than a megabyte; bundles
have such ones.
Cause: the parser's buffer has one size.
Effect: it is doubled when a literal needs it.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

LEXICAL = "xs/sources/xsLexical.c"

REPAIR = Repair(
    name="c27_long_literals",
    reason="a literal of a megabyte was refused",
    edits=(
        Edit(
            LEXICAL,
            old="""\
	txString q = p + parser->bufferSize - 1;
	for (;;) {
""",
            new="""\
	txString q = p + parser->bufferSize - 1;
	for (;;) {
		if ((q - p) < 16) { /* Engo: more than a turn of this loop writes */
			txSize length = mxPtrDiff(p - parser->buffer);
			if (parser->bufferSize > 0x3FFFFFFF)
				fxReportMemoryError(parser, parser->line, "string overflow");
			p = fxNewParserChunk(parser, parser->bufferSize * 2);
			c_memcpy(p, parser->buffer, length);
			parser->buffer = p;
			parser->bufferSize *= 2;
			p += length;
			q = parser->buffer + parser->bufferSize - 1;
		}
""",
        ),
    ),
    programs=("correctness/long-literals",),
)
