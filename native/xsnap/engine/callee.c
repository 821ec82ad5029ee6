/* Names the callee of a call that failed: `call foo: no function`. Runs only
   when an error is thrown, so nothing is noted while code runs: the calling
   function's byte code is read from its start to the call. Other errors of the
   interpreter do not belong here. */

#include "callee.h"

#include <stdbool.h>
#include <string.h>

#define DEPTH 32 /* of calls inside the arguments of calls */

static bool begins_call(txU1 byte) {
  return byte == XS_CODE_CALL || byte == XS_CODE_NEW || byte == XS_CODE_SUPER;
}

static bool runs_call(txU1 byte) {
  return (byte >= XS_CODE_RUN && byte <= XS_CODE_RUN_TAIL_4) ||
         byte == XS_CODE_EVAL || byte == XS_CODE_EVAL_TAIL;
}

static txID id_at(const txByte *code) {
  txID id;
  memcpy(&id, code, sizeof id);
  return id;
}

static const txByte *after(const txByte *code) {
  txS1 size = gxCodeSizes[(txU1)*code];
  txU2 length2;
  txS4 length4;
  switch (size) {
  case 0:
    return code + 1 + sizeof(txID);
  case -1:
    return code + 2 + (txU1)code[1];
  case -2:
    memcpy(&length2, code + 1, sizeof length2);
    return code + 1 + sizeof length2 + length2;
  case -4:
    memcpy(&length4, code + 1, sizeof length4);
    return code + 1 + sizeof length4 + length4;
  default:
    return code + size;
  }
}

/* The instruction that pushed the callee of the call that ends before `end`;
   NULL when it cannot be told. */
static const txByte *callee_code(const txByte *code, const txByte *end) {
  const txByte *callees[DEPTH];
  const txByte *before = NULL;
  int depth = 0;
  while (code < end) {
    const txByte *next = after(code);
    txU1 byte = (txU1)*code;
    if (begins_call(byte)) {
      if (depth == DEPTH)
        return NULL;
      callees[depth++] = before;
    } else if (runs_call(byte)) {
      if (depth == 0)
        return NULL;
      depth--;
      if (next == end)
        return callees[depth];
    }
    if (byte != XS_CODE_LINE)
      before = code;
    code = next;
  }
  return NULL;
}

static txID name_read_by(const txByte *code, const txSlot *environment) {
  txU2 index;
  switch ((txU1)*code) {
  case XS_CODE_GET_PROPERTY:
  case XS_CODE_GET_SUPER:
  case XS_CODE_GET_VARIABLE:
  case XS_CODE_GET_THIS_VARIABLE:
    return id_at(code + 1);
  case XS_CODE_GET_LOCAL_1:
  case XS_CODE_GET_CLOSURE_1:
    return (environment - (txU1)code[1])->ID;
  case XS_CODE_GET_LOCAL_2:
  case XS_CODE_GET_CLOSURE_2:
    memcpy(&index, code + 1, sizeof index);
    return (environment - index)->ID;
  default:
    return XS_NO_ID;
  }
}

static txID callee_name(txMachine *the, const txSlot *environment) {
  const txSlot *function = mxFunction;
  if (!the->code || function->kind != XS_REFERENCE_KIND)
    return XS_NO_ID;
  const txSlot *slot = function->value.reference->next;
  if (!slot ||
      (slot->kind != XS_CODE_KIND && slot->kind != XS_CODE_X_KIND)) /* script */
    return XS_NO_ID;
  const txByte *start = slot->value.code.address;
  const txByte *end = (const txByte *)the->code;
  if (end <= start) /* never: a frame runs its own function's code */
    return XS_NO_ID;
  const txByte *code = callee_code(start, end);
  return code ? name_read_by(code, environment) : XS_NO_ID;
}

void engo_throw_no_function(txMachine *the, const txSlot *environment,
                            int constructing) {
  txID id = callee_name(the, environment);
  if (id == XS_NO_ID)
    fxThrowMessage(the, NULL, 0, XS_TYPE_ERROR,
                   constructing ? "no constructor" : "no function");
  fxIDToString(the, id, the->nameBuffer, sizeof the->nameBuffer);
  fxThrowMessage(the, NULL, 0, XS_TYPE_ERROR,
                 constructing ? "new %s: no constructor"
                              : "call %s: no function",
                 the->nameBuffer);
}
