/* Drives native/xsnap/wasm/heap.c by chance: compiled by test_wasm_heap.py into
   a module of its own. Every block is filled with bytes that belong to it. */

#include "module.h"

#define BLOCKS 512
#define EXPORT(NAME) __attribute__((export_name(NAME), used))

typedef struct Held {
  unsigned char *data; /* NULL: nothing is held here */
  size_t size;
  unsigned char mark;
} Held;

static Held held[BLOCKS];
static uint32_t state;

static uint32_t chance(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % below;
}

/* Mostly small, now and then of the sizes that XS asks for. */
static size_t some_size(void) {
  switch (chance(64)) {
  case 0:
    return chance(1 << 20);
  case 1:
  case 2:
    return chance(1 << 16);
  case 3:
    return 0;
  default:
    return chance(1u << (4 + chance(8)));
  }
}

static bool is_filled(const unsigned char *data, size_t size,
                      unsigned char mark) {
  for (size_t i = 0; i < size; i++)
    if (data[i] != mark)
      return false;
  return true;
}

static bool take_one(Held *one) {
  size_t size = some_size();
  bool cleared = chance(2) != 0;
  one->data = cleared ? calloc(1, size) : malloc(size);
  one->size = size;
  one->mark = (unsigned char)(1 + chance(255));
  if (!one->data || (uintptr_t)one->data % 16 ||
      (cleared && !is_filled(one->data, size, 0)))
    return false;
  memset(one->data, one->mark, size);
  return true;
}

static bool change_one(Held *one) {
  size_t size = some_size(), kept = size < one->size ? size : one->size;
  unsigned char *data = realloc(one->data, size);
  if (!data || !is_filled(data, kept, one->mark))
    return false;
  memset(data, one->mark, size);
  one->data = data;
  one->size = size;
  return true;
}

/* 0, or the number of the step at which something was wrong. */
EXPORT("drive") int drive(uint32_t seed, int steps);
int drive(uint32_t seed, int steps) {
  state = seed;
  for (int step = 1; step <= steps; step++) {
    Held *one = &held[chance(BLOCKS)];
    if (!one->data) {
      if (!take_one(one))
        return step;
    } else if (!is_filled(one->data, one->size, one->mark)) {
      return step;
    } else if (chance(4) == 0) {
      if (!change_one(one))
        return step;
    } else {
      free(one->data);
      one->data = NULL;
    }
    if (chance(1000) == 0)
      wasm_heap_tidy();
  }
  return 0;
}

/* Give everything back and tidy; then only the heads of blocks are left. */
EXPORT("finish") void finish(void);
void finish(void) {
  for (int i = 0; i < BLOCKS; i++)
    free(held[i].data);
  memset(held, 0, sizeof held);
  wasm_heap_tidy();
}

EXPORT("begin") void *begin(void);
void *begin(void) {
  extern char __heap_base;
  return &__heap_base;
}

EXPORT("refuses") int refuses(void);
int refuses(void) {
  /* Seen by nobody, an allocation is one that the compiler leaves out. */
  void *volatile seen;
  size_t volatile huge = SIZE_MAX / 2 + 1;
  if ((seen = malloc(huge)) || (seen = calloc(huge, 4)))
    return 0;
  return !(seen = malloc(SIZE_MAX)) && !(seen = realloc(NULL, SIZE_MAX - 1));
}
