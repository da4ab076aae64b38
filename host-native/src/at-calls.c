/* System calls relative to held directory descriptors. Names are one or more components; none of the calls that change
 * something follows a symlink at the last one. */
#define _GNU_SOURCE
#include "module.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

enum { MOST_ARGUMENTS = 7, DIRENTS_BYTES = 32768 };
static const double MOST_MODE = 0177777;
static const double MOST_ID = 4294967295.0;

static napi_value result(napi_env env, long status) { return native_number(env, status < 0 ? -errno : status); }

/* The first two arguments of nearly every call: descriptor of the directory (AT_FDCWD allowed) and name. 0 or -errno. */
static int place(napi_env env, napi_value *arguments, int *directory, char name[PATH_MAX]) {
  if (!native_int(env, arguments[0], directory)) return -EINVAL;
  return native_text(env, arguments[1], name);
}

/* openat(directory, name, flags, mode) -> descriptor; always O_CLOEXEC. */
static napi_value open_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char name[PATH_MAX];
  int directory = -1, flags = 0, opened = -1;
  double mode = 0;
  if (!native_arguments(env, info, 4, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status != 0) return native_number(env, status);
  if (!native_int(env, arguments[2], &flags) || !native_natural(env, arguments[3], 07777, &mode))
    return native_number(env, -EINVAL);
  do opened = openat(directory, name, flags | O_CLOEXEC, (mode_t)mode);
  while (opened < 0 && errno == EINTR);
  return result(env, opened);
}

/* openat2(directory, name, flags, mode, resolve) -> descriptor; always O_CLOEXEC. */
static napi_value open_at_resolved(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char name[PATH_MAX];
  int directory = -1, flags = 0;
  double mode = 0, resolve = 0;
  if (!native_arguments(env, info, 5, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status != 0) return native_number(env, status);
  if (!native_int(env, arguments[2], &flags) || !native_natural(env, arguments[3], 07777, &mode) ||
      !native_natural(env, arguments[4], 0xff, &resolve))
    return native_number(env, -EINVAL);
  struct open_how how = {.flags = (uint64_t)(uint32_t)(flags | O_CLOEXEC),
                         .mode = (uint64_t)mode,
                         .resolve = (uint64_t)resolve};
  long opened = -1;
  do opened = syscall(SYS_openat2, directory, name, &how, sizeof how);
  while (opened < 0 && errno == EINTR);
  return result(env, opened);
}

/* statat(directory, name, follow, record) -> 0 */
static napi_value stat_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char name[PATH_MAX];
  int directory = -1;
  bool follow = false;
  double *field = NULL;
  struct stat stat;
  if (!native_arguments(env, info, 4, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status != 0) return native_number(env, status);
  if (napi_get_value_bool(env, arguments[2], &follow) != napi_ok ||
      !native_doubles(env, arguments[3], STAT_FIELDS, &field))
    return native_number(env, -EINVAL);
  if (fstatat(directory, name, &stat, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) return result(env, -1);
  native_stat_record(field, &stat);
  return native_number(env, 0);
}

/* birthtimeat(directory, name, record) -> 0; ENODATA where the file system keeps none. Of the name itself. */
static napi_value birth_time_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char name[PATH_MAX];
  int directory = -1;
  double *field = NULL;
  struct statx found;
  if (!native_arguments(env, info, 3, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status != 0) return native_number(env, status);
  if (!native_doubles(env, arguments[2], 2, &field)) return native_number(env, -EINVAL);
  if (statx(directory, name, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &found) != 0) return result(env, -1);
  if ((found.stx_mask & STATX_BTIME) == 0) return native_number(env, -ENODATA);
  field[0] = (double)found.stx_btime.tv_sec;
  field[1] = (double)found.stx_btime.tv_nsec;
  return native_number(env, 0);
}

static napi_value with_number(napi_env env, napi_callback_info info, double limit,
                              int (*call)(int directory, const char *name, unsigned number)) {
  napi_value arguments[MOST_ARGUMENTS];
  char name[PATH_MAX];
  int directory = -1;
  double number = 0;
  if (!native_arguments(env, info, 3, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status == 0 && !native_natural(env, arguments[2], limit, &number)) status = -EINVAL;
  if (status != 0) return native_number(env, status);
  return result(env, call(directory, name, (unsigned)number));
}

static int remove_entry(int directory, const char *name, unsigned flags) {
  return unlinkat(directory, name, (int)flags);
}

static int make_directory(int directory, const char *name, unsigned mode) { return mkdirat(directory, name, mode); }

/* Before Linux 6.6 there is no call for it: the object itself is opened, and changed through its name in /proc. */
static int change_mode_by_proc(int directory, const char *name, unsigned mode) {
  char link[32];
  struct stat stat;
  int opened = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (opened < 0) return -1;
  int status = fstat(opened, &stat);
  if (status == 0 && S_ISLNK(stat.st_mode)) {
    errno = ELOOP;
    status = -1;
  } else if (status == 0) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", opened);
    status = chmod(link, (mode_t)mode);
  }
  int why = errno;
  close(opened);
  errno = why;
  return status;
}

static int change_mode(int directory, const char *name, unsigned mode) {
  if (syscall(SYS_fchmodat2, directory, name, mode, AT_SYMLINK_NOFOLLOW) == 0) return 0;
  if (errno == ENOSYS || errno == EPERM) return change_mode_by_proc(directory, name, mode);
  if (errno == EOPNOTSUPP) errno = ELOOP;
  return -1;
}

/* unlinkat(directory, name, flags) -> 0; AT_REMOVEDIR is 0x200. */
static napi_value unlink_at(napi_env env, napi_callback_info info) {
  return with_number(env, info, AT_REMOVEDIR, remove_entry);
}

/* mkdirat(directory, name, mode) -> 0; the umask is taken from the mode. */
static napi_value mkdir_at(napi_env env, napi_callback_info info) {
  return with_number(env, info, 07777, make_directory);
}

/* fchmodat(directory, name, mode) -> 0; ELOOP for a symlink. */
static napi_value chmod_at(napi_env env, napi_callback_info info) {
  return with_number(env, info, 07777, change_mode);
}

/* renameat2(fromDirectory, from, toDirectory, to, flags) -> 0; flag 1 refuses an existing `to` (EEXIST), 2 exchanges both. */
static napi_value rename_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char from[PATH_MAX], to[PATH_MAX];
  int from_directory = -1, to_directory = -1, flags = 0;
  if (!native_arguments(env, info, 5, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &from_directory, from);
  if (status == 0) status = place(env, arguments + 2, &to_directory, to);
  if (status != 0) return native_number(env, status);
  if (!native_int(env, arguments[4], &flags) || flags < 0) return native_number(env, -EINVAL);
  if (flags == 0) return result(env, renameat(from_directory, from, to_directory, to));
  return result(env, syscall(SYS_renameat2, from_directory, from, to_directory, to, flags));
}

/* linkat(existingDirectory, existing, directory, name) -> 0; a symlink gets another name itself. */
static napi_value link_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char existing[PATH_MAX], name[PATH_MAX];
  int existing_directory = -1, directory = -1;
  if (!native_arguments(env, info, 4, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &existing_directory, existing);
  if (status == 0) status = place(env, arguments + 2, &directory, name);
  if (status != 0) return native_number(env, status);
  return result(env, linkat(existing_directory, existing, directory, name, 0));
}

/* symlinkat(target, directory, name) -> 0 */
static napi_value symlink_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char target[PATH_MAX], name[PATH_MAX];
  int directory = -1;
  if (!native_arguments(env, info, 3, arguments)) return native_number(env, -EINVAL);
  int status = native_text(env, arguments[0], target);
  if (status == 0) status = place(env, arguments + 1, &directory, name);
  if (status != 0) return native_number(env, status);
  return result(env, symlinkat(target, directory, name));
}

/* readlinkat(directory, name) -> target as latin1 string | -errno */
static napi_value readlink_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  napi_value text = NULL;
  char name[PATH_MAX], target[PATH_MAX];
  int directory = -1;
  if (!native_arguments(env, info, 2, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status != 0) return native_number(env, status);
  ssize_t length = readlinkat(directory, name, target, sizeof target);
  if (length < 0) return result(env, -1);
  if (napi_create_string_latin1(env, target, (size_t)length, &text) != napi_ok) return native_number(env, -ENOMEM);
  return text;
}

/* mknodat(directory, name, mode, major, minor) -> 0; `mode` with the type, less the umask. */
static napi_value mknod_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char name[PATH_MAX];
  int directory = -1;
  double mode = 0, major_number = 0, minor_number = 0;
  if (!native_arguments(env, info, 5, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status != 0) return native_number(env, status);
  if (!native_natural(env, arguments[2], MOST_MODE, &mode) || !native_natural(env, arguments[3], MOST_ID, &major_number) ||
      !native_natural(env, arguments[4], MOST_ID, &minor_number))
    return native_number(env, -EINVAL);
  return result(env, mknodat(directory, name, (mode_t)mode, makedev((unsigned)major_number, (unsigned)minor_number)));
}

/* fchownat(directory, name, uid, gid) -> 0; -1 leaves one as it is; a symlink's own owner. */
static napi_value chown_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char name[PATH_MAX];
  int directory = -1;
  uid_t uid = 0;
  gid_t gid = 0;
  if (!native_arguments(env, info, 4, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status != 0) return native_number(env, status);
  if (!native_id(env, arguments[2], &uid) || !native_id(env, arguments[3], &gid)) return native_number(env, -EINVAL);
  return result(env, fchownat(directory, name, uid, gid, AT_SYMLINK_NOFOLLOW));
}

/* utimensat(directory, name, atimeSec, atimeNsec, mtimeSec, mtimeNsec) -> 0; a symlink's own times. */
static napi_value set_times_at(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  char name[PATH_MAX];
  int directory = -1;
  struct timespec times[2];
  if (!native_arguments(env, info, 6, arguments)) return native_number(env, -EINVAL);
  int status = place(env, arguments, &directory, name);
  if (status == 0) status = native_time(env, arguments[2], arguments[3], &times[0]);
  if (status == 0) status = native_time(env, arguments[4], arguments[5], &times[1]);
  if (status != 0) return native_number(env, status);
  return result(env, utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW));
}

static bool is_dot(const char *name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

struct entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

/* Appends the names of one filled buffer to the array. 0 or -errno. */
static int append_names(napi_env env, const char *buffer, long size, napi_value names, uint32_t *count) {
  for (long at = 0; at < size;) {
    const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
    napi_value name = NULL;
    at += entry->length;
    if (is_dot(entry->name)) continue;
    if (napi_create_string_latin1(env, entry->name, NAPI_AUTO_LENGTH, &name) != napi_ok ||
        napi_set_element(env, names, (*count)++, name) != napi_ok)
      return -ENOMEM;
  }
  return 0;
}

/* getdents(directory) -> names of the whole directory as latin1 strings, from its beginning | -errno */
static napi_value list_names(napi_env env, napi_callback_info info) {
  napi_value arguments[MOST_ARGUMENTS];
  napi_value names = NULL;
  _Alignas(struct entry) char buffer[DIRENTS_BYTES];
  int directory = -1;
  uint32_t count = 0;
  long size = 0;
  if (!native_arguments(env, info, 1, arguments) || !native_int(env, arguments[0], &directory))
    return native_number(env, -EINVAL);
  if (lseek(directory, 0, SEEK_SET) < 0) return result(env, -1);
  if (napi_create_array(env, &names) != napi_ok) return native_number(env, -ENOMEM);
  while ((size = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
    int status = append_names(env, buffer, size, names, &count);
    if (status != 0) return native_number(env, status);
  }
  return size < 0 ? result(env, -1) : names;
}

const native_call at_calls[] = {{"openat", open_at},         {"openat2", open_at_resolved}, {"statat", stat_at},
                                {"birthtimeat", birth_time_at}, {"unlinkat", unlink_at},    {"mkdirat", mkdir_at},
                                {"fchmodat", chmod_at},      {"renameat2", rename_at},      {"linkat", link_at},
                                {"symlinkat", symlink_at},   {"readlinkat", readlink_at},   {"mknodat", mknod_at},
                                {"fchownat", chown_at},      {"utimensat", set_times_at},   {"getdents", list_names},
                                {NULL, NULL}};
