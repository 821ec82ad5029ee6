/* What XS asks its platform for and every system answers alike: time, chance,
   modules, aborts, how much a heap grows. Memory, the stack limit and the lock
   are in linux.c and ../wasm/memory.c. Nothing here opens, reads the clock or
   ends the process.

   The machine that a thread is inside is, with linux.c's stack limit, the only
   value in XSnap that is neither constant nor a machine's: XS asks for the time
   and for the stack limit without naming a machine. */

#include "../internal.h"

static __thread XsnapVm *running; /* the machine that this thread is inside */

/* Returns the machine that this thread was inside before, for leave. */
XsnapVm *xsnap_platform_enter(XsnapVm *vm) {
  XsnapVm *before = running;
  char *limit = fxCStackLimit(); /* also before the process is confined */
  running = vm;
  if (vm->machine)
    vm->machine->stackLimit = limit;
  return before;
}

void xsnap_platform_leave(XsnapVm *before) { running = before; }

/* A limit counts what XS reserves, so that a heap cannot grow past it. */
void xsnap_platform_reserve(txMachine *the, size_t size) {
  XsnapVm *vm = vm_of(the);
  if (vm->allocated + size > vm->heap_limit)
    fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
  vm->allocated += size;
}

/* Growth (repair v01_heap_growth). In proportion while less than half of the
   limit is reserved, and less than a quarter of it for chunks; above, 0 says to
   go by XS's steps, so that a guest near its limit can use all of it. */

#define MIN_ROOM (512 * 1024) /* bytes of chunks, where steps are 1 MB */
#define GROWING                                                                \
  (1024 * 1024) /* bytes: an array or a string that may double                 \
                 */

static int64_t left_of(txMachine *the, int64_t part, uint64_t used) {
  return (int64_t)(vm_of(the)->heap_limit / (uint64_t)part) - (int64_t)used;
}

/* Slots to add after a collection, or 0: at least half of the living are free.
 */
int32_t engo_platform_slots_to_add(void *machine) {
  txMachine *the = machine;
  int64_t live = the->currentHeapCount;
  int64_t free_slots = (int64_t)the->maximumHeapCount - live;
  int64_t most =
      left_of(the, 2, vm_of(the)->allocated) / (int64_t)sizeof(txSlot);
  if (!the->minimumHeapCount || free_slots >= live / 2 || most <= 0)
    return 0;
  int64_t more = live - free_slots;
  return (int32_t)(more < most ? more : most);
}

/* Bytes of chunks that should be free after a collection that was asked for
   because of `size`. A collection also walks the slots, hence their share. */
int32_t engo_platform_chunk_room(void *machine, int32_t size) {
  txMachine *the = machine;
  int64_t most = left_of(the, 2, vm_of(the)->allocated) / 2;
  int64_t chunks = left_of(the, 4, (uint64_t)the->maximumChunksSize) / 2;
  int64_t slots = (int64_t)the->currentHeapCount * (int64_t)sizeof(txSlot);
  int64_t room = ((int64_t)the->currentChunksSize + slots) / 2;
  if (chunks < most)
    most = chunks;
  if (!the->minimumChunksSize || most <= 0)
    return 0;
  if (room < MIN_ROOM)
    room = MIN_ROOM;
  if (size < GROWING && room < 8 * (int64_t)size)
    room = 8 * (int64_t)size;
  return (int32_t)(room < most ? room : most);
}

void fxCreateMachinePlatform(txMachine *the) {
  vm_of(the)->allocated = 0;
  vm_of(the)->jobs = false;
  the->interrupt = &vm_of(the)->page->interrupt;
}

void fxDeleteMachinePlatform(txMachine *the) { (void)the; }

/* Chance: xoshiro256++ of the machine, from the seed of `start`. */

static uint64_t rotate(uint64_t value, unsigned by) {
  return value << by | value >> (64 - by);
}

uint32_t engo_platform_random(void *machine) {
  uint64_t *s = vm_of(machine)->random;
  uint64_t result = rotate(s[0] + s[3], 23) + s[0];
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return (uint32_t)(result >> 32);
}

void xsnap_platform_seed(XsnapVm *vm, const uint8_t *seed) {
  memcpy(vm->random, seed, sizeof vm->random);
  vm->random[0] |= 1; /* all zero would stay so */
}

/* Time: the clock is a field of the machine, local time is UTC. */

int engo_platform_now(struct timeval *value) {
  double now = running ? running->now : 0;
  double seconds = floor(now / 1000);
  value->tv_sec = (time_t)seconds;
  value->tv_usec = (suseconds_t)((now - seconds * 1000) * 1000);
  return 0;
}

/* Days since 1970 of the first of March of year 0 and back: the calendar
   repeats every 400 years of 146,097 days, and March first puts the leap day
   last. */
#define ERA_DAYS 146097
#define EPOCH_SHIFT 719468

static int64_t floor_div(int64_t value, int64_t by) {
  return value / by - (value % by < 0);
}

static int64_t days_of(int64_t year, int64_t month, int64_t day) {
  int64_t y = month < 2 ? year - 1 : year;
  int64_t era = floor_div(y, 400);
  int64_t of_era = y - era * 400;
  int64_t of_year = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;
  return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
         EPOCH_SHIFT;
}

struct tm *engo_platform_break_time(const time_t *seconds, struct tm *result) {
  int64_t days = floor_div(*seconds, 86400);
  int64_t rest = *seconds - days * 86400;
  int64_t shifted = days + EPOCH_SHIFT;
  int64_t era = floor_div(shifted, ERA_DAYS);
  int64_t of_era = shifted - era * ERA_DAYS;
  int64_t year =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * of_year + 2) / 153;
  int64_t day = of_year - (153 * month + 2) / 5 + 1;
  month = (month + 2) % 12;
  year += era * 400 + (month < 2);
  result->tm_year = (int)(year - 1900);
  result->tm_mon = (int)month;
  result->tm_mday = (int)day;
  result->tm_hour = (int)(rest / 3600);
  result->tm_min = (int)(rest / 60 % 60);
  result->tm_sec = (int)(rest % 60);
  result->tm_wday = (int)(((days + 4) % 7 + 7) % 7);
  result->tm_yday = (int)(days - days_of(year, 0, 1));
  return result;
}

time_t engo_platform_make_time(const struct tm *value) {
  int64_t months = value->tm_mon;
  int64_t year = value->tm_year + 1900 + floor_div(months, 12);
  int64_t days = days_of(year, months - floor_div(months, 12) * 12, 1) +
                 value->tm_mday - 1;
  return (time_t)(((days * 24 + value->tm_hour) * 60 + value->tm_min) * 60 +
                  value->tm_sec);
}

/* Modules are found by compartments' hooks, never by path. */

txID fxFindModule(txMachine *the, txSlot *realm, txID module, txSlot *slot) {
  (void)the, (void)realm, (void)module, (void)slot;
  return XS_NO_ID;
}

void fxLoadModule(txMachine *the, txSlot *module, txID id) {
  (void)the, (void)module, (void)id;
}

void fxQueuePromiseJobs(txMachine *the) { vm_of(the)->jobs = true; }

/* Aborts. The two that are no aborts (a rejection, a throwing clean-up) are
   kept for the end of the crank: guest code must not run while XS walks its
   lists. */

static void keep_rejection(txMachine *the) {
  txSlot *roots = &vm_of(the)->rejections;
  txSlot *last, *slot;
  if (roots->kind != XS_REFERENCE_KIND) {
    roots->value.reference = fxNewInstance(the);
    roots->kind = XS_REFERENCE_KIND;
    mxPop();
  }
  for (last = roots->value.reference; last->next; last = last->next)
    ;
  slot = last->next = fxNewSlot(the);
  slot->kind = mxException.kind;
  slot->value = mxException.value;
  mxException.kind = XS_UNDEFINED_KIND;
}

static const char *reason_of(int status) {
  switch (status) {
  case XS_STACK_OVERFLOW_EXIT:
    return "stack overflow";
  case XS_NOT_ENOUGH_MEMORY_EXIT:
    return "memory full";
  case XS_NO_MORE_KEYS_EXIT:
    return "too many names";
  case XS_TOO_MUCH_COMPUTATION_EXIT:
    return "too much computation";
  default:
    return "dead";
  }
}

void fxAbort(txMachine *the, int status) {
  XsnapVm *vm = vm_of(the);
  if (status == XS_UNHANDLED_REJECTION_EXIT ||
      status == XS_UNHANDLED_EXCEPTION_EXIT) {
    keep_rejection(the);
    return;
  }
  if (!vm->reason)
    vm->reason = reason_of(status);
  fxExitToHost(the);
}
