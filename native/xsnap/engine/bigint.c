/* Large integers (repair v11_bigint): to and from digits, and division.
   Multiplication is in product.c. Words are 32 bits, the least significant
   first. Nothing here allocates, so addresses of words stay good; a long loop
   asks the meter. */

#include "../internal.h"

#define DECIMALS 9 /* digits in a word */
#define BILLION 1000000000u
#define LONG 64 /* words, above which a pass is charged, and so asks */

static uint32_t without_zeros(const uint32_t *words, uint32_t size) {
  while (size > 1 && words[size - 1] == 0)
    size--;
  return size;
}

/* words * by + carry in place; the word that comes out. */
static uint32_t multiply(uint32_t *words, uint32_t size, uint32_t by,
                         uint32_t carry) {
  for (uint32_t i = 0; i < size; i++) {
    uint64_t product = (uint64_t)words[i] * by + carry;
    words[i] = (uint32_t)product;
    carry = (uint32_t)(product >> 32);
  }
  return carry;
}

/* A pass over a long number that must not end here, as the parser may be the
   caller: charge it; whether the host wants an end. */
static bool charge(txMachine *the, uint32_t size) {
  if (!the || size <= LONG)
    return false;
  the->meterIndex += size >> 4;
  return engo_stopped(the);
}

/* Decimal digits; the size in words. When the host interrupts, the number is
   not whole, and the caller must ask. `machine` may be NULL. */
uint32_t engo_bigint_parse(void *machine, uint32_t *words, const char *digits,
                           int32_t length) {
  uint32_t size = 1;
  words[0] = 0;
  while (length > 0 && !charge(machine, size)) {
    int32_t count = length % DECIMALS ? length % DECIMALS : DECIMALS;
    uint32_t part = 0, scale = 1;
    length -= count;
    for (; count > 0; count--, scale *= 10)
      part = part * 10 + (uint32_t)(*digits++ - '0');
    uint32_t carry = multiply(words, size, scale, part);
    if (carry)
      words[size++] = carry;
  }
  return size;
}

static uint32_t digit_of(char text) {
  uint32_t digit = (uint32_t)text;
  return digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

/* Digits of one, three or four bits, put into their places; the size in words.
 */
uint32_t engo_bigint_parse_bits(uint32_t *words, const char *digits,
                                int32_t length, uint32_t bits) {
  for (; length > 1 && *digits == '0'; length--)
    digits++;
  uint64_t total = (uint64_t)length * bits;
  uint32_t size = (uint32_t)((total + 31) / 32);
  memset(words, 0, size * sizeof *words);
  uint64_t at = 0;
  while (length-- > 0) {
    uint64_t digit = (uint64_t)digit_of(digits[length]) << at % 32;
    words[at / 32] |= (uint32_t)digit;
    if (digit >> 32)
      words[at / 32 + 1] |= (uint32_t)(digit >> 32);
    at += bits;
  }
  return without_zeros(words, size);
}

/* The quotient may be the number itself; the remainder. */
uint32_t engo_bigint_divide_by_word(uint32_t *quotient, const uint32_t *words,
                                    uint32_t size, uint32_t by) {
  uint64_t rest = 0;
  while (size-- > 0) {
    rest = rest << 32 | words[size];
    quotient[size] = (uint32_t)(rest / by);
    rest %= by;
  }
  return (uint32_t)rest;
}

/* The quotient; by a constant, which compilers turn into a multiplication. */
static inline uint32_t step(uint64_t *rest, uint32_t word) {
  uint64_t value = *rest << 32 | word;
  uint64_t quotient = value / BILLION;
  *rest = value - quotient * BILLION;
  return (uint32_t)quotient;
}

static uint32_t divide_by_billion(uint32_t *words, uint32_t size) {
  uint64_t rest = 0;
  while (size-- > 0)
    words[size] = step(&rest, words[size]);
  return (uint32_t)rest;
}

static const char names[] = "0123456789abcdefghijklmnopqrstuvwxyz";

/* Digits of whole bits, backwards from `end`. */
static char *bits_to_text(const uint32_t *words, uint32_t size, uint32_t bits,
                          char *end) {
  uint32_t top = words[size - 1], digits = 0;
  uint64_t total = (uint64_t)(size - 1) * 32;
  for (; top; top >>= 1)
    total++;
  for (uint64_t at = 0; at < total || digits == 0; at += bits, digits++) {
    uint64_t pair = words[at / 32];
    if (at / 32 + 1 < size)
      pair |= (uint64_t)words[at / 32 + 1] << 32;
    *--end = names[pair >> at % 32 & ((1u << bits) - 1)];
  }
  return end;
}

static char *put_decimals(uint32_t part, char *end) {
  for (uint32_t i = 0; i < DECIMALS; i++, part /= 10)
    *--end = names[part % 10];
  return end;
}

/* Four passes of divide_by_billion in one: each waits for its own last step
   only, so that a processor does them at once. The sum of the sizes that they
   would have begun with: a pass shortens the number by a word at most. */
#define CHAIN 4
#define CHAIN_LEAST 16 /* words, so that all four are whole passes */
static uint32_t divide_by_billions(uint32_t *words, uint32_t size,
                                   uint64_t rests[CHAIN]) {
  uint64_t a = 0, b = 0, c = 0, d = 0;
  uint32_t at = size, second = 0, third = 0, fourth = 0;
  while (at-- > size - CHAIN) {
    uint32_t word = step(&a, words[at]);
    second = second || !word ? second : at + 1;
    word = step(&b, word);
    third = third || !word ? third : at + 1;
    word = step(&c, word);
    fourth = fourth || !word ? fourth : at + 1;
    words[at] = step(&d, word);
  }
  for (at = size - CHAIN; at-- > 0;)
    words[at] = step(&d, step(&c, step(&b, step(&a, words[at]))));
  rests[0] = a, rests[1] = b, rests[2] = c, rests[3] = d;
  return size + second + third + fourth;
}

/* The most of a long number's decimal digits; what is left of its size. */
static uint32_t most_to_text(txMachine *the, uint32_t *words, uint32_t size,
                             char **end) {
  while (size > CHAIN_LEAST) {
    uint64_t rests[CHAIN];
    mxMeterSome(divide_by_billions(words, size, rests));
    for (uint32_t i = 0; i < CHAIN; i++)
      *end = put_decimals((uint32_t)rests[i], *end);
    size = without_zeros(words, size);
  }
  return size;
}

/* Writes digits backwards from `end`, a word's worth in each pass, and destroys
   the number; where they begin. */
char *engo_bigint_to_text(void *machine, uint32_t *words, uint32_t size,
                          uint32_t radix, char *end) {
  txMachine *the = machine;
  if ((radix & (radix - 1)) == 0) {
    uint32_t bits = 1;
    while (1u << bits < radix)
      bits++;
    mxMeterSome(size);
    return bits_to_text(words, size, bits, end);
  }
  if (radix == 10)
    size = most_to_text(the, words, size, &end);
  uint32_t power = radix, digits = 1;
  for (; (uint64_t)power * radix <= UINT32_MAX; digits++)
    power *= radix;
  for (;;) {
    uint32_t part = power == BILLION
                        ? divide_by_billion(words, size)
                        : engo_bigint_divide_by_word(words, words, size, power);
    mxMeterSome(size);
    size = without_zeros(words, size);
    bool more = size > 1 || words[0] != 0;
    for (uint32_t i = 0; more ? i < digits : i == 0 || part != 0; i++) {
      *--end = names[part % radix];
      part /= radix;
    }
    if (!more)
      return end;
  }
}

/* words[0..size] -= by * factor; whether that was too much. */
static bool subtract_product(uint32_t *words, const uint32_t *by, uint32_t size,
                             uint32_t factor) {
  int64_t borrow = 0, difference;
  for (uint32_t i = 0; i < size; i++) {
    uint64_t product = (uint64_t)by[i] * factor;
    difference = (int64_t)words[i] - borrow - (int64_t)(uint32_t)product;
    words[i] = (uint32_t)difference;
    borrow = (int64_t)(product >> 32) - (difference >> 32);
  }
  difference = (int64_t)words[size] - borrow;
  words[size] = (uint32_t)difference;
  return difference < 0;
}

static void add_back(uint32_t *words, const uint32_t *by, uint32_t size) {
  uint64_t carry = 0;
  for (uint32_t i = 0; i < size; i++) {
    carry += (uint64_t)words[i] + by[i];
    words[i] = (uint32_t)carry;
    carry >>= 32;
  }
  words[size] += (uint32_t)carry;
}

/* One word of the quotient from the two highest words, corrected by a third;
   at most one too much. `top` is the highest word's address. */
static uint32_t estimate(const uint32_t *top, const uint32_t *by_top) {
  uint64_t high = (uint64_t)top[0] << 32 | top[-1];
  uint64_t guess = high / by_top[0], rest = high % by_top[0];
  while (guess > UINT32_MAX || guess * by_top[-1] > (rest << 32 | top[-2])) {
    guess--;
    rest += by_top[0];
    if (rest > UINT32_MAX)
      break;
  }
  return (uint32_t)guess;
}

/* As one does on paper. The divisor has two words or more and its highest bit
   is set; `words` ends with a word that is below its highest word. The
   quotient gets size - by_size words, the remainder stays in `words`. */
void engo_bigint_divide(void *machine, uint32_t *quotient, uint32_t *words,
                        uint32_t size, const uint32_t *by, uint32_t by_size) {
  txMachine *the = machine;
  for (uint32_t at = size - by_size; at-- > 0;) {
    uint32_t factor = estimate(words + at + by_size, by + by_size - 1);
    if (subtract_product(words + at, by, by_size, factor)) {
      factor--;
      add_back(words + at, by, by_size);
    }
    quotient[at] = factor;
    if (by_size > LONG)
      mxMeterSome(by_size >> 3);
  }
}
