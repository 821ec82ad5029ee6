"""Free slots may be kept without links: a platform gives them back when they are wanted.

Symptom: an image of a machine's memory holds a link in every free slot, and what is
suspended of a machine is mostly links: 100 KB for a heap that has grown once. And each
start touched all free slots of a new heap.
Cause: free slots are a list, which each collection makes anew.
Effect: none on what a machine does. A platform may keep the slots of a new heap
(native/xsnap/platform/linux.c) and those of an image (native/xsnap/wasm/slots.c) for
itself. Before the engine collects because there is no free slot, it asks for some of
them; slots come in the order in which they would have come from the list.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

REPAIR = Repair(
    name="w04_hidden_slots",
    reason="images of the memory were full of links between free slots",
    edits=(
        Edit(
            "xs/sources/xsMemory.c",
            old="""\
		return aSlot;
	}
	if (once) {
		txBoolean wasThrashing""",
            new="""\
		return aSlot;
	}
	if (engo_platform_show_slots(the))
		goto again;
	if (once) {
		txBoolean wasThrashing""",
        ),
        Edit(
            "xs/sources/xsMemory.c",
            old="""\
    while (theCount--) {
		txSlot* next = aSlot + 1;
""",
            new="""\
	if (engo_platform_hide_slots(the, aSlot, aSlot + theCount + 1)) {
		the->collectFlag &= ~XS_TRASHING_FLAG;
		return;
	}
    while (theCount--) {
		txSlot* next = aSlot + 1;
""",
        ),
    ),
    unshown="only what a suspended machine takes differs",
    programs=("correctness/extensions",),
)
