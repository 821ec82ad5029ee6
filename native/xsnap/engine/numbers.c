/* Whole numbers of any length from their digits (repair c42_parse_int).

   The digits of bases that are powers of two are bits, so the first 64 of them
   and whether any other is set decide; decimal digits are left to XS's own
   reading of numbers. For the other bases the language leaves the accuracy
   open, and every digit rounds. */

#include "../internal.h"

/* 309 decimal digits are Infinity already. */
#define DECIMALS 320

static int value_of(char digit) {
  if (digit <= '9')
    return digit - '0';
  return 10 + (digit | 0x20) - 'a';
}

static double decimal(txMachine *the, const char *digits, size_t length) {
  char text[DECIMALS + 1];
  while (length > 1 && *digits == '0')
    digits++, length--;
  if (length > DECIMALS)
    length = DECIMALS;
  memcpy(text, digits, length);
  text[length] = 0;
  return fxStringToNumber(the->dtoa, text, 0);
}

static double bits(const char *digits, size_t length, unsigned base) {
  uint64_t head = 0;
  bool rest = false;
  int exponent = 0, each = __builtin_ctz(base);
  for (size_t i = 0; i < length; i++) {
    uint64_t digit = (uint64_t)value_of(digits[i]);
    if (head >> 58) {
      rest |= digit != 0;
      if (exponent < 2048) /* Infinity from here on */
        exponent += each;
    } else
      head = head << each | digit;
  }
  return ldexp((double)(head | rest), exponent);
}

double engo_whole_number(void *machine, const char *digits, size_t length,
                         int base) {
  if (base == 10)
    return decimal(machine, digits, length);
  if ((base & (base - 1)) == 0)
    return bits(digits, length, (unsigned)base);
  double value = 0;
  for (size_t i = 0; i < length; i++)
    value = value * base + value_of(digits[i]);
  return value;
}
