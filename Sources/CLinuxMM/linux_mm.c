// The only place with _GNU_SOURCE: in an imported header it fights Swift's Glibc module.
#define _GNU_SOURCE
#include "linux_mm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434  // 5.3
#endif

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447  // 5.14
#endif

// ---- userfaultfd
int lmm_userfaultfd(int flags) { return (int)syscall(SYS_userfaultfd, flags); }
int lmm_ioctl(int fd, uint64_t request, void *argument) { return ioctl(fd, request, argument); }
int lmm_ioctl_value(int fd, uint64_t request, uint64_t value) { return ioctl(fd, request, value); }

// ---- mappings
int lmm_memfd_create(const char *name, uint32_t flags) { return memfd_create(name, flags); }

uint64_t lmm_mmap(uint64_t address, uint64_t length, int protection, int flags, int fd,
                  uint64_t offset) {
  return (uint64_t)mmap((void *)address, length, protection, flags, fd, (off_t)offset);
}

uint64_t lmm_mremap(uint64_t old, uint64_t old_length, uint64_t length, int flags,
                    uint64_t address) {
  return (uint64_t)mremap((void *)old, old_length, length, flags, (void *)address);
}

int lmm_munmap(uint64_t address, uint64_t length) { return munmap((void *)address, length); }

int lmm_mlock(uint64_t address, uint64_t length) { return mlock((void *)address, length); }

int lmm_munlock(uint64_t address, uint64_t length) { return munlock((void *)address, length); }

uint64_t lmm_shm_attach(uint64_t length) {
  int segment = shmget(IPC_PRIVATE, length, IPC_CREAT | 0600);
  if (segment < 0) return UINT64_MAX;
  uint64_t address = (uint64_t)shmat(segment, NULL, 0);
  int error = errno;
  shmctl(segment, IPC_RMID, NULL);
  errno = error;
  return address;
}

int lmm_memfd_secret(void) { return (int)syscall(SYS_memfd_secret, 0x80000); }

int lmm_mprotect(uint64_t address, uint64_t length, int protection) {
  return mprotect((void *)address, length, protection);
}

int lmm_madvise(uint64_t address, uint64_t length, int advice) {
  return madvise((void *)address, length, advice);
}

int lmm_mincore(uint64_t address, uint64_t length, uint8_t *vector) {
  return mincore((void *)address, length, vector);
}

int lmm_extents(int fd, uint64_t offset, struct lmm_extent *extents, uint32_t count) {
  size_t size = sizeof(struct fiemap) + count * sizeof(struct fiemap_extent);
  struct fiemap *map = calloc(1, size);
  if (!map) return -1;
  map->fm_start = offset;
  map->fm_length = FIEMAP_MAX_OFFSET;
  map->fm_flags = FIEMAP_FLAG_SYNC;
  map->fm_extent_count = count;
  int result = ioctl(fd, FS_IOC_FIEMAP, map);
  for (uint32_t index = 0; result == 0 && index < map->fm_mapped_extents; index++) {
    const struct fiemap_extent *extent = &map->fm_extents[index];
    extents[index] = (struct lmm_extent){extent->fe_logical, extent->fe_physical,
                                         extent->fe_length, extent->fe_flags, 0};
  }
  if (result == 0) result = (int)map->fm_mapped_extents;
  free(map);
  return result;
}

int lmm_fallocate(int fd, int mode, int64_t offset, int64_t length) {
  return fallocate(fd, mode, offset, length);
}

long lmm_move_page(int pid, uint64_t address, int node, int *status, int flags) {
  void *pages[1] = {(void *)address};
  int nodes[1] = {node};
  return syscall(SYS_move_pages, pid, 1ul, pages, node < 0 ? NULL : nodes, status, flags);
}

long lmm_move_pages(int pid, size_t count, const uint64_t *addresses, const int *nodes,
                    int *statuses, int flags) {
  return syscall(SYS_move_pages, pid, count, addresses, nodes, statuses, flags);
}

int lmm_mbind(uint64_t address, uint64_t length, int mode, uint64_t node_mask, unsigned flags) {
  return (int)syscall(SYS_mbind, address, length, mode, &node_mask, 64ul, flags);
}

ssize_t lmm_process_vm_readv(int pid, void *local, uint64_t remote, size_t length) {
  struct iovec here = {local, length}, there = {(void *)remote, length};
  return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

ssize_t lmm_process_vm_writev(int pid, const void *local, uint64_t remote, size_t length) {
  struct iovec here = {(void *)local, length}, there = {(void *)remote, length};
  return process_vm_writev(pid, &here, 1, &there, 1, 0);
}

ssize_t lmm_vmsplice(int fd, uint64_t address, size_t length, unsigned flags) {
  struct iovec part = {(void *)address, length};
  return vmsplice(fd, &part, 1, flags);
}

ssize_t lmm_read_at(int fd, uint64_t address, size_t length) {
  return read(fd, (void *)address, length);
}

ssize_t lmm_write_at(int fd, uint64_t address, size_t length) {
  return write(fd, (const void *)address, length);
}

// ---- memory accesses
uint8_t lmm_load8(uint64_t address) { return *(volatile uint8_t *)address; }
uint64_t lmm_load64(uint64_t address) { return *(volatile uint64_t *)address; }
void lmm_store8(uint64_t address, uint8_t value) { *(volatile uint8_t *)address = value; }
void lmm_store64(uint64_t address, uint64_t value) { *(volatile uint64_t *)address = value; }

void lmm_fill(uint64_t address, uint64_t length, uint8_t value) {
  memset((void *)address, value, length);
  __asm__ volatile("" ::: "memory");
}

int64_t lmm_first_difference(uint64_t address, uint64_t from, uint64_t length, uint8_t value) {
  const volatile uint8_t *bytes = (const volatile uint8_t *)address;
  const uint64_t word = 0x0101010101010101ull * value;
  uint64_t at = from;
  while (at < length) {
    if ((address + at) % 8 == 0 && at + 8 <= length &&
        *(const volatile uint64_t *)(address + at) == word) {
      at += 8;
    } else if (bytes[at] == value) {
      at += 1;
    } else {
      return (int64_t)at;
    }
  }
  return -1;
}

static sigjmp_buf caught;
static volatile sig_atomic_t caught_signal, caught_code;
static volatile uint64_t caught_address;

static void catch_fault(int number, siginfo_t *info, void *context) {
  (void)context;
  caught_signal = number;
  caught_code = info->si_code;
  caught_address = (uint64_t)info->si_addr;
  siglongjmp(caught, 1);
}

static int try_access(uint64_t address, int store, uint8_t *value, int *code, uint64_t *where) {
  struct sigaction action, old_segv, old_bus;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = catch_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, &old_segv);
  sigaction(SIGBUS, &action, &old_bus);
  caught_signal = 0;
  if (sigsetjmp(caught, 1) == 0) {
    if (store)
      *(volatile uint8_t *)address = *value;
    else
      *value = *(volatile uint8_t *)address;
  }
  sigaction(SIGSEGV, &old_segv, NULL);
  sigaction(SIGBUS, &old_bus, NULL);
  *code = caught_code;
  *where = caught_address;
  return caught_signal;
}

// ---- ptrace
int lmm_trace_attach(int pid) {
  int status = 0;
  if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0) return -1;
  return waitpid(pid, &status, 0) == pid ? 0 : -1;
}

int lmm_trace_detach(int pid) { return (int)ptrace(PTRACE_DETACH, pid, NULL, NULL); }

int lmm_trace_peek(int pid, uint64_t address, uint64_t *word) {
  errno = 0;
  *word = (uint64_t)ptrace(PTRACE_PEEKDATA, pid, (void *)address, NULL);
  return errno ? -1 : 0;
}

int lmm_trace_poke(int pid, uint64_t address, uint64_t word) {
  return (int)ptrace(PTRACE_POKEDATA, pid, (void *)address, (void *)word);
}

static void pass_signal(int number) { (void)number; }

int lmm_lose(uint64_t address, uint64_t length) {
  struct sigaction action, old;
  memset(&action, 0, sizeof action);
  action.sa_handler = pass_signal;
  sigaction(SIGBUS, &action, &old);
  int done = madvise((void *)address, length, 100);
  int error = errno;
  sigaction(SIGBUS, &old, NULL);
  errno = error;
  return done;
}

int lmm_try_load8(uint64_t address, uint8_t *value, int *code, uint64_t *where) {
  return try_access(address, 0, value, code, where);
}

int lmm_try_store8(uint64_t address, uint8_t value, int *code, uint64_t *where) {
  return try_access(address, 1, &value, code, where);
}

// ---- swap, processes, threads
int lmm_swapon(const char *path, int flags) { return swapon(path, flags); }
int lmm_swapoff(const char *path) { return swapoff(path); }

static int run_on(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  return sched_setaffinity(0, sizeof one, &one);
}

int lmm_pin_to_one_cpu(void) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (CPU_ISSET(cpu, &allowed)) return run_on(cpu);
  }
  errno = EINVAL;
  return -1;
}

int lmm_pin_to_all_cpus(void) {
  cpu_set_t all;
  memset(&all, 0xff, sizeof all);
  return sched_setaffinity(0, sizeof all, &all);
}

int lmm_visit_cpus(void) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return -1;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (CPU_ISSET(cpu, &allowed) && run_on(cpu) != 0) break;
  }
  return sched_setaffinity(0, sizeof allowed, &allowed);
}

int lmm_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
int lmm_gettid(void) { return (int)syscall(SYS_gettid); }
int lmm_set_child_subreaper(int on) { return prctl(PR_SET_CHILD_SUBREAPER, on, 0, 0, 0); }
int lmm_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

static int crash_fd = -1;

// Only async-signal-safe calls: digits are made by hand.
static void report_crash(int number, siginfo_t *info, void *context) {
  (void)context;
  static const char *names[] = {[SIGSEGV] = "SIGSEGV", [SIGBUS] = "SIGBUS", [SIGILL] = "SIGILL",
                                [SIGFPE] = "SIGFPE", [SIGABRT] = "SIGABRT"};
  char line[96] = "dkilled by ";
  size_t used = strlen(line);
  memcpy(line + used, names[number], strlen(names[number]));
  used += strlen(names[number]);
  if (number != SIGABRT) {
    memcpy(line + used, " at 0x", 6);
    used += 6;
    uint64_t address = (uint64_t)info->si_addr;
    int shift = 60;
    while (shift > 0 && (address >> shift) == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) line[used++] = "0123456789abcdef"[(address >> shift) & 15];
    memcpy(line + used, " code ", 6);
    used += 6;
    unsigned code = info->si_code < 0 ? 0 : (unsigned)info->si_code;
    if (code >= 10) line[used++] = (char)('0' + code / 10 % 10);
    line[used++] = (char)('0' + code % 10);
  }
  line[used++] = '\n';
  ssize_t written = write(crash_fd, line, used);
  (void)written;
  signal(number, SIG_DFL);
  raise(number);
}

int lmm_report_crashes_to(int fd) {
  static uint8_t stack[16384];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = report_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  crash_fd = fd;
  if (sigaltstack(&alternate, NULL) != 0) return -1;
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    if (sigaction(signals[i], &action, NULL) != 0) return -1;
  return 0;
}

void lmm_ignore_signal(int number) { signal(number, SIG_IGN); }

static volatile sig_atomic_t counted_signals;

static void count_signal(int number) {
  (void)number;
  counted_signals++;
}

int lmm_count_signal(int number) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = count_signal;
  action.sa_flags = SA_RESTART;
  counted_signals = 0;
  return sigaction(number, &action, NULL);
}

int lmm_counted_signals(void) { return counted_signals; }

int lmm_signal_thread(int thread, int number) {
  return (int)syscall(SYS_tgkill, getpid(), thread, number);
}

int lmm_wait_status_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
int lmm_wait_status_exit(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
