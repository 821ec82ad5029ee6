/* Arithmetic of large integers (repair v11_bigint): to and from digits, and
   division. Words are 32 bits, the least significant first. Nothing here
   allocates, so addresses of words stay good; a long loop asks the meter. */

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

/* By a constant, which compilers turn into a multiplication. */
static uint32_t divide_by_billion(uint32_t *words, uint32_t size) {
  uint64_t rest = 0;
  while (size-- > 0) {
    rest = rest << 32 | words[size];
    words[size] = (uint32_t)(rest / BILLION);
    rest %= BILLION;
  }
  return (uint32_t)rest;
}

/* Writes digits backwards from `end`, a word's worth in each pass, and destroys
   the number; where they begin. */
char *engo_bigint_to_text(void *machine, uint32_t *words, uint32_t size,
                          uint32_t radix, char *end) {
  static const char names[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  txMachine *the = machine;
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
