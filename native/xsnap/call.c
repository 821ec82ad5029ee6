/* A guest that waits for the host: issueCommand blocks inside its crank until
   the reply comes, and everything else that comes meanwhile is kept for later,
   within bounds. The machine is not re-entered. */

#include "internal.h"

static void keep(XsnapVm *vm, XsnapBytes message, unsigned channel) {
  if (vm->deferred_count >= XSNAP_MAX_DEFERRED ||
      vm->deferred_bytes + message.length > XSNAP_MAX_DEFERRED_BYTES) {
    xsnap_fatal(vm, XSNAP_PROTOCOL,
                "too many messages while the guest waits for its reply");
    return;
  }
  XsnapDeferred *kept = malloc(sizeof *kept + message.length);
  if (!kept) {
    xsnap_fatal(vm, XSNAP_NO_MEMORY, "no memory for a message");
    return;
  }
  kept->next = NULL;
  kept->channel = channel;
  kept->length = message.length;
  memcpy(kept->data, message.data, message.length);
  *vm->last_deferred = kept;
  vm->last_deferred = &kept->next;
  vm->deferred_count++;
  vm->deferred_bytes += message.length;
}

static void take_reply(XsnapVm *vm, const XsnapControl *control) {
  XsnapBytes bytes = has(control, KEY_ERROR) ? control->error : control->data;
  size_t unused;
  if (has(control, KEY_DATA) == has(control, KEY_ERROR) ||
      (has(control, KEY_ERROR) && !xsnap_text_check(bytes, &unused))) {
    xsnap_fatal(vm, XSNAP_PROTOCOL,
                "expected a reply with either data or error");
    return;
  }
  vm->reply.length = 0;
  if (!xsnap_buffer_append(&vm->reply, bytes.data, bytes.length)) {
    xsnap_fatal(vm, XSNAP_NO_MEMORY, "no memory for a reply");
    return;
  }
  if (has(control, KEY_NOW))
    vm->now = control->now;
  vm->reply_failed = has(control, KEY_ERROR);
  vm->reply_came = true;
}

static void look_at(XsnapVm *vm, XsnapBytes message, unsigned channel) {
  XsnapControl control;
  const char *error = NULL;
  if (channel != CHANNEL_CONTROL) {
    keep(vm, message, channel);
  } else if (!xsnap_control_read(message, &control, &error)) {
    xsnap_fatal(vm, XSNAP_PROTOCOL, error);
  } else if (bytes_are(control.op, "reply") && control.id == vm->waiting_for) {
    take_reply(vm, &control);
  } else if (bytes_are(control.op, "exit")) {
    vm->status = XSNAP_EXIT;
  } else {
    keep(vm, message, channel);
  }
}

static void wait_once(XsnapVm *vm) {
  XsnapMessage message;
  size_t length = vm->host.wait(vm->host.context, vm);
  if (length == 0) {
    vm->host_gone = true;
    vm->status = XSNAP_EXIT;
    return;
  }
  if (xsnap_link_take(vm, length, &message)) {
    look_at(vm, message.bytes, message.channel);
    xsnap_link_release(vm, &message);
  }
}

/* Returns with the reply in vm->reply; when the machine must end instead, it
   leaves by an abort and does not return. */
void xsnap_call_wait(XsnapVm *vm, uint32_t id) {
  vm->waiting_for = id;
  vm->reply_came = false;
  vm->page->state = XSNAP_WAITING;
  while (!vm->reply_came && vm->status == XSNAP_OK)
    wait_once(vm);
  vm->page->state = XSNAP_RUNNING;
  vm->waiting_for = 0;
  if (vm->status != XSNAP_OK)
    fxAbort(vm->machine, XS_FATAL_CHECK_EXIT);
}
