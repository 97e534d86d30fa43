/* score.c - a batch scored by the estimators, and added to the totals. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/auxiliary.h"
#include "engine/error_ids.h"
#include "engine/ranks.h"
#include "engine/scanner.h"
#include "host/abi.h"

enum { SP_MOST_SCORED_COLUMNS = 512 };

int32_t sp_score_init(sp_scanner *s) {
  const sp_plan *plan = s->job->plan;
  uint32_t widest = 0, columns = 0;
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    const sp_bound *b = &s->job->indicators[i];
    if (b->shape.n_components > widest) widest = b->shape.n_components;
    if (b->n_columns > columns) columns = b->n_columns;
  }
  s->mine = sp_scanner_array(s, 1);
  s->in = sp_scanner_array(s, 1);
  s->cell = sp_scanner_array(s, sizeof(uint32_t));
  s->bits = sp_arena_array(s->arena, widest + 1U, sizeof *s->bits);
  s->numbers = sp_arena_array(s->arena, widest + 1U, sizeof *s->numbers);
  s->bits_used = sp_arena_array(s->arena, widest + 1U, sizeof *s->bits_used);
  s->numbers_used = sp_arena_array(s->arena, widest + 1U, sizeof *s->numbers_used);
  s->level_codes = sp_arena_array(s->arena, columns + 1U, sizeof *s->level_codes);
  s->level_present = sp_arena_array(s->arena, columns + 1U, sizeof *s->level_present);
  if (s->mine == NULL || s->in == NULL || s->cell == NULL || s->bits == NULL ||
      s->numbers == NULL || s->bits_used == NULL || s->numbers_used == NULL ||
      s->level_codes == NULL || s->level_present == NULL ||
      sp_scratch_init(&s->scratch, s->job) < 0) {
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t c = 0; c < widest; c++) {
    s->bits[c] = sp_scanner_array(s, 1);
    s->numbers[c] = sp_scanner_array(s, sizeof(double));
    if (s->bits[c] == NULL || s->numbers[c] == NULL) return SAMPAN_E_MEMORY;
  }
  for (uint32_t k = 0; s->job->n_levels > 0 && k < columns; k++) {
    s->level_codes[k] = sp_scanner_array(s, sizeof(uint32_t));
    s->level_present[k] = sp_scanner_array(s, 1);
    if (s->level_codes[k] == NULL || s->level_present[k] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

/* ---- shares of complete counts ------------------------------------------------------------ */

static double scored(const sp_scanner *s, const sp_bound *b, uint32_t c, int64_t i) {
  const int32_t type = b->shape.components[c].type;
  if (type == SAMPAN_BIT) return sampan_bit(s->bits[c], i);
  return type == SAMPAN_F64 ? s->numbers[c][i] : 1;
}

/* In complete counts the events of a record are among its exposure, of which they are a proportion.
 * A sample may well have a numerator that is not. */
static int32_t check_shares(const sp_scanner *s, const sp_bound *b, int64_t n,
                            sampan_error *error) {
  const sampan_shape *shape = &b->shape;
  uint32_t events = SP_NONE, exposure = SP_NONE;
  for (uint32_t c = 0; c < shape->n_components; c++) {
    if ((shape->components[c].flags & SAMPAN_EVENTS) != 0) events = c;
    if ((shape->components[c].flags & SAMPAN_EXPOSURE) != 0) exposure = c;
  }
  if (s->job->plan->kind == SP_KIND_SURVEY || shape->n_cells > 1 || shape->n_statistics > 1 ||
      shape->statistics[0].unit != SAMPAN_UNIT_PROPORTION || events == SP_NONE ||
      exposure == SP_NONE) {
    return SAMPAN_OK;
  }
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(s->in, i)) continue;
    const double y = scored(s, b, events, i), x = scored(s, b, exposure, i);
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

/* Calls the estimator. `course` and `run` where it takes several reads. */
static int32_t score(sp_scanner *s, const sp_machine *machine, uint32_t index,
                     const sp_course *course, uint32_t run, int64_t n, sampan_error *error) {
  const sp_bound *b = &s->job->indicators[index];
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
  for (uint32_t c = 0; c < b->shape.n_components; c++) {
    const int32_t type = b->shape.components[c].type;
    const int is_number = type == SAMPAN_F64 || type == SAMPAN_TALLY;
    s->bits_used[c] = type == SAMPAN_BIT ? s->bits[c] : NULL;
    s->numbers_used[c] = is_number ? s->numbers[c] : NULL;
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
                             .in = s->in,
                             .bits = s->bits_used,
                             .numbers = s->numbers_used,
                             .cell = b->shape.n_cells > 1 ? s->cell : NULL};
  sampan_call call = sp_scratch_call(&s->scratch, b->plugin, b->values, error);
  const int32_t status = b->ops->score(&call, &b->shape, &batch, &out);
  if (status < 0) {
    return sp_plugin_failed(status, b->plugin, error);
  }
  for (int64_t w = 0; w < sampan_words(n); w++) s->in[w] &= s->mine[w];
  return check_shares(s, b, n, error);
}

/* Records of the domain that the indicator is about, and those of them without a value. */
static void count_uses(sp_scanner *s, uint32_t index, int64_t n) {
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

/* ---- adding up ---------------------------------------------------------------------------- */

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

static size_t first_total(const sp_scanner *s, const sp_bound *b, int64_t i) {
  return b->shape.n_cells > 1 ? (size_t)s->cell[i] * b->shape.n_components : 0;
}

/* The records behind the totals of a group. */
static void count_record(const sp_scanner *s, const sp_bound *b, int64_t *counts, int64_t i) {
  const sampan_shape *shape = &b->shape;
  const size_t first = first_total(s, b, i);
  counts[SP_COUNT_N]++;
  counts[SP_COUNT_POSITIVE] += s->weigh.weight[0][i] > 0;
  for (uint32_t c = 0; c < shape->n_components; c++) {
    const sampan_component *component = &shape->components[c];
    if (component->type == SAMPAN_BIT && !sampan_bit(s->bits[c], i)) continue;
    counts[SP_COUNT_TOTALS + first + c]++;
    counts[SP_COUNT_EVENTS] +=
        (component->flags & SAMPAN_EVENTS) != 0 && component->type == SAMPAN_BIT;
  }
}

/* Adds one record to the lanes of one run: the weight, then each component in its cell. */
static int32_t add_record(const sp_scanner *s, const sp_bound *b, uint32_t run, sp_exact *lanes,
                          int64_t i, sampan_error *error) {
  const sampan_shape *shape = &b->shape;
  const sp_slices *w = &s->weigh.slices[run][i];
  const size_t first = first_total(s, b, i);
  if (w->top == 0) {
    sp_exact_touch(&lanes[0]);
    return SAMPAN_OK;
  }
  sp_exact_add_slices(&lanes[0], w);
  for (uint32_t c = 0; c < shape->n_components; c++) {
    const int32_t type = shape->components[c].type;
    if (type == SAMPAN_TALLY || (type == SAMPAN_BIT && !sampan_bit(s->bits[c], i))) continue;
    if (type != SAMPAN_F64) {
      sp_exact_add_slices(&lanes[1 + first + c], w);
      continue;
    }
    const double product = s->weigh.weight[run][i] * s->numbers[c][i];
    if (!isfinite(product)) return too_large(b, i, error);
    sp_exact_add(&lanes[1 + first + c], product);
  }
  return SAMPAN_OK;
}

/* Calibration: each component times each auxiliary variable, with the base weight. */
static int32_t add_crosses(const sp_scanner *s, const sp_bound *b, sp_exact *lanes, int64_t i,
                           sampan_error *error) {
  const sampan_shape *shape = &b->shape;
  const uint32_t n_aux = s->job->n_aux;
  const size_t first = first_total(s, b, i);
  const double base = s->sift.weight[i] / s->weigh.aux[n_aux][i];
  for (uint32_t c = 0; c < shape->n_components; c++) {
    const int32_t type = shape->components[c].type;
    if (type == SAMPAN_TALLY || (type == SAMPAN_BIT && !sampan_bit(s->bits[c], i))) continue;
    const double u = type == SAMPAN_F64 ? s->numbers[c][i] : 1;
    for (uint32_t j = 0; j < n_aux; j++) {
      if (s->weigh.aux[j][i] == 0) continue;
      const double product = base * u * s->weigh.aux[j][i];
      if (!isfinite(product)) return too_large(b, i, error);
      sp_exact_add(&lanes[(first + c) * n_aux + j], product);
    }
  }
  return SAMPAN_OK;
}

/* A distribution has no place for less than nothing. */
static int32_t negative_weight(const sp_scanner *s, const sp_bound *b, int64_t i,
                               sampan_error *error) {
  const sp_job *job = s->job;
  uint32_t run = 0;
  while (run + 1 < s->weigh.n && !(s->weigh.weight[run][i] < 0)) run++;
  char of[64] = "the record's weight";
  if (run > 0) snprintf(of, sizeof of, "the record's weight in replicate %u", run);
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_TALLY,
               "%s is negative%s: %.10g; indicator '%s' cannot be estimated with such weights", of,
               job->aux != NULL ? " after calibration" : "", s->weigh.weight[run][i],
               b->indicator->name);
  sp_error_hint(error, job->aux != NULL
                           ? "have the calibration keep weights positive: `distance: raking`, or "
                             "`bounds` with a lower one above 0"
                           : "use replicate weights that are not negative (a bootstrap or "
                             "jackknife, Fay's method in place of BRR), or drop the indicator");
  return sp_error_cell(error, NULL, i + 1, NULL);
}

static int32_t tally_too_large(const sp_bound *b, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_MEMORY, SP_ID_TALLY,
               "the distribution of '%s', each value with its weight in the sample and every "
               "replicate, takes more than %d GiB",
               b->indicator->name, (int)(SP_TALLY_MOST_BYTES >> 30));
  sp_error_hint(error,
                "round the values in `derive`, so that fewer differ, use fewer replicates, "
                "or split the plan");
  return SAMPAN_E_MEMORY;
}

static int32_t add_tallies(const sp_scanner *s, const sp_bound *b, sp_course *course,
                           uint32_t group, int64_t i, sampan_error *error) {
  for (uint32_t c = 0; c < b->shape.n_components; c++) {
    if (b->shape.components[c].type != SAMPAN_TALLY) continue;
    if (isinf(s->numbers[c][i])) return too_large(b, i, error);
    switch (sp_tally_add(&course->tallies[c], group, s->numbers[c][i], s->weigh.slices, i)) {
      case SAMPAN_OK:
        break;
      case SAMPAN_E_DATA:
        return negative_weight(s, b, i, error);
      case SAMPAN_E_PLAN:
        return tally_too_large(b, error);
      default:
        return sp_error_memory(error);
    }
  }
  return SAMPAN_OK;
}

/* The ranks of the replicate weights by domain. */
static int32_t add_rank(const sp_scanner *s, uint32_t split_index, uint32_t place, uint32_t group,
                        int64_t i, sampan_error *error) {
  sp_totals *t = s->totals;
  const uint32_t width = s->job->splits[split_index].n_indicators;
  if (sp_ranks_room(s->job, t, split_index, group) < 0) return sp_error_memory(error);
  return sp_ranks_add(s->job, t, &t->ranks[split_index][(size_t)group * width + place],
                      s->weigh.weight, s->unit[i], i, s->weigh.row, error);
}

/* Adds the scored batch to a split, for the runs from `first` to `last`. */
static int32_t add_up(sp_scanner *s, uint32_t index, uint32_t split_index, sp_course *course,
                      uint32_t first, uint32_t last, int64_t n, sampan_error *error) {
  const sp_bound *b = &s->job->indicators[index];
  const sp_split *split = &s->job->splits[split_index];
  sp_table *table = s->totals->tables[split_index];
  const uint32_t place = sp_place_in_split(split, index);
  for (int64_t w = 0; w < sampan_words(n); w++) {
    uint64_t word = s->in[w];
    while (word != 0) {
      const int64_t i = w * 64 + __builtin_ctzll(word);
      word &= word - 1;
      const uint32_t row = s->rows[split_index][i], group = s->groups[split_index][i];
      if (row == SP_NONE) continue;
      if (b->shape.n_cells > 1 && s->cell[i] >= b->shape.n_cells) {
        return bad_score(b, i, "a cell is out of range", error);
      }
      sp_exact *lanes = sp_table_lanes(table, row) + split->lane_start[place];
      for (uint32_t r = first; r <= last; r++) {
        if (course != NULL && sp_course_is_settled(course, r, group)) continue;
        SP_TRY(add_record(s, b, r, lanes + (size_t)r * split->n_lanes, i, error));
      }
      if (first > 0 || (course != NULL && sp_course_is_settled(course, 0, group))) continue;
      int64_t *counts = sp_table_counts(table, group);
      if (counts == NULL) return sp_error_memory(error);
      count_record(s, b, counts + split->count_start[place], i);
      if (s->read == 0 && course != NULL) SP_TRY(add_tallies(s, b, course, group, i, error));
      if (s->totals->crosses != NULL) {
        const uint32_t cross = sp_table_row(s->totals->crosses[split_index], group, 0);
        if (cross == UINT32_MAX) return sp_error_memory(error);
        SP_TRY(add_crosses(
            s, b,
            sp_table_lanes(s->totals->crosses[split_index], cross) + split->cross_start[place], i,
            error));
      }
      if (s->job->rank_by_domain && s->read == 0 && s->weigh.weight[0][i] > 0) {
        SP_TRY(add_rank(s, split_index, place, group, i, error));
      }
    }
  }
  return SAMPAN_OK;
}

/* An estimator of several reads: scored for each split, and in later reads for each run by its own
 * state. */
static int32_t take_course(sp_scanner *s, const sp_machine *machine, uint32_t index,
                           sp_course *course, int64_t n, sampan_error *error) {
  const uint32_t last = s->weigh.n - 1;
  const int is_shared = s->read == 0 || course->n_runs == 1;
  for (uint32_t run = 0; run < (is_shared ? 1 : course->n_runs); run++) {
    if (s->read > 0 && course->n_open[run] == 0) continue;
    SP_TRY(score(s, machine, index, course, run, n, error));
    SP_TRY(add_up(s, index, course->split, course, run, is_shared ? last : run, n, error));
  }
  return SAMPAN_OK;
}

int32_t sp_score_batch(sp_scanner *s, const sp_machine *machine, int64_t n, sampan_error *error) {
  const sp_job *job = s->job;
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    const int advances = sp_estimator_advances(b->ops);
    if (s->read > 0 && !advances) continue;
    memcpy(s->mine, s->sift.eligible, (size_t)sampan_words(n) * 8);
    if (b->where != SP_NONE) {
      const sp_column *c = sp_machine_column(machine, b->where);
      for (int64_t w = 0; w < sampan_words(n); w++) s->mine[w] &= c->present[w] & c->truth[w];
    }
    if (!advances) SP_TRY(score(s, machine, i, NULL, 0, n, error));
    for (uint32_t k = 0; k < b->indicator->n_by; k++) {
      sp_course *course = advances ? sp_course_of(s->totals, i, b->splits[k]) : NULL;
      if (!advances) {
        SP_TRY(add_up(s, i, b->splits[k], NULL, 0, s->weigh.n - 1, n, error));
      } else if (!course->is_settled) {
        SP_TRY(take_course(s, machine, i, course, n, error));
      }
    }
    if (s->read == 0) count_uses(s, i, n);
  }
  return SAMPAN_OK;
}
