/* Gives up rights for good: Landlock, no_new_privs, chroot, ids, limits (docs/protocol/08-hostile-peers.md §6). seccomp has
 * a file of its own. Decides nothing: which rights and where is said by host-node/src/fs/confinement.ts. */
#define _GNU_SOURCE
#include "module.h"

#include <errno.h>
#include <grp.h>
#include <linux/types.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Our own words for the system's: headers of an older system lack some. Numbers are the same on every architecture. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
enum { RULESET_VERSION = 1, RULE_PATH_BENEATH = 1, MOST_RULES = 256, MOST_GROUPS = 4096 };

struct ruleset {
  __u64 files;
  __u64 network; /* stays 0: names may have to be looked up over the network */
  __u64 scopes;
};

/* A kernel takes a longer structure only when what it does not know is zero, a shorter one always. */
static size_t ruleset_size(const struct ruleset *ruleset) {
  return ruleset->scopes != 0 ? sizeof *ruleset : sizeof ruleset->files;
}

struct beneath {
  __u64 allowed;
  __s32 directory;
} __attribute__((packed));

static napi_value landlock_abi(napi_env env, napi_callback_info info) {
  (void)info;
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, RULESET_VERSION);
  return native_number(env, version < 0 ? -errno : version);
}

/* Rules: pairs of (descriptor, rights) beneath which these rights remain. Unhandled rights stay free everywhere. */
static int restrict_thread(const struct ruleset *ruleset, const double *rules, size_t count) {
  int handle = (int)syscall(SYS_landlock_create_ruleset, ruleset, ruleset_size(ruleset), 0);
  if (handle < 0) return -errno;
  int result = 0;
  for (size_t i = 0; i < count && result == 0; i++) {
    struct beneath rule = {.allowed = (__u64)rules[2 * i + 1], .directory = (int)rules[2 * i]};
    if (syscall(SYS_landlock_add_rule, handle, RULE_PATH_BENEATH, &rule, 0) != 0) result = -errno;
  }
  if (result == 0 && syscall(SYS_landlock_restrict_self, handle, 0) != 0) result = -errno;
  close(handle);
  return result;
}

static napi_value landlock(napi_env env, napi_callback_info info) {
  napi_value argument[4];
  double files = 0, scopes = 0, count = 0, *rules = NULL;
  if (!native_arguments(env, info, 4, argument) || !native_natural(env, argument[0], UINT32_MAX, &files) ||
      !native_natural(env, argument[1], UINT32_MAX, &scopes) ||
      !native_natural(env, argument[3], MOST_RULES, &count) ||
      !native_doubles(env, argument[2], 2 * (size_t)count, &rules))
    return native_number(env, -EINVAL);
  for (size_t i = 0; i < 2 * (size_t)count; i++)
    if (!(rules[i] >= 0 && rules[i] <= (i % 2 == 0 ? INT32_MAX : UINT32_MAX))) return native_number(env, -EINVAL);
  struct ruleset ruleset = {.files = (__u64)files, .network = 0, .scopes = (__u64)scopes};
  return native_number(env, restrict_thread(&ruleset, rules, (size_t)count));
}

static napi_value no_new_privileges(napi_env env, napi_callback_info info) {
  (void)info;
  return native_number(env, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno);
}

/* The root and the current directory belong to all threads of a process: all of them move. */
static napi_value change_root(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  char path[PATH_MAX];
  if (!native_arguments(env, info, 1, argument)) return native_number(env, -EINVAL);
  int fault = native_text(env, argument[0], path);
  if (fault == 0 && (chroot(path) != 0 || chdir("/") != 0)) fault = -errno;
  return native_number(env, fault);
}

/* The C library's calls, not the raw ones: ids change for all threads, or V8's own would keep the old ones. */
static int become(uid_t user, gid_t group, const gid_t *groups, size_t count) {
  if (setgroups(count, groups) != 0) return -errno;
  if (setresgid(group, group, group) != 0) return -errno;
  return setresuid(user, user, user) == 0 ? 0 : -errno;
}

static napi_value change_ids(napi_env env, napi_callback_info info) {
  napi_value argument[4];
  double user = 0, group = 0, count = 0, *groups = NULL;
  gid_t list[MOST_GROUPS];
  if (!native_arguments(env, info, 4, argument) || !native_natural(env, argument[0], UINT32_MAX - 1.0, &user) ||
      !native_natural(env, argument[1], UINT32_MAX - 1.0, &group) ||
      !native_natural(env, argument[3], MOST_GROUPS, &count) ||
      !native_doubles(env, argument[2], (size_t)count, &groups))
    return native_number(env, -EINVAL);
  for (size_t i = 0; i < (size_t)count; i++) {
    if (!(groups[i] >= 0 && groups[i] < UINT32_MAX)) return native_number(env, -EINVAL);
    list[i] = (gid_t)groups[i];
  }
  return native_number(env, become((uid_t)user, (gid_t)group, list, (size_t)count));
}

/* Indexes of limitNames in confine.ts. */
static const int limits[] = {RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_FSIZE, RLIMIT_CPU};

static napi_value limit_resource(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  double which = 0, value = 0;
  if (!native_arguments(env, info, 2, argument) ||
      !native_natural(env, argument[0], sizeof limits / sizeof limits[0] - 1, &which) ||
      !native_natural(env, argument[1], 9007199254740991.0, &value))
    return native_number(env, -EINVAL);
  struct rlimit limit = {.rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)value};
  return native_number(env, setrlimit(limits[(int)which], &limit) == 0 ? 0 : -errno);
}

const native_call confine_calls[] = {{"landlockAbi", landlock_abi},
                                     {"landlock", landlock},
                                     {"noNewPrivileges", no_new_privileges},
                                     {"changeRoot", change_root},
                                     {"changeIds", change_ids},
                                     {"limitResource", limit_resource},
                                     {NULL, NULL}};
