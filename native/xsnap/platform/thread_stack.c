/* Where a thread's stack ends. Looking it up reads a file of the kernel on the
   main thread (reference xs-native 3.2), so it is done once per thread. */

#define _GNU_SOURCE /* pthread_getattr_np */
#include "thread_stack.h"

#include <pthread.h>

static __thread char *lowest; /* NULL: not yet looked up */
static __thread size_t bytes;

char *thread_stack(size_t *size) {
  if (!lowest) {
    pthread_attr_t attributes;
    void *bottom = NULL;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &bottom, &bytes);
      pthread_attr_destroy(&attributes);
    }
    lowest = bottom;
  }
  *size = bytes;
  return lowest;
}
