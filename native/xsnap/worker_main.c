/* The native worker: moves bytes between the link's descriptors and the
   scratches of one machine, and ends the process. The only file that may do so.
   It knows the length in front of a record and nothing of what is inside.

   Reads take as much as is there; what the machine emits is gathered and leaves
   when no further input is buffered, when much has come together, or before
   waiting. So a supervisor that keeps many messages under way costs few system
   calls. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confine.h"
#include "worker.h"
#include "xsnap.h"

#define HEAD 2 /* bytes of a record's length */
#define IN_BYTES (256 * 1024)
#define OUT_BYTES (256 * 1024)
#define OUT_FLUSH (128 * 1024) /* more than this leaves at once */

typedef struct Worker {
  XsnapPage *page;
  const void *image; /* the mapped snapshot, NULL: none or used up */
  size_t image_length;
  size_t in_at, in_end;
  size_t out_length;
  uint8_t in[IN_BYTES];
  uint8_t out[OUT_BYTES];
} Worker;

static bool wait_for(int descriptor, short events) {
  struct pollfd one = {.fd = descriptor, .events = events};
  return poll(&one, 1, -1) >= 0 || errno == EINTR;
}

static bool flush(Worker *worker) {
  size_t at = 0;
  while (at < worker->out_length) {
    ssize_t count =
        write(WORKER_LINK_OUT, worker->out + at, worker->out_length - at);
    if (count >= 0)
      at += (size_t)count;
    else if (errno == EAGAIN) {
      if (!wait_for(WORKER_LINK_OUT, POLLOUT))
        return false;
    } else if (errno != EINTR)
      return false;
  }
  worker->out_length = 0;
  return true;
}

static bool emit(void *context, XsnapVm *vm, size_t length) {
  Worker *worker = context;
  if (worker->out_length + HEAD + length > OUT_BYTES && !flush(worker))
    return false;
  uint8_t *to = worker->out + worker->out_length;
  to[0] = (uint8_t)(length >> 8);
  to[1] = (uint8_t)length;
  memcpy(to + HEAD, xsnap_vm_out(vm), length);
  worker->out_length += HEAD + length;
  return worker->out_length < OUT_FLUSH || flush(worker);
}

static void breathe(void *context) { flush(context); }

/* More bytes of the link; false at its end. */
static bool fill(Worker *worker) {
  if (worker->in_at > 0) {
    memmove(worker->in, worker->in + worker->in_at,
            worker->in_end - worker->in_at);
    worker->in_end -= worker->in_at;
    worker->in_at = 0;
  }
  for (;;) {
    ssize_t count = read(WORKER_LINK_IN, worker->in + worker->in_end,
                         IN_BYTES - worker->in_end);
    if (count > 0) {
      worker->in_end += (size_t)count;
      return true;
    }
    if (count == 0)
      return false;
    if (errno == EAGAIN) {
      if (!wait_for(WORKER_LINK_IN, POLLIN))
        return false;
    } else if (errno != EINTR)
      return false;
  }
}

/* Put the next record into the in scratch. Returns its length, 0 for an empty
   record with `*ended` false, 0 with `*ended` true at the end of the link. */
static size_t next_record(Worker *worker, XsnapVm *vm, bool *ended) {
  *ended = false;
  for (;;) {
    size_t there = worker->in_end - worker->in_at;
    const uint8_t *from = worker->in + worker->in_at;
    if (there >= HEAD) {
      size_t length = (size_t)from[0] << 8 | from[1];
      if (there >= HEAD + length) {
        memcpy(xsnap_vm_in(vm), from + HEAD, length);
        worker->in_at += HEAD + length;
        return length;
      }
    }
    if (!flush(worker) || !fill(worker)) {
      *ended = true;
      return 0;
    }
  }
}

static size_t wait_record(void *context, XsnapVm *vm) {
  bool ended;
  Worker *worker = context;
  if (!flush(worker))
    return 0;
  size_t length = next_record(worker, vm, &ended);
  if (length == 0 && !ended)
    return XSNAP_SCRATCH + 1; /* an empty record: refused by the machine */
  return length;
}

/* Map the snapshot while descriptors may still be used; pages come as XS reads.
 */
static void map_image(Worker *worker) {
  struct stat status;
  if (fstat(WORKER_SNAPSHOT, &status) != 0 || status.st_size <= 0)
    return;
  void *mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE,
                      WORKER_SNAPSHOT, 0);
  if (mapped == MAP_FAILED)
    return;
  worker->image = mapped;
  worker->image_length = (size_t)status.st_size;
}

static XsnapStatus confine(void *context, size_t heap, bool image) {
  Worker *worker = context;
  if (image)
    map_image(worker);
  close(WORKER_PAGE);
  confine_close_from(WORKER_SNAPSHOT);
  return confine_process(heap) ? XSNAP_OK : XSNAP_NO_MEMORY;
}

static const void *snapshot(void *context, size_t *length) {
  Worker *worker = context;
  *length = worker->image_length;
  return worker->image;
}

static void unmap_image(Worker *worker) {
  if (worker->image)
    munmap((void *)(uintptr_t)worker->image, worker->image_length);
  worker->image = NULL;
}

static XsnapStatus serve(Worker *worker, XsnapVm *vm) {
  XsnapStatus status = XSNAP_OK;
  while (status == XSNAP_OK) {
    bool ended;
    size_t length = next_record(worker, vm, &ended);
    if (ended)
      break;
    status = xsnap_vm_deliver(vm, length);
    if (worker->image && worker->page->state != XSNAP_STARTING)
      unmap_image(worker);
  }
  flush(worker);
  return status;
}

static XsnapPage *map_page(void) {
  void *mapped = mmap(NULL, XSNAP_PAGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_SHARED, WORKER_PAGE, 0);
  if (mapped == MAP_FAILED)
    return NULL;
  XsnapPage *page = mapped;
  return page->magic == XSNAP_PAGE_MAGIC ? page : NULL;
}

static int complain(const char *text) {
  ssize_t ignored = write(WORKER_ERRORS, text, strlen(text));
  (void)ignored;
  return XSNAP_BAD_ARGUMENT;
}

static bool open_descriptors(void) {
  for (int descriptor = WORKER_LINK_IN; descriptor <= WORKER_PAGE; descriptor++)
    if (fcntl(descriptor, F_GETFD) < 0)
      return false;
  return true;
}

int xsnap_worker_main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    printf("engo-xsnap %s %s\n", XSNAP_ENGINE, xsnap_build_id());
    return 0;
  }
  if (argc > 1)
    return complain("engo-xsnap: expected no arguments, or --version\n");
  if (!open_descriptors())
    return complain("engo-xsnap: expected descriptors 3 to 6 to be open, as "
                    "docs/frames.md says; this program is started by Engo\n");
  Worker *worker = calloc(1, sizeof *worker);
  if (!worker)
    return XSNAP_NO_MEMORY;
  worker->page = map_page();
  if (!worker->page)
    return complain("engo-xsnap: expected a page with its magic number on "
                    "descriptor 6\n");
  XsnapHost host = {worker,  emit,     wait_record, breathe,
                    confine, snapshot, worker->page};
  XsnapVm *vm = xsnap_vm_create(&host);
  if (!vm)
    return XSNAP_NO_MEMORY;
  signal(SIGPIPE, SIG_IGN);
  confine_die_with_parent();
  XsnapStatus status = serve(worker, vm);
  /* Not exit: whoever runs clean-ups in this process would break the
   * confinement. */
  _exit(status == XSNAP_EXIT ? 0 : (int)status);
}
