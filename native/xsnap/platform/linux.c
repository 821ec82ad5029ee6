/* Memory, the stack limit and the lock on Linux. What every system does alike
   is in engo_platform.c; nothing here opens, reads the clock or ends the
   process. */

#include "../internal.h"
#include "thread_stack.h"

#include <sys/mman.h>
#include <sys/resource.h>

#ifndef mxASANStackMargin
#define mxASANStackMargin 0
#endif
#define STACK_MARGIN (128 * 1024 + mxASANStackMargin)

/* XS counts the machines of the process in one shared record without a lock
   (xsAtomics.c, fxInitializeSharedCluster). */
static pthread_mutex_t shared_cluster = PTHREAD_MUTEX_INITIALIZER;

void xsnap_platform_lock(void) { pthread_mutex_lock(&shared_cluster); }

void xsnap_platform_unlock(void) { pthread_mutex_unlock(&shared_cluster); }

/* XS asks this for every parse and every RegExp. */
char *fxCStackLimit(void) {
  size_t size;
  return thread_stack(&size) + STACK_MARGIN;
}

static size_t whole_pages(size_t size) {
  size_t page = (size_t)getpagesize();
  return (size + page - 1) / page * page;
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; an older kernel says no */
#endif

/* XS is about to write all of these bytes: fault them in at once, which costs a
   quarter of what the faults would. Only a wish. */
void xsnap_platform_populate(void *from, size_t size) {
  size_t page = (size_t)getpagesize();
  uintptr_t begin = ((uintptr_t)from + page - 1) / page * page;
  uintptr_t end = ((uintptr_t)from + size) / page * page;
  if (begin < end)
    madvise((void *)begin, end - begin, MADV_POPULATE_WRITE);
}

/* Regions of this size and more are asked for in huge pages: a worker that is
   restored with ten megabytes would otherwise spend most of its start in
   faults. */
#define HUGE ((size_t)2 << 20)

static void prefer_huge(void *from, size_t size) {
  uintptr_t begin = ((uintptr_t)from + HUGE - 1) / HUGE * HUGE;
  uintptr_t end = ((uintptr_t)from + size) / HUGE * HUGE;
  if (begin < end)
    madvise((void *)begin, end - begin, MADV_HUGEPAGE);
}

static char *reserve_region(txMachine *the) {
  size_t size = whole_pages((size_t)vm_of(the)->heap_limit);
  void *base = mmap(NULL, size, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    return NULL;
  the->chunkReserve = size;
  return base;
}

/* One region per machine that only grows, so that XS's blocks stay one block.
   Its pages come from the kernel when they are first touched, so they are zero:
   XS does not clear them again (native/xs/repairs/v05_fresh_chunks.py). */
void *fxAllocateChunks(txMachine *the, txSize size) {
  char *base = (char *)the->firstBlock;
  xsnap_platform_reserve(the, (size_t)size);
  char *from = base ? (char *)the->firstBlock->limit : NULL;
  if (!base)
    base = from = reserve_region(the);
  if (!base)
    return NULL;
  size_t old = whole_pages((size_t)(from - base));
  size_t grown = whole_pages((size_t)(from - base) + (size_t)size);
  if (grown > the->chunkReserve ||
      (grown > old &&
       mprotect(base + old, grown - old, PROT_READ | PROT_WRITE) != 0))
    return NULL;
  if (old < HUGE && grown >= HUGE)
    prefer_huge(base, the->chunkReserve);
  return from;
}

void fxFreeChunks(txMachine *the, void *chunks) {
  munmap(chunks, the->chunkReserve);
}

static void *allocate_huge(size_t size) {
  void *aligned = NULL;
  if (posix_memalign(&aligned, HUGE, size) != 0)
    return NULL;
  prefer_huge(aligned, size);
  xsnap_platform_populate(aligned, size);
  return aligned;
}

/* Whether a heap's first slots, so many bytes, stay hidden until they are
   wanted: then they are zero and not written beforehand. */
static bool hides(const txMachine *the, size_t size) {
#if defined mxPoisonSlots && mxPoisonSlots /* by XS, as it links them */
  return (void)the, (void)size, false;
#else
  return the->maximumHeapCount == 0 && size < HUGE;
#endif
}

txSlot *fxAllocateSlots(txMachine *the, txSize count) {
  size_t size = (size_t)count * sizeof(txSlot);
  xsnap_platform_reserve(the, size);
  if (!the->stackBottom) /* the stack, which is not written beforehand */
    return malloc(size);
  if (size >= HUGE)
    return allocate_huge(size);
  bool hide = hides(the, size);
  txSlot *slots = hide ? calloc(1, size) : malloc(size);
  if (!slots)
    return NULL;
  xsnap_platform_populate(slots, hide ? vm_of(the)->expected_slots : size);
  if (hide)
    the->hiddenLimit = slots + count;
  return slots;
}

void fxFreeSlots(txMachine *the, void *slots) {
  (void)the;
  free(slots);
}

/* A new heap's free slots are shown some at a time, so that a short life does
   not touch them all. */
#define SHOWN 256

int32_t engo_platform_hide_slots(void *machine, void *from, void *to) {
  txMachine *the = machine;
  if (to != the->hiddenLimit)
    return 0;
  the->hiddenSlots = from;
  return 1;
}

int32_t engo_platform_show_slots(void *machine) {
  txMachine *the = machine;
  txSlot **link = &the->freeHeap;
  txSlot *slot = the->hiddenSlots;
  if (!slot)
    return 0;
  for (int i = 0; i < SHOWN && slot < the->hiddenLimit; i++, slot++) {
    slot->flag = XS_NO_FLAG;
    slot->kind = XS_UNDEFINED_KIND;
    *link = slot;
    link = &slot->next;
  }
  *link = NULL;
  the->hiddenSlots = slot < the->hiddenLimit ? slot : NULL;
  return the->freeHeap != NULL;
}
