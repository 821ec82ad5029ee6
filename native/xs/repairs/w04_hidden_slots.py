"""Free slots may be kept without links: a platform gives them back when they are wanted.

Symptom: an image of a machine's memory holds a link in every free slot, and what is
suspended of a machine is mostly links: 100 KB for a heap that has grown once.
Cause: free slots are a list, which each collection makes anew.
Effect: none where the platform hides no slots (native/xsnap/wasm/slots.c). Before the
engine collects because there is no free slot, it asks for some of them; slots come in
the order in which they would have come from the list.
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
    ),
    unshown="only what a suspended machine takes differs",
    programs=("correctness/extensions",),
)
