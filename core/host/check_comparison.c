/* check_comparison.c - the laws of comparisons. */
#include <math.h>

#include "host/abi.h"
#include "host/check_laws.h"

enum { MOST_ESTIMATES = 12, REPLICATES = 16 };

/* Whether the plugin says that it compares the cells of a table. */
static int wants_crossing(const sampan_comparison_ops *ops) {
  return (sp_comparison_flags(ops) & SAMPAN_COMPARES_CROSSING) != 0;
}

/* The input of one call, and room for its findings. */
typedef struct trial {
  sp_checker *c;
  sp_check_host *host;
  const sampan_comparison_ops *ops;
  const sp_check_options *options;
  sampan_compared in;
  double estimate[MOST_ESTIMATES], covariance[MOST_ESTIMATES * MOST_ESTIMATES];
  double position[MOST_ESTIMATES], row_position[MOST_ESTIMATES];
  double events[MOST_ESTIMATES], exposure[MOST_ESTIMATES], std_error[MOST_ESTIMATES];
  int64_t n_records[MOST_ESTIMATES], n_events[MOST_ESTIMATES];
  const char *label[MOST_ESTIMATES];
  double replicate[REPLICATES * MOST_ESTIMATES], factor[REPLICATES];
  sampan_finding *out; /* n_findings, and one that must stay as it is */
  double *df_second;   /* likewise */
} trial;

/* Rows of the table that n estimates are for a plugin that wants a crossing; 0 where they are none:
 * the most even table, so that every size of it comes up. */
static uint32_t rows_of(const trial *t, uint32_t n) {
  uint32_t rows = 1;
  if (!wants_crossing(t->ops)) return 0;
  for (uint32_t r = 2; r * r <= n; r++)
    if (n % r == 0) rows = r;
  return rows;
}

/* Ordinary proportions with a covariance that is positive definite: a diagonal, and what all share.
 */
static void draw(trial *t, uint32_t n, uint64_t *seed, double shared) {
  static const char *const labels[] = {"2016", "2017", "2018", "2019", "2020", "2021",
                                       "2022", "2023", "2024", "2025", "2026", "2027"};
  const uint32_t n_rows = rows_of(t, n), n_columns = n_rows > 0 ? n / n_rows : 0;
  double n_sample = 0;
  for (uint32_t i = 0; i < n; i++) {
    t->n_records[i] = 400 + (int64_t)sp_check_below(seed, 600);
    t->n_events[i] = t->n_records[i] / 5 + (int64_t)sp_check_below(seed, 100);
    t->estimate[i] = (double)t->n_events[i] / (double)t->n_records[i];
    t->position[i] = 2016 + (n_columns > 0 ? i % n_columns : i);
    t->row_position[i] = i;
    t->events[i] = (double)t->n_events[i];
    t->exposure[i] = (double)t->n_records[i];
    n_sample += t->exposure[i];
    t->label[i] = labels[i];
    for (uint32_t k = 0; k < n; k++) t->covariance[(size_t)i * n + k] = shared;
    t->covariance[(size_t)i * n + i] += 1e-4 * (1 + sp_check_uniform(seed));
    t->std_error[i] = sqrt(t->covariance[(size_t)i * n + i]);
  }
  t->in = (sampan_compared){.struct_size = sizeof t->in,
                            .n = n,
                            .estimate = t->estimate,
                            .covariance = t->covariance,
                            .position = t->position,
                            .n_records = t->n_records,
                            .n_events = t->n_events,
                            .label = t->label,
                            .df = 30,
                            .level = 0.95,
                            .n_rows = n_rows,
                            .n_columns = n_columns,
                            .row_position = n_rows > 0 ? t->row_position : NULL,
                            .row_label = n_rows > 0 ? t->label : NULL,
                            .events = t->events,
                            .exposure = t->exposure,
                            .std_error = t->std_error,
                            .n_sample = n_sample,
                            .df_design = 30,
                            .df_second = t->df_second};
}

/* A number that changes when anything that is borrowed does. */
static uint64_t digest(const trial *t) {
  const unsigned char *p = (const unsigned char *)t;
  uint64_t h = SP_CHECK_SEED;
  for (size_t i = 0; i < offsetof(trial, out); i++) h = (h ^ p[i]) * UINT64_C(1099511628211);
  return h;
}

static int32_t compare(trial *t) {
  const size_t n = t->ops->n_findings;
  memset(t->out, 0xa5, (n + 1) * sizeof *t->out);
  for (size_t i = 0; i < n; i++) {
    t->out[i] = (sampan_finding){.statistic = NULL,
                                 .estimate = NAN,
                                 .std_error = NAN,
                                 .test = NAN,
                                 .df = NAN,
                                 .p_value = NAN,
                                 .lower = NAN,
                                 .upper = NAN};
    t->df_second[i] = NAN;
  }
  memset(&t->df_second[n], 0xa5, sizeof *t->df_second);
  if (sp_check_host_renew(t->host) < 0) return SAMPAN_E_MEMORY;
  const uint64_t before = digest(t);
  const sampan_call call = sp_check_call(t->host, t->c->plugin, t->options->values);
  const int32_t status = t->ops->compare(&call, &t->in, t->out);
  const unsigned char *guard = (const unsigned char *)&t->out[n];
  int clean = before == digest(t);
  for (size_t i = 0; i < sizeof *t->out; i++) clean = clean && guard[i] == 0xa5;
  clean = clean && memcmp(&t->df_second[n], guard, sizeof *t->df_second) == 0;
  sp_law_enter(t->c, "writes its findings and nothing else");
  sp_law_holds(t->c, clean, "it wrote elsewhere, %u estimates", (unsigned)t->in.n);
  sp_law_enter(t->c, "fails with a message");
  sp_law_holds(t->c, status >= 0 || t->host->error.message[0] != '\0',
               "it returned %d without a message", (int)status);
  return status;
}

/* What holds of any row, defined or not. One without a name is left out. */
static void check_rows(trial *t, const char *when) {
  uint32_t n_named = 0;
  for (uint32_t i = 0; i < t->ops->n_findings; i++) {
    const sampan_finding *f = &t->out[i];
    sp_law_enter(t->c, "findings have names, errors of 0 or more, and p-values from 0 to 1");
    if (f->statistic == NULL) continue;
    n_named++;
    if (!sp_law_holds(t->c, f->statistic[0] != '\0', "the name of finding %u is empty, %s",
                      (unsigned)i + 1, when)) {
      return;
    }
    sp_law_holds(t->c, isnan(f->p_value) || (f->p_value >= 0 && f->p_value <= 1), "%s: p = %g, %s",
                 f->statistic, f->p_value, when);
    sp_law_holds(t->c, isnan(f->std_error) || f->std_error >= 0, "%s: standard error %g, %s",
                 f->statistic, f->std_error, when);
    sp_law_holds(t->c,
                 isnan(f->lower) || isnan(f->upper) || isnan(f->estimate) ||
                     (f->lower <= f->estimate && f->estimate <= f->upper),
                 "%s: %g to %g about %g, %s", f->statistic, f->lower, f->upper, f->estimate, when);
    sp_law_holds(t->c, !(t->df_second[i] <= 0), "%s: a second df of %g, %s", f->statistic,
                 t->df_second[i], when);
  }
  sp_law_holds(t->c, n_named > 0, "no finding has a name, %s", when);
}

/* 0: the plugin has no use for a table of this shape. */
static int check_ordinary(trial *t, uint32_t n, uint64_t *seed) {
  int n_defined = 0;
  draw(t, n, seed, 2e-5);
  const int32_t status = compare(t);
  /* A plugin may be for tables of two columns alone. */
  if (status == SAMPAN_E_PLAN && t->in.n_columns > 2) return 0;
  sp_law_enter(t->c, "gives numbers for ordinary estimates");
  if (!sp_law_holds(t->c, status == SAMPAN_OK, "it returned %d '%s', %u estimates, %s", (int)status,
                    t->host->error.message, (unsigned)n, t->options->text)) {
    return 1;
  }
  for (uint32_t i = 0; i < t->ops->n_findings; i++) {
    const sampan_finding *f = &t->out[i];
    n_defined += isfinite(f->estimate) || isfinite(f->test);
    sp_law_holds(t->c, !isinf(f->estimate) && !isinf(f->test) && !isinf(f->std_error),
                 "%s is infinite, %u estimates, %s",
                 f->statistic != NULL ? f->statistic : "a finding", (unsigned)n, t->options->text);
  }
  sp_law_holds(t->c, n_defined > 0, "nothing is defined, %u estimates, %s", (unsigned)n,
               t->options->text);
  check_rows(t, "ordinary estimates");
  return 1;
}

/* Whether a value that had to be made up, such as a list of coefficients, is refused for so many
 * estimates: the plugin then is for another number of them. */
static int is_refused(trial *t, uint32_t n, uint64_t *seed) {
  draw(t, n, seed, 2e-5);
  return compare(t) == SAMPAN_E_PLAN && t->host->error.parameter[0] != '\0';
}

/* Calls twice, and with other labels. */
static void check_repeat(trial *t, uint32_t n, uint64_t *seed) {
  sampan_finding first[64];
  const uint32_t n_kept = t->ops->n_findings < 64 ? t->ops->n_findings : 64;
  draw(t, n, seed, 1e-5);
  if (compare(t) != SAMPAN_OK) return;
  memcpy(first, t->out, n_kept * sizeof *first);
  for (int other = 0; other < 2; other++) {
    for (uint32_t i = 0; other && i < n; i++) t->label[i] = "\xe5\xae\xb6 <&\"";
    if (compare(t) != SAMPAN_OK) return;
    sp_law_enter(
        t->c, other ? "labels do not change numbers" : "the same estimates give the same findings");
    for (uint32_t i = 0; i < n_kept; i++) {
      sp_law_holds(t->c, memcmp(&first[i].estimate, &t->out[i].estimate, 7 * sizeof(double)) == 0,
                   "finding %u, %u estimates, seed %llu", (unsigned)i + 1, (unsigned)n,
                   (unsigned long long)SP_CHECK_SEED);
    }
  }
}

static void accept(trial *t, const char *when) {
  const int32_t status = compare(t);
  sp_law_enter(t->c, "answers, or says in a message why it does not");
  sp_law_holds(t->c, status == SAMPAN_OK || t->host->error.message[0] != '\0',
               "it returned %d without a message, %s", (int)status, when);
  if (status == SAMPAN_OK) check_rows(t, when);
}

/* A cell without a record is 0, and so is what it has in common with others. */
static void empty_cell(trial *t, uint32_t i) {
  const uint32_t n = t->in.n;
  t->estimate[i] = t->events[i] = t->exposure[i] = t->std_error[i] = 0;
  t->n_records[i] = t->n_events[i] = 0;
  for (uint32_t k = 0; k < n; k++) {
    t->covariance[(size_t)i * n + k] = t->covariance[(size_t)k * n + i] = 0;
  }
}

/* Tables with an empty cell, an empty row, an empty column, and none but empty ones. */
static void check_crossing(trial *t, uint32_t n, uint64_t *seed) {
  draw(t, n, seed, 0);
  const uint32_t n_rows = t->in.n_rows, n_columns = t->in.n_columns;
  if (n_rows == 0) return;
  empty_cell(t, n / 2);
  accept(t, "a cell without records");
  draw(t, n, seed, 0);
  for (uint32_t k = 0; k < n_columns; k++) empty_cell(t, k);
  accept(t, "a row without records");
  draw(t, n, seed, 0);
  for (uint32_t k = 0; k < n_rows; k++) empty_cell(t, k * n_columns);
  accept(t, "a column without records");
  for (uint32_t i = 0; i < n; i++) empty_cell(t, i);
  accept(t, "no records at all");
}

/* Numbers of one estimate, such as coefficients: they have no events, and may be negative. */
static void check_statistics(trial *t, uint32_t n, uint64_t *seed) {
  if ((sp_comparison_flags(t->ops) & SAMPAN_COMPARES_STATISTICS) == 0) return;
  draw(t, n, seed, 1e-5);
  for (uint32_t i = 0; i < n; i++) {
    t->estimate[i] = 4 * sp_check_uniform(seed) - 2;
    t->events[i] = t->exposure[i] = NAN;
    t->n_records[i] = t->n_records[0];
    t->n_events[i] = 0;
    t->position[i] = i;
  }
  accept(t, "statistics of one estimate");
}

/* The estimates by each replicate; those of one have none. */
static void check_replicates(trial *t, uint32_t n, uint64_t *seed) {
  for (int hard = 0; hard < 2; hard++) {
    draw(t, n, seed, 1e-5);
    for (uint32_t r = 0; r < REPLICATES; r++) {
      t->factor[r] = 1.0 / REPLICATES;
      for (uint32_t i = 0; i < n; i++) {
        t->replicate[(size_t)r * n + i] = t->estimate[i] + 0.04 * (sp_check_uniform(seed) - 0.5);
        if (hard && r == 3) t->replicate[(size_t)r * n + i] = NAN;
      }
    }
    t->in.n_replicates = REPLICATES;
    t->in.about_estimate = hard;
    t->in.replicate = t->replicate;
    t->in.replicate_factor = t->factor;
    accept(t, "replicate weights");
  }
}

static void check_hard(trial *t, uint32_t n, uint64_t *seed) {
  static const double dfs[] = {0, -1, 1, HUGE_VAL};
  for (size_t i = 0; i < sizeof dfs / sizeof dfs[0]; i++) {
    draw(t, n, seed, 1e-5);
    t->in.df = dfs[i];
    if (compare(t) == SAMPAN_OK) check_rows(t, "with another df");
  }
  draw(t, n, seed, 0);
  memset(t->covariance, 0, sizeof t->covariance);
  int32_t status = compare(t);
  sp_law_enter(t->c, "stands estimates without variance");
  sp_law_holds(t->c, status == SAMPAN_OK, "it returned %d '%s', %u estimates", (int)status,
               t->host->error.message, (unsigned)n);
  if (status == SAMPAN_OK) check_rows(t, "no variance");
  draw(t, n, seed, 1e-5);
  for (uint32_t i = 0; i < n; i++) t->estimate[i] = 0;
  if (compare(t) == SAMPAN_OK) check_rows(t, "estimates of 0");
  draw(t, n, seed, 1e-5);
  for (uint32_t i = 0; i < n; i++) t->position[i] = 0;
  if (compare(t) == SAMPAN_OK) check_rows(t, "one position for all");
  draw(t, n, seed, 1e-5);
  for (uint32_t i = 0; i < n; i++) t->n_records[i] = t->n_events[i] = 0;
  if (compare(t) == SAMPAN_OK) check_rows(t, "no records");
}

static void check_memory(trial *t, uint32_t n, uint64_t *seed) {
  sp_law_enter(t->c, "stands the end of memory");
  for (int64_t k = 0; k < 100; k++) {
    draw(t, n, seed, 1e-5);
    t->host->allocations = k;
    const int32_t status = compare(t);
    const int ended = t->host->n_allocated >= k && status < 0;
    t->host->allocations = -1;
    sp_law_enter(t->c, "stands the end of memory");
    sp_law_holds(t->c, status == SAMPAN_OK || status == SAMPAN_E_MEMORY,
                 "it returned %d where piece %lld of memory was refused", (int)status,
                 (long long)k + 1);
    if (!ended) return;
  }
}

void sp_check_comparison(sp_checker *c) {
  sp_check_host host;
  sp_check_options *sets;
  sampan_error error;
  uint32_t n_sets;
  uint64_t seed = SP_CHECK_SEED;
  const sampan_comparison_ops *ops = (const sampan_comparison_ops *)c->plugin->ops;
  sp_error_clear(&error);
  sp_law_enter(c, "gives numbers for ordinary estimates");
  trial *t = (trial *)sp_arena_alloc(c->arena, sizeof *t);
  if (t == NULL || sp_check_parameters(c, &sets, &n_sets, &error) < 0 ||
      sp_check_host_init(&host) < 0) {
    sp_law_skip(c, "no parameters could be made up: %s", error.message);
    return;
  }
  if (ops->minimum > MOST_ESTIMATES) {
    sp_law_skip(c, "it needs %u estimates or more", (unsigned)ops->minimum);
    sp_check_host_clear(&host);
    return;
  }
  const uint32_t most = ops->maximum < MOST_ESTIMATES ? ops->maximum : MOST_ESTIMATES;
  for (uint32_t i = 0; i < n_sets; i++) {
    t->c = c;
    t->host = &host;
    t->ops = ops;
    memset(t->replicate, 0, sizeof t->replicate);
    t->options = &sets[i];
    t->out =
        (sampan_finding *)sp_arena_array(c->arena, ops->n_findings + UINT64_C(1), sizeof *t->out);
    t->df_second =
        (double *)sp_arena_array(c->arena, ops->n_findings + UINT64_C(1), sizeof *t->df_second);
    if (t->out == NULL || t->df_second == NULL) break;
    uint32_t n_last = 0;
    for (uint32_t n = ops->minimum; n <= most; n++) {
      if (rows_of(t, n) == 1) continue; /* no table */
      if (is_refused(t, n, &seed) && (n < most || n_last > 0)) continue;
      n_last = n;
      if (!check_ordinary(t, n, &seed)) continue;
      check_repeat(t, n, &seed);
      check_hard(t, n, &seed);
      check_crossing(t, n, &seed);
      check_statistics(t, n, &seed);
      check_replicates(t, n, &seed);
    }
    check_memory(t, wants_crossing(ops) && n_last > 4 ? 4 : n_last, &seed);
  }
  sp_check_host_clear(&host);
}
