"""for-in does not look for what it cannot have seen.

Symptom: `for (const k in o)` over n keys takes n² steps.
Cause: each key is looked for in the list of those visited, and put at its end.
Effect: the keys of the first object differ from one another, so only those of its
prototypes are looked for; a key goes to the head of the list. The ID of the slot that
holds the keys, which nothing else reads, says that a prototype was reached.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsGlobal.c"

REPAIR = Repair(
    name="v08_for_in",
    reason="for-in searched all visited keys for each key",
    edits=(
        Edit(
            FILE,
            old="""\
				txSlot** address = &(visited->next);
				while ((former = *address)) {
					if ((at->value.at.id == former->value.at.id) && (at->value.at.index == former->value.at.index))
						break;
					address = &(former->next);
				}
				if (!former) {
					*address = at;
					keys->next = at->next;
					at->next = NULL;
""",
            new="""\
				former = (iterable->next->ID == XS_NO_ID) ? C_NULL : visited->next;
				while (former) {
					if ((at->value.at.id == former->value.at.id) && (at->value.at.index == former->value.at.index))
						break;
					former = former->next;
				}
				if (!former) {
					keys->next = at->next;
					at->next = visited->next;
					visited->next = at;
""",
        ),
        Edit(
            FILE,
            old="""\
				iterable->value.reference = instance = slot->value.reference;
				mxBehaviorOwnKeys(the, instance, XS_EACH_NAME_FLAG, keys);
""",
            new="""\
				iterable->value.reference = instance = slot->value.reference;
				iterable->next->ID = mxID(_iterable);
				mxBehaviorOwnKeys(the, instance, XS_EACH_NAME_FLAG, keys);
""",
        ),
    ),
    programs=("speed/forin_many_keys", "speed/forin_prototypes"),
)
