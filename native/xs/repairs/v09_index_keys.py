"""Items of sparse arrays and objects are found by halves and moved in place.

Symptom: `a[i * 2] = i` and `delete a[i]` take n² steps, and copy all each time.
Cause: the items, which are kept in order, are searched one by one; an insertion or a
deletion allocates all of them anew; only dense arrays have room to spare.
Effect: binary search; a chunk grows and shrinks where it lies if it can, else with a
third to spare. Freed items are cleared, so that snapshots do not show them.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

FILE = "xs/sources/xsProperty.c"

REPAIR = Repair(
    name="v09_index_keys",
    reason="items of sparse arrays were searched one by one and copied whole",
    edits=(
        Edit(
            FILE,
            old="txBoolean fxDeleteIndexProperty(txMachine* the, txSlot* array, txIndex index) \n{",
            new="""\
/* Engo: the first of the items, which are in order, that is not below index. */
static txIndex fxFindIndexItem(txSlot* address, txIndex count, txIndex index)
{
	txIndex low = 0, high = count;
	if (count && (*((txIndex*)(address + count - 1)) < index))
		return count;
	while (low < high) {
		txIndex middle = low + ((high - low) >> 1);
		if (*((txIndex*)(address + middle)) < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

txBoolean fxDeleteIndexProperty(txMachine* the, txSlot* array, txIndex index) 
{""",
        ),
        Edit(
            FILE,
            old="""\
			txIndex at;
			while (result < limit) {
				at = *((txIndex*)result);
				if (at == index)
					break;
				if (at > index)
					return 1;
				result++;
			}
		}
		if (result < limit) {
""",
            new="""\
			result = address + fxFindIndexItem(address, size, index);
			if ((result < limit) && (*((txIndex*)result) != index))
				return 1;
		}
		if (result < limit) {
""",
        ),
        Edit(
            FILE,
            old="""\
				txSlot* chunk = (txSlot*)fxNewChunk(the, size * sizeof(txSlot));
				address = array->value.array.address;
				if (index > 0)
					c_memcpy(chunk, address, index * sizeof(txSlot));
				if (index < size)
					c_memcpy(chunk + index, address + index + 1, (size - index) * sizeof(txSlot));
				array->value.array.address = chunk;
""",
            new="""\
				c_memmove(address + index, address + index + 1, (size - index) * sizeof(txSlot));
				c_memset(address + size, 0, sizeof(txSlot));
				fxRenewChunk(the, address, size * sizeof(txSlot));
""",
        ),
        Edit(
            FILE,
            old="""\
			txSlot* result = address;
			txSlot* limit = result + size;
			txIndex at;
			while (result < limit) {
				at = *((txIndex*)result);
				if (at == index)
					return result;
				result++;
			}
""",
            new="""\
			txSlot* result = address + fxFindIndexItem(address, size, index);
			if ((result < address + size) && (*((txIndex*)result) == index))
				return result;
""",
        ),
        Edit(
            FILE,
            old="""\
				if (array->ID == XS_ARRAY_BEHAVIOR) {
					txSize capacity = fxSizeToCapacity(the, size);
""",
            new="""\
				{
					txSize capacity = fxSizeToCapacity(the, size);
""",
        ),
        Edit(
            FILE,
            old="""\
					chunk = (txSlot*)fxNewGrowableChunk(the, size, capacity);
				}
				else
			#endif
""",
            new="""\
					chunk = (txSlot*)fxNewGrowableChunk(the, size, capacity);
				}
			#else
""",
        ),
        Edit(
            FILE,
            old="""\
					chunk = (txSlot*)fxNewChunk(the, size);
				address = array->value.array.address;
""",
            new="""\
					chunk = (txSlot*)fxNewChunk(the, size);
			#endif
				address = array->value.array.address;
""",
        ),
        Edit(
            FILE,
            old="""\
			result = address;
			limit = result + current;
			while (result < limit) {
				at = *((txIndex*)result);
				if (at == index)
					return result;
				if (at > index)
					break;
				result++;
			}
""",
            new="""\
			result = address + fxFindIndexItem(address, current, index);
			if ((result < address + current) && (*((txIndex*)result) == index))
				return result;
""",
        ),
        Edit(
            FILE,
            old="""\
			chunk = (txSlot*)fxNewChunk(the, size);
			address = array->value.array.address;
			result = address + at;
			limit = address + current - 1;
			if (result > address)
				c_memcpy(chunk, address, (result - address) * sizeof(txSlot));
			if (result < limit)
				c_memcpy(chunk + (result - address) + 1, result, (limit - result) * sizeof(txSlot));
			result = chunk + (result - address);
""",
            new="""\
			chunk = (txSlot*)fxRenewChunk(the, address, size);
			if (!chunk) {
				chunk = (txSlot*)fxNewGrowableChunk(the, size, fxSizeToCapacity(the, size));
				address = array->value.array.address;
				c_memcpy(chunk, address, at * sizeof(txSlot));
			}
			result = chunk + at;
			c_memmove(result + 1, address + at, (current - 1 - at) * sizeof(txSlot));
			c_memset(result, 0, sizeof(txSlot));
""",
        ),
        Edit(
            FILE,
            old="""\
	txSlot* result;
	txSlot* limit;
	txIndex at;
	if (address) {
		current = """,
            new="""\
	txSlot* result;
	txIndex at;
	if (address) {
		current = """,
        ),
    ),
    programs=(
        "speed/index_keys_sparse",
        "speed/array_delete_while_iterating",
        "speed/index_random_operations",
    ),
)
