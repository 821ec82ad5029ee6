/* What a worker process gives up before it sees guest bytes. Linux only; the
   other platforms get a file of their own beside confine.c. */

#ifndef XSNAP_CONFINE_H
#define XSNAP_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Close every descriptor from `first` up. */
void confine_close_from(int first);

/* End with the supervisor: when nobody reads the link any more. */
void confine_die_with_parent(void);

/* Limits, no_new_privs, Landlock, seccomp. `heap` is the machine's limit in
   bytes. False when the kernel refused what must not be missing. */
bool confine_process(size_t heap);

/* Parts of it, for embed/confine_host.c too. */

/* Lower a resource's limit, hard and soft; never raises one. */
bool confine_limit(int resource, uint64_t most);

/* No file and no TCP any more for the calling thread and those it starts; best
   effort, since a filter of system calls has to follow. */
void confine_landlock(void);

#endif
