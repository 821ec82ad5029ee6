"""Objects with many named properties have an index.

Symptom: an object of n keys takes n² steps to fill, read, clear, list, copy, freeze or
parse; globals are slow since the global object has eighty names of its own.
Cause: own properties are a linked list, which get, set and delete walk.
Effect: after eight steps a walk asks native/xsnap/engine/properties.c, which remembers
what was found lately and, for objects that are walked far again and again, where each
name is; scopes of scripts, which are looked through before the global object, remember
what they do not have. All of it lies beside the heap and is dropped by a collection. Order of keys
and meter are as before.
"""

from __future__ import annotations

from native.xs.repairs.model import Edit, Repair

TYPE = "xs/sources/xsType.c"
MEMORY = "xs/sources/xsMemory.c"

REPAIR = Repair(
    name="v06_property_index",
    reason="each access to an object with many properties walked all of them",
    edits=(
        Edit(
            TYPE,
            old="""\
		while (result) {
			if (result->ID == id)
				return result;
			result = result->next;
		}
	}
	else {
""",
            new="""\
		{
			int steps = ENGO_STEPS;
			while (result) {
				if (result->ID == id)
					return result;
				result = result->next;
				if (!--steps && result) {
					result = engo_property_find(the, instance, id, result, C_NULL);
					if (result)
						return result;
				}
			}
		}
	}
	else {
""",
        ),
        Edit(
            TYPE,
            old="""\
		while ((property = *address)) {
			if (property->ID == id)
				return property;
			address = &(property->next);
		}
""",
            new="""\
		{
			int steps = ENGO_STEPS;
			while ((property = *address)) {
				if (property->ID == id)
					return property;
				address = &(property->next);
				if (!--steps && *address) {
					void* last;
					property = engo_property_find(the, instance, id, *address, &last);
					if (property)
						return property;
					address = &(((txSlot*)last)->next);
				}
			}
		}
""",
        ),
        Edit(
            TYPE,
            old="""\
	txSlot** address = &(instance->next);
	txSlot* property;
	if (instance->ID) {
""",
            new="""\
	txSlot** address = &(instance->next);
	txSlot* property;
	int steps = ENGO_FAR_STEPS;
	if (instance->ID) {
""",
        ),
        Edit(
            TYPE,
            old="""\
					return fxOrdinaryDeleteProperty(the, fxAliasInstance(the, instance), id, index);
				*address = property->next;
				property->next = C_NULL;
				return 1;
			}
			address = &(property->next);
""",
            new="""\
					return fxOrdinaryDeleteProperty(the, fxAliasInstance(the, instance), id, index);
				engo_property_unlink(the, instance, property, address);
				*address = property->next;
				property->next = C_NULL;
				return 1;
			}
			if (!--steps && engo_property_before(the, instance, id, (void***)&address))
				continue;
			address = &(property->next);
""",
        ),
        Edit(
            TYPE,
            old="""\
				*address = property->next;
				property->next = C_NULL;
				return 1;
			}
			address = &(property->next);
		}
		return 1;
	}
	return 0;
""",
            new="""\
				engo_scope_unlink(the, instance, property, address);
				*address = property->next;
				property->next = C_NULL;
				return 1;
			}
			address = &(property->next);
		}
		return 1;
	}
	return 0;
""",
        ),
        Edit(
            TYPE,
            old="""\
		txSlot* result = instance->next->next;
		while (result) {
			if (result->ID == id) {
				return 1;
			}
			result = result->next;
		}
""",
            new="""\
		txSlot* result = instance->next->next;
		int steps = ENGO_SCOPE_STEPS;
		while (result) {
			if (result->ID == id) {
				return 1;
			}
			result = result->next;
			if (!--steps && result)
				return engo_scope_has(the, instance, id, result);
		}
""",
        ),
        Edit(
            MEMORY,
            old="\tthe->collectFlag |= theFlag & XS_ORGANIC_FLAG;\n",
            new="\tthe->collectFlag |= theFlag & XS_ORGANIC_FLAG;\n"
            "\tengo_before_collect(the);\n",
        ),
        Edit(
            MEMORY,
            old="""\
	txSlot* aHeap;

	if (the->aliasArray)
""",
            new="""\
	txSlot* aHeap;

	engo_end(the);
	if (the->aliasArray)
""",
        ),
    ),
    programs=(
        "speed/object_many_keys",
        "speed/object_delete_and_order",
        "speed/object_many_methods",
        "speed/object_accessors_among_many",
        "speed/object_random_operations",
        "speed/scope_names",
        "speed/global_many_keys",
        "speed/names_many",
    ),
)
