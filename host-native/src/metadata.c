/* Extended attributes of names below a held directory, and names of users and groups through the C library (NSS).
 * Attributes are always those of the name itself: a symlink at the last component is never followed. */
#define _GNU_SOURCE
#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Calls relative to a directory descriptor came with Linux 6.13; the numbers are the same on all machines but Alpha. */
#ifndef __NR_setxattrat
#define __NR_setxattrat 463
#define __NR_getxattrat 464
#define __NR_listxattrat 465
#define __NR_removexattrat 466
#endif

/* Longest name of an attribute, with its closing zero (XATTR_NAME_MAX + 1). */
enum { KEY_ROOM = 256 };
/* "/proc/self/fd/", a number and a slash before the name. */
enum { FALLBACK_ROOM = PATH_MAX + 32 };

typedef enum { XATTR_LIST, XATTR_GET, XATTR_SET, XATTR_REMOVE } xattr_operation;

typedef struct {
  xattr_operation operation;
  int directory;
  const char *name;
  const char *key;
  uint8_t *bytes;
  size_t length;
} xattr_request;

/* struct xattr_args of linux/xattr.h. */
typedef struct {
  uint64_t value;
  uint32_t size;
  uint32_t flags;
} xattr_value;

static ssize_t xattr_by_path(const xattr_request *request, const char *path) {
  switch (request->operation) {
    case XATTR_LIST: return llistxattr(path, (char *)request->bytes, request->length);
    case XATTR_GET: return lgetxattr(path, request->key, request->bytes, request->length);
    case XATTR_SET: return lsetxattr(path, request->key, request->bytes, request->length, 0);
    default: return lremovexattr(path, request->key);
  }
}

static ssize_t xattr_by_descriptor(const xattr_request *request) {
  const int flags = AT_SYMLINK_NOFOLLOW;
  xattr_value value = {(uint64_t)(uintptr_t)request->bytes, (uint32_t)request->length, 0};
  switch (request->operation) {
    case XATTR_LIST:
      return syscall(__NR_listxattrat, request->directory, request->name, flags, request->bytes, request->length);
    case XATTR_GET:
      return syscall(__NR_getxattrat, request->directory, request->name, flags, request->key, &value, sizeof value);
    case XATTR_SET:
      return syscall(__NR_setxattrat, request->directory, request->name, flags, request->key, &value, sizeof value);
    default: return syscall(__NR_removexattrat, request->directory, request->name, flags, request->key);
  }
}

/* Older kernels: the held directory by its name in /proc, which leads to the directory whatever its path is now. */
static int64_t xattr_call(const xattr_request *request) {
  char path[FALLBACK_ROOM];
  ssize_t result = -1;
  if (request->directory == AT_FDCWD) {
    result = xattr_by_path(request, request->name);
    return result < 0 ? -errno : result;
  }
  result = xattr_by_descriptor(request);
  /* EPERM: a filter of system calls that does not know these. If it is the file system's answer it says so again. */
  if (result >= 0 || (errno != ENOSYS && errno != EPERM)) return result < 0 ? -errno : result;
  snprintf(path, sizeof path, "/proc/self/fd/%d/%s", request->directory, request->name);
  result = xattr_by_path(request, path);
  return result < 0 ? -errno : result;
}

static int key_argument(napi_env env, napi_value value, char key[KEY_ROOM]) {
  char text[PATH_MAX];
  int status = native_text(env, value, text);
  if (status != 0) return status == -ENOENT ? -EINVAL : status;
  size_t length = strlen(text);
  if (length >= KEY_ROOM) return -ERANGE;
  memcpy(key, text, length + 1);
  return 0;
}

/* The call with `wanted` arguments: directory, name, then key and bytes in this order where the operation has them. */
static napi_value xattr_entry(napi_env env, napi_callback_info info, xattr_operation operation) {
  const bool has_key = operation != XATTR_LIST;
  const bool has_bytes = operation != XATTR_REMOVE;
  napi_value arguments[4];
  char name[PATH_MAX];
  char key[KEY_ROOM];
  xattr_request request = {operation, -1, name, key, NULL, 0};
  const size_t wanted = 2u + (has_key ? 1u : 0u) + (has_bytes ? 1u : 0u);
  if (!native_arguments(env, info, wanted, arguments) || !native_int(env, arguments[0], &request.directory))
    return native_number(env, -EINVAL);
  int status = native_text(env, arguments[1], name);
  if (status == 0 && has_key) status = key_argument(env, arguments[2], key);
  if (status == 0 && has_bytes && !native_bytes(env, arguments[wanted - 1], &request.bytes, &request.length))
    status = -EINVAL;
  return native_number(env, status != 0 ? status : xattr_call(&request));
}

static napi_value list_xattrs(napi_env env, napi_callback_info info) { return xattr_entry(env, info, XATTR_LIST); }
static napi_value get_xattr(napi_env env, napi_callback_info info) { return xattr_entry(env, info, XATTR_GET); }
static napi_value set_xattr(napi_env env, napi_callback_info info) { return xattr_entry(env, info, XATTR_SET); }
static napi_value remove_xattr(napi_env env, napi_callback_info info) { return xattr_entry(env, info, XATTR_REMOVE); }

/* The C library says ERANGE while its answer (a group with many members) does not fit. */
enum { FIRST_ROOM = 1024, LARGEST_ROOM = 4 << 20 };

typedef enum { USER_BY_ID, USER_BY_NAME, GROUP_BY_ID, GROUP_BY_NAME } account_question;

typedef struct {
  account_question question;
  uint32_t id;
  const char *name;
} account_request;

typedef struct {
  struct passwd user;
  struct group group;
} account_answer;

static int account_lookup(const account_request *request, account_answer *answer, char *room, size_t size, bool *found) {
  struct passwd *user = NULL;
  struct group *group = NULL;
  int status = 0;
  switch (request->question) {
    case USER_BY_ID: status = getpwuid_r(request->id, &answer->user, room, size, &user); break;
    case USER_BY_NAME: status = getpwnam_r(request->name, &answer->user, room, size, &user); break;
    case GROUP_BY_ID: status = getgrgid_r(request->id, &answer->group, room, size, &group); break;
    case GROUP_BY_NAME: status = getgrnam_r(request->name, &answer->group, room, size, &group); break;
  }
  *found = user != NULL || group != NULL;
  return status;
}

static napi_value account_result(napi_env env, account_question question, const account_answer *answer) {
  napi_value result = NULL;
  switch (question) {
    case USER_BY_NAME: return native_number(env, answer->user.pw_uid);
    case GROUP_BY_NAME: return native_number(env, answer->group.gr_gid);
    case USER_BY_ID: napi_create_string_latin1(env, answer->user.pw_name, NAPI_AUTO_LENGTH, &result); break;
    case GROUP_BY_ID: napi_create_string_latin1(env, answer->group.gr_name, NAPI_AUTO_LENGTH, &result); break;
  }
  return result;
}

/* Any failure of a name service is told as -ENOENT: an id without a name travels as a number. */
static napi_value account_entry(napi_env env, napi_callback_info info, account_question question) {
  const bool by_id = question == USER_BY_ID || question == GROUP_BY_ID;
  napi_value argument;
  napi_value result = NULL;
  char name[PATH_MAX];
  double id = 0;
  bool found = false;
  account_answer answer;
  int status = native_arguments(env, info, 1, &argument) ? 0 : -EINVAL;
  if (status == 0 && by_id && !native_natural(env, argument, UINT32_MAX, &id)) status = -EINVAL;
  if (status == 0 && !by_id) status = native_text(env, argument, name);
  if (status != 0) return native_number(env, status);
  const account_request request = {question, (uint32_t)id, name};
  char *room = NULL;
  for (size_t size = FIRST_ROOM; size <= LARGEST_ROOM; size *= 4) {
    char *larger = realloc(room, size);
    if (larger == NULL) break;
    room = larger;
    if (account_lookup(&request, &answer, room, size, &found) != ERANGE) break;
  }
  if (found) result = account_result(env, question, &answer);
  free(room);
  return result != NULL ? result : native_number(env, -ENOENT);
}

static napi_value user_name(napi_env env, napi_callback_info info) { return account_entry(env, info, USER_BY_ID); }
static napi_value user_id(napi_env env, napi_callback_info info) { return account_entry(env, info, USER_BY_NAME); }
static napi_value group_name(napi_env env, napi_callback_info info) { return account_entry(env, info, GROUP_BY_ID); }
static napi_value group_id(napi_env env, napi_callback_info info) { return account_entry(env, info, GROUP_BY_NAME); }

const native_call metadata_calls[] = {{"listXattrs", list_xattrs}, {"getXattr", get_xattr},
                                      {"setXattr", set_xattr},     {"removeXattr", remove_xattr},
                                      {"userName", user_name},     {"userId", user_id},
                                      {"groupName", group_name},   {"groupId", group_id},
                                      {NULL, NULL}};
