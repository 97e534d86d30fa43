/* disclosure.c - which rows are withheld for confidentiality. */
#include "engine/disclosure.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/disclosure_sums.h"
#include "engine/disclosure_table.h"
#include "engine/job.h"

enum { FEW_UNKNOWNS = 3 };

/* The sums as they look to a reader: among what is not published. */
typedef struct view {
  sp_sums sums;
  uint32_t *start, *term, *quantity; /* quantity: by unknown */
  int8_t *sign;
  uint32_t *cause, *queue;
  uint8_t *determined, *served, *seen;
  double *value, *low, *high;
} view;

/* ---- what a reader knows ------------------------------------------------------------------- */

static int is_published(const sp_cells *c, const sp_quantity *q) {
  for (uint32_t k = q->first_row; k != SP_MAP_NONE; k = c->listed[k].next) {
    if (c->rows[c->listed[k].row].hidden == SP_SHOWN) return 1;
  }
  return 0;
}

/* The most that is the matter with a row that would publish it. */
static int32_t worst_row(const sp_cells *c, const sp_quantity *q) {
  int32_t worst = SP_SHOWN;
  for (uint32_t k = q->first_row; k != SP_MAP_NONE; k = c->listed[k].next) {
    const int32_t hidden = c->rows[c->listed[k].row].hidden;
    if (hidden > worst) worst = hidden;
  }
  return worst;
}

/* The records in all stand in notes and file facts; unless they are few themselves. */
static int is_known(const sp_cells *c, const sp_quantity *q) {
  if (is_published(c, q)) return 1;
  return c->places[q->place].variables == 0 && !q->sensitive && c->is_records[q->measure];
}

static int32_t view_new(const sp_cells *c, view *v) {
  const uint64_t n = sp_map_size(c->quantity_keys) + 1U;
  v->start = sp_arena_array(c->arena, c->n_equations + 2U, sizeof *v->start);
  v->term = sp_arena_array(c->arena, c->n_terms + 1U, sizeof *v->term);
  v->sign = sp_arena_array(c->arena, c->n_terms + 1U, sizeof *v->sign);
  v->quantity = sp_arena_array(c->arena, n, sizeof *v->quantity);
  v->determined = sp_arena_array(c->arena, n, sizeof *v->determined);
  v->served = sp_arena_array(c->arena, n, sizeof *v->served);
  v->seen = sp_arena_array(c->arena, n, sizeof *v->seen);
  v->cause = sp_arena_array(c->arena, 2 * n, sizeof *v->cause);
  v->queue = sp_arena_array(c->arena, n, sizeof *v->queue);
  double *numbers = sp_arena_array(c->arena, 3 * n, sizeof *numbers);
  if (v->start == NULL || v->term == NULL || v->sign == NULL || v->quantity == NULL ||
      v->determined == NULL || v->served == NULL || v->seen == NULL || v->cause == NULL ||
      v->queue == NULL || numbers == NULL) {
    return SAMPAN_E_MEMORY;
  }
  v->value = numbers;
  v->low = numbers + n;
  v->high = numbers + 2 * n;
  return SAMPAN_OK;
}

/* Whether what a row says beside a number leaves no doubt which of the two is small: that is
 * published elsewhere, and so large enough. */
static int is_settled(const sp_cells *c, const sp_cell_row *row, uint32_t kind) {
  if ((row->has >> kind & 1) == 0) return 1;
  const sp_quantity *q = &c->quantities[row->quantity[kind]];
  return is_published(c, q) && !q->sensitive;
}

/* Whether rows that publish it publish nothing else that may be small, so that a row withheld for
 * itself says that this is small. */
static int stands_alone(const sp_cells *c, const sp_quantity *q) {
  for (uint32_t k = q->first_row; k != SP_MAP_NONE; k = c->listed[k].next) {
    const sp_cell_row *row = &c->rows[c->listed[k].row];
    if (row->hidden != SP_CONFIDENTIAL) continue;
    if ((row->has >> SP_EVENTS & 1) == 0) return 1;
    const int is_events =
        q == &c->quantities[row->quantity[SP_EVENTS]] ||
        ((row->has >> SP_LEVEL & 1) != 0 && q == &c->quantities[row->quantity[SP_LEVEL]]);
    if (is_events && is_settled(c, row, SP_RECORDS) && is_settled(c, row, SP_OTHERS)) return 1;
  }
  return 0;
}

/* What a reader knows of a hidden number before adding anything up: the rule, and which rows are
 * withheld for themselves. */
static void first_limits(const sp_cells *c, const sp_quantity *q, double *low, double *high) {
  const int32_t worst = worst_row(c, q);
  const int is_count = q->measure % SP_N_MEASURES != SP_CONTENT;
  *low = is_count ? 0 : -HUGE_VAL;
  *high = HUGE_VAL;
  if (!is_count || worst < SP_CONFIDENTIAL) return;
  if (q->sensitive && q->value < c->rule->below) {
    *low = c->rule->zeros ? 0 : fmin(1, q->value);
    if (stands_alone(c, q)) *high = fmax(c->rule->below - 1, q->value);
  } else if (q->value >= c->rule->below && worst == SP_COMPLEMENTARY) {
    *low = c->rule->below;
  }
}

static void look(sp_cells *c, view *v) {
  const uint32_t n = sp_map_size(c->quantity_keys);
  uint32_t n_terms = 0;
  v->sums.n_unknowns = 0;
  for (uint32_t i = 0; i < n; i++) {
    sp_quantity *q = &c->quantities[i];
    q->unknown = SP_MAP_NONE;
    if (is_known(c, q)) continue;
    const uint32_t x = q->unknown = v->sums.n_unknowns++;
    v->quantity[x] = i;
    v->value[x] = q->value;
    v->served[x] = 0;
    first_limits(c, q, &v->low[x], &v->high[x]);
  }
  for (uint32_t e = 0; e < c->n_equations; e++) {
    v->start[e] = n_terms;
    for (uint32_t k = c->start[e]; k < c->start[e + 1]; k++) {
      const uint32_t x = c->quantities[c->terms[k].quantity].unknown;
      if (x == SP_MAP_NONE) continue;
      v->term[n_terms] = x;
      v->sign[n_terms++] = (int8_t)c->terms[k].sign;
    }
  }
  v->start[c->n_equations] = n_terms;
  v->sums.n_equations = c->n_equations;
  v->sums.start = v->start;
  v->sums.term = v->term;
  v->sums.sign = v->sign;
}

/* ---- hiding more -------------------------------------------------------------------------- */

/* Whether hiding a is less of a loss than hiding b: a count that is not 0, and smaller; the first
 * in the order of the results where they are alike. */
static int is_better(const sp_quantity *a, const sp_quantity *b) {
  if ((a->value > 0) != (b->value > 0)) return a->value > 0;
  return a->value < b->value;
}

/* The best number in an equation that is published, and not known otherwise. */
static void best_in(const sp_cells *c, uint32_t equation, uint32_t *best) {
  for (uint32_t k = c->start[equation]; k < c->start[equation + 1]; k++) {
    const uint32_t i = c->terms[k].quantity;
    const sp_quantity *q = &c->quantities[i];
    if (q->unknown != SP_MAP_NONE || !is_published(c, q)) continue;
    if (c->places[q->place].variables == 0 && !q->sensitive && c->is_records[q->measure]) {
      continue;
    }
    if (*best == SP_MAP_NONE || is_better(q, &c->quantities[*best])) *best = i;
  }
}

static int has_unknown(const view *v, uint32_t equation, uint32_t x) {
  for (uint32_t k = v->start[equation]; k < v->start[equation + 1]; k++) {
    if (v->term[k] == x) return 1;
  }
  return 0;
}

/* What to hide so that x cannot be worked out: in the sum that tells most of it, which is the one
 * with the fewest unknowns, and of these the shortest; sums with more than `most` do not count. */
static uint32_t choose(const sp_cells *c, const view *v, uint32_t x, uint32_t most) {
  uint32_t best = SP_MAP_NONE, n_best = 0, n_best_terms = 0;
  for (uint32_t e = 0; e < c->n_equations; e++) {
    const uint32_t n = v->start[e + 1] - v->start[e], n_terms = c->start[e + 1] - c->start[e];
    const int worse = n > n_best || (n == n_best && n_terms >= n_best_terms);
    if (n > most || (best != SP_MAP_NONE && worse) || !has_unknown(v, e, x)) continue;
    uint32_t here = SP_MAP_NONE;
    best_in(c, e, &here);
    if (here == SP_MAP_NONE) continue;
    best = here;
    n_best = n;
    n_best_terms = n_terms;
  }
  return best;
}

/* The same for x whose limits meet: in a sum that they come from, or that the limits behind these
 * come from. */
static uint32_t choose_behind(const sp_cells *c, view *v, uint32_t x) {
  uint32_t n = 1;
  memset(v->seen, 0, v->sums.n_unknowns);
  v->queue[0] = x;
  v->seen[x] = 1;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t side = 0; side < 2; side++) {
      const uint32_t e = v->cause[2 * (size_t)v->queue[i] + side];
      uint32_t best = SP_MAP_NONE;
      if (e == UINT32_MAX) continue;
      best_in(c, e, &best);
      if (best != SP_MAP_NONE) return best;
      for (uint32_t k = v->start[e]; k < v->start[e + 1]; k++) {
        if (v->seen[v->term[k]]) continue;
        v->seen[v->term[k]] = 1;
        v->queue[n++] = v->term[k];
      }
    }
  }
  return SP_MAP_NONE;
}

/* The unknowns that a newly hidden number is summed with wait for the next look - in short sums: in
 * long ones it hardly matters. */
static void serve(const sp_cells *c, view *v, uint32_t quantity) {
  for (uint32_t e = 0; e < c->n_equations; e++) {
    int here = 0;
    if (v->start[e + 1] - v->start[e] > FEW_UNKNOWNS) continue;
    for (uint32_t k = c->start[e]; k < c->start[e + 1] && !here; k++) {
      here = c->terms[k].quantity == quantity;
    }
    for (uint32_t k = v->start[e]; k < v->start[e + 1] && here; k++) v->served[v->term[k]] = 1;
  }
}

/* Hides all rows that publish a number, and with them their other numbers. */
static void hide(sp_cells *c, view *v, uint32_t quantity) {
  for (uint32_t k = c->quantities[quantity].first_row; k != SP_MAP_NONE; k = c->listed[k].next) {
    sp_cell_row *row = &c->rows[c->listed[k].row];
    if (row->hidden != SP_SHOWN) continue;
    row->hidden = SP_COMPLEMENTARY;
    for (uint32_t kind = 0; kind < SP_N_MEASURES; kind++) {
      if ((row->has >> kind & 1) == 0) continue;
      if (!is_published(c, &c->quantities[row->quantity[kind]])) serve(c, v, row->quantity[kind]);
    }
  }
}

/* Hides a row for each unknown of a withheld row that can be worked out, or whose limits leave one
 * value. */
static uint32_t hide_for_all(sp_cells *c, view *v, uint32_t most) {
  uint32_t n_hidden = 0;
  for (uint32_t x = 0; x < v->sums.n_unknowns; x++) {
    const sp_quantity *q = &c->quantities[v->quantity[x]];
    if (v->served[x] || worst_row(c, q) < SP_CONFIDENTIAL) continue;
    const int is_open = q->sensitive && !(v->high[x] - v->low[x] >= 1);
    if (!v->determined[x] && (!is_open || most == 1)) continue;
    const uint32_t other = v->determined[x] ? choose(c, v, x, most) : choose_behind(c, v, x);
    if (other == SP_MAP_NONE) continue; /* all that it hangs together with is hidden */
    hide(c, v, other);
    n_hidden++;
  }
  return n_hidden;
}

/* One look at what can be worked out; *hidden: rows that had to go. Sums with a single unknown come
 * first: others often follow from them. */
static int32_t protect_once(sp_cells *c, view *v, uint32_t *hidden) {
  look(c, v);
  SP_TRY(sp_sums_determined(&v->sums, v->determined));
  sp_sums_narrow(&v->sums, v->value, v->low, v->high, v->cause);
  *hidden = hide_for_all(c, v, 1);
  if (*hidden == 0) *hidden = hide_for_all(c, v, UINT32_MAX);
  return SAMPAN_OK;
}

/* ---- estimates ---------------------------------------------------------------------------- */

static void mark_sensitive(sp_cells *c) {
  for (uint32_t r = 0; r < c->n_rows; r++) {
    sp_cell_row *row = &c->rows[r];
    for (uint32_t kind = 0; kind < SP_N_MEASURES; kind++) {
      if ((row->has >> kind & 1) == 0 || kind == SP_CONTENT) continue;
      if (c->quantities[row->quantity[kind]].sensitive) row->hidden = SP_CONFIDENTIAL;
    }
  }
}

/* The counts of missing values of an indicator tell its records. */
static void withhold_uses(sp_outcome *o, const sp_cells *c, const sp_cell_row *row) {
  const int few = (row->has & 1U) != 0 && c->quantities[row->quantity[SP_RECORDS]].sensitive;
  const uint32_t width = o->n_periods > 0 ? o->n_periods : 1;
  if (o->uses == NULL || !few || c->places[row->place].variables != 0) return;
  for (uint32_t p = 0; p < width; p++) {
    if (o->n_periods > 0 && strcmp(o->periods[p], c->places[row->place].period) != 0) continue;
    sp_use_count *use =
        (sp_use_count *)&o->uses[(size_t)o->estimates[row->estimate].indicator * width + p];
    use->n_domain = use->n_missing = -1;
  }
}

static void withhold(sp_outcome *o, const sp_cells *c, const char *few) {
  for (uint32_t r = 0; r < c->n_rows; r++) {
    const sp_cell_row *row = &c->rows[r];
    if (row->hidden < SP_CONFIDENTIAL) continue;
    sp_estimate *e = (sp_estimate *)&o->estimates[row->estimate];
    e->status = SAMPAN_STATUS_SUPPRESSED;
    e->flags = row->hidden == SP_CONFIDENTIAL ? "confidential" : "complementary";
    e->why = row->hidden == SP_CONFIDENTIAL ? few : "would reveal another cell";
    withhold_uses(o, c, row);
  }
}

static int32_t protect(sp_outcome *o, sp_cells *c, sampan_error *error) {
  view v = {0};
  char below[32];
  SP_TRY(sp_cells_build(c, error));
  if (view_new(c, &v) < 0) return sp_error_memory(error);
  mark_sensitive(c);
  for (uint32_t hidden = 1; hidden > 0;) {
    if (o->job != NULL) SP_TRY(sp_job_cancelled(o->job, error));
    if (protect_once(c, &v, &hidden) < 0) return sp_error_memory(error);
  }
  sp_format_number(c->rule->below, below);
  const char *few = sp_arena_printf(o->arena, "fewer than %s records or events", below);
  if (few == NULL) return sp_error_memory(error);
  withhold(o, c, few);
  return SAMPAN_OK;
}

/* Says of an indicator without events what is not protected. */
static int32_t tell_unprotected(const sp_outcome *o, sampan_error *error) {
  uint32_t last = SP_MAP_NONE;
  if (o->job == NULL) return SAMPAN_OK;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    if (e->indicator == last || !isnan(e->events) || e->about->unit == SAMPAN_UNIT_COUNT) continue;
    last = e->indicator;
    const int counts = o->plan->kind == SP_KIND_SURVEY || !isnan(e->exposure);
    const char *text = sp_arena_printf(
        o->arena,
        "protect: indicator '%s' counts no events: %s not protected. Where its values are counts, "
        "or 0 and 1, ask for a condition instead (estimator prevalence, count or distribution)",
        o->plan->indicators[last].name,
        counts ? "its records are protected, what its values tell is"
               : "its records, and what its values tell, are");
    if (text == NULL) return sp_error_memory(error);
    sp_job_note((void *)o->job, text);
  }
  return SAMPAN_OK;
}

int32_t sp_disclosure_apply(const sp_protection *rule, sp_outcome *o, sampan_error *error) {
  if (!(rule->below > 0) || o->n_estimates == 0) return SAMPAN_OK;
  sp_cells cells = {.outcome = o, .rule = rule, .arena = sp_arena_new(0)};
  if (cells.arena == NULL) return sp_error_memory(error);
  const int32_t status = protect(o, &cells, error);
  sp_cells_clear(&cells);
  sp_arena_free(cells.arena);
  return status < 0 ? status : tell_unprotected(o, error);
}
