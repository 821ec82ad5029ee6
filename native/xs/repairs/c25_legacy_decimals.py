"""Sloppy numbers like `09.5` and `08e1` are decimal.

Symptom: a SyntaxError.
Cause: they were read as octal ones, in which nothing follows the digits.
Effect: after digits that are not octal a fraction and an exponent may follow.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

LEXICAL = "xs/sources/xsLexical.c"

REPAIR = Repair(
    name="c25_legacy_decimals",
    reason="09.5 did not parse in sloppy code",
    edits=(
        Edit(
            LEXICAL,
            old="""\
	int c;
	if (dot) {
""",
            new="""\
	int c;
	if (dot == 2) { /* Engo: the digits of 08 are in the buffer */
		p += c_strlen(p);
		dot = 0;
	}
	else if (dot) {
""",
        ),
        Edit(
            LEXICAL,
            old="""\
	}
	c = parser->character;
	if (p == q) {
		fxReportMemoryError(parser, parser->line, "number overflow");
	}
	if (c == 'n')
""",
            new="""\
	}
	c = parser->character;
	if (p == q) {
		fxReportMemoryError(parser, parser->line, "number overflow");
	}
	if (legacy == 10) {
		*p = 0;
		fxGetNextNumberE(parser, 2);
		return;
	}
	if (c == 'n')
""",
        ),
    ),
    programs=("correctness/legacy-decimals",),
)
