/* compare_choose.c - which estimates a comparison is of. */
#include <math.h>

#include "engine/compare.h"
#include "engine/error_ids.h"
#include "engine/order.h"

static int is_listed(const sp_comparison *c, const char *value, uint32_t *place) {
  for (uint32_t i = 0; i < c->n_values; i++) {
    if (strcmp(c->values[i], value) == 0) {
      *place = i;
      return 1;
    }
  }
  return c->n_values == 0;
}

static int names(const char *name, const char *column) {
  return name != NULL && column != NULL && strcmp(name, column) == 0;
}

/* Whether the periods are compared one by one though the plan's comparison does not say so:
 * estimates of several periods differ in more than what is compared. */
static uint32_t period_level(const sp_outcome *o, const sp_comparison *c) {
  const char *period = o->plan->period;
  if (period == NULL || names(period, c->across) || names(period, c->second)) return 0;
  for (uint32_t k = 0; c->within != NULL && k < c->within->n_columns; k++) {
    if (strcmp(period, c->within->columns[k]) == 0) return 0;
  }
  return 1;
}

uint32_t sp_compare_levels(const sp_comparer *k) {
  const sp_comparison *c = k->comparison;
  return (c->within != NULL ? c->within->n_columns : 0) + period_level(k->outcome, c);
}

/* The value that an estimate has of a variable; NULL if it is not split by it. */
static const char *value_of(const sp_outcome *o, const sp_estimate *e, const char *column,
                            uint32_t *n_found) {
  if (names(o->plan->period, column)) return e->period;
  for (uint32_t i = 0; i < e->n_by; i++) {
    if (strcmp(e->by[i], column) != 0) continue;
    ++*n_found;
    return e->values[i];
  }
  return NULL;
}

int sp_compare_takes(const sp_comparer *k, uint32_t indicator, const sp_estimate *e, sp_chosen *out,
                     const char **level) {
  const sp_outcome *o = k->outcome;
  const sp_comparison *c = k->comparison;
  const uint32_t n_within = c->within != NULL ? c->within->n_columns : 0;
  uint32_t n_found = 0;
  memset(out, 0, sizeof *out);
  if (e->indicator != indicator || (c->across != NULL && e->statistic != 0)) return 0;
  out->estimate = e;
  out->value = c->across != NULL ? value_of(o, e, c->across, &n_found) : e->about->name;
  if (c->second != NULL) out->second = value_of(o, e, c->second, &n_found);
  if (out->value == NULL || (c->second != NULL && out->second == NULL)) return 0;
  for (uint32_t w = 0; w < n_within; w++) {
    level[w] = value_of(o, e, c->within->columns[w], &n_found);
    if (level[w] == NULL) return 0;
  }
  if (period_level(o, c)) level[n_within] = e->period;
  return n_found == e->n_by && is_listed(c, out->value, &out->place);
}

/* Statistics stay in the order of the estimator. */
static int compare_values(const sp_comparer *k, const sp_chosen *a, const sp_chosen *b) {
  const sp_comparison *c = k->comparison;
  if (a->place != b->place) return a->place < b->place ? -1 : 1;
  if (c->across == NULL) return 0;
  const int by = sp_order_values(k->outcome->plan, c->across, a->value, b->value);
  if (by != 0 || c->second == NULL) return by;
  return sp_order_values(k->outcome->plan, c->second, a->second, b->second);
}

static void insert(sp_comparer *k, const sp_chosen *c) {
  uint32_t at = k->n_chosen++;
  while (at > 0 && compare_values(k, c, &k->chosen[at - 1]) < 0) {
    k->chosen[at] = k->chosen[at - 1];
    at--;
  }
  k->chosen[at] = *c;
}

/* The values of the second variable, in order; how many. */
static uint32_t seconds_of(const sp_comparer *k, const char **out) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < k->n_chosen; i++) {
    const char *value = k->chosen[i].second;
    uint32_t at = n;
    int known = 0;
    for (uint32_t j = 0; j < n && !known; j++) known = strcmp(out[j], value) == 0;
    if (known) continue;
    while (at > 0 &&
           sp_order_values(k->outcome->plan, k->comparison->second, value, out[at - 1]) < 0) {
      out[at] = out[at - 1];
      at--;
    }
    out[at] = value;
    n++;
  }
  return n;
}

/* Makes the chosen cells of a crossing a whole table, row by row. */
static int32_t fill_crossing(sp_comparer *k, sampan_error *error) {
  sp_arena *arena = k->outcome->arena;
  const char **columns = sp_arena_array(arena, k->n_chosen + 1U, sizeof *columns);
  if (columns == NULL) return sp_error_memory(error);
  const uint32_t n_columns = seconds_of(k, columns);
  uint32_t n_rows = 0;
  for (uint32_t i = 0; i < k->n_chosen; i++) {
    n_rows += i == 0 || strcmp(k->chosen[i].value, k->chosen[i - 1].value) != 0;
  }
  sp_chosen *cells = sp_arena_array(arena, (uint64_t)n_rows * n_columns + 1, sizeof *cells);
  if (cells == NULL) return sp_error_memory(error);
  uint32_t i = 0;
  for (uint32_t r = 0; r < n_rows; r++) {
    const char *row = k->chosen[i].value;
    for (uint32_t c = 0; c < n_columns; c++) {
      sp_chosen *cell = &cells[(size_t)r * n_columns + c];
      const int here = i < k->n_chosen && strcmp(k->chosen[i].value, row) == 0 &&
                       strcmp(k->chosen[i].second, columns[c]) == 0;
      if (here) *cell = k->chosen[i++];
      cell->value = row;
      cell->second = columns[c];
    }
  }
  k->chosen = cells;
  k->n_chosen = n_rows * n_columns;
  k->n_rows = n_rows;
  k->n_columns = n_columns;
  return SAMPAN_OK;
}

int32_t sp_compare_choose(sp_comparer *k, uint32_t indicator, const char *const *wanted,
                          sampan_error *error) {
  const sp_outcome *o = k->outcome;
  const uint32_t n_within = sp_compare_levels(k);
  const char *level[SP_MOST_LEVELS];
  k->n_chosen = k->n_unusable = k->n_rows = k->n_columns = 0;
  k->chosen = k->room;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    sp_chosen c;
    int same = sp_compare_takes(k, indicator, e, &c, level);
    for (uint32_t w = 0; w < n_within && same; w++) {
      same = wanted[w] != NULL && strcmp(level[w], wanted[w]) == 0;
    }
    if (!same) continue;
    if (isnan(e->value) || e->status == SAMPAN_STATUS_SUPPRESSED) {
      /* A cell without records is an empty cell of a crossing, not one that is withheld. */
      const int is_empty = c.second != NULL && e->n == 0 && e->status != SAMPAN_STATUS_SUPPRESSED;
      k->n_unusable += !is_empty;
      continue;
    }
    insert(k, &c);
  }
  return k->comparison->second != NULL && k->n_chosen > 0 ? fill_crossing(k, error) : SAMPAN_OK;
}

int32_t sp_compare_check_values(const sp_comparer *k, uint32_t indicator, sampan_error *error) {
  const sp_outcome *o = k->outcome;
  const sp_comparison *c = k->comparison;
  const char *level[SP_MOST_LEVELS];
  const char *what = c->across != NULL ? c->across : "statistics";
  for (uint32_t v = 0; v < c->n_values; v++) {
    int found = 0;
    for (uint32_t i = 0; i < o->n_estimates && !found; i++) {
      sp_chosen chosen;
      found = sp_compare_takes(k, indicator, &o->estimates[i], &chosen, level) &&
              strcmp(chosen.value, c->values[v]) == 0;
    }
    if (found) continue;
    sp_yaml_error(c->place, o->plan->file, SP_ID_COMPARISON, error,
                  "comparison '%s': '%s' has no estimate for '%s' of '%s'", c->name,
                  o->plan->indicators[indicator].name, c->values[v], what);
    return c->across != NULL
               ? sp_error_hint(error,
                               "`values` are written as in the results; is it split by '%s'?", what)
               : sp_error_hint(error, "statistics are named as in the results");
  }
  return SAMPAN_OK;
}
