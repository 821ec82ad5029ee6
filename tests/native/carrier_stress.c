/* The carrier and the host under load, without a runtime: machines are
   functions here that echo, ask, spin and flood. Built with a sanitizer and run
   by test_carrier.py. Argument: seconds. Exit 0: every answer was right and
   nothing was left. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "embed/carrier.h"
#include "embed/host.h"

#define CLIENTS 8
#define CHECK(THAT)                                                            \
  do {                                                                         \
    if (!(THAT)) {                                                             \
      fprintf(stderr, "line %d: expected " #THAT "\n", __LINE__);              \
      _exit(1);                                                                \
    }                                                                          \
  } while (0)

/* ---- a machine that is none */

typedef struct Machine {
  EngoInstance *instance;
  uint8_t in[65536], out[65536], page[4096];
  int link_in, link_out; /* the host's ends, until it has them */
  uint32_t number;
  _Atomic int ended;    /* 1: it was reported, and is gone */
  _Atomic int prepared; /* how often a call was reported */
} Machine;

static EngoRuntime runtime;
static _Atomic long epoch;

static void *caller_context(void *caller) { return caller; }
static void *context_data(void *context) {
  return ((Machine *)context)->instance;
}
static void *error_new(const char *text) { return strdup(text); }
static void bump(void *engine) { (*(_Atomic long *)engine)++; }

static bool emit(Machine *machine, size_t length) {
  EngoValue value = {.i32 = (int32_t)length};
  engo_carrier_emit(&runtime, machine, &value, 1);
  return value.i32 != 0;
}

static void *spin(Machine *machine) {
  for (long seen = epoch;;) {
    uint64_t delta;
    uint8_t kind;
    if (epoch == seen)
      continue;
    seen = epoch;
    void *error = engo_carrier_epoch(machine, machine->instance, &delta, &kind);
    if (error)
      return error;
  }
}

static int32_t flood(Machine *machine) {
  for (int i = 0; i < 300; i++)
    if (!emit(machine, 60000))
      return 1;
  return 0;
}

static int32_t ask(Machine *machine) {
  EngoValue value = {.i32 = 0};
  memset(machine->out, 'q', 3);
  if (!emit(machine, 3))
    return 1;
  engo_carrier_wait(&runtime, machine, &value, 0);
  if (value.i32 == 0)
    return 1;
  memcpy(machine->out, machine->in, (size_t)value.i32);
  return emit(machine, (size_t)value.i32) ? 0 : 1;
}

/* What wasmtime_func_call_unchecked is: place 1 delivers, 2 prepares. */
static void *call(Machine *machine, const EngoFunction *function,
                  EngoValue *values, size_t count, void **trap) {
  size_t length = (size_t)values->i32;
  (void)count, (void)trap;
  values->i32 = 0;
  if (function->place == 2) {
    values->i32 = 1;
    return NULL;
  }
  if (machine->in[0] == 's')
    return spin(machine);
  if (machine->in[0] == 'x')
    values->i32 = 1;
  else if (machine->in[0] == 'f')
    values->i32 = flood(machine);
  else if (machine->in[0] == 'q')
    values->i32 = ask(machine);
  else {
    memcpy(machine->out, machine->in, length);
    values->i32 = emit(machine, length) ? 0 : 1;
  }
  return NULL;
}

/* ---- the serving thread, and what clients ask of it */

enum { OPEN, KILL, PREPARE, STOP };
typedef struct Order {
  int what;
  Machine *machine;
} Order;

static EngoPool *pool;
static EngoHost *host;
static int control[2];
static Machine *machines[1 << 20];

static void send_order(int what, Machine *machine) {
  Order order = {what, machine};
  CHECK(write(control[1], &order, sizeof order) == sizeof order);
}

static void open_machine(Machine *machine) {
  const EngoFunction deliver = {0, 1};
  machine->instance = engo_instance_create(pool);
  CHECK(machine->instance);
  engo_instance_bind(machine->instance, machine, &deliver, machine->in,
                     machine->out);
  machines[machine->number] = machine;
  CHECK(engo_host_add(host, machine->instance, machine->number,
                      machine->link_in, machine->link_out, machine->page) == 0);
}

static void end_machine(Machine *machine) {
  engo_host_remove(host, machine->instance);
  engo_instance_delete(machine->instance);
  machines[machine->number] = NULL;
  machine->ended = 1;
}

static bool obey(void) {
  const EngoFunction prepare = {0, 2};
  Order order;
  CHECK(read(control[0], &order, sizeof order) == sizeof order);
  if (order.what == STOP)
    return false;
  if (order.what == OPEN)
    open_machine(order.machine);
  else if (order.machine->ended) {
    /* Its end came before the order. */
  } else if (order.what == KILL)
    engo_instance_kill(order.machine->instance);
  else
    engo_host_call(host, order.machine->instance, &prepare, 0);
  return true;
}

static void *serve(void *argument) {
  for (;;) {
    uint32_t number = engo_host_serve(host);
    Machine *machine = machines[number];
    if (number == 0) {
      if (!obey())
        return argument;
    } else if (machine) {
      if (engo_instance_status(machine->instance) == ENGO_ALIVE) {
        CHECK(engo_instance_result(machine->instance) == 1);
        machine->prepared++;
      } else if (engo_instance_resting(machine->instance))
        end_machine(machine);
    }
  }
}

/* ---- clients */

typedef struct Client {
  Machine *machine;
  int write, read;
  unsigned seed;
} Client;

static _Atomic uint32_t last;
static _Atomic bool over;
static _Atomic long done;

static void open_client(Client *client) {
  int in[2], out[2];
  CHECK(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
  fcntl(in[0], F_SETFL, O_NONBLOCK);
  fcntl(out[1], F_SETFL, O_NONBLOCK);
  Machine *machine = client->machine = calloc(1, sizeof *machine);
  machine->number = ++last;
  CHECK(machine->number < sizeof machines / sizeof machines[0]);
  machine->link_in = in[0];
  machine->link_out = out[1];
  client->write = in[1];
  client->read = out[0];
  send_order(OPEN, machine);
}

static void put(Client *client, char what, size_t length) {
  static const char zeroes[65536];
  uint8_t head[3] = {(uint8_t)(length >> 8), (uint8_t)length, (uint8_t)what};
  ssize_t count = write(client->write, head, 3);
  size_t at = 1;
  while (count > 0 && at < length) {
    count = write(client->write, zeroes, length - at);
    at += count > 0 ? (size_t)count : 0;
  }
}

/* The first byte of the next record, 0: the link has ended. */
static int take(Client *client, size_t *length) {
  uint8_t head[2], body[65536];
  size_t at = 0, wanted = 2;
  uint8_t *to = head;
  for (int part = 0; part < 2; part++) {
    while (at < wanted) {
      ssize_t count = read(client->read, to + at, wanted - at);
      if (count <= 0)
        return 0;
      at += (size_t)count;
    }
    wanted = *length = (size_t)head[0] << 8 | head[1];
    to = body;
    if (part == 0)
      at = 0;
  }
  return body[0];
}

static void talk(Client *client, int rounds) {
  size_t length;
  while (rounds-- > 0 && !over) {
    size_t size = 1 + (unsigned)rand_r(&client->seed) % 60000;
    int kind = rand_r(&client->seed) % 4;
    if (kind == 0) {
      put(client, 'q', 1);
      CHECK(take(client, &length) == 'q' && length == 3);
      put(client, 'a', size);
      CHECK(take(client, &length) == 'a' && length == size);
    } else if (kind == 1) {
      for (int i = 0; i < 20; i++)
        put(client, 'e', 100);
      for (int i = 0; i < 20; i++)
        CHECK(take(client, &length) == 'e' && length == 100);
    } else {
      put(client, 'e', size);
      CHECK(take(client, &length) == 'e' && length == size);
    }
  }
}

static void wait_until(_Atomic int *what, int value) {
  for (int i = 0; *what != value; i++) {
    CHECK(i < 60000);
    usleep(500);
  }
}

static void finish(Client *client, int how) {
  size_t length;
  if (how == 0)
    put(client, 'x', 1);
  else if (how == 1)
    close(client->write);
  else if (how == 2) {
    put(client, 's', 1);
    send_order(KILL, client->machine);
  } else if (how == 3) { /* it waits for room in its pipe */
    put(client, 'f', 1);
    usleep(500);
    send_order(KILL, client->machine);
  } else if (how == 4) { /* nobody reads what it says */
    put(client, 'f', 1);
    close(client->read);
  } else
    send_order(KILL, client->machine);
  while (how != 4 && take(client, &length))
    ;
  wait_until(&client->machine->ended, 1);
  if (how != 1)
    close(client->write);
  if (how != 4)
    close(client->read);
}

static void *run(void *argument) {
  Client client = {.seed = (unsigned)(uintptr_t)argument};
  while (!over) {
    open_client(&client);
    talk(&client, rand_r(&client.seed) % 30);
    if (rand_r(&client.seed) % 3 == 0) {
      send_order(PREPARE, client.machine);
      wait_until(&client.machine->prepared, 1);
      talk(&client, 3);
    }
    finish(&client, rand_r(&client.seed) % 6);
    free(client.machine);
    done++;
  }
  return NULL;
}

/* A machine that computes after all have rested: nothing wakes the serving
   thread then but its own look at the time. */
static void time_is_told(void) {
  Client client = {.seed = 1};
  size_t length;
  open_client(&client);
  const uint64_t *cpu = (const void *)(client.machine->page + 40);
  put(&client, 'e', 1);
  CHECK(take(&client, &length) == 'e');
  usleep(60000);
  put(&client, 's', 1);
  for (int i = 0; __atomic_load_n(cpu, __ATOMIC_RELAXED) == 0; i++) {
    CHECK(i < 10000);
    usleep(1000);
  }
  finish(&client, 5);
  free(client.machine);
}

/* ---- the same machines in process: their owner reads and writes */

static bool write_all(EngoInstance *instance, char what, size_t length) {
  static const uint8_t zeroes[65536];
  uint8_t head[3] = {(uint8_t)(length >> 8), (uint8_t)length, (uint8_t)what};
  CHECK(engo_instance_write(instance, head, 3) == 3);
  for (size_t at = 1; at < length;) {
    size_t count = engo_instance_write(instance, zeroes, length - at);
    if (count == 0)
      engo_instance_wait(instance, 1000, 1, 0);
    at += count;
  }
  return engo_instance_status(instance) == ENGO_ALIVE;
}

static void read_all(EngoInstance *instance, size_t length) {
  static _Thread_local uint8_t room[65536];
  for (size_t at = 0; at < length + 2;) {
    size_t count =
        engo_instance_read_wait(instance, room, length + 2 - at, 1000);
    at += count;
  }
}

static void talk_here(EngoInstance *instance, unsigned *seed) {
  size_t size = 1 + (unsigned)rand_r(seed) % 60000;
  if (rand_r(seed) % 2) {
    CHECK(write_all(instance, 'e', size));
    read_all(instance, size);
  } else {
    CHECK(write_all(instance, 'q', 1));
    read_all(instance, 3);
    CHECK(write_all(instance, 'a', size));
    read_all(instance, size);
  }
}

static void end_here(EngoInstance *instance, unsigned *seed) {
  const EngoFunction prepare = {0, 2};
  int how = rand_r(seed) % 4;
  if (how == 0)
    write_all(instance, 's', 1);
  else if (how == 1)
    write_all(instance, 'f', 1);
  else if (how == 2) {
    engo_instance_call(instance, &prepare, 0);
    while (!(engo_instance_wait(instance, 100, 0, 1) & 4))
      ;
    CHECK(engo_instance_result(instance) == 1);
  }
  if (rand_r(seed) % 2)
    usleep(1000);
  engo_instance_kill(instance);
  while (!(engo_instance_wait(instance, 100, 0, 1) & 4))
    ;
  CHECK(engo_instance_status(instance) == ENGO_KILLED);
}

static void *run_here(void *argument) {
  const EngoFunction deliver = {0, 1};
  unsigned seed = (unsigned)(uintptr_t)argument;
  while (!over) {
    Machine *machine = calloc(1, sizeof *machine);
    machine->instance = engo_instance_create(pool);
    CHECK(machine->instance);
    engo_instance_bind(machine->instance, machine, &deliver, machine->in,
                       machine->out);
    for (int rounds = rand_r(&seed) % 20; rounds > 0 && !over; rounds--)
      talk_here(machine->instance, &seed);
    end_here(machine->instance, &seed);
    engo_instance_delete(machine->instance);
    free(machine);
    done++;
  }
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t server, clients[CLIENTS];
  int seconds = argc > 1 ? atoi(argv[1]) : 2;
  signal(SIGPIPE, SIG_IGN);
  runtime = (EngoRuntime){
      (uintptr_t)call,      (uintptr_t)caller_context, (uintptr_t)context_data,
      (uintptr_t)error_new, (uintptr_t)free,           (uintptr_t)free,
      (uintptr_t)call,      (uintptr_t)bump,           (uintptr_t)&epoch};
  CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control) == 0);
  pool = engo_pool_create(&runtime, 3, 4 << 20);
  host = engo_host_create(control[0]);
  CHECK(pool && host);
  pthread_create(&server, NULL, serve, NULL);
  time_is_told();
  for (uintptr_t i = 0; i < CLIENTS; i++)
    pthread_create(&clients[i], NULL, i % 2 ? run : run_here, (void *)(i + 1));
  sleep((unsigned)seconds);
  over = true;
  for (int i = 0; i < CLIENTS; i++)
    pthread_join(clients[i], NULL);
  send_order(STOP, NULL);
  pthread_join(server, NULL);
  engo_host_delete(host);
  engo_pool_delete(pool);
  printf("%ld machines\n", (long)done);
  return done > CLIENTS ? 0 : 1;
}
