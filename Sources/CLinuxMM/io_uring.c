// A minimal io_uring: one request in flight, one registered buffer. Registering a fixed buffer takes
// FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE, which is the point: it is the long-term pin every kernel has.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "linux_mm.h"

#define WORD(base, offset) ((uint32_t *)((base) + (offset)))

int lmm_ring_open(struct lmm_ring *ring, unsigned entries) {
  struct io_uring_params params;
  memset(&params, 0, sizeof params);
  memset(ring, 0, sizeof *ring);
  ring->fd = (int)syscall(SYS_io_uring_setup, entries, &params);
  if (ring->fd < 0) return -1;
  size_t sq_size = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
  size_t cq_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  size_t sqes_size = params.sq_entries * sizeof(struct io_uring_sqe);
  const int protection = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_POPULATE;
  void *sq = mmap(NULL, sq_size, protection, flags, ring->fd, IORING_OFF_SQ_RING);
  void *cq = mmap(NULL, cq_size, protection, flags, ring->fd, IORING_OFF_CQ_RING);
  void *sqes = mmap(NULL, sqes_size, protection, flags, ring->fd, IORING_OFF_SQES);
  if (sq == MAP_FAILED || cq == MAP_FAILED || sqes == MAP_FAILED) {
    int error = errno;  // before close(2) can overwrite it; the mappings go with the process
    close(ring->fd);
    errno = error;
    return -1;
  }
  ring->sq = sq;
  ring->cq = cq;
  ring->sqes = sqes;
  ring->sq_head = params.sq_off.head;
  ring->sq_tail = params.sq_off.tail;
  ring->sq_array = params.sq_off.array;
  ring->sq_mask = *WORD(ring->sq, params.sq_off.ring_mask);
  ring->cq_head = params.cq_off.head;
  ring->cq_tail = params.cq_off.tail;
  ring->cqes = params.cq_off.cqes;
  ring->cq_mask = *WORD(ring->cq, params.cq_off.ring_mask);
  return 0;
}

int lmm_ring_register_buffer(struct lmm_ring *ring, uint64_t address, size_t length) {
  struct iovec buffer = {(void *)address, length};
  return (int)syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_BUFFERS, &buffer, 1);
}

int lmm_ring_unregister_buffers(struct lmm_ring *ring) {
  return (int)syscall(SYS_io_uring_register, ring->fd, IORING_UNREGISTER_BUFFERS, NULL, 0);
}

int lmm_ring_transfer(struct lmm_ring *ring, uint8_t operation, int fd, uint64_t address,
                      uint32_t length, uint64_t offset) {
  uint32_t tail = *WORD(ring->sq, ring->sq_tail);
  uint32_t slot = tail & ring->sq_mask;
  struct io_uring_sqe *request = (struct io_uring_sqe *)ring->sqes + slot;
  memset(request, 0, sizeof *request);
  request->opcode = operation;
  request->fd = fd;
  request->addr = address;
  request->len = length;
  request->off = offset;
  WORD(ring->sq, ring->sq_array)[slot] = slot;
  __atomic_store_n(WORD(ring->sq, ring->sq_tail), tail + 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) return -1;
  uint32_t head = *WORD(ring->cq, ring->cq_head);
  if (head == __atomic_load_n(WORD(ring->cq, ring->cq_tail), __ATOMIC_ACQUIRE)) {
    errno = EAGAIN;
    return -1;
  }
  struct io_uring_cqe *answer = (struct io_uring_cqe *)(ring->cq + ring->cqes);
  int result = answer[head & ring->cq_mask].res;
  __atomic_store_n(WORD(ring->cq, ring->cq_head), head + 1, __ATOMIC_RELEASE);
  if (result >= 0) return result;
  errno = -result;
  return -1;
}

void lmm_ring_close(struct lmm_ring *ring) { close(ring->fd); }
