/* Collections at every allocation, or at every Nth: only in the stress flavour,
   whose linker lets the two functions below stand before the engine's
   (native/xs/flavours.py). Nothing of a shell belongs here. */

#include "stress.h"
#include "internal.h"

#ifdef mxStress

extern int gxStress; /* of xsMemory.c: 1 collects always, -N once, N later */

static int after_each; /* what gxStress is set to again */

txMachine *__real_fxCreateMachine(txCreation *, txString, void *, txID);
txMachine *__wrap_fxCreateMachine(txCreation *, txString, void *, txID);
void __real_engo_before_collect(void *machine);
void __wrap_engo_before_collect(void *machine);

/* A small heap: each collection walks and poisons the free slots too. */
txMachine *__wrap_fxCreateMachine(txCreation *creation, txString name,
                                  void *context, txID profile) {
  creation->initialHeapCount = 2048;
  creation->incrementalHeapCount = 2048;
  return __real_fxCreateMachine(creation, name, context, profile);
}

void __wrap_engo_before_collect(void *machine) {
  gxStress = after_each;
  __real_engo_before_collect(machine);
}

/* Making a machine takes gxStress back, so this comes after. */
void shell_stress(int every) {
  after_each = every == 1 ? 1 : -every;
  gxStress = after_each;
}

#endif
