/* stat_readme_comparisons_test.c - the worked examples of the comparisons' pages, re-read and run:
 * any line `FINDING FIELD = number` is held against what the plugin gives. */
#include "stat_example.h"

enum { MOST = 32, ROWS = 64 };

static const char *const pages[] = {"apc",          "association",      "joinpoint",
                                    "mann-kendall", "mantel-extension", "mantel-haenszel",
                                    "polynomial",   "t-test",           "two-by-two"};

/* What an example can give. */
typedef struct input {
  double estimate[MOST], covariance[MOST * MOST], std_error[MOST], position[MOST], events[MOST],
      records[MOST];
  int64_t n_events[MOST], n_records[MOST];
  double second[ROWS];
} input;

static sampan_compared read_input(const example *e, input *x) {
  static const char *const labels[MOST] = {NULL};
  const int n_estimates = numbers(e, "estimates", x->estimate, MOST);
  const int n_records = numbers(e, "records", x->records, MOST);
  const int n = n_estimates > n_records ? n_estimates : n_records;
  numbers(e, "events", x->events, MOST);
  numbers(e, "positions", x->position, MOST);
  numbers(e, "covariance", x->covariance, MOST * MOST);
  if (numbers(e, "std_error", x->std_error, MOST) == n)
    for (int i = 0; i < n; i++) x->covariance[i * n + i] = x->std_error[i] * x->std_error[i];
  for (int i = 0; i < n; i++) {
    x->n_events[i] = (int64_t)x->events[i];
    x->n_records[i] = (int64_t)x->records[i];
  }
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = (uint32_t)n,
                              .estimate = x->estimate,
                              .covariance = x->covariance,
                              .std_error = x->std_error,
                              .position = x->position,
                              .events = x->events,
                              .exposure = x->records,
                              .n_events = x->n_events,
                              .n_records = x->n_records,
                              .label = labels,
                              .row_label = labels,
                              .n_rows = (uint32_t)number(e, "rows", 0),
                              .n_columns = (uint32_t)number(e, "columns", 0),
                              .n_sample = number(e, "n_sample", 0),
                              .df = number(e, "df", 0),
                              .level = 0.95,
                              .df_second = x->second};
  return in;
}

/* How many of a finding's fields the example gives; each must agree. */
static int check_finding(const example *e, const sampan_finding *f) {
  const struct {
    const char *name;
    double value;
  } fields[] = {{"estimate", f->estimate}, {"std_error", f->std_error}, {"test", f->test},
                {"p_value", f->p_value},   {"lower", f->lower},         {"upper", f->upper}};
  int n = 0;
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    char key[60];
    double expected;
    snprintf(key, sizeof key, "%s %s", f->statistic, fields[i].name);
    if (numbers(e, key, &expected, 1) == 0) continue;
    cr_assert(stat_near(fields[i].value, expected, 1e-9), "%s is %.17g, not %.17g", key,
              fields[i].value, expected);
    n++;
  }
  return n;
}

/* Lines of the example that are about a finding. */
static int count_expected(const example *e) {
  static const char *const fields[] = {
      " estimate = ", " std_error = ", " test = ", " p_value = ", " lower = ", " upper = "};
  int n = 0;
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    for (const char *at = e->start; (at = strstr(at, fields[i])) != NULL; at++) n++;
  return n;
}

Test(readme_comparisons, examples_hold) {
  static example e;
  static input x;
  stat_plugin s;
  for (size_t k = 0; k < sizeof pages / sizeof pages[0]; k++) {
    sampan_finding f[ROWS];
    int n = 0;
    memset(&x, 0, sizeof x);
    open_example(&e, "comparisons", pages[k]);
    stat_open(&s, SAMPAN_COMPARISON, pages[k]);
    const sampan_comparison_ops *ops = (const sampan_comparison_ops *)s.plugin->ops;
    for (uint32_t i = 0; i < s.plugin->n_params; i++) {
      const double value = number(&e, s.plugin->params[i].name, NAN);
      if (!isnan(value)) stat_set_number(&s, s.plugin->params[i].name, value);
    }
    const sampan_compared in = read_input(&e, &x);
    cr_assert_eq(ops->compare(&s.call, &in, f), SAMPAN_OK, "%s: %s", pages[k], s.error.message);
    for (uint32_t i = 0; i < ops->n_findings; i++)
      if (f[i].statistic) n += check_finding(&e, &f[i]);
    cr_assert_gt(n, 1, "%s has no findings in its example", pages[k]);
    cr_assert_eq(n, count_expected(&e), "%s: a line is about no finding", pages[k]);
    stat_close(&s);
  }
}
