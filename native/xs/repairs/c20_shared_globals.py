"""A compartment gets what the host has shared, and no names without values.

Symptom: a global that the host adds can be given to compartments that it makes, but
not to those that they make; a power that was taken away is still there as `undefined`.
Cause: compartments copy a fixed list of intrinsics.
Effect: properties behind that list are copied too, each compartment's own to change,
and items that are undefined are left out. engoShareGlobal (native/xsnap/host.c)
appends to the list after lockdown.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

MODULE = "xs/sources/xsModule.c"

REPAIR = Repair(
    name="c20_shared_globals",
    reason="nested compartments lacked the host's globals",
    edits=(
        Edit(
            MODULE,
            old="""\
				for (id = XS_SYMBOL_ID_COUNT; id < _Infinity; id++) {
""",
            new="""\
				for (id = XS_SYMBOL_ID_COUNT; id < _Infinity; id++) {
					if (mxIsUndefined(item->value.array.address + id))
						continue;
""",
        ),
        Edit(
            MODULE,
            old="""\
					mxPop();
				}
			}
""",
            new="""\
					mxPop();
				}
				while ((item = item->next))
					slot = fxNextSlotProperty(the, slot, item, item->ID, XS_DONT_ENUM_FLAG);
			}
""",
        ),
    ),
    programs=("correctness/shared-globals",),
)
