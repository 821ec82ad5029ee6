"""fill, splice and copyWithin leave alone what they may not write.

Symptom: `harden([1, 2]).fill(9)` gives `[9, 9]`; `fill` with a setter that shortens the
array writes behind its chunk; `splice(0, 1, x)` and `copyWithin` make a read-only item
elsewhere in the array writable and deletable.
Cause: `fill` asked neither whether the array is frozen nor, after a setter, how long it
still is; all three numbered the whole array anew, which clears every item's flags.
Effect: items are written directly where they are plain and the array may be changed,
through `[[Set]]` elsewhere; only items that were moved are numbered.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

ARRAY = "xs/sources/xsArray.c"

REPAIR = Repair(
    name="s12_array_items_keep_their_flags",
    reason="fill wrote into hardened arrays and behind the end of shortened ones",
    edits=(
        Edit(
            ARRAY,
            old="""\
static txSlot* fxCheckArrayItems(txMachine* the, txSlot* array, txIndex from, txIndex to);
""",
            new="""\
static txSlot* fxCheckArrayItems(txMachine* the, txSlot* array, txIndex from, txIndex to);
static void fxMakeArrayDense(txMachine* the, txIndex length);
static void fxIndexItems(txSlot* array, txIndex from, txIndex to);
void fxIndexArray(txMachine* the, txSlot* array);
""",
        ),
        Edit(
            ARRAY,
            old="""\
txIndex fxCheckArrayLength(txMachine* the, txSlot* slot)
{
""",
            new="""\
/* Engo: a fill from end to end makes a chunk without holes, unless an item or
   the array itself says that it is not to be written. */
void fxMakeArrayDense(txMachine* the, txIndex length)
{
	txSlot* instance = fxToInstance(the, mxThis);
	txSlot* array = instance->next;
	txSlot* item = array->value.array.address;
	txIndex size = (item) ? (((txChunk*)(((txByte*)item) - sizeof(txChunk)))->size) / sizeof(txSlot) : 0;
	if ((instance->flag & XS_DONT_PATCH_FLAG) || (array->flag & XS_DONT_SET_FLAG))
		return;
	while (size) {
		if (item->flag || (item->kind == XS_ACCESSOR_KIND))
			return;
		item++;
		size--;
	}
	fxSetIndexSize(the, array, length, XS_CHUNK);
	fxIndexArray(the, array);
}

void fxIndexItems(txSlot* array, txIndex from, txIndex to)
{
	txSlot* address = array->value.array.address;
	while (from < to) {
		*((txIndex*)(address + from)) = from;
		from++;
	}
}

txIndex fxCheckArrayLength(txMachine* the, txSlot* slot)
{
""",
        ),
        Edit(
            ARRAY,
            old="""\
(txIndex)count * sizeof(txSlot));
			fxIndexArray(the, array);
			mxMeterSome((txU4)count * 10);
""",
            new="""\
(txIndex)count * sizeof(txSlot));
			fxIndexItems(array, (txIndex)to, (txIndex)(to + count));
			mxMeterSome((txU4)count * 10);
""",
        ),
        Edit(
            ARRAY,
            old="""\
		txSlot* address;
		txIndex size;
		if ((start == 0) && (end == length)) {
			fxSetIndexSize(the, array, length, XS_CHUNK);
			fxIndexArray(the, array);
		}
		address = array->value.array.address;
		size = (address) ? (((txChunk*)(((txByte*)address) - sizeof(txChunk)))->size) / sizeof(txSlot) : 0;
		if (length == size) {
			while (start < end) {
				txSlot* slot = array->value.array.address + start;
				if (slot->flag) {
					mxPushSlot(value);
					mxPushSlot(mxThis);
					mxSetIndex(start);
					mxPop();
					mxMeterSome(1);
				}
				else {
					slot->ID = XS_NO_ID;
					slot->kind = value->kind;
					slot->value = value->value;
					mxMeterSome(5);
				}
				start++;
			}
			
		}
""",
            new="""\
		if ((start == 0) && (end == length))
			fxMakeArrayDense(the, length);
		array = fxCheckArray(the, mxThis, XS_MUTABLE);
		if (array)
			array = fxCheckArrayItems(the, array, start, end);
		if (array) {
			while (start < end) {
				txSlot* slot = array->value.array.address + start;
				slot->ID = XS_NO_ID;
				slot->kind = value->kind;
				slot->value = value->value;
				mxMeterSome(5);
				start++;
			}
		}
""",
        ),
        Edit(
            ARRAY,
            old="""\
			index++;
		}
		fxIndexArray(the, array);
		mxMeterSome(4);
	}
	else {	
""",
            new="""\
			index++;
		}
		if (insertions != deletions)
			fxIndexItems(array, start, array->value.array.length);
		mxMeterSome(4);
	}
	else {	
""",
        ),
        # What takes nothing out copies nothing, from and to nowhere.
        Edit(
            ARRAY,
            old="""\
		fxSetIndexSize(the, resultArray, deletions, XS_CHUNK);
		c_memcpy(resultArray->value.array.address, array->value.array.address + start, deletions * sizeof(txSlot));
""",
            new="""\
		fxSetIndexSize(the, resultArray, deletions, XS_CHUNK);
		if (deletions)
			c_memcpy(resultArray->value.array.address, array->value.array.address + start, deletions * sizeof(txSlot));
""",
        ),
    ),
    programs=(
        "safety/array-fill-shortened",
        "safety/array-items-keep-flags",
        "safety/splice-nothing",
    ),
)
