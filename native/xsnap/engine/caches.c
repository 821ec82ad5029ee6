/* When the engine's caches are emptied, and the memory that they may take. Each
   cache itself is in a file of its own. */

#include "../internal.h"

/* Slots are about to die, and the list of free ones is about to be made anew.
 */
void engo_before_collect(void *machine) {
  txMachine *the = machine;
  the->hiddenSlots = NULL;
  engo_properties_forget(machine);
  engo_weak_forget(machine);
}

/* Chunks are about to move: every address of one is void. */
void engo_before_sweep(void *machine) { engo_strings_forget(machine); }

void engo_end(void *machine) {
  engo_products_forget(machine);
  engo_strings_forget(machine);
  engo_properties_forget(machine);
  engo_weak_forget(machine);
}

/* Caches live in what the limit leaves, and only in a part of it: they are
   empty after every collection, so a guest reaches its limit where it would
   without them. */
void *engo_take(void *machine, size_t size) {
  XsnapVm *vm = vm_of(machine);
  if (!vm || vm->allocated + size > vm->heap_limit ||
      size > (vm->heap_limit - vm->allocated) / 4)
    return NULL;
  void *memory = calloc(1, size);
  if (memory)
    vm->allocated += size;
  return memory;
}

/* XS has forgotten the context when it ends. */
void engo_give_back(void *machine, void *memory, size_t size) {
  XsnapVm *vm = vm_of(machine);
  free(memory);
  if (vm && memory)
    vm->allocated -= size;
}
