"""A walk over many properties, or up many prototypes, looks at the host's interrupt.

Symptom: `JSON.parse` of an object with 800,000 names cannot be interrupted.
Cause: properties are a list, so a large object is quadratic, in one native call; an
index (v06_property_index) leaves the walks that make it.
Effect: every 1,024th step asks, here and in native/xsnap/engine/properties.c. It must
not charge: when a list is walked depends on collections, and a meter must not.
"""

from __future__ import annotations

from native.xs.repairs.model import Cost, Edit, Repair

FILE = "xs/sources/xsType.c"
INDEXED = "engo_property_before(the, instance, id, (void***)&address)"

REPAIR = Repair(
    name="m04_property_walks_ask",
    reason="a native call over an object with many names could not be interrupted",
    edits=(
        Edit(
            FILE,
            old="""\
    txSlot* result;
	mxCheck(the, instance->kind == XS_INSTANCE_KIND);
again:
""",
            new="""\
    txSlot* result;
	txU4 links = 0;
	mxCheck(the, instance->kind == XS_INSTANCE_KIND);
again:
	if (!(++links & 1023)) mxMeterAsk();
""",
        ),
        Edit(
            FILE,
            old=f"""\
			if (!--steps && {INDEXED})
				continue;
""",
            new=f"""\
			if (!--steps && {INDEXED})
				continue;
			if (!(steps & 1023)) mxMeterAsk();
""",
        ),
    ),
    cost=Cost("seconds", 1.5),
    programs=(
        "safety/stop-proto-chain",
        "safety/stop-global-keys",
        "safety/stop-json-keys",
        "safety/stop-object-keys",
    ),
)
