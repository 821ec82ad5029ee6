"""A collection ends by looking at the host's interrupt.

Symptom: `const a = []; for (;;) a.push({})` is stopped seconds late: it spends its time
in collections, and a thousand computrons take many of them.
Cause: a collection costs nothing on the meter, and nothing asks in it.
Effect: every native loop that allocates can be interrupted, at no cost per allocation.
Nothing is charged, else a meter would depend on heap sizes. The jump is that of a full
memory, which can happen at the same places.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsMemory.c"

REPAIR = Repair(
    name="m03_collector_asks",
    reason="loops that mostly collect were interrupted late",
    edits=(
        Edit(
            FILE,
            old="""\
	the->collectFlag &= ~XS_ORGANIC_FLAG;
""",
            new="""\
	the->collectFlag &= ~XS_ORGANIC_FLAG;
	mxMeterAsk();
""",
        ),
    ),
    programs=("safety/stop-array-growth",),
)
