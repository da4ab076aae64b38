/* System calls relative to held directory descriptors. */
#define _GNU_SOURCE
#include "module.h"

const native_call at_calls[] = {{NULL, NULL}};
