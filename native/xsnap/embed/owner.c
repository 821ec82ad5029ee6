/* The owner's side of an instance: made, bound, given bytes and read, waited
   for, killed, deleted. Nothing here runs one; that is instance.c. */

#include "internal.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#define SECOND 1000000000

EngoInstance *engo_instance_create(EngoPool *pool) {
  EngoInstance *instance = calloc(1, sizeof *instance);
  pthread_condattr_t attributes;
  if (!instance)
    return NULL;
  instance->pool = pool;
  instance->status = ENGO_ALIVE;
  instance->readable.descriptor = instance->writable.descriptor = -1;
  pthread_mutex_init(&instance->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&instance->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  return instance;
}

void engo_instance_bind(EngoInstance *instance, void *context,
                        const EngoFunction *deliver, uint8_t *in,
                        const uint8_t *out) {
  instance->context = context;
  instance->deliver = *deliver;
  instance->in = in;
  instance->out = out;
}

void engo_instance_delete(EngoInstance *instance) {
  while (instance->leaving)
    sched_yield();
  engo_bytes_free(&instance->input);
  engo_bytes_free(&instance->output);
  pthread_mutex_destroy(&instance->lock);
  pthread_cond_destroy(&instance->changed);
  free(instance);
}

static void answer(EngoBell *bell) {
  uint64_t count;
  if (!bell->rung)
    return;
  bell->rung =
      read(bell->descriptor, &count, sizeof count) < 0 && errno != EAGAIN;
}

/* ---- bytes */

bool engo_instance_enqueue(EngoInstance *instance) {
  if (instance->state != ENGO_RESTING)
    return false;
  instance->state = ENGO_QUEUED;
  return true;
}

size_t engo_instance_write(EngoInstance *instance, const void *data,
                           size_t length) {
  pthread_mutex_lock(&instance->lock);
  size_t held = engo_bytes_length(&instance->input);
  size_t room = held < ENGO_INPUT_LIMIT ? ENGO_INPUT_LIMIT - held : 0;
  bool push = false;
  if (length > room)
    length = room;
  if (instance->status != ENGO_ALIVE) {
    /* Nobody will read it. */
  } else if (!length || !engo_bytes_append(&instance->input, data, length)) {
    length = 0;
    answer(&instance->writable);
  } else {
    push = engo_instance_enqueue(instance);
  }
  pthread_mutex_unlock(&instance->lock);
  if (push)
    engo_pool_push(instance->pool, instance);
  else
    pthread_cond_broadcast(&instance->changed); /* it may wait for this */
  return length;
}

static size_t take_output(EngoInstance *instance, void *into, size_t size) {
  size_t taken = engo_bytes_take(&instance->output, into, size);
  if (!engo_bytes_length(&instance->output) && instance->state != ENGO_ENDED)
    answer(&instance->readable);
  if (taken && instance->state == ENGO_RUNNING)
    pthread_cond_broadcast(&instance->changed); /* it may wait for room */
  return taken;
}

size_t engo_instance_read(EngoInstance *instance, void *into, size_t size) {
  pthread_mutex_lock(&instance->lock);
  size_t taken = take_output(instance, into, size);
  pthread_mutex_unlock(&instance->lock);
  return taken;
}

static int seen(const EngoInstance *instance, int writing, int resting) {
  bool ended = instance->state == ENGO_ENDED;
  if (resting)
    return ended || instance->state == ENGO_RESTING ? 4 : 0;
  int seen = engo_bytes_length(&instance->output) || ended ? 1 : 0;
  if (writing && engo_bytes_length(&instance->input) < ENGO_INPUT_LIMIT)
    seen |= 2;
  return seen;
}

/* With the lock held. */
static int wait_until(EngoInstance *instance, unsigned milliseconds,
                      int writing, int resting) {
  struct timespec until;
  int found;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += milliseconds / 1000;
  until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
  if (until.tv_nsec >= SECOND) {
    until.tv_nsec -= SECOND;
    until.tv_sec++;
  }
  while (!(found = seen(instance, writing, resting)))
    if (pthread_cond_timedwait(&instance->changed, &instance->lock, &until) ==
        ETIMEDOUT)
      return seen(instance, writing, resting);
  return found;
}

int engo_instance_wait(EngoInstance *instance, unsigned milliseconds,
                       int writing, int resting) {
  pthread_mutex_lock(&instance->lock);
  int found = wait_until(instance, milliseconds, writing, resting);
  pthread_mutex_unlock(&instance->lock);
  return found;
}

size_t engo_instance_read_wait(EngoInstance *instance, void *into, size_t size,
                               unsigned milliseconds) {
  pthread_mutex_lock(&instance->lock);
  wait_until(instance, milliseconds, 0, 0);
  size_t taken = take_output(instance, into, size);
  pthread_mutex_unlock(&instance->lock);
  return taken;
}

void engo_instance_listen(EngoInstance *instance, int readable, int writable) {
  pthread_mutex_lock(&instance->lock);
  instance->readable = (EngoBell){readable, false};
  instance->writable = (EngoBell){writable, false};
  engo_instance_tell(instance);
  pthread_mutex_unlock(&instance->lock);
}

/* ---- how it is, and its end */

int engo_instance_status(EngoInstance *instance) {
  pthread_mutex_lock(&instance->lock);
  int status = instance->status;
  pthread_mutex_unlock(&instance->lock);
  return status;
}

int engo_instance_resting(EngoInstance *instance) {
  pthread_mutex_lock(&instance->lock);
  bool resting =
      instance->state == ENGO_RESTING || instance->state == ENGO_ENDED;
  pthread_mutex_unlock(&instance->lock);
  return resting;
}

double engo_instance_cpu(EngoInstance *instance) {
  struct timespec used = {0, 0};
  pthread_mutex_lock(&instance->lock);
  if (instance->running_on)
    clock_gettime(instance->clock, &used);
  pthread_mutex_unlock(&instance->lock);
  return (double)used.tv_sec + (double)used.tv_nsec / SECOND;
}

void engo_instance_kill(EngoInstance *instance) {
  pthread_mutex_lock(&instance->lock);
  instance->killed = true;
  if (instance->state == ENGO_RESTING) {
    engo_instance_end(instance, ENGO_KILLED);
    engo_instance_leave(instance, ENGO_RESTING);
    engo_instance_tell(instance);
  } else if (instance->state != ENGO_ENDED && !instance->doomed) {
    instance->doomed = true;
    engo_pool_doom(instance->pool, 1);
  }
  pthread_cond_broadcast(&instance->changed);
  pthread_mutex_unlock(&instance->lock);
}

void engo_instance_call(EngoInstance *instance, const EngoFunction *function,
                        int32_t argument) {
  bool push = false;
  pthread_mutex_lock(&instance->lock);
  if (instance->status == ENGO_ALIVE) {
    instance->called = *function;
    instance->argument = argument;
    instance->calling = true;
    push = engo_instance_enqueue(instance);
  }
  pthread_mutex_unlock(&instance->lock);
  if (push)
    engo_pool_push(instance->pool, instance);
}

int32_t engo_instance_result(EngoInstance *instance) {
  pthread_mutex_lock(&instance->lock);
  int32_t result = instance->result;
  pthread_mutex_unlock(&instance->lock);
  return result;
}
