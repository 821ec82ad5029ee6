"""What does not fit into the byte code is refused.

Symptom: a BigInt literal of more than 131,071 hexadecimal digits has another value, and
code that jumps over it goes on in the middle of other code: a guest's text decides what
is executed. A function with more than 65,535 variables is made of the wrong codes.
Cause: the length of a literal has 16 bits; of the codes for variables only those with 8
and 16 bits exist, but a third size was assumed.
Effect: SyntaxError when such a text is compiled.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsCode.c"
MANY = 'fxReportMemoryError(parser, parser->line, "too many variables");\n'

REPAIR = Repair(
    name="s24_code_sizes",
    reason="long BigInt literals made jumps go to wrong places in the code",
    edits=(
        Edit(
            FILE,
            old="""\
		case XS_CODE_UNWIND_1:
			value = ((txIndexCode*)code)->index;
			if (value > 65535) {
""",
            new=f"""\
		case XS_CODE_UNWIND_1:
			value = ((txIndexCode*)code)->index;
			if ((value > 65535) && (code->id != XS_CODE_STRING_1))
				{MANY}			if (value > 65535) {{
""",
        ),
        Edit(
            FILE,
            old="""\
			value = ((txIndexCode*)code)->index + 1;
			if (value > 65535) {
				code->id += 2;
				size += 5;
			}
			else if (value > 255) {
""",
            new=f"""\
			value = ((txIndexCode*)code)->index + 1;
			if (value > 65535)
				{MANY}			else if (value > 255) {{
""",
        ),
        Edit(
            FILE,
            old="""\
			value = fxBigIntMeasure(&((txBigIntCode*)code)->bigint);
			if (value > 255) {
""",
            new="""\
			value = fxBigIntMeasure(&((txBigIntCode*)code)->bigint);
			if (value > 65535)
				fxReportMemoryError(parser, parser->line, "too big a bigint");
			if (value > 255) {
""",
        ),
    ),
    programs=("safety/bigint-literal-size",),
)
