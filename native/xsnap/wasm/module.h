/* What the files of the WebAssembly module know of one another, beyond
   ../internal.h. The host's side is exports.c. */

#ifndef XSNAP_WASM_MODULE_H
#define XSNAP_WASM_MODULE_H

#include "../internal.h"

/* heap.c */
void wasm_wipe(void *from, void *to);
void wasm_heap_tidy(void);

/* slots.c */
void wasm_slots_hide(txMachine *the);

/* prepare.c */
bool wasm_vm_prepare(XsnapVm *vm, bool adopt);

#endif
