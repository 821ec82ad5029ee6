"""A collection ends by looking at the host's interrupt.

Symptom: `const a = []; for (;;) a.push({})` is stopped seconds late: it spends its time
in collections, and a thousand computrons take many of them.
Cause: a collection costs nothing on the meter, and nothing asks in it.
Effect: every native loop that allocates can be interrupted, at no cost per allocation.
Nothing is charged, else a meter would depend on heap sizes. The jump is that of a full
memory, which can happen at the same places. A machine that ends in the middle, by its
stack, can be told from one that ends elsewhere: there slots point backwards.
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
            old="\tthe->collectFlag |= theFlag & XS_ORGANIC_FLAG;\n",
            new="\tthe->collectFlag |= theFlag & XS_ORGANIC_FLAG;\n"
            "\tthe->collecting = 1;\n",
        ),
        Edit(
            FILE,
            old="""\
	the->collectFlag &= ~XS_ORGANIC_FLAG;
""",
            new="""\
	the->collectFlag &= ~XS_ORGANIC_FLAG;
	the->collecting = 0;
	mxMeterAsk();
""",
        ),
    ),
    programs=("safety/stop-array-growth", "safety/stop-own-keys"),
)
