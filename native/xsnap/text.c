/* Text between the link (UTF-8, where a lone surrogate is its three bytes) and
   XS (CESU-8: a character above U+FFFF is two surrogates of three bytes each,
   NUL is C0 80, a zero byte ends the string). What comes from the link is
   checked here, since XS trusts its own strings. */

#include "internal.h"

/* Bytes of plain ASCII without NUL at the begin, eight at a time. */
static size_t plain(const uint8_t *data, size_t length) {
  const uint64_t ones = 0x0101010101010101ull, highs = ones << 7;
  size_t at = 0;
  while (length - at >= 8) {
    uint64_t word;
    memcpy(&word, data + at, 8);
    if ((word & highs) || ((word - ones) & ~word & highs))
      break;
    at += 8;
  }
  while (at < length && data[at] > 0 && data[at] < 0x80)
    at++;
  return at;
}

static bool tail(const uint8_t *data, size_t count) {
  for (size_t i = 0; i < count; i++)
    if ((data[i] & 0xc0) != 0x80)
      return false;
  return true;
}

/* Length of the character at `data`, 0 when it is none. */
static size_t character(const uint8_t *data, size_t length) {
  uint8_t head = data[0];
  if (head < 0x80)
    return 1;
  if (head >= 0xc2 && head < 0xe0)
    return length >= 2 && tail(data + 1, 1) ? 2 : 0;
  if (head >= 0xe0 && head < 0xf0)
    return length >= 3 && tail(data + 1, 2) && (head > 0xe0 || data[1] >= 0xa0)
               ? 3
               : 0;
  if (head >= 0xf0 && head < 0xf5 && length >= 4 && tail(data + 1, 3) &&
      (head > 0xf0 || data[1] >= 0x90) && (head < 0xf4 || data[1] < 0x90))
    return 4;
  return 0;
}

/* False: not UTF-8. `*cesu_length` is how long XS's form is, without its end.
 */
bool xsnap_text_check(XsnapBytes text, size_t *cesu_length) {
  size_t at = 0, extra = 0;
  while (at < text.length) {
    size_t run = plain(text.data + at, text.length - at);
    at += run;
    if (run > 0)
      continue;
    size_t size = character(text.data + at, text.length - at);
    if (size == 0)
      return false;
    if (text.data[at] == 0)
      extra++;
    else if (size == 4)
      extra += 2;
    at += size;
  }
  *cesu_length = text.length + extra;
  return true;
}

static uint8_t *put_three(uint8_t *to, uint32_t code) {
  *to++ = (uint8_t)(0xe0 | code >> 12);
  *to++ = (uint8_t)(0x80 | (code >> 6 & 0x3f));
  *to++ = (uint8_t)(0x80 | (code & 0x3f));
  return to;
}

static void to_cesu(uint8_t *to, XsnapBytes text) {
  size_t at = 0;
  while (at < text.length) {
    const uint8_t *from = text.data + at;
    if (*from == 0) {
      *to++ = 0xc0;
      *to++ = 0x80;
      at++;
    } else if (*from < 0xf0) {
      *to++ = *from;
      at++;
    } else {
      uint32_t code = (uint32_t)(from[0] & 7) << 18 |
                      (uint32_t)(from[1] & 0x3f) << 12 |
                      (uint32_t)(from[2] & 0x3f) << 6 | (from[3] & 0x3fu);
      code -= 0x10000;
      to = put_three(to, 0xd800 | code >> 10);
      to = put_three(to, 0xdc00 | (code & 0x3ff));
      at += 4;
    }
  }
}

/* The text must have passed xsnap_text_check. */
void xsnap_text_to_slot(txMachine *the, txSlot *slot, XsnapBytes text) {
  size_t length = 0;
  if (!xsnap_text_check(text, &length) || length > INT32_MAX)
    mxRangeError("text is too long");
  fxStringBuffer(the, slot, NULL, (txSize)length);
  if (length == text.length)
    memcpy(slot->value.string, text.data, length);
  else
    to_cesu((uint8_t *)slot->value.string, text);
}

static bool is_pair(const uint8_t *at) {
  return at[0] == 0xed && (at[1] & 0xf0) == 0xa0 && at[2] && at[3] == 0xed &&
         (at[4] & 0xf0) == 0xb0 && at[5];
}

/* How many bytes the character at `at` has in XS's form, and in UTF-8. Never
   goes past the end of the string, whatever the bytes. */
static size_t cesu_character(const uint8_t *at, size_t *utf8) {
  if (at[0] == 0xc0 && at[1] == 0x80) {
    *utf8 = 1;
    return 2;
  }
  if (at[0] == 0xed && at[1] && at[2] && is_pair(at)) {
    *utf8 = 4;
    return 6;
  }
  size_t size = at[0] < 0xc0 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
  size_t real = 1;
  while (real < size && (at[real] & 0xc0) == 0x80)
    real++;
  *utf8 = real;
  return real;
}

/* Where the string needs converting, or its end. */
static size_t untouched(const uint8_t *from, size_t length) {
  size_t at = 0;
  while (at < length) {
    at += plain(from + at, length - at);
    if (at < length) {
      if (from[at] == 0xc0 || from[at] == 0xed)
        break;
      at++;
    }
  }
  return at;
}

size_t xsnap_text_measure(const char *cesu) {
  const uint8_t *from = (const uint8_t *)cesu;
  size_t length = strlen(cesu), at = 0, total = 0, utf8;
  while (at < length) {
    size_t run = untouched(from + at, length - at);
    at += run;
    total += run;
    if (at < length) {
      at += cesu_character(from + at, &utf8);
      total += utf8;
    }
  }
  return total;
}

/* The longest length of UTF-8, at most `limit`, that ends after a character. */
size_t xsnap_text_cut(const char *cesu, size_t limit) {
  const uint8_t *from = (const uint8_t *)cesu;
  size_t total = 0, utf8 = 0;
  while (*from) {
    size_t size = cesu_character(from, &utf8);
    if (total + utf8 > limit)
      break;
    total += utf8;
    from += size;
  }
  return total;
}

static void put_pair(XsnapVm *vm, const uint8_t *at) {
  uint32_t high = (uint32_t)(at[1] & 0x0f) << 6 | (at[2] & 0x3fu);
  uint32_t low = (uint32_t)(at[4] & 0x0f) << 6 | (at[5] & 0x3fu);
  uint32_t code = 0x10000 + (high << 10 | low);
  uint8_t bytes[4] = {
      (uint8_t)(0xf0 | code >> 18), (uint8_t)(0x80 | (code >> 12 & 0x3f)),
      (uint8_t)(0x80 | (code >> 6 & 0x3f)), (uint8_t)(0x80 | (code & 0x3f))};
  xsnap_link_put(vm, bytes, 4);
}

/* Write exactly `limit` bytes of UTF-8: a length of measure or cut. */
void xsnap_text_put(XsnapVm *vm, const char *cesu, size_t limit) {
  const uint8_t *from = (const uint8_t *)cesu, *end = from + strlen(cesu);
  size_t written = 0, utf8 = 0;
  while (written < limit) {
    size_t rest = (size_t)(end - from), room = limit - written;
    size_t run = untouched(from, rest < room ? rest : room);
    xsnap_link_put(vm, from, run);
    from += run;
    written += run;
    if (written >= limit)
      break;
    size_t size = cesu_character(from, &utf8);
    if (utf8 == 1 && size == 2)
      xsnap_link_put(vm, "", 1);
    else if (utf8 == 4 && size == 6)
      put_pair(vm, from);
    else
      xsnap_link_put(vm, from, size);
    from += size;
    written += utf8;
  }
}

/* A msgpack string of the text, cut to `limit` bytes. */
void xsnap_put_text(XsnapVm *vm, const char *cesu, size_t limit) {
  size_t length = xsnap_text_measure(cesu);
  if (length > limit)
    length = xsnap_text_cut(cesu, limit);
  xsnap_put_str_head(vm, length);
  xsnap_text_put(vm, cesu, length);
}
