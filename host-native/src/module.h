/* What the files of the native helper share: their registration and the reading of arguments.
 * No call throws into JavaScript; each returns a count or the negative errno (docs/architecture.md, "The native helper"). */
#ifndef OCRSYNC_MODULE_H
#define OCRSYNC_MODULE_H
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <node_api.h>

typedef struct {
  const char *name;
  napi_callback call;
} native_call;

/* Each topic: one C file, one TypeScript interface of the same name beside it. */
extern const native_call at_calls[];
extern const native_call file_calls[];
extern const native_call scan_calls[];
extern const native_call install_calls[];
extern const native_call install_pool_calls[];
extern const native_call metadata_calls[];
extern const native_call ring_calls[];
extern const native_call socket_calls[];
extern const native_call confine_calls[];
extern const native_call seccomp_calls[];

/* A whole number or -errno as a JavaScript number. */
napi_value native_number(napi_env env, int64_t value);

/* Reads exactly `wanted` arguments; false when there are fewer. */
bool native_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *arguments);

bool native_int(napi_env env, napi_value value, int *number);
/* A whole number 0..limit. */
bool native_natural(napi_env env, napi_value value, double limit, double *number);

/* A user or group id; -1 stands for "as it is". */
bool native_id(napi_env env, napi_value value, uint32_t *id);
/* Whole seconds, and nanoseconds 0..999999999 or UTIME_OMIT. 0 or -errno. */
int native_time(napi_env env, napi_value seconds, napi_value nanoseconds, struct timespec *time);

/* A latin1 string (one char = one byte) with its closing zero. 0 or -errno: ENOENT when empty, ENAMETOOLONG, EINVAL for zeros. */
int native_text(napi_env env, napi_value value, char text[PATH_MAX]);

/* The memory of a Buffer or Uint8Array; valid until the call returns. */
bool native_bytes(napi_env env, napi_value value, uint8_t **bytes, size_t *length);

/* Numbers in a stat record, in the order of host-native/src/load.ts. */
enum { STAT_FIELDS = 13 };
void native_stat_record(double field[STAT_FIELDS], const struct stat *stat);
/* The memory of a Float64Array of at least `count` numbers. */
bool native_doubles(napi_env env, napi_value value, size_t count, double **numbers);

#endif
