/* The confinement of a native worker (docs/threat-model.md), in the order in
   which it is taken: descriptors, limits, no_new_privs, Landlock where the
   kernel has it, seccomp. After confine_process the process can compute, read,
   write and end.

   The allow list is what the engine and libc need: memory without PROT_EXEC,
   the link, waiting, time for libc's own use, chance for malloc, the return of
   a signal. Everything else kills the process. An address sanitizer needs more,
   so its build leaves the filter out (XSNAP_NO_SECCOMP). */

#define _GNU_SOURCE
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/thread_stack.h"
#include "worker.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "expected x86_64 or aarch64: add the audit architecture of this one"
#endif

/* Address space beside the heap: the parser's trees and libc, which no heap
   limit counts, and messages in flight. */
#define MARGIN ((size_t)192 << 20)

void confine_close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
    return;
#endif
  long last = sysconf(_SC_OPEN_MAX);
  for (int descriptor = first; descriptor < (last > 0 ? last : 1024);
       descriptor++)
    close(descriptor);
}

/* The thread that spawned us has ended. The process may live on, so ask the
   link: when nobody reads it any more the supervisor is gone. */
static void on_parent_signal(int number) {
  struct pollfd link = {.fd = WORKER_LINK_OUT, .events = 0};
  (void)number;
  if (poll(&link, 1, 0) == 1 && (link.revents & (POLLERR | POLLHUP)))
    _exit(0);
}

void confine_die_with_parent(void) {
  struct sigaction action;
  sigset_t number;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_parent_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, NULL);
  sigemptyset(&number);
  sigaddset(&number, SIGUSR1);
  sigprocmask(SIG_UNBLOCK, &number, NULL);
  prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
  on_parent_signal(SIGUSR1); /* it may have gone before we asked */
}

static size_t address_space(void) {
  char text[64] = "";
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0)
    return 0;
  return (size_t)strtoul(text, NULL, 10) * (size_t)getpagesize();
}

/* Make the main thread's stack region as long as it may get, so that growing it
   later cannot fail under RLIMIT_AS. One page is touched. */
static void reach_stack(void) {
  size_t size;
  char *bottom = thread_stack(&size);
  if (bottom && size >= ((size_t)1 << 20) && size <= ((size_t)64 << 20)) {
    volatile char *page = bottom + (64 << 10);
    *page = *page;
  }
}

bool confine_limit(int resource, uint64_t most) {
  struct rlimit old;
  rlim_t value = (rlim_t)most;
  if (getrlimit((__rlimit_resource_t)resource, &old) != 0)
    return false;
  if (value > old.rlim_max)
    value = old.rlim_max;
  struct rlimit limits = {value, value};
  return setrlimit((__rlimit_resource_t)resource, &limits) == 0;
}

static bool limit_process(size_t heap) {
#ifndef XSNAP_NO_SECCOMP /* a sanitizer's shadow is far larger than any limit  \
                          */
  reach_stack();
  size_t used = address_space();
  if (used > 0 && !confine_limit(RLIMIT_AS, used + 2 * heap + MARGIN))
    return false;
#else
  (void)heap, (void)reach_stack, (void)address_space;
#endif
  return confine_limit(RLIMIT_CORE, 0) && confine_limit(RLIMIT_NPROC, 0) &&
         confine_limit(RLIMIT_NOFILE, WORKER_DESCRIPTORS) &&
         confine_limit(RLIMIT_MEMLOCK, 0);
}

/* Landlock, by number: a ruleset that handles every right of the file system
   and of TCP and grants none. Best effort, since seccomp allows no such call
   anyway. */
#define LANDLOCK_CREATE 444
#define LANDLOCK_RESTRICT 446

void confine_landlock(void) {
  /* Rights known to each version of the interface, as bits of the file system.
   */
  static const unsigned char bits[] = {13, 14, 15, 15, 16};
  struct {
    uint64_t files, net;
  } rights = {0, 0};
  long version = syscall(LANDLOCK_CREATE, NULL, (size_t)0, 1u);
  if (version < 1)
    return;
  size_t known = sizeof bits / sizeof bits[0];
  size_t index = (size_t)version < known ? (size_t)version - 1 : known - 1;
  rights.files = ((uint64_t)1 << bits[index]) - 1;
  rights.net = version >= 4 ? 3 : 0;
  size_t size = version >= 4 ? sizeof rights : sizeof rights.files;
  long ruleset = syscall(LANDLOCK_CREATE, &rights, size, 0u);
  if (ruleset < 0)
    return;
  syscall(LANDLOCK_RESTRICT, (int)ruleset, 0u);
  close((int)ruleset);
}

#ifndef XSNAP_NO_SECCOMP

#define LOAD(FIELD)                                                            \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, FIELD))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
/* Allow this call. */
#define CALL(NUMBER)                                                           \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##NUMBER, 0, 1), ALLOW
/* Go on to the next three when it is this call: allow it without PROT_EXEC. */
#define CALL_NO_EXEC(NUMBER)                                                   \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##NUMBER, 0, 4), LOAD(args[2]),      \
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1), KILL, ALLOW

static bool filter_calls(void) {
  struct sock_filter filter[] = {
      LOAD(arch),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
      KILL,
      LOAD(nr),
      CALL(read),
      CALL(write),
#ifdef SYS_poll
      CALL(poll),
#endif
      CALL(ppoll),
      CALL(brk),
      CALL(munmap),
      CALL(mremap),
      CALL(madvise),
      CALL(clock_gettime),
      CALL(getrandom),
      CALL(restart_syscall),
      CALL(rt_sigreturn),
      CALL(exit_group),
      CALL_NO_EXEC(mmap),
      CALL_NO_EXEC(mprotect),
      KILL,
  };
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

#else

static bool filter_calls(void) { return true; }

#endif

bool confine_process(size_t heap) {
  if (!limit_process(heap) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return false;
  confine_landlock();
  return filter_calls();
}
