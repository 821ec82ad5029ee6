"""A splice that deletes nothing copies nothing.

Symptom: none seen by a guest; UBSan tells of memcpy with an empty pointer.
Cause: the array of what was deleted has no memory when nothing was.
Effect: nothing is copied then.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

ARRAY = "xs/sources/xsArray.c"

REPAIR = Repair(
    name="s25_splice_nothing",
    reason="memcpy was called with an empty pointer",
    edits=(
        Edit(
            ARRAY,
            old="""\
		c_memcpy(resultArray->value.array.address, array->value.array.address + start, deletions * sizeof(txSlot));
""",
            new="""\
		if (deletions)
			c_memcpy(resultArray->value.array.address, array->value.array.address + start, deletions * sizeof(txSlot));
""",
        ),
    ),
    sanitized=True,
    programs=("safety/splice-nothing",),
)
