"""Built-ins that walk a long text look at the host's interrupt.

Symptom: `s.localeCompare(s)` of a hundred million characters is interrupted two thirds
of a second late, in WebAssembly a whole one; toUpperCase, decodeURIComponent, escape,
repeat and JSON.parse a few tenths.
Cause: nothing is counted in their loops, or only before them.
Effect: they look every 65,536th character, JSON.parse at each token. localeCompare
skips what is the same in blocks, and repeat copies what it has already, so that both
take a fraction of the time (native/xsnap/engine/strings.c). Nothing is charged.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

STRING = "xs/sources/xsString.c"
GLOBAL = "xs/sources/xsGlobal.c"
JSON = "xs/sources/xsJSON.c"
CASES = "xs/sources/xsre.c"
ASK = "mxMeterAskAtTimes(rounds);\n"


def counted(declaration: str, count: int = 1) -> Edit:
    """Declare the counter behind a function's first lines."""
    return Edit(GLOBAL, declaration, declaration + "\ttxU4 rounds = 0;\n", count)


REPAIR = Repair(
    name="m11_texts_ask",
    reason="walking a long text was interrupted late",
    edits=(
        Edit(
            STRING,
            old="\tmxResult->value.integer = fxUTF8Compare(aString, bString);\n",
            new="""\
	{
		txInteger same = engo_string_same(the, aString, bString);
		mxResult->value.integer = fxUTF8Compare(aString + same, bString + same);
	}
""",
        ),
        Edit(
            STRING,
            old="""\
	if (length) {
		while (count) {
			c_memcpy(result, string, length);
			count--;
			result += length;
		}
	}
	*result = 0;
""",
            new="""\
	if (length && count) {
		c_memcpy(result, string, length);
		engo_string_repeat(the, result, length, count);
		result += length * count;
	}
	*result = 0;
""",
        ),
        Edit(
            CASES,
            old="""\
		p = mxThis->value.string;
		r = mxResult->value.string;
		for (;;) {
""",
            new="""\
		txU4 rounds = 0;
		p = mxThis->value.string;
		r = mxResult->value.string;
		for (;;) {
			mxMeterAskAtTimes(rounds);
""",
        ),
        # decodeURI and decodeURIComponent, encodeURI and encodeURIComponent, escape
        counted(
            "\tconst txUTF8Sequence *sequence;\n\ttxInteger size;\n\ttxString dst;\n"
        ),
        counted("\ttxInteger length;\n\ttxInteger c;\n\ttxString dst;\n", 2),
        counted("\tchar c;\n\ttxInteger d;\n\ttxString dst;\n"),
        Edit(
            GLOBAL,
            old="\twhile ((c = c_read8(src++))) {\n",
            new=f"\twhile ((c = c_read8(src++))) {{\n\t\t{ASK}",
            count=4,
        ),
        Edit(
            GLOBAL,
            old="\twhile (((src = mxStringByteDecode(src, &c))) && (c != C_EOF)) {\n",
            new="\twhile (((src = mxStringByteDecode(src, &c))) && (c != C_EOF)) {\n"
            f"\t\t{ASK}",
            count=4,
        ),
        Edit(
            JSON,
            old="\ttheParser->token = XS_NO_JSON_TOKEN;\n",
            new="\ttheParser->token = XS_NO_JSON_TOKEN;\n"
            "\ttxU4 rounds = 0;\n\tmxMeterAsk();\n",
        ),
        Edit(
            JSON,
            old="\t\t\t\tp = mxStringByteDecode(p, &character);\n",
            new=f"\t\t\t\tp = mxStringByteDecode(p, &character);\n\t\t\t\t{ASK}",
        ),
    ),
    programs=(
        "safety/stop-json-colliding",
        "safety/stop-json-parse",
        "safety/texts-by-blocks",
    ),
    unshown="only how soon it ends differs",
)
