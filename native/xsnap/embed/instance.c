/* One instance as the thread that runs it sees it: what it is given, what it
   says, how it waits and ends. Its owner's side is in owner.c.

   What may be done when:

   resting ──bytes or a call──► queued ──a thread takes it──► running
      ▲                            ▲                             │
      │                            └── its slice is over ────────┤
      └────── nothing is left to do ─────────────────────────────┤
                    ended ◄── a status, a trap, killed ──────────┘  */

#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000000000

typedef void *Call(void *context, const EngoFunction *function,
                   EngoValue *values, size_t count, void **trap);
typedef void *OfPointer(void *pointer);
typedef void Delete(void *pointer);
typedef bool TrapCode(const void *trap, uint8_t *code);
typedef void *ErrorNew(const char *text);

int64_t engo_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

/* ---- telling the owner; with the lock held */

static void ring(EngoBell *bell) {
  const uint64_t one = 1;
  if (bell->descriptor < 0 || bell->rung)
    return;
  /* An eventfd that is full is rung already. */
  bell->rung =
      write(bell->descriptor, &one, sizeof one) >= 0 || errno == EAGAIN;
}

static void ring_bells(EngoInstance *instance) {
  if (instance->link)
    engo_link_tell(instance);
  if (engo_bytes_length(&instance->output) || instance->state == ENGO_ENDED)
    ring(&instance->readable);
  if (engo_bytes_length(&instance->input) <= ENGO_INPUT_LIMIT / 2)
    ring(&instance->writable);
}

void engo_instance_tell(EngoInstance *instance) {
  ring_bells(instance);
  pthread_cond_broadcast(&instance->changed);
}

/* The last that its thread does with it, which lets go of the lock first:
   whoever is woken needs it. The owner may delete it from then on, but waits
   for us. */
static void tell_and_unlock(EngoInstance *instance) {
  ring_bells(instance);
  instance->leaving++;
  pthread_mutex_unlock(&instance->lock);
  pthread_cond_broadcast(&instance->changed);
  instance->leaving--;
}

/* It is to end; it has ended once its thread has left it (`leave`). */
void engo_instance_end(EngoInstance *instance, int status) {
  if (instance->status != ENGO_ALIVE)
    return;
  instance->status = instance->killed ? ENGO_KILLED : status;
  instance->calling = false;
  engo_bytes_free(&instance->input);
}

void engo_instance_leave(EngoInstance *instance, EngoState state) {
  instance->state = instance->status == ENGO_ALIVE ? state : ENGO_ENDED;
  if (instance->doomed && instance->state == ENGO_ENDED) {
    instance->doomed = false;
    engo_pool_doom(instance->pool, -1);
  }
}

/* ---- running; with the lock held, which calling lets go of */

/* The next whole record into the in scratch; its length, 0: none is whole. */
static size_t take_written(EngoInstance *instance) {
  EngoBytes *input = &instance->input;
  uint8_t head[2];
  if (engo_bytes_length(input) < sizeof head)
    return 0;
  memcpy(head, input->data + input->start, sizeof head);
  size_t length = (size_t)head[0] << 8 | head[1];
  if (length == 0) {
    engo_instance_end(instance, 65);
    return 0;
  }
  if (engo_bytes_length(input) < sizeof head + length)
    return 0;
  engo_bytes_take(input, head, sizeof head);
  engo_bytes_take(input, instance->in, length);
  return length;
}

/* The same, and what lies in the pipe when its bytes come that way. */
static size_t take_record(EngoInstance *instance) {
  size_t length = take_written(instance);
  while (length == 0 && instance->status == ENGO_ALIVE && instance->link) {
    int more = engo_link_fill(instance);
    if (more < 0)
      engo_instance_end(instance, 0);
    if (more == 0 && engo_link_linger(instance))
      more = 1;
    if (more <= 0)
      break;
    length = take_written(instance);
  }
  return length;
}

static int status_of(EngoInstance *instance, void *error, void *trap) {
  const EngoRuntime *runtime = &instance->pool->runtime;
  uint8_t code = 0;
  int status = ENGO_ALIVE;
  if (trap) {
    status = ENGO_FAILED;
    if (((TrapCode *)runtime->trap_code)(trap, &code))
      status = ENGO_TRAPPED + code;
    ((Delete *)runtime->trap_delete)(trap);
  } else if (error) {
    status = ENGO_FAILED;
    ((Delete *)runtime->error_delete)(error);
  }
  return status;
}

/* Its result, unless it ended. */
static int32_t call(EngoInstance *instance, const EngoFunction *function,
                    int32_t argument) {
  EngoValue value = {.i64 = 0};
  void *trap = NULL; /* a trap left here would be freed twice */
  value.i32 = argument;
  instance->since = engo_now();
  pthread_mutex_unlock(&instance->lock);
  void *error = ((Call *)instance->pool->runtime.call)(
      instance->context, function, &value, 1, &trap);
  pthread_mutex_lock(&instance->lock);
  int status = status_of(instance, error, trap);
  if (status != ENGO_ALIVE)
    engo_instance_end(instance, status);
  return value.i32;
}

static void deliver(EngoInstance *instance, size_t length) {
  int32_t status = call(instance, &instance->deliver, (int32_t)length);
  if (instance->status == ENGO_ALIVE && status != 0)
    engo_instance_end(instance, status == 1 ? 0 : status);
}

/* One thing that is to be done; false: there is none. */
static bool step(EngoInstance *instance) {
  if (instance->killed)
    engo_instance_end(instance, ENGO_KILLED);
  if (instance->status != ENGO_ALIVE)
    return false;
  size_t length = take_record(instance);
  if (instance->killed) { /* meanwhile */
    engo_instance_end(instance, ENGO_KILLED);
    return false;
  }
  if (length > 0)
    deliver(instance, length);
  else if (instance->calling) {
    instance->result = call(instance, &instance->called, instance->argument);
    instance->calling = false;
  } else
    return false;
  return true;
}

void engo_instance_run(EngoInstance *instance) {
  pthread_mutex_lock(&instance->lock);
  int64_t begun = engo_now();
  bool again = false;
  if (instance->state == ENGO_QUEUED)
    instance->state = ENGO_RUNNING;
  instance->runs++;
  instance->running_on =
      pthread_getcpuclockid(pthread_self(), &instance->clock) == 0;
  while (step(instance)) {
    if (engo_bytes_length(&instance->output) >= ENGO_TELL_BYTES)
      engo_instance_tell(instance);
    if (instance->state == ENGO_RUNNING &&
        instance->since - begun > ENGO_SLICE_NS &&
        engo_pool_others_wait(instance->pool)) {
      again = true;
      break;
    }
  }
  instance->running_on = false;
  engo_instance_leave(instance, again ? ENGO_QUEUED : ENGO_RESTING);
  again &= instance->state == ENGO_QUEUED; /* it may have ended just now */
  EngoPool *pool = instance->pool;
  tell_and_unlock(instance);
  if (again)
    engo_pool_push(pool, instance);
}

/* ---- what the module imports, on the thread that runs it */

static EngoInstance *instance_of(void *data, void *caller) {
  const EngoRuntime *runtime = data;
  void *context = ((OfPointer *)runtime->caller_context)(caller);
  return ((OfPointer *)runtime->context_data)(context);
}

/* Until `ready` says so, unless it is to end; what that said. Another thread
   may take this one's place meanwhile. */
static size_t wait_until(EngoInstance *instance,
                         size_t (*ready)(EngoInstance *instance)) {
  size_t found = 0;
  bool blocked = false;
  while (!instance->killed && !instance->here &&
         instance->status == ENGO_ALIVE && !(found = ready(instance))) {
    if (!blocked)
      engo_pool_block(instance->pool, 1);
    blocked = true;
    engo_instance_tell(instance);
    pthread_cond_wait(&instance->changed, &instance->lock);
  }
  if (blocked)
    engo_pool_block(instance->pool, -1);
  return found;
}

/* The owner has read enough of it. */
static size_t has_room(EngoInstance *instance) {
  return engo_bytes_length(&instance->output) <= ENGO_OUTPUT_LIMIT;
}

void *engo_carrier_emit(void *data, void *caller, void *values, size_t count) {
  (void)count;
  EngoValue *value = values;
  EngoInstance *instance = instance_of(data, caller);
  size_t length = (uint32_t)value->i32;
  bool taken = false;
  if (length > 0 && length <= ENGO_SCRATCH) {
    const uint8_t head[2] = {(uint8_t)(length >> 8), (uint8_t)length};
    pthread_mutex_lock(&instance->lock);
    taken = !instance->killed &&
            engo_bytes_append(&instance->output, head, sizeof head) &&
            engo_bytes_append(&instance->output, instance->out, length);
    if (engo_bytes_length(&instance->output) > ENGO_OUTPUT_LIMIT)
      wait_until(instance, has_room);
    else if (engo_now() - instance->since > ENGO_PROMPT_NS)
      engo_instance_tell(instance);
    pthread_mutex_unlock(&instance->lock);
  }
  value->i64 = taken;
  return NULL;
}

void *engo_carrier_wait(void *data, void *caller, void *values, size_t count) {
  (void)count;
  EngoValue *value = values;
  EngoInstance *instance = instance_of(data, caller);
  pthread_mutex_lock(&instance->lock);
  size_t length = wait_until(instance, take_record);
  instance->since = engo_now();
  pthread_mutex_unlock(&instance->lock);
  value->i64 = (int64_t)length;
  return NULL;
}

/* The epoch has moved because someone was killed: perhaps this one. */
void *engo_carrier_epoch(void *context, void *data, uint64_t *delta,
                         uint8_t *kind) {
  EngoInstance *instance = data;
  (void)context;
  pthread_mutex_lock(&instance->lock);
  bool killed = instance->killed;
  pthread_mutex_unlock(&instance->lock);
  if (killed)
    return ((ErrorNew *)instance->pool->runtime.error_new)("killed");
  *delta = 1;
  *kind = 0; /* go on */
  return NULL;
}

/* ---- on its owner's thread, which runs it itself */

static int finish_here(EngoInstance *instance) {
  if (instance->here) {
    instance->here = false;
    engo_instance_leave(instance, ENGO_RESTING);
    engo_instance_tell(instance);
  }
  int status = instance->status;
  pthread_mutex_unlock(&instance->lock);
  return status;
}

static bool begin_here(EngoInstance *instance) {
  pthread_mutex_lock(&instance->lock);
  bool may = instance->state == ENGO_RESTING;
  if (may) {
    instance->state = ENGO_RUNNING;
    instance->here = true;
  }
  return may;
}

int engo_instance_call_here(EngoInstance *instance,
                            const EngoFunction *function, int32_t argument) {
  if (begin_here(instance))
    instance->result = call(instance, function, argument);
  return finish_here(instance);
}

int engo_instance_deliver_here(EngoInstance *instance, int32_t length) {
  if (begin_here(instance))
    deliver(instance, (size_t)length);
  return finish_here(instance);
}
