/* The native helper: the few calls of Linux that Node does not offer, as plain C on Node-API.
 * It only makes things exact or faster, never different (docs/architecture.md): every caller works without it.
 * No call here throws into JavaScript; each returns 0 or the negative errno. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <node_api.h>

static napi_value status_value(napi_env env, int status) {
  napi_value value = NULL;
  napi_create_int32(env, status, &value);
  return value;
}

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
    return status_value(env, -EINVAL);
  int status = path_argument(env, arguments[0], path);
  if (status == 0) status = time_argument(env, arguments[1], arguments[2], &times[0]);
  if (status == 0) status = time_argument(env, arguments[3], arguments[4], &times[1]);
  if (status == 0 && napi_get_value_bool(env, arguments[5], &nofollow) != napi_ok) status = -EINVAL;
  if (status == 0 && utimensat(AT_FDCWD, path, times, nofollow ? AT_SYMLINK_NOFOLLOW : 0) != 0)
    status = -errno;
  return status_value(env, status);
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
    return status_value(env, -EINVAL);
  int status = path_argument(env, arguments[0], path);
  if (status == 0 && !(number_argument(env, arguments[1], 0177777, &mode) &&
                       number_argument(env, arguments[2], 4294967295.0, &major_number) &&
                       number_argument(env, arguments[3], 4294967295.0, &minor_number)))
    status = -EINVAL;
  if (status == 0 && mknod(path, (mode_t)mode, makedev((unsigned)major_number, (unsigned)minor_number)) != 0)
    status = -errno;
  return status_value(env, status);
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor properties[] = {
      {"utimensat", NULL, set_times, NULL, NULL, NULL, napi_enumerable, NULL},
      {"mknod", NULL, make_node, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof properties / sizeof properties[0], properties);
  return exports;
}
