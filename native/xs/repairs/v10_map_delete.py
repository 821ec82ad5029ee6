"""Deleting from a Map or a Set does not walk it.

Symptom: a Set that is used as a queue takes n² steps; an iterator that rests on the
last entry when that is deleted misses what is added later.
Cause: each deletion walks the whole list to take out one entry, the last one too.
Effect: native/xsnap/engine/lists.c takes dead entries out of the head at once and others
many at a time, never the last. A snapshot can thus hold dead entries, which are not put
into the table when it is read.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsMapSet.c"

REPAIR = Repair(
    name="v10_map_delete",
    reason="each deletion from a Map or a Set walked all of it",
    edits=(
        Edit(
            FILE,
            old="""\
				fxResizeEntries(the, table, list);
				fxPurgeEntries(the, list);
""",
            new="""\
				fxResizeEntries(the, table, list);
				engo_list_deleted(list, paired);
""",
        ),
        Edit(
            FILE,
            old="""\
	fxResizeEntries(the, table, list);
	fxPurgeEntries(the, list);
}
""",
            new="""\
	fxResizeEntries(the, table, list);
	engo_list_cleared(list, paired);
}
""",
        ),
        Edit(
            "xs/sources/xsSnapshot.c",
            old="""\
	while (key) {
		txU4 sum = fxSumEntry(the, key);
		txU4 index = sum & (table->value.table.length - 1);
""",
            new="""\
	while (key) {
		if (key->flag & XS_DONT_ENUM_FLAG) {
			key = paired ? key->next->next : key->next;
			continue;
		}
		txU4 sum = fxSumEntry(the, key);
		txU4 index = sum & (table->value.table.length - 1);
""",
        ),
    ),
    programs=(
        "speed/map_delete_oldest",
        "speed/map_iterate_while_changing",
        "speed/map_iterator_rests",
    ),
)
