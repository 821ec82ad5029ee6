"""A BigInt that would be too big is a RangeError.

Symptom: `1n << 0x7fffffffn` ends the machine.
Cause: the allocation of more than 65,535 words aborts as if memory were full.
Effect: an error that the guest can catch; nothing was allocated by then.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsBigInt.c"

REPAIR = Repair(
    name="a01_big_bigint",
    reason="a too big BigInt ended the machine",
    edits=(
        Edit(
            FILE,
            old="""\
	if (size > 0xFFFF) {
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	}
""",
            new="""\
	if (size > 0xFFFF)
		mxRangeError("too big bigint");
""",
        ),
    ),
    programs=("safety/bigint-too-big",),
)
