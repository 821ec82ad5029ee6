/* XSnap as a WebAssembly module: what a host calls, and the two functions that
   it gives. docs/xs-wasm-platform.md is the manual. Nothing but passing on
   belongs here.

   An instance is one machine, so its state may be at file scope: the instance
   is what is created and thrown away. */

#include "module.h"

#define EXPORT(NAME) __attribute__((export_name(NAME), used))
#define IMPORT(NAME) __attribute__((import_module("engo"), import_name(NAME)))

/* A record of `length` bytes lies in the out scratch. 0: the host is gone. */
IMPORT("emit") int engo_emit(size_t length);
/* Put a record into the in scratch; its length, or 0: the host is gone. */
IMPORT("wait") size_t engo_wait(void);

static XsnapVm *vm;
/* Alone in its part of the memory, so that a host may map one that it shares
   with others over it. */
static _Alignas(XSNAP_PAGE_BYTES) union {
  XsnapPage page;
  char whole[XSNAP_PAGE_BYTES];
} alone;
static bool inside; /* a call of `deliver` goes on */
static void *body;  /* of the snapshot, until `start` has been answered */
static size_t body_length;

static bool emit(void *context, XsnapVm *from, size_t length) {
  (void)context, (void)from;
  return engo_emit(length) != 0;
}

static size_t wait_for_record(void *context, XsnapVm *from) {
  (void)context, (void)from;
  return engo_wait();
}

static const void *snapshot(void *context, size_t *length) {
  (void)context;
  *length = body_length;
  return body;
}

static void drop_body(void) {
  free(body);
  body = NULL;
  body_length = 0;
}

/* 1: done, 0: no memory. Call it once, before all others but `build`. */
EXPORT("create") int wasm_create(void);
int wasm_create(void) {
  const XsnapHost host = {
      .emit = emit,
      .wait = wait_for_record,
      .snapshot = snapshot,
      .page = &alone.page,
  };
  alone.page.magic = XSNAP_PAGE_MAGIC;
  vm = xsnap_vm_create(&host);
  return vm != NULL;
}

/* Room for a snapshot's body, to be filled before `start`; NULL: no memory. */
EXPORT("image") void *wasm_image(size_t length);
void *wasm_image(size_t length) {
  drop_body();
  body = malloc(length);
  body_length = body ? length : 0;
  return body;
}

/* Consume the record in the in scratch; an XsnapStatus. */
EXPORT("deliver") int wasm_deliver(size_t length);
int wasm_deliver(size_t length) {
  inside = true;
  XsnapStatus status = xsnap_vm_deliver(vm, length);
  inside = false;
  if (body && alone.page.state != XSNAP_STARTING)
    drop_body();
  return (int)status;
}

/* Clear everything dead, for an image of the memory; 1: done, 0: not now.
   `adopt`: the image is one that others start from, so `start` must come next.
 */
EXPORT("prepare") int wasm_prepare(int adopt);
int wasm_prepare(int adopt) {
  if (inside || !vm)
    return 0;
  drop_body();
  return wasm_vm_prepare(vm, adopt != 0);
}

/* The slots of the machine's stack, which an image decides. */
EXPORT("stack") int wasm_stack(void);
int wasm_stack(void) { return vm ? (int)vm->stack_count : 0; }

EXPORT("in") void *wasm_in(void);
void *wasm_in(void) { return xsnap_vm_in(vm); }

EXPORT("out") const void *wasm_out(void);
const void *wasm_out(void) { return xsnap_vm_out(vm); }

EXPORT("page") void *wasm_page(void);
void *wasm_page(void) { return &alone.page; }

/* The build id, with a zero at its end. */
EXPORT("build") const char *wasm_build(void);
const char *wasm_build(void) { return xsnap_build_id(); }
