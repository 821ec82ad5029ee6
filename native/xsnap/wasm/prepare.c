/* Preparing a machine for an image of its memory: everything dead is cleared,
   so that the image is small and equal states have equal bytes. The format of
   images is the host's. */

#include "module.h"

static void collect(XsnapVm *vm, void *unused) {
  (void)unused;
  fxCollectGarbage(vm->machine);
}

/* Chunks of an image stay in its pages: the block that was there first, which
   in a canonical image is the only one. Until the next image of this machine.
 */
static void loosen_chunks(txMachine *the) {
  the->firmFrom = the->firmTo = NULL;
}

static void fix_chunks(txMachine *the) {
  txBlock *block = the->firstBlock;
  while (block->nextBlock)
    block = block->nextBlock;
  the->firmFrom = (txByte *)(block + 1);
  the->firmTo = block->current;
}

static void wipe_chunks(txMachine *the) {
  for (txBlock *block = the->firstBlock; block; block = block->nextBlock)
    wasm_wipe(block->current, block->limit);
}

static void drop_buffers(XsnapVm *vm) {
  xsnap_buffer_free(&vm->inbox[0]);
  xsnap_buffer_free(&vm->inbox[1]);
  xsnap_buffer_free(&vm->reply);
}

/* False: not now, or never again. */
bool wasm_vm_prepare(XsnapVm *vm, bool adopt) {
  uint64_t crank_meter = vm->page->crank_meter;
  if (!xsnap_vm_quiet(vm))
    return false;
  if (adopt)
    loosen_chunks(vm->machine);
  if (!xsnap_run(vm, collect, NULL))
    return false;
  vm->page->crank_meter = crank_meter;
  drop_buffers(vm);
  wipe_chunks(vm->machine);
  wasm_slots_hide(vm->machine);
  wasm_wipe(vm->machine->stackBottom, vm->machine->stack);
  memset(vm->in, 0, sizeof vm->in);
  memset(vm->out, 0, sizeof vm->out);
  wasm_heap_tidy();
  if (adopt) {
    fix_chunks(vm->machine);
    xsnap_vm_give_up(vm);
  }
  return true;
}
