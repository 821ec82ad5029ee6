/* Memory, the stack limit and the lock in WebAssembly: an instance is one
   thread with one machine, and its memory only grows. What every system does
   alike is in ../platform/engo_platform.c. */

#include "../internal.h"

#define STACK_MARGIN (16 * 1024)

extern char __stack_low; /* the linker's: where the stack in memory ends */

/* Only the stack in memory is seen here. The runtime's own, which holds return
   addresses, must be so large that it never ends first
   (docs/xs-wasm-platform.md). */
char *fxCStackLimit(void) { return &__stack_low + STACK_MARGIN; }

void xsnap_platform_lock(void) {}

void xsnap_platform_unlock(void) {}

void xsnap_platform_populate(void *from, size_t size) {
  (void)from, (void)size;
}

/* Zero, as XS expects it (native/xs/repairs/v05_fresh_chunks.py): what malloc
   has may have been used before. */
void *fxAllocateChunks(txMachine *the, txSize size) {
  xsnap_platform_reserve(the, (size_t)size);
  return calloc(1, (size_t)size);
}

void fxFreeChunks(txMachine *the, void *chunks) {
  (void)the;
  free(chunks);
}

txSlot *fxAllocateSlots(txMachine *the, txSize count) {
  size_t size = (size_t)count * sizeof(txSlot);
  xsnap_platform_reserve(the, size);
  return malloc(size);
}

void fxFreeSlots(txMachine *the, void *slots) {
  (void)the;
  free(slots);
}
