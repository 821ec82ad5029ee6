/* Sizes, lengths and positions of strings without walking them each time
   (repairs v02 to v04). A machine remembers the last few long strings that it
   was asked about; short ones are measured, which is as fast as looking.

   A record is found by the string's address. That is sound because a string
   never changes once it is visible, and because XS hands out no address twice
   between two sweeps, before which everything here is forgotten.

   A cursor makes steps cheap. For leaps in a string that is not ASCII there is
   a table besides, made at the second, of where every 1,024th unit begins. */

#include "../internal.h"

#define SHORT 256        /* bytes: below, a string gets no record */
#define NEAR 16          /* units or bytes that are walked without looking */
#define STRIDE 1024      /* units from one mark to the next */
#define FAR (2 * STRIDE) /* units or bytes: so far goes a leap */
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

/* How many units a string's marks stand for, but the first, which is 0. */
static int32_t count_marks(const EngoString *record) {
  return record->length / STRIDE;
}

static void forget_marks(void *machine, EngoString *record) {
  if (record->marks)
    engo_give_back(machine, record->marks,
                   (size_t)count_marks(record) * sizeof *record->marks);
  record->marks = NULL;
}

static EngoString *replace(void *machine, const char *text, int32_t size) {
  EngoStrings *strings = strings_of(machine);
  EngoString *record = &strings->records[strings->next];
  forget_marks(machine, record);
  strings->last = strings->next;
  strings->next = (strings->next + 1) % ENGO_STRINGS;
  *record = (EngoString){.text = text, .size = size, .length = -1};
  return record;
}

/* The record of a string; `scratch` where it is short. */
static EngoString *find(void *machine, const char *text, EngoString *scratch) {
  EngoStrings *strings = strings_of(machine);
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
  return replace(machine, text, (int32_t)strlen(text));
}

static int32_t length_of(EngoString *record) {
  if (record->length < 0)
    record->length = units_between(record->text, record->text + record->size);
  return record->length;
}

int32_t engo_string_size(void *machine, const char *text) {
  EngoString scratch;
  return find(machine, text, &scratch)->size;
}

int32_t engo_string_length(void *machine, const char *text) {
  EngoString scratch;
  return length_of(find(machine, text, &scratch));
}

void engo_string_enter(void *machine, const char *text, int32_t size) {
  if (size >= SHORT)
    replace(machine, text, size);
}

/* Moves the cursor to the known place that is nearest to `unit`; how far. */
static int32_t approach(EngoString *record, int32_t unit) {
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
    distance = record->length - unit;
  }
  if (record->marks && distance > STRIDE && unit >= STRIDE) {
    record->byte = record->marks[unit / STRIDE - 1];
    record->unit = unit / STRIDE * STRIDE;
    distance = unit - record->unit;
  }
  return distance;
}

/* Puts the cursor where `unit` begins. */
static void walk_to_unit(EngoString *record, int32_t unit) {
  const char *text = record->text, *at = text + record->byte;
  int32_t begun = record->unit;
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

/* Walks the whole string once, if there is memory for what it finds, but not
   for a string that may be forgotten before it is leapt in again. */
static void make_marks(void *machine, EngoString *record) {
  if (!record->leapt) {
    record->leapt = true;
    return;
  }
  int32_t count = count_marks(record);
  int32_t *marks = engo_take(machine, (size_t)count * sizeof *marks);
  if (!marks)
    return;
  record->byte = record->unit = 0;
  for (int32_t i = 0; i < count; i++) {
    walk_to_unit(record, (i + 1) * STRIDE);
    marks[i] = record->byte;
  }
  record->marks = marks;
}

static void move_to_unit(void *machine, EngoString *record, int32_t unit) {
  if (approach(record, unit) > FAR && !record->marks) {
    make_marks(machine, record);
    approach(record, unit);
  }
  walk_to_unit(record, unit);
}

/* Of a few units, without a record: what XS's own function does. */
static int32_t measure_to_unit(const char *text, int32_t unit) {
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
    return measure_to_unit(text, unit);
  record = find(machine, text, &scratch);
  if (unit > length_of(record))
    return -1;
  if (record->length == record->size)
    return unit;
  move_to_unit(machine, record, unit);
  return record->byte;
}

/* The last mark that is not behind `byte`. */
static void approach_byte_by_marks(EngoString *record, int32_t byte) {
  int32_t low = 0, high = count_marks(record);
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (record->marks[middle] <= byte)
      low = middle + 1;
    else
      high = middle;
  }
  record->byte = low ? record->marks[low - 1] : 0;
  record->unit = low * STRIDE;
}

/* Moves the cursor to the known place that is nearest to `byte`; how far. */
static int32_t approach_byte(EngoString *record, int32_t byte) {
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
    distance = record->size - byte;
  }
  if (record->marks && distance > FAR) {
    approach_byte_by_marks(record, byte);
    distance = byte - record->byte;
  }
  return distance;
}

/* The cursor goes to `byte`, at which a unit begins or the string ends. */
static void move_to_byte(void *machine, EngoString *record, int32_t byte) {
  const char *text = record->text;
  if (approach_byte(record, byte) > FAR && !record->marks) {
    make_marks(machine, record);
    approach_byte(record, byte);
  }
  if (record->byte <= byte)
    record->unit += units_between(text + record->byte, text + byte);
  else
    record->unit -= units_between(text + byte, text + record->byte);
  record->byte = byte;
}

int32_t engo_string_unit_of(void *machine, const char *text, int32_t byte) {
  EngoString scratch, *record = find(machine, text, &scratch);
  if (byte < 0 || byte > record->size)
    return -1;
  if (length_of(record) == record->size)
    return byte;
  if (byte < record->size && !begins_unit(text[byte]))
    return -1;
  move_to_byte(machine, record, byte);
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

void engo_strings_forget(void *machine) {
  EngoStrings *strings = strings_of(machine);
  for (uint32_t i = 0; i < ENGO_STRINGS; i++)
    forget_marks(machine, &strings->records[i]);
  memset(strings, 0, sizeof *strings);
}
