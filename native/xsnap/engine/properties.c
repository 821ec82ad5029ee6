/* Named properties of objects that have many, found without walking their lists
   (repair v06_property_index).

   Three caches, all empty after a collection: indexes of whole lists, for
   objects that were walked far twice, single properties that were found lately,
   and names that a scope was found not to have. Of an index only what it says
   of slots up to `last` is used, so that properties which others append are
   found by going on from there. A slot leaves its list in two places only,
   which tell us. Slots of XS's own, which come and go at the head of a list,
   are never in here. */

#include "../internal.h"

#define LEAST_BITS 8
#define ASK_STEPS 1024

static void ask(void *machine, uint32_t steps) {
  txMachine *the = machine;
  if (steps % ASK_STEPS == 0)
    mxMeterAsk();
}

static EngoProperties *properties_of(void *machine) {
  return &((txMachine *)machine)->caches.properties;
}

static bool internal(const txSlot *slot) {
  return slot->flag & XS_INTERNAL_FLAG;
}

static uint32_t number_of(const void *instance) {
  return (uint32_t)((uintptr_t)instance / sizeof(txSlot));
}

static uint32_t home_of(const EngoIndex *index, txID id) {
  return id * 2654435761u >> (32 - index->bits);
}

static uint32_t after(const EngoIndex *index, uint32_t at) {
  return (at + 1) & ((1u << index->bits) - 1);
}

/* Where a name is, or where it would be put. */
static EngoPlace *place_of(const EngoIndex *index, txID id) {
  uint32_t at = home_of(index, id);
  while (index->places[at].slot && ((txSlot *)index->places[at].slot)->ID != id)
    at = after(index, at);
  return &index->places[at];
}

static size_t size_of(uint32_t bits) { return sizeof(EngoPlace) << bits; }

static void drop(void *machine, EngoIndex *index) {
  if (index->places)
    engo_give_back(machine, index->places, size_of(index->bits));
  memset(index, 0, sizeof *index);
}

static bool grow(void *machine, EngoIndex *index) {
  EngoIndex larger = *index;
  larger.bits = index->places ? index->bits + 1 : LEAST_BITS;
  larger.places =
      larger.bits < 30 ? engo_take(machine, size_of(larger.bits)) : NULL;
  if (!larger.places)
    return false;
  for (uint32_t i = 0; index->places && i < 1u << index->bits; i++)
    if (index->places[i].slot)
      *place_of(&larger, ((txSlot *)index->places[i].slot)->ID) =
          index->places[i];
  if (index->places)
    engo_give_back(machine, index->places, size_of(index->bits));
  *index = larger;
  return true;
}

/* Take in what was appended; false: there is no index any more. */
static bool catch_up(void *machine, EngoIndex *index) {
  txSlot *slot, *former = index->last;
  uint32_t steps = 0;
  for (; (slot = former->next); former = slot) {
    ask(machine, ++steps);
    if (internal(slot))
      continue;
    if ((!index->places || 2 * (index->count + 1) > 1u << index->bits) &&
        !grow(machine, index)) {
      drop(machine, index);
      return false;
    }
    EngoPlace *place = place_of(index, slot->ID);
    if (place->slot)
      continue; /* the first of a name is the one that counts */
    *place = (EngoPlace){.slot = slot, .former = former};
    index->count++;
  }
  index->last = former;
  return index->places != NULL;
}

/* The index of an object, up to date; NULL: walk. */
static EngoIndex *index_of(void *machine, void *instance) {
  EngoIndex *index =
      &properties_of(machine)->indexes[number_of(instance) % ENGO_INDEXES];
  if (index->instance == instance)
    return catch_up(machine, index) ? index : NULL;
  if (index->candidate != instance) {
    index->candidate = instance;
    return NULL;
  }
  drop(machine, index);
  index->instance = index->last = instance;
  return catch_up(machine, index) ? index : NULL;
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
    ask(machine, steps);
    EngoIndex *index =
        steps == ENGO_FAR_STEPS ? index_of(machine, instance) : NULL;
    if (index) {
      slot = place_of(index, id)->slot;
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
  while (*address && internal(*address))
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
  EngoPlace *place = place_of(index, id);
  txSlot *former = place->slot ? place->former : index->last;
  txSlot **pointer = &former->next;
  if (former == instance || internal(former))
    pointer = behind_internal(instance);
  if (*pointer != place->slot) {
    drop(machine, index);
    return false;
  }
  *address = (void **)pointer;
  return true;
}

/* Later places of a run move up, so that no walk stops too early. */
static void remove_place(EngoIndex *index, EngoPlace *place) {
  uint32_t hole = (uint32_t)(place - index->places);
  uint32_t mask = (1u << index->bits) - 1;
  for (uint32_t at = after(index, hole); index->places[at].slot;
       at = after(index, at)) {
    uint32_t home = home_of(index, ((txSlot *)index->places[at].slot)->ID);
    if (((at - home) & mask) < ((at - hole) & mask))
      continue;
    index->places[hole] = index->places[at];
    hole = at;
  }
  index->places[hole] = (EngoPlace){0};
  index->count--;
}

static bool take_out(EngoIndex *index, txSlot *slot, txSlot *former) {
  EngoPlace *place = place_of(index, slot->ID);
  txSlot *next = slot->next;
  if (place->slot != slot || former == index->instance || internal(former))
    return false;
  if (next && !internal(next)) {
    EngoPlace *following = place_of(index, next->ID);
    if (following->slot != next)
      return false;
    following->former = former;
  }
  if (index->last == slot)
    index->last = former;
  remove_place(index, place);
  return true;
}

/* A property is about to leave its list; `address` is what points to it, the
   first field of the slot before. */
void engo_property_unlink(void *machine, void *instance, void *slot,
                          void *address) {
  _Static_assert(offsetof(txSlot, next) == 0, "`address` is a slot");
  EngoIndex *index =
      &properties_of(machine)->indexes[number_of(instance) % ENGO_INDEXES];
  EngoLookup *lookup = lookup_of(machine, instance, ((txSlot *)slot)->ID);
  if (lookup->slot == slot)
    *lookup = (EngoLookup){0};
  if (index->instance == instance && catch_up(machine, index) &&
      !take_out(index, slot, address))
    drop(machine, index);
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
      drop(machine, &properties->indexes[i]);
  memset(properties->lookups, 0, sizeof properties->lookups);
  memset(properties->absences, 0, sizeof properties->absences);
}
