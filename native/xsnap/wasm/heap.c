/* malloc for WebAssembly: one that can be tidied. In the C library's, what was
   freed keeps its bytes, and so an image of the memory would hold every tree
   that a parser ever made. Here wasm_heap_tidy leaves nothing of it: after it
   the memory is a function of the blocks in use.

   Blocks lie one behind the other, each with its size and that of the block
   before it. Free neighbours are one block. Free blocks are in bins by size:
   one per size below 1 KiB, eight per power of two above. The last block is
   empty and in use, so that nothing needs to look for the end. */

#include "module.h"

#define HEAD 8
#define UNIT 16
#define USED 1u
#define EXACT 64 /* bins of one size each, in units */
#define SHIFT 3  /* above them, of 2^3 bins per power of two */
#define BINS 256
#define WASM_PAGE 65536u
#define LARGEST 0x7fff0000u

typedef struct Block {
  uint32_t before; /* size of the block before, 0: none */
  uint32_t size;   /* with this head, a multiple of UNIT; may have USED */
  struct Block *next, *previous; /* in its bin, while free */
} Block;

extern char __heap_base; /* the linker's: where memory is free to use */

static Block *first_block, *last_block;
static Block *bins[BINS];
static uint64_t filled[BINS / 64]; /* a bit per bin that is not empty */

static uint32_t size_of(const Block *block) { return block->size & ~USED; }

static Block *at_offset(Block *block, uint32_t offset) {
  return (Block *)(void *)((char *)block + offset);
}

static Block *after(Block *block) { return at_offset(block, size_of(block)); }

static Block *block_before(Block *block) {
  return (Block *)(void *)((char *)block - block->before);
}

/* Clear words that are not zero: reading leaves a page of an image shared. */
void wasm_wipe(void *from, void *to) {
  uint32_t *end = to;
  for (uint32_t *word = from; word < end; word++)
    if (*word)
      *word = 0;
}

static unsigned bin_of(uint32_t size) {
  uint32_t units = size / UNIT;
  if (units < EXACT)
    return units;
  unsigned top = 31u - (unsigned)__builtin_clz(units);
  unsigned part = (units >> (top - SHIFT)) & ((1u << SHIFT) - 1);
  return EXACT + ((top - 6) << SHIFT) + part;
}

static void put(Block *block) {
  unsigned bin = bin_of(block->size);
  block->previous = NULL;
  block->next = bins[bin];
  if (block->next)
    block->next->previous = block;
  bins[bin] = block;
  filled[bin / 64] |= 1ull << (bin % 64);
}

static void take_out(Block *block) {
  unsigned bin = bin_of(block->size);
  if (block->next)
    block->next->previous = block->previous;
  if (block->previous)
    block->previous->next = block->next;
  else if (!(bins[bin] = block->next))
    filled[bin / 64] &= ~(1ull << (bin % 64));
}

/* The first bin from this one on that is not empty; BINS: none. */
static unsigned filled_from(unsigned bin) {
  for (unsigned word = bin / 64; word < BINS / 64; word++) {
    uint64_t bits = filled[word];
    if (word == bin / 64)
      bits &= ~0ull << (bin % 64);
    if (bits)
      return word * 64 + (unsigned)__builtin_ctzll(bits);
  }
  return BINS;
}

static Block *find(uint32_t size) {
  unsigned bin = bin_of(size);
  if (bin >= EXACT) { /* its blocks may be smaller */
    for (Block *block = bins[bin]; block; block = block->next)
      if (block->size >= size)
        return block;
    bin++;
  }
  bin = bin < BINS ? filled_from(bin) : BINS;
  return bin < BINS ? bins[bin] : NULL;
}

/* Make a block free, as one with its free neighbours. */
static Block *join(Block *block) {
  Block *next = after(block);
  block->size = size_of(block);
  if (!(next->size & USED)) {
    take_out(next);
    block->size += next->size;
  }
  if (block->before) {
    Block *previous = block_before(block);
    if (!(previous->size & USED)) {
      take_out(previous);
      previous->size += block->size;
      block = previous;
    }
  }
  after(block)->before = block->size;
  put(block);
  return block;
}

static void close_at(Block *block, uint32_t before) {
  block->before = before;
  block->size = USED;
  last_block = block;
}

/* More memory behind the last block, so that a block of this size is free,
   which none was; false: there is none. */
static bool grow(uint32_t size) {
  Block *block = last_block;
  uint32_t there = 0;
  if (block->before && !(block_before(block)->size & USED))
    there = block->before;
  uint32_t pages = (size - there) / WASM_PAGE + 1;
  if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX)
    return false;
  block->size = pages * WASM_PAGE;
  close_at(after(block), block->size);
  join(block);
  return true;
}

static void open_heap(void) {
  uintptr_t begin = ((uintptr_t)&__heap_base + UNIT - 1) / UNIT * UNIT;
  uintptr_t end = __builtin_wasm_memory_size(0) * WASM_PAGE;
  Block *block = (Block *)(begin + UNIT - HEAD);
  first_block = block;
  block->before = 0;
  if (end - begin < 3 * UNIT) {
    close_at(block, 0);
    return;
  }
  block->size = (uint32_t)(end - begin) / UNIT * UNIT - UNIT;
  close_at(after(block), block->size);
  join(block);
}

static void *take(size_t wanted) {
  if (wanted > LARGEST)
    return NULL;
  uint32_t size = ((uint32_t)wanted + HEAD + UNIT - 1) / UNIT * UNIT;
  if (!first_block)
    open_heap();
  Block *block = find(size);
  if (!block && grow(size))
    block = find(size);
  if (!block)
    return NULL;
  take_out(block);
  uint32_t rest = block->size - size;
  if (rest) {
    Block *left = at_offset(block, size);
    left->before = size;
    left->size = rest;
    after(left)->before = rest;
    put(left);
  }
  block->size = size | USED;
  return (char *)block + HEAD;
}

static Block *block_of(void *data) {
  return (Block *)(void *)((char *)data - HEAD);
}

void *malloc(size_t size) { return take(size); }

void free(void *data) {
  if (data)
    join(block_of(data));
}

void *calloc(size_t count, size_t size) {
  size_t whole;
  if (__builtin_mul_overflow(count, size, &whole))
    return NULL;
  char *data = take(whole);
  if (data)
    wasm_wipe(data, (char *)block_of(data) + size_of(block_of(data)));
  return data;
}

void *realloc(void *data, size_t size) {
  if (!data)
    return take(size);
  size_t old = size_of(block_of(data)) - HEAD;
  if (size <= old)
    return data;
  void *made = take(size);
  if (made) {
    memcpy(made, data, old);
    join(block_of(data));
  }
  return made;
}

/* Clear everything that is free, and order it by address. */
void wasm_heap_tidy(void) {
  if (!first_block)
    return;
  memset(bins, 0, sizeof bins);
  memset(filled, 0, sizeof filled);
  for (Block *block = last_block; block->before;) {
    block = block_before(block);
    if (!(block->size & USED)) {
      put(block);
      wasm_wipe(block + 1, after(block));
    }
  }
}
