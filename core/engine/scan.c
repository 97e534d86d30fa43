/* scan.c - one read of the records: dropped, placed in the design, divided, scored, added up. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "design/error_ids.h"
#include "engine/error_ids.h"
#include "engine/job.h"

/* The scratch of one worker, for one batch. */
typedef struct scanner {
  sp_job *job;
  sp_totals *totals;
  sp_arena *arena;
  int64_t capacity;
  uint64_t *kept, *eligible,
      *mine; /* not dropped; and in the domain; and in the indicator's where */
  double *weight;
  sp_slices *slices; /* of the weights */
  uint32_t *psu;
  uint32_t **codes;  /* [grouping][record] */
  uint32_t **rows;   /* [split][record], SP_NONE: not in it */
  uint32_t **groups; /* [split][record] */
  uint64_t *in;      /* of the indicator at hand */
  uint64_t **bits;   /* one bitmap per component, for the widest estimator */
  double **numbers;
  uint64_t **bits_used; /* of the indicator at hand: NULL where it gives none */
  double **numbers_used;
  uint32_t *cell;
  sp_scratch scratch;
} scanner;

static void *array_of(scanner *s, uint64_t size) {
  return sp_arena_array(s->arena, (uint64_t)s->capacity + 64, size);
}

static int32_t make_rows(scanner *s, uint32_t ***out, uint32_t n) {
  *out = sp_arena_array(s->arena, n + 1U, sizeof **out);
  if (*out == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n; i++) {
    (*out)[i] = array_of(s, sizeof(uint32_t));
    if ((*out)[i] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

static int32_t scanner_init(scanner *s, sp_job *job, sp_totals *totals, int64_t capacity) {
  const sp_plan *plan = job->plan;
  uint32_t widest = 0;
  memset(s, 0, sizeof *s);
  s->job = job;
  s->totals = totals;
  s->capacity = capacity;
  s->arena = sp_arena_new(0);
  if (s->arena == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    const uint32_t n = job->indicators[i].shape.n_components;
    if (n > widest) widest = n;
  }
  s->kept = array_of(s, 1);
  s->eligible = array_of(s, 1);
  s->mine = array_of(s, 1);
  s->in = array_of(s, 1);
  s->weight = array_of(s, sizeof(double));
  s->slices = array_of(s, sizeof(sp_slices));
  s->psu = array_of(s, sizeof(uint32_t));
  s->cell = array_of(s, sizeof(uint32_t));
  s->bits = sp_arena_array(s->arena, widest + 1U, sizeof *s->bits);
  s->numbers = sp_arena_array(s->arena, widest + 1U, sizeof *s->numbers);
  s->bits_used = sp_arena_array(s->arena, widest + 1U, sizeof *s->bits_used);
  s->numbers_used = sp_arena_array(s->arena, widest + 1U, sizeof *s->numbers_used);
  if (s->kept == NULL || s->eligible == NULL || s->mine == NULL || s->in == NULL ||
      s->weight == NULL || s->slices == NULL || s->psu == NULL || s->cell == NULL ||
      s->bits == NULL || s->numbers == NULL || s->bits_used == NULL || s->numbers_used == NULL ||
      sp_scratch_init(&s->scratch, job) < 0) {
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t c = 0; c < widest; c++) {
    s->bits[c] = array_of(s, 1);
    s->numbers[c] = array_of(s, sizeof(double));
    if (s->bits[c] == NULL || s->numbers[c] == NULL) return SAMPAN_E_MEMORY;
  }
  SP_TRY(make_rows(s, &s->codes, job->n_groupings));
  if (sp_place_start(&totals->place, capacity) < 0) return SAMPAN_E_MEMORY;
  SP_TRY(make_rows(s, &s->rows, job->n_splits));
  return make_rows(s, &s->groups, job->n_splits);
}

static void scanner_clear(scanner *s) {
  sp_scratch_clear(&s->scratch);
  sp_arena_free(s->arena);
}

static const sp_column *column_of(const sp_machine *machine, uint32_t required) {
  return sp_machine_column(machine, required);
}

static void clear_tail(uint64_t *bits, int64_t n) {
  if (n % 64 != 0) bits[n / 64] &= (UINT64_C(1) << (n % 64)) - 1;
}

/* ---- dropping ----------------------------------------------------------------------------- */

static void drop_records(scanner *s, const sp_machine *machine, int64_t n) {
  const sp_job *job = s->job;
  const int64_t n_words = sampan_words(n);
  memset(s->kept, 0xff, (size_t)n_words * 8);
  clear_tail(s->kept, n);
  for (uint32_t d = 0; d < job->plan->n_drops; d++) {
    const sp_column *c = column_of(machine, job->drops[d]);
    for (int64_t w = 0; w < n_words; w++) {
      const uint64_t hit = c->present[w] & c->truth[w] & s->kept[w];
      s->totals->n_dropped[d] += __builtin_popcountll(hit);
      s->kept[w] &= ~hit;
    }
  }
  if (job->keep != SP_NONE) {
    const sp_column *c = column_of(machine, job->keep);
    for (int64_t w = 0; w < n_words; w++) {
      const uint64_t hit = s->kept[w] & ~(c->present[w] & c->truth[w]);
      s->totals->n_dropped[job->plan->n_drops] += __builtin_popcountll(hit);
      s->kept[w] &= ~hit;
    }
  }
  memcpy(s->eligible, s->kept, (size_t)n_words * 8);
  if (job->domain == SP_NONE) return;
  const sp_column *c = column_of(machine, job->domain);
  for (int64_t w = 0; w < n_words; w++) s->eligible[w] &= c->present[w] & c->truth[w];
}

/* ---- design ------------------------------------------------------------------------------- */

static int32_t take_weights(scanner *s, const sp_machine *machine, int64_t n, sampan_error *error) {
  const sp_job *job = s->job;
  const sp_column *c = job->weight != SP_NONE ? column_of(machine, job->weight) : NULL;
  sp_totals *t = s->totals;
  for (int64_t i = 0; i < n; i++) {
    s->weight[i] = c != NULL ? c->number[i] : 1;
    if (!sampan_bit(s->kept, i)) continue;
    if (c != NULL && (!sampan_bit(c->present, i) || c->number[i] < 0)) {
      sp_error_set(
          error, SAMPAN_E_DATA, SP_ID_WEIGHT,
          sampan_bit(c->present, i) ? "the weight is negative: %.10g" : "the record has no weight",
          c->number[i]);
      sp_error_hint(error,
                    "records without a weight are not part of the sample: drop them with "
                    "`keep` or `drop`, so that they are counted");
      return sp_error_cell(error, NULL, i + 1, c->name);
    }
    const double w = s->weight[i];
    if (!isfinite(w * w)) {
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_WEIGHT, "the weight is too large: %.10g", w);
      return sp_error_cell(error, NULL, i + 1, c != NULL ? c->name : NULL);
    }
    s->slices[i] = sp_slice(w);
    if (s->slices[i].top != 0) sp_exact_add_slices(&t->weight, &s->slices[i]);
    sp_exact_add(&t->weight_squared, w * w);
    t->weight_min = fmin(t->weight_min, w);
    t->weight_max = fmax(t->weight_max, w);
    t->n_weighted++;
  }
  return SAMPAN_OK;
}

/* ---- groups ------------------------------------------------------------------------------- */

/* Room for the counts of a period (code + 1; 0 for records without one). */
static int32_t period_room(scanner *s, uint32_t n_periods) {
  sp_totals *t = s->totals;
  if (n_periods <= t->n_by_period) return SAMPAN_OK;
  const uint32_t n_indicators = s->job->plan->n_indicators;
  int64_t *counts = realloc(t->by_period, (size_t)n_periods * 2 * sizeof *counts);
  if (counts == NULL) return SAMPAN_E_MEMORY;
  memset(counts + (size_t)t->n_by_period * 2, 0,
         (size_t)(n_periods - t->n_by_period) * 2 * sizeof *counts);
  t->by_period = counts;
  sp_use_count *uses = calloc((size_t)n_periods * n_indicators, sizeof *uses);
  if (uses == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n_indicators && t->uses != NULL; i++) {
    memcpy(uses + (size_t)i * n_periods, t->uses + (size_t)i * t->use_periods,
           t->use_periods * sizeof *uses);
  }
  free(t->uses);
  t->uses = uses;
  t->use_periods = n_periods;
  t->n_by_period = n_periods;
  return SAMPAN_OK;
}

static int32_t count_periods(scanner *s, int64_t n, sampan_error *error) {
  const sp_job *job = s->job;
  sp_totals *t = s->totals;
  const uint32_t g = job->period_grouping;
  const uint32_t n_periods = 1 + (g != SP_NONE ? sp_coder_size(t->coders[g]) : 0);
  if (period_room(s, n_periods) < 0) return sp_error_memory(error);
  for (int64_t i = 0; i < n; i++) {
    const uint32_t code = g != SP_NONE ? s->codes[g][i] : SP_CODE_MISSING;
    if (g != SP_NONE && code == SP_CODE_MISSING && sampan_bit(s->kept, i)) {
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_PERIOD_MISSING,
                   "the record has no period, so it would be in no estimate");
      sp_error_hint(error, "drop such records with `keep` or `drop`, so that they are counted");
      return sp_error_cell(error, NULL, i + 1, job->plan->period);
    }
    int64_t *count = t->by_period + 2 * (size_t)(code == SP_CODE_MISSING ? 0 : code + 1);
    count[0]++;
    count[1] += sampan_bit(s->kept, i);
  }
  return SAMPAN_OK;
}

/* The group and the row of totals of each record, for every split. */
static int32_t divide(scanner *s, const sp_machine *machine, int64_t n, sampan_error *error) {
  const sp_job *job = s->job;
  sp_totals *t = s->totals;
  for (uint32_t g = 0; g < job->n_groupings; g++) {
    SP_TRY(sp_coder_codes(t->coders[g], column_of(machine, job->groupings[g].required), n,
                          s->codes[g], error));
  }
  for (uint32_t g = 0; g < job->n_groupings; g++) {
    for (int64_t i = 0; i < n; i++) {
      t->n_ungrouped[g] += s->codes[g][i] == SP_CODE_MISSING && sampan_bit(s->eligible, i);
    }
  }
  SP_TRY(count_periods(s, n, error));
  for (uint32_t k = 0; k < job->n_splits; k++) {
    const sp_split *split = &job->splits[k];
    uint32_t tuple[32] = {0};
    for (int64_t i = 0; i < n; i++) {
      s->rows[k][i] = SP_NONE;
      if (!sampan_bit(s->eligible, i)) continue;
      int whole = 1;
      for (uint32_t g = 0; g < split->n_groupings; g++) {
        tuple[g] = s->codes[split->groupings[g]][i];
        whole = whole && tuple[g] != SP_CODE_MISSING;
      }
      if (!whole) continue;
      const uint32_t group =
          sp_map_add(t->groups[k].map, tuple, split->n_groupings * sizeof *tuple);
      if (group == SP_MAP_NONE) return sp_error_memory(error);
      s->groups[k][i] = group;
      s->rows[k][i] = sp_table_row(t->tables[k], group, s->psu[i]);
      if (s->rows[k][i] == UINT32_MAX) return sp_error_memory(error);
    }
  }
  return SAMPAN_OK;
}

/* ---- scores ------------------------------------------------------------------------------- */

static int32_t score(scanner *s, const sp_machine *machine, uint32_t index, int64_t n,
                     sampan_error *error) {
  sp_job *job = s->job;
  sp_bound *b = &job->indicators[index];
  sampan_column columns[512];
  sampan_dictionary dictionaries[512];
  const sampan_column *pointers[512];
  for (uint32_t k = 0; k < b->n_columns; k++) {
    pointers[k] = NULL;
    if (b->columns[k] == SP_NONE) continue;
    sp_column_view(column_of(machine, b->columns[k]), &columns[k], &dictionaries[k]);
    pointers[k] = &columns[k];
  }
  for (uint32_t c = 0; c < b->shape.n_components; c++) {
    const int32_t type = b->shape.components[c].type;
    s->bits_used[c] = type == SAMPAN_BIT ? s->bits[c] : NULL;
    s->numbers_used[c] = type == SAMPAN_F64 ? s->numbers[c] : NULL;
  }
  const sampan_batch batch = {
      .struct_size = sizeof batch, .n_columns = b->n_columns, .n_records = n, .columns = pointers};
  const sampan_scores out = {.struct_size = sizeof out,
                             .n_components = b->shape.n_components,
                             .in = s->in,
                             .bits = s->bits_used,
                             .numbers = s->numbers_used,
                             .cell = b->shape.n_cells > 1 ? s->cell : NULL};
  sampan_call call = sp_scratch_call(&s->scratch, b->plugin, b->values, error);
  const int32_t status = b->ops->score(&call, &b->shape, &batch, &out);
  if (status >= 0) return SAMPAN_OK;
  if (error != NULL) {
    error->status = status;
    snprintf(error->plugin, sizeof error->plugin, "%s", b->plugin->name);
  }
  return status;
}

/* Records of the domain that the indicator is about, and those of them without a value. */
static void count_uses(scanner *s, uint32_t index, int64_t n) {
  sp_totals *t = s->totals;
  const uint32_t g = s->job->period_grouping;
  for (int64_t w = 0; w < sampan_words(n); w++) {
    uint64_t word = s->mine[w];
    while (word != 0) {
      const int64_t i = w * 64 + __builtin_ctzll(word);
      word &= word - 1;
      const uint32_t code = g != SP_NONE ? s->codes[g][i] : SP_CODE_MISSING;
      const size_t period = code == SP_CODE_MISSING ? 0 : code + 1U;
      sp_use_count *use = &t->uses[(size_t)index * t->use_periods + period];
      use->n_domain++;
      use->n_missing += !sampan_bit(s->in, i);
    }
  }
}

static int32_t bad_score(const sp_bound *b, int64_t i, const char *what, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_SCORE, "estimator '%s' broke its contract: %s",
               b->plugin->name, what);
  return sp_error_cell(error, NULL, i + 1, NULL);
}

/* Squares and weights multiply: a value can be too large though it is a number itself. */
static int32_t too_large(const sp_bound *b, int64_t i, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_TOO_LARGE,
               "what indicator '%s' makes of the record, times its weight, is no finite number",
               b->indicator->name);
  sp_error_hint(error, "is the value, or the weight, as large as it should be?");
  return sp_error_cell(error, NULL, i + 1, NULL);
}

/* Adds one record to its row: the weight, then each component in the record's cell. */
static int32_t add_record(scanner *s, const sp_bound *b, sp_exact *lanes, int64_t *counts,
                          int64_t i, sampan_error *error) {
  const sampan_shape *shape = &b->shape;
  const uint32_t cell = shape->n_cells > 1 ? s->cell[i] : 0;
  if (cell >= shape->n_cells) return bad_score(b, i, "a cell is out of range", error);
  const sp_slices *w = &s->slices[i];
  const size_t first = (size_t)cell * shape->n_components;
  if (w->top != 0) sp_exact_add_slices(&lanes[0], w);
  counts[SP_COUNT_N]++;
  counts[SP_COUNT_POSITIVE] += s->weight[i] > 0;
  for (uint32_t c = 0; c < shape->n_components; c++) {
    const sampan_component *component = &shape->components[c];
    if (component->type == SAMPAN_BIT && !sampan_bit(s->bits[c], i)) continue;
    counts[SP_COUNT_TOTALS + first + c]++;
    if (component->type != SAMPAN_F64) {
      counts[SP_COUNT_EVENTS] +=
          (component->flags & SAMPAN_EVENTS) != 0 && component->type == SAMPAN_BIT;
      if (w->top != 0) sp_exact_add_slices(&lanes[1 + first + c], w);
      continue;
    }
    const double product = s->weight[i] * s->numbers[c][i];
    if (!isfinite(product)) return too_large(b, i, error);
    sp_exact_add(&lanes[1 + first + c], product);
  }
  return SAMPAN_OK;
}

static int32_t add_up(scanner *s, uint32_t index, uint32_t split_index, int64_t n,
                      sampan_error *error) {
  const sp_bound *b = &s->job->indicators[index];
  const sp_split *split = &s->job->splits[split_index];
  sp_table *table = s->totals->tables[split_index];
  uint32_t k = 0;
  while (split->indicators[k] != index) k++;
  for (int64_t w = 0; w < sampan_words(n); w++) {
    uint64_t word = s->in[w];
    while (word != 0) {
      const int64_t i = w * 64 + __builtin_ctzll(word);
      word &= word - 1;
      if (s->rows[split_index][i] == SP_NONE) continue;
      int64_t *counts = sp_table_counts(table, s->groups[split_index][i]);
      if (counts == NULL) return sp_error_memory(error);
      sp_exact *lanes = sp_table_lanes(table, s->rows[split_index][i]) + split->lane_start[k];
      SP_TRY(add_record(s, b, lanes, counts + split->count_start[k], i, error));
    }
  }
  return SAMPAN_OK;
}

static int32_t take_batch(void *data, sp_machine *machine, uint32_t wave, int64_t row, int64_t n,
                          sampan_error *error) {
  scanner *s = data;
  const sp_job *job = s->job;
  (void)wave;
  (void)row;
  s->totals->n_read += n;
  drop_records(s, machine, n);
  for (int64_t w = 0; w < sampan_words(n); w++) {
    s->totals->n_kept += __builtin_popcountll(s->kept[w]);
  }
  SP_TRY(take_weights(s, machine, n, error));
  SP_TRY(sp_place_batch(&s->totals->place, machine, s->kept, s->weight, n, s->psu, error));
  SP_TRY(divide(s, machine, n, error));
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    memcpy(s->mine, s->eligible, (size_t)sampan_words(n) * 8);
    if (b->where != SP_NONE) {
      const sp_column *c = column_of(machine, b->where);
      for (int64_t w = 0; w < sampan_words(n); w++) s->mine[w] &= c->present[w] & c->truth[w];
    }
    SP_TRY(score(s, machine, i, n, error));
    for (int64_t w = 0; w < sampan_words(n); w++) s->in[w] &= s->mine[w];
    count_uses(s, i, n);
    for (uint32_t k = 0; k < b->indicator->n_by; k++) {
      SP_TRY(add_up(s, i, b->splits[k], n, error));
    }
  }
  return SAMPAN_OK;
}

int32_t sp_scan(sp_job *job, sp_totals *totals, sampan_error *error) {
  const int64_t asked = job->options->batch > 0 ? job->options->batch : 2048;
  const int64_t capacity = (asked + 63) / 64 * 64;
  scanner s;
  sp_machine *machine = NULL;
  int32_t status = scanner_init(&s, job, totals, capacity);
  if (status < 0) {
    status = sp_error_memory(error);
  } else {
    status = sp_machine_new(job->program, capacity, &machine, error);
  }
  if (status >= 0) {
    status = sp_stream_read(job->stream, job->program, machine, capacity, take_batch, &s,
                            job->options->progress, job->options->progress_data, error);
  }
  sp_machine_free(machine);
  scanner_clear(&s);
  if (status < 0) return status;
  if (totals->n_kept == 0) {
    if (totals->n_read == 0) {
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOTHING_KEPT, "there is not one record in %s",
                   job->plan->n_waves == 1 ? "the file" : "the files");
      return sp_error_file(error,
                           job->plan->n_waves == 1 ? job->plan->waves[0].file : job->plan->file);
    }
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOTHING_KEPT, "not one of the %lld records is kept",
                 (long long)totals->n_read);
    sp_error_hint(error, "`keep` and `drop` of the plan leave all of them out");
    return sp_error_file(error, job->plan->file);
  }
  return sp_place_finish(&totals->place, error);
}
