/* view.c - mapping parts of a file. */
#include "base/view.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error_ids.h"

/* Parts are small and many: they are seen through a few larger windows, as every unmapping stops
 * all threads. */
#define SP_WINDOW_BYTES (INT64_C(1) << 24)

enum { SP_MOST_WINDOWS = 4 };

typedef struct window {
  const char *at; /* NULL: none */
  int64_t offset, n_bytes;
  int32_t n_parts; /* that are in use */
  int32_t reserved;
} window;

struct sp_view {
  sampan_reader reader;
  int fd;
  int32_t reserved;
  int64_t page; /* maps begin at multiples of it */
  pthread_mutex_t lock;
  window windows[SP_MOST_WINDOWS];
};

static void *map_bytes(const sp_view *v, int64_t offset, int64_t n, sampan_error *error) {
  void *at = mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, v->fd, (off_t)offset);
  if (at != MAP_FAILED) return at;
  char why[128];
  sp_error_errno(errno, why, sizeof why);
  sp_error_set(error, SAMPAN_E_IO, SP_ID_INPUT_READ, "reading failed: %s", why);
  return NULL;
}

/* A window that has the part, opened if there is none and one is free; with the lock. */
static window *find_window(sp_view *v, int64_t offset, int64_t n, sampan_error *error) {
  window *unused = NULL;
  for (int i = 0; i < SP_MOST_WINDOWS; i++) {
    window *w = &v->windows[i];
    if (w->at != NULL && offset >= w->offset && offset + n <= w->offset + w->n_bytes) return w;
    if (w->n_parts == 0 && (unused == NULL || w->offset < unused->offset)) unused = w;
  }
  if (unused == NULL) return NULL;
  const int64_t start = offset - offset % v->page, left = v->reader.size - start;
  const int64_t size = left < SP_WINDOW_BYTES ? left : SP_WINDOW_BYTES;
  if (offset + n > start + size) return NULL;
  const char *at = map_bytes(v, start, size, error);
  if (at == NULL) return NULL;
  if (unused->at != NULL) (void)munmap((void *)unused->at, (size_t)unused->n_bytes);
  *unused = (window){.at = at, .offset = start, .n_bytes = size};
  return unused;
}

/* All pages at once: one by one each of them interrupts the reader. A page that cannot be read is
 * for it to meet. */
static void read_ahead(const sp_view *v, const char *part, int64_t n) {
#ifdef MADV_POPULATE_READ
  const uintptr_t before = (uintptr_t)part % (uintptr_t)v->page;
  (void)madvise((void *)((uintptr_t)part - before), (size_t)n + before, MADV_POPULATE_READ);
#else
  (void)v;
  (void)part;
  (void)n;
#endif
}

static const void *map_part(void *data, int64_t offset, int64_t n, sampan_error *error) {
  sp_view *v = data;
  if (offset < 0 || n <= 0 || offset > v->reader.size || n > v->reader.size - offset) {
    sp_error_set(error, SAMPAN_E_INCOMPLETE, SP_ID_INPUT_SHRANK,
                 "bytes %lld to %lld are not there: the file has %lld", (long long)offset + 1,
                 (long long)(offset + n), (long long)v->reader.size);
    return NULL;
  }
  (void)pthread_mutex_lock(&v->lock);
  window *w = find_window(v, offset, n, error);
  const char *at = w != NULL ? w->at + (offset - w->offset) : NULL;
  if (w != NULL) w->n_parts++;
  (void)pthread_mutex_unlock(&v->lock);
  if (at != NULL) {
    read_ahead(v, at, n);
    return at;
  }
  const int64_t before = offset % v->page;
  at = map_bytes(v, offset - before, n + before, error);
  return at != NULL ? at + before : NULL;
}

static void unmap_part(void *data, const void *part, int64_t n) {
  sp_view *v = data;
  if (part == NULL) return;
  const char *at = part;
  int found = 0;
  (void)pthread_mutex_lock(&v->lock);
  for (int i = 0; i < SP_MOST_WINDOWS && !found; i++) {
    window *w = &v->windows[i];
    found = w->at != NULL && at >= w->at && at < w->at + w->n_bytes;
    if (found) w->n_parts--;
  }
  (void)pthread_mutex_unlock(&v->lock);
  if (found) return;
  const uintptr_t address = (uintptr_t)part, before = address % (uintptr_t)v->page;
  (void)munmap((void *)(address - before), (size_t)n + before);
}

int32_t sp_view_open(const char *path, sp_view **out, sampan_error *error) {
  struct stat about;
  *out = NULL;
  sp_view *v = calloc(1, sizeof *v);
  if (v == NULL) return sp_error_memory(error);
  (void)pthread_mutex_init(&v->lock, NULL);
  v->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (v->fd < 0 || fstat(v->fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    char why[128];
    sp_error_errno(errno, why, sizeof why);
    sp_view_close(v);
    return sp_error_set(error, SAMPAN_E_IO, SP_ID_INPUT_OPEN, "the file cannot be opened: %s", why);
  }
  v->page = sysconf(_SC_PAGESIZE);
  v->reader = (sampan_reader){.struct_size = sizeof v->reader,
                              .data = v,
                              .size = (int64_t)about.st_size,
                              .map = map_part,
                              .unmap = unmap_part};
  *out = v;
  return SAMPAN_OK;
}

void sp_view_close(sp_view *v) {
  if (v == NULL) return;
  for (int i = 0; i < SP_MOST_WINDOWS; i++) {
    if (v->windows[i].at == NULL) continue;
    (void)munmap((void *)v->windows[i].at, (size_t)v->windows[i].n_bytes);
  }
  if (v->fd >= 0) (void)close(v->fd);
  (void)pthread_mutex_destroy(&v->lock);
  free(v);
}

const sampan_reader *sp_view_reader(const sp_view *v) {
  return &v->reader;
}
