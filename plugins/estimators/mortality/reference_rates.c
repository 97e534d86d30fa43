/* reference_rates.c - the age-specific rates that indirect standardization compares with. */
#include "reference_rates.h"

#include <math.h>

static const char *const parameter = "standard_rates";

/* One row of the table. */
typedef struct row {
  const char *label;
  double lower, upper, rate, events, population;
} row;

static int find_column(const sampan_table *table, const char *name) {
  for (uint32_t i = 0; i < table->n_columns; i++)
    if (strcmp(table->header[i], name) == 0) return (int)i;
  return -1;
}

static double cell_of(const sampan_table *table, uint32_t i, int column) {
  return column < 0 ? NAN : table->number[(uint64_t)i * table->n_columns + (uint64_t)column];
}

/* Reads the rows; *has_ages is set when every one of them has its ages. */
static int32_t read_rows(const sampan_call *call, const sampan_table *table, double per, row *rows,
                         int32_t *has_ages) {
  const int is_map = table->n_columns == 2 && find_column(table, "rate") < 0;
  const int label = is_map ? 0 : find_column(table, "age");
  const int rate = is_map ? 1 : find_column(table, "rate");
  const int events = find_column(table, "events"), population = find_column(table, "population");
  const int from = find_column(table, "age_from"), to = find_column(table, "age_to");
  const int by_events = rate < 0;
  if (label < 0 || (by_events && (events < 0 || population < 0))) {
    sampan_fail(call, SAMPAN_E_PLAN, "the reference rates %s have no column `%s`", table->name,
                label < 0 ? "age" : "rate");
    return ages_fail_plan(call, parameter,
                          "a table of rates has the columns age and rate, or age, events and "
                          "population; rate may have population beside it");
  }
  *has_ages = 1;
  for (uint32_t i = 0; i < table->n_rows; i++) {
    row *r = &rows[i];
    r->label = table->text[(uint64_t)i * table->n_columns + (uint64_t)label];
    r->population = cell_of(table, i, is_map ? -1 : population);
    r->rate = by_events ? cell_of(table, i, events) / r->population : cell_of(table, i, rate) / per;
    r->events = by_events ? cell_of(table, i, events) : r->rate * r->population;
    if (!(r->rate >= 0) || !isfinite(r->rate)) {
      sampan_fail(call, SAMPAN_E_PLAN,
                  "the rate of ages %s in the reference rates %s is not a number of 0 or more",
                  r->label, table->name);
      return ages_fail_plan(call, parameter, "a population of 0 has no rate: join its age group");
    }
    if (from >= 0 && to >= 0 && !isnan(cell_of(table, i, from))) {
      const char *end = table->text[(uint64_t)i * table->n_columns + (uint64_t)to];
      r->lower = cell_of(table, i, from);
      r->upper = end[0] ? cell_of(table, i, to) + 1 : HUGE_VAL;
      if (r->upper > r->lower) continue;
      sampan_fail(call, SAMPAN_E_PLAN, "ages %s of the reference rates %s end before they start",
                  r->label, table->name);
      return ages_fail_plan(call, parameter, "age_to is the last age, in completed years");
    }
    if (!ages_read_label(call, r->label, &r->lower, &r->upper)) *has_ages = 0;
  }
  return SAMPAN_OK;
}

static int32_t check_rows(const sampan_call *call, const sampan_table *table, const row *rows,
                          int has_ages) {
  for (uint32_t i = 0; i < table->n_rows; i++) {
    for (uint32_t j = 0; j < i; j++) {
      if (strcmp(rows[i].label, rows[j].label) != 0) continue;
      sampan_fail(call, SAMPAN_E_PLAN, "the reference rates %s have ages %s twice", table->name,
                  rows[i].label);
      return ages_fail_plan(call, parameter, "leave one of them out");
    }
    if (!has_ages || i == 0 || rows[i].lower == rows[i - 1].upper) continue;
    sampan_fail(call, SAMPAN_E_PLAN, "ages %s and %s of the reference rates %s %s",
                rows[i - 1].label, rows[i].label, table->name,
                rows[i].lower < rows[i - 1].upper ? "overlap" : "leave a gap");
    return ages_fail_plan(call, parameter, "groups are written 0-4, 5-9, 85+, in completed years");
  }
  return SAMPAN_OK;
}

static void sort_rows(row *rows, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    const row moved = rows[i];
    uint32_t j = i;
    for (; j > 0 && rows[j - 1].lower > moved.lower; j--) rows[j] = rows[j - 1];
    rows[j] = moved;
  }
}

/* The plan's table may not outlive bind(), so texts are copied. */
static int32_t fill(const sampan_call *call, const row *rows, uint32_t n, reference_rates *out) {
  double events = 0, population = 0;
  for (uint32_t i = 0; i < n; i++) {
    const size_t bytes = strlen(rows[i].label) + 1;
    char *copy = call->host->alloc(call, bytes);
    if (!copy) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    memcpy(copy, rows[i].label, bytes);
    out->ages.label[i] = copy;
    out->ages.lower[i] = rows[i].lower;
    out->ages.upper[i] = rows[i].upper;
    out->rate[i] = rows[i].rate;
    events += rows[i].events;
    population += rows[i].population;
  }
  out->ages.n = n;
  out->crude = population > 0 ? events / population : NAN;
  return SAMPAN_OK;
}

int32_t reference_rates_read(const sampan_call *call, const sampan_table *table, double per,
                             int needs_ages, reference_rates *out) {
  const uint64_t n = table ? table->n_rows : 0;
  if (n == 0) {
    sampan_fail(call, SAMPAN_E_PLAN, "the reference rates have no age group");
    return ages_fail_plan(call, parameter, "give a file, or a map from age group to rate");
  }
  row *rows = call->host->alloc(call, n * sizeof *rows);
  out->rate = call->host->alloc(call, n * sizeof *out->rate);
  out->ages.lower = call->host->alloc(call, n * sizeof *out->ages.lower);
  out->ages.upper = call->host->alloc(call, n * sizeof *out->ages.upper);
  out->ages.label = call->host->alloc(call, n * sizeof *out->ages.label);
  if (!rows || !out->rate || !out->ages.lower || !out->ages.upper || !out->ages.label)
    return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  int32_t status = read_rows(call, table, per, rows, &out->ages.has_ages);
  if (status < 0) return status;
  if (needs_ages && !out->ages.has_ages) {
    sampan_fail(call, SAMPAN_E_PLAN,
                "`age` is a number, but the ages of the reference rates %s cannot be read as ages",
                table->name);
    return ages_fail_plan(call, parameter,
                          "write groups as 20-39 and 60+; if the data hold these labels, say so in "
                          "the plan: types: {COLUMN: text}");
  }
  if (out->ages.has_ages) sort_rows(rows, table->n_rows);
  status = check_rows(call, table, rows, out->ages.has_ages);
  return status < 0 ? status : fill(call, rows, table->n_rows, out);
}
