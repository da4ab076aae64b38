/* What ocrsync does not do with io_uring, measured so that the decision stays checkable: stats, and create + write + close +
 * rename, each by plain calls and by a ring. Also puts a tree's data out of memory.
 * Usage: io-uring-yardstick evict DIR COUNT | stat DIR COUNT sync|ring | create DIR COUNT sync|ring   (files DIR/f0, f1 …)
 * Prints microseconds per file. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, ENTRIES = 256, SIZE = 4096 };

static int ring_fd;
static unsigned *sq_tail, *sq_array, sq_mask, *cq_head, *cq_tail, cq_mask;
static struct io_uring_cqe *cqes;
static struct io_uring_sqe *sqes;
static char names[BATCH][2][64];
static struct statx stats[BATCH];
static char content[SIZE];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void open_ring(void) {
  struct io_uring_params params = {
      .flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
  ring_fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &params);
  if (ring_fd < 0) fail("io_uring_setup");
  size_t length = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  size_t sq_length = params.sq_off.array + params.sq_entries * sizeof(unsigned);
  if (sq_length > length) length = sq_length;
  char *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_fd, IORING_OFF_SQ_RING);
  sqes = mmap(NULL, params.sq_entries * sizeof *sqes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_fd,
              IORING_OFF_SQES);
  if (memory == MAP_FAILED || (void *)sqes == MAP_FAILED) fail("mmap");
  sq_tail = (unsigned *)(memory + params.sq_off.tail);
  sq_array = (unsigned *)(memory + params.sq_off.array);
  sq_mask = *(unsigned *)(memory + params.sq_off.ring_mask);
  cq_head = (unsigned *)(memory + params.cq_off.head);
  cq_tail = (unsigned *)(memory + params.cq_off.tail);
  cq_mask = *(unsigned *)(memory + params.cq_off.ring_mask);
  cqes = (struct io_uring_cqe *)(memory + params.cq_off.cqes);
  int slots[BATCH];
  for (int i = 0; i < BATCH; i++) slots[i] = -1;
  if (syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_FILES, slots, BATCH) < 0) fail("io_uring_register");
}

static struct io_uring_sqe *queue(int opcode) {
  unsigned place = *sq_tail & sq_mask;
  memset(&sqes[place], 0, sizeof *sqes);
  sqes[place].opcode = (uint8_t)opcode;
  sq_array[place] = place;
  __atomic_store_n(sq_tail, *sq_tail + 1, __ATOMIC_RELEASE);
  return &sqes[place];
}

static void run(unsigned operations) {
  unsigned submit = operations;
  while (operations > 0) {
    long submitted = syscall(SYS_io_uring_enter, ring_fd, submit, operations, IORING_ENTER_GETEVENTS, NULL, 0);
    if (submitted < 0 && errno != EINTR) fail("io_uring_enter");
    if (submitted > 0) submit -= (unsigned)submitted;
    unsigned ready = __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE) - *cq_head;
    for (unsigned i = 0; i < ready; i++) {
      errno = -cqes[(*cq_head + i) & cq_mask].res;
      if (errno > 0) fail("operation of the ring");
    }
    __atomic_store_n(cq_head, *cq_head + ready, __ATOMIC_RELEASE);
    operations -= ready;
  }
}

static void name_batch(int first, int count, const char *prefix) {
  for (int i = 0; i < count; i++) {
    snprintf(names[i][0], sizeof names[i][0], "%s%d", prefix, first + i);
    snprintf(names[i][1], sizeof names[i][1], "renamed%d", first + i);
  }
}

static void stat_ring(int directory, int count) {
  for (int i = 0; i < count; i++) {
    struct io_uring_sqe *one = queue(IORING_OP_STATX);
    one->fd = directory;
    one->addr = (uint64_t)(uintptr_t)names[i][0];
    one->len = STATX_BASIC_STATS;
    one->off = (uint64_t)(uintptr_t)&stats[i];
    one->statx_flags = AT_SYMLINK_NOFOLLOW;
  }
  run((unsigned)count);
}

static void stat_sync(int directory, int count) {
  for (int i = 0; i < count; i++)
    if (statx(directory, names[i][0], AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &stats[i]) != 0) fail("statx");
}

static void create_ring(int directory, int count) {
  for (int i = 0; i < count; i++) {
    struct io_uring_sqe *one = queue(IORING_OP_OPENAT);
    one->fd = directory;
    one->addr = (uint64_t)(uintptr_t)names[i][0];
    one->open_flags = O_WRONLY | O_CREAT | O_EXCL;
    one->len = 0644;
    one->file_index = (unsigned)i + 1;
    one->flags = IOSQE_IO_LINK;
    one = queue(IORING_OP_WRITE);
    one->fd = i;
    one->addr = (uint64_t)(uintptr_t)content;
    one->len = SIZE;
    one->flags = IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;
    one = queue(IORING_OP_CLOSE);
    one->file_index = (unsigned)i + 1;
    one->flags = IOSQE_IO_HARDLINK;
    one = queue(IORING_OP_RENAMEAT);
    one->fd = directory;
    one->len = (unsigned)directory;
    one->addr = (uint64_t)(uintptr_t)names[i][0];
    one->addr2 = (uint64_t)(uintptr_t)names[i][1];
  }
  run((unsigned)count * 4);
}

static void create_sync(int directory, int count) {
  for (int i = 0; i < count; i++) {
    int file = openat(directory, names[i][0], O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (file < 0 || write(file, content, SIZE) != SIZE || close(file) != 0) fail("create");
    if (renameat(directory, names[i][0], directory, names[i][1]) != 0) fail("rename");
  }
}

static void evict(int directory, int count) {
  sync();
  for (int i = 0; i < count; i++) {
    char name[64];
    snprintf(name, sizeof name, "f%d", i);
    int file = openat(directory, name, O_RDONLY);
    if (file < 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) fail(name);
    close(file);
  }
}

int main(int count_of_words, char **words) {
  if (count_of_words < 4) return 2;
  int directory = open(words[2], O_RDONLY | O_DIRECTORY), files = atoi(words[3]);
  if (directory < 0) fail(words[2]);
  if (strcmp(words[1], "evict") == 0) {
    evict(directory, files);
    return 0;
  }
  int by_ring = count_of_words > 4 && strcmp(words[4], "ring") == 0, creating = strcmp(words[1], "create") == 0;
  if (by_ring) open_ring();
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int first = 0; first < files; first += BATCH) {
    int count = files - first < BATCH ? files - first : BATCH;
    name_batch(first, count, creating ? "temporary" : "f");
    if (creating) by_ring ? create_ring(directory, count) : create_sync(directory, count);
    else by_ring ? stat_ring(directory, count) : stat_sync(directory, count);
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  double us = (double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3;
  printf("%.2f\n", us / files);
  return 0;
}
