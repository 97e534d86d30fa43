/* levels.c - the levels of factors. */
#include "engine/levels.h"

#include <stdlib.h>

#include "engine/error_ids.h"
#include "engine/order.h"

/* More would be no factor but a key. */
enum { SP_MOST_LEVELS_OF_FACTOR = 2000 };

int32_t sp_levels_bind(sp_job *job, sampan_error *error) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) n += job->indicators[i].n_columns;
  job->levels = sp_arena_array(job->arena, n + 1U, sizeof *job->levels);
  if (job->levels == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    sp_bound *b = &job->indicators[i];
    b->levels = sp_arena_array(job->arena, b->n_columns + 1U, sizeof *b->levels);
    if (b->levels == NULL) return sp_error_memory(error);
    for (uint32_t k = 0; k < b->n_columns; k++) {
      const sampan_role *role = b->roles[k];
      if ((role->flags & SAMPAN_ROLE_LEVELS) == 0 || b->columns[k] == SP_NONE) continue;
      const int32_t type = sp_program_type(job->program, b->columns[k]);
      if (role->types != SAMPAN_TEXT && type != SAMPAN_TEXT) continue;
      sp_levels *l = &job->levels[job->n_levels];
      l->column = sp_program_name(job->program, b->columns[k]);
      l->indicator = i;
      l->required = b->columns[k];
      l->coder = sp_coder_new();
      if (l->coder == NULL) return sp_error_memory(error);
      job->n_levels++;
      b->levels[k] = l;
    }
  }
  return SAMPAN_OK;
}

void sp_levels_free(sp_job *job) {
  for (uint32_t i = 0; i < job->n_levels; i++) {
    sp_coder_free(job->levels[i].coder);
    free(job->levels[i].is_met);
  }
  job->n_levels = 0;
}

static int32_t too_many(const sp_job *job, const sp_levels *l, int64_t i, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_TOO_MANY,
               "indicator '%s' takes '%s' for a factor, which has more than %d levels",
               job->indicators[l->indicator].indicator->name, l->column, SP_MOST_LEVELS_OF_FACTOR);
  sp_error_hint(error, "is it a number? types: {%s: number}; or group its values with cut()",
                l->column);
  return sp_error_cell(error, NULL, i + 1, l->column);
}

const char *sp_levels_column(const sp_job *job, uint32_t indicator) {
  const sampan_shape *shape = &job->indicators[indicator].shape;
  for (uint32_t k = 0; k < job->n_levels; k++) {
    const sp_levels *l = &job->levels[k];
    if (l->indicator != indicator || l->dictionary.n_entries != shape->n_statistics) continue;
    uint32_t s = 0;
    while (s < shape->n_statistics && strcmp(shape->statistics[s].name, l->texts[s]) == 0) s++;
    if (s == shape->n_statistics) return l->column;
  }
  return NULL;
}

int32_t sp_levels_take(sp_job *job, const sp_sift *sift, const sp_machine *machine, int64_t n,
                       uint32_t *codes, sampan_error *error) {
  for (uint32_t k = 0; k < job->n_levels; k++) {
    sp_levels *l = &job->levels[k];
    const uint32_t where = job->indicators[l->indicator].where;
    const sp_column *c = where != SP_NONE ? sp_machine_column(machine, where) : NULL;
    SP_TRY(sp_coder_codes(l->coder, sp_machine_column(machine, l->required), n, codes, error));
    const uint32_t size = sp_coder_size(l->coder);
    if (size > l->n_met) {
      unsigned char *grown = realloc(l->is_met, size);
      if (grown == NULL) return sp_error_memory(error);
      memset(grown + l->n_met, 0, size - l->n_met);
      l->is_met = grown;
      l->n_met = size;
    }
    for (int64_t i = 0; i < n; i++) {
      if (codes[i] == SP_CODE_MISSING || !sampan_bit(sift->eligible, i)) continue;
      if (c != NULL && !(sampan_bit(c->present, i) && sampan_bit(c->truth, i))) continue;
      if (!l->is_met[codes[i]] && l->n_levels++ == SP_MOST_LEVELS_OF_FACTOR) {
        return too_many(job, l, i, error);
      }
      l->is_met[codes[i]] = 1;
    }
  }
  return SAMPAN_OK;
}

typedef struct level_text {
  const sp_plan *plan;
  const char *column, *text;
  uint32_t code, reserved;
} level_text;

static int compare_texts(const void *a, const void *b) {
  const level_text *x = a, *y = b;
  return sp_order_values(x->plan, x->column, x->text, y->text);
}

static int32_t settle(sp_job *job, sp_levels *l, sampan_error *error) {
  level_text *texts = sp_arena_array(job->arena, l->n_met + 1U, sizeof *texts);
  l->level = sp_arena_array(job->arena, l->n_met + 1U, sizeof *l->level);
  l->texts = sp_arena_array(job->arena, l->n_met + 1U, sizeof *l->texts);
  if (texts == NULL || l->level == NULL || l->texts == NULL) return sp_error_memory(error);
  uint32_t n = 0;
  for (uint32_t c = 0; c < l->n_met; c++) {
    l->level[c] = SP_NONE;
    if (!l->is_met[c]) continue;
    const level_text text = {job->plan, l->column, sp_coder_text(l->coder, c), c, 0};
    texts[n++] = text;
  }
  qsort(texts, n, sizeof *texts, compare_texts);
  for (uint32_t i = 0; i < n; i++) {
    l->texts[i] = texts[i].text;
    l->level[texts[i].code] = i;
  }
  l->dictionary.struct_size = sizeof l->dictionary;
  l->dictionary.n_entries = n;
  l->dictionary.text = l->texts;
  return SAMPAN_OK;
}

int32_t sp_levels_settle(sp_job *job, sampan_error *error) {
  for (uint32_t k = 0; k < job->n_levels; k++) SP_TRY(settle(job, &job->levels[k], error));
  return SAMPAN_OK;
}

int32_t sp_levels_view(const sp_levels *l, const sp_column *column, int64_t n, uint32_t *codes,
                       uint64_t *present, sampan_column *view, sampan_error *error) {
  SP_TRY(sp_coder_codes(l->coder, column, n, codes, error));
  memset(present, 0, (size_t)sampan_words(n) * 8);
  for (int64_t i = 0; i < n; i++) {
    const uint32_t level =
        codes[i] != SP_CODE_MISSING && codes[i] < l->n_met ? l->level[codes[i]] : SP_NONE;
    codes[i] = level != SP_NONE ? level : 0;
    sampan_set_bit(present, i, level != SP_NONE);
  }
  memset(view, 0, sizeof *view);
  view->struct_size = sizeof *view;
  view->type = SAMPAN_TEXT;
  view->present = present;
  view->code = codes;
  view->dictionary = &l->dictionary;
  view->name = l->column;
  return SAMPAN_OK;
}
