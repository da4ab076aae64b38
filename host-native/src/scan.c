/* Scans a directory into records: names and stats in one call. */
#define _GNU_SOURCE
#include "module.h"

const native_call scan_calls[] = {{NULL, NULL}};
