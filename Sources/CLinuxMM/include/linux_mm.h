// Typed constants, structures and one-call wrappers for the kernel interfaces of mm/.
//
// Why a shim: userfaultfd(2), memfd_create(2), mremap(2), mincore(2), io_uring and friends are either
// not wrapped by glibc 2.36 or hidden behind _GNU_SOURCE, Swift does not import variadic functions
// or _IOWR() macros, and it imports ((__u64)1 << n) as Int32. So every flag is a typed constant here, and
// every call a plain function that takes integers and pointers, makes one call and returns its result,
// or -1 with errno. There is no policy in this file. Versions are those of the kernel that brought it.
#ifndef FAULTLINE_LINUX_MM_H
#define FAULTLINE_LINUX_MM_H
#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>

// ---- userfaultfd: API
static const int32_t LMM_UFFD_USER_MODE_ONLY = 1;  // 5.11
static const uint64_t LMM_UFFD_API = 0xAA;
static const uint64_t LMM_USERFAULTFD_IOC_NEW = 0xAA00;  // 6.1, on /dev/userfaultfd

static const uint64_t LMM_UFFDIO_API = 0xC018AA3F;
static const uint64_t LMM_UFFDIO_REGISTER = 0xC020AA00;
static const uint64_t LMM_UFFDIO_UNREGISTER = 0x8010AA01;
static const uint64_t LMM_UFFDIO_WAKE = 0x8010AA02;
static const uint64_t LMM_UFFDIO_COPY = 0xC028AA03;
static const uint64_t LMM_UFFDIO_ZEROPAGE = 0xC020AA04;
static const uint64_t LMM_UFFDIO_MOVE = 0xC028AA05;  // 6.8
static const uint64_t LMM_UFFDIO_WRITEPROTECT = 0xC018AA06;  // 5.7
static const uint64_t LMM_UFFDIO_CONTINUE = 0xC020AA07;  // 5.13
static const uint64_t LMM_UFFDIO_POISON = 0xC020AA08;  // 6.6

static const uint64_t LMM_UFFD_FEATURE_PAGEFAULT_FLAG_WP = 1ull << 0;
static const uint64_t LMM_UFFD_FEATURE_EVENT_FORK = 1ull << 1;
static const uint64_t LMM_UFFD_FEATURE_EVENT_REMAP = 1ull << 2;
static const uint64_t LMM_UFFD_FEATURE_EVENT_REMOVE = 1ull << 3;
static const uint64_t LMM_UFFD_FEATURE_MISSING_HUGETLBFS = 1ull << 4;
static const uint64_t LMM_UFFD_FEATURE_MISSING_SHMEM = 1ull << 5;
static const uint64_t LMM_UFFD_FEATURE_EVENT_UNMAP = 1ull << 6;
static const uint64_t LMM_UFFD_FEATURE_SIGBUS = 1ull << 7;
static const uint64_t LMM_UFFD_FEATURE_THREAD_ID = 1ull << 8;
static const uint64_t LMM_UFFD_FEATURE_MINOR_HUGETLBFS = 1ull << 9;  // 5.13
static const uint64_t LMM_UFFD_FEATURE_MINOR_SHMEM = 1ull << 10;  // 5.14
static const uint64_t LMM_UFFD_FEATURE_EXACT_ADDRESS = 1ull << 11;  // 5.18
static const uint64_t LMM_UFFD_FEATURE_WP_HUGETLBFS_SHMEM = 1ull << 12;  // 5.19
static const uint64_t LMM_UFFD_FEATURE_WP_UNPOPULATED = 1ull << 13;  // 6.4
static const uint64_t LMM_UFFD_FEATURE_POISON = 1ull << 14;  // 6.6
static const uint64_t LMM_UFFD_FEATURE_WP_ASYNC = 1ull << 15;  // 6.7
static const uint64_t LMM_UFFD_FEATURE_MOVE = 1ull << 16;  // 6.8

static const uint64_t LMM_UFFDIO_REGISTER_MODE_MISSING = 1;
static const uint64_t LMM_UFFDIO_REGISTER_MODE_WP = 2;
static const uint64_t LMM_UFFDIO_REGISTER_MODE_MINOR = 4;  // 5.13
static const uint64_t LMM_UFFDIO_COPY_MODE_DONTWAKE = 1;
static const uint64_t LMM_UFFDIO_COPY_MODE_WP = 2;
static const uint64_t LMM_UFFDIO_ZEROPAGE_MODE_DONTWAKE = 1;
static const uint64_t LMM_UFFDIO_WRITEPROTECT_MODE_WP = 1;
static const uint64_t LMM_UFFDIO_WRITEPROTECT_MODE_DONTWAKE = 2;
static const uint64_t LMM_UFFDIO_CONTINUE_MODE_DONTWAKE = 1;
static const uint64_t LMM_UFFDIO_CONTINUE_MODE_WP = 2;  // 6.4
static const uint64_t LMM_UFFDIO_MOVE_MODE_DONTWAKE = 1;
static const uint64_t LMM_UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES = 2;

static const uint8_t LMM_UFFD_EVENT_PAGEFAULT = 0x12;
static const uint8_t LMM_UFFD_EVENT_FORK = 0x13;
static const uint8_t LMM_UFFD_EVENT_REMAP = 0x14;
static const uint8_t LMM_UFFD_EVENT_REMOVE = 0x15;
static const uint8_t LMM_UFFD_EVENT_UNMAP = 0x16;
static const uint64_t LMM_UFFD_PAGEFAULT_FLAG_WRITE = 1;
static const uint64_t LMM_UFFD_PAGEFAULT_FLAG_WP = 2;
static const uint64_t LMM_UFFD_PAGEFAULT_FLAG_MINOR = 4;  // 5.13

struct lmm_uffdio_api { uint64_t api, features, ioctls; };
struct lmm_uffdio_range { uint64_t start, len; };
struct lmm_uffdio_register { struct lmm_uffdio_range range; uint64_t mode, ioctls; };
struct lmm_uffdio_writeprotect { struct lmm_uffdio_range range; uint64_t mode; };
// UFFDIO_ZEROPAGE, _CONTINUE and _POISON share this layout; done is bytes, or -errno.
struct lmm_uffdio_fill { struct lmm_uffdio_range range; uint64_t mode; int64_t done; };
// UFFDIO_COPY and UFFDIO_MOVE share this one.
struct lmm_uffdio_copy { uint64_t dst, src, len, mode; int64_t done; };
// struct uffd_msg with its union flattened: a, b, c are the event's 64-bit words.
struct lmm_uffd_msg { uint8_t event, pad8; uint16_t pad16; uint32_t pad32; uint64_t a, b, c; };

int lmm_userfaultfd(int flags);
// An ioctl whose argument is a pointer (ioctl(2) is variadic).
int lmm_ioctl(int fd, uint64_t request, void *_Nullable argument);
// An ioctl whose argument is a number.
int lmm_ioctl_value(int fd, uint64_t request, uint64_t value);

// ---- mappings
static const int32_t LMM_MAP_SHARED = 0x01;
static const int32_t LMM_MAP_PRIVATE = 0x02;
static const int32_t LMM_MAP_FIXED = 0x10;
static const int32_t LMM_MAP_ANONYMOUS = 0x20;
static const int32_t LMM_MAP_NORESERVE = 0x4000;
static const int32_t LMM_MAP_HUGETLB = 0x40000;
static const int32_t LMM_MAP_HUGE_2MB = 21 << 26;
static const int32_t LMM_MAP_HUGE_1GB = 30 << 26;
static const int32_t LMM_MAP_DROPPABLE = 0x08;  // 6.11
static const int32_t LMM_MAP_FIXED_NOREPLACE = 0x100000;
static const uint32_t LMM_MFD_CLOEXEC = 1;
static const uint32_t LMM_MFD_ALLOW_SEALING = 2;
static const uint32_t LMM_MFD_HUGETLB = 4;
static const uint32_t LMM_MFD_HUGE_2MB = 21u << 26;
static const int32_t LMM_MREMAP_MAYMOVE = 1;
static const int32_t LMM_MREMAP_FIXED = 2;
static const int32_t LMM_MREMAP_DONTUNMAP = 4;  // 5.7
static const int32_t LMM_FALLOC_KEEP_SIZE = 1;
static const int32_t LMM_FALLOC_PUNCH_HOLE = 2;
static const int32_t LMM_SEEK_DATA = 3;
static const int32_t LMM_SEEK_HOLE = 4;
static const int32_t LMM_MPOL_BIND = 2;
static const int32_t LMM_MPOL_MF_MOVE = 2;
static const int32_t LMM_MPOL_MF_MOVE_ALL = 4;

int lmm_memfd_create(const char *_Nonnull name, uint32_t flags);
// The address, or UINT64_MAX with errno.
uint64_t lmm_mmap(uint64_t address, uint64_t length, int protection, int flags, int fd, uint64_t offset);
uint64_t lmm_mremap(uint64_t old, uint64_t old_length, uint64_t length, int flags, uint64_t address);
int lmm_munmap(uint64_t address, uint64_t length);
int lmm_mlock(uint64_t address, uint64_t length);
int lmm_munlock(uint64_t address, uint64_t length);
// A new System V segment, attached and gone with its last user: the address, or UINT64_MAX with errno.
uint64_t lmm_shm_attach(uint64_t length);
int lmm_memfd_secret(void);  // 5.14
int lmm_mprotect(uint64_t address, uint64_t length, int protection);
int lmm_madvise(uint64_t address, uint64_t length, int advice);
int lmm_mincore(uint64_t address, uint64_t length, uint8_t *_Nonnull vector);
int lmm_fallocate(int fd, int mode, int64_t offset, int64_t length);
// Moves (or, with node < 0, queries) one page; *status is its node, or -errno.
long lmm_move_page(int pid, uint64_t address, int node, int *_Nonnull status, int flags);
// Moves many pages, each to its node (or, with nodes NULL, queries them); a status each.
long lmm_move_pages(int pid, size_t count, const uint64_t *_Nonnull addresses, const int *_Nullable nodes,
                    int *_Nonnull statuses, int flags);
int lmm_mbind(uint64_t address, uint64_t length, int mode, uint64_t node_mask, unsigned flags);
ssize_t lmm_process_vm_readv(int pid, void *_Nonnull local, uint64_t remote, size_t length);
ssize_t lmm_process_vm_writev(int pid, const void *_Nonnull local, uint64_t remote, size_t length);
ssize_t lmm_vmsplice(int fd, uint64_t address, size_t length, unsigned flags);
ssize_t lmm_read_at(int fd, uint64_t address, size_t length);
ssize_t lmm_write_at(int fd, uint64_t address, size_t length);

// ---- ptrace(2) of one stopped process; a word each way
int lmm_trace_attach(int pid);
int lmm_trace_detach(int pid);
int lmm_trace_peek(int pid, uint64_t address, uint64_t *_Nonnull word);
int lmm_trace_poke(int pid, uint64_t address, uint64_t word);

// ---- gup_test in debugfs (CONFIG_GUP_TEST): long-term pins and what they see
static const uint64_t LMM_PIN_LONGTERM_TEST_START = 0x40186707;
static const uint64_t LMM_PIN_LONGTERM_TEST_STOP = 0x6708;
static const uint64_t LMM_PIN_LONGTERM_TEST_READ = 0x40086709;
struct lmm_pin_longterm_test { uint64_t address, size; uint32_t flags; };

// ---- memory accesses that the compiler can neither elide, repeat nor move
// MADV_HWPOISON, with the SIGBUS passed over that some kernels send to whoever asks for it.
int lmm_lose(uint64_t address, uint64_t length);
uint8_t lmm_load8(uint64_t address);
uint64_t lmm_load64(uint64_t address);
void lmm_store8(uint64_t address, uint8_t value);
void lmm_store64(uint64_t address, uint64_t value);
void lmm_fill(uint64_t address, uint64_t length, uint8_t value);
// Offset of the first byte in [from, length) that differs from value, or -1.
int64_t lmm_first_difference(uint64_t address, uint64_t from, uint64_t length, uint8_t value);
// The 8-bit load or store with SIGSEGV and SIGBUS caught: 0 when it went through, else the signal
// number, with si_code and si_addr. One at a time in a process.
int lmm_try_load8(uint64_t address, uint8_t *_Nonnull value, int *_Nonnull code, uint64_t *_Nonnull where);
int lmm_try_store8(uint64_t address, uint8_t value, int *_Nonnull code, uint64_t *_Nonnull where);

// ---- pagemap
static const uint64_t LMM_PM_SOFT_DIRTY = 1ull << 55;
static const uint64_t LMM_PM_MMAP_EXCLUSIVE = 1ull << 56;
static const uint64_t LMM_PM_UFFD_WP = 1ull << 57;  // 5.14
static const uint64_t LMM_PM_GUARD_REGION = 1ull << 58;  // 6.15
static const uint64_t LMM_PM_FILE = 1ull << 61;
static const uint64_t LMM_PM_SWAP = 1ull << 62;
static const uint64_t LMM_PM_PRESENT = 1ull << 63;
static const uint64_t LMM_PM_PFRAME_MASK = (1ull << 55) - 1;

static const uint64_t LMM_PAGEMAP_SCAN = 0xC0606610;  // 6.7
static const uint64_t LMM_PAGE_IS_WPALLOWED = 1ull << 0;
static const uint64_t LMM_PAGE_IS_WRITTEN = 1ull << 1;
static const uint64_t LMM_PAGE_IS_FILE = 1ull << 2;
static const uint64_t LMM_PAGE_IS_PRESENT = 1ull << 3;
static const uint64_t LMM_PAGE_IS_SWAPPED = 1ull << 4;
static const uint64_t LMM_PAGE_IS_PFNZERO = 1ull << 5;
static const uint64_t LMM_PAGE_IS_HUGE = 1ull << 6;
static const uint64_t LMM_PAGE_IS_SOFT_DIRTY = 1ull << 7;  // 6.8
static const uint64_t LMM_PAGE_IS_GUARD = 1ull << 8;  // 6.16
static const uint64_t LMM_PM_SCAN_WP_MATCHING = 1;
static const uint64_t LMM_PM_SCAN_CHECK_WPASYNC = 2;

struct lmm_page_region { uint64_t start, end, categories; };
struct lmm_pm_scan_arg {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

// ---- files: where a file's blocks are, and how they are written
static const uint64_t LMM_FS_IOC_GETFLAGS = 0x80086601;
static const uint64_t LMM_FS_IOC_SETFLAGS = 0x40086602;
static const uint64_t LMM_FICLONE = 0x40049409;
static const uint32_t LMM_FS_NOCOW_FL = 0x00800000;
struct lmm_extent { uint64_t logical, physical, length; uint32_t flags, pad; };
// FS_IOC_FIEMAP with FIEMAP_FLAG_SYNC: how many of at most count extents there are from offset on, or -1 with errno.
int lmm_extents(int fd, uint64_t offset, struct lmm_extent *_Nonnull extents, uint32_t count);

// ---- swap, processes, threads
int lmm_swapon(const char *_Nonnull path, int flags);
int lmm_swapoff(const char *_Nonnull path);
int lmm_pin_to_one_cpu(void);
int lmm_pin_to_all_cpus(void);
// Runs on each CPU that it may run on for a moment, then anywhere it could before.
int lmm_visit_cpus(void);
int lmm_pidfd_open(int pid);
int lmm_gettid(void);
int lmm_set_child_subreaper(int on);
int lmm_die_with_parent(int signal);
// On SIGSEGV, SIGBUS, SIGILL, SIGFPE or SIGABRT writes one line "dERROR-TEXT\n" to fd, then dies of it.
int lmm_report_crashes_to(int fd);
void lmm_ignore_signal(int signal);
// From now on each delivery of the signal only counts; what it interrupts is started again.
int lmm_count_signal(int signal);
int lmm_counted_signals(void);
// To one thread of this process.
int lmm_signal_thread(int thread, int signal);
int lmm_wait_status_signal(int status);
int lmm_wait_status_exit(int status);

// ---- plain system calls (Embedded Swift has no Glibc module)
static const int32_t LMM_O_RDONLY = 0, LMM_O_WRONLY = 1, LMM_O_RDWR = 2, LMM_O_CREAT = 0100;
static const int32_t LMM_O_EXCL = 0200, LMM_O_TRUNC = 01000, LMM_O_NONBLOCK = 04000;
static const int32_t LMM_O_CLOEXEC = 02000000, LMM_O_DIRECT = 040000;
static const int32_t LMM_PROT_READ = 1, LMM_PROT_WRITE = 2;
static const int16_t LMM_POLLIN = 1, LMM_POLLERR = 8, LMM_POLLHUP = 16;
int lmm_errno(void);
int lmm_open(const char *_Nonnull path, int flags, uint32_t mode);
int lmm_close(int fd);
int lmm_dup(int fd);
ssize_t lmm_read(int fd, void *_Nonnull buffer, size_t length);
ssize_t lmm_pread(int fd, void *_Nonnull buffer, size_t length, int64_t offset);
ssize_t lmm_write(int fd, const void *_Nonnull buffer, size_t length);
ssize_t lmm_pwrite(int fd, const void *_Nonnull buffer, size_t length, int64_t offset);
int lmm_sync(int fd);
int64_t lmm_seek(int fd, int64_t offset, int whence);
int lmm_truncate(int fd, int64_t length);
int lmm_fcntl(int fd, int command, long argument);
// Bytes that the file system of an open file has free; -1 and errno where it does not say.
int64_t lmm_free_space(int fd);
// Blocks and inodes in use in the file system that holds the path; statfs(2).
int lmm_used_space(const char *_Nonnull path, int64_t *_Nonnull blocks, int64_t *_Nonnull inodes);
int lmm_mkdir(const char *_Nonnull path, uint32_t mode);
int lmm_rmdir(const char *_Nonnull path);
int lmm_unlink(const char *_Nonnull path);
int lmm_symlink(const char *_Nonnull target, const char *_Nonnull path);
int lmm_exists(const char *_Nonnull path);
int lmm_is_writable(const char *_Nonnull path);
int lmm_pipe(int *_Nonnull ends);
int lmm_nonblocking_pipe(int *_Nonnull ends, int64_t size);
// Bit mask of returned events in *events; rc as poll(2). Negative milliseconds wait for ever.
int lmm_poll1(int fd, int16_t *_Nonnull events, int milliseconds);
int lmm_poll2(int fd, int16_t *_Nonnull events, int fd2, int16_t *_Nonnull events2, int milliseconds);
int lmm_fork(void);
int lmm_waitpid(int pid, int *_Nonnull status, int no_hang);
int lmm_kill(int pid, int signal);
int lmm_setpgid(int pid, int group);
int lmm_getpid(void);
int lmm_geteuid(void);
// All three user and group ids.
int lmm_set_user(uint32_t user);
// Whether /proc/self stays ours after a change of user.
int lmm_set_dumpable(int on);
void lmm_exit(int status) __attribute__((noreturn));
// Makes a raw pseudo-terminal: the end to read from, and the one for a program. Needs devpts at /dev/pts.
int lmm_terminal(int *_Nonnull program_end);
int lmm_mount(const char *_Nonnull type, const char *_Nonnull target, const char *_Nonnull options);
int lmm_unmount(const char *_Nonnull target);  // lazily
// Becomes another program that prints to `output`, in /tmp; comes back only when that failed. The arguments end in NULL.
void lmm_execute(int output, const char *_Nonnull path, char *_Nullable const *_Nonnull arguments);
uint64_t lmm_monotonic_ns(void);
void lmm_sleep_ns(uint64_t nanoseconds);
const char *_Nullable lmm_getenv(const char *_Nonnull name);
const char *_Nullable lmm_signal_name(int number);
int lmm_argument_count(void);
const char *_Nullable lmm_argument(int index);
// Copies strerrorname_np's "EINVAL"; NULL for an unknown number.
const char *_Nullable lmm_errno_name(int number);

// ---- one thread, one monitor
struct lmm_monitor;
int lmm_thread_start(void (*_Nonnull body)(void *_Nullable), void *_Nullable argument, uint64_t *_Nonnull thread);
int lmm_thread_join(uint64_t thread);
struct lmm_monitor *_Nullable lmm_monitor_new(void);
void lmm_monitor_lock(struct lmm_monitor *_Nonnull monitor);
void lmm_monitor_unlock(struct lmm_monitor *_Nonnull monitor);
void lmm_monitor_notify(struct lmm_monitor *_Nonnull monitor);
// Waits, unlocked, for a notification; 0, or -1 once the monotonic time is past.
int lmm_monitor_wait_until(struct lmm_monitor *_Nonnull monitor, uint64_t monotonic_ns);

// ---- io_uring: one ring, one request at a time
static const uint8_t LMM_IORING_OP_READ_FIXED = 4;
static const uint8_t LMM_IORING_OP_WRITE_FIXED = 5;
struct lmm_ring { int fd; uint32_t sq_mask, cq_mask; uint8_t *_Nullable sq, *_Nullable cq, *_Nullable sqes;
  uint32_t sq_head, sq_tail, sq_array, cq_head, cq_tail, cqes; };
int lmm_ring_open(struct lmm_ring *_Nonnull ring, unsigned entries);
int lmm_ring_register_buffer(struct lmm_ring *_Nonnull ring, uint64_t address, size_t length);
int lmm_ring_unregister_buffers(struct lmm_ring *_Nonnull ring);
// Submits one fixed-buffer request on buffer 0 and waits for it: bytes done, or -1 with errno.
int lmm_ring_transfer(struct lmm_ring *_Nonnull ring, uint8_t operation, int fd, uint64_t address,
                      uint32_t length, uint64_t offset);
void lmm_ring_close(struct lmm_ring *_Nonnull ring);
#endif
