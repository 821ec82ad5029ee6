/* What repair d02_no_function calls. */

#ifndef ENGO_CALLEE_H
#define ENGO_CALLEE_H

#include <xsAll.h>

/* Throw the TypeError of a call of what is no function, with the callee's name.
   `environment` is where the calling function's variables lie. */
void engo_throw_no_function(txMachine *the, const txSlot *environment,
                            int constructing);

#endif
