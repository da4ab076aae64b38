/* io_uring: rings of a session and of a thread. */
#define _GNU_SOURCE
#include "module.h"

const native_call ring_calls[] = {{NULL, NULL}};
