/* score.c - a batch scored by the estimators. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/scanner.h"
#include "host/abi.h"

enum { SP_MOST_SCORED_COLUMNS = 512 };

/* An indicator's own bitmaps, which the adding up of all indicators at once goes by. */
static int32_t make_scored(sp_scanner *s, const sp_bound *b, sp_scored *out) {
  const uint32_t n = b->shape.n_components;
  out->mine = sp_scanner_array(s, 1);
  out->in = sp_scanner_array(s, 1);
  out->bits = sp_arena_array(s->arena, n + 1U, sizeof *out->bits);
  out->numbers = sp_arena_array(s->arena, n + 1U, sizeof *out->numbers);
  if (out->mine == NULL || out->in == NULL || out->bits == NULL || out->numbers == NULL) {
    return SAMPAN_E_MEMORY;
  }
  if (b->shape.n_cells > 1) {
    out->cell = sp_scanner_array(s, sizeof(uint32_t));
    if (out->cell == NULL) return SAMPAN_E_MEMORY;
  }
  for (uint32_t c = 0; c < n; c++) {
    const int32_t type = b->shape.components[c].type;
    if (type == SAMPAN_BIT) {
      out->bits[c] = sp_scanner_array(s, 1);
      if (out->bits[c] == NULL) return SAMPAN_E_MEMORY;
    }
    if (type == SAMPAN_F64 || type == SAMPAN_TALLY) out->numbers[c] = s->numbers[c];
  }
  return SAMPAN_OK;
}

/* Memory for the squares of weights. */
static int32_t make_squares(sp_scanner *s) {
  uint32_t most = 0;
  if (!s->job->by_stratum) return SAMPAN_OK;
  for (uint32_t k = 0; k < s->job->n_splits; k++) {
    if (s->job->splits[k].n_squares > most) most = s->job->splits[k].n_squares;
  }
  s->square_lanes = sp_arena_array(s->arena, most + 1U, sizeof *s->square_lanes);
  s->both = sp_arena_array(s->arena, most + 1U, sizeof *s->both);
  if (s->square_lanes == NULL || s->both == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t k = 0; k < 4; k++) {
    s->squares.digit[k] = sp_scanner_array(s, sizeof(int64_t));
    if (s->squares.digit[k] == NULL) return SAMPAN_E_MEMORY;
  }
  for (uint32_t k = 0; k < most; k++) {
    s->both[k] = sp_scanner_array(s, 1);
    if (s->both[k] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

int32_t sp_score_init(sp_scanner *s) {
  const sp_plan *plan = s->job->plan;
  uint32_t widest = 0, columns = 0, lanes = 0;
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    const sp_bound *b = &s->job->indicators[i];
    if (b->shape.n_components > widest) widest = b->shape.n_components;
    if (b->n_columns > columns) columns = b->n_columns;
  }
  for (uint32_t k = 0; k < s->job->n_splits; k++) {
    if (s->job->splits[k].n_lanes > lanes) lanes = s->job->splits[k].n_lanes;
  }
  s->numbers = sp_arena_array(s->arena, widest + 1U, sizeof *s->numbers);
  s->scored = sp_arena_array(s->arena, plan->n_indicators + 1U, sizeof *s->scored);
  s->lanes = sp_arena_array(s->arena, lanes + 1U, sizeof *s->lanes);
  s->level_codes = sp_arena_array(s->arena, columns + 1U, sizeof *s->level_codes);
  s->level_present = sp_arena_array(s->arena, columns + 1U, sizeof *s->level_present);
  SP_TRY(make_squares(s));
  if (s->numbers == NULL || s->scored == NULL || s->lanes == NULL || s->level_codes == NULL ||
      s->level_present == NULL || sp_scratch_init(&s->scratch, s->job) < 0) {
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t c = 0; c < widest; c++) {
    s->numbers[c] = sp_scanner_array(s, sizeof(double));
    if (s->numbers[c] == NULL) return SAMPAN_E_MEMORY;
  }
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    SP_TRY(make_scored(s, &s->job->indicators[i], &s->scored[i]));
  }
  for (uint32_t k = 0; s->job->n_levels > 0 && k < columns; k++) {
    s->level_codes[k] = sp_scanner_array(s, sizeof(uint32_t));
    s->level_present[k] = sp_scanner_array(s, 1);
    if (s->level_codes[k] == NULL || s->level_present[k] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

/* ---- shares of complete counts ------------------------------------------------------------ */

static double component(const sp_scored *s, const sp_bound *b, uint32_t c, int64_t i) {
  const int32_t type = b->shape.components[c].type;
  if (type == SAMPAN_BIT) return sampan_bit(s->bits[c], i);
  return type == SAMPAN_F64 ? s->numbers[c][i] : 1;
}

/* In complete counts the events of a record are among its exposure, of which they are a proportion.
 * A sample may well have a numerator that is not. */
static int32_t check_shares(const sp_job *job, const sp_scored *s, const sp_bound *b, int64_t n,
                            sampan_error *error) {
  const sampan_shape *shape = &b->shape;
  uint32_t events = SP_NONE, exposure = SP_NONE;
  for (uint32_t c = 0; c < shape->n_components; c++) {
    if ((shape->components[c].flags & SAMPAN_EVENTS) != 0) events = c;
    if ((shape->components[c].flags & SAMPAN_EXPOSURE) != 0) exposure = c;
  }
  if (job->plan->kind == SP_KIND_SURVEY || shape->n_cells > 1 || shape->n_statistics > 1 ||
      shape->statistics[0].unit != SAMPAN_UNIT_PROPORTION || events == SP_NONE ||
      exposure == SP_NONE) {
    return SAMPAN_OK;
  }
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(s->in, i)) continue;
    const double y = component(s, b, events, i), x = component(s, b, exposure, i);
    if (!(y > x)) continue;
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_NO_SHARE,
                 "indicator '%s' is a proportion, but its numerator %.17g is above its denominator "
                 "%.17g",
                 b->indicator->name, y, x);
    sp_error_hint(error, "correct the record, or take `unit: ratio` or `unit: rate`");
    return sp_error_cell(error, NULL, i + 1, NULL);
  }
  return SAMPAN_OK;
}

/* ---- scoring ------------------------------------------------------------------------------ */

int32_t sp_score(sp_scanner *s, const sp_machine *machine, uint32_t index, const sp_course *course,
                 uint32_t run, int64_t n, sampan_error *error) {
  const sp_bound *b = &s->job->indicators[index];
  const sp_scored *scored = &s->scored[index];
  sampan_column columns[SP_MOST_SCORED_COLUMNS];
  sampan_dictionary dictionaries[SP_MOST_SCORED_COLUMNS];
  const sampan_column *pointers[SP_MOST_SCORED_COLUMNS];
  for (uint32_t k = 0; k < b->n_columns; k++) {
    pointers[k] = NULL;
    if (b->columns[k] == SP_NONE) continue;
    const sp_column *c = sp_machine_column(machine, b->columns[k]);
    pointers[k] = &columns[k];
    if (b->levels[k] != NULL) {
      SP_TRY(sp_levels_view(b->levels[k], c, n, s->level_codes[k], s->level_present[k], &columns[k],
                            error));
    } else {
      sp_column_view(c, &columns[k], &dictionaries[k]);
    }
  }
  sampan_batch batch = {
      .struct_size = sizeof batch, .n_columns = b->n_columns, .n_records = n, .columns = pointers};
  if (course != NULL) {
    batch.read = s->read;
    batch.group = s->groups[course->split];
    batch.n_groups = course->n_groups;
    if (s->read > 0) batch.memory = course->memories + (size_t)run * course->n_groups;
  }
  const sampan_scores out = {.struct_size = sizeof out,
                             .n_components = b->shape.n_components,
                             .in = scored->in,
                             .bits = scored->bits,
                             .numbers = scored->numbers,
                             .cell = scored->cell};
  sampan_call call = sp_scratch_call(&s->scratch, b->plugin, b->values, error);
  const int32_t status = b->ops->score(&call, &b->shape, &batch, &out);
  if (status < 0) {
    return sp_plugin_failed(status, b->plugin, error);
  }
  for (int64_t w = 0; w < sampan_words(n); w++) scored->in[w] &= scored->mine[w];
  return check_shares(s->job, scored, b, n, error);
}
