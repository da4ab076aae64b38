/* One whole file put in place: what is to be done, what became of it. Shared by install.c and install-pool.c. */
#ifndef OCRSYNC_INSTALL_H
#define OCRSYNC_INSTALL_H
#include "module.h"

#include <stdatomic.h>
#include <sys/types.h>
#include <time.h>

enum { INSTALL_BUFFER_BYTES = 256 * 1024, INSTALL_SUFFIX_BYTES = 6 };

/* Numbers in a job record, in the order of install.ts. */
enum { JOB_SIZE, JOB_MODE, JOB_UID, JOB_GID, JOB_MTIME_SEC, JOB_MTIME_NSEC, JOB_FIELDS };
/* Numbers in a result record, in the order of install.ts. */
enum {
  RESULT_STEP,
  RESULT_ERRNO,
  RESULT_OWNER_ERRNO,
  RESULT_GROUP_ONLY,
  RESULT_TIMES_ERRNO,
  RESULT_MODE_ERRNO,
  RESULT_SUFFIX,
  RESULT_FIELDS
};

typedef enum { STEP_DONE, STEP_CREATE, STEP_READ, STEP_WRITE, STEP_RENAME, STEP_STOPPED } install_step;

typedef struct {
  int source;            /* copied from its beginning; -1: `bytes` are the data */
  const uint8_t *bytes;
  uint64_t size;
  int directory;         /* where both names are */
  int mode;              /* permission bits at the end */
  uid_t uid;             /* -1: stays */
  gid_t gid;             /* -1: stays */
  struct timespec mtime; /* UTIME_OMIT: stays */
  char prefix[NAME_MAX + 1];
  char name[NAME_MAX + 1];
} install_job;

typedef struct {
  install_step step; /* the one that failed */
  int error;
  int owner_error, times_error, mode_error; /* these leave the file as it is and do not end the job */
  bool group_only;                          /* the owner was right already */
  char suffix[INSTALL_SUFFIX_BYTES + 1];    /* of the temporary name; empty: it had none */
} install_result;

/* What one thread keeps from job to job. */
typedef struct {
  uint8_t *buffer;         /* INSTALL_BUFFER_BYTES */
  uint64_t random;         /* state of the letters; not secret, the file is made with O_EXCL */
  bool names_only;         /* the file system has no unnamed files */
  atomic_bool *stopped;    /* looked at between pieces; NULL: never */
} install_room;

/* Reads a job's names and numbers; false when an argument is none. Does not touch source and bytes. */
bool install_arguments(napi_env env, napi_value directory, napi_value prefix, napi_value name, napi_value record,
                       install_job *job);
uint64_t install_seed(void);
void install_file(const install_job *job, install_room *room, install_result *result);
void install_record(const install_result *result, double *field);
#endif
