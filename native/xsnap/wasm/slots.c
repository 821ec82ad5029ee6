/* Free slots of XS's heap while the machine's memory is an image: runs of them
   instead of a list. The first slot of a run, which is its highest, has the
   length and the next run; all others are zero. XS takes slots from the top of
   a run as from its list (repair w04_hidden_slots), some at a time, so that
   pages that nobody needs stay as the image has them. A collection finds all
   free slots by itself and makes a list of them. */

#include "module.h"

#define AT_ONCE 170 /* slots: a page of 4,096 bytes */

/* The list becomes runs. */
void wasm_slots_hide(txMachine *the) {
  txSlot *slot = the->freeHeap, *run = NULL;
  the->freeHeap = the->hiddenSlots = NULL;
  while (slot) {
    txSlot *next = slot->next;
    wasm_wipe(slot, slot + 1);
    if (run && slot + run->value.integer == run) {
      run->value.integer++;
    } else {
      if (run)
        run->next = slot;
      else
        the->hiddenSlots = slot;
      run = slot;
      run->value.integer = 1;
    }
    slot = next;
  }
}

/* Take the top of the first run; the run goes on below it. */
static txSlot *take_hidden(txMachine *the) {
  txSlot *slot = the->hiddenSlots;
  if (slot->value.integer > 1) {
    txSlot *below = slot - 1;
    below->next = slot->next;
    below->value.integer = slot->value.integer - 1;
    the->hiddenSlots = below;
  } else {
    the->hiddenSlots = slot->next;
  }
  slot->next = NULL;
  slot->value.integer = 0;
  return slot;
}

int32_t engo_platform_show_slots(void *machine) {
  txMachine *the = machine;
  txSlot **link = &the->freeHeap;
  for (int i = 0; i < AT_ONCE && the->hiddenSlots; i++) {
    *link = take_hidden(the);
    link = &(*link)->next;
  }
  return the->freeHeap != NULL;
}

int32_t engo_platform_hide_slots(void *machine, void *from, void *to) {
  (void)machine, (void)from, (void)to; /* the list of a new heap is as good */
  return 0;
}
