"""A snapshot's heap is read a block at a time, the usual slots without a branch.

Symptom: a start costs as much as its image is large, mostly for walking its slots.
Cause: the heap was copied whole and walked twice afterwards, with a jump by kind for
each slot that no processor foresees.
Effect: a block is walked while it is in the cache; a table says where the two words of
a slot point to; only the range that has a Map or a Set is walked again. What is read
is the same.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

SNAPSHOT = "xs/sources/xsSnapshot.c"

REPAIR = Repair(
    name="v20_snapshot_reading",
    reason="starting from a snapshot walked cold memory twice, with a jump for each slot",
    edits=(
        Edit(
            SNAPSHOT,
            old="""\
txMachine* fxReadSnapshot(txSnapshot* snapshot, txString theName, void* theContext)
{
""",
            new="""\
/* Engo: where the two words of a slot's value point to. What is not here has no
   pointers; what points in another way, fxReadSlot reads. */
enum { mxNoPointer, mxSlotPointer, mxChunkPointer, mxOtherPointer = 16 };
#define mxPointers(FIRST, SECOND) (mx##FIRST##Pointer | (mx##SECOND##Pointer << 2))

static const txU1 gxSlotPointers[256] = {
	[XS_STRING_KIND] = mxPointers(Chunk, No),
	[XS_KEY_KIND] = mxPointers(Chunk, No),
	[XS_BIGINT_KIND] = mxOtherPointer,
	[XS_REFERENCE_KIND] = mxPointers(Slot, No),
	[XS_CLOSURE_KIND] = mxPointers(Slot, No),
	[XS_INSTANCE_KIND] = mxPointers(No, Slot),
	[XS_CODE_KIND] = mxPointers(Chunk, Slot),
	[XS_ACCESSOR_KIND] = mxPointers(Slot, Slot),
	[XS_HOME_KIND] = mxPointers(Slot, Slot),
	[XS_WEAK_ENTRY_KIND] = mxPointers(Slot, Slot),
	[XS_EXPORT_KIND] = mxPointers(Slot, Slot),
	[XS_LIST_KIND] = mxPointers(Slot, Slot),
	[XS_ENTRY_KIND] = mxPointers(Slot, No),
	[XS_ERROR_KIND] = mxPointers(Slot, No),
	[XS_MODULE_KIND] = mxPointers(Slot, No),
	[XS_PROGRAM_KIND] = mxPointers(Slot, No),
	[XS_MODULE_SOURCE_KIND] = mxPointers(Slot, No),
	[XS_ARRAY_KIND] = mxOtherPointer,
	[XS_ARGUMENTS_SLOPPY_KIND] = mxOtherPointer,
	[XS_ARGUMENTS_STRICT_KIND] = mxOtherPointer,
	[XS_STACK_KIND] = mxOtherPointer,
	[XS_ARRAY_BUFFER_KIND] = mxOtherPointer,
	[XS_CALLBACK_KIND] = mxOtherPointer,
	[XS_CODE_X_KIND] = mxOtherPointer,
	[XS_FINALIZATION_CELL_KIND] = mxOtherPointer,
	[XS_FINALIZATION_REGISTRY_KIND] = mxOtherPointer,
	[XS_TYPED_ARRAY_KIND] = mxOtherPointer,
	[XS_GLOBAL_KIND] = mxOtherPointer,
	[XS_MAP_KIND] = mxOtherPointer,
	[XS_SET_KIND] = mxOtherPointer,
	[XS_WEAK_MAP_KIND] = mxOtherPointer,
	[XS_WEAK_SET_KIND] = mxOtherPointer,
	[XS_WEAK_REF_KIND] = mxOtherPointer,
	[XS_PROXY_KIND] = mxOtherPointer,
	[XS_REGEXP_KIND] = mxOtherPointer,
	[XS_PRIVATE_KIND] = mxOtherPointer,
	[XS_HOST_KIND] = mxOtherPointer,
};

#define mxReadBlock 512 /* slots: they are still in the cache when they are walked */

/* Read a heap, a block at a time and the usual slots without a branch. Answers the
   first Map or Set in it; `tables` is behind the last one. */
static txSlot* fxReadSlots(txMachine* the, txSnapshot* snapshot, txSlot* slot, txSize count, txSlot** tables)
{
	const size_t sizes[3] = { 1, sizeof(txSlot), 1 };
	const size_t bases[3] = { 0, (size_t)snapshot->firstSlot, (size_t)snapshot->firstChunk };
	txSlot* first = C_NULL;
	*tables = C_NULL;
	while (count > 0) {
		txSize size = (count < mxReadBlock) ? count : mxReadBlock;
		txSlot* limit = slot + size;
		mxThrowIf((*snapshot->read)(snapshot->stream, slot, size * sizeof(txSlot)));
		count -= size;
		for (; slot < limit; slot++) {
			txU1 pointers = gxSlotPointers[(txU1)slot->kind];
			if (pointers == mxOtherPointer) {
				fxReadSlot(the, snapshot, slot, 1);
				if ((slot->kind == XS_MAP_KIND) || (slot->kind == XS_SET_KIND)) {
					if (!first)
						first = slot;
					*tables = slot + 1;
				}
			}
			else {
				size_t* words = (size_t*)&slot->value;
				size_t next = (size_t)slot->next;
				size_t one = words[0];
				size_t two = words[1];
				txU1 a = pointers & 3;
				txU1 b = pointers >> 2;
				slot->next = (txSlot*)(next ? bases[1] + (next * sizeof(txSlot)) : 0);
				words[0] = one ? bases[a] + (one * sizes[a]) : 0;
				words[1] = two ? bases[b] + (two * sizes[b]) : 0;
			}
		}
	}
	return first;
}

txMachine* fxReadSnapshot(txSnapshot* snapshot, txString theName, void* theContext)
{
	txSlot* tables;
""",
        ),
        Edit(
            SNAPSHOT,
            old="""\
			mxThrowIf((*snapshot->read)(snapshot->stream, the->freeHeap, atom.atomSize));
			the->currentHeapCount = (atom.atomSize / sizeof(txSlot));
			the->freeHeap = the->freeHeap + the->currentHeapCount;
	
            slot = the->firstHeap + 1;
			while (slot < the->freeHeap) {
				fxReadSlot(the, snapshot, slot, 1);
				slot++;
			}
				
			slot = the->firstHeap + 1;
			while (slot < the->freeHeap) {
""",
            new="""\
			the->currentHeapCount = (atom.atomSize / sizeof(txSlot));
			slot = the->firstHeap + 1;
			if (the->hiddenSlots) /* repair w04_hidden_slots */
				the->hiddenSlots = slot + the->currentHeapCount;
			else
				the->freeHeap = slot + the->currentHeapCount;
			slot = fxReadSlots(the, snapshot, slot, the->currentHeapCount, &tables);

			while (slot < tables) {
""",
        ),
    ),
    programs=("speed/snapshot-kinds",),
    unshown="it reads the same in less time; tests of snapshots restore the program",
)
