/* Puts a whole file in place in one call: temporary name, data, owner, times, mode, final name (docs/protocol/04-transfer.md
 * §9.2, §9.6, §10.1). Knows no names but those in a held directory, and leaves no temporary file behind when it fails. */
#define _GNU_SOURCE
#include "install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { CREATE_TRIES = 100, SLICE_BYTES = 8 << 20 };

/* A file that is being written. */
typedef struct {
  int file;
  bool unnamed;
  char name[NAME_MAX + 1]; /* the temporary one, if it has one */
} install_output;

bool install_arguments(napi_env env, napi_value directory, napi_value prefix, napi_value name, napi_value record,
                       install_job *job) {
  char text[PATH_MAX];
  double *field = NULL;
  if (!native_int(env, directory, &job->directory) || !native_doubles(env, record, JOB_FIELDS, &field)) return false;
  if (native_text(env, prefix, text) != 0 || strlen(text) > NAME_MAX - INSTALL_SUFFIX_BYTES) return false;
  if (strchr(text, '/') != NULL) return false;
  strcpy(job->prefix, text);
  if (native_text(env, name, text) != 0 || strlen(text) > NAME_MAX || strchr(text, '/') != NULL) return false;
  strcpy(job->name, text);
  static const double least[JOB_FIELDS] = {0, 0, -1, -1, -9007199254740991.0, 0};
  static const double most[JOB_FIELDS] = {9007199254740991.0, 07777, UINT32_MAX - 1.0, UINT32_MAX - 1.0, 9007199254740991.0,
                                          UTIME_OMIT};
  for (int each = 0; each < JOB_FIELDS; each++)
    if (!(field[each] >= least[each] && field[each] <= most[each])) return false;
  job->size = (uint64_t)field[JOB_SIZE];
  job->mode = (int)field[JOB_MODE];
  job->uid = field[JOB_UID] < 0 ? (uid_t)-1 : (uid_t)field[JOB_UID];
  job->gid = field[JOB_GID] < 0 ? (gid_t)-1 : (gid_t)field[JOB_GID];
  job->mtime.tv_sec = (time_t)field[JOB_MTIME_SEC];
  job->mtime.tv_nsec = (long)field[JOB_MTIME_NSEC];
  return true;
}

uint64_t install_seed(void) {
  uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    seed = (uint64_t)now.tv_nsec * 6364136223846793005u + (uint64_t)getpid();
  }
  return seed | 1;
}

static void new_suffix(install_room *room, char suffix[INSTALL_SUFFIX_BYTES + 1]) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  room->random ^= room->random << 13;
  room->random ^= room->random >> 7;
  room->random ^= room->random << 17;
  uint64_t left = room->random;
  for (int i = 0; i < INSTALL_SUFFIX_BYTES; i++) {
    suffix[i] = letters[left % 62];
    left /= 62;
  }
  suffix[INSTALL_SUFFIX_BYTES] = 0;
}

/* A free temporary name; -1 with errno where none can be made: a new file, or a second name for an unnamed one (§9.2). */
static int make_named(const install_job *job, install_room *room, install_result *result, install_output *output,
                      int (*make)(const install_job *, const install_output *)) {
  for (int tries = 1;; tries++) {
    new_suffix(room, result->suffix);
    size_t length = strlen(job->prefix);
    memcpy(output->name, job->prefix, length);
    memcpy(output->name + length, result->suffix, INSTALL_SUFFIX_BYTES + 1);
    int made = make(job, output);
    if (made >= 0 || (errno == EEXIST && tries == CREATE_TRIES)) return made;
    result->suffix[0] = 0;
    if (errno != EEXIST) return made;
  }
}

static int create_named(const install_job *job, const install_output *output) {
  int mode = (job->mode | 0200) & 0700;
  return openat(job->directory, output->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

static int link_unnamed(const install_job *job, const install_output *output) {
  return linkat(output->file, "", job->directory, output->name, AT_EMPTY_PATH);
}

/* An unnamed file where the file system has them: whatever ends the process, nothing is left of it. */
static bool create(const install_job *job, install_room *room, install_result *result, install_output *output) {
  output->file = -1;
  output->unnamed = false;
  if (!room->names_only) {
    output->file = openat(job->directory, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, job->mode & 0777);
    output->unnamed = output->file >= 0;
    if (output->file < 0) room->names_only = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL;
  }
  if (output->file < 0) output->file = make_named(job, room, result, output, create_named);
  return output->file >= 0;
}

/* Gives a finished file its name. STEP_STOPPED: unnamed files cannot be given one here. */
static install_step name_output(const install_job *job, install_room *room, install_result *result,
                                install_output *output) {
  if (output->unnamed) {
    if (linkat(output->file, "", job->directory, job->name, AT_EMPTY_PATH) == 0) return STEP_DONE;
    /* Something has the name already: it is replaced at one stroke, for which this one needs a name. */
    if (errno != EEXIST || make_named(job, room, result, output, link_unnamed) != 0) {
      room->names_only = true;
      return STEP_STOPPED;
    }
  }
  if (renameat(job->directory, output->name, job->directory, job->name) == 0) return STEP_DONE;
  result->error = errno;
  unlinkat(job->directory, output->name, 0);
  return STEP_RENAME;
}

static int write_all(int file, const uint8_t *bytes, uint64_t length, uint64_t position) {
  while (length > 0) {
    ssize_t count = pwrite(file, bytes, length, (off_t)position);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : EIO;
    bytes += count;
    position += (uint64_t)count;
    length -= (uint64_t)count;
  }
  return 0;
}

/* Copies what the kernel does not copy by itself; a source that ends early is a read error, as for the sender (§5). */
static install_step copy_piece(const install_job *job, install_room *room, int file, uint64_t *position, int *error) {
  uint64_t wanted = job->size - *position;
  if (wanted > INSTALL_BUFFER_BYTES) wanted = INSTALL_BUFFER_BYTES;
  ssize_t count;
  do count = pread(job->source, room->buffer, wanted, (off_t)*position);
  while (count < 0 && errno == EINTR);
  if (count <= 0) {
    *error = count < 0 ? errno : ENODATA;
    return STEP_READ;
  }
  *error = write_all(file, room->buffer, (uint64_t)count, *position);
  *position += (uint64_t)count;
  return *error == 0 ? STEP_DONE : STEP_WRITE;
}

static install_step copy_data(const install_job *job, install_room *room, int file, int *error) {
  /* Setting a copy in the kernel up costs more than two calls for a small file. */
  bool in_kernel = job->size > INSTALL_BUFFER_BYTES;
  for (uint64_t position = 0; position < job->size;) {
    if (room->stopped != NULL && atomic_load_explicit(room->stopped, memory_order_relaxed)) return STEP_STOPPED;
    if (in_kernel) {
      off64_t from = (off64_t)position, to = (off64_t)position;
      uint64_t left = job->size - position;
      ssize_t count = copy_file_range(job->source, &from, file, &to, left < SLICE_BYTES ? left : SLICE_BYTES, 0);
      if (count > 0) position += (uint64_t)count;
      else in_kernel = false;
      continue;
    }
    install_step step = copy_piece(job, room, file, &position, error);
    if (step != STEP_DONE) return step;
  }
  return STEP_DONE;
}

/* In upstream's order; one that fails is told and does not keep the file from its place (§10.1). */
static void set_attributes(const install_job *job, int file, install_result *result) {
  struct stat now;
  if (fstat(file, &now) != 0) {
    result->mode_error = errno;
    return;
  }
  bool owner = job->uid != (uid_t)-1 && job->uid != now.st_uid;
  bool group = job->gid != (gid_t)-1 && job->gid != now.st_gid;
  if (owner || group) {
    result->group_only = !owner;
    if (fchown(file, owner ? job->uid : (uid_t)-1, group ? job->gid : (gid_t)-1) != 0) {
      result->owner_error = errno;
      /* What was meant for another owner or group is nobody else's: as a named temporary file would stay. */
      (void)!fchmod(file, (mode_t)((job->mode | 0200) & 0700));
      return;
    }
  }
  if (job->mtime.tv_nsec != UTIME_OMIT) {
    struct timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, job->mtime};
    if (futimens(file, times) != 0) result->times_error = errno;
  }
  if ((now.st_mode & 07777) != (mode_t)job->mode && fchmod(file, (mode_t)job->mode) != 0) result->mode_error = errno;
}

static install_step fill(const install_job *job, install_room *room, const install_output *output,
                         install_result *result) {
  install_step step;
  if (job->source >= 0) step = copy_data(job, room, output->file, &result->error);
  else step = (result->error = write_all(output->file, job->bytes, job->size, 0)) == 0 ? STEP_DONE : STEP_WRITE;
  if (step == STEP_DONE) set_attributes(job, output->file, result);
  return step;
}

void install_file(const install_job *job, install_room *room, install_result *result) {
  install_output output;
  bool again;
  do {
    *result = (install_result){.step = STEP_CREATE};
    if (!create(job, room, result, &output)) {
      result->error = errno;
      return;
    }
    result->step = fill(job, room, &output, result);
    install_step written = result->step;
    if (output.unnamed && written == STEP_DONE) result->step = name_output(job, room, result, &output);
    again = output.unnamed && written == STEP_DONE && result->step == STEP_STOPPED;
    if (close(output.file) != 0 && errno != EINTR && !output.unnamed && written == STEP_DONE) {
      result->step = STEP_WRITE;
      result->error = errno;
    }
    if (output.unnamed) continue;
    if (result->step == STEP_DONE) result->step = name_output(job, room, result, &output);
    else unlinkat(job->directory, output.name, 0);
  } while (again);
}

void install_record(const install_result *result, double *field) {
  uint64_t suffix = 0;
  for (int i = 0; i < INSTALL_SUFFIX_BYTES && result->suffix[0] != 0; i++) suffix = suffix << 8 | (uint8_t)result->suffix[i];
  field[RESULT_STEP] = result->step;
  field[RESULT_ERRNO] = result->error;
  field[RESULT_OWNER_ERRNO] = result->owner_error;
  field[RESULT_GROUP_ONLY] = result->group_only;
  field[RESULT_TIMES_ERRNO] = result->times_error;
  field[RESULT_MODE_ERRNO] = result->mode_error;
  field[RESULT_SUFFIX] = (double)suffix;
}

/* installFile(directory, prefix, name, bytes, job, result): the step that failed, 0 for none, -EINVAL. */
static napi_value call_install_file(napi_env env, napi_callback_info info) {
  napi_value argument[6];
  install_job job = {.source = -1};
  install_result result;
  uint8_t *bytes = NULL;
  size_t length = 0;
  double *field = NULL;
  if (!native_arguments(env, info, 6, argument) ||
      !install_arguments(env, argument[0], argument[1], argument[2], argument[4], &job) ||
      !native_bytes(env, argument[3], &bytes, &length) || !native_doubles(env, argument[5], RESULT_FIELDS, &field))
    return native_number(env, -EINVAL);
  job.bytes = bytes;
  job.size = length;
  install_room room = {.random = install_seed()};
  install_file(&job, &room, &result);
  install_record(&result, field);
  return native_number(env, result.step);
}

const native_call install_calls[] = {{"installFile", call_install_file}, {NULL, NULL}};
