/* What the files of the carrier know of one another. */

#ifndef ENGO_CARRIER_INTERNAL_H
#define ENGO_CARRIER_INTERNAL_H

#include "carrier.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define ENGO_SCRATCH 65535
#define ENGO_INPUT_LIMIT (1024 * 1024) /* bytes taken and not delivered yet */
#define ENGO_OUTPUT_LIMIT (4 * 1024 * 1024) /* an instance waits above this */
#define ENGO_SLICE_NS 5000000  /* it runs so long while others wait */
#define ENGO_PROMPT_NS 2000000 /* after so long each record is told of */
#define ENGO_TELL_BYTES 32768  /* so many bytes are told of at once */

/* Bytes that are appended to and taken from the front. */
typedef struct EngoBytes {
  uint8_t *data;
  size_t start, end, capacity;
} EngoBytes;

typedef enum EngoState {
  ENGO_RESTING,
  ENGO_QUEUED,
  ENGO_RUNNING,
  ENGO_ENDED,
} EngoState;

/* Pipes that an instance's bytes come and go by; host.c. */
typedef struct EngoLink EngoLink;

/* An eventfd of the owner's. */
typedef struct EngoBell {
  int descriptor; /* -1: none */
  bool rung;      /* and not been answered */
} EngoBell;

struct EngoInstance {
  EngoPool *pool;
  void *context; /* of its store */
  EngoFunction deliver;
  uint8_t *in;
  const uint8_t *out;

  pthread_mutex_t lock;   /* of everything below */
  pthread_cond_t changed; /* any of it */
  EngoBytes input, output;
  EngoState state;
  bool killed;
  bool doomed; /* killed while it ran, and has not ended */
  bool here;   /* it runs on its owner's thread, who cannot read meanwhile */
  int status;  /* ENGO_ALIVE until it has ended */
  EngoFunction called;
  bool calling; /* `called` is to be called */
  int32_t argument, result;
  EngoBell readable, writable;
  EngoLink *link;  /* NULL: the owner writes and reads the bytes itself */
  bool running_on; /* `clock` is of the thread that runs it */
  clockid_t clock;
  uint64_t runs;       /* how often a thread has begun to run it */
  int64_t since;       /* when the crank began, nanoseconds */
  EngoInstance *next;  /* in the pool's queue */
  _Atomic int leaving; /* threads that still tell the owner, without the lock */
};

struct EngoPool {
  EngoRuntime runtime;
  size_t stack;
  unsigned least; /* threads that stay */

  pthread_mutex_t lock;  /* of everything below */
  pthread_cond_t work;   /* the queue has grown, or it is closing */
  pthread_cond_t waited; /* for the monitor: nobody is idle */
  pthread_cond_t gone;   /* a thread has ended */
  EngoInstance *first, **last;
  unsigned threads, idle, blocked, queued;
  unsigned lingering; /* threads that stay with a machine that rests */
  int wake;           /* an eventfd that they look at */
  unsigned doomed;    /* instances that were killed and run on */
  uint64_t taken;     /* instances taken off the queue so far */
  bool closing, monitored;
};

/* instance.c */
void engo_instance_run(EngoInstance *instance);
int64_t engo_now(void);
/* The rest with the lock held. Tell the owner what there is. */
void engo_instance_tell(EngoInstance *instance);
/* It is to end; it has ended once its thread has left it. */
void engo_instance_end(EngoInstance *instance, int status);
/* Its thread leaves it in this state, if it has not ended. */
void engo_instance_leave(EngoInstance *instance, EngoState state);

/* owner.c; something is to be done; with the lock held. True: the caller is to
   push it, best after letting go of the lock, or whoever is woken waits for
   it. A queued instance is not deleted. */
bool engo_instance_enqueue(EngoInstance *instance);

/* host.c, with the instance's lock held */
/* Read more input: 1: there is some, 0: none now, -1: the pipe has ended. */
int engo_link_fill(EngoInstance *instance);
/* Stay a moment, letting go of the lock: whoever got an answer asks again.
   True: look whether something has come. */
bool engo_link_linger(EngoInstance *instance);
/* Write what the pipe takes, wait for what comes, tell of an end. */
void engo_link_tell(EngoInstance *instance);

/* pool.c */
void engo_pool_push(EngoPool *pool, EngoInstance *instance);
bool engo_pool_others_wait(EngoPool *pool);
/* The calling thread may stay with its machine while `pool->wake` is silent. */
bool engo_pool_linger(EngoPool *pool);
/* It does not any more; false: it is wanted elsewhere. */
bool engo_pool_lingered(EngoPool *pool);
/* So many instances more, or fewer, were killed and run on. */
void engo_pool_doom(EngoPool *pool, int change);
/* The calling thread waits for the host: another one may take its place. */
void engo_pool_block(EngoPool *pool, int change);

/* bytes.c */
bool engo_bytes_append(EngoBytes *bytes, const void *data, size_t length);
/* `into` NULL: they are dropped. */
size_t engo_bytes_take(EngoBytes *bytes, void *into, size_t size);
void engo_bytes_free(EngoBytes *bytes);
static inline size_t engo_bytes_length(const EngoBytes *bytes) {
  return bytes->end - bytes->start;
}

#endif
