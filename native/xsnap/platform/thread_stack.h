/* How much stack the calling thread has. */

#ifndef THREAD_STACK_H
#define THREAD_STACK_H

#include <stddef.h>

/* Its lowest address, and how many bytes it may get; NULL: not known. */
char *thread_stack(size_t *size);

#endif
