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

static bool refuse(XsnapVm *vm, XsnapStatus status, const char *text) {
  xsnap_fatal(vm, status, text);
  return false;
}

/* Take the record in the in scratch; true when it ends a message, which must
   then be released. A gathered message leaves its inbox at once: while it is
   being handled a guest may wait, and the next message gathers in its place. */
bool xsnap_link_take(XsnapVm *vm, size_t length, XsnapMessage *message) {
  memset(message, 0, sizeof *message);
  if (length < 1 || length > XSNAP_SCRATCH)
    return refuse(vm, XSNAP_PROTOCOL, "expected a record of 1 to 65535 bytes");
  message->channel = vm->in[0] & ~MORE;
  message->ended = !(vm->in[0] & MORE);
  if (message->channel > CHANNEL_CAPTP)
    return refuse(vm, XSNAP_PROTOCOL,
                  "expected a record of channel 0 (control) or 1 (captp)");
  XsnapBuffer *inbox = &vm->inbox[message->channel];
  if (inbox->length + (length - 1) > vm->message_limit)
    return refuse(vm, XSNAP_PROTOCOL, "the message is larger than the limit");
  if (message->ended && inbox->length == 0) {
    message->bytes = (XsnapBytes){vm->in + 1, length - 1};
    return true;
  }
  if (!xsnap_buffer_append(inbox, vm->in + 1, length - 1))
    return refuse(vm, XSNAP_NO_MEMORY, "no memory for a message");
  if (!message->ended)
    return false;
  message->owned = *inbox;
  memset(inbox, 0, sizeof *inbox);
  message->bytes = (XsnapBytes){message->owned.data, message->owned.length};
  return true;
}

/* The message has been used: keep a small buffer for the next one. */
void xsnap_link_release(XsnapVm *vm, XsnapMessage *message) {
  XsnapBuffer *inbox = &vm->inbox[message->channel];
  if (inbox->data || message->owned.capacity > KEEP_CAPACITY) {
    xsnap_buffer_free(&message->owned);
  } else {
    *inbox = message->owned;
    inbox->length = 0;
  }
}
