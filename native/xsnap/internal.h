/* What the files of XSnap know of one another. Nothing outside native/xsnap may
   include this; xsnap.h is for everyone else.

   There is no mutable state at file scope but the mutex that XS's one shared
   table needs and what the platform keeps per thread, the machine that it is in
   and where its stack ends: a machine is everything. */

#ifndef XSNAP_INTERNAL_H
#define XSNAP_INTERNAL_H

#include <xsAll.h>
#include <xsScript.h>

#include "xsnap.h"

#define XSNAP_CHANNELS 4
#define XSNAP_SEED_BYTES 32

enum { CHANNEL_CONTROL, CHANNEL_CAPTP, CHANNEL_CONSOLE, CHANNEL_DEBUG };

/* A growing byte buffer, owned by whoever holds it; zeroed is empty. */
typedef struct XsnapBuffer {
  uint8_t *data; /* NULL until something is in it; freed by its owner */
  size_t length; /* bytes used */
  size_t capacity;
} XsnapBuffer;

/* Bytes of a message, borrowed from a scratch or a buffer. */
typedef struct XsnapBytes {
  const uint8_t *data;
  size_t length;
} XsnapBytes;

/* A whole message, or a piece of one. */
typedef struct XsnapMessage {
  unsigned channel;
  bool ended;        /* it is whole: `bytes` may be used */
  XsnapBytes bytes;  /* borrowed from the in scratch or from `owned` */
  XsnapBuffer owned; /* what was gathered from several records; else empty */
} XsnapMessage;

/* A message that came while a guest waited for another one. */
typedef struct XsnapDeferred {
  struct XsnapDeferred *next;
  uint32_t channel;
  size_t length;
  uint8_t data[];
} XsnapDeferred;

/* A control message, decoded. `present` has a bit for each XsnapKey that came.
 */
typedef struct XsnapControl {
  uint32_t present;
  XsnapBytes op, source, name, data, error, seed;
  uint64_t id, heap, stack, meter, message;
  double now;
  bool image, collect;
} XsnapControl;

typedef enum XsnapKey {
  KEY_OP,
  KEY_ID,
  KEY_SOURCE,
  KEY_NAME,
  KEY_DATA,
  KEY_ERROR,
  KEY_SEED,
  KEY_HEAP,
  KEY_STACK,
  KEY_METER,
  KEY_MESSAGE,
  KEY_NOW,
  KEY_IMAGE,
  KEY_COLLECT,
  KEY_COUNT,
} XsnapKey;

/* Names looked up once per machine: hooks and our own hidden property. */
typedef enum XsnapName {
  NAME_ON_EVALUATE,
  NAME_ON_DELIVER,
  NAME_ON_CAPTP,
  NAME_ON_ERROR,
  NAME_PENDING,
  NAME_COUNT,
} XsnapName;

struct XsnapVm {
  XsnapHost host;
  txMachine *machine; /* NULL before `start` and after an abort */
  XsnapStatus status; /* XSNAP_OK while alive */
  bool started;
  bool host_gone; /* emit or wait said so */

  uint64_t heap_limit;    /* bytes of chunks and slots reserved */
  uint64_t stack_count;   /* slots */
  uint64_t meter_limit;   /* computrons per crank, 0: none */
  uint64_t message_limit; /* bytes */
  double now;             /* the clock, milliseconds since 1970 */
  uint64_t random[4];     /* state of Math.random, never all zero */
  uint64_t epoch;         /* tells requests of this start from restored ones */

  uint64_t allocated;    /* bytes reserved by XS, counted by the platform */
  size_t expected_slots; /* bytes of slots that a snapshot is about to fill */
  bool jobs;             /* promise jobs are queued */
  const char *reason;    /* why the machine aborts; static text */

  uint64_t intervals; /* of the meter, of all cranks */
  uint64_t cranks;
  uint64_t total_meter;
  uint32_t request; /* the id that the running crank answers, 0: none */
  bool answered;
  uint32_t next_call; /* id of the next `call` */

  txSlot answers;    /* GC root: settled requests not yet emitted */
  txSlot rejections; /* GC root: reasons not yet reported */
  txID names[NAME_COUNT];
  int error_line; /* of the first syntax error of the parse going on */

  uint32_t waiting_for; /* id of the synchronous call that waits, 0: none */
  bool reply_came;
  bool reply_failed; /* the reply holds an error text */
  XsnapBuffer reply; /* its bytes */
  XsnapDeferred *first_deferred, **last_deferred;
  size_t deferred_count, deferred_bytes;

  XsnapBuffer inbox[2]; /* control, captp: a message not yet ended */
  XsnapPage own_page;   /* used when the host gave none */
  XsnapPage *page;
  size_t out_length; /* of the record being written; 0: none */
  /* Last, since they are not cleared beforehand. */
  uint8_t in[XSNAP_SCRATCH];
  uint8_t out[XSNAP_SCRATCH];
};

/* link.c */
void xsnap_link_begin(XsnapVm *vm, unsigned channel);
void xsnap_link_put(XsnapVm *vm, const void *data, size_t length);
void xsnap_link_end(XsnapVm *vm);
bool xsnap_link_take(XsnapVm *vm, size_t length, XsnapMessage *message);
void xsnap_link_release(XsnapVm *vm, XsnapMessage *message);
XsnapBuffer xsnap_link_hold(XsnapVm *vm, unsigned channel);
void xsnap_link_let_go(XsnapVm *vm, unsigned channel, XsnapBuffer *held);
bool xsnap_buffer_append(XsnapBuffer *buffer, const void *data, size_t length);
void xsnap_buffer_free(XsnapBuffer *buffer);

/* msgpack.c */
bool xsnap_control_read(XsnapBytes message, XsnapControl *control,
                        const char **error);
void xsnap_put_map(XsnapVm *vm, unsigned count);
void xsnap_put_array(XsnapVm *vm, unsigned count);
void xsnap_put_nil(XsnapVm *vm);
void xsnap_put_bool(XsnapVm *vm, bool value);
void xsnap_put_int(XsnapVm *vm, int64_t value);
void xsnap_put_uint(XsnapVm *vm, uint64_t value);
void xsnap_put_float(XsnapVm *vm, double value);
void xsnap_put_str_head(XsnapVm *vm, size_t length);
void xsnap_put_str(XsnapVm *vm, const char *text);
void xsnap_put_bin(XsnapVm *vm, const void *data, size_t length);

/* text.c: between UTF-8 and the CESU-8 of XS */
bool xsnap_text_check(XsnapBytes text, size_t *cesu_length);
void xsnap_text_to_slot(txMachine *the, txSlot *slot, XsnapBytes text);
size_t xsnap_text_measure(const char *cesu);
size_t xsnap_text_cut(const char *cesu, size_t limit);
void xsnap_text_put(XsnapVm *vm, const char *cesu, size_t limit);
void xsnap_put_text(XsnapVm *vm, const char *cesu, size_t limit);

/* control.c */
void xsnap_control_dispatch(XsnapVm *vm, XsnapBytes message, unsigned channel);
void xsnap_fatal(XsnapVm *vm, XsnapStatus status, const char *text);

/* crank.c */
typedef void XsnapBody(XsnapVm *vm, void *argument);
bool xsnap_run(XsnapVm *vm, XsnapBody *body, void *argument);
void xsnap_crank(XsnapVm *vm, uint32_t request, XsnapBody *body,
                 void *argument);
uint64_t xsnap_meter(const XsnapVm *vm);
void xsnap_answer_push(XsnapVm *vm, uint32_t id, bool ok, txSlot *value);
void xsnap_settle(XsnapVm *vm, uint32_t id, txSlot *value);
void xsnap_on_fulfilled(txMachine *the);
void xsnap_on_rejected(txMachine *the);

/* stack.c */
#define XSNAP_STACK_TEXT 8192 /* bytes of an abort's stack, with its zero */
void xsnap_stack_text(txMachine *the, char *to, size_t size);

/* requests.c: the bodies of cranks */
void xsnap_evaluate(XsnapVm *vm, const XsnapControl *control);
void xsnap_deliver(XsnapVm *vm, const XsnapControl *control);
void xsnap_reply(XsnapVm *vm, const XsnapControl *control);
void xsnap_captp(XsnapVm *vm, XsnapBytes message);
void xsnap_drop_commands(XsnapVm *vm);

/* value.c */
typedef struct XsnapData { /* bytes of a buffer in the heap: no allocation may
                              happen while this is in use */
  const uint8_t *data;
  size_t length;
} XsnapData;
bool xsnap_value_bytes(txMachine *the, txSlot *slot, XsnapData *data);
bool xsnap_value_prepare(XsnapVm *vm, txSlot *value);
void xsnap_value_emit(XsnapVm *vm, uint32_t id, txSlot *value);

/* error.c */
enum { PART_NAME, PART_MESSAGE, PART_STACK, PART_FILE, PART_LINE, PART_THROWN };
#define XSNAP_PARTS 6
void xsnap_error_describe(XsnapVm *vm, txSlot *error);
void xsnap_error_emit(XsnapVm *vm, uint32_t id, txSlot *parts);
void xsnap_rejection_emit(XsnapVm *vm, txSlot *parts);
void xsnap_error_simple(XsnapVm *vm, uint32_t id, const char *name,
                        const char *message);

/* compile.c */
void xsnap_compile_program(txMachine *the, txSlot *program, txSlot *source,
                           const char *name);
void xsnap_engo_evaluate_named(txMachine *the);
void xsnap_engo_share_global(txMachine *the);
void xsnap_engo_compile_module(txMachine *the);

/* host.c */
void xsnap_host_install(XsnapVm *vm);
void xsnap_host_names(XsnapVm *vm);
bool xsnap_host_callbacks(txCallback **callbacks, int *count);
bool xsnap_host_take_pending(txMachine *the, uint32_t id);

/* call.c: a guest waits */
void xsnap_call_wait(XsnapVm *vm, uint32_t id);

/* snapshot.c */
XsnapStatus xsnap_snapshot_read(XsnapVm *vm);
void xsnap_snapshot_write(XsnapVm *vm, uint32_t id);

/* vm.c */
XsnapStatus xsnap_vm_start(XsnapVm *vm, const XsnapControl *control);
bool xsnap_vm_quiet(const XsnapVm *vm);
void xsnap_vm_give_up(XsnapVm *vm);

/* platform/engo_platform.c */
void xsnap_platform_reserve(txMachine *the, size_t size);
XsnapVm *xsnap_platform_enter(XsnapVm *vm);
void xsnap_platform_leave(XsnapVm *before);
void xsnap_platform_seed(XsnapVm *vm, const uint8_t *seed);

/* platform/linux.c, wasm/memory.c: machines of one process are created,
   restored and deleted one at a time */
void xsnap_platform_lock(void);
void xsnap_platform_unlock(void);
/* All of these bytes are about to be written. */
void xsnap_platform_populate(void *from, size_t size);

static inline XsnapVm *vm_of(txMachine *the) { return the->context; }

/* XS's own macro moves the stack before it looks at its argument, so it must
   not be given a place on the stack relative to its top. */
static inline void push_slot(txMachine *the, const txSlot *slot) {
  mxPushSlot(slot);
}

static inline bool bytes_are(XsnapBytes bytes, const char *text) {
  return bytes.length == strlen(text) &&
         memcmp(bytes.data, text, bytes.length) == 0;
}

static inline bool has(const XsnapControl *control, XsnapKey key) {
  return (control->present >> key) & 1u;
}

#endif
