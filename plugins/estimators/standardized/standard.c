/* standard.c - reading a standard population: keys, order, gaps, and the wider groups of a plan. */
#include "standard.h"

#include <math.h>

/* One row of the table. */
typedef struct standard_row {
  const char *label;
  double lower, upper; /* ages [lower, upper) */
  double weight;
} standard_row;

static int32_t fail_plan(const sampan_call *call, const char *parameter, const char *hint) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", parameter);
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
    call->error->status = SAMPAN_E_PLAN;
  }
  return SAMPAN_E_PLAN;
}

static int find_column(const sampan_table *table, const char *name) {
  for (uint32_t i = 0; i < table->n_columns; i++)
    if (strcmp(table->header[i], name) == 0) return (int)i;
  return -1;
}

static int parse_age(const sampan_call *call, const char *text, uint64_t n, double *out) {
  return n > 0 && text[0] >= '0' && text[0] <= '9' && call->host->parse_number(text, n, out) == 0 &&
         isfinite(*out);
}

/* Reads "20-39", "85+" or "0" as ages in completed years; 0 if the label is none of these. */
static int parse_label(const sampan_call *call, const char *label, double *lower, double *upper) {
  const size_t n = strlen(label);
  const char *dash = strchr(label, '-');
  if (n > 1 && label[n - 1] == '+') {
    *upper = HUGE_VAL;
    return parse_age(call, label, n - 1, lower);
  }
  if (dash) {
    if (!parse_age(call, label, (uint64_t)(dash - label), lower) ||
        !parse_age(call, dash + 1, (uint64_t)(label + n - dash - 1), upper))
      return 0;
    *upper += 1;
    return *upper > *lower;
  }
  if (!parse_age(call, label, n, lower)) return 0;
  *upper = *lower + 1;
  return 1;
}

/* Reads the rows; *has_ages is set when every one of them has its ages. */
static int32_t read_rows(const sampan_call *call, const sampan_table *table, standard_row *rows,
                         int32_t *has_ages) {
  const int is_map = table->n_columns == 2;
  const int label = is_map ? 0 : find_column(table, "age");
  const int weight = is_map ? 1 : find_column(table, "weight");
  const int from = is_map ? -1 : find_column(table, "age_from");
  const int to = is_map ? -1 : find_column(table, "age_to");
  if (label < 0 || weight < 0) {
    sampan_fail(call, SAMPAN_E_PLAN, "the standard %s has no column `%s`", table->name,
                label < 0 ? "age" : "weight");
    return fail_plan(call, "standard", "a standard has the columns age, age_from, age_to, weight");
  }
  *has_ages = 1;
  for (uint32_t i = 0; i < table->n_rows; i++) {
    const uint64_t at = (uint64_t)i * table->n_columns;
    standard_row *row = &rows[i];
    row->label = table->text[at + (uint64_t)label];
    row->weight = table->number[at + (uint64_t)weight];
    if (!(row->weight >= 0) || !isfinite(row->weight)) {
      sampan_fail(call, SAMPAN_E_PLAN,
                  "the weight of ages %s in the standard %s is not a number "
                  "of 0 or more",
                  row->label, table->name);
      return fail_plan(call, "standard", "");
    }
    if (from >= 0 && to >= 0 && !isnan(table->number[at + (uint64_t)from])) {
      const char *end = table->text[at + (uint64_t)to];
      row->lower = table->number[at + (uint64_t)from];
      row->upper = end[0] ? table->number[at + (uint64_t)to] + 1 : HUGE_VAL;
      if (row->upper > row->lower) continue;
      sampan_fail(call, SAMPAN_E_PLAN, "ages %s of the standard %s end before they start",
                  row->label, table->name);
      return fail_plan(call, "standard", "");
    }
    if (!parse_label(call, row->label, &row->lower, &row->upper)) *has_ages = 0;
  }
  return SAMPAN_OK;
}

static void sort_rows(standard_row *rows, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    const standard_row row = rows[i];
    uint32_t j = i;
    for (; j > 0 && rows[j - 1].lower > row.lower; j--) rows[j] = rows[j - 1];
    rows[j] = row;
  }
}

static int32_t check_rows(const sampan_call *call, const sampan_table *table,
                          const standard_row *rows, int has_ages) {
  for (uint32_t i = 0; i < table->n_rows; i++) {
    for (uint32_t j = 0; j < i; j++) {
      if (strcmp(rows[i].label, rows[j].label) != 0) continue;
      sampan_fail(call, SAMPAN_E_PLAN, "the standard %s has ages %s twice", table->name,
                  rows[i].label);
      return fail_plan(call, "standard", "");
    }
    if (!has_ages || i == 0 || rows[i].lower == rows[i - 1].upper) continue;
    sampan_fail(call, SAMPAN_E_PLAN, "ages %s and %s of the standard %s %s", rows[i - 1].label,
                rows[i].label, table->name,
                rows[i].lower < rows[i - 1].upper ? "overlap" : "leave a gap");
    return fail_plan(call, "standard", "age_to is the last age of a group, in completed years");
  }
  return SAMPAN_OK;
}

/* Whether some row starts (or, for the end of the last group, ends) at this age. */
static int is_edge(const standard_row *rows, uint32_t n, double age, int at_end) {
  for (uint32_t i = 0; i < n; i++)
    if ((at_end ? rows[i].upper : rows[i].lower) == age) return 1;
  return 0;
}

static int32_t check_edges(const sampan_call *call, const standard_request *request,
                           const standard_row *rows, uint32_t n_rows, int has_ages) {
  const sampan_value *groups = request->groups, *below = request->below;
  const char *name = request->table->table->name;
  if (!has_ages && (groups->is_set || below->is_set)) {
    sampan_fail(call, SAMPAN_E_PLAN,
                "the ages of the standard %s cannot be read as numbers, so it "
                "cannot be regrouped",
                name);
    return fail_plan(call, groups->is_set ? "groups" : "below", "");
  }
  if (groups->is_set && groups->n_numbers == 0) {
    sampan_fail(call, SAMPAN_E_PLAN, "no age group is given");
    return fail_plan(call, "groups", "");
  }
  for (uint32_t i = 0; groups->is_set && i < groups->n_numbers; i++) {
    const double age = groups->numbers[i];
    if (i > 0 && age <= groups->numbers[i - 1]) {
      sampan_fail(call, SAMPAN_E_PLAN, "the lower ages of groups must rise, but %g follows %g", age,
                  groups->numbers[i - 1]);
      return fail_plan(call, "groups", "");
    }
    if (!is_edge(rows, n_rows, age, 0)) {
      sampan_fail(call, SAMPAN_E_PLAN, "no age group of the standard %s starts at %g", name, age);
      return fail_plan(call, "groups", "wider groups are made of whole groups of the standard");
    }
  }
  if (below->is_set && !is_edge(rows, n_rows, below->number, 1)) {
    sampan_fail(call, SAMPAN_E_PLAN, "no age group of the standard %s ends just below %g", name,
                below->number);
    return fail_plan(call, "below", "wider groups are made of whole groups of the standard");
  }
  if (below->is_set && groups->is_set && groups->numbers[groups->n_numbers - 1] >= below->number) {
    sampan_fail(call, SAMPAN_E_PLAN, "the last group starts at %g, not below %g",
                groups->numbers[groups->n_numbers - 1], below->number);
    return fail_plan(call, "below", "");
  }
  return SAMPAN_OK;
}

/* The group that a row falls in, given the wider groups of the plan. */
static uint32_t group_of_row(const standard_request *request, const standard_row *row,
                             uint32_t i_row) {
  const sampan_value *groups = request->groups;
  if (request->below->is_set && row->lower >= request->below->number) return STANDARD_NO_GROUP;
  if (!groups->is_set) return i_row;
  uint32_t g = groups->n_numbers;
  while (g > 0 && groups->numbers[g - 1] > row->lower) g--;
  return g == 0 ? STANDARD_NO_GROUP : g - 1;
}

static int32_t fill_groups(const sampan_call *call, const standard_request *request,
                           const standard_row *rows, uint32_t n_rows, standard *out) {
  double sum = 0;
  for (uint32_t i = 0; i < n_rows; i++) {
    const uint32_t g = group_of_row(request, &rows[i], i);
    if (g == STANDARD_NO_GROUP) continue;
    if (!out->name[g]) {
      out->name[g] = rows[i].label;
      out->lower[g] = rows[i].lower;
      if (g >= out->n_groups) out->n_groups = g + 1;
    }
    out->upper[g] = rows[i].upper;
    out->share[g] += rows[i].weight;
    sum += rows[i].weight;
    out->labels[out->n_labels++] = (standard_label){.text = rows[i].label, .group = g};
  }
  if (!(sum > 0)) {
    sampan_fail(call, SAMPAN_E_PLAN, "the weights of the standard %s add up to 0",
                request->table->table->name);
    return fail_plan(call, "standard", "");
  }
  for (uint32_t g = 0; g < out->n_groups; g++) out->share[g] /= sum;
  if (!request->groups->is_set) return SAMPAN_OK;
  /* A wider group is known by its own label too: 20-39 beside 20-24, 25-29, ... */
  enum { LABEL_BYTES = 32 };
  for (uint32_t g = 0; g < out->n_groups; g++) {
    char *label = call->host->alloc(call, LABEL_BYTES);
    if (!label) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    if (isinf(out->upper[g]))
      snprintf(label, LABEL_BYTES, "%g+", out->lower[g]);
    else
      snprintf(label, LABEL_BYTES, "%g-%g", out->lower[g], out->upper[g] - 1);
    out->name[g] = label;
    if (standard_group_of_label(out, label) != STANDARD_NO_GROUP) continue;
    out->labels[out->n_labels++] = (standard_label){.text = label, .group = g};
  }
  return SAMPAN_OK;
}

/* The plan's table may not outlive bind(), so texts are copied. */
static int32_t copy_labels(const sampan_call *call, standard_row *rows, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    const size_t bytes = strlen(rows[i].label) + 1;
    char *copy = call->host->alloc(call, bytes);
    if (!copy) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    memcpy(copy, rows[i].label, bytes);
    rows[i].label = copy;
  }
  return SAMPAN_OK;
}

int32_t standard_read(const sampan_call *call, const standard_request *request, standard *out) {
  const sampan_table *table = request->table->table;
  const uint64_t n = table ? table->n_rows : 0;
  if (n == 0) {
    sampan_fail(call, SAMPAN_E_PLAN, "the standard has no age group");
    return fail_plan(call, "standard", "");
  }
  standard_row *rows = call->host->alloc(call, n * sizeof *rows);
  out->share = call->host->alloc(call, n * sizeof *out->share);
  out->lower = call->host->alloc(call, n * sizeof *out->lower);
  out->upper = call->host->alloc(call, n * sizeof *out->upper);
  out->labels = call->host->alloc(call, 2 * n * sizeof *out->labels);
  out->name = call->host->alloc(call, n * sizeof *out->name);
  if (!rows || !out->share || !out->lower || !out->upper || !out->labels || !out->name)
    return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");

  int32_t status = read_rows(call, table, rows, &out->has_ages);
  if (status < 0) return status;
  if (request->needs_ages && !out->has_ages) {
    sampan_fail(call, SAMPAN_E_PLAN,
                "`age` is a number, but the age groups of the standard %s "
                "cannot be read as ages",
                table->name);
    return fail_plan(
        call, "standard",
        "write groups as 20-39 and 60+, or give the columns age_from and age_to; if the "
        "data hold these labels, say so in the plan: types: {COLUMN: text}");
  }
  if (out->has_ages) sort_rows(rows, table->n_rows);
  status = check_rows(call, table, rows, out->has_ages);
  if (status < 0) return status;
  status = check_edges(call, request, rows, table->n_rows, out->has_ages);
  if (status < 0) return status;
  status = copy_labels(call, rows, table->n_rows);
  if (status < 0) return status;
  return fill_groups(call, request, rows, table->n_rows, out);
}

uint32_t standard_group_of_age(const standard *s, double age) {
  uint32_t low = 0, high = s->n_groups; /* the group starts at or before age: [0, low) do */
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (s->lower[middle] <= age)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 && age < s->upper[low - 1] ? low - 1 : STANDARD_NO_GROUP;
}

uint32_t standard_group_of_label(const standard *s, const char *label) {
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (strcmp(s->labels[i].text, label) == 0) return s->labels[i].group;
  return STANDARD_NO_GROUP;
}
