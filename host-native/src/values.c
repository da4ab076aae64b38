/* Reads arguments and makes results; the only file that knows how JavaScript values become C values. */
#define _GNU_SOURCE
#include "module.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/sysmacros.h>

napi_value native_number(napi_env env, int64_t value) {
  napi_value number = NULL;
  if (value >= INT32_MIN && value <= INT32_MAX) napi_create_int32(env, (int32_t)value, &number);
  else napi_create_double(env, (double)value, &number);
  return number;
}

bool native_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments) {
  size_t count = wanted;
  return napi_get_cb_info(env, info, &count, arguments, NULL, NULL) == napi_ok && count >= wanted;
}

bool native_int(napi_env env, napi_value value, int *number) {
  /* Not napi_get_value_int32: it makes descriptor 0 of NaN and of 2^32, and 1 of 1.5. */
  double read = 0;
  if (napi_get_value_double(env, value, &read) != napi_ok) return false;
  if (!(read >= INT32_MIN && read <= INT32_MAX) || floor(read) != read) return false;
  *number = (int)read;
  return true;
}

bool native_natural(napi_env env, napi_value value, double limit, double *number) {
  return napi_get_value_double(env, value, number) == napi_ok && *number >= 0 && *number <= limit &&
         floor(*number) == *number;
}

bool native_id(napi_env env, napi_value value, uint32_t *id) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok || floor(number) != number) return false;
  if (number < -1 || number > UINT32_MAX) return false;
  *id = number < 0 ? UINT32_MAX : (uint32_t)number;
  return true;
}

int native_time(napi_env env, napi_value seconds, napi_value nanoseconds, struct timespec *time) {
  double sec = 0, nsec = 0;
  if (napi_get_value_double(env, seconds, &sec) != napi_ok || !(fabs(sec) <= 9007199254740991.0)) return -EINVAL;
  if (napi_get_value_double(env, nanoseconds, &nsec) != napi_ok) return -EINVAL;
  if (nsec != UTIME_OMIT && !(nsec >= 0 && nsec < 1e9)) return -EINVAL;
  time->tv_sec = (time_t)sec;
  time->tv_nsec = (long)nsec;
  return 0;
}

int native_text(napi_env env, napi_value value, char text[PATH_MAX]) {
  size_t length = 0;
  if (napi_get_value_string_latin1(env, value, text, PATH_MAX, &length) != napi_ok) return -EINVAL;
  /* A longer text is cut to PATH_MAX - 1 bytes; one that fits exactly is as long as the system's limit allows. */
  if (length == PATH_MAX - 1) {
    size_t whole = 0;
    if (napi_get_value_string_latin1(env, value, NULL, 0, &whole) != napi_ok) return -EINVAL;
    if (whole > length) return -ENAMETOOLONG;
  }
  if (length == 0) return -ENOENT;
  return memchr(text, 0, length) == NULL ? 0 : -EINVAL;
}

bool native_bytes(napi_env env, napi_value value, uint8_t **bytes, size_t *length) {
  void *data = NULL;
  bool is_array = false;
  napi_typedarray_type type;
  if (napi_is_typedarray(env, value, &is_array) != napi_ok || !is_array) return false;
  if (napi_get_typedarray_info(env, value, &type, length, &data, NULL, NULL) != napi_ok) return false;
  *bytes = data;
  return type == napi_uint8_array;
}

bool native_doubles(napi_env env, napi_value value, size_t count, double **numbers) {
  void *data = NULL;
  size_t length = 0;
  bool is_array = false;
  napi_typedarray_type type;
  if (napi_is_typedarray(env, value, &is_array) != napi_ok || !is_array) return false;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, NULL, NULL) != napi_ok) return false;
  *numbers = data;
  return type == napi_float64_array && length >= count;
}

void native_stat_record(double field[STAT_FIELDS], const struct stat *stat) {
  field[0] = stat->st_mode;
  field[1] = (double)stat->st_size;
  field[2] = (double)stat->st_mtim.tv_sec;
  field[3] = (double)stat->st_mtim.tv_nsec;
  field[4] = (double)stat->st_atim.tv_sec;
  field[5] = (double)stat->st_atim.tv_nsec;
  field[6] = stat->st_uid;
  field[7] = stat->st_gid;
  field[8] = (double)stat->st_dev;
  field[9] = (double)stat->st_ino;
  field[10] = (double)stat->st_nlink;
  field[11] = major(stat->st_rdev);
  field[12] = minor(stat->st_rdev);
}
