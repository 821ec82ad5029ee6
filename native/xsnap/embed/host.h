/* A process that hosts machines for a supervisor: each one's bytes come and go
   by two pipes, one thread waits for all of them, and the pool's threads read
   and write. Linux only. */

#ifndef ENGO_HOST_H
#define ENGO_HOST_H

#include "carrier.h"

#include "host.cdef.h"

#endif
