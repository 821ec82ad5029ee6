"""A key that is in many WeakMaps or WeakSets has an index.

Symptom: n WeakMaps with an entry of one object take n² steps to fill, to read, and to
collect when they die while the object lives; the collector cannot be interrupted, and
100,000 dead WeakMaps held it for a quarter of a minute.
Cause: a key's entries are a list, which get, set and delete walk, and the collector for
each WeakMap that has died.
Effect: after sixteen steps a walk asks native/xsnap/engine/weak.c, as one for a
property asks its index. The collector takes all dead entries out of a key when it
meets the first, and marks their values, which two entries share, so that it passes
over the others. The values' meaning, the meter and what is stored stay as they were.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsMapSet.c"
FOUND = "slot->kind == XS_WEAK_ENTRY_KIND) && (slot->value.weakEntry.check == list)"
FIRST = "txSlot* slot = (key->flag & XS_EXOTIC_FLAG) ? key->next : key;\n"

REPAIR = Repair(
    name="v16_weak_entries",
    reason="the entries of one key in many WeakMaps were walked each time",
    edits=(
        Edit(
            FILE,
            old=f"""\
	{FIRST}\
	txSlot** address = &slot->next;
	while ((slot = *address)) {{
		if (!(slot->flag & XS_INTERNAL_FLAG))
			break;
		if (({FOUND}) {{
			slot->value.weakEntry.value->kind = XS_UNINITIALIZED_KIND;
			*address = slot->next;
			return 1;
		}}			
		address = &slot->next;
""",
            new=f"""\
	{FIRST}\
	txSlot* first = slot;
	txSlot** address = &slot->next;
	int steps = ENGO_WEAK_STEPS;
	while ((slot = *address)) {{
		if (!(slot->flag & XS_INTERNAL_FLAG))
			break;
		if (({FOUND}) {{
			slot->value.weakEntry.value->kind = XS_UNINITIALIZED_KIND;
			engo_weak_unlink(the, first, slot, address);
			*address = slot->next;
			return 1;
		}}
		if (!--steps && engo_weak_before(the, first, list, (void***)&address))
			continue;
		address = &slot->next;
""",
        ),
        Edit(
            FILE,
            old=f"""\
	{FIRST}\
    slot = slot->next;
	while (slot) {{
		if (!(slot->flag & XS_INTERNAL_FLAG))
			break;
		if (({FOUND})
			return slot;
""",
            new=f"""\
	{FIRST}\
	txSlot* first = slot;
	int steps = ENGO_WEAK_STEPS;
	slot = slot->next;
	while (slot) {{
		if (!(slot->flag & XS_INTERNAL_FLAG))
			break;
		if (({FOUND})
			return slot;
		if (!--steps)
			return engo_weak_find(the, first, list, slot);
""",
        ),
        Edit(
            FILE,
            old="""\
	txSlot** address = &slot->next;
	txSlot* keyEntry;
	txSlot* listEntry;
	txSlot* closure;
	while ((slot = *address)) {
		if (!(slot->flag & XS_INTERNAL_FLAG))
			break;
		if ((slot->kind == XS_WEAK_ENTRY_KIND) && (slot->value.weakEntry.check == list)) {
			slot = slot->value.weakEntry.value;
			slot->kind = value->kind;
			slot->value = value->value;
			return;
		}			
		address = &slot->next;
	}
""",
            new="""\
	txSlot* first;
	txSlot** address;
	txSlot* keyEntry;
	txSlot* listEntry;
	txSlot* closure;
	int steps = ENGO_WEAK_STEPS;
	slot = fxGetWeakEntry(the, list, key);
	if (slot) {
		slot = slot->value.weakEntry.value;
		slot->kind = value->kind;
		slot->value = value->value;
		return;
	}
""",
        ),
        Edit(
            FILE,
            old="""\
	while ((slot = *address)) {
		if (!(slot->flag & XS_INTERNAL_FLAG))
			break;
		address = &slot->next;
	}
	
	keyEntry->next = *address;
""",
            new="""\
	first = slot;
	while ((slot = *address)) {
		if (!(slot->flag & XS_INTERNAL_FLAG))
			break;
		if (!--steps && engo_weak_before(the, first, list, (void***)&address))
			break;
		address = &slot->next;
	}
	
	keyEntry->next = *address;
""",
        ),
        Edit(
            "xs/sources/xsMemory.c",
            old="""\
					if (key->flag & XS_MARK_FLAG) {
						txSlot* keyEntry;
						txSlot** keyEntryAddress = &key->next;
						while ((keyEntry = *keyEntryAddress)) {
							if (!(keyEntry->flag & XS_INTERNAL_FLAG))
								break;
							if ((keyEntry->kind == XS_WEAK_ENTRY_KIND) && (keyEntry->value.weakEntry.check == list)) {
								keyEntry->flag &= ~XS_MARK_FLAG;
								*keyEntryAddress = keyEntry->next;
								break;
							}
							keyEntryAddress = &keyEntry->next;
						}
					}
""",
            new="""\
					if ((key->flag & XS_MARK_FLAG) && (listEntry->value.weakEntry.value->kind != XS_UNINITIALIZED_KIND)) {
						txSlot* keyEntry;
						txSlot** keyEntryAddress = &key->next;
						while ((keyEntry = *keyEntryAddress)) {
							if (!(keyEntry->flag & XS_INTERNAL_FLAG))
								break;
							if ((keyEntry->kind == XS_WEAK_ENTRY_KIND) && !(keyEntry->value.weakEntry.check->flag & XS_MARK_FLAG)) {
								keyEntry->value.weakEntry.value->kind = XS_UNINITIALIZED_KIND;
								keyEntry->flag &= ~XS_MARK_FLAG;
								*keyEntryAddress = keyEntry->next;
								continue;
							}
							keyEntryAddress = &keyEntry->next;
						}
					}
""",
        ),
    ),
    programs=("speed/weak_many_maps", "speed/weak_random_operations"),
)
