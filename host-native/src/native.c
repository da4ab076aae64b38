/* The native helper: the calls of Linux that Node does not offer, and the few that pay in one piece, as plain C on Node-API.
 * It only makes things exact, possible or faster, never different (docs/architecture.md): every caller works without it. */
#define _GNU_SOURCE
#include "module.h"

static const native_call *const topics[] = {at_calls,           file_calls,     scan_calls, install_calls, install_pool_calls,
                                            metadata_calls,     ring_calls,     socket_calls, confine_calls, seccomp_calls};

NAPI_MODULE_INIT() {
  for (size_t topic = 0; topic < sizeof topics / sizeof topics[0]; topic++) {
    for (const native_call *each = topics[topic]; each->name != NULL; each++) {
      napi_value function = NULL;
      if (napi_create_function(env, each->name, NAPI_AUTO_LENGTH, each->call, NULL, &function) != napi_ok ||
          napi_set_named_property(env, exports, each->name, function) != napi_ok)
        return NULL;
    }
  }
  return exports;
}
