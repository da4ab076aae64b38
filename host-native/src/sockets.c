/* Socket pairs, poll, shutdown, blocking or not, and the passing of descriptors to another process. */
#define _GNU_SOURCE
#include "module.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Most descriptors of one poll and of one message. */
enum { MAX_POLL = 64, POLL_FIELDS = 3, MAX_PASSED = 16 };

/* A whole number 0..limit out of a record; -1 for everything else. */
static int recorded_int(double number, int limit) { return number >= 0 && number <= limit ? (int)number : -1; }

/* socketPair(packets: boolean, ends: Float64Array of 2) -> 0 | -errno. Close-on-exec. */
static napi_value socket_pair(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  bool packets = false;
  double *ends = NULL;
  int pair[2];
  if (!native_arguments(env, info, 2, arguments) ||
      napi_get_value_bool(env, arguments[0], &packets) != napi_ok || !native_doubles(env, arguments[1], 2, &ends))
    return native_number(env, -EINVAL);
  if (socketpair(AF_UNIX, (packets ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0, pair) != 0)
    return native_number(env, -errno);
  ends[0] = pair[0];
  ends[1] = pair[1];
  return native_number(env, 0);
}

/* poll(records: Float64Array of descriptor, events, answer, count, timeoutMs) -> ready | -errno. -1 waits for ever. */
static napi_value poll_descriptors(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  double *records = NULL;
  int count = 0, timeout_ms = 0;
  struct pollfd polled[MAX_POLL];
  if (!native_arguments(env, info, 3, arguments) || !native_int(env, arguments[1], &count) || count < 0 ||
      count > MAX_POLL || !native_doubles(env, arguments[0], (size_t)count * POLL_FIELDS, &records) ||
      !native_int(env, arguments[2], &timeout_ms) || timeout_ms < -1)
    return native_number(env, -EINVAL);
  for (int i = 0; i < count; i++) {
    int events = recorded_int(records[i * POLL_FIELDS + 1], SHRT_MAX);
    if (events < 0) return native_number(env, -EINVAL);
    polled[i].fd = recorded_int(records[i * POLL_FIELDS], INT_MAX);
    polled[i].events = (short)events;
    polled[i].revents = 0;
  }
  int ready = poll(polled, (nfds_t)count, timeout_ms);
  if (ready < 0) return native_number(env, -errno);
  for (int i = 0; i < count; i++) records[i * POLL_FIELDS + 2] = (unsigned short)polled[i].revents;
  return native_number(env, ready);
}

/* shutdownSocket(socket, how: 0 reading, 1 writing, 2 both) -> 0 | -errno */
static napi_value shutdown_socket(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int descriptor = -1, how = 0;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_int(env, arguments[1], &how))
    return native_number(env, -EINVAL);
  return native_number(env, shutdown(descriptor, how) == 0 ? 0 : -errno);
}

/* setBlocking(descriptor, blocking: boolean) -> 0 | -errno */
static napi_value set_blocking(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int descriptor = -1;
  bool blocking = false;
  if (!native_arguments(env, info, 2, arguments) || !native_int(env, arguments[0], &descriptor) ||
      napi_get_value_bool(env, arguments[1], &blocking) != napi_ok)
    return native_number(env, -EINVAL);
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0) return native_number(env, -errno);
  int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  return native_number(env, wanted == flags || fcntl(descriptor, F_SETFL, wanted) == 0 ? 0 : -errno);
}

/* dupDescriptor(descriptor) -> another one, close-on-exec | -errno */
static napi_value dup_descriptor(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  int descriptor = -1;
  if (!native_arguments(env, info, 1, arguments) || !native_int(env, arguments[0], &descriptor))
    return native_number(env, -EINVAL);
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  return native_number(env, copy < 0 ? -errno : copy);
}

/* setSocketBuffer(socket, sending: boolean, bytes) -> bytes that the kernel now gives | -errno. 0 only asks. */
static napi_value set_socket_buffer(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int descriptor = -1, bytes = 0;
  bool sending = false;
  if (!native_arguments(env, info, 3, arguments) || !native_int(env, arguments[0], &descriptor) ||
      napi_get_value_bool(env, arguments[1], &sending) != napi_ok || !native_int(env, arguments[2], &bytes) || bytes < 0)
    return native_number(env, -EINVAL);
  int option = sending ? SO_SNDBUF : SO_RCVBUF;
  socklen_t length = sizeof bytes;
  if (bytes > 0 && setsockopt(descriptor, SOL_SOCKET, option, &bytes, length) != 0) return native_number(env, -errno);
  if (getsockopt(descriptor, SOL_SOCKET, option, &bytes, &length) != 0) return native_number(env, -errno);
  return native_number(env, bytes);
}

/* setSocketOption(socket, level, option, value: int) -> 0 | -errno. Numbers are the kernel's. */
static napi_value set_socket_option(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  int descriptor = -1, level = 0, option = 0, value = 0;
  if (!native_arguments(env, info, 4, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_int(env, arguments[1], &level) || !native_int(env, arguments[2], &option) ||
      !native_int(env, arguments[3], &value))
    return native_number(env, -EINVAL);
  return native_number(env, setsockopt(descriptor, level, option, &value, sizeof value) != 0 ? -errno : 0);
}

typedef union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int) * MAX_PASSED)];
} passing;

/* sendDescriptors(socket, bytes: Uint8Array, descriptors: Float64Array, count) -> bytes sent | -errno. Never waits. */
static napi_value send_descriptors(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  int descriptor = -1, count = 0, passed[MAX_PASSED];
  struct iovec data = {0};
  uint8_t *bytes = NULL;
  double *descriptors = NULL;
  passing control;
  memset(&control, 0, sizeof control);
  if (!native_arguments(env, info, 4, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_bytes(env, arguments[1], &bytes, &data.iov_len) || data.iov_len == 0 ||
      !native_int(env, arguments[3], &count) || count < 0 || count > MAX_PASSED ||
      !native_doubles(env, arguments[2], (size_t)count, &descriptors))
    return native_number(env, -EINVAL);
  data.iov_base = bytes;
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
  if (count > 0) {
    for (int i = 0; i < count; i++) passed[i] = recorded_int(descriptors[i], INT_MAX);
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
    memcpy(CMSG_DATA(header), passed, sizeof(int) * (size_t)count);
  }
  ssize_t sent = sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return native_number(env, sent < 0 ? -errno : (int64_t)sent);
}

/* Takes the descriptors out of a message into `passed`; how many. */
static int take_descriptors(struct msghdr *message, int passed[MAX_PASSED]) {
  int count = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int here = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    for (int i = 0; i < here; i++) {
      int one = -1;
      memcpy(&one, CMSG_DATA(header) + (size_t)i * sizeof(int), sizeof one);
      if (count < MAX_PASSED) passed[count++] = one;
      else close(one);
    }
  }
  return count;
}

/* receiveDescriptors(socket, into: Uint8Array, descriptors: Float64Array of 17) -> bytes | -errno. First number: how many
 * descriptors came. When bytes or descriptors did not all fit, none is kept. */
static napi_value receive_descriptors(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int descriptor = -1, passed[MAX_PASSED];
  struct iovec data = {0};
  uint8_t *bytes = NULL;
  double *descriptors = NULL;
  passing control;
  if (!native_arguments(env, info, 3, arguments) || !native_int(env, arguments[0], &descriptor) ||
      !native_bytes(env, arguments[1], &bytes, &data.iov_len) ||
      !native_doubles(env, arguments[2], MAX_PASSED + 1, &descriptors))
    return native_number(env, -EINVAL);
  data.iov_base = bytes;
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t received = recvmsg(descriptor, &message, MSG_CMSG_CLOEXEC);
  if (received < 0) return native_number(env, -errno);
  int count = take_descriptors(&message, passed);
  int status = 0;
  /* This side has no room for so many descriptors, or the process may open no more. */
  if (message.msg_flags & MSG_CTRUNC) status = -EMFILE;
  else if (message.msg_flags & MSG_TRUNC) status = -EMSGSIZE;
  if (status != 0) {
    for (int i = 0; i < count; i++) close(passed[i]);
    count = 0;
  }
  descriptors[0] = count;
  for (int i = 0; i < count; i++) descriptors[1 + i] = passed[i];
  return native_number(env, status != 0 ? status : (int64_t)received);
}

const native_call socket_calls[] = {
    {"socketPair", socket_pair},
    {"poll", poll_descriptors},
    {"shutdownSocket", shutdown_socket},
    {"setBlocking", set_blocking},
    {"dupDescriptor", dup_descriptor},
    {"setSocketBuffer", set_socket_buffer},
    {"setSocketOption", set_socket_option},
    {"sendDescriptors", send_descriptors},
    {"receiveDescriptors", receive_descriptors},
    {NULL, NULL},
};
