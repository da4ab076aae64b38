/* Puts a whole file in place in one call, here or on the helper's own threads. */
#define _GNU_SOURCE
#include "module.h"

const native_call install_calls[] = {{NULL, NULL}};
