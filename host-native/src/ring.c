/* io_uring, by raw system calls: rings of this thread, and the one operation they are for: reading a run of small files of one
 * directory whose data is not in memory (docs/io-uring.md has the table that decided). A ring belongs to the thread that
 * made it (single issuer) and is named by a number; the thread's rings end with its environment. */
#define _GNU_SOURCE
#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Files of one call; three operations each. */
enum { RUN_FILES = 64, OPERATIONS = 3, ENTRIES = 256, MAX_RINGS = 32, NAME_BYTES = 256 };
/* A record of the caller: expected size in, bytes or -errno out, then the stat. */
enum { RECORD_FIELDS = 1 + STAT_FIELDS };

typedef struct {
  int descriptor; /* -1: not in use */
  unsigned flags;
  uint8_t *memory;
  size_t memory_length;
  struct io_uring_sqe *sqes;
  size_t sqes_length;
  unsigned *sq_tail, *sq_array, sq_mask;
  unsigned *cq_head, *cq_tail, cq_mask;
  struct io_uring_cqe *cqes;
  /* The kernel reads these while a call runs: not JavaScript's memory. */
  char names[RUN_FILES][NAME_BYTES];
} ring;

typedef struct {
  ring *rings[MAX_RINGS];
  int thread_ring; /* number of the lazily made one, or -errno; 0 = not tried */
  bool hooked;
} thread_rings;

/* One environment of JavaScript is one thread. */
static _Thread_local thread_rings mine;

static long enter(int descriptor, unsigned submit, unsigned wait) {
  return syscall(SYS_io_uring_enter, descriptor, submit, wait, IORING_ENTER_GETEVENTS, NULL, 0);
}

static void ring_free(ring *each) {
  if (each->sqes != NULL) munmap(each->sqes, each->sqes_length);
  if (each->memory != NULL) munmap(each->memory, each->memory_length);
  if (each->descriptor >= 0) close(each->descriptor);
  free(each);
}

static int ring_map(ring *each, const struct io_uring_params *params) {
  if (!(params->features & IORING_FEAT_SINGLE_MMAP)) return -ENOSYS;
  size_t sq_length = params->sq_off.array + params->sq_entries * sizeof(unsigned);
  size_t cq_length = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
  size_t length = sq_length > cq_length ? sq_length : cq_length;
  const int flags = MAP_SHARED | MAP_POPULATE;
  uint8_t *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, each->descriptor, IORING_OFF_SQ_RING);
  if (memory == MAP_FAILED) return -errno;
  each->memory = memory;
  each->memory_length = length;
  each->sqes_length = params->sq_entries * sizeof(struct io_uring_sqe);
  void *sqes = mmap(NULL, each->sqes_length, PROT_READ | PROT_WRITE, flags, each->descriptor, IORING_OFF_SQES);
  if (sqes == MAP_FAILED) return -errno;
  each->sqes = sqes;
  each->sq_tail = (unsigned *)(memory + params->sq_off.tail);
  each->sq_array = (unsigned *)(memory + params->sq_off.array);
  each->sq_mask = *(unsigned *)(memory + params->sq_off.ring_mask);
  each->cq_head = (unsigned *)(memory + params->cq_off.head);
  each->cq_tail = (unsigned *)(memory + params->cq_off.tail);
  each->cq_mask = *(unsigned *)(memory + params->cq_off.ring_mask);
  each->cqes = (struct io_uring_cqe *)(memory + params->cq_off.cqes);
  return 0;
}

/* Opens a ring with the best flags that this kernel knows. 0 or -errno. */
static int ring_setup(ring *each) {
  static const unsigned choices[] = {
      IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
      IORING_SETUP_COOP_TASKRUN,
      0,
  };
  int status = -EINVAL;
  for (size_t choice = 0; choice < sizeof choices / sizeof choices[0] && status == -EINVAL; choice++) {
    struct io_uring_params params = {.flags = choices[choice]};
    each->descriptor = (int)syscall(SYS_io_uring_setup, ENTRIES, &params);
    each->flags = choices[choice];
    status = each->descriptor < 0 ? -errno : ring_map(each, &params);
  }
  if (status != 0) return status;
  int slots[RUN_FILES];
  for (int slot = 0; slot < RUN_FILES; slot++) slots[slot] = -1;
  if (syscall(SYS_io_uring_register, each->descriptor, IORING_REGISTER_FILES, slots, RUN_FILES) < 0) return -errno;
  return 0;
}

static void end_thread(void *unused) {
  (void)unused;
  for (int number = 0; number < MAX_RINGS; number++) {
    if (mine.rings[number] != NULL) ring_free(mine.rings[number]);
    mine.rings[number] = NULL;
  }
  mine.thread_ring = 0;
  mine.hooked = false;
}

/* The number (1..) of a new ring of this thread, or -errno. */
static int ring_make(napi_env env) {
  int place = 0;
  while (place < MAX_RINGS && mine.rings[place] != NULL) place++;
  if (place == MAX_RINGS) return -EMFILE;
  if (!mine.hooked && napi_add_env_cleanup_hook(env, end_thread, NULL) != napi_ok) return -EINVAL;
  mine.hooked = true;
  ring *made = calloc(1, sizeof *made);
  if (made == NULL) return -ENOMEM;
  made->descriptor = -1;
  int status = ring_setup(made);
  if (status != 0) {
    ring_free(made);
    return status;
  }
  mine.rings[place] = made;
  return place + 1;
}

static ring *ring_numbered(napi_env env, napi_value value) {
  int number = 0;
  if (!native_int(env, value, &number) || number < 1 || number > MAX_RINGS) return NULL;
  return mine.rings[number - 1];
}

/* ringOpen() -> number of a new ring | -errno */
static napi_value ring_open(napi_env env, napi_callback_info info) {
  (void)info;
  return native_number(env, ring_make(env));
}

/* ringOfThread() -> number of this thread's own ring, made at the first call | -errno of that attempt */
static napi_value ring_of_thread(napi_env env, napi_callback_info info) {
  (void)info;
  if (mine.thread_ring == 0) mine.thread_ring = ring_make(env);
  return native_number(env, mine.thread_ring);
}

/* ringClose(ring) -> 0 | -errno */
static napi_value ring_close(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!native_arguments(env, info, 1, arguments)) return native_number(env, -EINVAL);
  ring *each = ring_numbered(env, arguments[0]);
  if (each == NULL) return native_number(env, -EBADF);
  for (int place = 0; place < MAX_RINGS; place++) {
    if (mine.rings[place] != each) continue;
    mine.rings[place] = NULL;
    if (mine.thread_ring == place + 1) mine.thread_ring = 0;
  }
  ring_free(each);
  return native_number(env, 0);
}

/* ringFlags(ring) -> the IORING_SETUP_* bits that the kernel took | -errno */
static napi_value ring_flags(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!native_arguments(env, info, 1, arguments)) return native_number(env, -EINVAL);
  ring *each = ring_numbered(env, arguments[0]);
  return native_number(env, each == NULL ? -EBADF : (int64_t)each->flags);
}

/* Splits "a/b/c" into the ring's names; the count, or -EINVAL. A name is one component and never '.' or '..'. */
static int take_names(ring *each, const char *joined) {
  int count = 0;
  for (const char *at = joined;;) {
    size_t length = strcspn(at, "/");
    if (count == RUN_FILES || length == 0 || length >= NAME_BYTES) return -EINVAL;
    memcpy(each->names[count], at, length);
    each->names[count][length] = '\0';
    if (strcmp(each->names[count], ".") == 0 || strcmp(each->names[count], "..") == 0) return -EINVAL;
    count++;
    if (at[length] == '\0') return count;
    at += length + 1;
  }
}

static struct io_uring_sqe *next_operation(ring *each, unsigned *tail, uint8_t opcode, uint64_t tag) {
  unsigned place = *tail & each->sq_mask;
  struct io_uring_sqe *operation = &each->sqes[place];
  memset(operation, 0, sizeof *operation);
  operation->opcode = opcode;
  operation->user_data = tag;
  each->sq_array[place] = place;
  (*tail)++;
  return operation;
}

/* Open into a slot of the ring, read, close. The read is never complete, since one byte more than expected is asked for:
 * only a hard link leads on to the close. */
static void queue_file(ring *each, unsigned *tail, int directory, unsigned file, uint8_t *into, unsigned length) {
  uint64_t tag = (uint64_t)file * OPERATIONS;
  struct io_uring_sqe *opening = next_operation(each, tail, IORING_OP_OPENAT, tag);
  opening->fd = directory;
  opening->addr = (uint64_t)(uintptr_t)each->names[file];
  opening->open_flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  opening->file_index = file + 1;
  opening->flags = IOSQE_IO_LINK;
  struct io_uring_sqe *reading = next_operation(each, tail, IORING_OP_READ, tag + 1);
  reading->fd = (int)file;
  reading->addr = (uint64_t)(uintptr_t)into;
  reading->len = length;
  reading->flags = IOSQE_FIXED_FILE | IOSQE_IO_HARDLINK;
  struct io_uring_sqe *closing = next_operation(each, tail, IORING_OP_CLOSE, tag + 2);
  closing->file_index = file + 1;
}

/* Takes what is complete; `results` has a place for each operation. */
static unsigned reap(ring *each, int results[RUN_FILES * OPERATIONS]) {
  unsigned head = *each->cq_head;
  unsigned taken = 0;
  while (head != __atomic_load_n(each->cq_tail, __ATOMIC_ACQUIRE)) {
    const struct io_uring_cqe *completion = &each->cqes[head & each->cq_mask];
    if (completion->user_data < RUN_FILES * OPERATIONS) results[completion->user_data] = completion->res;
    head++;
    taken++;
  }
  __atomic_store_n(each->cq_head, head, __ATOMIC_RELEASE);
  return taken;
}

/* Submits and waits for everything. On an error of the ring itself operations may still be running. */
static int run(ring *each, unsigned tail, unsigned operations, int results[RUN_FILES * OPERATIONS]) {
  __atomic_store_n(each->sq_tail, tail, __ATOMIC_RELEASE);
  unsigned unsubmitted = operations, open = operations;
  int patience = 1000;
  while (open > 0) {
    long submitted = enter(each->descriptor, unsubmitted, open);
    if (submitted >= 0) unsubmitted -= (unsigned)submitted;
    else if (errno != EINTR && errno != EAGAIN && errno != EBUSY) return -errno;
    else if (--patience == 0) return -EAGAIN;
    open -= reap(each, results);
  }
  return 0;
}

/* The outcome of one file: its bytes if it is the regular file of just the expected size, else -errno. */
static void settle_file(ring *each, int directory, int file, const int results[], double *record) {
  double expected = record[0];
  struct stat stat;
  int opened = results[file * OPERATIONS], bytes = results[file * OPERATIONS + 1];
  if (opened < 0) record[0] = opened;
  else if (bytes < 0) record[0] = bytes;
  else if (fstatat(directory, each->names[file], &stat, AT_SYMLINK_NOFOLLOW) != 0) record[0] = -errno;
  else if (!S_ISREG(stat.st_mode) || stat.st_size != bytes || bytes != expected) record[0] = -ESTALE;
  else native_stat_record(record + 1, &stat);
}

/* Checks that every expected size and one byte more fits into `length` bytes. */
static bool fits(const double *records, int count, size_t length) {
  double needed = 0;
  for (int file = 0; file < count; file++) {
    double size = records[file * RECORD_FIELDS];
    if (!(size >= 0 && size <= (double)length)) return false;
    needed += (double)(size_t)size + 1;
  }
  return needed <= (double)length;
}

/* A ring that failed while the kernel may still write: neither its memory nor the caller's buffer is given back, ever. */
static void abandon(napi_env env, ring *broken, napi_value buffer) {
  napi_ref kept = NULL;
  napi_create_reference(env, buffer, 1, &kept);
  for (int place = 0; place < MAX_RINGS; place++) {
    if (mine.rings[place] != broken) continue;
    mine.rings[place] = NULL;
    if (mine.thread_ring == place + 1) mine.thread_ring = -EIO;
  }
  close(broken->descriptor);
}

/* ringReadFiles(ring, directory, names, into: Uint8Array, records: Float64Array) -> files read whole | -errno */
static napi_value read_files(napi_env env, napi_callback_info info) {
  napi_value arguments[5];
  char joined[RUN_FILES * NAME_BYTES];
  int directory = -1, results[RUN_FILES * OPERATIONS];
  size_t joined_length = 0, length = 0;
  uint8_t *into = NULL;
  double *records = NULL;
  if (!native_arguments(env, info, 5, arguments)) return native_number(env, -EINVAL);
  ring *each = ring_numbered(env, arguments[0]);
  if (each == NULL) return native_number(env, -EBADF);
  if (!native_int(env, arguments[1], &directory) ||
      napi_get_value_string_latin1(env, arguments[2], joined, sizeof joined, &joined_length) != napi_ok ||
      memchr(joined, 0, joined_length) != NULL || !native_bytes(env, arguments[3], &into, &length))
    return native_number(env, -EINVAL);
  int count = take_names(each, joined);
  if (count < 0) return native_number(env, count);
  if (!native_doubles(env, arguments[4], (size_t)count * RECORD_FIELDS, &records) || !fits(records, count, length))
    return native_number(env, -EINVAL);
  unsigned tail = *each->sq_tail;
  for (int file = 0; file < count; file++) {
    size_t room = (size_t)records[file * RECORD_FIELDS] + 1;
    queue_file(each, &tail, directory, (unsigned)file, into, (unsigned)room);
    into += room;
  }
  int status = run(each, tail, (unsigned)count * OPERATIONS, results);
  if (status != 0) {
    abandon(env, each, arguments[3]);
    return native_number(env, status);
  }
  int whole = 0;
  for (int file = 0; file < count; file++) {
    double *record = records + file * RECORD_FIELDS;
    settle_file(each, directory, file, results, record);
    if (record[0] >= 0) whole++;
  }
  return native_number(env, whole);
}

/* fileIsCold(directory, name) -> 1 when a read of the first byte would wait for the device, else 0 | -errno */
static napi_value file_is_cold(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int directory = -1;
  char name[PATH_MAX], byte = 0;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &directory))
    return native_number(env, -EINVAL);
  int status = native_text(env, arguments[1], name);
  if (status != 0) return native_number(env, status);
  int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return native_number(env, -errno);
  struct iovec into = {&byte, 1};
  struct stat stat;
  if (fstat(descriptor, &stat) == 0 && S_ISREG(stat.st_mode))
    status = preadv2(descriptor, &into, 1, 0, RWF_NOWAIT) < 0 && errno == EAGAIN;
  close(descriptor);
  return native_number(env, status);
}

const native_call ring_calls[] = {
    {"ringOpen", ring_open},   {"ringOfThread", ring_of_thread}, {"ringClose", ring_close},
    {"ringFlags", ring_flags}, {"ringReadFiles", read_files},    {"fileIsCold", file_is_cold},
    {NULL, NULL},
};
