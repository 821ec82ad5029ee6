/* What each control message of the host does. Wrong messages end the machine
   with `fatal`: the host is ours, so a wrong one is a bug, not an attack to
   survive. */

#include "internal.h"

#define BIT(KEY) (1u << (KEY))

void xsnap_fatal(XsnapVm *vm, XsnapStatus status, const char *text) {
  vm->status = status;
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 2);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "fatal");
  xsnap_put_str(vm, "message");
  xsnap_put_str(vm, text);
  xsnap_link_end(vm);
}

static void do_start(XsnapVm *vm, const XsnapControl *control) {
  if (vm->started)
    xsnap_fatal(vm, XSNAP_PROTOCOL, "expected start only once");
  else if (control->seed.length != XSNAP_SEED_BYTES)
    xsnap_fatal(vm, XSNAP_PROTOCOL, "expected a seed of 32 bytes");
  else
    vm->status = xsnap_vm_start(vm, control);
}

static void collect(XsnapVm *vm, void *unused) {
  (void)unused;
  fxCollectGarbage(vm->machine);
}

static void emit_status(XsnapVm *vm, uint32_t id) {
  txMachine *the = vm->machine;
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 4);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "result");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, id);
  xsnap_put_str(vm, "meter");
  xsnap_put_uint(vm, 0);
  xsnap_put_str(vm, "value");
  xsnap_put_map(vm, 4);
  xsnap_put_str(vm, "heap");
  xsnap_put_uint(vm, (uint64_t)the->currentChunksSize +
                         (uint64_t)the->currentHeapCount * sizeof(txSlot));
  xsnap_put_str(vm, "limit");
  xsnap_put_uint(vm, vm->heap_limit);
  xsnap_put_str(vm, "cranks");
  xsnap_put_uint(vm, vm->cranks);
  xsnap_put_str(vm, "meter");
  xsnap_put_uint(vm, vm->total_meter);
  xsnap_link_end(vm);
}

static void do_status(XsnapVm *vm, const XsnapControl *control) {
  if (!control->collect || xsnap_run(vm, collect, NULL))
    emit_status(vm, (uint32_t)control->id);
}

static void do_snapshot(XsnapVm *vm, const XsnapControl *control) {
  xsnap_snapshot_write(vm, (uint32_t)control->id);
}

static void do_clock(XsnapVm *vm, const XsnapControl *control) {
  (void)vm, (void)control; /* `now` has been taken */
}

static void do_exit(XsnapVm *vm, const XsnapControl *control) {
  (void)control;
  vm->status = XSNAP_EXIT;
}

typedef struct {
  const char *name;
  uint32_t required;
  void (*act)(XsnapVm *vm, const XsnapControl *control);
} Operation;

static const Operation operations[] = {
    {"deliver", BIT(KEY_ID) | BIT(KEY_DATA), xsnap_deliver},
    {"evaluate", BIT(KEY_ID) | BIT(KEY_SOURCE), xsnap_evaluate},
    {"reply", BIT(KEY_ID), xsnap_reply},
    {"snapshot", BIT(KEY_ID), do_snapshot},
    {"status", BIT(KEY_ID), do_status},
    {"clock", BIT(KEY_NOW), do_clock},
    {"exit", 0, do_exit},
    {"start",
     BIT(KEY_HEAP) | BIT(KEY_STACK) | BIT(KEY_METER) | BIT(KEY_MESSAGE) |
         BIT(KEY_SEED) | BIT(KEY_NOW) | BIT(KEY_IMAGE),
     do_start},
};

static const Operation *find_operation(XsnapBytes name) {
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
    if (bytes_are(name, operations[i].name))
      return &operations[i];
  return NULL;
}

static void control_message(XsnapVm *vm, XsnapBytes message) {
  XsnapControl control;
  const char *error = NULL;
  if (!xsnap_control_read(message, &control, &error)) {
    xsnap_fatal(vm, XSNAP_PROTOCOL, error);
    return;
  }
  const Operation *operation = find_operation(control.op);
  if (!operation)
    xsnap_fatal(vm, XSNAP_PROTOCOL, "expected a known op");
  else if ((control.present & operation->required) != operation->required)
    xsnap_fatal(vm, XSNAP_PROTOCOL, "a key of the control message is missing");
  else if (!vm->started && operation->act != do_start)
    xsnap_fatal(vm, XSNAP_PROTOCOL, "expected start to come first");
  else {
    if (has(&control, KEY_NOW))
      vm->now = control.now;
    operation->act(vm, &control);
  }
}

/* One whole message; `message` is borrowed until this returns. */
void xsnap_control_dispatch(XsnapVm *vm, XsnapBytes message, unsigned channel) {
  if (channel == CHANNEL_CONTROL)
    control_message(vm, message);
  else if (!vm->started)
    xsnap_fatal(vm, XSNAP_PROTOCOL, "expected start to come first");
  else
    xsnap_captp(vm, message);
}
