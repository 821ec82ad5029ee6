/* What a process that hosts many WebAssembly machines gives up before it sees
   guest bytes, and how a machine's page gets into its memory. Linux only. */

#ifndef ENGO_CONFINE_HOST_H
#define ENGO_CONFINE_HOST_H

#include <stdint.h>

/* Limits, no_new_privs, Landlock, seccomp, for all threads there are and will
   be. `control` is the only descriptor on which messages with descriptors may
   be sent and received. `memory` is the most that the process may have in
   writable private memory, in bytes; 0: no limit. Call it with as few threads
   as possible and after at least one has been started and every image has been
   instantiated once. Returns 0 or an errno. */
int engo_confine_host(int control, uint64_t memory);

/* Map the 4,096 bytes of the memory file `descriptor` over the page at `at`,
   shared, instead of what lies there. Returns 0 or an errno. */
int engo_map_page(void *at, int descriptor);

#endif
