/* Does one thing after taking the confinement of the WebAssembly host. Compiled
   and run by test_confine_host.py with native/xsnap/embed/confine_host.c. Exit
   3: it got away with it; 4: unknown attempt; 6 + errno: refused with an error.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "embed/host.h"

static int control[2], other[2], polling, memory;
static void *page;

static void *nothing(void *argument) { return argument; }

static void *forbidden(void *argument) {
  (void)argument;
  socket(AF_INET, SOCK_STREAM, 0);
  return NULL;
}

static void run(void *(*work)(void *)) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, NULL) != 0)
    _exit(7);
  pthread_join(thread, NULL);
}

static long pass(int socket) {
  char byte = 1, room[CMSG_SPACE(sizeof(int))];
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = room,
                           .msg_controllen = sizeof room};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  *head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(head), &memory, sizeof memory);
  return sendmsg(socket, &message, 0);
}

static int stale = -1;

static void *before(void *argument) { /* a thread that is there already */
  char byte;
  (void)argument;
  if (read(stale, &byte, 1) == 1)
    open("/etc/passwd", O_RDONLY), forbidden(NULL);
  return NULL;
}

static int earlier(void) {
  int ends[2];
  pthread_t thread;
  if (pipe(ends) != 0)
    _exit(7);
  stale = ends[0];
  pthread_create(&thread, NULL, before, NULL);
  if (engo_confine_host(control[0], 0) != 0)
    _exit(5);
  if (write(ends[1], "x", 1) != 1)
    _exit(7);
  pthread_join(thread, NULL);
  return 0;
}

static long allowed(void) {
  struct epoll_event event = {.events = EPOLLIN};
  char text[8];
  run(nothing);
  free(malloc((size_t)64 << 20));
  if (engo_map_page(page, memory) != 0 ||
      engo_map_page((char *)page + 8, 0) == 0)
    return -1;
  memcpy(page, "hello", 6);
  if (pread(memory, text, 6, 0) != 6 || strcmp(text, "hello") != 0)
    return -1;
  if (pass(control[0]) != 1 ||
      epoll_ctl(polling, EPOLL_CTL_ADD, other[0], &event))
    return -1;
  if (write(other[1], "x", 1) != 1 || epoll_wait(polling, &event, 1, 1000) != 1)
    return -1;
  return 0;
}

static long attempt(const char *what) {
  char *const none[] = {NULL};
  struct stat status;
  struct iovec part = {page, 16};
  if (strcmp(what, "nothing") == 0)
    return 0;
  if (strcmp(what, "work") == 0)
    return allowed();
  if (strcmp(what, "open") == 0)
    return open("/etc/passwd", O_RDONLY);
  if (strcmp(what, "create") == 0)
    return open("escape.txt", O_WRONLY | O_CREAT, 0600);
  if (strcmp(what, "stat") == 0)
    return stat("/etc/passwd", &status);
  if (strcmp(what, "prctl") == 0)
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  if (strcmp(what, "fcntl") == 0)
    return fcntl(memory, F_GETFL);
  if (strcmp(what, "ioctl") == 0)
    return ioctl(0, 0x5412, "x"); /* TIOCSTI */
  if (strcmp(what, "data limit") == 0) {
    void *much = mmap(NULL, (size_t)512 << 20, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return much == MAP_FAILED ? -1 : 0;
  }
  if (strcmp(what, "socket") == 0)
    return socket(AF_UNIX, SOCK_STREAM, 0);
  if (strcmp(what, "socket of a thread") == 0)
    return run(forbidden), 0;
  if (strcmp(what, "connect") == 0)
    return connect(control[0],
                   (struct sockaddr *)&(struct sockaddr){AF_UNIX, "x"},
                   sizeof(struct sockaddr));
  if (strcmp(what, "descriptors elsewhere") == 0)
    return pass(other[0]);
  if (strcmp(what, "execve") == 0)
    return execve("/bin/true", none, none);
  if (strcmp(what, "fork") == 0)
    return fork();
  if (strcmp(what, "vfork") == 0)
    return syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
  if (strcmp(what, "namespace") == 0)
    return syscall(SYS_clone, 0x3d0f00 | CLONE_NEWNET, 0, 0, 0, 0);
  if (strcmp(what, "unshare") == 0)
    return unshare(CLONE_NEWUSER);
  if (strcmp(what, "kill") == 0)
    return kill(getppid(), 0);
  if (strcmp(what, "tgkill") == 0)
    return syscall(SYS_tgkill, getppid(), getppid(), 0);
  if (strcmp(what, "ptrace") == 0)
    return ptrace(PTRACE_TRACEME, 0, 0, 0);
  if (strcmp(what, "other memory") == 0)
    return process_vm_readv(getppid(), &part, 1, &part, 1, 0);
  if (strcmp(what, "memfd") == 0)
    return syscall(SYS_memfd_create, "x", 0);
  if (strcmp(what, "mmap exec") == 0)
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0) == MAP_FAILED;
  if (strcmp(what, "mprotect exec") == 0)
    return mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
  if (strcmp(what, "pkey") == 0)
    return syscall(SYS_pkey_mprotect, page, 4096, PROT_EXEC, -1);
  if (strcmp(what, "setrlimit") == 0)
    return setrlimit(RLIMIT_AS, &(struct rlimit){1, 1});
  if (strcmp(what, "sigaction") == 0)
    return signal(SIGTERM, SIG_IGN) == SIG_ERR;
  if (strcmp(what, "seccomp") == 0)
    return syscall(SYS_seccomp, 1, 0, NULL);
  if (strcmp(what, "io_uring") == 0)
    return syscall(425, 1, NULL);
  if (strcmp(what, "unlink") == 0)
    return unlink("escape.txt");
  if (strcmp(what, "unknown call") == 0)
    return syscall(1000);
#ifdef __x86_64__
  if (strcmp(what, "x32 call") == 0)
    return syscall(0x40000000 | SYS_read, -1, NULL, 0);
#endif
  _exit(4);
}

int main(int argc, char **argv) {
  page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
              -1, 0);
  memory = (int)syscall(SYS_memfd_create, "page", 0);
  polling = epoll_create1(0);
  if (argc != 2 || page == MAP_FAILED || memory < 0 ||
      ftruncate(memory, 4096) != 0)
    return 4;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control) ||
      socketpair(AF_UNIX, SOCK_SEQPACKET, 0, other))
    return 4;
  run(nothing);
  if (strcmp(argv[1], "earlier thread") == 0)
    _exit(earlier() == 0 ? 3 : 5);
  if (engo_confine_host(control[0], (uint64_t)256 << 20) != 0)
    return 5;
  errno = 0;
  long result = attempt(argv[1]);
  _exit(result < 0 ? 6 + errno : 3);
}
