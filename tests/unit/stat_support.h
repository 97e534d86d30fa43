/* stat_support.h - drives one estimator, interval or comparison plugin in a test, as the host does:
 * dlopens the shared object, fills parameters from their defaults, and sums the scores. */
#ifndef SAMPAN_TEST_STAT_SUPPORT_H
#define SAMPAN_TEST_STAT_SUPPORT_H

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <math.h>
#include <sampan/plugin.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/quantile.h"
#include "host/context.h"

#ifndef SAMPAN_TEST_PLUGIN_DIR
#define SAMPAN_TEST_PLUGIN_DIR "build/plugins"
#endif

enum { STAT_TOTALS = 64, STAT_COMPONENTS = 8, STAT_RECORDS = 512, STAT_WORDS = STAT_RECORDS / 64 };

/* One plugin with its parameters and what it calls with. Not to be moved. */
typedef struct stat_plugin {
  const sampan_plugin *plugin;
  sampan_value values[16];
  sampan_error error;
  sp_context context;
  sampan_call call;
  char note[256];
} stat_plugin;

static inline void stat_note(void *data, const char *text) {
  snprintf((char *)data, 256, "%s", text);
}

static inline sampan_value *stat_value(stat_plugin *s, const char *name) {
  for (uint32_t i = 0; i < s->plugin->n_params; i++)
    if (strcmp(s->plugin->params[i].name, name) == 0) return &s->values[i];
  cr_assert_fail("no parameter %s", name);
  return NULL;
}

static inline void stat_set_number(stat_plugin *s, const char *name, double x) {
  sampan_value *v = stat_value(s, name);
  v->is_set = 1;
  v->number = x;
}

static inline void stat_set_table(stat_plugin *s, const char *name, const sampan_table *table) {
  sampan_value *v = stat_value(s, name);
  v->is_set = 1;
  v->table = table;
}

static inline void stat_set_numbers(stat_plugin *s, const char *name, const double *x, uint32_t n) {
  sampan_value *v = stat_value(s, name);
  v->is_set = 1;
  v->numbers = x;
  v->n_numbers = n;
}

static inline void stat_set_choice(stat_plugin *s, const char *name, const char *choice) {
  sampan_value *v = stat_value(s, name);
  const sampan_param *p = &s->plugin->params[v - s->values];
  const size_t n = strlen(choice);
  int index = 0;
  for (const char *at = p->choices; at; index++) {
    if (strncmp(at, choice, n) == 0 && (at[n] == '|' || at[n] == '\0')) {
      v->is_set = 1;
      v->number = index;
      v->text = choice;
      return;
    }
    at = strchr(at, '|');
    if (at) at++;
  }
  cr_assert_fail("parameter %s has no choice %s", name, choice);
}

/* Opens MODULE.so, finds a plugin of it, checks its descriptor and sets every parameter to its
 * default. */
static inline void stat_open_in(stat_plugin *s, int32_t kind, const char *file, const char *name) {
  char path[512];
  memset(s, 0, sizeof *s);
  sp_quantile_setup();
  snprintf(path, sizeof path, "%s/%s.so", SAMPAN_TEST_PLUGIN_DIR, file);
  void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  cr_assert_not_null(so, "%s", dlerror());
  const sampan_module *module = (const sampan_module *)dlsym(so, SAMPAN_MODULE_SYMBOL);
  cr_assert_not_null(module);
  cr_assert_eq(module->magic, SAMPAN_ABI_MAGIC);
  cr_assert_str_eq(module->name, file);
  for (uint32_t i = 0; i < module->n_plugins; i++)
    if (strcmp(module->plugins[i]->name, name) == 0) s->plugin = module->plugins[i];
  cr_assert_not_null(s->plugin, "%s.so has no plugin %s", file, name);
  cr_assert_eq(s->plugin->kind, kind);
  cr_assert(s->plugin->label_en && s->plugin->label_zh && s->plugin->summary_en &&
            s->plugin->summary_zh && s->plugin->formula && s->plugin->reference);
  for (uint32_t i = 0; i < s->plugin->n_params; i++) {
    const sampan_param *p = &s->plugin->params[i];
    s->values[i].struct_size = sizeof(sampan_value);
    if (!p->default_text) continue;
    if (p->type == SAMPAN_P_CHOICE)
      stat_set_choice(s, p->name, p->default_text);
    else if (p->type == SAMPAN_P_TRUTH)
      stat_set_number(s, p->name, strcmp(p->default_text, "yes") == 0);
    else
      stat_set_number(s, p->name, strtod(p->default_text, NULL));
  }
  s->context.arena = sp_arena_new(0);
  s->context.note = stat_note;
  s->context.note_data = s->note;
  s->error.struct_size = sizeof s->error;
  s->call = sp_host_call(&s->context, s->values, s->plugin->n_params, &s->error);
}

/* The same where the file has the name of its one plugin. */
static inline void stat_open(stat_plugin *s, int32_t kind, const char *name) {
  stat_open_in(s, kind, name, name);
}

static inline void stat_close(stat_plugin *s) {
  sp_arena_free(s->context.arena);
}

/* ---- columns: NaN is missing -------------------------------------------------------------- */

typedef struct stat_column {
  sampan_column column;
  sampan_dictionary dictionary;
  uint64_t present[STAT_WORDS], truth[STAT_WORDS];
  double number[STAT_RECORDS];
  uint32_t code[STAT_RECORDS];
} stat_column;

static inline const sampan_column *stat_numbers(stat_column *c, const char *name, const double *x,
                                                int64_t n) {
  memset(c, 0, sizeof *c);
  for (int64_t i = 0; i < n; i++) {
    if (isnan(x[i])) continue;
    sampan_set_bit(c->present, i, 1);
    c->number[i] = x[i];
  }
  c->column.struct_size = sizeof c->column;
  c->column.type = SAMPAN_NUMBER;
  c->column.present = c->present;
  c->column.number = c->number;
  c->column.name = name;
  return &c->column;
}

static inline const sampan_column *stat_truths(stat_column *c, const char *name, const double *x,
                                               int64_t n) {
  stat_numbers(c, name, x, n);
  for (int64_t i = 0; i < n; i++) sampan_set_bit(c->truth, i, x[i] == 1);
  c->column.type = SAMPAN_TRUTH;
  c->column.number = NULL;
  c->column.truth = c->truth;
  return &c->column;
}

static inline const sampan_column *stat_texts(stat_column *c, const char *name, const double *codes,
                                              int64_t n, const char *const *text,
                                              uint32_t n_entries) {
  stat_numbers(c, name, codes, n);
  for (int64_t i = 0; i < n; i++) c->code[i] = (uint32_t)c->number[i];
  c->dictionary.struct_size = sizeof c->dictionary;
  c->dictionary.n_entries = n_entries;
  c->dictionary.text = text;
  c->column.type = SAMPAN_TEXT;
  c->column.number = NULL;
  c->column.code = c->code;
  c->column.dictionary = &c->dictionary;
  return &c->column;
}

/* ---- estimators --------------------------------------------------------------------------- */

/* What the core keeps between an estimator's three functions. */
typedef struct stat_run {
  sampan_shape shape;
  double total[STAT_TOTALS];
  int64_t count[STAT_TOTALS];
  int64_t n_records, n_positive;
  double weight;
  uint64_t in[STAT_WORDS];
  double value, element_variance, gradient[STAT_TOTALS];
  int32_t status;
} stat_run;

static inline const sampan_estimator_ops *stat_estimator(const stat_plugin *s) {
  return (const sampan_estimator_ops *)s->plugin->ops;
}

static inline int32_t stat_bind(stat_plugin *s, const sampan_column *const *columns,
                                uint32_t n_columns, stat_run *run) {
  const sampan_batch batch = {
      .struct_size = sizeof batch, .n_columns = n_columns, .columns = columns};
  memset(run, 0, sizeof *run);
  run->shape.struct_size = sizeof run->shape;
  const int32_t status = stat_estimator(s)->bind(&s->call, &batch, &run->shape);
  if (status == SAMPAN_OK) cr_assert_leq(run->shape.n_cells * run->shape.n_components, STAT_TOTALS);
  return status;
}

/* Scores n records and adds them up: sum of w u, by cell and component. */
static inline int32_t stat_score(stat_plugin *s, const sampan_column *const *columns,
                                 uint32_t n_columns, const double *weight, int64_t n,
                                 stat_run *run) {
  static uint64_t bits[STAT_COMPONENTS][STAT_WORDS];
  static double numbers[STAT_COMPONENTS][STAT_RECORDS];
  static uint32_t cell[STAT_RECORDS];
  uint64_t *p_bits[STAT_COMPONENTS] = {NULL};
  double *p_numbers[STAT_COMPONENTS] = {NULL};
  const uint32_t n_components = run->shape.n_components;
  cr_assert_leq(n_components, STAT_COMPONENTS);
  for (uint32_t c = 0; c < n_components; c++) {
    memset(bits[c], 0xa5, sizeof bits[c]); /* memory is undefined at entry */
    memset(numbers[c], 0xff, sizeof numbers[c]);
    if (run->shape.components[c].type == SAMPAN_BIT) p_bits[c] = bits[c];
    if (run->shape.components[c].type == SAMPAN_F64) p_numbers[c] = numbers[c];
  }
  memset(cell, 0xff, sizeof cell);
  memset(run->in, 0xa5, sizeof run->in);
  const sampan_batch batch = {
      .struct_size = sizeof batch, .n_columns = n_columns, .n_records = n, .columns = columns};
  const sampan_scores scores = {.struct_size = sizeof scores,
                                .n_components = n_components,
                                .in = run->in,
                                .bits = p_bits,
                                .numbers = p_numbers,
                                .cell = run->shape.n_cells > 1 ? cell : NULL};
  const int32_t status = stat_estimator(s)->score(&s->call, &run->shape, &batch, &scores);
  if (status < 0) return status;
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(run->in, i)) continue;
    const double w = weight ? weight[i] : 1;
    const uint32_t at = run->shape.n_cells > 1 ? cell[i] : 0;
    cr_assert_lt(at, run->shape.n_cells);
    run->n_records++;
    run->n_positive += w > 0;
    run->weight += w;
    for (uint32_t c = 0; c < n_components; c++) {
      const double u = p_bits[c] ? sampan_bit(bits[c], i) : p_numbers[c] ? numbers[c][i] : 1;
      run->total[at * n_components + c] += w * u;
      run->count[at * n_components + c] += p_bits[c] ? u != 0 : 1;
    }
  }
  return SAMPAN_OK;
}

static inline void stat_estimate(stat_plugin *s, stat_run *run) {
  const sampan_totals totals = {.struct_size = sizeof totals,
                                .n_totals = run->shape.n_cells * run->shape.n_components,
                                .total = run->total,
                                .count = run->count,
                                .n_records = run->n_records,
                                .weight = run->weight,
                                .n_positive = run->n_positive};
  const sampan_estimates out = {.struct_size = sizeof out,
                                .n_statistics = 1,
                                .value = &run->value,
                                .gradient = run->gradient,
                                .element_variance = &run->element_variance,
                                .status = &run->status};
  const int32_t status = stat_estimator(s)->value(&s->call, &run->shape, &totals, &out);
  cr_assert_eq(status, SAMPAN_OK, "%s", s->error.message);
}

/* bind, score and value of one batch that must succeed. */
static inline void stat_all(stat_plugin *s, const sampan_column *const *columns, uint32_t n_columns,
                            const double *weight, int64_t n, stat_run *run) {
  cr_assert_eq(stat_bind(s, columns, n_columns, run), SAMPAN_OK, "%s", s->error.message);
  cr_assert_eq(stat_score(s, columns, n_columns, weight, n, run), SAMPAN_OK, "%s",
               s->error.message);
  stat_estimate(s, run);
}

/* ---- assertions --------------------------------------------------------------------------- */

/* Relative to the expected number, or absolute near 0. */
static inline int stat_near(double actual, double expected, double tolerance) {
  if (isnan(expected)) return isnan(actual);
  return fabs(actual - expected) <= tolerance * fabs(expected) + 1e-12;
}

#define STAT_NEAR(actual, expected, tolerance)                                               \
  cr_assert(stat_near((actual), (expected), (tolerance)), "%s is %.17g, not %.17g", #actual, \
            (double)(actual), (double)(expected))

/* The gradient that value() gave against a central difference of value() itself. */
static inline void stat_check_gradient(stat_plugin *s, const stat_run *run) {
  const uint32_t n = run->shape.n_cells * run->shape.n_components;
  for (uint32_t i = 0; i < n; i++) {
    stat_run high = *run, low = *run;
    const double h = 1e-5 * fmax(fabs(run->total[i]), 1);
    high.total[i] += h;
    low.total[i] -= h;
    stat_estimate(s, &high);
    stat_estimate(s, &low);
    const double slope = (high.value - low.value) / (2 * h);
    cr_assert(fabs(slope - run->gradient[i]) <=
                  1e-6 * fabs(slope) + 1e-9 * fmax(fabs(run->value), 1) / fmax(h * 1e5, 1),
              "total %u: numeric %.12g, given %.12g", i, slope, run->gradient[i]);
  }
}

/* sqrt(g' V g) with V row-major. */
static inline double stat_std_error(const stat_run *run, const double *v, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = 0; j < n; j++) sum += run->gradient[i] * v[i * n + j] * run->gradient[j];
  return sqrt(sum);
}

#endif
