/* add_up.c - what the estimators make of a batch, added to the totals. */
#include <math.h>
#include <stdlib.h>

#include "engine/auxiliary.h"
#include "engine/error_ids.h"
#include "engine/ranks.h"
#include "engine/scanner.h"
#include "host/abi.h"

/* Records of the domain that the indicator is about, and those of them without a value. */
static void count_uses(const sp_scanner *s, uint32_t index, int64_t n) {
  const sp_totals *t = s->totals;
  const sp_scored *scored = &s->scored[index];
  const uint32_t g = s->job->period_grouping;
  if (s->period != SP_NONE) {
    const sp_lanes *lanes = s->sift.lanes;
    sp_use_count *use = &t->uses[(size_t)index * t->use_periods + s->period];
    use->n_domain += lanes->count(scored->mine, NULL, sampan_words(n));
    use->n_missing += lanes->count(scored->mine, scored->in, sampan_words(n));
    return;
  }
  for (int64_t w = 0; w < sampan_words(n); w++) {
    uint64_t word = scored->mine[w];
    while (word != 0) {
      const int64_t i = w * 64 + __builtin_ctzll(word);
      word &= word - 1;
      const size_t period = s->codes[g][i] + (size_t)1;
      sp_use_count *use = &t->uses[(size_t)index * t->use_periods + period];
      use->n_domain++;
      use->n_missing += !sampan_bit(scored->in, i);
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

static const sp_scored *scored_of(const sp_scanner *s, const sp_bound *b) {
  return &s->scored[b - s->job->indicators];
}

static size_t first_total(const sp_scored *x, const sp_bound *b, int64_t i) {
  return b->shape.n_cells > 1 ? (size_t)x->cell[i] * b->shape.n_components : 0;
}

/* The records behind the totals of a group. */
static void count_record(const sp_scanner *s, const sp_bound *b, int64_t *counts, int64_t i) {
  const sampan_shape *shape = &b->shape;
  const sp_scored *x = scored_of(s, b);
  const size_t first = first_total(x, b, i);
  counts[SP_COUNT_N]++;
  counts[SP_COUNT_POSITIVE] += s->weigh.weight[0][i] > 0;
  for (uint32_t c = 0; c < shape->n_components; c++) {
    const sampan_component *component = &shape->components[c];
    if (component->type == SAMPAN_BIT && !sampan_bit(x->bits[c], i)) continue;
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
  const sp_scored *x = scored_of(s, b);
  const size_t first = first_total(x, b, i);
  if (w->top == 0) {
    sp_exact_touch(&lanes[0]);
    return SAMPAN_OK;
  }
  sp_exact_add_slices(&lanes[0], w);
  for (uint32_t c = 0; c < shape->n_components; c++) {
    const int32_t type = shape->components[c].type;
    if (type == SAMPAN_TALLY || (type == SAMPAN_BIT && !sampan_bit(x->bits[c], i))) continue;
    if (type != SAMPAN_F64) {
      sp_exact_add_slices(&lanes[1 + first + c], w);
      continue;
    }
    const double product = s->weigh.weight[run][i] * x->numbers[c][i];
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
  const sp_scored *x = scored_of(s, b);
  const size_t first = first_total(x, b, i);
  const double base = s->sift.weight[i] / s->weigh.aux[n_aux][i];
  for (uint32_t c = 0; c < shape->n_components; c++) {
    const int32_t type = shape->components[c].type;
    if (type == SAMPAN_TALLY || (type == SAMPAN_BIT && !sampan_bit(x->bits[c], i))) continue;
    const double u = type == SAMPAN_F64 ? x->numbers[c][i] : 1;
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
  const sp_scored *x = scored_of(s, b);
  for (uint32_t c = 0; c < b->shape.n_components; c++) {
    if (b->shape.components[c].type != SAMPAN_TALLY) continue;
    if (isinf(x->numbers[c][i])) return too_large(b, i, error);
    switch (sp_tally_add(&course->tallies[c], group, x->numbers[c][i], s->weigh.slices, i)) {
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
  const sp_scored *x = &s->scored[index];
  for (int64_t w = 0; w < sampan_words(n); w++) {
    uint64_t word = x->in[w];
    while (word != 0) {
      const int64_t i = w * 64 + __builtin_ctzll(word);
      word &= word - 1;
      const uint32_t row = s->rows[split_index][i], group = s->groups[split_index][i];
      if (row == SP_NONE) continue;
      if (b->shape.n_cells > 1 && x->cell[i] >= b->shape.n_cells) {
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
    SP_TRY(sp_score(s, machine, index, course, run, n, error));
    SP_TRY(add_up(s, index, course->split, course, run, is_shared ? last : run, n, error));
  }
  return SAMPAN_OK;
}

/* One indicator of wide totals, or of several reads. */
static int32_t add_indicator(sp_scanner *s, const sp_machine *machine, uint32_t index, int64_t n,
                             sampan_error *error) {
  const sp_job *job = s->job;
  const sp_bound *b = &job->indicators[index];
  const int advances = sp_estimator_advances(b->ops);
  const sp_scored *scored = &s->scored[index];
  memcpy(scored->mine, s->sift.eligible, (size_t)sampan_words(n) * 8);
  if (b->where != SP_NONE) {
    const sp_column *c = sp_machine_column(machine, b->where);
    for (int64_t w = 0; w < sampan_words(n); w++) scored->mine[w] &= c->present[w] & c->truth[w];
  }
  if (!advances) SP_TRY(sp_score(s, machine, index, NULL, 0, n, error));
  for (uint32_t k = 0; k < b->indicator->n_by; k++) {
    if (job->splits[b->splits[k]].is_narrow) continue;
    sp_course *course = advances ? sp_course_of(s->totals, index, b->splits[k]) : NULL;
    if (!advances) {
      SP_TRY(add_up(s, index, b->splits[k], NULL, 0, s->weigh.n - 1, n, error));
    } else if (!course->is_settled) {
      SP_TRY(take_course(s, machine, index, course, n, error));
    }
  }
  if (s->read == 0) count_uses(s, index, n);
  return SAMPAN_OK;
}

int32_t sp_add_batch(sp_scanner *s, const sp_machine *machine, int64_t n, sampan_error *error) {
  const sp_job *job = s->job;
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    if (s->read > 0 && !sp_estimator_advances(job->indicators[i].ops)) continue;
    SP_TRY(add_indicator(s, machine, i, n, error));
  }
  for (uint32_t k = 0; k < job->n_splits && s->read == 0; k++) {
    if (job->splits[k].is_narrow) SP_TRY(sp_add_bits(s, k, n, error));
  }
  return SAMPAN_OK;
}
