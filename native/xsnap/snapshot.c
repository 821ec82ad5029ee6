/* Snapshots: a machine's heap as bytes, in XS's own format under our signature.

   XS trusts every length and offset in them, so the host checks a keyed digest
   before a machine is given one (docs/threat-model.md). What is checked here is
   cheap and only catches accidents: the chain of atoms, their sizes against the
   creation. The creation record is also adjusted on its way in: stack and heap
   sizes are limits of this start, not of the machine that was written. */

#include "internal.h"
#include <xsSnapshot.h>

#define CHUNK_BYTES                                                            \
  65000 /* of one `chunk`: with its map it fits one record                     \
         */
#define SLACK_CHUNKS (512 * 1024)
#define LEAST_CHUNKS (1024 * 1024)
#define SLACK_SLOTS (8 * 1024)
#define LEAST_SLOTS (16 * 1024)
#define STEP_CHUNKS (1024 * 1024)
#define STEP_SLOTS (32 * 1024)

typedef struct {
  XsnapVm *vm;
  const uint8_t *at, *end;
  size_t chunk_bytes;      /* BLOC */
  size_t slot_count;       /* HEAP */
  const uint8_t *creation; /* where the creation record lies */
} Source;

/* A `chunk` is gathered in the out scratch itself: its head is written first,
   with room for the length of its data, which is filled in when the record
   leaves. */
typedef struct {
  XsnapVm *vm;
  uint32_t id;
  size_t
      begin; /* where the data begins in the out scratch; 0: no chunk is open */
  uint64_t total;
  bool creation; /* the creation record comes next */
} Sink;

static uint32_t big_endian(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
         at[3];
}

/* One atom: its size with the eight bytes of its head, then its type. */
static bool atom(const uint8_t **at, const uint8_t *end, const char *type,
                 const uint8_t **body, size_t *length) {
  if (end - *at < 8)
    return false;
  uint32_t size = big_endian(*at);
  if (size < 8 || size > (size_t)(end - *at) || memcmp(*at + 4, type, 4) != 0)
    return false;
  *body = *at + 8;
  *length = size - 8;
  *at += size;
  return true;
}

static bool check_atoms(Source *source) {
  static const char *const types[] = {"VERS", "SIGN", "CREA", "BLOC", "HEAP",
                                      "STAC", "KEYS", "NAME", "SYMB"};
  size_t lengths[9], whole;
  const uint8_t *bodies[9], *body, *at = source->at;
  /* XS leaves two fields of CREA out of the outer size: only its type is sure.
   */
  if (!atom(&at, source->end, "XS_M", &body, &whole))
    return false;
  for (int i = 0; i < 9; i++)
    if (!atom(&body, source->end, types[i], &bodies[i], &lengths[i]))
      return false;
  txCreation creation;
  if (body != source->end || lengths[2] < sizeof creation)
    return false;
  memcpy(&creation, bodies[2], sizeof creation);
  source->creation = bodies[2];
  source->chunk_bytes = lengths[3];
  source->slot_count = lengths[4] / sizeof(txSlot);
  return lengths[5] / sizeof(txSlot) < XSNAP_MIN_STACK &&
         lengths[6] / sizeof(txSlot *) <= (size_t)creation.initialKeyCount &&
         lengths[7] / sizeof(txSlot *) == (size_t)creation.nameModulo &&
         lengths[8] / sizeof(txSlot *) == (size_t)creation.symbolModulo;
}

static size_t larger(size_t one, size_t other) {
  return one > other ? one : other;
}

static void adjust(const Source *source, txCreation *creation) {
  creation->initialChunkSize = (txSize)larger(
      LEAST_CHUNKS, source->chunk_bytes + sizeof(txBlock) + SLACK_CHUNKS);
  creation->incrementalChunkSize = STEP_CHUNKS;
  creation->initialHeapCount =
      (txSize)larger(LEAST_SLOTS, source->slot_count + 2 + SLACK_SLOTS);
  creation->incrementalHeapCount = STEP_SLOTS;
  creation->stackCount = (txSize)source->vm->stack_count;
}

static int read_bytes(void *stream, void *address, size_t size) {
  Source *source = stream;
  if ((size_t)(source->end - source->at) < size)
    return C_EINVAL;
  if (size == source->chunk_bytes)
    xsnap_platform_populate(address, size);
  memcpy(address, source->at, size);
  if (source->at == source->creation && size == sizeof(txCreation))
    adjust(source, address);
  source->at += size;
  return 0;
}

static bool fill(txSnapshot *snapshot) {
  static char signature[] = XSNAP_SIGNATURE;
  memset(snapshot, 0, sizeof *snapshot);
  snapshot->signature = signature;
  snapshot->signatureLength = (int)sizeof signature - 1;
  return xsnap_host_callbacks(&snapshot->callbacks, &snapshot->callbacksLength);
}

XsnapStatus xsnap_snapshot_read(XsnapVm *vm) {
  Source source = {.vm = vm};
  txSnapshot snapshot;
  size_t length = 0;
  if (vm->host.snapshot)
    source.at = vm->host.snapshot(vm->host.context, &length);
  if (!source.at)
    return XSNAP_SNAPSHOT;
  source.end = source.at + length;
  if (!check_atoms(&source))
    return XSNAP_SNAPSHOT;
  if (!fill(&snapshot))
    return XSNAP_NO_MEMORY;
  snapshot.read = read_bytes;
  snapshot.stream = &source;
  vm->expected_slots = (source.slot_count + 1) * sizeof(txSlot);
  vm->machine = fxReadSnapshot(&snapshot, "engo", vm);
  free(snapshot.callbacks);
  if (vm->machine)
    return XSNAP_OK;
  return snapshot.error == C_EINVAL ? XSNAP_SNAPSHOT : XSNAP_NO_MEMORY;
}

#define BIN_16 0xc5 /* msgpack: bytes, with a length of two bytes */

static void open_chunk(Sink *sink) {
  static const uint8_t head[3] = {BIN_16, 0, 0};
  XsnapVm *vm = sink->vm;
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 3);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "chunk");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, sink->id);
  xsnap_put_str(vm, "data");
  xsnap_link_put(vm, head, sizeof head);
  sink->begin = vm->out_length;
}

static void close_chunk(Sink *sink) {
  XsnapVm *vm = sink->vm;
  size_t length = vm->out_length - sink->begin;
  vm->out[sink->begin - 2] = (uint8_t)(length >> 8);
  vm->out[sink->begin - 1] = (uint8_t)length;
  xsnap_link_end(vm);
  sink->begin = 0;
}

/* How large a heap has become is no part of a machine's state, and whoever
   reads it decides anew: without these numbers equal machines are equal bytes,
   whatever was collected when. */
static void forget_sizes(txCreation *creation) {
  creation->initialChunkSize = LEAST_CHUNKS;
  creation->incrementalChunkSize = STEP_CHUNKS;
  creation->initialHeapCount = LEAST_SLOTS;
  creation->incrementalHeapCount = STEP_SLOTS;
  creation->stackCount = XSNAP_MIN_STACK;
}

static int write_bytes(void *stream, void *address, size_t size) {
  Sink *sink = stream;
  XsnapVm *vm = sink->vm;
  const uint8_t *from = address;
  if (sink->creation && size == sizeof(txCreation))
    forget_sizes(address);
  sink->creation = size == 4 && memcmp(address, "CREA", 4) == 0;
  sink->total += size;
  while (size > 0) {
    if (sink->begin == 0)
      open_chunk(sink);
    size_t room = sink->begin + CHUNK_BYTES - vm->out_length;
    size_t part = size < room ? size : room;
    memcpy(vm->out + vm->out_length, from, part);
    vm->out_length += part;
    from += part;
    size -= part;
    if (part == room)
      close_chunk(sink);
  }
  return vm->host_gone ? C_EINVAL : 0;
}

static void write_body(XsnapVm *vm, void *argument) {
  txSnapshot *snapshot = argument;
  fxWriteSnapshot(vm->machine, snapshot);
}

static void emit_done(XsnapVm *vm, const Sink *sink) {
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 4);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "result");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, sink->id);
  xsnap_put_str(vm, "meter");
  xsnap_put_uint(vm, 0);
  xsnap_put_str(vm, "value");
  xsnap_put_uint(vm, sink->total);
  xsnap_link_end(vm);
}

static void answer(XsnapVm *vm, Sink *sink, int error) {
  if (sink->begin > 0)
    close_chunk(sink);
  if (error == 0)
    emit_done(vm, sink);
  else
    xsnap_error_simple(
        vm, sink->id, "Error",
        "the heap cannot be written: it holds a SharedArrayBuffer or a host "
        "object");
}

void xsnap_snapshot_write(XsnapVm *vm, uint32_t id) {
  Sink sink = {.vm = vm, .id = id};
  txSnapshot snapshot;
  if (!fill(&snapshot)) {
    xsnap_error_simple(vm, id, "RangeError", "no memory for a snapshot");
    return;
  }
  snapshot.write = write_bytes;
  snapshot.stream = &sink;
  vm->request = id;
  if (xsnap_run(vm, write_body, &snapshot))
    answer(vm, &sink, snapshot.error);
  vm->request = 0;
  free(snapshot.callbacks);
}
