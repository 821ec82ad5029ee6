"""New chunk memory is not cleared a second time.

Symptom: every start and every restore touches the whole first megabyte of chunks:
0.7 ms and 0.9 MB that a small worker never uses.
Cause: under mxSnapshot the engine clears what the platform has just given it.
Effect: none on a heap's bytes, since our platform gives pages fresh from the kernel
(native/xsnap/platform/engo_platform.c) and each chunk is still cleared when it is
taken.
"""

from __future__ import annotations

from native.xs.repairs.model import Cost, Edit, Repair

FILE = "xs/sources/xsMemory.c"

REPAIR = Repair(
    name="v05_fresh_chunks",
    reason="each start cleared a megabyte that the kernel had already cleared",
    edits=(
        Edit(
            FILE,
            old="""\
	if (buffer) {
	#ifdef mxSnapshot
		c_memset(buffer, 0, size);
	#endif
""",
            new="""\
	if (buffer) {
""",
        ),
    ),
    cost=Cost("faults", 1.4),
    programs=("speed/fresh-chunks", "speed/fresh-start"),
)
