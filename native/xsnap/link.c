/* The worker link inside a machine: records in and out, fragments, reassembly.
   It knows channels and lengths, nothing of what a message means.

   A message is written straight into the out scratch and leaves whenever that
   is full, so nothing of a message is held twice. One message is written at a
   time. */

#include "internal.h"

#define MORE 0x80u
#define KEEP_CAPACITY                                                          \
  262144u /* an inbox keeps at most this when it is empty                      \
           */

static void emit_record(XsnapVm *vm) {
  if (!vm->host_gone && !vm->host.emit(vm->host.context, vm, vm->out_length))
    vm->host_gone = true;
}

void xsnap_link_begin(XsnapVm *vm, unsigned channel) {
  vm->out[0] = (uint8_t)channel;
  vm->out_length = 1;
}

void xsnap_link_put(XsnapVm *vm, const void *data, size_t length) {
  const uint8_t *from = data;
  while (length > 0) {
    size_t room = XSNAP_MAX_EMIT - vm->out_length;
    size_t part = length < room ? length : room;
    if (part == 0) {
      vm->out[0] = (uint8_t)(vm->out[0] | MORE);
      emit_record(vm);
      vm->out_length = 1;
      continue;
    }
    memcpy(vm->out + vm->out_length, from, part);
    vm->out_length += part;
    from += part;
    length -= part;
  }
}

void xsnap_link_end(XsnapVm *vm) {
  vm->out[0] = (uint8_t)(vm->out[0] & ~MORE);
  emit_record(vm);
  vm->out_length = 0;
}

bool xsnap_buffer_append(XsnapBuffer *buffer, const void *data, size_t length) {
  if (length == 0)
    return true;
  if (buffer->capacity - buffer->length < length) {
    size_t capacity = buffer->capacity ? buffer->capacity : 65536;
    while (capacity - buffer->length < length)
      capacity *= 2;
    uint8_t *grown = realloc(buffer->data, capacity);
    if (!grown)
      return false;
    buffer->data = grown;
    buffer->capacity = capacity;
  }
  memcpy(buffer->data + buffer->length, data, length);
  buffer->length += length;
  return true;
}

void xsnap_buffer_free(XsnapBuffer *buffer) {
  free(buffer->data);
  memset(buffer, 0, sizeof *buffer);
}

/* Take the record in the in scratch. When it ends a message, `*message` borrows
   its bytes until xsnap_link_release or the next record. */
XsnapStatus xsnap_link_take(XsnapVm *vm, size_t length, XsnapBytes *message,
                            unsigned *channel, bool *ended) {
  if (length < 1 || length > XSNAP_SCRATCH) {
    xsnap_fatal(vm, XSNAP_PROTOCOL, "expected a record of 1 to 65535 bytes");
    return vm->status;
  }
  *channel = vm->in[0] & ~MORE;
  *ended = !(vm->in[0] & MORE);
  if (*channel > CHANNEL_CAPTP) {
    xsnap_fatal(vm, XSNAP_PROTOCOL,
                "expected a record of channel 0 (control) or 1 (captp)");
    return vm->status;
  }
  XsnapBuffer *inbox = &vm->inbox[*channel];
  if (inbox->length + (length - 1) > vm->message_limit) {
    xsnap_fatal(vm, XSNAP_PROTOCOL, "the message is larger than the limit");
    return vm->status;
  }
  if (*ended && inbox->length == 0) {
    *message = (XsnapBytes){vm->in + 1, length - 1};
    return XSNAP_OK;
  }
  if (!xsnap_buffer_append(inbox, vm->in + 1, length - 1)) {
    xsnap_fatal(vm, XSNAP_NO_MEMORY, "no memory for a message");
    return vm->status;
  }
  *message = (XsnapBytes){inbox->data, inbox->length};
  return XSNAP_OK;
}

/* The message just taken lies in the returned buffer, the inbox is empty: guest
   code that runs on the message may wait for another one meanwhile. */
XsnapBuffer xsnap_link_hold(XsnapVm *vm, unsigned channel) {
  XsnapBuffer held = vm->inbox[channel];
  memset(&vm->inbox[channel], 0, sizeof held);
  return held;
}

/* A held message has been used: its memory serves the next, or is freed. */
void xsnap_link_let_go(XsnapVm *vm, unsigned channel, XsnapBuffer *held) {
  XsnapBuffer *inbox = &vm->inbox[channel];
  if (inbox->data || held->capacity > KEEP_CAPACITY) {
    xsnap_buffer_free(held);
    return;
  }
  *inbox = *held;
  inbox->length = 0;
}

/* The message of this channel has been used: make room for the next. */
void xsnap_link_release(XsnapVm *vm, unsigned channel) {
  XsnapBuffer *inbox = &vm->inbox[channel];
  if (inbox->capacity > KEEP_CAPACITY)
    xsnap_buffer_free(inbox);
  inbox->length = 0;
}
