/* A JavaScript value as the payload of `result`: scalars as they are, bytes as
   they are, everything else as JSON. Reading an object runs guest code, so it
   happens in xsnap_value_prepare, inside the crank; xsnap_value_emit only
   writes. */

#include "internal.h"

#define MAX_EXACT 9007199254740992.0 /* 2**53 */
#define RESULT_OVERHEAD 64           /* bytes of a `result` around its value */

static bool buffer_bytes(txSlot *buffer, XsnapData *data) {
  if (buffer->kind != XS_ARRAY_BUFFER_KIND)
    return false;
  txSlot *info = buffer->next;
  data->data = (uint8_t *)buffer->value.arrayBuffer.address;
  data->length = data->data ? (size_t)info->value.bufferInfo.length : 0;
  return true;
}

/* The part of its buffer that a view shows; false when the view is out of it.
 */
static bool view_bytes(txSlot *view, XsnapData *data) {
  txSlot *reference = view->next;
  if (view->kind != XS_DATA_VIEW_KIND || !reference ||
      reference->kind != XS_REFERENCE_KIND ||
      !buffer_bytes(reference->value.reference->next, data))
    return false;
  txInteger offset = view->value.dataView.offset;
  txInteger size = view->value.dataView.size;
  if (size < 0) /* follows the length of a resizable buffer */
    size = (txInteger)data->length - offset;
  if (offset < 0 || size < 0 || (size_t)offset + (size_t)size > data->length)
    return false;
  data->data += offset;
  data->length = (size_t)size;
  return true;
}

/* The bytes of an ArrayBuffer, a typed array or a DataView. No getter runs. */
bool xsnap_value_bytes(txMachine *the, txSlot *slot, XsnapData *data) {
  (void)the;
  if (slot->kind != XS_REFERENCE_KIND)
    return false;
  txSlot *first = slot->value.reference->next;
  if (!first || !(first->flag & XS_INTERNAL_FLAG))
    return false;
  if (first->kind == XS_ARRAY_BUFFER_KIND)
    return buffer_bytes(first, data);
  if (first->kind == XS_TYPED_ARRAY_KIND)
    return first->next && view_bytes(first->next, data);
  return first->kind == XS_DATA_VIEW_KIND && view_bytes(first, data);
}

static bool is_string(const txSlot *slot) {
  return slot->kind == XS_STRING_KIND || slot->kind == XS_STRING_X_KIND;
}

static bool is_bigint(const txSlot *slot) {
  return slot->kind == XS_BIGINT_KIND || slot->kind == XS_BIGINT_X_KIND;
}

static void stringify(txMachine *the, txSlot *value) {
  mxPush(mxJSONObject);
  mxDub();
  mxGetID(mxID(_stringify));
  mxCall();
  push_slot(the, value);
  mxRunCount(1);
  mxPullSlot(value);
}

static size_t size_of(txMachine *the, txSlot *value) {
  XsnapData data;
  if (is_string(value))
    return xsnap_text_measure(value->value.string);
  return xsnap_value_bytes(the, value, &data) ? data.length : 0;
}

/* `ID` of the slot says what the text is: the slot is ours, on the stack. */
enum { PLAIN_TEXT = 0, JSON_TEXT = 1, BIGINT_TEXT = 2 };

static void convert(txMachine *the, txSlot *value, txID *form) {
  XsnapData data;
  if (is_bigint(value)) {
    fxToString(the, value);
    *form = BIGINT_TEXT;
  } else if (value->kind == XS_REFERENCE_KIND &&
             !xsnap_value_bytes(the, value, &data)) {
    stringify(the, value);
    *form = JSON_TEXT;
  } else {
    *form = PLAIN_TEXT;
  }
}

static void check_size(XsnapVm *vm, txSlot *value) {
  txMachine *the = vm->machine;
  size_t size = size_of(the, value), limit = (size_t)vm->message_limit;
  if (size + RESULT_OVERHEAD > limit)
    mxRangeError("the result has %lu bytes, a message holds at most %lu",
                 (unsigned long)size, (unsigned long)limit);
}

/* Make `value` (a slot of the stack) writable without running guest code.
   False: that threw, and `value` is what was thrown. */
bool xsnap_value_prepare(XsnapVm *vm, txSlot *value) {
  txMachine *the = vm->machine;
  bool volatile fine = false;
  mxTry(the) {
    txID form;
    convert(the, value, &form);
    check_size(vm, value);
    value->ID = form;
    fine = true;
  }
  mxCatch(the) {
    value->kind = mxException.kind;
    value->value = mxException.value;
    mxException.kind = XS_UNDEFINED_KIND;
  }
  return fine;
}

static void emit_number(XsnapVm *vm, double number) {
  if (number == floor(number) && fabs(number) <= MAX_EXACT &&
      (number != 0 || !signbit(number)))
    xsnap_put_int(vm, (int64_t)number);
  else
    xsnap_put_float(vm, number);
}

static void emit_text(XsnapVm *vm, const txSlot *value) {
  static const char *const keys[] = {"value", "json", "bigint"};
  xsnap_put_str(vm, keys[value->ID]);
  xsnap_put_text(vm, value->value.string, SIZE_MAX);
}

static void emit_scalar(XsnapVm *vm, txSlot *value) {
  XsnapData data = {NULL, 0};
  xsnap_put_str(vm, "value");
  switch (value->kind) {
  case XS_BOOLEAN_KIND:
    xsnap_put_bool(vm, value->value.boolean != 0);
    break;
  case XS_INTEGER_KIND:
    xsnap_put_int(vm, value->value.integer);
    break;
  case XS_NUMBER_KIND:
    emit_number(vm, value->value.number);
    break;
  case XS_REFERENCE_KIND:
    xsnap_value_bytes(vm->machine, value, &data);
    xsnap_put_bin(vm, data.data, data.length);
    break;
  default:
    xsnap_put_nil(vm);
  }
}

static void emit_result(XsnapVm *vm, uint32_t id, txSlot *value) {
  bool nothing =
      value->kind == XS_UNDEFINED_KIND || value->kind == XS_SYMBOL_KIND;
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, nothing ? 3 : 4);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "result");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, id);
  xsnap_put_str(vm, "meter");
  xsnap_put_uint(vm, xsnap_meter(vm));
  if (!nothing && is_string(value))
    emit_text(vm, value);
  else if (!nothing)
    emit_scalar(vm, value);
  xsnap_link_end(vm);
}

/* What xsnap_value_prepare has looked at may be a buffer that the guest has
   resized since, so its size is looked at again. */
void xsnap_value_emit(XsnapVm *vm, uint32_t id, txSlot *value) {
  if (size_of(vm->machine, value) + RESULT_OVERHEAD > vm->message_limit)
    xsnap_error_simple(vm, id, "RangeError",
                       "the result has grown over the limit of a message");
  else
    emit_result(vm, id, value);
}
