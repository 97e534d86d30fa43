/* disclosure_table.c - rows into places, counts into quantities, and the sums among these. */
#include "engine/disclosure_table.h"

#include <math.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/levels.h"

enum { MOST_VARIABLES = 64 };

int sp_is_sensitive(const sp_protection *rule, double count) {
  return count < rule->below && (rule->zeros ? count >= 0 : count > 0);
}

uint32_t sp_same_measure(const sp_cells *c, uint32_t series, uint32_t kind) {
  uint32_t m = series * SP_N_MEASURES + kind;
  while (c->same[m] != m) m = c->same[m];
  return m;
}

/* ---- places ------------------------------------------------------------------------------- */

static int32_t add_variable(sp_cells *c, const char *name, uint32_t *out, sampan_error *error) {
  for (*out = 0; *out < c->n_variables; ++*out) {
    if (strcmp(c->variables[*out], name) == 0) return SAMPAN_OK;
  }
  if (*out == MOST_VARIABLES) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_TOO_MANY,
                 "suppression: `protect` handles tables by at most %d variables", MOST_VARIABLES);
    return sp_error_hint(error, "make several plans of this one");
  }
  c->variables[c->n_variables++] = name;
  return SAMPAN_OK;
}

/* What the records of a row are: of a sample the records; of data in rows what these hold. */
static double records_of(const sp_outcome *o, const sp_estimate *e) {
  if (o->plan->kind == SP_KIND_SURVEY) return (double)e->n;
  if (!isnan(e->exposure)) return e->exposure;
  return !isnan(e->events) || e->about->unit == SAMPAN_UNIT_COUNT ? e->pop : NAN;
}

/* Whether the statistics of an indicator are the levels of a variable, each record at one. */
static int has_levels(const sp_outcome *o, uint32_t indicator, uint32_t n_statistics) {
  double sum = 0;
  int any = 0;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    if (e->indicator != indicator || isnan(e->value)) continue;
    if (isnan(e->events)) return 0;
    sum = (e->statistic == 0 ? 0 : sum) + (double)e->n_events;
    if (e->statistic + 1 < n_statistics) continue;
    if (sum != records_of(o, e)) return 0;
    any = 1;
  }
  return any;
}

/* Statistics, and what they are levels of. */
static int32_t find_series(sp_cells *c, sampan_error *error) {
  const sp_outcome *o = c->outcome;
  const uint32_t n = o->plan->n_indicators;
  c->first_series = sp_arena_array(c->arena, n + 1U, sizeof *c->first_series);
  c->level_variable = sp_arena_array(c->arena, n + 1U, sizeof *c->level_variable);
  if (c->first_series == NULL || c->level_variable == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    uint32_t *most = &c->first_series[o->estimates[i].indicator + 1];
    if (*most <= o->estimates[i].statistic) *most = o->estimates[i].statistic + 1;
  }
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t n_statistics = c->first_series[i + 1];
    const char *factor = o->job != NULL ? sp_levels_column(o->job, i) : NULL;
    c->level_variable[i] = SP_MAP_NONE;
    c->first_series[i + 1] += c->first_series[i];
    if (factor == NULL || !has_levels(o, i, n_statistics)) continue;
    SP_TRY(add_variable(c, factor, &c->level_variable[i], error));
  }
  c->n_series = c->first_series[n];
  return SAMPAN_OK;
}

static int32_t find_variables(sp_cells *c, sampan_error *error) {
  const sp_outcome *o = c->outcome;
  c->variables = sp_arena_array(c->arena, MOST_VARIABLES, sizeof *c->variables);
  if (c->variables == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    uint32_t v;
    for (uint32_t k = 0; k < e->n_by; k++) SP_TRY(add_variable(c, e->by[k], &v, error));
  }
  return find_series(c, error);
}

/* The number of a place, which is added if it is new. */
static int32_t add_place(sp_cells *c, const char *period, uint64_t variables,
                         const char *const *values, uint32_t *out, sampan_error *error) {
  sp_buffer key;
  sp_buffer_init(&key);
  sp_buffer_printf(&key, "%zu:%s", strlen(period), period);
  for (uint32_t v = 0; v < c->n_variables; v++) {
    if ((variables >> v & 1) == 0) continue;
    sp_buffer_printf(&key, ",%u=%zu:%s", v, strlen(values[v]), values[v]);
  }
  const uint32_t n = sp_map_size(c->place_keys);
  *out = key.failed ? SP_MAP_NONE : sp_map_add(c->place_keys, key.data, key.n_bytes);
  sp_buffer_clear(&key);
  if (*out == SP_MAP_NONE) return sp_error_memory(error);
  if (*out < n) return SAMPAN_OK;
  if ((n & (n - 1)) == 0) { /* doubles at 0, 1, 2, 4 ... */
    c->places = sp_arena_grow(c->arena, c->places, n, n > 0 ? 2 * n : 1, sizeof *c->places);
    if (c->places == NULL) return sp_error_memory(error);
  }
  const char **copy = sp_arena_array(c->arena, MOST_VARIABLES, sizeof *copy);
  if (copy == NULL) return sp_error_memory(error);
  for (uint32_t v = 0; v < c->n_variables; v++) {
    copy[v] = (variables >> v & 1) != 0 ? values[v] : NULL;
  }
  c->places[n] = (sp_cell_place){.variables = variables, .period = period, .values = copy};
  return SAMPAN_OK;
}

/* ---- rows --------------------------------------------------------------------------------- */

static void set_count(sp_cell_row *row, uint32_t kind, double count) {
  row->count[kind] = count;
  row->has |= UINT32_C(1) << kind;
}

/* What a row tells. */
static void count_row(const sp_outcome *o, const sp_estimate *e, int is_level, sp_cell_row *row) {
  const double records = records_of(o, e);
  if (!isnan(records)) set_count(row, SP_RECORDS, records);
  if (isnan(e->events)) {
    set_count(row, SP_CONTENT, row->count[SP_RECORDS]); /* what it loses by being withheld */
    return;
  }
  set_count(row, SP_EVENTS, (double)e->n_events);
  if (is_level) {
    set_count(row, SP_LEVEL, (double)e->n_events); /* the other levels stand for the others */
    return;
  }
  const int splits = e->about->unit == SAMPAN_UNIT_PROPORTION && (row->has & 1U) != 0;
  if (splits) set_count(row, SP_OTHERS, row->count[SP_RECORDS] - row->count[SP_EVENTS]);
}

static int32_t make_rows(sp_cells *c, sampan_error *error) {
  const sp_outcome *o = c->outcome;
  c->rows = sp_arena_array(c->arena, o->n_estimates + 1U, sizeof *c->rows);
  if (c->rows == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    const char *values[MOST_VARIABLES] = {NULL};
    uint64_t variables = 0;
    for (uint32_t k = 0; k < e->n_by; k++) {
      uint32_t v = 0;
      while (strcmp(c->variables[v], e->by[k]) != 0) v++;
      values[v] = e->values[k];
      variables |= UINT64_C(1) << v;
    }
    sp_cell_row *row = &c->rows[c->n_rows++];
    row->estimate = i;
    row->series = c->first_series[e->indicator] + e->statistic;
    row->hidden = e->status == SAMPAN_STATUS_SUPPRESSED ? SP_IMPRECISE : SP_SHOWN;
    SP_TRY(add_place(c, e->period, variables, values, &row->place, error));
    const uint32_t factor = c->level_variable[e->indicator];
    const int is_level = factor != SP_MAP_NONE && (variables >> factor & 1) == 0;
    count_row(o, e, is_level && !isnan(e->value), row);
    if ((row->has >> SP_LEVEL & 1) == 0) continue;
    values[factor] = e->about->name;
    variables |= UINT64_C(1) << factor;
    SP_TRY(add_place(c, e->period, variables, values, &row->level_place, error));
  }
  return SAMPAN_OK;
}

/* The measure and the place that a row publishes a count of. Those of a level are the records where
 * its variable has that value. */
static uint32_t measure_of(const sp_cell_row *row, uint32_t kind, uint32_t *place) {
  *place = kind == SP_LEVEL ? row->level_place : row->place;
  return row->series * SP_N_MEASURES + (kind == SP_LEVEL ? (uint32_t)SP_RECORDS : kind);
}

/* ---- measures that are the same ----------------------------------------------------------- */

/* What rows publish, by measure. */
typedef struct said {
  uint32_t measure, place, next;
  double count;
} said;

typedef struct said_index {
  sp_map *keys; /* measure and place */
  said *all;
  uint32_t *first; /* by measure */
  uint32_t n;
} said_index;

static int32_t say(said_index *x, uint32_t measure, uint32_t place, double count) {
  const uint32_t key[2] = {measure, place};
  const uint32_t at = sp_map_add(x->keys, key, sizeof key);
  if (at == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  if (at < x->n) return SAMPAN_OK;
  x->all[x->n++] = (said){measure, place, x->first[measure], count};
  x->first[measure] = at;
  return SAMPAN_OK;
}

static int32_t index_rows(const sp_cells *c, said_index *x) {
  const uint32_t n_measures = c->n_series * SP_N_MEASURES;
  x->all = sp_arena_array(c->arena, (uint64_t)c->n_rows * SP_N_MEASURES + 1, sizeof *x->all);
  x->first = sp_arena_array(c->arena, n_measures + 1U, sizeof *x->first);
  if (x->keys == NULL || x->all == NULL || x->first == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t m = 0; m < n_measures; m++) x->first[m] = SP_MAP_NONE;
  for (uint32_t r = 0; r < c->n_rows; r++) {
    const sp_cell_row *row = &c->rows[r];
    for (uint32_t kind = 0; kind < SP_N_MEASURES; kind++) {
      uint32_t place, measure = measure_of(row, kind, &place);
      if ((row->has >> kind & 1) == 0) continue;
      /* The records are those of the indicator, whatever the statistic. */
      if (measure % SP_N_MEASURES == SP_RECORDS) measure = c->same[measure];
      SP_TRY(say(x, measure, place, row->count[kind]));
    }
  }
  return SAMPAN_OK;
}

/* Whether two measures agree in every place that both have, in one at least, and are not all 0. */
static int agree(const said_index *x, uint32_t a, uint32_t b) {
  int any = 0;
  for (uint32_t k = x->first[a]; k != SP_MAP_NONE; k = x->all[k].next) {
    const uint32_t key[2] = {b, x->all[k].place};
    const uint32_t other = sp_map_find(x->keys, key, sizeof key);
    if (other == SP_MAP_NONE) continue;
    if (x->all[k].count != x->all[other].count) return 0;
    any = any || x->all[k].count > 0;
  }
  return any;
}

/* Levels of one variable are never the same, even where they happen to have as many records. */
static int may_be_same(const sp_cells *c, const uint32_t *indicator, uint32_t a, uint32_t b) {
  const uint32_t i = indicator[a / SP_N_MEASURES], j = indicator[b / SP_N_MEASURES];
  const uint32_t a_kind = a % SP_N_MEASURES, b_kind = b % SP_N_MEASURES;
  if (a_kind == SP_CONTENT || b_kind == SP_CONTENT) return 0;
  if (i != j) return 1;
  return a_kind == b_kind && a_kind != SP_RECORDS && c->level_variable[i] == SP_MAP_NONE;
}

static int32_t join_measures(sp_cells *c, sampan_error *error) {
  const uint32_t n = c->n_series * SP_N_MEASURES;
  said_index x = {.keys = sp_map_new(62)};
  uint32_t *indicator = sp_arena_array(c->arena, c->n_series + 1U, sizeof *indicator);
  c->same = sp_arena_array(c->arena, n + 1U, sizeof *c->same);
  c->is_records = sp_arena_array(c->arena, n + 1U, sizeof *c->is_records);
  int32_t status = SAMPAN_E_MEMORY;
  if (indicator != NULL && c->same != NULL && c->is_records != NULL) {
    for (uint32_t m = 0; m < n; m++) c->same[m] = m;
    for (uint32_t i = 0; i < c->outcome->plan->n_indicators; i++) {
      for (uint32_t s = c->first_series[i]; s < c->first_series[i + 1]; s++) {
        indicator[s] = i;
        c->same[s * SP_N_MEASURES + SP_RECORDS] = c->first_series[i] * SP_N_MEASURES + SP_RECORDS;
      }
    }
    status = index_rows(c, &x);
  }
  for (uint32_t b = 1; b < n && status >= 0; b++) {
    for (uint32_t a = 0; a < b && x.first[b] != SP_MAP_NONE; a++) {
      if (x.first[a] == SP_MAP_NONE || !may_be_same(c, indicator, a, b)) continue;
      const uint32_t i = sp_same_measure(c, a / SP_N_MEASURES, a % SP_N_MEASURES);
      const uint32_t j = sp_same_measure(c, b / SP_N_MEASURES, b % SP_N_MEASURES);
      if (i == j || !agree(&x, a, b)) continue;
      c->same[i < j ? j : i] = i < j ? i : j;
    }
  }
  sp_map_free(x.keys);
  if (status < 0) return sp_error_memory(error);
  for (uint32_t s = 0; s < c->n_series; s++) c->is_records[sp_same_measure(c, s, SP_RECORDS)] = 1;
  return SAMPAN_OK;
}

/* ---- quantities --------------------------------------------------------------------------- */

static int32_t add_quantity(sp_cells *c, uint32_t measure, uint32_t place, uint32_t *out,
                            sampan_error *error) {
  const uint32_t key[2] = {measure, place}, n = sp_map_size(c->quantity_keys);
  *out = sp_map_add(c->quantity_keys, key, sizeof key);
  if (*out == SP_MAP_NONE) return sp_error_memory(error);
  if (*out < n) return SAMPAN_OK;
  if ((n & (n - 1)) == 0) {
    c->quantities =
        sp_arena_grow(c->arena, c->quantities, n, n > 0 ? 2 * n : 1, sizeof *c->quantities);
    if (c->quantities == NULL) return sp_error_memory(error);
  }
  c->quantities[n] =
      (sp_quantity){.measure = measure, .place = place, .first_row = SP_MAP_NONE, .value = 0};
  return SAMPAN_OK;
}

static int32_t publish(sp_cells *c, uint32_t r, uint32_t kind, sampan_error *error) {
  sp_cell_row *row = &c->rows[r];
  uint32_t place;
  const uint32_t measure = measure_of(row, kind, &place);
  SP_TRY(add_quantity(c, sp_same_measure(c, row->series, measure % SP_N_MEASURES), place,
                      &row->quantity[kind], error));
  sp_quantity *q = &c->quantities[row->quantity[kind]];
  c->listed[c->n_listed] = (sp_listed_row){.row = r, .next = q->first_row};
  q->first_row = c->n_listed++;
  q->value = row->count[kind];
  q->has_value = 1;
  if (kind == SP_CONTENT) return SAMPAN_OK;
  /* Records of weight 0 are no cover for few others. */
  const int few = kind == SP_RECORDS && c->outcome->plan->kind == SP_KIND_SURVEY &&
                  sp_is_sensitive(c->rule, (double)c->outcome->estimates[row->estimate].n_positive);
  if (few || sp_is_sensitive(c->rule, row->count[kind])) q->sensitive = 1;
  return SAMPAN_OK;
}

/* The sets of variables that places of a measure are split by, with all their intersections: what
 * two tables have in common ties them even if it is not published. */
static int32_t splits_of(const sp_cells *c, uint32_t measure, uint32_t n_published, uint64_t **out,
                         uint32_t *n, sampan_error *error) {
  uint64_t *sets = sp_arena_array(c->arena, 4, sizeof *sets);
  uint32_t capacity = 4;
  *n = 0;
  if (sets == NULL) return sp_error_memory(error);
  sets[(*n)++] = 0;
  for (uint32_t i = 0; i < n_published; i++) {
    if (c->quantities[i].measure != measure) continue;
    const uint64_t set = c->places[c->quantities[i].place].variables;
    const uint32_t before = *n;
    for (uint32_t k = 0; k <= before; k++) { /* with each that is there, and itself */
      const uint64_t next = k < before ? set & sets[k] : set;
      uint32_t at = 0;
      while (at < *n && sets[at] != next) at++;
      if (at < *n) {
        if (next == set) break;
        continue;
      }
      if (*n == capacity) {
        sets = sp_arena_grow(c->arena, sets, *n, 2 * capacity, sizeof *sets);
        if (sets == NULL) return sp_error_memory(error);
        capacity *= 2;
      }
      sets[(*n)++] = next;
    }
  }
  *out = sets;
  return SAMPAN_OK;
}

/* ---- sums --------------------------------------------------------------------------------- */

static int32_t add_term(sp_cells *c, uint32_t equation, uint32_t quantity, int32_t sign,
                        sampan_error *error) {
  const uint32_t n = c->n_terms;
  if ((n & (n - 1)) == 0) {
    c->terms = sp_arena_grow(c->arena, c->terms, n, n > 0 ? 2 * n : 1, sizeof *c->terms);
    if (c->terms == NULL) return sp_error_memory(error);
  }
  c->terms[c->n_terms++] = (sp_term){equation, quantity, sign};
  return SAMPAN_OK;
}

static int32_t add_equation(sp_cells *c, const void *key, uint64_t n_bytes, uint32_t *out,
                            sampan_error *error) {
  *out = sp_map_add(c->equation_keys, key, n_bytes);
  if (*out == SP_MAP_NONE) return sp_error_memory(error);
  c->n_equations = sp_map_size(c->equation_keys);
  return SAMPAN_OK;
}

typedef struct sum_key {
  uint32_t quantity, zero;
  uint64_t finer;
} sum_key;

/* The place of a quantity in every coarser split: a term of the sum there. */
static int32_t sum_up(sp_cells *c, uint32_t q, const uint64_t *sets, uint32_t n_sets,
                      sampan_error *error) {
  const sp_cell_place place = c->places[c->quantities[q].place];
  for (uint32_t k = 0; k < n_sets; k++) {
    if (sets[k] == place.variables || (sets[k] & ~place.variables) != 0) continue;
    uint32_t coarser, whole, equation;
    SP_TRY(add_place(c, place.period, sets[k], place.values, &coarser, error));
    SP_TRY(add_quantity(c, c->quantities[q].measure, coarser, &whole, error));
    const sum_key key = {.quantity = whole, .finer = place.variables};
    const uint32_t n = c->n_equations;
    SP_TRY(add_equation(c, &key, sizeof key, &equation, error));
    if (equation == n) SP_TRY(add_term(c, equation, whole, -1, error));
    SP_TRY(add_term(c, equation, q, 1, error));
  }
  return SAMPAN_OK;
}

static int32_t sum_measure(sp_cells *c, uint32_t measure, uint32_t n_published,
                           sampan_error *error) {
  uint64_t *sets = NULL;
  uint32_t n_sets = 0;
  SP_TRY(splits_of(c, measure, n_published, &sets, &n_sets, error));
  /* Quantities that this adds are summed up in their turn. */
  for (uint32_t q = 0; q < sp_map_size(c->quantity_keys); q++) {
    if (c->quantities[q].measure == measure) SP_TRY(sum_up(c, q, sets, n_sets, error));
  }
  return SAMPAN_OK;
}

/* Records are those with the event and those without. */
static int32_t sum_parts(sp_cells *c, const sp_cell_row *row, sampan_error *error) {
  const uint32_t *q = row->quantity;
  const uint32_t parts[4] = {q[SP_RECORDS], q[SP_EVENTS], q[SP_OTHERS], 0};
  uint32_t equation;
  if ((row->has >> SP_OTHERS & 1) == 0) return SAMPAN_OK;
  if (parts[0] == parts[1] || parts[0] == parts[2] || parts[1] == parts[2]) return SAMPAN_OK;
  const uint32_t n = c->n_equations;
  SP_TRY(add_equation(c, parts, 3 * sizeof *parts, &equation, error));
  if (equation < n) return SAMPAN_OK;
  SP_TRY(add_term(c, equation, parts[0], -1, error));
  SP_TRY(add_term(c, equation, parts[1], 1, error));
  return add_term(c, equation, parts[2], 1, error);
}

/* The events of a level are the records of its place. */
static int32_t tie_level(sp_cells *c, const sp_cell_row *row, sampan_error *error) {
  const uint32_t key[3] = {row->quantity[SP_EVENTS], row->quantity[SP_LEVEL], SP_MAP_NONE};
  uint32_t equation;
  if ((row->has >> SP_LEVEL & 1) == 0 || key[0] == key[1]) return SAMPAN_OK;
  const uint32_t n = c->n_equations;
  SP_TRY(add_equation(c, key, sizeof key, &equation, error));
  if (equation < n) return SAMPAN_OK;
  SP_TRY(add_term(c, equation, key[0], -1, error));
  return add_term(c, equation, key[1], 1, error);
}

/* Numbers the equations by their length: where several tell the same, the shortest comes first. */
static int32_t order_equations(sp_cells *c, sampan_error *error) {
  const uint32_t n = c->n_equations;
  uint32_t *length = sp_arena_array(c->arena, n + 1U, sizeof *length);
  uint32_t *place = sp_arena_array(c->arena, c->n_terms + 3U, sizeof *place);
  if (length == NULL || place == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < c->n_terms; i++) length[c->terms[i].equation]++;
  for (uint32_t e = 0; e < n; e++) place[length[e] + 1]++;
  for (uint32_t i = 1; i < c->n_terms + 3U; i++) place[i] += place[i - 1];
  for (uint32_t e = 0; e < n; e++) length[e] = place[length[e]]++; /* its number from now on */
  for (uint32_t i = 0; i < c->n_terms; i++) {
    c->terms[i].equation = length[c->terms[i].equation];
  }
  return SAMPAN_OK;
}

/* Terms by equation. */
static int32_t order_terms(sp_cells *c, sampan_error *error) {
  uint32_t *start = sp_arena_array(c->arena, c->n_equations + 2U, sizeof *start);
  sp_term *ordered = sp_arena_array(c->arena, c->n_terms + 1U, sizeof *ordered);
  if (start == NULL || ordered == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < c->n_terms; i++) start[c->terms[i].equation + 2]++;
  for (uint32_t e = 2; e < c->n_equations + 2U; e++) start[e] += start[e - 1];
  for (uint32_t i = 0; i < c->n_terms; i++)
    ordered[start[c->terms[i].equation + 1]++] = c->terms[i];
  c->terms = ordered;
  c->start = start;
  return SAMPAN_OK;
}

/* A whole that no row publishes has the value of a sum of its parts. */
static void value_wholes(sp_cells *c) {
  int changed = 1;
  while (changed) {
    changed = 0;
    for (uint32_t e = 0; e < c->n_equations; e++) {
      sp_quantity *whole = &c->quantities[c->terms[c->start[e]].quantity];
      double sum = 0;
      int all = !whole->has_value;
      for (uint32_t k = c->start[e] + 1; k < c->start[e + 1] && all; k++) {
        all = c->quantities[c->terms[k].quantity].has_value;
        sum += c->quantities[c->terms[k].quantity].value;
      }
      if (!all) continue;
      whole->value = sum;
      whole->has_value = changed = 1;
    }
  }
}

int32_t sp_cells_build(sp_cells *c, sampan_error *error) {
  c->place_keys = sp_map_new(61);
  c->quantity_keys = sp_map_new(63);
  c->equation_keys = sp_map_new(64);
  if (c->place_keys == NULL || c->quantity_keys == NULL || c->equation_keys == NULL) {
    return sp_error_memory(error);
  }
  SP_TRY(find_variables(c, error));
  SP_TRY(make_rows(c, error));
  SP_TRY(join_measures(c, error));
  c->listed = sp_arena_array(c->arena, (uint64_t)c->n_rows * SP_N_MEASURES + 1, sizeof *c->listed);
  if (c->listed == NULL) return sp_error_memory(error);
  for (uint32_t r = 0; r < c->n_rows; r++) {
    for (uint32_t kind = 0; kind < SP_N_MEASURES; kind++) {
      if ((c->rows[r].has >> kind & 1) != 0) SP_TRY(publish(c, r, kind, error));
    }
  }
  const uint32_t n_published = sp_map_size(c->quantity_keys);
  for (uint32_t m = 0; m < c->n_series * SP_N_MEASURES; m++) {
    if (c->same[m] == m) SP_TRY(sum_measure(c, m, n_published, error));
  }
  for (uint32_t r = 0; r < c->n_rows; r++) {
    SP_TRY(sum_parts(c, &c->rows[r], error));
    SP_TRY(tie_level(c, &c->rows[r], error));
  }
  SP_TRY(order_equations(c, error));
  SP_TRY(order_terms(c, error));
  value_wholes(c);
  return SAMPAN_OK;
}

void sp_cells_clear(sp_cells *c) {
  sp_map_free(c->place_keys);
  sp_map_free(c->quantity_keys);
  sp_map_free(c->equation_keys);
}
