"""An array made room for in advance knows which item is which.

Symptom: `Reflect.ownKeys(Array.from({ length: 3 }, f))` is 0, 0, 0, length; worse,
`harden` freezes the first item only, and whoever was given such an array can change
the others.
Cause: making room filled the new items with zeros, and left their indices to the
caller; `Array.from` of what cannot be iterated never wrote them.
Effect: making room writes the indices.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsProperty.c"

REPAIR = Repair(
    name="s11_array_from_indices",
    reason="harden froze only the first item of what Array.from made of an array-like",
    edits=(
        Edit(
            FILE,
            old="""\
		if (current < target)
			c_memset(chunk + current, 0, (target - current) * sizeof(txSlot));
		array->value.array.length = target;
""",
            new="""\
		if (current < target) {
			c_memset(chunk + current, 0, (target - current) * sizeof(txSlot));
			while (current < target) {
				*((txIndex*)(chunk + current)) = current;
				current++;
			}
		}
		array->value.array.length = target;
""",
        ),
    ),
    programs=("safety/array-from-indices",),
)
