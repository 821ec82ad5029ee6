"""The size of a text made of many parts is added up without wrapping.

Symptom: `'a'.repeat(4097).replaceAll('a', () => big)`, with `big` of a million
characters, ends by signal 11; with the right numbers it writes gigabytes behind a few
bytes. So do `String.raw` and a typed array's `toLocaleString`.
Cause: the parts are one string, shared, so that the sum of their lengths may be any
number at all; it was added up in 32 bits. `encodeURI` of very long texts likewise.
Effect: such a sum is a RangeError, and what asks for a negative size, however it came by
it, gets no memory.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

STRING = "xs/sources/xsString.c"
GLOBAL = "xs/sources/xsGlobal.c"

REPAIR = Repair(
    name="s14_text_sizes",
    reason="sizes of joined texts wrapped, and more was written than was asked for",
    edits=(
        Edit(
            "xs/sources/xsAll.h",
            old="extern txSize fxAddChunkSizes(txMachine* the, txSize a, txSize b);\n",
            new="""\
extern txSize fxAddChunkSizes(txMachine* the, txSize a, txSize b);
extern txSize fxAddTextSizes(txMachine* the, txSize a, txSize b);
""",
        ),
        Edit(
            "xs/sources/xsMemory.c",
            old="txSize fxAdjustChunkSize(txMachine* the, txSize size)\n{\n",
            new="""\
/* Engo: of two sizes that are not negative; leaves room for what ends a text. */
txSize fxAddTextSizes(txMachine* the, txSize a, txSize b)
{
	if (a > 0x7FFFFFF0 - b)
		mxRangeError("too long a text");
	return a + b;
}

txSize fxAdjustChunkSize(txMachine* the, txSize size)
{
""",
        ),
        Edit(
            "xs/sources/xsMemory.c",
            old="""\
	txSize modulo = size & (sizeof(size_t) - 1);
	if (modulo)
		adjust += sizeof(size_t) - modulo;
""",
            new="""\
	txSize modulo = size & (sizeof(size_t) - 1);
	if (size < 0)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	if (modulo)
		adjust += sizeof(size_t) - modulo;
""",
        ),
        Edit(
            STRING,
            old="""\
			size += item->value.key.sum;
			item = item->next;
		}
		size++;
""",
            new="""\
			size = fxAddTextSizes(the, size, item->value.key.sum);
			item = item->next;
		}
		size = fxAddTextSizes(the, size, 1);
""",
        ),
        Edit(
            STRING,
            old="fxNewChunk(the, size - matchLength + replaceLength + 1);",
            new=(
                "fxNewChunk(the, fxAddTextSizes(the, size - matchLength, "
                "fxAddTextSizes(the, replaceLength, 1)));"
            ),
        ),
        Edit(
            STRING,
            old="resultSize += item->value.key.sum;",
            new="resultSize = fxAddTextSizes(the, resultSize, item->value.key.sum);",
            count=2,
        ),
        Edit(
            STRING,
            old="resultSize += length;",
            new="resultSize = fxAddTextSizes(the, resultSize, length);",
        ),
        Edit(
            STRING,
            old="resultSize++;",
            new="resultSize = fxAddTextSizes(the, resultSize, 1);",
        ),
        Edit(
            "xs/sources/xsDataView.c",
            old="			size += slot->value.key.sum;\n",
            new="			size = fxAddTextSizes(the, size, slot->value.key.sum);\n",
        ),
        Edit(
            "xs/sources/xsRegExp.c",
            old="fxNewChunk(the, count + escape + 1);",
            new="fxNewChunk(the, fxAddTextSizes(the, count, escape + 1));",
        ),
        Edit(
            GLOBAL,
            old="""\
			if (c_read8(theSet + c))
				length += 1;
			else
				length += 3;
		}
		else if (c < 0x800)
			length += 6;
		else if ((0xD800 <= c) && (c <= 0xDFFF))
			mxURIError("invalid string");
		else if (c < 0x10000)
			length += 9;
		else
			length += 12;
""",
            new="""\
			if (c_read8(theSet + c))
				length = fxAddTextSizes(the, length, 1);
			else
				length = fxAddTextSizes(the, length, 3);
		}
		else if (c < 0x800)
			length = fxAddTextSizes(the, length, 6);
		else if ((0xD800 <= c) && (c <= 0xDFFF))
			mxURIError("invalid string");
		else if (c < 0x10000)
			length = fxAddTextSizes(the, length, 9);
		else
			length = fxAddTextSizes(the, length, 12);
""",
        ),
        # Not of sizes, but the same lines' neighbour: a negative place in the text.
        Edit(
            "xs/sources/xsRegExp.c",
            old="""\
			e = fxToInteger(the, the->stack);
			mxPop();
			if (e == p) {
""",
            new="""\
			e = fxToInteger(the, the->stack);
			mxPop();
			if (e < 0) e = 0;
			else if (e > size) e = size;
			if (e == p) {
""",
        ),
    ),
    programs=(
        "safety/text-sizes-raw",
        "safety/text-sizes-replace-all",
        "safety/text-sizes-typed-array",
        "safety/split-last-index",
    ),
)
