/* Finding a slot of a long list by its name; the lists are those of
   properties.c and weak.c, which know what else may happen to them. */

#ifndef ENGO_INDEX_H
#define ENGO_INDEX_H

#include "../internal.h"

/* Which of `count` indexes an object has. */
static inline uint32_t engo_index_number(const void *instance, uint32_t count) {
  return (uint32_t)((uintptr_t)instance / sizeof(txSlot)) % count;
}

static inline bool engo_internal(const txSlot *slot) {
  return slot->flag & XS_INTERNAL_FLAG;
}

/* In a walk: ask for the host's interrupt now and then. */
void engo_index_ask(void *machine, uint32_t steps);
/* The index of an object, up to date, where it may have one; NULL: walk. */
EngoIndex *engo_index_of(void *machine, EngoIndex *index, void *instance,
                         bool weak);
/* Where a name is, or where it would be put. */
EngoPlace *engo_index_place(const EngoIndex *index, uintptr_t name);
/* What was appended is taken in; false: there is no index any more. */
bool engo_index_catch_up(void *machine, EngoIndex *index);
/* A slot, at a place of the index, is about to leave its list; false: the
   index is not right and must be dropped. */
bool engo_index_take_out(EngoIndex *index, txSlot *slot, txSlot *former);
void engo_index_drop(void *machine, EngoIndex *index);

#endif
