"""Searches in strings look at the host's interrupt; concat takes linear time.

Symptom: `split` and `indexOf` of a text that nearly matches everywhere run for minutes
past an interrupt; `''.concat(...many)` is quadratic in the number of arguments.
Cause: the outer loops of the searches count nothing where the first byte differs;
concat looks for the end of what it has written each time.
Effect: the outer loops ask every 65,536 bytes (matching bytes are counted, and what
counts asks, m01), and concat moves the end along.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsString.c"


def ask(place: str) -> str:
    """Look now and then, by where the search is."""
    return f"if (!({place} & 0xFFFF)) mxMeterAsk();"


REPAIR = Repair(
    name="m06_string_searches_ask",
    reason="a search in a long string was not interrupted; concat was quadratic",
    edits=(
        Edit(
            FILE,
            old="""\
	while (result <= limit) {
		txU1 c;
""",
            new=f"""\
	while (result <= limit) {{
		txU1 c;
		{ask("(result - string)")}
""",
        ),
        Edit(
            FILE,
            old="""\
		while (anOffset <= aLimit) {
			txU1 c;
""",
            new=f"""\
		while (anOffset <= aLimit) {{
			txU1 c;
			{ask("anOffset")}
""",
        ),
        Edit(
            FILE,
            old="""\
		while (anOffset >= 0) {
			txU1 c;
""",
            new=f"""\
		while (anOffset >= 0) {{
			txU1 c;
			{ask("anOffset")}
""",
        ),
        Edit(
            FILE,
            old="""\
	while (theOffsets[1] <= theLength) {
		txU1 c;
""",
            new=f"""\
	while (theOffsets[1] <= theLength) {{
		txU1 c;
		{ask("theOffsets[1]")}
""",
        ),
        Edit(
            FILE,
            old="""\
	c_strcpy(mxResult->value.string, mxThis->value.string);
	for (anIndex = 0; anIndex < aCount; anIndex++)
		c_strcat(mxResult->value.string, mxArgv(anIndex)->value.string);
	mxMeterSome(aCount);
""",
            new="""\
	{
		txString end = mxResult->value.string;
		aLength = mxStringLength(mxThis->value.string);
		c_memcpy(end, mxThis->value.string, aLength);
		end += aLength;
		for (anIndex = 0; anIndex < aCount; anIndex++) {
			aLength = mxStringLength(mxArgv(anIndex)->value.string);
			c_memcpy(end, mxArgv(anIndex)->value.string, aLength);
			end += aLength;
		}
		*end = 0;
	}
	mxMeterSome(aCount);
""",
        ),
    ),
    programs=(
        "safety/stop-string-indexof",
        "safety/stop-string-split",
        "safety/string-concat-many",
    ),
)
