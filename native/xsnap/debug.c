/* The debugger's place: the hooks that XS calls under mxDebug.

   The worker keeps its debug descriptor and the page its debug flag, so
   attaching later needs no change of the link; until then nobody is ever
   connected, and a machine must not touch the descriptor. fxIsReadable runs
   once per line of guest code, so it may look at memory only. */

#include "internal.h"

void fxConnect(txMachine *the) { (void)the; }

void fxDisconnect(txMachine *the) { (void)the; }

txBoolean fxIsConnected(txMachine *the) {
  (void)the;
  return 0;
}

txBoolean fxIsReadable(txMachine *the) {
  (void)the;
  return 0;
}

void fxReceive(txMachine *the) { (void)the; }

void fxSend(txMachine *the, txBoolean more) { (void)the, (void)more; }
