/* Named properties of objects that have many, found without walking their lists
   (repair v06_property_index).

   Three caches, all empty after a collection: indexes of whole lists, for
   objects that were walked far twice, single properties that were found lately,
   and names that a scope was found not to have. Of an index only what it says
   of slots up to `last` is used, so that properties which others append are
   found by going on from there. A slot leaves its list in two places only,
   which tell us. Slots of XS's own, which come and go at the head of a list,
   are never in here. */

#include "index.h"

static EngoProperties *properties_of(void *machine) {
  return &((txMachine *)machine)->caches.properties;
}

static uint32_t number_of(const void *instance) {
  return (uint32_t)((uintptr_t)instance / sizeof(txSlot));
}

static EngoIndex *index_at(void *machine, void *instance) {
  return &properties_of(machine)
              ->indexes[engo_index_number(instance, ENGO_INDEXES)];
}

static EngoIndex *index_of(void *machine, void *instance) {
  return engo_index_of(machine, index_at(machine, instance), instance, false);
}

static EngoLookup *lookup_of(void *machine, void *instance, txID id) {
  uint32_t number = number_of(instance) ^ id * 2654435761u >> 16;
  return &properties_of(machine)->lookups[number % ENGO_LOOKUPS];
}

/* Go on after the first steps of a walk, at `from`. The slot, or NULL; then
   `last`, if it is asked for, is the end of the list. */
void *engo_property_find(void *machine, void *instance, uint32_t id, void *from,
                         void **last) {
  EngoLookup *lookup = lookup_of(machine, instance, id);
  if (lookup->instance == instance && lookup->id == id)
    return lookup->slot;
  txSlot *slot = from, *former = NULL;
  for (uint32_t steps = ENGO_STEPS; slot && slot->ID != id; steps++) {
    engo_index_ask(machine, steps);
    EngoIndex *index =
        steps == ENGO_FAR_STEPS ? index_of(machine, instance) : NULL;
    if (index) {
      slot = engo_index_place(index, id)->slot;
      former = index->last;
      break;
    }
    former = slot;
    slot = slot->next;
  }
  if (slot)
    *lookup = (EngoLookup){.instance = instance, .slot = slot, .id = id};
  else if (last)
    *last = former;
  return slot;
}

/* What points to the first slot of an object that is not XS's own. */
static txSlot **behind_internal(txSlot *instance) {
  txSlot **address = &instance->next;
  while (*address && engo_internal(*address))
    address = &(*address)->next;
  return address;
}

/* Put what points to a property, or to the end of the list, into `address`;
   false: walk. */
bool engo_property_before(void *machine, void *instance, uint32_t id,
                          void ***address) {
  EngoIndex *index = index_of(machine, instance);
  if (!index)
    return false;
  EngoPlace *place = engo_index_place(index, id);
  txSlot *former = place->slot ? place->former : index->last;
  txSlot **pointer = &former->next;
  if (former == instance || engo_internal(former))
    pointer = behind_internal(instance);
  if (*pointer != place->slot) {
    engo_index_drop(machine, index);
    return false;
  }
  *address = (void **)pointer;
  return true;
}

/* A property is about to leave its list; `address` is what points to it, the
   first field of the slot before. */
void engo_property_unlink(void *machine, void *instance, void *slot,
                          void *address) {
  _Static_assert(offsetof(txSlot, next) == 0, "`address` is a slot");
  EngoIndex *index = index_at(machine, instance);
  EngoLookup *lookup = lookup_of(machine, instance, ((txSlot *)slot)->ID);
  if (lookup->slot == slot)
    *lookup = (EngoLookup){0};
  if (index->instance == instance && engo_index_catch_up(machine, index) &&
      (address == instance || engo_internal(address) ||
       !engo_index_take_out(index, slot, address)))
    engo_index_drop(machine, index);
}

/* Names at the top of a script are looked for in the scope of its constants
   first, where most are not. A scope grows at its end, which `last` shows. */
bool engo_scope_has(void *machine, void *scope, uint32_t id, void *from) {
  uint32_t number = number_of(scope) ^ (id * 2654435761u >> 16);
  EngoAbsence *absence =
      &properties_of(machine)->absences[number % ENGO_ABSENCES];
  void *last = NULL;
  if (absence->scope == scope && absence->id == id &&
      !((txSlot *)absence->last)->next)
    return false;
  if (engo_property_find(machine, scope, id, from, &last))
    return true;
  *absence = (EngoAbsence){.scope = scope, .last = last, .id = id};
  return false;
}

void engo_scope_unlink(void *machine, void *scope, void *slot, void *address) {
  EngoProperties *properties = properties_of(machine);
  memset(properties->absences, 0, sizeof properties->absences);
  engo_property_unlink(machine, scope, slot, address);
}

void engo_properties_forget(void *machine) {
  EngoProperties *properties = properties_of(machine);
  for (uint32_t i = 0; i < ENGO_INDEXES; i++)
    if (properties->indexes[i].instance || properties->indexes[i].candidate)
      engo_index_drop(machine, &properties->indexes[i]);
  memset(properties->lookups, 0, sizeof properties->lookups);
  memset(properties->absences, 0, sizeof properties->absences);
}
