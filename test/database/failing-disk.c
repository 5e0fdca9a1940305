/*
 * A disk that fails, for one process: loaded with LD_PRELOAD it makes system calls that write to files below FAILING_DIR fail
 * with EIO or ENOSPC, each with the probability that the first byte of the file FAILING_ORDERS says (0 … 255, of 256).
 * A write that fails has been done in part, half of the time. It counts the bytes that are written, in the second to
 * ninth byte of that file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile uint8_t *orders;
static char dir[4096];
static int code = EIO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t seed = 1;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAILING_ORDERS"), *of = getenv("FAILING_DIR");
  if (!path || !of) return;
  int file = open(path, O_RDWR);
  if (file < 0) return;
  snprintf(dir, sizeof dir, "%s/", of);
  if (getenv("FAILING_CODE") && !strcmp(getenv("FAILING_CODE"), "ENOSPC")) code = ENOSPC;
  if (getenv("FAILING_SEED")) seed = strtoull(getenv("FAILING_SEED"), NULL, 10) * 2 + 1;
  orders = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
}

static int is_ours(int fd) {
  char link[64], path[4096];
  if (!orders || orders == MAP_FAILED) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return strncmp(path, dir, strlen(dir)) == 0;
}

static uint32_t draw(void) {
  pthread_mutex_lock(&lock);
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  uint32_t number = (uint32_t)(seed >> 24);
  pthread_mutex_unlock(&lock);
  return number;
}

static int fails(int fd) { return is_ours(fd) && (draw() & 255) < orders[0]; }

static ssize_t counted(int fd, ssize_t bytes) {
  if (bytes > 0 && is_ours(fd)) __atomic_add_fetch((uint64_t *)(orders + 8), (uint64_t)bytes, __ATOMIC_RELAXED);
  return bytes;
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))
#define FAIL_OR(fd, partly, real) \
  if (fails(fd)) { \
    if (draw() & 1) (void)!(partly); \
    errno = code; \
    return -1; \
  } \
  return real

ssize_t write(int fd, const void *data, size_t size) {
  FAIL_OR(fd, REAL(write)(fd, data, size / 2), counted(fd, REAL(write)(fd, data, size)));
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  FAIL_OR(fd, REAL(pwrite)(fd, data, size / 2, at), counted(fd, REAL(pwrite)(fd, data, size, at)));
}
ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) {
  FAIL_OR(fd, REAL(pwrite)(fd, data, size / 2, at), counted(fd, REAL(pwrite)(fd, data, size, at)));
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  FAIL_OR(fd, REAL(writev)(fd, parts, count / 2), counted(fd, REAL(writev)(fd, parts, count)));
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  FAIL_OR(fd, REAL(pwritev)(fd, parts, count / 2, at), counted(fd, REAL(pwritev)(fd, parts, count, at)));
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) {
  FAIL_OR(fd, REAL(pwritev)(fd, parts, count / 2, at), counted(fd, REAL(pwritev)(fd, parts, count, at)));
}
#undef fwrite_unlocked
/* LevelDB writes with stdio, whose own calls cannot be replaced. */
size_t fwrite_unlocked(const void *data, size_t size, size_t count, FILE *stream) {
  if (fails(fileno(stream))) {
    size_t half = draw() & 1 ? REAL(fwrite_unlocked)(data, 1, size * count / 2, stream) : 0;
    errno = code;
    return size ? half / size : 0;
  }
  size_t done = REAL(fwrite_unlocked)(data, size, count, stream);
  counted(fileno(stream), (ssize_t)(done * size));
  return done;
}
int fsync(int fd) { FAIL_OR(fd, 0, REAL(fsync)(fd)); }
int fdatasync(int fd) { FAIL_OR(fd, 0, REAL(fdatasync)(fd)); }
int ftruncate(int fd, off_t size) { FAIL_OR(fd, 0, REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off_t size) { FAIL_OR(fd, 0, REAL(ftruncate)(fd, size)); }
