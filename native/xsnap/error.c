/* A thrown value as text: name, message, stack, file, line, and what was thrown
   when it was no Error. The bootstrap's engoOnError does it when present;
   without it, or when it throws, C reads the properties. Getters are guest code
   and may throw or loop: all of this runs inside the crank, under its meter. */

#include "internal.h"

#define MAX_PART 262144 /* bytes of one text of an error */

static void set_text(txMachine *the, txSlot *part, const char *text) {
  fxCopyStringC(the, part, (txString)(uintptr_t)text);
}

static void call_hook(XsnapVm *vm, txSlot *error, txSlot *parts) {
  txMachine *the = vm->machine;
  mxCall();
  push_slot(the, error);
  mxRunCount(1);
  for (txIndex i = 0; i < XSNAP_PARTS; i++) {
    mxDub();
    mxGetIndex(i);
    if (i == PART_LINE)
      fxToInteger(the, the->stack);
    else if (i != PART_THROWN || the->stack->kind != XS_UNDEFINED_KIND)
      fxToString(the, the->stack);
    mxPullSlot(&parts[i]);
  }
  mxPop();
}

static bool is_error(const txSlot *error) {
  if (error->kind != XS_REFERENCE_KIND)
    return false;
  const txSlot *first = error->value.reference->next;
  return first && (first->flag & XS_INTERNAL_FLAG) &&
         first->kind == XS_ERROR_KIND;
}

static void get_text(txMachine *the, txSlot *error, txID name, txSlot *part) {
  push_slot(the, error);
  mxGetID(name);
  if (the->stack->kind == XS_UNDEFINED_KIND)
    mxPop();
  else {
    fxToString(the, the->stack);
    mxPullSlot(part);
  }
}

/* ` at f (file:line)`: of the first line that has a file. */
static void find_position(txMachine *the, txSlot *parts) {
  const char *stack = parts[PART_STACK].value.string;
  const char *open = strstr(stack, "\n at");
  open = open ? strchr(open, '(') : NULL;
  const char *close = open ? strchr(open, ')') : NULL;
  const char *colon = close;
  while (colon && colon > open && *colon != ':')
    colon--;
  if (!colon || colon == open)
    return;
  size_t length = (size_t)(colon - open - 1);
  parts[PART_LINE].kind = XS_INTEGER_KIND;
  parts[PART_LINE].value.integer = (txInteger)strtol(colon + 1, NULL, 10);
  size_t offset = (size_t)(open + 1 - stack);
  fxStringBuffer(the, &parts[PART_FILE], NULL, (txSize)length);
  memcpy(parts[PART_FILE].value.string, parts[PART_STACK].value.string + offset,
         length);
}

static void read_error(txMachine *the, txSlot *error, txSlot *parts) {
  get_text(the, error, mxID(_name), &parts[PART_NAME]);
  get_text(the, error, mxID(_message), &parts[PART_MESSAGE]);
  get_text(the, error, mxID(_stack), &parts[PART_STACK]);
  find_position(the, parts);
}

static void read_other(txMachine *the, txSlot *thrown, txSlot *parts) {
  set_text(the, &parts[PART_NAME], "Uncaught");
  mxPush(mxJSONObject);
  mxDub();
  mxGetID(mxID(_stringify));
  mxCall();
  push_slot(the, thrown);
  mxRunCount(1);
  if (the->stack->kind == XS_STRING_KIND ||
      the->stack->kind == XS_STRING_X_KIND) {
    parts[PART_THROWN].kind = parts[PART_MESSAGE].kind = the->stack->kind;
    parts[PART_THROWN].value = parts[PART_MESSAGE].value = the->stack->value;
  }
  mxPop();
}

static void describe(XsnapVm *vm, txSlot *error, txSlot *parts) {
  txMachine *the = vm->machine;
  mxPush(mxGlobal);
  mxDub();
  mxGetID(vm->names[NAME_ON_ERROR]);
  if (fxIsCallable(the, the->stack)) {
    call_hook(vm, error, parts);
    return;
  }
  mxPop();
  mxPop();
  if (is_error(error))
    read_error(the, error, parts);
  else
    read_other(the, error, parts);
}

static void set_defaults(txMachine *the, txSlot *parts) {
  set_text(the, &parts[PART_NAME], "Error");
  set_text(the, &parts[PART_MESSAGE], "");
  set_text(the, &parts[PART_STACK], "");
  set_text(the, &parts[PART_FILE], "");
  parts[PART_LINE].kind = XS_INTEGER_KIND;
  parts[PART_LINE].value.integer = 0;
  parts[PART_THROWN].kind = XS_UNDEFINED_KIND;
}

/* Push XSNAP_PARTS slots: parts[i] is the->stack[i]. Never throws. */
void xsnap_error_describe(XsnapVm *vm, txSlot *error) {
  txMachine *the = vm->machine;
  for (int i = 0; i < XSNAP_PARTS; i++)
    mxPushUndefined();
  txSlot *parts = the->stack;
  set_defaults(the, parts);
  mxTry(the) { describe(vm, error, parts); }
  mxCatch(the) {
    mxException.kind = XS_UNDEFINED_KIND;
    set_defaults(the, parts);
    set_text(the, &parts[PART_MESSAGE],
             "an error that cannot be described: its properties throw");
  }
}

static void put_parts(XsnapVm *vm, txSlot *parts) {
  static const char *const keys[] = {"name", "message", "stack", "file"};
  for (int i = PART_NAME; i <= PART_FILE; i++) {
    xsnap_put_str(vm, keys[i]);
    xsnap_put_text(vm, parts[i].value.string, MAX_PART);
  }
  txInteger line = parts[PART_LINE].value.integer;
  xsnap_put_str(vm, "line");
  xsnap_put_int(vm, line > 0 ? line : 0);
}

static size_t part_size(const txSlot *part) {
  size_t size = xsnap_text_measure(part->value.string);
  return size < MAX_PART ? size : MAX_PART;
}

/* A message holds at least one record, so the texts of an error may have to go.
 */
static void fit(XsnapVm *vm, txSlot *parts) {
  txMachine *the = vm->machine;
  size_t total = 256;
  for (int i = PART_NAME; i <= PART_FILE; i++)
    total += part_size(&parts[i]);
  if (parts[PART_THROWN].kind != XS_UNDEFINED_KIND) {
    total += part_size(&parts[PART_THROWN]);
    if (xsnap_text_measure(parts[PART_THROWN].value.string) > MAX_PART)
      parts[PART_THROWN].kind = XS_UNDEFINED_KIND; /* half a JSON is none */
  }
  if (total <= vm->message_limit)
    return;
  parts[PART_THROWN].kind = XS_UNDEFINED_KIND;
  set_text(the, &parts[PART_STACK], "");
  set_text(the, &parts[PART_FILE], "");
  if (part_size(&parts[PART_NAME]) > 1024)
    set_text(the, &parts[PART_NAME], "Error");
  if (part_size(&parts[PART_MESSAGE]) > XSNAP_SCRATCH / 2)
    set_text(the, &parts[PART_MESSAGE], "the error's message is too long");
}

void xsnap_error_emit(XsnapVm *vm, uint32_t id, txSlot *parts) {
  fit(vm, parts);
  bool thrown = parts[PART_THROWN].kind != XS_UNDEFINED_KIND;
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, thrown ? 9 : 8);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "error");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, id);
  xsnap_put_str(vm, "meter");
  xsnap_put_uint(vm, xsnap_meter(vm));
  put_parts(vm, parts);
  if (thrown) {
    xsnap_put_str(vm, "thrown");
    xsnap_put_text(vm, parts[PART_THROWN].value.string, MAX_PART);
  }
  xsnap_link_end(vm);
}

void xsnap_rejection_emit(XsnapVm *vm, txSlot *parts) {
  fit(vm, parts);
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 6);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "rejection");
  put_parts(vm, parts);
  xsnap_link_end(vm);
}

/* An error of ours, without a guest's value behind it. */
void xsnap_error_simple(XsnapVm *vm, uint32_t id, const char *name,
                        const char *message) {
  static const char *const empty[] = {"stack", "file"};
  xsnap_link_begin(vm, CHANNEL_CONTROL);
  xsnap_put_map(vm, 8);
  xsnap_put_str(vm, "op");
  xsnap_put_str(vm, "error");
  xsnap_put_str(vm, "id");
  xsnap_put_uint(vm, id);
  xsnap_put_str(vm, "meter");
  xsnap_put_uint(vm, 0);
  xsnap_put_str(vm, "name");
  xsnap_put_str(vm, name);
  xsnap_put_str(vm, "message");
  xsnap_put_str(vm, message);
  for (int i = 0; i < 2; i++) {
    xsnap_put_str(vm, empty[i]);
    xsnap_put_str(vm, "");
  }
  xsnap_put_str(vm, "line");
  xsnap_put_uint(vm, 0);
  xsnap_link_end(vm);
}
