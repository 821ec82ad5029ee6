/* The host's interrupt inside the engine. The meter asks every so many
   computrons, which is enough wherever work is counted. Work that is not (a
   walk over a million properties, a collection, the parser) asks here; it must
   not charge anything, or a meter would depend on how often a heap is
   collected. */

#include "../internal.h"

/* Called where the word is set. Outside of a crank and inside the meter's own
   callback there is no jump to end at, and nothing happens. */
void engo_stop(void *machine) {
  txMachine *the = machine;
  if (!the->meterInterval)
    return;
  the->meterInterval = 0;
  vm_of(the)->reason = "interrupted";
  fxAbort(the, XS_TOO_MUCH_COMPUTATION_EXIT);
}

/* For code that has its own way to an end, as the parser, which has memory to
   free. The next count after it aborts. */
int engo_stopped(void *machine) {
  txMachine *the = machine;
  return *the->interrupt != 0 && the->meterInterval != 0;
}
