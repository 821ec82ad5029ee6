/* An index of a list of slots that grows at its end: where each name is, and
   which slot comes before it. The name of a property is its id, that of an
   entry of a WeakMap or WeakSet in its key is the list of that WeakMap. Built
   when a list is walked far a second time, kept up to date by walking what was
   appended. What may happen to which list is in properties.c and weak.c. */

#include "index.h"

#define LEAST_BITS 8
#define ASK_STEPS 1024

void engo_index_ask(void *machine, uint32_t steps) {
  txMachine *the = machine;
  if (steps % ASK_STEPS == 0)
    mxMeterAsk();
}

/* Entries are in the front of a key, before what is not XS's own. */
static bool listed(const EngoIndex *index, const txSlot *slot) {
  return index->weak ? slot->kind == XS_WEAK_ENTRY_KIND : !engo_internal(slot);
}

static bool ends(const EngoIndex *index, const txSlot *slot) {
  return !slot || (index->weak && !engo_internal(slot));
}

static uintptr_t name_of(const EngoIndex *index, const txSlot *slot) {
  return index->weak ? (uintptr_t)slot->value.weakEntry.check : slot->ID;
}

static uint32_t home_of(const EngoIndex *index, uintptr_t name) {
  uint32_t id = (uint32_t)(index->weak ? name / sizeof(txSlot) : name);
  return id * 2654435761u >> (32 - index->bits);
}

static uint32_t after(const EngoIndex *index, uint32_t at) {
  return (at + 1) & ((1u << index->bits) - 1);
}

EngoPlace *engo_index_place(const EngoIndex *index, uintptr_t name) {
  uint32_t at = home_of(index, name);
  while (index->places[at].slot &&
         name_of(index, index->places[at].slot) != name)
    at = after(index, at);
  return &index->places[at];
}

static EngoPlace *place_of(const EngoIndex *index, const txSlot *slot) {
  return engo_index_place(index, name_of(index, slot));
}

static size_t size_of(uint32_t bits) { return sizeof(EngoPlace) << bits; }

void engo_index_drop(void *machine, EngoIndex *index) {
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
      *place_of(&larger, index->places[i].slot) = index->places[i];
  if (index->places)
    engo_give_back(machine, index->places, size_of(index->bits));
  *index = larger;
  return true;
}

bool engo_index_catch_up(void *machine, EngoIndex *index) {
  txSlot *slot, *former = index->last;
  uint32_t steps = 0;
  for (; !ends(index, slot = former->next); former = slot) {
    engo_index_ask(machine, ++steps);
    if (!listed(index, slot))
      continue;
    if ((!index->places || 2 * (index->count + 1) > 1u << index->bits) &&
        !grow(machine, index)) {
      engo_index_drop(machine, index);
      return false;
    }
    EngoPlace *place = place_of(index, slot);
    if (place->slot)
      continue; /* the first of a name is the one that counts */
    *place = (EngoPlace){.slot = slot, .former = former};
    index->count++;
  }
  index->last = former;
  return index->places != NULL;
}

EngoIndex *engo_index_of(void *machine, EngoIndex *index, void *instance,
                         bool weak) {
  if (index->instance == instance)
    return engo_index_catch_up(machine, index) ? index : NULL;
  if (index->candidate != instance) {
    index->candidate = instance;
    return NULL;
  }
  engo_index_drop(machine, index);
  index->instance = index->last = instance;
  index->weak = weak;
  return engo_index_catch_up(machine, index) ? index : NULL;
}

/* Later places of a run move up, so that no walk stops too early. */
static void remove_place(EngoIndex *index, EngoPlace *place) {
  uint32_t hole = (uint32_t)(place - index->places);
  uint32_t mask = (1u << index->bits) - 1;
  for (uint32_t at = after(index, hole); index->places[at].slot;
       at = after(index, at)) {
    uint32_t home = home_of(index, name_of(index, index->places[at].slot));
    if (((at - home) & mask) < ((at - hole) & mask))
      continue;
    index->places[hole] = index->places[at];
    hole = at;
  }
  index->places[hole] = (EngoPlace){0};
  index->count--;
}

bool engo_index_take_out(EngoIndex *index, txSlot *slot, txSlot *former) {
  EngoPlace *place = place_of(index, slot);
  txSlot *next = slot->next;
  if (place->slot != slot)
    return false;
  if (!ends(index, next) && listed(index, next)) {
    EngoPlace *following = place_of(index, next);
    if (following->slot != next)
      return false;
    following->former = former;
  }
  if (index->last == slot)
    index->last = former;
  remove_place(index, place);
  return true;
}
