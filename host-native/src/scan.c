/* Scans a directory into records: names and stats in one call. The position is the descriptor's own: a scan that was
 * interrupted by a full buffer goes on with the next call. Layout of a record: core/src/scan-record.ts. */
#define _GNU_SOURCE
#include "module.h"
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { RECORD_HEAD = 80, BLOCK = 32768, LARGEST_RECORD = RECORD_HEAD + 256 };

typedef struct {
  uint64_t ino;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[];
} entry64;

typedef struct {
  uint16_t length;
  uint16_t name_length;
  uint32_t mode;
  int64_t size;
  int64_t mtime_sec;
  uint32_t mtime_nsec;
  uint32_t links;
  uint32_t uid;
  uint32_t gid;
  uint64_t dev;
  uint64_t ino;
  uint32_t rdev_major;
  uint32_t rdev_minor;
  int64_t atime_sec;
  uint32_t atime_nsec;
  /* errno of a failed stat; all numbers above are 0 then. */
  uint32_t error;
  char name[];
} scan_record;

_Static_assert(sizeof(scan_record) == RECORD_HEAD, "the record's head is part of the interface");

static void fill(scan_record *record, const struct stat *stat) {
  record->mode = stat->st_mode;
  record->size = stat->st_size;
  record->mtime_sec = stat->st_mtim.tv_sec;
  record->mtime_nsec = (uint32_t)stat->st_mtim.tv_nsec;
  record->links = stat->st_nlink > UINT32_MAX ? UINT32_MAX : (uint32_t)stat->st_nlink;
  record->uid = stat->st_uid;
  record->gid = stat->st_gid;
  record->dev = stat->st_dev;
  record->ino = stat->st_ino;
  record->rdev_major = major(stat->st_rdev);
  record->rdev_minor = minor(stat->st_rdev);
  record->atime_sec = stat->st_atim.tv_sec;
  record->atime_nsec = (uint32_t)stat->st_atim.tv_nsec;
  record->error = 0;
}

/* One entry as a record at `at`; returns its length. */
static size_t append(uint8_t *at, int directory, const entry64 *entry, size_t name_length) {
  scan_record *record = (scan_record *)at;
  struct stat stat;
  size_t length = (RECORD_HEAD + name_length + 7) & ~(size_t)7;
  memset(at + length - 8, 0, 8);
  memcpy(record->name, entry->name, name_length);
  if (fstatat(directory, entry->name, &stat, AT_SYMLINK_NOFOLLOW) == 0) fill(record, &stat);
  else {
    int error = errno;
    memset(at, 0, RECORD_HEAD);
    record->error = (uint32_t)error;
  }
  record->length = (uint16_t)length;
  record->name_length = (uint16_t)name_length;
  return length;
}

static bool is_dot(const char *name) {
  return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

int scan_some(int directory, uint8_t *out, size_t capacity, size_t *used, bool *ended) {
  uint64_t block[BLOCK / 8];
  *used = 0;
  *ended = false;
  for (;;) {
    /* An entry of r bytes makes a record of at most r + 64, that is 11/3 r: what was read always fits. */
    size_t room = (capacity - *used) / 11 * 3 & ~(size_t)7;
    if (room < LARGEST_RECORD) return 0;
    long got = syscall(SYS_getdents64, directory, block, room < BLOCK ? room : BLOCK);
    if (got < 0) return -errno;
    *ended = got == 0;
    if (got == 0) return 0;
    for (long at = 0; at < got;) {
      const entry64 *entry = (const entry64 *)((const uint8_t *)block + at);
      size_t name_length = strlen(entry->name);
      at += entry->length;
      if (!is_dot(entry->name)) *used += append(out + *used, directory, entry, name_length);
    }
  }
}

int64_t scan_answer(int status, size_t used, bool ended) {
  /* What was read before a failure is good; the failure comes again with the next call. */
  if (status != 0 && used == 0) return status;
  return (int64_t)used * 2 + (ended ? 1 : 0);
}

/* scan(directory descriptor, out: Uint8Array) -> 2 * bytes filled + (1: that was all) | -errno */
static napi_value scan(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int directory = -1;
  uint8_t *out = NULL;
  size_t capacity = 0, used = 0;
  bool ended = false;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &directory) ||
      !native_bytes(env, arguments[1], &out, &capacity) || ((uintptr_t)out & 7) != 0 || capacity < SCAN_LEAST_BYTES)
    return native_number(env, -EINVAL);
  int status = scan_some(directory, out, capacity, &used, &ended);
  return native_number(env, scan_answer(status, used, ended));
}

const native_call scan_calls[] = {{"scan", scan},
                                  {"scanAhead", scan_ahead},
                                  {"scanTake", scan_take},
                                  {"scanDrop", scan_drop},
                                  {NULL, NULL}};
