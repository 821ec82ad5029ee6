/* XSnap: one XS machine behind a link of records. This header is the manual.

   A machine (XsnapVm) has two scratch areas of 65,535 bytes. The host writes
   one record of the worker link (docs/frames.md, without the length) into the
   in scratch and calls xsnap_vm_deliver; fragments, decoding, the crank and its
   answers all happen inside. What the machine has to say comes out as records
   in the out scratch, one call of `emit` each. When guest code calls the host
   synchronously, `wait` must put a further record into the in scratch. That is
   all: no pointer of the machine crosses this border, so the same header serves
   a native child, a shared library and a WebAssembly module.

   Ownership. The caller owns the XsnapHost it passes (copied) and the memory
   that `context` and `page` point to; both must outlive the machine. The
   machine owns its scratches. Nothing is allocated for the caller.

   Threads. Many machines per process; each is used by one thread at a time and
   may move between threads between calls. The stack limit of the calling thread
   is looked up once per thread; threads that run machines should have 8 MiB of
   stack.

   Limits are those of the `start` message. After any status but XSNAP_OK the
   machine is dead: delete it. Nothing here exits, prints or reads a clock. */

#ifndef XSNAP_H
#define XSNAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XSNAP_PROTOCOL_VERSION 1
#define XSNAP_ENGINE                                                           \
  "xs-13.3 engo-1"                 /* as `ready.engine`; names the format      \
                                    */
#define XSNAP_SIGNATURE "engo-1"   /* of snapshots: our name hash, our table */
#define XSNAP_SCRATCH 65535        /* bytes of a scratch, longest record in  */
#define XSNAP_MAX_EMIT 65519       /* longest record out: 16 bytes for a tag */
#define XSNAP_MAX_MESSAGE 16777216 /* bytes of a message, both ways */
#define XSNAP_MAX_CONSOLE 65000    /* bytes of a console text                */
#define XSNAP_MAX_DEPTH 4          /* nesting of a control message           */
#define XSNAP_MAX_DEFERRED 65536   /* messages kept while the guest waits    */
#define XSNAP_MAX_DEFERRED_BYTES 67108864
#define XSNAP_MIN_HEAP 4194304    /* bytes: what a machine needs to exist   */
#define XSNAP_MAX_HEAP 2130706432 /* bytes: XS sizes are 31 bits            */
#define XSNAP_MIN_STACK 1024      /* slots of 32 bytes                      */
#define XSNAP_MAX_STACK 1048576
#define XSNAP_METER_INTERVAL 1000 /* computrons between looks at the page */
#define XSNAP_BREATHE 1000        /* intervals between calls of `breathe` */

typedef struct XsnapVm XsnapVm;

/* The value is the worker's exit status. */
typedef enum XsnapStatus {
  XSNAP_OK = 0,
  XSNAP_EXIT = 1, /* `exit` came, or the host is gone: exit status 0     */
  XSNAP_BAD_ARGUMENT = 64,
  XSNAP_PROTOCOL = 65, /* the host broke the protocol; `fatal` was emitted    */
  XSNAP_SNAPSHOT = 66, /* the snapshot was refused; `fatal` was emitted       */
  XSNAP_ABORTED = 70,  /* the machine ended; `abort` was emitted              */
  XSNAP_NO_MEMORY = 71, /* the host has no memory for a machine */
} XsnapStatus;

/* The shared page (docs/frames.md). The host writes the two flags, the machine
   the rest. It is hostile to nobody: both sides only read what they did not
   write. */
typedef struct XsnapPage {
  uint32_t magic;                /* XSNAP_PAGE_MAGIC                          */
  volatile uint32_t interrupt;   /* host: 1 ends the running crank            */
  volatile uint32_t debug;       /* host: 1 a debugger wants to be served     */
  volatile uint32_t state;       /* XsnapState                                */
  volatile uint64_t cranks;      /* begun                                     */
  volatile uint64_t crank_meter; /* computrons of the running crank           */
  volatile uint64_t total_meter; /* computrons of all finished cranks         */
} XsnapPage;

#define XSNAP_PAGE_MAGIC 0x4f474e45u
#define XSNAP_PAGE_BYTES 4096

typedef enum XsnapState {
  XSNAP_STARTING = 0,
  XSNAP_IDLE = 1,
  XSNAP_RUNNING = 2,
  XSNAP_WAITING = 3,
  XSNAP_PAUSED = 4,
} XsnapState;

typedef struct XsnapHost {
  void *context; /* handed back to every callback */

  /* `length` bytes of a record lie in the out scratch; take them before
     returning. False: the host is gone, and the machine ends at its next safe
     point. */
  bool (*emit)(void *context, XsnapVm *vm, size_t length);

  /* Block until a record lies in the in scratch and return its length; 0: the
     host is gone. Everything emitted before must have reached the host by then.
   */
  size_t (*wait)(void *context, XsnapVm *vm);

  /* A crank goes on: let out what was emitted so far. Called now and then while
     guest code runs, so that its console is seen. May be NULL. */
  void (*breathe)(void *context);

  /* `start` has come with this heap limit: confine the process now. Called
     before the first byte of a snapshot is read. May be NULL. */
  XsnapStatus (*confine)(void *context, size_t heap, bool image);

  /* The snapshot's body, `*length` bytes that stay readable until `start` is
     answered. NULL, or a NULL result, when there is none. */
  const void *(*snapshot)(void *context, size_t *length);

  /* The shared page, or NULL. */
  XsnapPage *page;
} XsnapHost;

/* NULL: no memory. The machine proper is made when `start` is delivered. */
XsnapVm *xsnap_vm_create(const XsnapHost *host);
/* NULL is allowed. */
void xsnap_vm_delete(XsnapVm *vm);

uint8_t *xsnap_vm_in(XsnapVm *vm);
const uint8_t *xsnap_vm_out(XsnapVm *vm);

/* Consume one record of `length` bytes lying in the in scratch. */
XsnapStatus xsnap_vm_deliver(XsnapVm *vm, size_t length);

/* Names this build: of our C, of XS and its repairs. Static text. */
const char *xsnap_build_id(void);

/* The worker's main: serves descriptors 3 to 7 (docs/frames.md), ends the
   process and so never returns when it got that far. */
int xsnap_worker_main(int argc, char **argv);

#endif
