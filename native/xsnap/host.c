/* The host functions of the start compartment, and the table that snapshots
   refer to by index. Append only: an index in a kept snapshot must stay what it
   was. Guests never see these; the bootstrap hands out what they may have. */

#include "internal.h"

extern void xs_textdecoder(txMachine *the);
extern void xs_textdecoder_decode(txMachine *the);
extern void xs_textdecoder_get_encoding(txMachine *the);
extern void xs_textdecoder_get_ignoreBOM(txMachine *the);
extern void xs_textdecoder_get_fatal(txMachine *the);
extern void xs_textencoder(txMachine *the);
extern void xs_textencoder_encode(txMachine *the);
extern void xs_textencoder_encodeInto(txMachine *the);
extern void xs_base64_encode(txMachine *the);
extern void xs_base64_decode(txMachine *the);
extern void modInstallTextDecoder(txMachine *the);
extern void modInstallTextEncoder(txMachine *the);
extern void modInstallBase64(txMachine *the);

/* Which attributes a definition sets: all, so that what is not said is allowed.
 */
#define ALL_FLAGS (XS_DONT_DELETE_FLAG | XS_DONT_ENUM_FLAG | XS_DONT_SET_FLAG)
#define CALL_OVERHEAD 64  /* bytes of a `call` around its data */
#define KEEP_REPLY 262144 /* bytes of a reply's buffer that may stay */

static void need(txMachine *the, txInteger count, const char *what) {
  if (mxArgc < count)
    mxTypeError("expected %s", what);
}

static char *text_argument(txMachine *the, int index) {
  return fxToString(the, mxArgv(index));
}

static void check_message(txMachine *the, size_t size) {
  size_t limit = (size_t)vm_of(the)->message_limit; /* it was clamped */
  if (size > limit)
    mxRangeError("the message has %lu bytes, the limit is %lu",
                 (unsigned long)size, (unsigned long)limit);
}

/* engoConsole(level, tag, text) */
static void engo_console(txMachine *the) {
  static const char mark[] = "…";
  XsnapVm *vm = vm_of(the);
  need(the, 3, "level, tag, text");
  txInteger level = fxToInteger(the, mxArgv(0));
  text_argument(the, 1);
  const char *text = text_argument(the, 2);
  const char *tag = mxArgv(1)->value.string;
  size_t length = xsnap_text_measure(text);
  bool cut = length > XSNAP_MAX_CONSOLE;
  if (cut)
    length = xsnap_text_cut(text, XSNAP_MAX_CONSOLE - (sizeof mark - 1));
  xsnap_link_begin(vm, CHANNEL_CONSOLE);
  xsnap_put_array(vm, 3);
  xsnap_put_uint(vm, level < 0 ? 0 : level > 4 ? 4 : (uint64_t)level);
  xsnap_put_text(vm, tag, 255);
  xsnap_put_str_head(vm, length + (cut ? sizeof mark - 1 : 0));
  xsnap_text_put(vm, text, length);
  if (cut)
    xsnap_link_put(vm, mark, sizeof mark - 1);
  xsnap_link_end(vm);
}

/* engoCapTPSend(text) */
static void engo_captp_send(txMachine *the) {
  XsnapVm *vm = vm_of(the);
  need(the, 1, "text");
  const char *text = text_argument(the, 0);
  size_t length = xsnap_text_measure(text);
  check_message(the, length);
  xsnap_link_begin(vm, CHANNEL_CAPTP);
  xsnap_text_put(vm, text, length);
  xsnap_link_end(vm);
}

/* engoTrace(errorId, name, message, stack, file, line) */
static void engo_trace(txMachine *the) {
  static const char *const keys[] = {"error", "name", "message", "stack",
                                     "file"};
  XsnapVm *vm = vm_of(the);
  need(the, 6, "errorId, name, message, stack, file, line");
  for (int i = 0; i < 5; i++)
    text_argument(the, i);
  txInteger line = fxToInteger(the, mxArgv(5));
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 7);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "trace");
  for (int i = 0; i < 5; i++) {
    xsnap_put_str(vm, keys[i]);
    xsnap_put_text(vm, mxArgv(i)->value.string, 8192);
  }
  xsnap_put_str(vm, "line");
  xsnap_put_int(vm, line > 0 ? line : 0);
  xsnap_link_end(vm);
}

static uint32_t emit_call(txMachine *the, bool sync) {
  XsnapVm *vm = vm_of(the);
  XsnapData data;
  need(the, 1, "bytes");
  if (!xsnap_value_bytes(the, mxArgv(0), &data))
    mxTypeError("expected an ArrayBuffer or a view of one");
  check_message(the, data.length + CALL_OVERHEAD);
  uint32_t id = vm->next_call;
  vm->next_call = id == UINT32_MAX ? 1 : id + 1;
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 4);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "call");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, id);
  xsnap_put_str(vm, "sync");
  xsnap_put_bool(vm, sync);
  xsnap_put_str(vm, "data");
  xsnap_put_bin(vm, data.data, data.length);
  xsnap_link_end(vm);
  return id;
}

static void throw_reply(txMachine *the, XsnapBytes message) {
  mxPush(mxErrorConstructor);
  mxNew();
  mxPushUndefined();
  xsnap_text_to_slot(the, the->stack, message);
  mxRunCount(1);
  mxPull(mxException);
  fxThrow(the, NULL, 0);
}

/* engoIssueCommand(bytes) -> ArrayBuffer */
static void engo_issue_command(txMachine *the) {
  XsnapVm *vm = vm_of(the);
  xsnap_call_wait(vm, emit_call(the, true));
  XsnapBytes reply = {vm->reply.data, vm->reply.length};
  if (vm->reply_failed)
    throw_reply(the, reply);
  fxArrayBuffer(the, mxResult, vm->reply.data, (txInteger)vm->reply.length, -1);
  if (vm->reply.capacity > KEEP_REPLY)
    xsnap_buffer_free(&vm->reply);
}

/* Pending commands: an object of the start global, index -> [resolve, reject].
 */

static bool push_pending(txMachine *the, bool make) {
  txID name = vm_of(the)->names[NAME_PENDING];
  mxPush(mxGlobal);
  mxGetID(name);
  if (the->stack->kind == XS_REFERENCE_KIND)
    return true;
  mxPop();
  if (!make)
    return false;
  fxNewInstance(the);
  mxDub();
  mxPush(mxGlobal);
  mxDefineID(name, XS_DONT_ENUM_FLAG, ALL_FLAGS);
  mxPop();
  return true;
}

/* Push [resolve, reject] of a command and forget it; false: there is none. */
bool xsnap_host_take_pending(txMachine *the, uint32_t id) {
  if (!push_pending(the, false))
    return false;
  mxDub();
  mxGetIndex(id);
  if (the->stack->kind != XS_REFERENCE_KIND) {
    mxPop();
    mxPop();
    return false;
  }
  push_slot(the, the->stack + 1);
  mxDeleteIndex(id);
  mxPop(); /* what delete answers */
  txSlot *object = the->stack + 1;
  mxPullSlot(object); /* the pair, in the object's place */
  return true;
}

/* engoPostCommand(bytes) -> Promise<ArrayBuffer> */
static void engo_post_command(txMachine *the) {
  uint32_t id = emit_call(the, false);
  mxPush(mxPromisePrototype);
  txSlot *promise = fxNewPromiseInstance(the);
  mxPullSlot(mxResult);
  mxPromiseStatus(promise)->value.integer = mxPendingStatus;
  fxPushPromiseFunctions(the, promise); /* resolve, reject on top */
  push_pending(the, true);
  mxPush(mxArrayPrototype);
  txSlot *pair = fxNewArrayInstance(the);
  fxSetIndexSize(the, pair->next, 2, XS_CHUNK);
  for (txIndex i = 0; i < 2; i++) {
    push_slot(the, the->stack + 3 - i); /* resolve, then reject */
    push_slot(the, the->stack + 1);     /* the pair */
    mxSetIndex(i);
    mxPop();
  }
  push_slot(the, the->stack + 1); /* the object of pending commands */
  mxSetIndex(id);
  the->stack += 4;
}

/* engoTameCompartments(): after lockdown, what compartments are made from. They
   are made without the empty items. */
static void engo_tame_compartments(txMachine *the) {
  static const txID names[] = {_Atomics, _FinalizationRegistry,
                               _SharedArrayBuffer, _WeakRef, _trace};
  if (mxCompartmentGlobal.kind != XS_REFERENCE_KIND)
    mxTypeError("expected lockdown() to have been called");
  txSlot *items =
      mxCompartmentGlobal.value.reference->next->value.array.address;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    items[names[i]].kind = XS_UNDEFINED_KIND;
}

/* engoShareGlobal(name, value): compartments made from now on, nested ones too,
   have this global. What is shared must be hardened: every guest gets it. */
void xsnap_engo_share_global(txMachine *the) {
  need(the, 2, "name, value");
  if (mxCompartmentGlobal.kind != XS_REFERENCE_KIND)
    mxTypeError("expected lockdown() to have been called");
  text_argument(the, 0);
  txID id = fxNewName(the, mxArgv(0));
  txSlot *last = mxCompartmentGlobal.value.reference->next;
  for (; last->next; last = last->next)
    if (last->next->ID == id)
      mxTypeError("expected a name that is not shared yet");
  fxNextSlotProperty(the, last, mxArgv(1), id, XS_DONT_ENUM_FLAG);
}

static void engo_collect(txMachine *the) { fxCollectGarbage(the); }

typedef struct {
  const char *name; /* NULL: only in the table */
  txCallback callback;
  txInteger length;
} HostFunction;

static const HostFunction functions[] = {
    {NULL, xs_textdecoder, 0},
    {NULL, xs_textdecoder_decode, 0},
    {NULL, xs_textdecoder_get_encoding, 0},
    {NULL, xs_textdecoder_get_ignoreBOM, 0},
    {NULL, xs_textdecoder_get_fatal, 0},
    {NULL, xs_textencoder, 0},
    {NULL, xs_textencoder_encode, 0},
    {NULL, xs_textencoder_encodeInto, 0},
    {NULL, xs_base64_encode, 0},
    {NULL, xs_base64_decode, 0},
    {"harden", fx_harden, 1},
    {"lockdown", fx_lockdown, 0},
    {"petrify", fx_petrify, 1},
    {"mutabilities", fx_mutabilities, 1},
    {NULL, xsnap_on_fulfilled, 1},
    {NULL, xsnap_on_rejected, 1},
    {"engoConsole", engo_console, 3},
    {"engoCapTPSend", engo_captp_send, 1},
    {"engoIssueCommand", engo_issue_command, 1},
    {"engoPostCommand", engo_post_command, 1},
    {"engoTrace", engo_trace, 6},
    {"engoEvaluateNamed", xsnap_engo_evaluate_named, 3},
    {"engoCompileModule", xsnap_engo_compile_module, 2},
    {"engoTameCompartments", engo_tame_compartments, 0},
    {"engoCollect", engo_collect, 0},
    {"engoShareGlobal", xsnap_engo_share_global, 2},
};
#define FUNCTION_COUNT (sizeof functions / sizeof functions[0])

/* The table as XS wants it; the caller frees it. False: no memory. */
bool xsnap_host_callbacks(txCallback **callbacks, int *count) {
  *callbacks = malloc(FUNCTION_COUNT * sizeof **callbacks);
  if (!*callbacks)
    return false;
  for (size_t i = 0; i < FUNCTION_COUNT; i++)
    (*callbacks)[i] = functions[i].callback;
  *count = (int)FUNCTION_COUNT;
  return true;
}

/* Make the globals of a bare machine. */
void xsnap_host_install(XsnapVm *vm) {
  txMachine *the = vm->machine;
  modInstallTextDecoder(the);
  modInstallTextEncoder(the);
  modInstallBase64(the);
  fxBeginHost(the);
  for (size_t i = 0; i < FUNCTION_COUNT; i++) {
    if (!functions[i].name)
      continue;
    txID name = fxID(the, (txString)(uintptr_t)functions[i].name);
    fxNewHostFunction(the, functions[i].callback, functions[i].length,
                      (txInteger)name, XS_NO_ID);
    mxPush(mxGlobal);
    mxDefineID(name, XS_DONT_ENUM_FLAG, ALL_FLAGS);
    mxPop();
  }
  fxEndHost(the);
}

void xsnap_host_names(XsnapVm *vm) {
  static const char *const texts[NAME_COUNT] = {
      [NAME_ON_EVALUATE] = "engoOnEvaluate",
      [NAME_ON_DELIVER] = "engoOnDeliver",
      [NAME_ON_CAPTP] = "engoOnCapTP",
      [NAME_ON_ERROR] = "engoOnError",
      [NAME_PENDING] = "engoPendingCommands",
  };
  for (int i = 0; i < NAME_COUNT; i++)
    vm->names[i] = fxID(vm->machine, (txString)(uintptr_t)texts[i]);
}
