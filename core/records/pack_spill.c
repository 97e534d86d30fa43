/* pack_spill.c - sorted runs in a temporary file: codes of the whole file, so that parts of them
 * can be put together without being decoded. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "records/error_ids.h"
#include "records/pack_internal.h"

static int32_t fail_spill(const sp_pack_state *s, int number, sampan_error *error) {
  char why[128];
  sp_error_errno(number, why, sizeof why);
  (void)sp_error_set(error, SAMPAN_E_IO, SP_ID_PACK_SPILL,
                     "the temporary file for sorting failed: %s", why);
  (void)sp_error_hint(error, "it needs about as much space as the packed file, in its folder");
  return sp_error_file(error, s->job->path);
}

int32_t sp_spill_open(sp_pack_state *s, sampan_error *error) {
  const char *path = s->job->path, *slash = strrchr(path, '/');
  const size_t n_folder = slash != NULL ? (size_t)(slash - path) + 1 : 0;
  char *name = malloc(n_folder + sizeof ".sampan-sort-XXXXXX");
  if (name == NULL) return sp_error_memory(error);
  memcpy(name, path, n_folder);
  memcpy(name + n_folder, ".sampan-sort-XXXXXX", sizeof ".sampan-sort-XXXXXX");
  s->spill_fd = mkstemp(name);
  const int number = errno;
  if (s->spill_fd >= 0) (void)unlink(name);
  free(name);
  if (s->spill_fd < 0) return fail_spill(s, number, error);
  (void)fcntl(s->spill_fd, F_SETFD, FD_CLOEXEC);
  return SAMPAN_OK;
}

static int write_at(int fd, const char *bytes, int64_t n, int64_t offset) {
  while (n > 0) {
    const ssize_t put = pwrite(fd, bytes, (size_t)(n < (1 << 30) ? n : 1 << 30), (off_t)offset);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return put < 0 ? errno : EIO;
    bytes += put;
    n -= put;
    offset += put;
  }
  return 0;
}

/* What the distinct cells of a run are in the whole file: values, and their codes at `out`. Returns
 * 0 where the file has too many for codes. */
static int32_t map_cells(sp_pack_state *s, uint32_t column, const sp_run_column *rc,
                         uint64_t *value, uint16_t *out, uint32_t *most) {
  sp_pack_column *c = &s->columns[column];
  int32_t fits = 1;
  *most = 0;
  pthread_mutex_lock(&s->lock);
  for (uint32_t k = 0; k < rc->cells.n && fits >= 0; k++) {
    value[k] = sp_run_value(c, rc->cells.cell[k]);
    if (c->mode == SP_READ_TEXT && !sp_cell_is_missing(value[k])) {
      value[k] = sp_dictionary_add(&c->texts, rc->text[k], strlen(rc->text[k]));
      if (value[k] == SP_MAP_NONE) fits = SAMPAN_E_MEMORY;
    }
    if (fits <= 0) continue;
    const uint32_t code = sp_cell_set_number(&c->codes, value[k]);
    if (code == UINT32_MAX) fits = c->codes.slot != NULL ? 0 : SAMPAN_E_MEMORY;
    out[k] = (uint16_t)code;
    *most = code > *most ? code : *most;
  }
  pthread_mutex_unlock(&s->lock);
  return fits;
}

/* Room for the distinct cells of a run. */
typedef struct mapping {
  uint64_t value[SP_CELL_SET_MOST];
  uint16_t code[SP_CELL_SET_MOST];
} mapping;

/* One column in the order of the keys, at `to`; its bytes. */
static int64_t gather(sp_pack_state *s, const sp_run *run, uint32_t column, const uint32_t *order,
                      mapping *map, char *to, sp_spilled *about) {
  const sp_run_column *rc = &run->columns[column];
  const sp_pack_column *c = &s->columns[column];
  const int64_t n = run->n;
  uint32_t most = 0;
  int32_t fits = 0;
  if (rc->cell == NULL) {
    fits = map_cells(s, column, rc, map->value, map->code, &most);
    if (fits < 0) return -1;
  }
  about->width = !fits ? 8 : most < 256 ? 1 : 2;
  uint64_t *cells = (uint64_t *)(void *)to;
  if (rc->cell != NULL) {
    for (int64_t i = 0; i < n; i++) cells[i] = sp_run_value(c, rc->cell[order[i]]);
  } else if (!fits) {
    for (int64_t i = 0; i < n; i++) cells[i] = map->value[rc->code[order[i]]];
  } else if (about->width == 1) {
    uint8_t *out = (uint8_t *)to;
    for (int64_t i = 0; i < n; i++) out[i] = (uint8_t)map->code[rc->code[order[i]]];
  } else {
    uint16_t *out = (uint16_t *)(void *)to;
    for (int64_t i = 0; i < n; i++) out[i] = map->code[rc->code[order[i]]];
  }
  return (n * about->width + 7) / 8 * 8;
}

/* Takes a place in the temporary file, and notes what lies there. */
static int32_t reserve(sp_pack_state *s, const sp_run *run, sp_spilled *columns, int64_t n_bytes,
                       int64_t *offset) {
  int32_t status = SAMPAN_OK;
  pthread_mutex_lock(&s->lock);
  if (run->index >= s->room_spilled) {
    const int64_t wider = 2 * run->index + 64;
    sp_spilled_run *grown = realloc(s->spilled, (size_t)wider * sizeof *grown);
    if (grown != NULL) {
      memset(grown + s->room_spilled, 0, (size_t)(wider - s->room_spilled) * sizeof *grown);
      s->spilled = grown;
      s->room_spilled = wider;
    } else {
      status = SAMPAN_E_MEMORY;
    }
  }
  if (status >= 0) {
    *offset = s->spill_end;
    s->spill_end += (n_bytes + 63) / 64 * 64;
    for (uint32_t c = 0; c < s->n_columns; c++) columns[c].offset += *offset;
    s->spilled[run->index] = (sp_spilled_run){run->n, columns};
  }
  pthread_mutex_unlock(&s->lock);
  return status;
}

int32_t sp_spill_run(sp_pack_state *s, const sp_run *run, sampan_error *error) {
  const uint32_t n_keys = s->job->n_sort;
  const size_t n = (size_t)run->n;
  uint16_t *ranks = malloc((n_keys * n + 1) * sizeof *ranks);
  const uint16_t **rank = malloc((n_keys + 1) * sizeof *rank);
  uint32_t *order = malloc((2 * n + 1) * sizeof *order);
  mapping *map = malloc(sizeof *map);
  char *bytes = malloc(s->n_columns * (n * 8 + 8));
  sp_spilled *columns = calloc(s->n_columns, sizeof *columns);
  int32_t status = ranks == NULL || rank == NULL || order == NULL || map == NULL || bytes == NULL ||
                           columns == NULL
                       ? SAMPAN_E_MEMORY
                       : SAMPAN_OK;
  int64_t at = 0, offset = 0;
  for (uint32_t k = 0; k < n_keys && status >= 0; k++) {
    rank[k] = ranks + k * n;
    status = sp_run_ranks(s, run, s->keys[k], ranks + k * n);
  }
  if (status >= 0) status = sp_sort_ranks(rank, n_keys, run->n, order, order + n);
  for (uint32_t c = 0; c < s->n_columns && status >= 0; c++) {
    columns[c].offset = at;
    const int64_t n_bytes = gather(s, run, c, order, map, bytes + at, &columns[c]);
    if (n_bytes < 0) status = SAMPAN_E_MEMORY;
    at += n_bytes;
  }
  if (status >= 0) status = reserve(s, run, columns, at, &offset);
  if (status < 0) {
    free(columns);
    status = sp_error_memory(error);
  } else {
    const int number = write_at(s->spill_fd, bytes, at, offset);
    if (number != 0) status = fail_spill(s, number, error);
  }
  free(ranks);
  free(rank);
  free(order);
  free(map);
  free(bytes);
  return status;
}
