/* What the two files of the scan share. */
#ifndef OCRSYNC_SCAN_H
#define OCRSYNC_SCAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <node_api.h>

/* No scan is given less room. */
enum { SCAN_LEAST_BYTES = 4096 };

/* Reads on in an open directory and fills `out` with as many whole records as surely fit. 0 or -errno. */
int scan_some(int directory, uint8_t *out, size_t capacity, size_t *used, bool *ended);

/* The number that scan() and scanTake() answer with. */
int64_t scan_answer(int status, size_t used, bool ended);

/* The calls of scan-ahead.c. */
napi_value scan_ahead(napi_env env, napi_callback_info info);
napi_value scan_take(napi_env env, napi_callback_info info);
napi_value scan_drop(napi_env env, napi_callback_info info);

#endif
