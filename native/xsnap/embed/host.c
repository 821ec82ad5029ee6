/* Machines whose bytes come and go by pipes: the thread that waits for all of
   them, and what the pool's threads do with one's pipes.

   A pipe is read by the thread that runs its machine, so a supervisor that
   keeps many messages under way wakes nobody. When a machine rests its pipe is
   armed: one event, which queues it. What a full pipe does not take stays in
   the machine's output until the pipe has room. */

#include "host.h"
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define READ_BYTES 65536
#define EVENTS 64
#define TICK_MS 20
#define LINGER_MS 1
#define SECOND 1000000000ll
#define CPU_AT 40 /* of the shared page: docs/frames.md */
#define CONTROL 0 /* tags of events; others are pointers to links */
#define BELL 1
#define IS_OUT 1u

struct EngoLink {
  EngoHost *host;
  EngoInstance *instance;
  uint32_t number;
  int in, out;
  uint64_t *cpu; /* another process reads it */
  /* With the instance's lock held. */
  bool armed;    /* an event will come when there is input */
  bool drained;  /* nothing was left in the pipe when it was last read */
  bool broken;   /* nobody reads what we write */
  bool asked;    /* a call of the owner's is under way */
  bool reported; /* its end is in the list */
  /* With the host's lock held. */
  bool noted;
  EngoLink *next_noted;
  /* The serving thread's own. */
  EngoLink *next, **here;
  uint64_t run;    /* that it was last seen in */
  int64_t run_cpu; /* of the thread then, nanoseconds */
};

struct EngoHost {
  int events, bell;
  EngoLink *links; /* all; the serving thread's own */
  bool busy;       /* a machine may be running */
  int64_t ticked;
  pthread_mutex_t lock; /* of everything below */
  EngoLink *noted, **last_noted;
  bool rung;
};

static bool watch(EngoHost *host, int what, int descriptor, uint32_t events,
                  uint64_t tag) {
  struct epoll_event event = {.events = events, .data = {.u64 = tag}};
  return epoll_ctl(host->events, what, descriptor, &event) == 0;
}

EngoHost *engo_host_create(int control) {
  EngoHost *host = calloc(1, sizeof *host);
  if (!host)
    return NULL;
  host->last_noted = &host->noted;
  host->events = epoll_create1(EPOLL_CLOEXEC);
  host->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  pthread_mutex_init(&host->lock, NULL);
  if (host->events >= 0 && host->bell >= 0 &&
      watch(host, EPOLL_CTL_ADD, control, EPOLLIN, CONTROL) &&
      watch(host, EPOLL_CTL_ADD, host->bell, EPOLLIN, BELL))
    return host;
  engo_host_delete(host);
  return NULL;
}

void engo_host_delete(EngoHost *host) {
  if (host->events >= 0)
    close(host->events);
  if (host->bell >= 0)
    close(host->bell);
  pthread_mutex_destroy(&host->lock);
  free(host);
}

/* ---- on any thread, with the instance's lock held */

static void note(EngoLink *link) {
  EngoHost *host = link->host;
  const uint64_t one = 1;
  pthread_mutex_lock(&host->lock);
  if (!link->noted) {
    link->noted = true;
    link->next_noted = NULL;
    *host->last_noted = link;
    host->last_noted = &link->next_noted;
    if (!host->rung)
      host->rung = write(host->bell, &one, sizeof one) > 0;
  }
  pthread_mutex_unlock(&host->lock);
}

static void flush(EngoLink *link) {
  EngoBytes *output = &link->instance->output;
  while (!link->broken && engo_bytes_length(output) > 0) {
    ssize_t count = write(link->out, output->data + output->start,
                          engo_bytes_length(output));
    if (count > 0)
      engo_bytes_take(output, NULL, (size_t)count);
    else if (count < 0 && errno == EAGAIN)
      return;
    else if (count == 0 || errno != EINTR) {
      /* Nobody hears it any more: it ends at the next step it takes. */
      link->broken = true;
      link->instance->killed = true;
    }
  }
  if (!link->broken)
    return;
  engo_bytes_free(output);
  if (engo_instance_enqueue(link->instance))
    engo_pool_push(link->instance->pool, link->instance);
}

int engo_link_fill(EngoInstance *instance) {
  EngoLink *link = instance->link;
  uint8_t bytes[READ_BYTES];
  if (link->drained)
    return 0;
  for (;;) {
    ssize_t count = read(link->in, bytes, sizeof bytes);
    if (count > 0) {
      link->drained = (size_t)count < sizeof bytes;
      return engo_bytes_append(&instance->input, bytes, (size_t)count) ? 1 : -1;
    }
    if (count == 0)
      return -1;
    if (errno == EAGAIN) {
      link->drained = true;
      return 0;
    }
    if (errno != EINTR)
      return -1;
  }
}

bool engo_link_linger(EngoInstance *instance) {
  EngoLink *link = instance->link;
  EngoPool *pool = instance->pool;
  struct pollfd both[2] = {{.fd = link->in, .events = POLLIN},
                           {.fd = pool->wake, .events = POLLIN}};
  flush(link);
  if (!link->drained)
    return true; /* the owner asked for another look */
  if (engo_bytes_length(&instance->output) > 0 || instance->calling ||
      instance->killed || !engo_pool_linger(pool))
    return false;
  pthread_mutex_unlock(&instance->lock);
  poll(both, 2, LINGER_MS);
  bool stay = engo_pool_lingered(pool);
  pthread_mutex_lock(&instance->lock);
  if (stay && both[0].revents)
    link->drained = false;
  return !link->drained;
}

static void arm(EngoLink *link) {
  if (link->drained && !link->armed && link->instance->status == ENGO_ALIVE)
    link->armed = watch(link->host, EPOLL_CTL_MOD, link->in,
                        EPOLLIN | EPOLLONESHOT, (uintptr_t)link);
}

void engo_link_tell(EngoInstance *instance) {
  EngoLink *link = instance->link;
  flush(link);
  arm(link);
  bool ended = instance->state == ENGO_ENDED;
  if (link->asked && !instance->calling &&
      (ended || instance->state == ENGO_RESTING)) {
    link->asked = false;
    note(link);
  }
  if (ended && !link->reported &&
      (instance->killed || engo_bytes_length(&instance->output) == 0)) {
    link->reported = true;
    note(link);
  }
}

/* ---- the serving thread */

/* Not merely close it: while its other holder has not, events would come. */
static void drop(EngoHost *host, int descriptor) {
  epoll_ctl(host->events, EPOLL_CTL_DEL, descriptor, NULL);
  close(descriptor);
}

int engo_host_add(EngoHost *host, EngoInstance *instance, uint32_t number,
                  int in, int out, void *page) {
  EngoLink *link = calloc(1, sizeof *link);
  if (!link ||
      !watch(host, EPOLL_CTL_ADD, in, EPOLLIN | EPOLLONESHOT,
             (uintptr_t)link) ||
      !watch(host, EPOLL_CTL_ADD, out, EPOLLOUT | EPOLLET,
             (uintptr_t)link | IS_OUT)) {
    int error = link ? errno : ENOMEM;
    free(link);
    drop(host, in);
    drop(host, out);
    return error;
  }
  *link = (EngoLink){.host = host,
                     .instance = instance,
                     .number = number,
                     .in = in,
                     .out = out,
                     .armed = true,
                     .drained = true,
                     .next = host->links,
                     .here = &host->links};
  link->cpu = (uint64_t *)(void *)((uint8_t *)page + CPU_AT);
  if (link->next)
    link->next->here = &link->next;
  host->links = link;
  pthread_mutex_lock(&instance->lock);
  instance->link = link;
  pthread_mutex_unlock(&instance->lock);
  return 0;
}

static void forget(EngoLink *link) {
  EngoHost *host = link->host;
  pthread_mutex_lock(&host->lock);
  EngoLink **at = &host->noted;
  while (*at && *at != link)
    at = &(*at)->next_noted;
  if (*at) {
    *at = link->next_noted;
    if (!*at)
      host->last_noted = at;
  }
  pthread_mutex_unlock(&host->lock);
}

void engo_host_remove(EngoHost *host, EngoInstance *instance) {
  pthread_mutex_lock(&instance->lock);
  EngoLink *link = instance->link;
  instance->link = NULL;
  pthread_mutex_unlock(&instance->lock);
  if (!link)
    return;
  forget(link);
  *link->here = link->next;
  if (link->next)
    link->next->here = link->here;
  drop(host, link->in);
  drop(host, link->out);
  free(link);
}

void engo_host_call(EngoHost *host, EngoInstance *instance,
                    const EngoFunction *function, int32_t argument) {
  pthread_mutex_lock(&instance->lock);
  instance->link->asked = true;
  instance->link->drained = false; /* what was sent before comes first */
  if (instance->status != ENGO_ALIVE)
    engo_link_tell(instance);
  pthread_mutex_unlock(&instance->lock);
  engo_instance_call(instance, function, argument);
  host->busy = true;
}

static uint32_t take_noted(EngoHost *host) {
  uint64_t count;
  uint32_t number = 0;
  pthread_mutex_lock(&host->lock);
  EngoLink *link = host->noted;
  if (link) {
    host->noted = link->next_noted;
    if (!host->noted)
      host->last_noted = &host->noted;
    link->noted = false;
    number = link->number;
  }
  if (host->rung)
    host->rung = read(host->bell, &count, sizeof count) < 0;
  pthread_mutex_unlock(&host->lock);
  return number;
}

static void poke(EngoLink *link, bool out) {
  EngoInstance *instance = link->instance;
  bool push = false;
  pthread_mutex_lock(&instance->lock);
  if (out)
    engo_link_tell(instance);
  else {
    link->armed = link->drained = false;
    push = engo_instance_enqueue(instance);
  }
  pthread_mutex_unlock(&instance->lock);
  if (push)
    engo_pool_push(instance->pool, instance);
  else
    pthread_cond_broadcast(&instance->changed); /* it may wait for this */
}

/* Add what the running machine has had since it was last looked at: a thread's
   time means nothing for a machine that another thread ran before. Whether to
   look again soon: one that is queued runs before anything else is told. */
static bool tick_link(EngoLink *link) {
  EngoInstance *instance = link->instance;
  struct timespec used;
  pthread_mutex_lock(&instance->lock);
  uint64_t run = instance->runs;
  bool running = instance->running_on && !clock_gettime(instance->clock, &used);
  bool busy = instance->state == ENGO_QUEUED || running;
  pthread_mutex_unlock(&instance->lock);
  if (!running)
    return busy;
  int64_t now = (int64_t)used.tv_sec * SECOND + used.tv_nsec;
  if (run == link->run)
    __atomic_fetch_add(link->cpu, (uint64_t)(now - link->run_cpu),
                       __ATOMIC_RELAXED);
  link->run = run;
  link->run_cpu = now;
  return busy;
}

/* Tell how much CPU time the running machines have had. */
static void tick(EngoHost *host) {
  int64_t now = engo_now();
  if (now - host->ticked < TICK_MS * 1000000ll)
    return;
  host->ticked = now;
  host->busy = false;
  for (EngoLink *link = host->links; link; link = link->next)
    host->busy |= tick_link(link);
}

/* Whether it is the control socket's. */
static bool handle(EngoHost *host, const struct epoll_event *event) {
  uintptr_t tag = (uintptr_t)event->data.u64;
  if (tag == CONTROL)
    return true;
  if (tag != BELL) {
    poke((EngoLink *)(tag & ~(uintptr_t)IS_OUT), tag & IS_OUT);
    host->busy = true;
  }
  return false;
}

uint32_t engo_host_serve(EngoHost *host) {
  struct epoll_event events[EVENTS];
  for (;;) {
    uint32_t number = take_noted(host);
    if (number)
      return number;
    int patience = host->busy ? TICK_MS : -1;
    int count = epoll_wait(host->events, events, EVENTS, patience);
    bool control = false;
    for (int i = 0; i < count; i++)
      control |= handle(host, &events[i]);
    tick(host);
    if (control)
      return take_noted(host);
  }
}
