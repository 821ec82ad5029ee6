/* The threads that run instances. A few stay; more join while one waits for its
   host or computes for long, so that an endless loop keeps nobody waiting. */

#include "internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MONITOR_NS                                                             \
  10000000 /* a queue that stands so long gets a thread more                   \
            */
#define MOST_THREADS 512
#define SECOND 1000000000

typedef void Bump(void *engine);

static bool start_thread(EngoPool *pool, void *(*body)(void *), size_t stack) {
  pthread_attr_t attributes;
  pthread_t thread;
  sigset_t all, before;
  if (pthread_attr_init(&attributes) != 0)
    return false;
  pthread_attr_setstacksize(&attributes, stack);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  /* Signals are for the interpreter's threads, but for those of a fault. */
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);
  sigdelset(&all, SIGBUS);
  sigdelset(&all, SIGILL);
  sigdelset(&all, SIGFPE);
  sigdelset(&all, SIGTRAP);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&thread, &attributes, body, pool);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return failed == 0;
}

static EngoInstance *pop(EngoPool *pool) {
  EngoInstance *instance = pool->first;
  pool->first = instance->next;
  if (!pool->first)
    pool->last = &pool->first;
  instance->next = NULL;
  pool->taken++;
  pool->queued--;
  return instance;
}

static void *work(void *argument) {
  EngoPool *pool = argument;
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    while (!pool->first && !pool->closing &&
           pool->threads - pool->blocked <= pool->least) {
      pool->idle++;
      pthread_cond_wait(&pool->work, &pool->lock);
      pool->idle--;
    }
    if (!pool->first)
      break; /* closing, or there are more threads than are needed */
    EngoInstance *instance = pop(pool);
    pthread_mutex_unlock(&pool->lock);
    engo_instance_run(instance);
    pthread_mutex_lock(&pool->lock);
  }
  pool->threads--;
  pthread_cond_broadcast(&pool->gone);
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

/* With the lock held. */
static void add_thread(EngoPool *pool) {
  if (pool->threads >= MOST_THREADS)
    return;
  pool->threads++;
  if (!start_thread(pool, work, pool->stack))
    pool->threads--;
}

/* Every running instance looks whether it was killed. Again and again while one
   was, since its look may have come just before. */
static void bump(EngoPool *pool) {
  if (pool->doomed > 0)
    ((Bump *)pool->runtime.bump)((void *)pool->runtime.engine);
}

/* Looks whether the queue moves, and that the killed end. */
static void *monitor(void *argument) {
  EngoPool *pool = argument;
  pthread_mutex_lock(&pool->lock);
  while (!pool->closing) {
    if (!pool->first && !pool->doomed) {
      pthread_cond_wait(&pool->waited, &pool->lock);
      continue;
    }
    uint64_t taken = pool->taken;
    bump(pool);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += MONITOR_NS;
    if (until.tv_nsec >= SECOND) {
      until.tv_nsec -= SECOND;
      until.tv_sec++;
    }
    pthread_cond_timedwait(&pool->waited, &pool->lock, &until);
    if (pool->first && pool->taken == taken && !pool->closing)
      add_thread(pool);
  }
  pool->monitored = false;
  pthread_cond_broadcast(&pool->gone);
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

/* Those who linger: one of them is wanted. */
static void call_back(EngoPool *pool) {
  const uint64_t one = 1;
  if (write(pool->wake, &one, sizeof one) < 0)
    pthread_cond_signal(&pool->waited);
}

bool engo_pool_linger(EngoPool *pool) {
  pthread_mutex_lock(&pool->lock);
  bool may = !pool->first && pool->lingering < pool->least;
  pool->lingering += may;
  pthread_mutex_unlock(&pool->lock);
  return may;
}

bool engo_pool_lingered(EngoPool *pool) {
  uint64_t count;
  pthread_mutex_lock(&pool->lock);
  bool stay = !pool->first;
  if (--pool->lingering == 0) { /* nobody is left to be called */
    ssize_t ignored = read(pool->wake, &count, sizeof count);
    (void)ignored;
  }
  pthread_mutex_unlock(&pool->lock);
  return stay;
}

void engo_pool_push(EngoPool *pool, EngoInstance *instance) {
  pthread_mutex_lock(&pool->lock);
  instance->next = NULL;
  *pool->last = instance;
  pool->last = &instance->next;
  pool->queued++;
  /* A thread that was woken is idle until it runs, so it is not enough that
     there is one. */
  pthread_cond_t *wake = NULL;
  if (pool->idle >= pool->queued)
    wake = &pool->work;
  else if (pool->lingering > 0)
    call_back(pool);
  else if (pool->threads - pool->blocked < pool->least)
    add_thread(pool);
  else
    wake = &pool->waited;
  pthread_mutex_unlock(&pool->lock);
  if (wake)
    pthread_cond_signal(wake); /* who is woken needs the lock */
}

bool engo_pool_others_wait(EngoPool *pool) {
  pthread_mutex_lock(&pool->lock);
  bool wait = pool->first != NULL;
  pthread_mutex_unlock(&pool->lock);
  return wait;
}

void engo_pool_doom(EngoPool *pool, int change) {
  pthread_mutex_lock(&pool->lock);
  pool->doomed += (unsigned)change;
  bump(pool);
  if (change > 0)
    pthread_cond_signal(&pool->waited);
  pthread_mutex_unlock(&pool->lock);
}

void engo_pool_block(EngoPool *pool, int change) {
  pthread_mutex_lock(&pool->lock);
  pool->blocked += (unsigned)change;
  if (change > 0 && pool->queued > pool->idle)
    add_thread(pool);
  pthread_mutex_unlock(&pool->lock);
}

static void monotonic(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
}

EngoPool *engo_pool_create(const EngoRuntime *runtime, unsigned threads,
                           size_t stack) {
  EngoPool *pool = calloc(1, sizeof *pool);
  if (!pool)
    return NULL;
  pool->runtime = *runtime;
  pool->stack = stack;
  pool->least = threads;
  pool->last = &pool->first;
  pthread_mutex_init(&pool->lock, NULL);
  monotonic(&pool->work);
  monotonic(&pool->waited);
  monotonic(&pool->gone);
  pool->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  pool->monitored = start_thread(pool, monitor, 256 * 1024);
  if (!pool->monitored) {
    free(pool);
    return NULL;
  }
  return pool;
}

void engo_pool_delete(EngoPool *pool) {
  pthread_mutex_lock(&pool->lock);
  pool->closing = true;
  pthread_cond_broadcast(&pool->work);
  pthread_cond_broadcast(&pool->waited);
  while (pool->threads > 0 || pool->monitored)
    pthread_cond_wait(&pool->gone, &pool->lock);
  pthread_mutex_unlock(&pool->lock);
  pthread_mutex_destroy(&pool->lock);
  pthread_cond_destroy(&pool->work);
  pthread_cond_destroy(&pool->waited);
  pthread_cond_destroy(&pool->gone);
  if (pool->wake >= 0)
    close(pool->wake);
  free(pool);
}

unsigned engo_pool_threads(EngoPool *pool) {
  pthread_mutex_lock(&pool->lock);
  unsigned threads = pool->threads;
  pthread_mutex_unlock(&pool->lock);
  return threads;
}
