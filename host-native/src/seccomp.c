/* A deny list of system calls: what a session never needs and an intruder would (docs/confinement.md).
 * Denied calls fail with EPERM. An allow list is not realistic under V8. */
#define _GNU_SOURCE
#include "module.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Bits of the argument, as `denials` in confine.ts has them. */
enum { DENY_EXECUTE = 1, DENY_RINGS = 2, ALL_THREADS = 4, EVERY_FLAG = 7 };

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef OWN_ARCHITECTURE

/* On x86-64 the same calls have a second range of numbers (x32), and no program of ours uses it. */
enum { X32_NUMBERS = 0x40000000 };

/* Numbers from 424 on are the same on every architecture; headers of an older system may lack their names. */
static const int always_denied[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, 438 /* pidfd_getfd */,
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_unshare, SYS_setns, 428 /* open_tree */, 429 /* move_mount */,
    430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */, 442 /* mount_setattr */,
    SYS_bpf, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_kexec_load, SYS_kexec_file_load, SYS_init_module,
    SYS_finit_module, SYS_delete_module, SYS_userfaultfd, SYS_perf_event_open, SYS_reboot, SYS_swapon, SYS_swapoff,
    SYS_acct, SYS_quotactl, SYS_syslog, SYS_settimeofday, SYS_clock_settime, SYS_sethostname, SYS_setdomainname,
    SYS_personality, SYS_open_by_handle_at, SYS_fanotify_init,
#ifdef __x86_64__
    SYS_iopl, SYS_ioperm, SYS_modify_ldt,
#endif
};
static const int execute_calls[] = {SYS_execve, SYS_execveat};
static const int ring_numbers[] = {425 /* io_uring_setup */, 426 /* io_uring_enter */, 427 /* io_uring_register */};

enum { MOST_DENIED = sizeof always_denied / sizeof always_denied[0] + 5, PROGRAM_LENGTH = MOST_DENIED + 8 };

/* Numbers are collected first: a jump to the one denial at the end needs to know how far that is (at most 255 steps). */
struct denied {
  int number[MOST_DENIED];
  unsigned count;
};

static void deny(struct denied *denied, const int *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) denied->number[denied->count++] = numbers[i];
}

#define LOAD(field) (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(what) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, what)

static unsigned short write_program(struct sock_filter *step, const struct denied *denied) {
  unsigned at = 0;
  step[at++] = LOAD(arch);
  step[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCHITECTURE, 1, 0);
  step[at++] = ANSWER(SECCOMP_RET_ERRNO | EPERM);
  step[at++] = LOAD(nr);
  unsigned to_denial = denied->count + 1;
#ifdef __x86_64__
  step[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_NUMBERS, (unsigned char)to_denial, 0);
#endif
  for (unsigned i = 0; i < denied->count; i++) {
    to_denial--;
    step[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)denied->number[i],
                                              (unsigned char)to_denial, 0);
  }
  step[at++] = ANSWER(SECCOMP_RET_ALLOW);
  step[at++] = ANSWER(SECCOMP_RET_ERRNO | EPERM);
  return (unsigned short)at;
}

static int install(unsigned flags) {
  _Static_assert(MOST_DENIED < 255, "a jump reaches 255 steps");
  struct denied denied = {.count = 0};
  struct sock_filter step[PROGRAM_LENGTH];
  deny(&denied, always_denied, sizeof always_denied / sizeof always_denied[0]);
  if (flags & DENY_EXECUTE) deny(&denied, execute_calls, sizeof execute_calls / sizeof execute_calls[0]);
  if (flags & DENY_RINGS) deny(&denied, ring_numbers, sizeof ring_numbers / sizeof ring_numbers[0]);
  struct sock_fprog program = {.len = write_program(step, &denied), .filter = step};
  unsigned long threads = flags & ALL_THREADS ? SECCOMP_FILTER_FLAG_TSYNC : 0;
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, threads, &program);
  /* A positive answer names a thread that could not be brought under the filter; nothing has changed then. */
  return result == 0 ? 0 : result > 0 ? -EBUSY : -errno;
}

#else
static int install(unsigned flags) {
  (void)flags;
  return -ENOSYS;
}
#endif

static napi_value seccomp_deny(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  int flags = 0;
  if (!native_arguments(env, info, 1, argument) || !native_int(env, argument[0], &flags) || (flags & ~EVERY_FLAG) != 0)
    return native_number(env, -EINVAL);
  return native_number(env, install((unsigned)flags));
}

/* How the system answers without anything being changed: 0, or -errno (ENOSYS, EPERM in a container). */
static napi_value seccomp_probe(napi_env env, napi_callback_info info) {
  (void)info;
  unsigned action = SECCOMP_RET_ERRNO;
  return native_number(env, syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 ? 0 : -errno);
}

const native_call seccomp_calls[] = {{"seccompDeny", seccomp_deny}, {"seccompProbe", seccomp_probe}, {NULL, NULL}};
