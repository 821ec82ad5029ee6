/* Deleted entries of Maps and Sets leave their list late, many at a time
   (repair v10_map_delete).

   The last entry of a list stays even when it is dead, and an entry that was
   taken out still points to what came after it. So an iterator that rests on a
   dead entry always finds what is added later. */

#include "../internal.h"

#define FEW 8

static txSlot *end_of(txSlot *entry, bool paired) {
  return paired ? entry->next : entry;
}

static bool dead(const txSlot *entry) {
  return entry->flag & XS_DONT_ENUM_FLAG;
}

static void purge(txSlot *list, bool paired) {
  txSlot **address = &list->value.list.first, *entry;
  while ((entry = *address)) {
    txSlot *end = end_of(entry, paired);
    if (dead(entry) && end != list->value.list.last)
      *address = end->next;
    else
      address = &end->next;
  }
}

/* At the head there is nothing to walk, so queues stay short. */
static void purge_head(txSlot *list, bool paired) {
  txSlot *entry = list->value.list.first;
  while (dead(entry) && end_of(entry, paired) != list->value.list.last)
    entry = end_of(entry, paired)->next;
  list->value.list.first = entry;
}

/* Behind the list is the slot that counts the living; its ID, which nothing
   else uses and which snapshots keep, counts the dead: what a list looks like
   depends on what was done to it and on nothing else. */
void engo_list_deleted(void *list, bool paired) {
  txSlot *size = ((txSlot *)list)->next;
  purge_head(list, paired);
  if (++size->ID > (txID)size->value.integer + FEW)
    engo_list_cleared(list, paired);
}

void engo_list_cleared(void *list, bool paired) {
  purge(list, paired);
  ((txSlot *)list)->next->ID = XS_NO_ID;
}
