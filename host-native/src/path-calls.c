/* Calls by whole paths and on descriptors that node:fs opened, for the plain tier of the file system. */
#define _GNU_SOURCE
#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Copies the bytes of a Buffer into `path` with the closing zero. Returns 0 or a negative errno. */
static int path_argument(napi_env env, napi_value argument, char path[PATH_MAX]) {
  bool is_buffer = false;
  void *bytes = NULL;
  size_t length = 0;
  if (napi_is_buffer(env, argument, &is_buffer) != napi_ok || !is_buffer) return -EINVAL;
  if (napi_get_buffer_info(env, argument, &bytes, &length) != napi_ok) return -EINVAL;
  if (length >= PATH_MAX) return -ENAMETOOLONG;
  if (length == 0) return -ENOENT;
  if (memchr(bytes, 0, length) != NULL) return -EINVAL;
  memcpy(path, bytes, length);
  path[length] = '\0';
  return 0;
}

static int time_argument(napi_env env, napi_value seconds, napi_value nanoseconds, struct timespec *time) {
  double sec = 0;
  double nsec = 0;
  if (napi_get_value_double(env, seconds, &sec) != napi_ok) return -EINVAL;
  if (napi_get_value_double(env, nanoseconds, &nsec) != napi_ok) return -EINVAL;
  if (!isfinite(sec) || fabs(sec) > 9007199254740991.0) return -EINVAL;
  if (nsec != UTIME_OMIT && !(nsec >= 0 && nsec < 1e9)) return -EINVAL;
  time->tv_sec = (time_t)sec;
  time->tv_nsec = (long)nsec;
  return 0;
}

/* utimensat(path: Buffer, atimeSec, atimeNsec, mtimeSec, mtimeNsec, nofollow: boolean) -> 0 | -errno */
static napi_value set_times(napi_env env, napi_callback_info info) {
  napi_value arguments[6];
  size_t count = 6;
  char path[PATH_MAX];
  struct timespec times[2];
  bool nofollow = false;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count < 6)
    return native_number(env, -EINVAL);
  int status = path_argument(env, arguments[0], path);
  if (status == 0) status = time_argument(env, arguments[1], arguments[2], &times[0]);
  if (status == 0) status = time_argument(env, arguments[3], arguments[4], &times[1]);
  if (status == 0 && napi_get_value_bool(env, arguments[5], &nofollow) != napi_ok) status = -EINVAL;
  if (status == 0 && utimensat(AT_FDCWD, path, times, nofollow ? AT_SYMLINK_NOFOLLOW : 0) != 0)
    status = -errno;
  return native_number(env, status);
}

static bool number_argument(napi_env env, napi_value value, double limit, double *number) {
  return napi_get_value_double(env, value, number) == napi_ok && *number >= 0 && *number <= limit;
}

/* mknod(path: Buffer, mode, major, minor) -> 0 | -errno; `mode` holds the type and the permissions, less the umask. */
static napi_value make_node(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  size_t count = 4;
  char path[PATH_MAX];
  double mode = 0, major_number = 0, minor_number = 0;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count < 4)
    return native_number(env, -EINVAL);
  int status = path_argument(env, arguments[0], path);
  if (status == 0 && !(number_argument(env, arguments[1], 0177777, &mode) &&
                       number_argument(env, arguments[2], 4294967295.0, &major_number) &&
                       number_argument(env, arguments[3], 4294967295.0, &minor_number)))
    status = -EINVAL;
  if (status == 0 && mknod(path, (mode_t)mode, makedev((unsigned)major_number, (unsigned)minor_number)) != 0)
    status = -errno;
  return native_number(env, status);
}

static int fill_record(napi_env env, napi_value record, const struct stat *stat) {
  double *field = NULL;
  if (!native_doubles(env, record, STAT_FIELDS, &field)) return -EINVAL;
  native_stat_record(field, stat);
  return 0;
}

/* stat(path: latin1 string, follow: boolean, record: Float64Array) -> 0 | -errno */
static napi_value stat_path(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = 3;
  size_t length = 0;
  char path[PATH_MAX + 1];
  bool follow = false;
  struct stat stat;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count < 3 ||
      napi_get_value_string_latin1(env, arguments[0], path, sizeof path, &length) != napi_ok ||
      napi_get_value_bool(env, arguments[1], &follow) != napi_ok || memchr(path, 0, length) != NULL)
    return native_number(env, -EINVAL);
  if (length >= PATH_MAX) return native_number(env, -ENAMETOOLONG);
  if (fstatat(AT_FDCWD, path, &stat, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) return native_number(env, -errno);
  return native_number(env, fill_record(env, arguments[2], &stat));
}

/* fstat(descriptor, record: Float64Array) -> 0 | -errno */
static napi_value stat_descriptor(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  int32_t descriptor = -1;
  struct stat stat;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count < 2 ||
      napi_get_value_int32(env, arguments[0], &descriptor) != napi_ok)
    return native_number(env, -EINVAL);
  if (fstat(descriptor, &stat) != 0) return native_number(env, -errno);
  return native_number(env, fill_record(env, arguments[1], &stat));
}

/* copyRange(from, to, position, lengthBytes) -> bytes copied | -errno. One call of the system: it may copy less. */
static napi_value copy_range(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  size_t count = 4;
  int32_t from = -1, to = -1;
  double position = 0, length = 0;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count < 4 ||
      napi_get_value_int32(env, arguments[0], &from) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &to) != napi_ok ||
      !number_argument(env, arguments[2], 9007199254740991.0, &position) ||
      !number_argument(env, arguments[3], 1073741824.0, &length))
    return native_number(env, -EINVAL);
  off_t in = (off_t)position, out = (off_t)position;
  ssize_t copied = copy_file_range(from, &in, to, &out, (size_t)length, 0);
  return native_number(env, copied < 0 ? -errno : (int)copied);
}

const native_call path_calls[] = {{"utimensat", set_times},   {"mknod", make_node}, {"stat", stat_path},
                                  {"fstat", stat_descriptor}, {"copyRange", copy_range}, {NULL, NULL}};
