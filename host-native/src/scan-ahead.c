/* Scans directories ahead of need on a second thread, one for each JavaScript thread that asks. It is made when it is first
 * wanted (so it lives under whatever that thread was confined to), and it ends by itself when it has had nothing to do.
 * It looks only at names in directories that its owner has opened. */
#define _GNU_SOURCE
#include "module.h"
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 64, DESCRIPTOR_SHARE = 16, BUFFER_BYTES = 65536, IDLE_MS = 200 };

/* BEGUN: its first records were taken. */
typedef enum { FREE, WAITING, SCANNING, SCANNED, BEGUN } slot_state;

typedef struct {
  slot_state state;
  /* A copy of the owner's descriptor while the slot waits; -1 when the directory was read to its end. */
  int directory;
  int status;
  bool ended;
  size_t used;
  uint8_t *records;
} slot;

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* Who waits for a change: nobody is woken in vain. */
  bool sleeps;
  bool owner_waits;
  bool runs;
  /* Started and not joined: it may have ended by itself. */
  bool started;
  pthread_t thread;
  bool ending;
  /* Slots that wait, the next one first. */
  int queue[SLOTS];
  int queued;
  /* Each one that waits takes a descriptor: only a share of what the process may have. */
  int most_queued;
  slot slots[SLOTS];
  _Alignas(8) uint8_t buffer[BUFFER_BYTES];
} scanner;

static _Thread_local scanner *own;

static void forget_slot(slot *each) {
  if (each->directory >= 0) close(each->directory);
  free(each->records);
  memset(each, 0, sizeof *each);
  each->directory = -1;
}

static void unqueue(scanner *all, int number) {
  int kept = 0;
  for (int i = 0; i < all->queued; i++)
    if (all->queue[i] != number) all->queue[kept++] = all->queue[i];
  all->queued = kept;
}

/* The same directory with a position of its own: that of a copy would move with the owner's. Closes the copy; may be -errno. */
static int opened_anew(int copy) {
  int directory = openat(copy, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int status = directory < 0 ? -errno : directory;
  close(copy);
  return status;
}

/* Scans one directory with the lock given back meanwhile. */
static void scan_slot(scanner *all, slot *each) {
  each->state = SCANNING;
  int copy = each->directory;
  size_t used = 0;
  bool ended = false;
  pthread_mutex_unlock(&all->lock);
  int directory = opened_anew(copy);
  int status = directory < 0 ? directory : scan_some(directory, all->buffer, BUFFER_BYTES, &used, &ended);
  uint8_t *records = malloc(used == 0 ? 1 : used);
  if (records != NULL) memcpy(records, all->buffer, used);
  if (ended) close(directory);
  pthread_mutex_lock(&all->lock);
  each->directory = ended || directory < 0 ? -1 : directory;
  if (records == NULL) {
    used = 0;
    status = -ENOMEM;
  }
  each->records = records;
  each->used = used;
  each->status = status;
  each->ended = ended;
  each->state = SCANNED;
  if (all->owner_waits) pthread_cond_broadcast(&all->changed);
}

static void *run(void *given) {
  scanner *all = given;
  pthread_mutex_lock(&all->lock);
  while (!all->ending) {
    if (all->queued > 0) {
      int number = all->queue[0];
      unqueue(all, number);
      scan_slot(all, &all->slots[number]);
      continue;
    }
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += IDLE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    all->sleeps = true;
    int status = pthread_cond_timedwait(&all->changed, &all->lock, &until);
    all->sleeps = false;
    if (status == ETIMEDOUT && all->queued == 0) break;
  }
  all->runs = false;
  pthread_cond_broadcast(&all->changed);
  pthread_mutex_unlock(&all->lock);
  return NULL;
}

/* The end of the JavaScript thread that asked. */
static void end(void *given) {
  scanner *all = given;
  pthread_mutex_lock(&all->lock);
  all->ending = true;
  all->queued = 0;
  pthread_cond_broadcast(&all->changed);
  pthread_mutex_unlock(&all->lock);
  /* Not only until it has said that it ends: Node may unload this code as soon as this returns. */
  if (all->started) pthread_join(all->thread, NULL);
  for (int i = 0; i < SLOTS; i++) forget_slot(&all->slots[i]);
  pthread_cond_destroy(&all->changed);
  pthread_mutex_destroy(&all->lock);
  free(all);
  own = NULL;
}

static scanner *make(napi_env env) {
  scanner *all = calloc(1, sizeof *all);
  if (all == NULL) return NULL;
  pthread_condattr_t clock;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&all->changed, &clock);
  pthread_condattr_destroy(&clock);
  pthread_mutex_init(&all->lock, NULL);
  for (int i = 0; i < SLOTS; i++) all->slots[i].directory = -1;
  struct rlimit limit = {0, 0};
  getrlimit(RLIMIT_NOFILE, &limit);
  all->most_queued = limit.rlim_cur / DESCRIPTOR_SHARE < SLOTS / 2 ? (int)(limit.rlim_cur / DESCRIPTOR_SHARE) : SLOTS / 2;
  if (napi_add_env_cleanup_hook(env, end, all) != napi_ok) {
    free(all);
    return NULL;
  }
  return all;
}

/* Starts the thread if it does not run; it takes no signals, they are the main thread's. */
static int start(scanner *all) {
  if (all->runs) return 0;
  sigset_t none, before;
  pthread_attr_t small;
  if (all->started) pthread_join(all->thread, NULL);
  sigfillset(&none);
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 256 * 1024);
  pthread_sigmask(SIG_SETMASK, &none, &before);
  int status = pthread_create(&all->thread, &small, run, all);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&small);
  all->runs = all->started = status == 0;
  return -status;
}

/* scanAhead(directory descriptor) -> slot | -errno. The caller may close its descriptor. -EAGAIN: enough is under way. */
napi_value scan_ahead(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  int directory = -1;
  if (!native_arguments(env, info, 1, arguments) || !native_int(env, arguments[0], &directory))
    return native_number(env, -EINVAL);
  if (own == NULL) own = make(env);
  if (own == NULL) return native_number(env, -ENOMEM);
  int result = -EAGAIN;
  pthread_mutex_lock(&own->lock);
  for (int i = 0; i < SLOTS && own->queued < own->most_queued; i++) {
    slot *each = &own->slots[i];
    if (each->state != FREE) continue;
    int copy = fcntl(directory, F_DUPFD_CLOEXEC, 3);
    result = copy < 0 ? -errno : start(own);
    if (result != 0) {
      if (copy >= 0) close(copy);
      break;
    }
    each->directory = copy;
    each->state = WAITING;
    own->queue[own->queued++] = i;
    result = i;
    if (own->sleeps) pthread_cond_broadcast(&own->changed);
    break;
  }
  pthread_mutex_unlock(&own->lock);
  return native_number(env, result);
}

static slot *slot_argument(napi_env env, napi_value value) {
  int number = -1;
  if (own == NULL || !native_int(env, value, &number) || number < 0 || number >= SLOTS) return NULL;
  return own->slots[number].state == FREE ? NULL : &own->slots[number];
}

/* Takes a slot out of the thread's hands. With the lock held. */
static void claim(slot *each) {
  if (each->state == WAITING) unqueue(own, (int)(each - own->slots));
  own->owner_waits = true;
  while (each->state == SCANNING) pthread_cond_wait(&own->changed, &own->lock);
  own->owner_waits = false;
}

/* scanTake(slot, out: Uint8Array of 64 KiB at least) -> as scan(). The slot is gone when that was all, or with an error. */
napi_value scan_take(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint8_t *out = NULL;
  size_t capacity = 0;
  if (!native_arguments(env, info, 2, arguments) || !native_bytes(env, arguments[1], &out, &capacity) ||
      ((uintptr_t)out & 7) != 0 || capacity < BUFFER_BYTES)
    return native_number(env, -EINVAL);
  slot *each = slot_argument(env, arguments[0]);
  if (each == NULL) return native_number(env, -EBADF);
  pthread_mutex_lock(&own->lock);
  claim(each);
  pthread_mutex_unlock(&own->lock);
  size_t used = each->used;
  bool ended = each->ended;
  int status = each->status;
  if (each->state == SCANNED) memcpy(out, each->records, used);
  else {
    if (each->state == WAITING) each->directory = opened_anew(each->directory);
    status = each->directory < 0 ? each->directory : scan_some(each->directory, out, capacity, &used, &ended);
  }
  int64_t answer = scan_answer(status, used, ended);
  pthread_mutex_lock(&own->lock);
  if (ended || answer < 0) forget_slot(each);
  else {
    /* The rest is read by the caller itself. */
    free(each->records);
    each->records = NULL;
    each->state = BEGUN;
  }
  pthread_mutex_unlock(&own->lock);
  return native_number(env, answer);
}

/* scanDrop(slot): nobody will take it. */
napi_value scan_drop(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!native_arguments(env, info, 1, arguments)) return native_number(env, -EINVAL);
  slot *each = slot_argument(env, arguments[0]);
  if (each == NULL) return native_number(env, -EBADF);
  pthread_mutex_lock(&own->lock);
  claim(each);
  forget_slot(each);
  pthread_mutex_unlock(&own->lock);
  return native_number(env, 0);
}
