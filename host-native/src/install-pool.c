/* A few threads that put files in place behind the JavaScript thread's back: jobs in, results out in the same order. The
 * queue is bounded; nothing of a pool outlives its close (docs/architecture.md, "Local copies"). */
#define _GNU_SOURCE
#include "install.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
  MOST_THREADS = 4,
  MOST_JOBS = 256,
  /* Descriptors that the rest of the process needs, and what one job may hold: its source, its directory, its output. */
  OTHER_DESCRIPTORS = 40,
  DESCRIPTORS_A_JOB = 3,
  /* The JavaScript thread does no longer jobs itself: it has signals and progress to look after. */
  LARGEST_OWN_BYTES = 1 << 20,
  /* A sleeping thread is woken for so many jobs at least: waking costs as much as a small file. */
  WORTH_WAKING = 16
};
static const uint64_t pool_magic = 0x6f637273796e6331u;

typedef enum { SLOT_QUEUED, SLOT_TAKEN, SLOT_FINISHED } slot_state;

typedef struct {
  install_job job;
  install_result result;
  slot_state state;
} pool_slot;

typedef struct {
  uint64_t magic;
  pthread_mutex_t lock;
  pthread_cond_t work;     /* for threads: jobs, or the end */
  pthread_cond_t finished; /* for the JavaScript thread */
  pthread_t thread[MOST_THREADS];
  unsigned threads, sleeping;
  atomic_bool stopped;
  bool closed;
  /* Ever growing numbers of jobs: collected <= finished in order <= taken <= submitted. */
  uint64_t collected, taken, submitted;
  unsigned capacity, done, wake_at;
  install_room own; /* of the JavaScript thread, which does jobs too instead of sleeping */
  pool_slot slot[];
} install_pool;

static pool_slot *slot_of(install_pool *pool, uint64_t number) { return &pool->slot[number % pool->capacity]; }

/* Does the oldest job that nobody has. To be called with the lock, which is given up meanwhile. */
static void do_job(install_pool *pool, install_room *room) {
  pool_slot *slot = slot_of(pool, pool->taken++);
  slot->state = SLOT_TAKEN;
  pthread_mutex_unlock(&pool->lock);
  if (room->buffer != NULL) install_file(&slot->job, room, &slot->result);
  else slot->result = (install_result){.step = STEP_CREATE, .error = ENOMEM};
  close(slot->job.source);
  slot->job.source = -1;
  pthread_mutex_lock(&pool->lock);
  slot->state = SLOT_FINISHED;
  if (++pool->done >= pool->wake_at) pthread_cond_signal(&pool->finished);
}

static install_room new_room(install_pool *pool) {
  return (install_room){.buffer = malloc(INSTALL_BUFFER_BYTES), .random = install_seed(), .stopped = &pool->stopped};
}

static void *work(void *argument) {
  install_pool *pool = argument;
  install_room room = new_room(pool);
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    while (!pool->closed && pool->taken == pool->submitted) {
      pool->sleeping++;
      pthread_cond_wait(&pool->work, &pool->lock);
      pool->sleeping--;
    }
    if (pool->closed) break;
    do_job(pool, &room);
  }
  pthread_mutex_unlock(&pool->lock);
  free(room.buffer);
  return NULL;
}

/* Ends the threads; the file that one is at is taken away again or completed, those that wait are forgotten. */
static void close_pool(install_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  bool was_closed = pool->closed;
  pool->closed = true;
  atomic_store(&pool->stopped, true);
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  if (was_closed) return;
  for (unsigned i = 0; i < pool->threads; i++) pthread_join(pool->thread[i], NULL);
  for (uint64_t number = pool->taken; number < pool->submitted; number++) close(slot_of(pool, number)->job.source);
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  install_pool *pool = data;
  close_pool(pool);
  pthread_cond_destroy(&pool->work);
  pthread_cond_destroy(&pool->finished);
  pthread_mutex_destroy(&pool->lock);
  pool->magic = 0;
  free(pool->own.buffer);
  free(pool);
}

/* So many that a process with few descriptors still has some; 0: better not at all. */
static unsigned capacity_of(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur == RLIM_INFINITY) return MOST_JOBS;
  if (limit.rlim_cur <= OTHER_DESCRIPTORS) return 0;
  uint64_t capacity = (limit.rlim_cur - OTHER_DESCRIPTORS) / DESCRIPTORS_A_JOB;
  return capacity < MOST_JOBS ? (unsigned)capacity : MOST_JOBS;
}

/* Signals stay with the JavaScript thread. 0 or errno; a pool with fewer threads than wanted works as well. */
static int start_threads(install_pool *pool, unsigned wanted) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  while (error == 0 && pool->threads < wanted) {
    error = pthread_create(&pool->thread[pool->threads], NULL, work, pool);
    if (error == 0) pool->threads++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return pool->threads > 0 ? 0 : error;
}

/* openInstallPool(threads): a pool, or -errno. */
static napi_value call_open(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  int threads = 0;
  if (!native_arguments(env, info, 1, argument) || !native_int(env, argument[0], &threads) || threads < 1 ||
      threads > MOST_THREADS)
    return native_number(env, -EINVAL);
  unsigned capacity = capacity_of();
  if (capacity == 0) return native_number(env, -EMFILE);
  install_pool *pool = calloc(1, sizeof *pool + capacity * sizeof(pool_slot));
  if (pool == NULL) return native_number(env, -ENOMEM);
  pool->magic = pool_magic;
  pool->capacity = capacity;
  pool->wake_at = UINT32_MAX;
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&pool->finished, &monotonic);
  pthread_condattr_destroy(&monotonic);
  int error = start_threads(pool, (unsigned)threads);
  napi_value external = NULL;
  if (error == 0 && napi_create_external(env, pool, finalize, NULL, &external) == napi_ok) return external;
  finalize(env, pool, NULL);
  return native_number(env, error == 0 ? -ENOMEM : -error);
}

static install_pool *pool_argument(napi_env env, napi_value value) {
  void *data = NULL;
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external) return NULL;
  if (napi_get_value_external(env, value, &data) != napi_ok || data == NULL) return NULL;
  install_pool *pool = data;
  return pool->magic == pool_magic && !pool->closed ? pool : NULL;
}

/* installPoolRoom(pool): how many jobs it takes at a time. */
static napi_value call_room(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  if (!native_arguments(env, info, 1, argument)) return native_number(env, -EINVAL);
  install_pool *pool = pool_argument(env, argument[0]);
  return native_number(env, pool == NULL ? -EINVAL : (int64_t)pool->capacity);
}

/* To be called with the lock. */
static void wake(install_pool *pool, uint64_t worth) {
  if (pool->sleeping > 0 && pool->submitted - pool->taken >= worth) pthread_cond_signal(&pool->work);
}

/* submitInstall(pool, source, directory, prefix, name, job): 0, -EAGAIN when the queue is full. 0: the source is the pool's. */
static napi_value call_submit(napi_env env, napi_callback_info info) {
  napi_value argument[6];
  if (!native_arguments(env, info, 6, argument)) return native_number(env, -EINVAL);
  install_pool *pool = pool_argument(env, argument[0]);
  if (pool == NULL) return native_number(env, -EINVAL);
  /* Only this thread adds and collects: a slot that is not between the two numbers is nobody else's. */
  if (pool->submitted - pool->collected == pool->capacity) return native_number(env, -EAGAIN);
  pool_slot *slot = slot_of(pool, pool->submitted);
  if (!native_int(env, argument[1], &slot->job.source) || slot->job.source < 0 ||
      !install_arguments(env, argument[2], argument[3], argument[4], argument[5], &slot->job))
    return native_number(env, -EINVAL);
  pthread_mutex_lock(&pool->lock);
  slot->state = SLOT_QUEUED;
  pool->submitted++;
  wake(pool, WORTH_WAKING);
  pthread_mutex_unlock(&pool->lock);
  return native_number(env, 0);
}

/* collectInstalls(pool, records): writes the results of the oldest jobs, as many as are finished and fit; returns how many. */
static napi_value call_collect(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  double *field = NULL;
  void *data = NULL;
  size_t length = 0;
  napi_typedarray_type type;
  if (!native_arguments(env, info, 2, argument) || !native_doubles(env, argument[1], RESULT_FIELDS, &field) ||
      napi_get_typedarray_info(env, argument[1], &type, &length, &data, NULL, NULL) != napi_ok)
    return native_number(env, -EINVAL);
  install_pool *pool = pool_argument(env, argument[0]);
  if (pool == NULL) return native_number(env, -EINVAL);
  int64_t count = 0;
  pthread_mutex_lock(&pool->lock);
  while (pool->collected < pool->submitted && (size_t)(count + 1) * RESULT_FIELDS <= length) {
    pool_slot *slot = slot_of(pool, pool->collected);
    if (slot->state != SLOT_FINISHED) break;
    install_record(&slot->result, field + count++ * RESULT_FIELDS);
    pool->collected++;
    pool->done--;
  }
  wake(pool, 1);
  pthread_mutex_unlock(&pool->lock);
  return native_number(env, count);
}

static struct timespec after(double wait_ms) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  int64_t nsec = until.tv_nsec + (int64_t)(wait_ms * 1e6);
  until.tv_sec += nsec / 1000000000;
  until.tv_nsec = nsec % 1000000000;
  return until;
}

/* To be called with the lock. Is there a job that the JavaScript thread may do itself? */
static bool has_small_job(install_pool *pool) {
  return pool->taken < pool->submitted && slot_of(pool, pool->taken)->job.size <= LARGEST_OWN_BYTES;
}

static bool is_past(const struct timespec *until) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > until->tv_sec || (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/* awaitInstalls(pool, most, waitMs): until at most `most` jobs are unfinished, or for that long, does jobs itself or, when
 * there are none for it, sleeps; returns how many are unfinished. */
static napi_value call_await(napi_env env, napi_callback_info info) {
  napi_value argument[3];
  double most = 0, wait_ms = 0;
  if (!native_arguments(env, info, 3, argument) || !native_natural(env, argument[1], MOST_JOBS, &most) ||
      !native_natural(env, argument[2], 60000, &wait_ms))
    return native_number(env, -EINVAL);
  install_pool *pool = pool_argument(env, argument[0]);
  if (pool == NULL) return native_number(env, -EINVAL);
  struct timespec until = after(wait_ms);
  pthread_mutex_lock(&pool->lock);
  uint64_t uncollected = pool->submitted - pool->collected;
  pool->wake_at = uncollected > (uint64_t)most ? (unsigned)(uncollected - (uint64_t)most) : 0;
  wake(pool, 1);
  if (pool->own.buffer == NULL) pool->own = new_room(pool);
  while (pool->done < pool->wake_at) {
    if (has_small_job(pool)) {
      do_job(pool, &pool->own);
      if (is_past(&until)) break;
    } else if (pthread_cond_timedwait(&pool->finished, &pool->lock, &until) != 0) break;
  }
  pool->wake_at = UINT32_MAX;
  int64_t unfinished = (int64_t)(uncollected - pool->done);
  pthread_mutex_unlock(&pool->lock);
  return native_number(env, unfinished);
}

/* closeInstallPool(pool): ends it; what was not collected is forgotten. */
static napi_value call_close(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  if (!native_arguments(env, info, 1, argument)) return native_number(env, -EINVAL);
  install_pool *pool = pool_argument(env, argument[0]);
  if (pool == NULL) return native_number(env, -EINVAL);
  close_pool(pool);
  return native_number(env, 0);
}

const native_call install_pool_calls[] = {{"openInstallPool", call_open},     {"installPoolRoom", call_room}, {"submitInstall", call_submit},
                                          {"collectInstalls", call_collect},  {"awaitInstalls", call_await},
                                          {"closeInstallPool", call_close}, {NULL, NULL}};
