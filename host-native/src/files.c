/* System calls on open descriptors: data, sizes, copies inside the kernel. */
#define _GNU_SOURCE
#include "module.h"

const native_call file_calls[] = {{NULL, NULL}};
