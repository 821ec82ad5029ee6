"""The heap grows in proportion to what lives in it.

Symptom: `let l = null; for (let i = 0; i < 1e6; i++) l = { v: i, next: l }` spends 93 %
of its time in collections; a worker that holds 20 MB takes milliseconds for a call
that takes 0.2 ms in a small one.
Cause: slots and chunks grow by a fixed step, and only when next to nothing is free, so
a large heap is collected again and again for little room.
Effect: after a collection at least half of what lives is free, or memory is added. The
amounts are the platform's (`engo_platform_slots_to_add`, `engo_platform_chunk_room` in
native/xsnap/platform/engo_platform.c), which knows the limit: above half of it the heap
grows by steps as before. Guests cannot see collections.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsMemory.c"

REPAIR = Repair(
    name="v01_heap_growth",
    reason="a large heap was collected all the time instead of growing",
    edits=(
        Edit(
            FILE,
            old="""\
	if (*once) {
		fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
		*once = 0;
		goto again;
	}
	return C_NULL;
}
""",
            new="""\
	if (*once) {
		fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
		*once = 0;
		if (the->maximumChunksSize - the->currentChunksSize
				>= engo_platform_chunk_room(the, size))
			goto again;
	}
	return C_NULL;
}
""",
        ),
        Edit(
            FILE,
            old="""\
	if ((the->firstBlock != C_NULL) && (!(the->collectFlag & XS_SKIPPED_COLLECT_FLAG))) {
		txSize modulo""",
            new="""\
	if ((the->firstBlock != C_NULL) && (!(the->collectFlag & XS_SKIPPED_COLLECT_FLAG))) {
		txSize more = 2 * engo_platform_chunk_room(the, size)
			- (the->maximumChunksSize - the->currentChunksSize);
		if (size < more)
			size = more;
		txSize modulo""",
        ),
        Edit(
            FILE,
            old="""\
		allocate = wasThrashing && isThrashing;
""",
            new="""\
		allocate = (wasThrashing && isThrashing) || engo_platform_slots_to_add(the);
""",
        ),
        Edit(
            FILE,
            old="""\
		fxGrowSlots(the, !(the->collectFlag & XS_SKIPPED_COLLECT_FLAG) ? the->minimumHeapCount : 64);
""",
            new="""\
		txSize more = engo_platform_slots_to_add(the);
		if (more < the->minimumHeapCount)
			more = the->minimumHeapCount;
		fxGrowSlots(the, !(the->collectFlag & XS_SKIPPED_COLLECT_FLAG) ? more : 64);
""",
        ),
    ),
    programs=("speed/heap_objects", "speed/heap_closures", "speed/heap_promises"),
)
