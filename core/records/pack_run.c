/* pack_run.c - records gathered by column, as codes into the distinct cells of the run: most
 * columns of a survey have few. */
#include <stdlib.h>

#include "records/pack_internal.h"

/* Numbers with more distinct values in a run are kept as they are. */
enum { MOST_CODED = 16384 };

sp_run *sp_run_new(const sp_pack_state *s) {
  sp_run *run = calloc(1, sizeof *run);
  if (run == NULL) return NULL;
  run->columns = calloc(s->n_columns, sizeof *run->columns);
  for (uint32_t c = 0; run->columns != NULL && c < s->n_columns; c++) {
    run->columns[c].code = malloc((size_t)s->block * sizeof(uint16_t));
    if (run->columns[c].code == NULL) break;
    if (c + 1 == s->n_columns) return run;
  }
  sp_run_free(s, run);
  return NULL;
}

void sp_run_free(const sp_pack_state *s, sp_run *run) {
  for (uint32_t c = 0; run != NULL && run->columns != NULL && c < s->n_columns; c++) {
    sp_cell_set_clear(&run->columns[c].cells);
    free(run->columns[c].code);
    free(run->columns[c].cell_room);
    free(run->columns[c].text);
  }
  if (run != NULL) free(run->columns);
  free(run);
}

static int32_t make_raw(const sp_pack_state *s, sp_run *run, sp_run_column *rc) {
  if (rc->cell_room == NULL) rc->cell_room = malloc((size_t)s->block * sizeof(uint64_t));
  if (rc->cell_room == NULL) return SAMPAN_E_MEMORY;
  rc->cell = rc->cell_room;
  for (int64_t i = 0; i < run->n; i++) rc->cell[i] = rc->cells.cell[rc->code[i]];
  return SAMPAN_OK;
}

void sp_run_reset(const sp_pack_state *s, sp_run *run) {
  run->n = 0;
  run->next = NULL;
  for (uint32_t c = 0; c < s->n_columns; c++) {
    sp_run_column *rc = &run->columns[c];
    sp_cell_set_reset(&rc->cells);
    rc->cell = NULL;
    rc->first = s->columns[c].mode == SP_READ_CODE ? sp_written_code("0", 1) : 0;
    memset(rc->small, 0, sizeof rc->small);
  }
}

uint64_t sp_run_value(const sp_pack_column *c, uint64_t cell) {
  if (c->mode != SP_READ_CODE || sp_cell_is_missing(cell)) return cell;
  const double x = sp_written_number((uint32_t)cell);
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline uint64_t cell_of(const sampan_fill *fill, int64_t i) {
  uint64_t cell;
  if (!sampan_bit(fill->present, i)) return SP_CELL_MISSING | fill->reason[i];
  if (fill->type == SAMPAN_TEXT) return fill->code[i];
  memcpy(&cell, &fill->number[i], sizeof cell);
  return cell;
}

/* Cells of a batch. */
static void load(const sampan_fill *fill, int64_t from, int64_t n, uint64_t *out) {
  if (fill->type == SAMPAN_TEXT) {
    for (int64_t i = 0; i < n; i++) out[i] = fill->code[from + i];
  } else {
    memcpy(out, fill->number + from, (size_t)n * sizeof *out);
  }
  for (int64_t w = from / 64; w <= (from + n - 1) / 64; w++) {
    for (uint64_t absent = ~fill->present[w]; absent != 0; absent &= absent - 1) {
      const int64_t i = 64 * w + __builtin_ctzll(absent) - from;
      if (i >= 0 && i < n) out[i] = cell_of(fill, from + i);
    }
  }
}

static void note_written(sp_pack_reader *r, uint32_t column, const uint64_t *cell, int64_t n) {
  if (r->s->columns[column].mode != SP_READ_CODE) return;
  for (int64_t i = 0; i < n; i++) {
    if (!sp_cell_is_missing(cell[i])) {
      sp_writings_add_code(&r->writings[column], (uint32_t)cell[i]);
    }
  }
}

static int32_t add_column(sp_pack_reader *r, uint32_t column, int64_t from, int64_t n) {
  const sp_pack_state *s = r->s;
  const sp_pack_column *c = &s->columns[column];
  sp_run *run = r->run;
  sp_run_column *rc = &run->columns[column];
  const uint32_t most = c->mode == SP_READ_TEXT ? SP_CELL_SET_MOST : MOST_CODED;
  uint64_t cells[4096];
  for (int64_t done = 0; done < n; done += 4096) {
    const int64_t m = n - done < 4096 ? n - done : 4096;
    load(&r->fills[r->fill[column]], from + done, m, cells);
    int64_t i = 0;
    if (rc->cell == NULL && r->raw[column] && run->n + done == 0) {
      if (make_raw(s, run, rc) < 0) return SAMPAN_E_MEMORY;
    }
    if (rc->cell == NULL) {
      uint16_t *to = rc->code + run->n + done;
      for (; i < m; i++) {
        const uint64_t small = cells[i] - rc->first;
        if (small < SP_RUN_SMALL && rc->small[small] != 0) {
          to[i] = (uint16_t)(rc->small[small] - 1);
          continue;
        }
        const uint32_t before = rc->cells.n, number = sp_cell_set_number(&rc->cells, cells[i]);
        if (number == UINT32_MAX) return SAMPAN_E_MEMORY; /* a run has no more than there is room */
        to[i] = (uint16_t)number;
        if (small < SP_RUN_SMALL) rc->small[small] = number + 1;
        if (rc->cells.n == before) continue;
        note_written(r, column, &cells[i], 1);
        if (rc->cells.n > most) break;
      }
    }
    if (i == m) continue;
    if (rc->cell == NULL) { /* too many of them: cell i is coded, what follows is not */
      const int64_t n_run = run->n;
      run->n += done + i + 1;
      const int32_t status = make_raw(s, run, rc);
      run->n = n_run;
      if (status < 0) return status;
      r->raw[column] = 1;
      i++;
    }
    memcpy(rc->cell + run->n + done + i, cells + i, (size_t)(m - i) * sizeof *cells);
    note_written(r, column, cells + i, m - i);
  }
  return SAMPAN_OK;
}

int32_t sp_run_add(sp_pack_reader *r, int64_t from, int64_t n) {
  for (uint32_t c = 0; c < r->s->n_columns; c++) {
    if (add_column(r, c, from, n) < 0) return SAMPAN_E_MEMORY;
  }
  r->run->n += n;
  return SAMPAN_OK;
}

int32_t sp_run_close(sp_pack_reader *r) {
  for (uint32_t i = 0; i < r->s->n_columns; i++) {
    sp_run_column *rc = &r->run->columns[i];
    if (r->s->columns[i].mode != SP_READ_TEXT) continue;
    /* The dictionary grows while others work with the run: its texts stay, its table does not. */
    if (rc->cells.n > rc->text_room) {
      const char **grown = realloc(rc->text, rc->cells.room * sizeof *grown);
      if (grown == NULL) return SAMPAN_E_MEMORY;
      rc->text = grown;
      rc->text_room = rc->cells.room;
    }
    for (uint32_t k = 0; k < rc->cells.n; k++) {
      const uint64_t cell = rc->cells.cell[k];
      rc->text[k] = sp_cell_is_missing(cell) ? "" : r->texts[i].text[cell];
    }
  }
  return SAMPAN_OK;
}
