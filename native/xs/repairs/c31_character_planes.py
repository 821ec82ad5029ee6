"""Tables for one plane of Unicode are not used for another.

Symptom: `'\\u{20428}'.toUpperCase()`, a Chinese character, is `'\\u{20400}'`, another;
`/\\u{20400}/iu` matches it; `'\\u{10041}\\u0300'.normalize()` is `'\\u{100c0}'`, since
A and a grave accent are À. 3,900 characters change their case that have none, 7,588
are decomposed that are not.
Cause: characters are looked up by their lowest 16 bits, in one table for the first
plane and one for all others.
Effect: a table is asked for characters of its own plane, and two characters are put
together only when they are of one plane.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REGEXP = "xs/sources/xsre.c"
STRING = "xs/sources/xsString.c"

REPAIR = Repair(
    name="c31_character_planes",
    reason="characters beyond a plane were taken for those of the plane's table",
    edits=(
        Edit(
            REGEXP,
            old="""\
	else {
		charCase.code = (txU2)(character & 0xFFFF);
""",
            new="""\
	else if (character >= 0x20000)
		it = C_NULL;
	else {
		charCase.code = (txU2)(character & 0xFFFF);
""",
        ),
        Edit(
            REGEXP,
            old="""\
			else {
				txCharCase charCase;
				charCase.code = (txU2)(c & 0xFFFF);
""",
            new="""\
			else if (c >= 0x20000)
				it = C_NULL;
			else {
				txCharCase charCase;
				charCase.code = (txU2)(c & 0xFFFF);
""",
        ),
        Edit(
            STRING,
            old="""\
	txCombination combination;
	if (character < 0x10000) {
""",
            new="""\
	txCombination combination;
	if (character >= 0x20000)
		return 0;
	if (character < 0x10000) {
""",
        ),
        Edit(
            STRING,
            old="""\
	txU2 *index, *data, code, *it;
	if (character < 0x10000) {
""",
            new="""\
	txU2 *index, *data, code, *it;
	if (character >= 0x20000)
		return 0;
	if (character < 0x10000) {
""",
        ),
        Edit(
            STRING,
            old="""\
						starterCode = fxGetCompositionStarterCode(starterCode, pairs, pairCount);
						if (starterCode) {
""",
            new="""\
						if ((starterCode ^ code) & ~0xFFFF)
							starterCode = 0;
						else
							starterCode = fxGetCompositionStarterCode(starterCode, pairs, pairCount);
						if (starterCode) {
""",
        ),
        Edit(
            STRING,
            old="""\
	txU2 *index, code, *it;
	txString data;
	if (character < 0x10000) {
""",
            new="""\
	txU2 *index, code, *it;
	txString data;
	if (character >= 0x30000)
		return 0;
	if (character < 0x10000) {
""",
        ),
    ),
    programs=("correctness/character-planes",),
)
