/* Products of large integers (repair v15_bigint_products). Words are 32 bits,
   the least significant first. Long factors of a like size are halved and three
   products made of four (Karatsuba); the memory for that is beside the heap,
   and without it a product is made as on paper, at the same charge. */

#include "../internal.h"

#define LEAST ENGO_LONG_FACTOR /* below, as on paper */
#define LONG 64                /* words, above which there is time to ask */

/* product[0..size + by_size) = words * by */
static void on_paper(uint32_t *product, const uint32_t *words, uint32_t size,
                     const uint32_t *by, uint32_t by_size) {
  memset(product, 0, (size + by_size) * sizeof *product);
  for (uint32_t at = 0; at < by_size; at++) {
    uint64_t carry = 0;
    for (uint32_t i = 0; i < size; i++) {
      carry += (uint64_t)words[i] * by[at] + product[at + i];
      product[at + i] = (uint32_t)carry;
      carry >>= 32;
    }
    product[at + size] = (uint32_t)carry;
  }
}

/* words += more; what is carried goes on to where it ends, which is inside. */
static void add(uint32_t *words, const uint32_t *more, uint32_t size) {
  uint64_t carry = 0;
  for (uint32_t i = 0; i < size || carry; i++) {
    carry += (uint64_t)words[i] + (i < size ? more[i] : 0);
    words[i] = (uint32_t)carry;
    carry >>= 32;
  }
}

/* |low - high| into `size` words, of which `high` has as many or one fewer;
   whether it was below zero. */
static bool difference(uint32_t *result, const uint32_t *low, uint32_t size,
                       const uint32_t *high, uint32_t high_size) {
  int64_t borrow = 0;
  for (uint32_t i = 0; i < size; i++) {
    borrow += (int64_t)low[i] - (i < high_size ? high[i] : 0);
    result[i] = (uint32_t)borrow;
    borrow >>= 32;
  }
  if (borrow == 0)
    return false;
  uint64_t carry = 1;
  for (uint32_t i = 0; i < size; i++) {
    carry += ~result[i];
    result[i] = (uint32_t)carry;
    carry >>= 32;
  }
  return true;
}

/* middle[0..2 half] = lower + upper - middle, or + middle. */
static void make_middle(uint32_t *middle, const uint32_t *lower,
                        uint32_t lower_size, const uint32_t *upper,
                        uint32_t upper_size, bool plus) {
  int64_t carry = 0;
  for (uint32_t i = 0; i < lower_size; i++) {
    carry += (int64_t)lower[i] + (i < upper_size ? upper[i] : 0);
    carry += plus ? (int64_t)middle[i] : -(int64_t)middle[i];
    middle[i] = (uint32_t)carry;
    carry >>= 32;
  }
  middle[lower_size] = (uint32_t)carry;
}

/* Words of scratch for factors of `size` words, with some for rounding up. */
static size_t scratch_size(uint32_t size) { return 4 * (size_t)size + 128; }

/* product[0..2 size) = words * by, both of `size` words. */
static void by_halves(txMachine *the, uint32_t *product, const uint32_t *words,
                      const uint32_t *by, uint32_t size, uint32_t *scratch) {
  if (size < LEAST) {
    on_paper(product, words, size, by, size);
    return;
  }
  if (size > LONG)
    mxMeterAsk();
  uint32_t half = (size + 1) / 2, rest = size - half;
  uint32_t *middle = scratch + 2 * half, *deeper = middle + 2 * half + 1;
  bool below = difference(scratch, words, half, words + half, rest);
  below ^= difference(scratch + half, by, half, by + half, rest);
  by_halves(the, middle, scratch, scratch + half, half, deeper);
  by_halves(the, product, words, by, half, deeper);
  by_halves(the, product + 2 * half, words + half, by + half, rest, deeper);
  make_middle(middle, product, 2 * half, product + 2 * half, 2 * rest, below);
  add(product + half, middle, 2 * half + 1);
}

/* A long factor in parts of the short one's size; `part` is a product. */
static void by_parts(txMachine *the, uint32_t *product, const uint32_t *words,
                     uint32_t size, const uint32_t *by, uint32_t by_size,
                     uint32_t *part) {
  memset(product, 0, (size + by_size) * sizeof *product);
  while (size >= by_size) {
    by_halves(the, part, words, by, by_size, part + 2 * by_size);
    add(product, part, 2 * by_size);
    product += by_size;
    words += by_size;
    size -= by_size;
  }
  if (size) {
    on_paper(part, by, by_size, words, size);
    add(product, part, by_size + size);
  }
}

static void forget(void *machine) {
  EngoCaches *caches = &((txMachine *)machine)->caches;
  engo_give_back(machine, caches->scratch, caches->scratch_size);
  caches->scratch = NULL;
}

/* The memory is the machine's, as an interrupt may come while it is used. */
static uint32_t *take(void *machine, size_t words) {
  EngoCaches *caches = &((txMachine *)machine)->caches;
  forget(machine);
  caches->scratch_size = words * sizeof(uint32_t);
  caches->scratch = engo_take(machine, caches->scratch_size);
  return caches->scratch;
}

void engo_bigint_multiply(void *machine, uint32_t *product,
                          const uint32_t *words, uint32_t size,
                          const uint32_t *by, uint32_t by_size) {
  if (size < by_size) {
    engo_bigint_multiply(machine, product, by, by_size, words, size);
    return;
  }
  uint32_t *scratch = NULL;
  if (by_size >= LEAST)
    scratch = take(machine, 2 * (size_t)by_size + scratch_size(by_size));
  if (!scratch) {
    on_paper(product, words, size, by, by_size);
    return;
  }
  by_parts(machine, product, words, size, by, by_size, scratch);
  forget(machine);
}

void engo_products_forget(void *machine) { forget(machine); }
