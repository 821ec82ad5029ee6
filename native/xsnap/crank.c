/* A crank: one delivery run until nothing is left to do, under the meter.

   Everything that touches XS runs inside xsnap_run, which owns the outermost
   jump: an abort (platform/engo_platform.c) lands there, past every catch of
   the guest, and ends the machine. Answers are kept until the crank is quiet,
   since all that a crank emits comes before the message that answers it. */

#include "internal.h"

uint64_t xsnap_meter(const XsnapVm *vm) {
  return vm->machine ? vm->machine->meterIndex : 0;
}

/* 32 bits wide in the unrepaired engine, which the benchmark builds. */
typedef __typeof__(((txMachine *)NULL)->meterInterval) Meter;

/* XS calls this every interval of computrons, with its state saved. */
static txBoolean on_meter(txMachine *the, Meter meter) {
  XsnapVm *vm = vm_of(the);
  vm->page->crank_meter = meter;
  if (++vm->intervals % XSNAP_BREATHE == 0 && vm->host.breathe)
    vm->host.breathe(vm->host.context);
  if (vm->page->interrupt)
    vm->reason = "interrupted";
  else if (vm->host_gone)
    vm->reason = "dead";
  else if (vm->meter_limit == 0 || meter <= vm->meter_limit)
    return 1;
  return 0;
}

static void emit_abort(XsnapVm *vm) {
  char stack[XSNAP_STACK_TEXT];
  xsnap_stack_text(vm->machine, stack, sizeof stack);
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, stack[0] ? 5 : 4);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "abort");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, vm->request);
  xsnap_put_str(vm, "meter");
  xsnap_put_uint(vm, xsnap_meter(vm));
  xsnap_put_str(vm, "reason");
  xsnap_put_str(vm, vm->reason ? vm->reason : "dead");
  if (stack[0]) {
    xsnap_put_str(vm, "stack");
    xsnap_put_text(vm, stack, sizeof stack);
  }
  xsnap_link_end(vm);
}

static void begin_meter(XsnapVm *vm) {
  Meter interval = XSNAP_METER_INTERVAL;
  if (vm->meter_limit && vm->meter_limit < interval)
    interval = (Meter)vm->meter_limit;
  vm->page->crank_meter = 0;
  fxBeginMetering(vm->machine, on_meter, interval);
}

static void end_meter(XsnapVm *vm) {
  uint64_t meter = xsnap_meter(vm);
  vm->total_meter += meter;
  vm->page->crank_meter = meter;
  vm->page->total_meter = vm->total_meter;
}

/* Run `body` where an abort may happen. False: it did, `abort` was emitted, and
   the machine must not be used again. */
bool xsnap_run(XsnapVm *vm, XsnapBody *body, void *argument) {
  txMachine *the = vm->machine;
  txJump base;
  volatile bool finished = false; /* looked at after a jump */
  memset(&base, 0, sizeof base);
  base.stack = the->stack;
  base.scope = the->scope;
  base.frame = the->frame;
  base.code = the->code;
  the->firstJump = &base;
  begin_meter(vm);
  if (c_setjmp(base.buffer) == 0) {
    body(vm, argument);
    finished = true;
  }
  the->firstJump = NULL;
  the->meterInterval = 0; /* nothing asks while the machine is deleted */
  end_meter(vm);
  if (!finished || vm->reason) {
    if (vm->status == XSNAP_OK) {
      emit_abort(vm);
      vm->status = XSNAP_ABORTED;
    }
    return false;
  }
  fxEndMetering(the);
  return true;
}

/* Answers: a list in the heap of pairs, id and value, hanging off a root. The
   sign of the number tells a rejected one. */

void xsnap_answer_push(XsnapVm *vm, uint32_t id, bool ok, txSlot *value) {
  txMachine *the = vm->machine;
  txSlot *root = &vm->answers, *last, *slot;
  if (root->kind != XS_REFERENCE_KIND) {
    root->value.reference = fxNewInstance(the);
    root->kind = XS_REFERENCE_KIND;
    mxPop();
  }
  for (last = root->value.reference; last->next; last = last->next)
    ;
  slot = last->next = fxNewSlot(the);
  slot->kind = XS_NUMBER_KIND;
  slot->value.number = ok ? (double)id : -(double)id;
  slot = slot->next = fxNewSlot(the);
  slot->kind = value->kind;
  slot->value = value->value;
}

/* Take the first slot off a root's list; false when there is none. */
static bool shift(txSlot *root, txSlot *into) {
  if (root->kind != XS_REFERENCE_KIND)
    return false;
  txSlot *list = root->value.reference, *first = list->next;
  if (!first) {
    root->kind = XS_UNDEFINED_KIND;
    return false;
  }
  list->next = first->next;
  into->kind = first->kind;
  into->value = first->value;
  return true;
}

/* A promise the host waits for: reactions with the request's id, and with the
   epoch so that a restored machine does not answer another host. */

static void push_reaction(XsnapVm *vm, uint32_t id, txCallback callback) {
  txMachine *the = vm->machine;
  txSlot *function, *instance, *slot;
  function = fxNewHostFunction(the, callback, 1, XS_NO_ID, XS_NO_ID);
  instance = fxNewInstance(the);
  mxFunctionInstanceHome(function)->value.home.object = instance;
  slot = instance->next = fxNewSlot(the);
  slot->flag = XS_INTERNAL_FLAG;
  slot->kind = XS_NUMBER_KIND;
  slot->value.number = id;
  slot = slot->next = fxNewSlot(the);
  slot->flag = XS_INTERNAL_FLAG;
  slot->kind = XS_NUMBER_KIND;
  slot->value.number = (double)vm->epoch;
  mxPop(); /* the instance */
}

static void on_settled(txMachine *the, bool ok) {
  XsnapVm *vm = vm_of(the);
  txSlot *object =
      mxFunctionInstanceHome(mxFunction->value.reference)->value.home.object;
  txSlot *id = object->next;
  if (id->next->value.number == (double)vm->epoch && mxArgc > 0)
    xsnap_answer_push(vm, (uint32_t)id->value.number, ok, mxArgv(0));
}

void xsnap_on_fulfilled(txMachine *the) { on_settled(the, true); }

void xsnap_on_rejected(txMachine *the) { on_settled(the, false); }

/* The value of a request: answered now, or when the promise that it is settles.
 */
void xsnap_settle(XsnapVm *vm, uint32_t id, txSlot *value) {
  txMachine *the = vm->machine;
  if (value->kind != XS_REFERENCE_KIND ||
      !mxIsPromise(value->value.reference)) {
    xsnap_answer_push(vm, id, true, value);
    return;
  }
  push_reaction(vm, id, xsnap_on_fulfilled);
  push_reaction(vm, id, xsnap_on_rejected);
  fxPromiseThen(the, value->value.reference, the->stack + 1, the->stack, NULL,
                NULL);
  mxPop();
  mxPop();
}

static void report_rejection(XsnapVm *vm, txSlot *reason) {
  txMachine *the = vm->machine;
  push_slot(the, reason);
  xsnap_error_describe(vm, the->stack);
  xsnap_rejection_emit(vm, the->stack);
  the->stack += XSNAP_PARTS + 1;
}

/* Run jobs, clean-ups and rejection reports until there are none. */
static void quiesce(XsnapVm *vm) {
  txMachine *the = vm->machine;
  do {
    while (vm->jobs) {
      vm->jobs = false;
      fxRunPromiseJobs(the);
    }
    fxEndJob(the);
    if (vm->jobs)
      continue;
    fxCheckUnhandledRejections(the, 1);
    mxPushUndefined();
    while (shift(&vm->rejections, the->stack))
      report_rejection(vm, the->stack);
    mxPop();
  } while (vm->jobs);
}

static void emit_answer(XsnapVm *vm, uint32_t id, bool ok, txSlot *value) {
  txMachine *the = vm->machine;
  if (id == vm->request)
    vm->answered = true;
  if (ok)
    ok = xsnap_value_prepare(vm, value);
  if (ok) {
    quiesce(vm);
    xsnap_value_emit(vm, id, value);
    return;
  }
  xsnap_error_describe(vm, value);
  quiesce(vm);
  xsnap_error_emit(vm, id, the->stack);
  the->stack += XSNAP_PARTS;
}

static void emit_pending(XsnapVm *vm) {
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 3);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "pending");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, vm->request);
  xsnap_put_str(vm, "meter");
  xsnap_put_uint(vm, xsnap_meter(vm));
  xsnap_link_end(vm);
}

typedef struct {
  XsnapBody *body;
  void *argument;
} Crank;

static void answer_all(XsnapVm *vm) {
  txMachine *the = vm->machine;
  quiesce(vm);
  mxPushUndefined();
  while (shift(&vm->answers, the->stack)) {
    double number = the->stack->value.number;
    mxPushUndefined();
    shift(&vm->answers, the->stack);
    emit_answer(vm, (uint32_t)fabs(number), number > 0, the->stack);
    mxPop();
  }
  mxPop();
  if (vm->request && !vm->answered)
    emit_pending(vm);
}

static void guarded_body(XsnapVm *vm, const Crank *crank) {
  txMachine *the = vm->machine;
  mxTry(the) { crank->body(vm, crank->argument); }
  mxCatch(the) {
    mxPush(mxException);
    mxException.kind = XS_UNDEFINED_KIND;
    if (vm->request) {
      xsnap_answer_push(vm, vm->request, false, the->stack);
    } else {
      mxException.kind = the->stack->kind;
      mxException.value = the->stack->value;
      fxAbort(the, XS_UNHANDLED_REJECTION_EXIT); /* keeps it for the end */
    }
    mxPop();
  }
}

static void crank_body(XsnapVm *vm, void *argument) {
  txMachine *the = vm->machine;
  fxBeginHost(the);
  guarded_body(vm, argument);
  answer_all(vm);
  fxEndHost(the);
  /* What fxEndHost found (a collected promise) is told with the next crank. */
}

/* Run `body` as a crank that answers `request` (0: nobody waits). */
void xsnap_crank(XsnapVm *vm, uint32_t request, XsnapBody *body,
                 void *argument) {
  Crank crank = {body, argument};
  vm->cranks++;
  vm->request = request;
  vm->answered = false;
  vm->page->cranks = vm->cranks;
  vm->page->state = XSNAP_RUNNING;
  xsnap_run(vm, crank_body, &crank);
  vm->request = 0;
  vm->page->state = XSNAP_IDLE;
}
