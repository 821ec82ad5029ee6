/* msgpack, as much as control messages need: a bounded reader of one flat map
   and a writer that streams into the link. It allocates nothing, and it knows
   the keys and their types but not what they do.

   Every length is compared with the bytes that are left before it is used. */

#include "internal.h"

typedef struct {
  const uint8_t *at, *end;
} Reader;

typedef enum { NIL, BOOL, UINT, SINT, FLOAT, STR, BIN, ARRAY, MAP, BAD } Kind;

typedef struct {
  Kind kind;
  uint64_t number; /* BOOL, UINT; count of ARRAY and MAP */
  int64_t negative;
  double real;
  XsnapBytes bytes; /* STR, BIN */
} Item;

static bool take(Reader *reader, size_t count, const uint8_t **from) {
  if ((size_t)(reader->end - reader->at) < count)
    return false;
  *from = reader->at;
  reader->at += count;
  return true;
}

static bool take_uint(Reader *reader, size_t size, uint64_t *value) {
  const uint8_t *from;
  if (!take(reader, size, &from))
    return false;
  *value = 0;
  for (size_t i = 0; i < size; i++)
    *value = *value << 8 | from[i];
  return true;
}

static bool take_bytes(Reader *reader, Kind kind, uint64_t length, Item *item) {
  item->kind = kind;
  item->bytes.length = (size_t)length;
  return length <= SIZE_MAX && take(reader, (size_t)length, &item->bytes.data);
}

static bool take_sized(Reader *reader, Kind kind, size_t size, Item *item) {
  uint64_t length;
  return take_uint(reader, size, &length) &&
         take_bytes(reader, kind, length, item);
}

static bool take_counted(Reader *reader, Kind kind, size_t size, Item *item) {
  item->kind = kind;
  return take_uint(reader, size, &item->number);
}

static bool take_signed(Reader *reader, size_t size, Item *item) {
  uint64_t raw;
  if (!take_uint(reader, size, &raw))
    return false;
  if (raw >> (size * 8 - 1)) {
    item->kind = SINT;
    item->negative =
        (int64_t)(raw | ~(size == 8 ? ~0ull : (1ull << (size * 8)) - 1));
    return true;
  }
  item->kind = UINT;
  item->number = raw;
  return true;
}

static bool take_float(Reader *reader, size_t size, Item *item) {
  uint64_t raw;
  if (!take_uint(reader, size, &raw))
    return false;
  item->kind = FLOAT;
  if (size == 4) {
    uint32_t narrow = (uint32_t)raw;
    float real;
    memcpy(&real, &narrow, sizeof real);
    item->real = (double)real;
  } else {
    memcpy(&item->real, &raw, sizeof item->real);
  }
  return true;
}

/* The items whose first byte says all about their shape. */
static bool take_short(Reader *reader, uint8_t head, Item *item) {
  if (head < 0x80 || head >= 0xe0) {
    item->kind = head < 0x80 ? UINT : SINT;
    item->number = head;
    item->negative = (int8_t)head;
    return true;
  }
  if (head < 0xa0) {
    item->kind = head < 0x90 ? MAP : ARRAY;
    item->number = head & 0x0f;
    return true;
  }
  return take_bytes(reader, STR, head & 0x1f, item);
}

static bool take_item(Reader *reader, Item *item) {
  const uint8_t *head;
  if (!take(reader, 1, &head))
    return false;
  if (*head < 0xc0 || *head >= 0xe0)
    return take_short(reader, *head, item);
  switch (*head) {
  case 0xc0:
    item->kind = NIL;
    return true;
  case 0xc2:
  case 0xc3:
    item->kind = BOOL;
    item->number = *head & 1;
    return true;
  case 0xc4:
  case 0xc5:
  case 0xc6:
    return take_sized(reader, BIN, (size_t)1 << (*head - 0xc4), item);
  case 0xca:
  case 0xcb:
    return take_float(reader, (size_t)4 << (*head - 0xca), item);
  case 0xcc:
  case 0xcd:
  case 0xce:
  case 0xcf:
    return take_counted(reader, UINT, (size_t)1 << (*head - 0xcc), item);
  case 0xd0:
  case 0xd1:
  case 0xd2:
  case 0xd3:
    return take_signed(reader, (size_t)1 << (*head - 0xd0), item);
  case 0xd9:
  case 0xda:
  case 0xdb:
    return take_sized(reader, STR, (size_t)1 << (*head - 0xd9), item);
  case 0xdc:
  case 0xdd:
    return take_counted(reader, ARRAY, (size_t)2 << (*head - 0xdc), item);
  case 0xde:
  case 0xdf:
    return take_counted(reader, MAP, (size_t)2 << (*head - 0xde), item);
  default: /* extensions, and the byte that is never used */
    return false;
  }
}

/* Step over one value; containers count against the depth. */
static bool skip(Reader *reader, unsigned depth) {
  Item item;
  if (!take_item(reader, &item))
    return false;
  if (item.kind != ARRAY && item.kind != MAP)
    return true;
  if (depth == 0)
    return false;
  uint64_t count = item.kind == MAP ? item.number * 2 : item.number;
  for (; count > 0; count--)
    if (!skip(reader, depth - 1))
      return false;
  return true;
}

typedef struct {
  const char *name;
  Kind kind;
  size_t offset;
} Field;

static const Field fields[KEY_COUNT] = {
    [KEY_OP] = {"op", STR, offsetof(XsnapControl, op)},
    [KEY_ID] = {"id", UINT, offsetof(XsnapControl, id)},
    [KEY_SOURCE] = {"source", STR, offsetof(XsnapControl, source)},
    [KEY_NAME] = {"name", STR, offsetof(XsnapControl, name)},
    [KEY_DATA] = {"data", BIN, offsetof(XsnapControl, data)},
    [KEY_ERROR] = {"error", STR, offsetof(XsnapControl, error)},
    [KEY_SEED] = {"seed", BIN, offsetof(XsnapControl, seed)},
    [KEY_HEAP] = {"heap", UINT, offsetof(XsnapControl, heap)},
    [KEY_STACK] = {"stack", UINT, offsetof(XsnapControl, stack)},
    [KEY_METER] = {"meter", UINT, offsetof(XsnapControl, meter)},
    [KEY_MESSAGE] = {"message", UINT, offsetof(XsnapControl, message)},
    [KEY_NOW] = {"now", FLOAT, offsetof(XsnapControl, now)},
    [KEY_IMAGE] = {"image", BOOL, offsetof(XsnapControl, image)},
    [KEY_COLLECT] = {"collect", BOOL, offsetof(XsnapControl, collect)},
};

static int find_key(XsnapBytes name) {
  for (int key = 0; key < KEY_COUNT; key++)
    if (bytes_are(name, fields[key].name))
      return key;
  return -1;
}

static bool store(XsnapControl *control, int key, const Item *item) {
  const Field *field = &fields[key];
  void *to = (char *)control + field->offset;
  if (field->kind == FLOAT && item->kind == UINT)
    *(double *)to = (double)item->number;
  else if (field->kind == FLOAT && item->kind == SINT)
    *(double *)to = (double)item->negative;
  else if (field->kind != item->kind)
    return false;
  else if (item->kind == STR || item->kind == BIN)
    *(XsnapBytes *)to = item->bytes;
  else if (item->kind == FLOAT)
    *(double *)to = item->real;
  else if (item->kind == BOOL)
    *(bool *)to = item->number != 0;
  else
    *(uint64_t *)to = item->number;
  control->present |= 1u << key;
  return true;
}

static bool read_pair(Reader *reader, XsnapControl *control,
                      const char **error) {
  Item item;
  if (!take_item(reader, &item) || item.kind != STR) {
    *error = "expected a control message whose keys are strings";
    return false;
  }
  int key = find_key(item.bytes);
  if (key < 0) {
    *error = "expected values nested at most 4 deep and complete";
    return skip(reader, XSNAP_MAX_DEPTH - 1);
  }
  if (!take_item(reader, &item) || !store(control, key, &item)) {
    *error = "expected a key of a control message to have its type";
    return false;
  }
  return true;
}

bool xsnap_control_read(XsnapBytes message, XsnapControl *control,
                        const char **error) {
  Reader reader = {message.data, message.data + message.length};
  Item item;
  memset(control, 0, sizeof *control);
  if (!take_item(&reader, &item) || item.kind != MAP) {
    *error = "expected a control message to be a msgpack map";
    return false;
  }
  for (uint64_t count = item.number; count > 0; count--)
    if (!read_pair(&reader, control, error))
      return false;
  if (reader.at != reader.end) {
    *error = "expected nothing after a control message";
    return false;
  }
  if (!has(control, KEY_OP)) {
    *error = "expected a control message with an op";
    return false;
  }
  if (has(control, KEY_ID) && (control->id < 1 || control->id > UINT32_MAX)) {
    *error = "expected an id of 1 to 4294967295";
    return false;
  }
  return true;
}

/* The writer. */

static void put_head(XsnapVm *vm, uint8_t head, uint64_t value, size_t size) {
  uint8_t bytes[9];
  bytes[0] = head;
  for (size_t i = 0; i < size; i++)
    bytes[size - i] = (uint8_t)(value >> (8 * i));
  xsnap_link_put(vm, bytes, size + 1);
}

void xsnap_put_map(XsnapVm *vm, unsigned count) {
  put_head(vm, (uint8_t)(0x80 | count), 0, 0);
}

void xsnap_put_array(XsnapVm *vm, unsigned count) {
  put_head(vm, (uint8_t)(0x90 | count), 0, 0);
}

void xsnap_put_nil(XsnapVm *vm) { put_head(vm, 0xc0, 0, 0); }

void xsnap_put_bool(XsnapVm *vm, bool value) {
  put_head(vm, value ? 0xc3 : 0xc2, 0, 0);
}

void xsnap_put_uint(XsnapVm *vm, uint64_t value) {
  if (value < 0x80)
    put_head(vm, (uint8_t)value, 0, 0);
  else if (value <= UINT8_MAX)
    put_head(vm, 0xcc, value, 1);
  else if (value <= UINT16_MAX)
    put_head(vm, 0xcd, value, 2);
  else if (value <= UINT32_MAX)
    put_head(vm, 0xce, value, 4);
  else
    put_head(vm, 0xcf, value, 8);
}

void xsnap_put_int(XsnapVm *vm, int64_t value) {
  if (value >= 0)
    xsnap_put_uint(vm, (uint64_t)value);
  else if (value >= -32)
    put_head(vm, (uint8_t)value, 0, 0);
  else if (value >= INT32_MIN)
    put_head(vm, 0xd2, (uint64_t)value, 4);
  else
    put_head(vm, 0xd3, (uint64_t)value, 8);
}

void xsnap_put_float(XsnapVm *vm, double value) {
  uint64_t raw;
  memcpy(&raw, &value, sizeof raw);
  put_head(vm, 0xcb, raw, 8);
}

void xsnap_put_str_head(XsnapVm *vm, size_t length) {
  if (length < 32)
    put_head(vm, (uint8_t)(0xa0 | length), 0, 0);
  else if (length <= UINT8_MAX)
    put_head(vm, 0xd9, length, 1);
  else if (length <= UINT16_MAX)
    put_head(vm, 0xda, length, 2);
  else
    put_head(vm, 0xdb, length, 4);
}

void xsnap_put_str(XsnapVm *vm, const char *text) {
  size_t length = strlen(text);
  xsnap_put_str_head(vm, length);
  xsnap_link_put(vm, text, length);
}

void xsnap_put_bin(XsnapVm *vm, const void *data, size_t length) {
  if (length <= UINT8_MAX)
    put_head(vm, 0xc4, length, 1);
  else if (length <= UINT16_MAX)
    put_head(vm, 0xc5, length, 2);
  else
    put_head(vm, 0xc6, length, 4);
  xsnap_link_put(vm, data, length);
}
