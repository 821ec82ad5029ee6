/* The bodies of cranks: what evaluate, deliver, reply and a captp message run.
   They call the bootstrap's hooks, own properties of the start compartment's
   global; without a hook (a bare machine in the making) the start compartment
   itself acts.

   A body borrows the message, so it copies it into the heap before guest code
   can run: a guest that waits for the host lets the next record overwrite it.
 */

#include "internal.h"

typedef struct {
  const XsnapControl *control;
  XsnapBytes message;
  txSlot *result;
} Request;

/* Push the hook as `this` and function; false, and nothing pushed, without one.
 */
static bool push_hook(XsnapVm *vm, txID name) {
  txMachine *the = vm->machine;
  mxPush(mxGlobal);
  mxDub();
  mxGetID(name);
  if (fxIsCallable(the, the->stack)) {
    mxCall();
    return true;
  }
  mxPop();
  mxPop();
  return false;
}

static bool check_text(XsnapVm *vm, XsnapBytes text) {
  size_t length;
  if (xsnap_text_check(text, &length))
    return true;
  xsnap_fatal(vm, XSNAP_PROTOCOL, "expected text to be UTF-8");
  return false;
}

static void push_text(txMachine *the, XsnapBytes text) {
  mxPushUndefined();
  xsnap_text_to_slot(the, the->stack, text);
}

static void evaluate_body(XsnapVm *vm, void *argument) {
  static const char default_name[] = "eval";
  txMachine *the = vm->machine;
  const XsnapControl *control = argument;
  XsnapBytes name = control->name;
  if (!has(control, KEY_NAME))
    name = (XsnapBytes){(const uint8_t *)default_name, sizeof default_name - 1};
  if (push_hook(vm, vm->names[NAME_ON_EVALUATE])) {
    push_text(the, control->source);
    push_text(the, name);
    mxRunCount(2);
  } else {
    push_text(the, control->source);
    push_text(the, name);
    xsnap_compile_program(the, mxProgram.value.reference, the->stack + 1,
                          the->stack->value.string);
  }
  mxPullSlot(mxResult);
  xsnap_settle(vm, vm->request, mxResult);
}

void xsnap_evaluate(XsnapVm *vm, const XsnapControl *control) {
  XsnapControl copy = *control;
  if (check_text(vm, control->source) && check_text(vm, control->name))
    xsnap_crank(vm, (uint32_t)control->id, evaluate_body, &copy);
}

static void push_buffer(txMachine *the, XsnapBytes bytes) {
  mxPushUndefined();
  fxArrayBuffer(the, the->stack, (void *)(uintptr_t)bytes.data,
                (txInteger)bytes.length, -1);
}

static void deliver_body(XsnapVm *vm, void *argument) {
  txMachine *the = vm->machine;
  const XsnapControl *control = argument;
  if (!push_hook(vm, vm->names[NAME_ON_DELIVER]) &&
      !push_hook(vm, fxID(the, "handleCommand")))
    mxTypeError("handleCommand is no function");
  push_buffer(the, control->data);
  mxRunCount(1);
  mxPullSlot(mxResult);
  xsnap_settle(vm, vm->request, mxResult);
}

void xsnap_deliver(XsnapVm *vm, const XsnapControl *control) {
  XsnapControl copy = *control;
  xsnap_crank(vm, (uint32_t)control->id, deliver_body, &copy);
}

static void push_error(txMachine *the, XsnapBytes message) {
  mxPush(mxErrorConstructor);
  mxNew();
  push_text(the, message);
  mxRunCount(1);
}

/* An asynchronous command settles: its two functions lie in the heap by id. */
static void reply_body(XsnapVm *vm, void *argument) {
  txMachine *the = vm->machine;
  const XsnapControl *control = argument;
  bool failed = has(control, KEY_ERROR);
  if (!xsnap_host_take_pending(the, (uint32_t)control->id))
    return; /* a restored machine's, or answered before */
  mxPushUndefined();
  push_slot(the, the->stack + 1); /* the pair */
  mxGetIndex(failed ? 1 : 0);
  mxCall();
  if (failed)
    push_error(the, control->error);
  else
    push_buffer(the, control->data);
  mxRunCount(1);
  mxPop();
  mxPop();
}

void xsnap_reply(XsnapVm *vm, const XsnapControl *control) {
  XsnapControl copy = *control;
  if (has(control, KEY_DATA) == has(control, KEY_ERROR))
    xsnap_fatal(vm, XSNAP_PROTOCOL,
                "expected a reply with either data or error");
  else if (check_text(vm, control->error))
    xsnap_crank(vm, 0, reply_body, &copy);
}

static void captp_body(XsnapVm *vm, void *argument) {
  txMachine *the = vm->machine;
  const XsnapBytes *message = argument;
  if (!push_hook(vm, vm->names[NAME_ON_CAPTP]))
    mxTypeError("this worker's image does not speak captp");
  push_text(the, *message);
  mxRunCount(1);
  mxPop();
}

void xsnap_captp(XsnapVm *vm, XsnapBytes message) {
  if (check_text(vm, message))
    xsnap_crank(vm, 0, captp_body, &message);
}

/* Commands that were under way when the snapshot was written: nobody will
   answer them, so their promises are rejected in a crank of their own. */
static void drop_body(XsnapVm *vm, void *unused) {
  static const char source[] =
      "{ const pending = globalThis.engoPendingCommands;"
      "  delete globalThis.engoPendingCommands;"
      "  for (const id of Object.keys(pending))"
      "    pending[id][1](new Error("
      "'the worker was restored from a snapshot, the answer is lost')); }";
  txMachine *the = vm->machine;
  (void)unused;
  mxPushStringC((txString)(uintptr_t)source);
  xsnap_compile_program(the, mxProgram.value.reference, the->stack, "engo");
  mxPop();
  mxPop();
}

typedef struct {
  bool any;
} Found;

static void look_for_commands(XsnapVm *vm, void *argument) {
  txMachine *the = vm->machine;
  Found *found = argument;
  mxPush(mxGlobal);
  found->any = mxHasID(vm->names[NAME_PENDING]) != 0;
}

void xsnap_drop_commands(XsnapVm *vm) {
  Found found = {false};
  if (xsnap_run(vm, look_for_commands, &found) && found.any)
    xsnap_crank(vm, 0, drop_body, NULL);
}
