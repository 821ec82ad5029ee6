"""Shortcuts into an array's items are taken only where nobody can look meanwhile.

Symptom: `a.sort()` whose items' `toString` freezes or hardens `a` sorts on and clears
the marks of being frozen; `Array.of` called on a function that gives an array of its
own overwrites that array's read-only items; in 32 bits `delete a[0x0fffffff]` moves
what lies before the array's chunk.
Cause: `sort` without a function sorted in place whatever the items are; `Array.of`
wrote into what it was given where only the array itself, not its items, had been
looked at; deletion computed an item's address from any index, which wraps where
pointers have 32 bits.
Effect: only items that are no objects are sorted in place, others in a copy, as with a
comparing function; `Array.of` writes directly into arrays without an item; deletion
looks at the index first. The length of an array-like that is out of range is taken
from its own items.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsArray.c"

REPAIR = Repair(
    name="s16_array_shortcuts",
    reason="sort unfroze arrays, Array.of wrote read-only items",
    edits=(
        Edit(
            FILE,
            old="""\
		if (array)
			array = fxCheckArrayItems(the, array, 0, array->value.array.length);
		fxSortArrayItems(the, function, array, fxGetArrayLength(the, mxThis));
""",
            new="""\
		if (array)
			array = fxCheckArrayItems(the, array, 0, array->value.array.length);
		if (array) {
			txSlot* item = array->value.array.address;
			txIndex count = array->value.array.length;
			while (count && (item->kind != XS_REFERENCE_KIND) && (item->kind != XS_SYMBOL_KIND)) {
				item++;
				count--;
			}
			if (count)
				array = C_NULL;
		}
		fxSortArrayItems(the, function, array, fxGetArrayLength(the, mxThis));
""",
        ),
        Edit(
            FILE,
            old="""\
	txSlot* array = fxCreateArray(the, 1, count);
	if (array) {
		txSlot* slot;
""",
            new="""\
	txSlot* array = fxCreateArray(the, 1, count);
	if (array)
		array = fxCheckArrayItems(the, array, 0, array->value.array.length);
	if (array) {
		txSlot* slot;
""",
        ),
        Edit(
            FILE,
            old="""\
			if (result->kind == XS_ARRAY_KIND) {
				length = array->value.array.length;
				break;
""",
            new="""\
			if (result->kind == XS_ARRAY_KIND) {
				length = result->value.array.length;
				break;
""",
        ),
        Edit(
            "xs/sources/xsProperty.c",
            old="""\
		if (length == size)
			result = address + index;
		else {
""",
            new="""\
		if (length == size) {
			if (index >= length)
				return 1;
			result = address + index;
		}
		else {
""",
        ),
    ),
    programs=(
        "safety/array-sort-frozen",
        "safety/array-of-own",
        "safety/array-delete-far",
    ),
)
