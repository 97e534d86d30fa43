/* view.c - mapping parts of a file. */
#include "base/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error_ids.h"

struct sp_view {
  sampan_reader reader;
  int fd;
  int32_t reserved;
  int64_t page; /* maps begin at multiples of it */
};

static const void *map_part(void *data, int64_t offset, int64_t n, sampan_error *error) {
  const sp_view *v = data;
  if (offset < 0 || n <= 0 || offset > v->reader.size || n > v->reader.size - offset) {
    sp_error_set(error, SAMPAN_E_INCOMPLETE, SP_ID_INPUT_SHRANK,
                 "bytes %lld to %lld are not there: the file has %lld", (long long)offset + 1,
                 (long long)(offset + n), (long long)v->reader.size);
    return NULL;
  }
  const int64_t before = offset % v->page;
  char *at =
      mmap(NULL, (size_t)(n + before), PROT_READ, MAP_PRIVATE, v->fd, (off_t)(offset - before));
  if (at == MAP_FAILED) {
    char why[128];
    sp_error_errno(errno, why, sizeof why);
    sp_error_set(error, SAMPAN_E_IO, SP_ID_INPUT_READ, "reading failed: %s", why);
    return NULL;
  }
  return at + before;
}

static void unmap_part(void *data, const void *part, int64_t n) {
  const sp_view *v = data;
  if (part == NULL) return;
  const uintptr_t address = (uintptr_t)part, before = address % (uintptr_t)v->page;
  (void)munmap((void *)(address - before), (size_t)n + before);
}

int32_t sp_view_open(const char *path, sp_view **out, sampan_error *error) {
  struct stat about;
  sp_view *v = calloc(1, sizeof *v);
  *out = NULL;
  if (v == NULL) return sp_error_memory(error);
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
  if (v->fd >= 0) (void)close(v->fd);
  free(v);
}

const sampan_reader *sp_view_reader(const sp_view *v) {
  return &v->reader;
}
