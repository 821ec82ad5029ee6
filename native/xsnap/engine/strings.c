/* Sizes, lengths and positions of strings without walking them each time
   (repairs v02 to v04). A machine remembers the last few long strings that it
   was asked about; short ones are measured, which is as fast as looking.

   A record is found by the string's address. That is sound because a string
   never changes once it is visible, and because XS hands out no address twice
   between two sweeps, before which everything here is forgotten. */

#include "../internal.h"

#define SHORT 256 /* bytes: below, a string gets no record */
#define NEAR 16   /* units or bytes that are walked without looking */
#define WORD ((int32_t)sizeof(uint64_t))
#define ONES UINT64_C(0x0101010101010101)

static EngoStrings *strings_of(void *machine) {
  return &((txMachine *)machine)->caches.strings;
}

static bool begins_unit(char byte) { return (byte & 0xc0) != 0x80; }

/* How many units begin in the eight bytes at `at`. */
static int32_t units_in_word(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  uint64_t following = (word >> 7) & ~(word >> 6) & ONES;
  return WORD - (int32_t)(following * ONES >> 56);
}

static int32_t units_between(const char *from, const char *to) {
  int32_t count = 0;
  for (; to - from >= WORD; from += WORD)
    count += units_in_word(from);
  for (; from < to; from++)
    count += begins_unit(*from);
  return count;
}

static EngoString *replace(EngoStrings *strings, const char *text,
                           int32_t size) {
  EngoString *record = &strings->records[strings->next];
  strings->last = strings->next;
  strings->next = (strings->next + 1) % ENGO_STRINGS;
  *record = (EngoString){.text = text, .size = size, .length = -1};
  return record;
}

/* The record of a string; `scratch` where it is short. */
static EngoString *find(EngoStrings *strings, const char *text,
                        EngoString *scratch) {
  EngoString *record = &strings->records[strings->last];
  if (record->text == text)
    return record;
  size_t size = strnlen(text, SHORT);
  if (size < SHORT) {
    *scratch = (EngoString){.text = text, .size = (int32_t)size, .length = -1};
    return scratch;
  }
  for (uint32_t i = 0; i < ENGO_STRINGS; i++)
    if (strings->records[i].text == text) {
      strings->last = i;
      return &strings->records[i];
    }
  return replace(strings, text, (int32_t)strlen(text));
}

static int32_t length_of(EngoString *record) {
  if (record->length < 0)
    record->length = units_between(record->text, record->text + record->size);
  return record->length;
}

int32_t engo_string_size(void *machine, const char *text) {
  EngoString scratch;
  return find(strings_of(machine), text, &scratch)->size;
}

int32_t engo_string_length(void *machine, const char *text) {
  EngoString scratch;
  return length_of(find(strings_of(machine), text, &scratch));
}

void engo_string_enter(void *machine, const char *text, int32_t size) {
  if (size >= SHORT)
    replace(strings_of(machine), text, size);
}

/* Moves the cursor to the known place that is nearest to `unit`. */
static void approach(EngoString *record, int32_t unit) {
  int32_t distance = unit - record->unit;
  if (distance < 0)
    distance = -distance;
  if (unit < distance) {
    record->byte = record->unit = 0;
    distance = unit;
  }
  if (record->length - unit < distance) {
    record->byte = record->size;
    record->unit = record->length;
  }
}

/* Puts the cursor where `unit` begins. */
static void move_to_unit(EngoString *record, int32_t unit) {
  const char *at, *text = record->text;
  int32_t begun;
  approach(record, unit);
  at = text + record->byte;
  begun = record->unit;
  if (begun <= unit) {
    const char *end = text + record->size;
    for (int32_t more; end - at >= WORD; at += WORD, begun += more)
      if (begun + (more = units_in_word(at)) > unit)
        break;
    while (at < end && !(begun == unit && begins_unit(*at)))
      begun += begins_unit(*at++);
  } else {
    for (int32_t less; at - text >= WORD; at -= WORD, begun -= less)
      if (begun - (less = units_in_word(at - WORD)) <= unit)
        break;
    while (begun > unit)
      begun -= begins_unit(*--at);
  }
  record->byte = (int32_t)(at - text);
  record->unit = unit;
}

/* Of a few units, without a record: what XS's own function does. */
static int32_t walk_to_unit(const char *text, int32_t unit) {
  const char *at = text;
  for (; *at; at++)
    if (begins_unit(*at) && unit-- == 0)
      break;
  return *at || unit == 0 ? (int32_t)(at - text) : -1;
}

int32_t engo_string_byte_of(void *machine, const char *text, int32_t unit) {
  EngoStrings *strings = strings_of(machine);
  EngoString scratch, *record = &strings->records[strings->last];
  if (unit < 0)
    return -1;
  if (record->text != text && unit < NEAR)
    return walk_to_unit(text, unit);
  record = find(strings, text, &scratch);
  if (unit > length_of(record))
    return -1;
  if (record->length == record->size)
    return unit;
  move_to_unit(record, unit);
  return record->byte;
}

/* The cursor goes to `byte`, at which a unit begins or the string ends. */
static void move_to_byte(EngoString *record, int32_t byte) {
  const char *text = record->text;
  int32_t distance = byte - record->byte;
  if (distance < 0)
    distance = -distance;
  if (byte < distance) {
    record->byte = record->unit = 0;
    distance = byte;
  }
  if (record->size - byte < distance) {
    record->byte = record->size;
    record->unit = record->length;
  }
  if (record->byte <= byte)
    record->unit += units_between(text + record->byte, text + byte);
  else
    record->unit -= units_between(text + byte, text + record->byte);
  record->byte = byte;
}

int32_t engo_string_unit_of(void *machine, const char *text, int32_t byte) {
  EngoString scratch, *record = find(strings_of(machine), text, &scratch);
  if (byte < 0 || byte > record->size)
    return -1;
  if (length_of(record) == record->size)
    return byte;
  if (byte < record->size && !begins_unit(text[byte]))
    return -1;
  move_to_byte(record, byte);
  return record->unit;
}

/* A part of a string as a new one; those of one ASCII character are shared. The
   string is named by where its address lies, since it may move. */
char *engo_string_cut(void *machine, char *const *from, int32_t begin,
                      int32_t size) {
  txMachine *the = machine;
  unsigned char first = (unsigned char)(*from)[begin];
  char **shared = NULL;
  if (size == 1 && first < ENGO_CHARACTERS)
    shared = &the->caches.strings.characters[first];
  if (shared && *shared)
    return *shared;
  char *part = fxNewChunk(the, size + 1);
  memcpy(part, *from + begin, (size_t)size);
  part[size] = 0;
  if (shared)
    *shared = part;
  return part;
}

#define BLOCK 1048576 /* bytes between looks at the host's interrupt */

static int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }

/* As many whole blocks and words of two strings as are the same, in bytes:
   comparing may begin there. */
int32_t engo_string_same(void *machine, const char *a, const char *b) {
  txMachine *the = machine;
  int32_t size = 0, at = 0;
  if (strncmp(a, b, SHORT) != 0)
    return 0;
  size = least(engo_string_size(machine, a), engo_string_size(machine, b));
  for (int32_t part; at < size; at += part) {
    part = least(size - at, BLOCK);
    mxMeterAsk();
    if (memcmp(a + at, b + at, (size_t)part) != 0)
      break;
  }
  return at;
}

/* What the first `size` bytes are, `count` times in all. */
void engo_string_repeat(void *machine, char *text, int32_t size,
                        int32_t count) {
  txMachine *the = machine;
  int32_t whole = size * count, done = size;
  while (done < whole) {
    int32_t from = done % size; /* a block need not end where a round does */
    int32_t part = least(least(done - from, BLOCK), whole - done);
    mxMeterAsk();
    memcpy(text + done, text + from, (size_t)part);
    done += part;
  }
}
