/* A machine's life: create, start, deliver, delete. What a message means is in
   control.c, what a crank is in crank.c. */

#include "internal.h"

XsnapVm *xsnap_vm_create(const XsnapHost *host) {
  XsnapVm *vm = malloc(sizeof *vm);
  if (!vm)
    return NULL;
  memset(vm, 0, offsetof(XsnapVm, in)); /* a start has no use for the rest */
  vm->host = *host;
  vm->page = host->page ? host->page : &vm->own_page;
  vm->last_deferred = &vm->first_deferred;
  vm->message_limit = XSNAP_MAX_MESSAGE;
  vm->next_call = 1;
  return vm;
}

static void delete_machine(XsnapVm *vm) {
  if (!vm->machine)
    return;
  xsnap_platform_lock();
  vm->machine->firstJump = NULL;
  fxDeleteMachine(vm->machine);
  xsnap_platform_unlock();
  vm->machine = NULL;
}

void xsnap_vm_delete(XsnapVm *vm) {
  if (!vm)
    return;
  delete_machine(vm);
  while (vm->first_deferred) {
    XsnapDeferred *next = vm->first_deferred->next;
    free(vm->first_deferred);
    vm->first_deferred = next;
  }
  xsnap_buffer_free(&vm->inbox[0]);
  xsnap_buffer_free(&vm->inbox[1]);
  xsnap_buffer_free(&vm->reply);
  free(vm);
}

uint8_t *xsnap_vm_in(XsnapVm *vm) { return vm->in; }

const uint8_t *xsnap_vm_out(XsnapVm *vm) { return vm->out; }

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most) {
  return value < least ? least : value > most ? most : value;
}

static void take_limits(XsnapVm *vm, const XsnapControl *control) {
  vm->heap_limit = clamp(control->heap, XSNAP_MIN_HEAP, XSNAP_MAX_HEAP);
  if (!vm->machine) /* else it has its stack */
    vm->stack_count = clamp(control->stack, XSNAP_MIN_STACK, XSNAP_MAX_STACK);
  vm->meter_limit = control->meter;
  vm->message_limit = clamp(control->message, XSNAP_SCRATCH, XSNAP_MAX_MESSAGE);
  vm->now = control->now;
  xsnap_platform_seed(vm, control->seed.data);
  /* Requests in a snapshot belong to another host; the seed tells starts apart.
   */
  memcpy(&vm->epoch, control->seed.data + 8, sizeof vm->epoch);
  vm->epoch >>= 12; /* exact as a JavaScript number */
}

static XsnapStatus create_bare(XsnapVm *vm) {
  txCreation creation = {
      .initialChunkSize = 1024 * 1024,
      .incrementalChunkSize = 1024 * 1024,
      .initialHeapCount = 32 * 1024,
      .incrementalHeapCount = 32 * 1024,
      .stackCount = (txSize)vm->stack_count,
      .initialKeyCount = 4096,
      .incrementalKeyCount = 4096,
      .nameModulo = 1993,
      .symbolModulo = 127,
      .parserBufferSize = 1024 * 1024,
      /* Each parse clears and walks this table; most programs are short. */
      .parserTableModulo = 251,
      .staticSize = 0,
  };
  vm->machine = fxCreateMachine(&creation, "engo", vm, XS_NO_ID);
  return vm->machine ? XSNAP_OK : XSNAP_NO_MEMORY;
}

static void prepare(XsnapVm *vm, void *bare) {
  if (*(bool *)bare)
    xsnap_host_install(vm);
  xsnap_host_names(vm);
  fxRemember(vm->machine, &vm->answers);
  fxRemember(vm->machine, &vm->rejections);
}

static XsnapStatus make_machine(XsnapVm *vm, bool image) {
  XsnapStatus status;
  xsnap_platform_lock();
  status = image ? xsnap_snapshot_read(vm) : create_bare(vm);
  xsnap_platform_unlock();
  if (status != XSNAP_OK)
    return status;
  vm->machine->stackLimit = fxCStackLimit();
  bool bare = !image;
  vm->answers.kind = vm->rejections.kind = XS_UNDEFINED_KIND;
  return xsnap_run(vm, prepare, &bare) ? XSNAP_OK : XSNAP_ABORTED;
}

/* Nothing goes on and nothing has come in part. */
bool xsnap_vm_quiet(const XsnapVm *vm) {
  return vm->started && vm->status == XSNAP_OK && !vm->host_gone &&
         !vm->first_deferred && vm->inbox[0].length == 0 &&
         vm->inbox[1].length == 0;
}

/* The machine waits for another host, whose `start` adopts it. What belongs to
   this one is forgotten, as a snapshot would. */
void xsnap_vm_give_up(XsnapVm *vm) {
  vm->started = false;
  vm->answers.kind = vm->rejections.kind = XS_UNDEFINED_KIND;
  vm->next_call = 1;
  vm->intervals = vm->cranks = vm->total_meter = 0;
  vm->page->state = XSNAP_STARTING;
  vm->page->cranks = vm->page->crank_meter = vm->page->total_meter = 0;
}

static XsnapStatus adopt_machine(XsnapVm *vm, bool image) {
  if (!image)
    return XSNAP_PROTOCOL;
  return vm->allocated <= vm->heap_limit ? XSNAP_OK : XSNAP_NO_MEMORY;
}

static void emit_ready(XsnapVm *vm) {
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 4);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "ready");
  xsnap_put_str(vm, "version");
  xsnap_put_uint(vm, XSNAP_PROTOCOL_VERSION);
  xsnap_put_str(vm, "build");
  xsnap_put_str(vm, xsnap_build_id());
  xsnap_put_str(vm, "engine");
  xsnap_put_str(vm, XSNAP_ENGINE);
  xsnap_link_end(vm);
}

XsnapStatus xsnap_vm_start(XsnapVm *vm, const XsnapControl *control) {
  XsnapStatus status = XSNAP_OK;
  take_limits(vm, control);
  if (vm->host.confine)
    status = vm->host.confine(vm->host.context, (size_t)vm->heap_limit,
                              control->image);
  if (status != XSNAP_OK) {
    xsnap_fatal(vm, status, "the worker could not be confined");
    return status;
  }
  vm->started = true;
  if (vm->machine)
    status = adopt_machine(vm, control->image);
  else
    status = make_machine(vm, control->image);
  if (status == XSNAP_PROTOCOL)
    xsnap_fatal(vm, status, "expected image to be true: there is a machine");
  else if (status == XSNAP_SNAPSHOT)
    xsnap_fatal(vm, status,
                "the snapshot was refused: it is damaged or another "
                "build's");
  else if (status == XSNAP_NO_MEMORY)
    xsnap_fatal(vm, status, "no memory for a machine under this heap limit");
  else if (status == XSNAP_OK)
    emit_ready(vm);
  vm->page->state = XSNAP_IDLE;
  if (status == XSNAP_OK && control->image)
    xsnap_drop_commands(vm);
  return vm->status != XSNAP_OK ? vm->status : status;
}

static void dispatch_deferred(XsnapVm *vm) {
  while (vm->status == XSNAP_OK && vm->first_deferred) {
    XsnapDeferred *message = vm->first_deferred;
    vm->first_deferred = message->next;
    if (!vm->first_deferred)
      vm->last_deferred = &vm->first_deferred;
    vm->deferred_count--;
    vm->deferred_bytes -= message->length;
    xsnap_control_dispatch(vm, (XsnapBytes){message->data, message->length},
                           message->channel);
    free(message);
  }
}

XsnapStatus xsnap_vm_deliver(XsnapVm *vm, size_t length) {
  XsnapMessage message;
  if (vm->status != XSNAP_OK)
    return vm->status;
  XsnapVm *before = xsnap_platform_enter(vm);
  if (xsnap_link_take(vm, length, &message)) {
    xsnap_control_dispatch(vm, message.bytes, message.channel);
    xsnap_link_release(vm, &message);
    dispatch_deferred(vm);
  }
  xsnap_platform_leave(before);
  if (vm->status == XSNAP_OK && vm->host_gone)
    vm->status = XSNAP_EXIT;
  return vm->status;
}
