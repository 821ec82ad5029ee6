/* Entries of one key in many WeakMaps and WeakSets (repair v16_weak_entries).
   A key holds them in front of its own properties, after what else is XS's; an
   entry is appended there, and order has no meaning. Never told about a
   collection but by being emptied before it. */

#include "index.h"

static EngoIndex *index_at(void *machine, void *key) {
  txMachine *the = machine;
  return &the->caches.weak[engo_index_number(key, ENGO_WEAK_INDEXES)];
}

static EngoIndex *index_of(void *machine, void *key) {
  return engo_index_of(machine, index_at(machine, key), key, true);
}

/* Go on after the first steps of a walk, at `from`, which was looked at. The
   entry, or NULL. */
void *engo_weak_find(void *machine, void *key, void *list, void *from) {
  EngoIndex *index = index_of(machine, key);
  if (index)
    return engo_index_place(index, (uintptr_t)list)->slot;
  txSlot *slot = ((txSlot *)from)->next;
  for (uint32_t steps = 1; slot && engo_internal(slot); steps++) {
    if (slot->kind == XS_WEAK_ENTRY_KIND && slot->value.weakEntry.check == list)
      return slot;
    engo_index_ask(machine, steps);
    slot = slot->next;
  }
  return NULL;
}

/* Put what points to the entry, or to the end of all entries, into `address`;
   false: walk. */
bool engo_weak_before(void *machine, void *key, void *list, void ***address) {
  EngoIndex *index = index_of(machine, key);
  if (!index)
    return false;
  EngoPlace *place = engo_index_place(index, (uintptr_t)list);
  txSlot *former = place->slot ? place->former : index->last;
  if (place->slot && former->next != place->slot) {
    engo_index_drop(machine, index);
    return false;
  }
  *address = (void **)&former->next;
  return true;
}

/* An entry is about to leave; `address` is what points to it, the first field
   of the slot before. */
void engo_weak_unlink(void *machine, void *key, void *slot, void *address) {
  EngoIndex *index = index_at(machine, key);
  if (index->instance == key && engo_index_catch_up(machine, index) &&
      !engo_index_take_out(index, slot, address))
    engo_index_drop(machine, index);
}

void engo_weak_forget(void *machine) {
  txMachine *the = machine;
  for (uint32_t i = 0; i < ENGO_WEAK_INDEXES; i++)
    engo_index_drop(machine, &the->caches.weak[i]);
}
