/* The confinement of the WebAssembly host: a Python process with threads that
   runs machine code which has already been mapped (docs/threat-model.md). It is
   wider than a native worker's, since an interpreter and a runtime live in it,
   and closes the same doors: no file is opened, no socket made, no process
   started or touched, nothing becomes executable.

   Three answers. What is on the list is allowed. What the interpreter and libc
   merely try (looking a file up for a traceback, naming a thread, the newer way
   to start one) is refused with an error they can live with. Everything else
   kills the process, and with it all its machines. */

#define _GNU_SOURCE
#include "host.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"
#include "xsnap.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "expected x86_64 or aarch64: add the audit architecture of this one"
#endif

/* The largest memory file that can be written: a machine's whole memory. */
#define LARGEST_FILE ((uint64_t)4 << 30)

/* What glibc and musl give a new thread, without the flag that means nothing.
 */
#define THREAD_FLAGS                                                           \
  (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |          \
   CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define THREAD_FLAGS_IGNORED 0x00400000u /* CLONE_DETACHED */

#define LOAD(FIELD)                                                            \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, FIELD))
#define UNLESS(VALUE, SKIP)                                                    \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(VALUE), 0, SKIP)
#define ANSWER(VALUE) BPF_STMT(BPF_RET | BPF_K, (VALUE))
#define ALLOW ANSWER(SECCOMP_RET_ALLOW)
#define KILL ANSWER(SECCOMP_RET_KILL_PROCESS)
#define CALL(NUMBER) UNLESS(SYS_##NUMBER, 1), ALLOW
#define REFUSE(NUMBER, ERROR)                                                  \
  UNLESS(SYS_##NUMBER, 1), ANSWER(SECCOMP_RET_ERRNO | (ERROR))
/* Allowed without PROT_EXEC. */
#define CALL_NO_EXEC(NUMBER)                                                   \
  UNLESS(SYS_##NUMBER, 4), LOAD(args[2]),                                      \
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1), KILL, ALLOW
/* Allowed when the first argument is this. */
#define CALL_ON(NUMBER, FIRST)                                                 \
  UNLESS(SYS_##NUMBER, 4), LOAD(args[0]), UNLESS(FIRST, 1), ALLOW, KILL

static bool limit_host(uint64_t memory) {
  return (memory == 0 || confine_limit(RLIMIT_DATA, memory)) &&
         confine_limit(RLIMIT_CORE, 0) && confine_limit(RLIMIT_MEMLOCK, 0) &&
         confine_limit(RLIMIT_FSIZE, LARGEST_FILE);
}

static long filter_host(unsigned control, unsigned self) {
  struct sock_filter filter[] = {
      LOAD(arch),
      UNLESS(ARCHITECTURE, 1),
      BPF_STMT(BPF_JMP | BPF_JA, 1),
      KILL,
      LOAD(nr),
      /* The links, the state of a suspended machine. */
      CALL(read),
      CALL(write),
      CALL(readv),
      CALL(writev),
      CALL(pread64),
      CALL(pwrite64),
      CALL(close),
      /* Threads wait for each other, and for the links. */
      CALL(futex),
#ifdef SYS_poll
      CALL(poll),
#endif
      CALL(ppoll),
#ifdef SYS_epoll_wait
      CALL(epoll_wait),
#endif
      CALL(epoll_pwait),
      CALL(epoll_ctl),
      CALL_ON(recvmsg, control),
      CALL_ON(sendmsg, control),
      CALL(clock_gettime),
      CALL(clock_nanosleep),
      CALL(nanosleep),
      CALL(sched_yield),
      CALL(restart_syscall),
      /* Memory. */
      CALL_NO_EXEC(mmap),
      CALL_NO_EXEC(mprotect),
      CALL(munmap),
      CALL(mremap),
      CALL(madvise),
      CALL(brk),
      /* A thread begins and ends; traps come as signals of our own. */
      UNLESS(SYS_clone, 5),
      LOAD(args[0]),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~THREAD_FLAGS_IGNORED),
      UNLESS(THREAD_FLAGS, 1),
      ALLOW,
      KILL,
      REFUSE(clone3, ENOSYS),
      CALL(set_robust_list),
#ifdef SYS_rseq
      CALL(rseq),
#endif
      CALL(sigaltstack),
      CALL(rt_sigprocmask),
      CALL(rt_sigreturn),
      CALL(sched_getaffinity),
      CALL(gettid),
      CALL(getpid),
      CALL_ON(tgkill, self),
      CALL(exit),
      CALL(exit_group),
      CALL(getrandom),
  /* Tried for comfort only. */
#ifdef SYS_open
      REFUSE(open, EACCES),
#endif
      REFUSE(openat, EACCES),
#ifdef SYS_stat
      REFUSE(stat, EACCES),
      REFUSE(lstat, EACCES),
      REFUSE(access, EACCES),
      REFUSE(readlink, EACCES),
#endif
      REFUSE(newfstatat, EACCES),
      REFUSE(statx, EACCES),
      REFUSE(faccessat, EACCES),
      REFUSE(readlinkat, EACCES),
      REFUSE(getcwd, EACCES),
      REFUSE(fstat, EACCES),
      REFUSE(lseek, ESPIPE),
      REFUSE(ioctl, ENOTTY),
      REFUSE(fcntl, EACCES),
      REFUSE(prctl, EINVAL),
      KILL,
  };
  struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                 SECCOMP_FILTER_FLAG_TSYNC, &program);
}

int engo_confine_host(int control, uint64_t memory) {
  if (control < 0)
    return EBADF;
  if (!limit_host(memory) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return EPERM;
  confine_landlock();
  long refused = filter_host((unsigned)control, (unsigned)getpid());
  if (refused < 0)
    return errno;
  return refused == 0 ? 0 : ESRCH; /* a thread that could not follow */
}

int engo_map_page(void *at, int descriptor) {
  if ((uintptr_t)at % XSNAP_PAGE_BYTES != 0)
    return EINVAL;
  void *mapped = mmap(at, XSNAP_PAGE_BYTES, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_FIXED, descriptor, 0);
  return mapped == MAP_FAILED ? errno : 0;
}
