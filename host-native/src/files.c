/* System calls on open descriptors: data, sizes, attributes, copies inside the kernel. Data calls go on after a signal. */
#define _GNU_SOURCE
#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <math.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 5 };
/* Largest whole number that a double holds exactly, and of one call's bytes. */
static const double MOST_POSITION = 9007199254740991.0;
static const double MOST_COPY = 1073741824.0;

static napi_value result(napi_env env, int64_t status) { return native_number(env, status < 0 ? -errno : status); }

/* read(descriptor, bytes) -> count, 0 at the end; from where the descriptor stands. */
static napi_value read_next(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  uint8_t *bytes = NULL;
  size_t length = 0;
  int descriptor = -1;
  ssize_t count = 0;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_bytes(env, arguments[1], &bytes, &length))
    return native_number(env, -EINVAL);
  do count = read(descriptor, bytes, length);
  while (count < 0 && errno == EINTR);
  return result(env, count);
}

/* write(descriptor, bytes) -> count, perhaps fewer than given. */
static napi_value write_next(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  uint8_t *bytes = NULL;
  size_t length = 0;
  int descriptor = -1;
  ssize_t count = 0;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_bytes(env, arguments[1], &bytes, &length))
    return native_number(env, -EINVAL);
  do count = write(descriptor, bytes, length);
  while (count < 0 && errno == EINTR);
  return result(env, count);
}

static bool place(napi_env env, napi_callback_info info, int *descriptor, uint8_t **bytes, size_t *length, double *position) {
  napi_value arguments[MOST_ARGUMENTS];
  return native_arguments(env, info, 3, arguments) && native_int(env, arguments[0], descriptor) &&
         native_bytes(env, arguments[1], bytes, length) && native_natural(env, arguments[2], MOST_POSITION, position);
}

/* pread(descriptor, bytes, position) -> count, 0 at the end; short only there (or before an error). */
static napi_value read_at(napi_env env, napi_callback_info info) {
  uint8_t *bytes = NULL;
  size_t length = 0, done = 0;
  int descriptor = -1;
  double position = 0;
  if (!place(env, info, &descriptor, &bytes, &length, &position)) return native_number(env, -EINVAL);
  do {
    ssize_t count = pread(descriptor, bytes + done, length - done, (off_t)position + (off_t)done);
    if (count == 0) break;
    if (count > 0) done += (size_t)count;
    else if (errno != EINTR) return done > 0 ? native_number(env, (int64_t)done) : result(env, -1);
  } while (done < length);
  return native_number(env, (int64_t)done);
}

/* pwrite(descriptor, bytes, position) -> count: all of them. An error after a part is told as the error. */
static napi_value write_at(napi_env env, napi_callback_info info) {
  uint8_t *bytes = NULL;
  size_t length = 0, done = 0;
  int descriptor = -1;
  double position = 0;
  if (!place(env, info, &descriptor, &bytes, &length, &position)) return native_number(env, -EINVAL);
  while (done < length) {
    ssize_t count = pwrite(descriptor, bytes + done, length - done, (off_t)position + (off_t)done);
    if (count > 0) done += (size_t)count;
    else if (count == 0) return native_number(env, -ENOSPC);
    else if (errno != EINTR) return result(env, -1);
  }
  return native_number(env, (int64_t)done);
}

/* close(descriptor) -> 0. The descriptor is gone even after an error; EINTR is none on Linux. */
static napi_value close_descriptor(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int descriptor = -1;
  if (!native_arguments(env, info, 1, arguments) || !native_int(env, arguments[0], &descriptor))
    return native_number(env, -EINVAL);
  if (close(descriptor) == 0 || errno == EINTR) return native_number(env, 0);
  return result(env, -1);
}

/* fstat(descriptor, record) -> 0 */
static napi_value stat_descriptor(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  double *field = NULL;
  int descriptor = -1;
  struct stat stat;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_doubles(env, arguments[1], STAT_FIELDS, &field))
    return native_number(env, -EINVAL);
  if (fstat(descriptor, &stat) != 0) return result(env, -1);
  native_stat_record(field, &stat);
  return native_number(env, 0);
}

/* fchmod(descriptor, mode) -> 0 */
static napi_value change_mode(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int descriptor = -1;
  double mode = 0;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_natural(env, arguments[1], 07777, &mode))
    return native_number(env, -EINVAL);
  return result(env, fchmod(descriptor, (mode_t)mode));
}

/* fchown(descriptor, uid, gid) -> 0; -1 leaves one as it is. */
static napi_value change_owner(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int descriptor = -1;
  uint32_t uid = 0, gid = 0;
  if (!native_arguments(env, info, 3, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_id(env, arguments[1], &uid) || !native_id(env, arguments[2], &gid))
    return native_number(env, -EINVAL);
  return result(env, fchown(descriptor, uid, gid));
}

/* futimens(descriptor, atimeSec, atimeNsec, mtimeSec, mtimeNsec) -> 0 */
static napi_value set_times(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int descriptor = -1;
  struct timespec times[2];
  if (!native_arguments(env, info, 5, arguments) || !native_int(env, arguments[0], &descriptor))
    return native_number(env, -EINVAL);
  int status = native_time(env, arguments[1], arguments[2], &times[0]);
  if (status == 0) status = native_time(env, arguments[3], arguments[4], &times[1]);
  return status == 0 ? result(env, futimens(descriptor, times)) : native_number(env, status);
}

/* copyRange(from, to, position, lengthBytes) -> bytes copied, perhaps fewer; 0 at the end of `from`. */
static napi_value copy_range(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int from = -1, to = -1;
  double position = 0, length = 0;
  ssize_t copied = 0;
  if (!native_arguments(env, info, 4, arguments) || !native_int(env, arguments[0], &from) ||
      !native_int(env, arguments[1], &to) || !native_natural(env, arguments[2], MOST_POSITION, &position) ||
      !native_natural(env, arguments[3], MOST_COPY, &length))
    return native_number(env, -EINVAL);
  do {
    off_t in = (off_t)position, out = (off_t)position;
    copied = copy_file_range(from, &in, to, &out, (size_t)length, 0);
  } while (copied < 0 && errno == EINTR);
  return result(env, copied);
}

/* clone(from, to) -> 0: `to` becomes the whole of `from` with shared blocks (FICLONE). */
static napi_value clone_file(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int from = -1, to = -1;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &from) ||
      !native_int(env, arguments[1], &to))
    return native_number(env, -EINVAL);
  return result(env, ioctl(to, FICLONE, from));
}

/* cloneRange(from, to, fromPosition, lengthBytes, toPosition) -> 0; length 0 is up to the end (FICLONERANGE). */
static napi_value clone_range(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int from = -1, to = -1;
  double source = 0, length = 0, target = 0;
  if (!native_arguments(env, info, 5, arguments) || !native_int(env, arguments[0], &from) ||
      !native_int(env, arguments[1], &to) || !native_natural(env, arguments[2], MOST_POSITION, &source) ||
      !native_natural(env, arguments[3], MOST_POSITION, &length) ||
      !native_natural(env, arguments[4], MOST_POSITION, &target))
    return native_number(env, -EINVAL);
  struct file_clone_range range = {
      .src_fd = from, .src_offset = (uint64_t)source, .src_length = (uint64_t)length, .dest_offset = (uint64_t)target};
  return result(env, ioctl(to, FICLONERANGE, &range));
}

/* fallocate(descriptor, mode, position, lengthBytes) -> 0; mode 1 keeps the size, 3 punches a hole. */
static napi_value allocate(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int descriptor = -1, mode = 0, status = 0;
  double position = 0, length = 0;
  if (!native_arguments(env, info, 4, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_int(env, arguments[1], &mode) || !native_natural(env, arguments[2], MOST_POSITION, &position) ||
      !native_natural(env, arguments[3], MOST_POSITION, &length))
    return native_number(env, -EINVAL);
  do status = fallocate(descriptor, mode, (off_t)position, (off_t)length);
  while (status != 0 && errno == EINTR);
  return result(env, status);
}

static napi_value seek(napi_env env, napi_callback_info info, int whence) {
  napi_value arguments[MOST_ARGUMENTS];
  int descriptor = -1;
  double position = 0;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_natural(env, arguments[1], MOST_POSITION, &position))
    return native_number(env, -EINVAL);
  return result(env, lseek(descriptor, (off_t)position, whence));
}

/* seekData(descriptor, position) -> where the next data begins; ENXIO when there is none. */
static napi_value seek_data(napi_env env, napi_callback_info info) { return seek(env, info, SEEK_DATA); }

/* seekHole(descriptor, position) -> where the next hole begins; the end of the file counts as one. */
static napi_value seek_hole(napi_env env, napi_callback_info info) { return seek(env, info, SEEK_HOLE); }

/* ftruncate(descriptor, lengthBytes) -> 0 */
static napi_value truncate_file(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int descriptor = -1, status = 0;
  double length = 0;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_natural(env, arguments[1], MOST_POSITION, &length))
    return native_number(env, -EINVAL);
  do status = ftruncate(descriptor, (off_t)length);
  while (status != 0 && errno == EINTR);
  return result(env, status);
}

/* fsync(descriptor) -> 0. Once: after an error the data must not be called safe. */
static napi_value sync_file(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  int descriptor = -1;
  if (!native_arguments(env, info, 1, arguments) || !native_int(env, arguments[0], &descriptor))
    return native_number(env, -EINVAL);
  return result(env, fsync(descriptor));
}

/* getrandom(bytes) -> count: the whole view filled by the system's random source. */
static napi_value fill_randomly(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  uint8_t *bytes = NULL;
  size_t length = 0, done = 0;
  if (!native_arguments(env, info, 1, arguments) || !native_bytes(env, arguments[0], &bytes, &length))
    return native_number(env, -EINVAL);
  while (done < length) {
    ssize_t count = getrandom(bytes + done, length - done, 0);
    if (count >= 0) done += (size_t)count;
    else if (errno != EINTR) return result(env, -1);
  }
  return native_number(env, (int64_t)done);
}

const native_call file_calls[] = {{"read", read_next},
                                  {"write", write_next},
                                  {"pread", read_at},
                                  {"pwrite", write_at},
                                  {"close", close_descriptor},
                                  {"fstat", stat_descriptor},
                                  {"fchmod", change_mode},
                                  {"fchown", change_owner},
                                  {"futimens", set_times},
                                  {"copyRange", copy_range},
                                  {"clone", clone_file},
                                  {"cloneRange", clone_range},
                                  {"fallocate", allocate},
                                  {"seekData", seek_data},
                                  {"seekHole", seek_hole},
                                  {"ftruncate", truncate_file},
                                  {"fsync", sync_file},
                                  {"getrandom", fill_randomly},
                                  {NULL, NULL}};
