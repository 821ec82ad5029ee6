"""The table of a global object's names holds its own properties only.

Symptom: a guest takes `Map` from its global object, puts it on the prototype, reads it,
deletes it there and collects: `globalThis.Map` is then whatever lies where the property
was. `hasOwnProperty` says it is the global's own, and `Object.defineProperty` writes
into the prototype's, hardened or not.
Cause: the table of the intrinsic names remembers what was found, wherever it was found;
only deletion from the global object itself forgets it.
Effect: what is found on a prototype is not remembered.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsGlobal.c"

REPAIR = Repair(
    name="s15_global_names",
    reason="a global name found on a prototype was read after it was freed",
    edits=(
        Edit(
            FILE,
            old="""\
			result = fxOrdinaryGetProperty(the, instance, id, index, flag);
			globals->value.table.address[id] = result;
""",
            new="""\
			result = fxOrdinaryGetProperty(the, instance, id, index, XS_OWN);
			globals->value.table.address[id] = result;
""",
        ),
        Edit(
            FILE,
            old="""\
			result = fxOrdinarySetProperty(the, instance, id, index, flag);
			globals->value.table.address[id] = result;
""",
            new="""\
			result = fxOrdinaryGetProperty(the, instance, id, index, XS_OWN);
			globals->value.table.address[id] = result;
""",
        ),
    ),
    programs=("safety/global-names-of-prototypes",),
)
