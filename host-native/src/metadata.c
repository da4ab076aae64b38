/* Extended attributes, and names of users and groups. */
#define _GNU_SOURCE
#include "module.h"

const native_call metadata_calls[] = {{NULL, NULL}};
