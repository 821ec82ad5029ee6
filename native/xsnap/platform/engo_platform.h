/* The platform of XS in Engo: what XS may take from the machine it runs on.

   XS includes this file through XSPLATFORM, in front of everything else, and so
   does our own C. It must hold no file, socket, clock or entropy of the host:
   time and seed are data of a machine (docs/frames.md). Bodies are in
   engo_platform.c and linux.c or ../wasm/memory.c. */

#ifndef ENGO_PLATFORM_H
#define ENGO_PLATFORM_H

#undef mxLittleEndian
#define mxLittleEndian 1
#if defined(__GNUC__) && defined(__linux__)
#undef mxLinux
#define mxLinux 1
#elif defined(__wasm32__)
#undef mxWasm
#define mxWasm 1
#else
#error "expected gcc or clang on Linux, or clang for wasm32"
#endif
#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#include <arpa/inet.h>
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../engine/engine.h"
#ifdef __linux__
#include <dlfcn.h>
#include <pthread.h>
#define mxUsePOSIXThreads 1 /* else Atomics.wait returns at once */
#endif

#include "../engine/engine.h"

#define mxUseGCCAtomics 1
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultCStackLimit 0
#define mx32bitID 1
#define mxCESU8 1

/* Atomics.wait wants the first three. What is ours is behind `context`, but for
   the size of the chunk region (0: none yet), since XS forgets the context
   before it frees the memory, the word that the host sets to end a crank, which
   loops look at, whether a collection goes on, the engine's caches
   (../engine/engine.h), the region of chunks that must not be moved (NULL:
   none; repair w03_firm_chunks) and the free slots that are in no list, up to
   the limit where they are one run (repair w04_hidden_slots). */
#define mxMachinePlatform                                                      \
  void *waiterCondition;                                                       \
  void *waiterData;                                                            \
  void *waiterLink;                                                            \
  size_t chunkReserve;                                                         \
  const volatile uint32_t *interrupt;                                          \
  bool collecting;                                                             \
  EngoCaches caches;                                                           \
  signed char *firmFrom, *firmTo;                                              \
  struct sxSlot *hiddenSlots, *hiddenLimit;

/* Date: the clock is a field of the machine that runs on this thread, and local
   time is UTC (no zone file, no static buffer). */
typedef struct timeval c_timeval;
#define c_timezone timezone
#define c_gettimeofday(VALUE, ZONE) engo_platform_now(VALUE)
#define c_localtime(TIME) engo_platform_break_time(TIME, &(struct tm){0})
#define c_mktime(TM) engo_platform_make_time(TM)

/* Math.random: a generator of the machine, seeded by `start`. `the` is in scope
   where XS says c_rand(). */
#define c_rand() engo_platform_random(the)
#define C_RAND_MAX 0xffffffffu

char *fxCStackLimit(void); /* XS declares it without a prototype */
int engo_platform_now(struct timeval *value);
struct tm *engo_platform_break_time(const time_t *seconds, struct tm *result);
time_t engo_platform_make_time(const struct tm *value);
uint32_t engo_platform_random(void *machine);
/* How much a heap grows: repair v01_heap_growth. */
int32_t engo_platform_slots_to_add(void *machine);
int32_t engo_platform_chunk_room(void *machine, int32_t size);
/* There is no free slot in the list: whether there are some now. Repair
   w04_hidden_slots. */
int32_t engo_platform_show_slots(void *machine);
/* These slots are new: whether the platform keeps them for show_slots. */
int32_t engo_platform_hide_slots(void *machine, void *from, void *to);

#endif
