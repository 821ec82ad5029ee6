"""Sizes, lengths and positions of strings are remembered.

Symptom: `for (let i = 0; i < s.length; i++) h += s.charCodeAt(i)` takes n² steps, and
so do `s[i]`, at, codePointAt, slice, indexOf, includes and all others with positions.
And `RegExp.prototype[Symbol.split]` turns the guest's own string "g", which a `flags`
getter returned, into "gy".
Cause: a string is a pointer; its size and every position are found by walking from its
start. fxConcatStringC lengthens the string of its first operand in place, whoever else
has it.
Effect: xsAll.h directs the three functions that walk to records beside the heap
(native/xsnap/engine/strings.c), which a sweep forgets. Three places that measured from
the middle of a string subtract now, so that only whole strings have records. A string
never changes once it is visible, which the records need.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

STRING = "xs/sources/xsString.c"
REGEXP = "xs/sources/xsRegExp.c"
ADVANCE = "fxAdvanceStringIndex("

REPAIR = Repair(
    name="v02_string_records",
    reason="each position in a string was found by walking from its start",
    edits=(
        Edit(
            "xs/sources/xsAll.h",
            old="extern txString fxConcatString(txMachine* the, txSlot* a, txSlot* b);\n",
            new="""\
#define fxUnicodeLength(STRING) engo_string_length(the, STRING)
#define fxUnicodeToUTF8Offset(STRING, OFFSET) engo_string_byte_of(the, STRING, OFFSET)
#define fxUTF8ToUnicodeOffset(STRING, OFFSET) engo_string_unit_of(the, STRING, OFFSET)
extern txString fxConcatString(txMachine* the, txSlot* a, txSlot* b);
""",
        ),
        Edit(
            "xs/sources/xsMemory.c",
            old="""\
	txJump* jump;

#ifdef mxNever
	startTime(&gxSweepChunkTime);
""",
            new="""\
	txJump* jump;

	engo_before_sweep(the);
#ifdef mxNever
	startTime(&gxSweepChunkTime);
""",
        ),
        Edit(
            "xs/sources/xsAll.c",
            old="""\
	txSize aSize = mxStringLength(a->value.string);
	txSize bSize = mxStringLength(b->value.string);
	txSize resultSize = fxAddChunkSizes(the, fxAddChunkSizes(the, aSize, bSize), 1);
	txString result = (txString)fxNewChunk(the, resultSize);
	c_memcpy(result, a->value.string, aSize);
	c_memcpy(result + aSize, b->value.string, bSize + 1);
	a->value.string = result;
	a->kind = XS_STRING_KIND;
""",
            new="""\
	txSize aSize = engo_string_size(the, a->value.string);
	txSize bSize = engo_string_size(the, b->value.string);
	txSize resultSize = fxAddChunkSizes(the, fxAddChunkSizes(the, aSize, bSize), 1);
	txString result = (txString)fxNewChunk(the, resultSize);
	c_memcpy(result, a->value.string, aSize);
	c_memcpy(result + aSize, b->value.string, bSize + 1);
	engo_string_enter(the, result, aSize + bSize);
	a->value.string = result;
	a->kind = XS_STRING_KIND;
""",
        ),
        Edit(
            "xs/sources/xsAll.c",
            old="""\
	if (a->kind == XS_STRING_KIND)
		result = (txString)fxRenewChunk(the, a->value.string, resultSize);
	if (!result) {
		result = (txString)fxNewChunk(the, resultSize);
		c_memcpy(result, a->value.string, aSize);
""",
            new="""\
	if (!result) {
		result = (txString)fxNewChunk(the, resultSize);
		c_memcpy(result, a->value.string, aSize);
""",
        ),
        Edit(
            STRING,
            old="#define mxStringInstanceLength(INSTANCE)",
            new="""\
#undef mxStringLength
#define mxStringLength(STRING) engo_string_size(the, STRING)
#define mxStringInstanceLength(INSTANCE)""",
        ),
        Edit(
            STRING,
            old="fxUnicodeToUTF8Offset(mxThis->value.string + offset,"
            " (txInteger)(end - start))",
            new="fxUnicodeToUTF8Offset(mxThis->value.string, (txInteger)end) - offset",
        ),
        Edit(
            STRING,
            old="fxUnicodeToUTF8Offset(mxThis->value.string + anOffset, aStop - aStart)",
            new="fxUnicodeToUTF8Offset(mxThis->value.string, aStop) - anOffset",
        ),
        Edit(
            REGEXP,
            old="fxUnicodeToUTF8Offset(string->value.string + offset, stop - start)",
            new="fxUnicodeToUTF8Offset(string->value.string, stop) - offset",
        ),
        Edit(
            REGEXP,
            old=f"{ADVANCE}txString string,",
            new=f"{ADVANCE}txMachine* the, txString string,",
            count=2,
        ),
        Edit(
            REGEXP,
            old=f"{ADVANCE}argument->value.string,",
            new=f"{ADVANCE}the, argument->value.string,",
            count=5,
        ),
    ),
    programs=(
        "speed/string_index_ascii",
        "speed/string_index_unicode",
        "speed/string_index_random",
        "speed/string_leaps",
        "speed/string_many_at_once",
        "speed/string_moves_in_gc",
        "speed/string_search_scan",
        "speed/string_slices",
        "speed/string_lexer",
        "speed/string_concat_loop",
        "speed/string_positions",
        "speed/regexp_split_flags_not_shared",
    ),
)
