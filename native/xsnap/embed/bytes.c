/* Bytes in a row: appended to, taken from the front; and pages compared. */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define KEPT (128 * 1024) /* an empty buffer larger than this is given back */
#define PAGE 4096

static bool make_room(EngoBytes *bytes, size_t length) {
  size_t used = engo_bytes_length(bytes);
  if (bytes->start > 0 && bytes->capacity - used >= length &&
      bytes->start >= used) {
    memcpy(bytes->data, bytes->data + bytes->start, used);
    bytes->start = 0;
    bytes->end = used;
    return true;
  }
  size_t capacity = bytes->capacity ? bytes->capacity : 512;
  while (capacity - bytes->end < length)
    capacity *= 2;
  uint8_t *data = realloc(bytes->data, capacity);
  if (!data)
    return false;
  bytes->data = data;
  bytes->capacity = capacity;
  return true;
}

bool engo_bytes_append(EngoBytes *bytes, const void *data, size_t length) {
  if (bytes->capacity - bytes->end < length && !make_room(bytes, length))
    return false;
  memcpy(bytes->data + bytes->end, data, length);
  bytes->end += length;
  return true;
}

size_t engo_bytes_take(EngoBytes *bytes, void *into, size_t size) {
  size_t length = engo_bytes_length(bytes);
  if (size > length)
    size = length;
  if (size == 0)
    return 0;
  if (into)
    memcpy(into, bytes->data + bytes->start, size);
  bytes->start += size;
  if (bytes->start == bytes->end) {
    bytes->start = bytes->end = 0;
    if (bytes->capacity > KEPT)
      engo_bytes_free(bytes);
  }
  return size;
}

void engo_bytes_free(EngoBytes *bytes) {
  free(bytes->data);
  *bytes = (EngoBytes){0};
}

size_t engo_pages_differ(const uint8_t *memory, size_t count,
                         const uint8_t *base, size_t base_count,
                         uint32_t *pages) {
  static const uint8_t zeroes[PAGE];
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    const uint8_t *other = i < base_count ? base + i * PAGE : zeroes;
    if (memcmp(memory + i * PAGE, other, PAGE) != 0)
      pages[found++] = (uint32_t)i;
  }
  return found;
}
