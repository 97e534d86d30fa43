/* population.c - the survival expected of the general population, by sex, age and year. */
#include "population.h"

#include <math.h>

static int32_t fail(const sampan_call *call, const char *parameter, const char *hint) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", parameter);
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
  }
  return SAMPAN_E_PLAN;
}

static int find_column(const sampan_table *table, const char *name) {
  for (uint32_t i = 0; i < table->n_columns; i++)
    if (strcmp(table->header[i], name) == 0) return (int)i;
  return -1;
}

static double cell_of(const sampan_table *table, uint32_t i, int column) {
  return table->number[(uint64_t)i * table->n_columns + (uint64_t)column];
}

/* The place in an ascending list of the last number that is not above x; n where all are. */
static uint32_t place(const double *list, uint32_t n, double x) {
  uint32_t low = 0, high = n;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (list[middle] <= x)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 ? low - 1 : n;
}

/* The different numbers of a column, ascending; 0 where one is no number. */
static uint32_t different(const sampan_table *table, int column, double *out) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < table->n_rows; i++) {
    const double x = cell_of(table, i, column);
    if (!isfinite(x)) return 0;
    const uint32_t at = place(out, n, x);
    if (at < n && out[at] == x) continue;
    const uint32_t to = n > 0 && at < n ? at + 1 : 0;
    for (uint32_t k = n++; k > to; k--) out[k] = out[k - 1];
    out[to] = x;
  }
  return n;
}

/* The different sexes, in the order of the table; their texts outlive it. */
static int32_t read_sexes(const sampan_call *call, const sampan_table *table, int column,
                          population *out, uint32_t *sex_of_row) {
  for (uint32_t i = 0; i < table->n_rows; i++) {
    const uint64_t at = (uint64_t)i * table->n_columns + (uint64_t)column;
    uint32_t k = 0;
    while (k < out->n_sexes && strcmp(out->sex[k], table->text[at]) != 0) k++;
    sex_of_row[i] = k;
    if (k < out->n_sexes) continue;
    const size_t bytes = strlen(table->text[at]) + 1;
    char *copy = call->host->alloc(call, bytes);
    if (!copy) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    memcpy(copy, table->text[at], bytes);
    out->sex[k] = copy;
    out->sex_number[k] = table->number[at];
    out->n_sexes++;
  }
  return SAMPAN_OK;
}

static uint64_t cell_at(const population *p, uint32_t sex, uint32_t age, uint32_t year) {
  return ((uint64_t)sex * p->n_ages + age) * (p->n_years ? p->n_years : 1) + year;
}

enum { HOW_SURVIVAL, HOW_DEATH, HOW_RATE, N_HOWS };
static const char *const how_names[N_HOWS] = {"survival", "death", "rate"};

static int32_t fill(const sampan_call *call, const char *parameter, const sampan_table *table,
                    int how, const uint32_t *sex_of_row, population *out) {
  const int age = find_column(table, "age"), year = find_column(table, "year");
  const int column = find_column(table, how_names[how]);
  const uint64_t n = cell_at(out, out->n_sexes ? out->n_sexes : 1, 0, 0);
  out->survival = call->host->alloc(call, (n + 1) * sizeof *out->survival);
  if (!out->survival) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint64_t i = 0; i < n; i++) out->survival[i] = NAN;
  for (uint32_t i = 0; i < table->n_rows; i++) {
    const double x = cell_of(table, i, column);
    const uint32_t y = year < 0 ? 0 : place(out->year, out->n_years, cell_of(table, i, year));
    const uint32_t a = place(out->age, out->n_ages, cell_of(table, i, age));
    double *survival = &out->survival[cell_at(out, sex_of_row[i], a, y)];
    if (!(x >= 0) || (how != HOW_RATE && x > 1) || isinf(x) || (how == HOW_SURVIVAL && x == 0) ||
        (how == HOW_DEATH && x == 1)) {
      sampan_fail(call, SAMPAN_E_PLAN, "row %u of the expected survival %s has %s %g",
                  (unsigned)i + 1, table->name, how_names[how], x);
      return fail(call, parameter,
                  "survival and death are probabilities over one year, rate is deaths per "
                  "person-year");
    }
    if (!isnan(*survival)) {
      sampan_fail(call, SAMPAN_E_PLAN, "row %u of the expected survival %s is there twice",
                  (unsigned)i + 1, table->name);
      return fail(call, parameter, "each sex, age and year has one row");
    }
    *survival = how == HOW_SURVIVAL ? x : how == HOW_DEATH ? 1 - x : exp(-x);
  }
  if (table->n_rows == n) return SAMPAN_OK;
  sampan_fail(call, SAMPAN_E_PLAN,
              "the expected survival %s has %u rows, but %u sexes, %u ages, %u years", table->name,
              (unsigned)table->n_rows, (unsigned)(out->n_sexes ? out->n_sexes : 1),
              (unsigned)out->n_ages, (unsigned)(out->n_years ? out->n_years : 1));
  return fail(call, parameter, "each sex, age and year needs a row");
}

int32_t population_read(const sampan_call *call, const char *parameter, const sampan_table *table,
                        population *out) {
  const uint64_t n = table ? table->n_rows : 0;
  const int age = n ? find_column(table, "age") : -1, sex = n ? find_column(table, "sex") : -1;
  const int year = n ? find_column(table, "year") : -1;
  int how = 0;
  while (n && how < N_HOWS && find_column(table, how_names[how]) < 0) how++;
  if (age < 0 || how == N_HOWS) {
    sampan_fail(call, SAMPAN_E_PLAN, "the expected survival has no column `%s`",
                age < 0 ? "age" : "survival");
    return fail(
        call, parameter,
        "give a file with age, survival (or death, or rate), and sex and year if they count");
  }
  uint32_t *sex_of_row = call->host->alloc(call, n * sizeof *sex_of_row);
  out->sex = call->host->alloc(call, n * sizeof *out->sex);
  out->sex_number = call->host->alloc(call, n * sizeof *out->sex_number);
  out->age = call->host->alloc(call, n * sizeof *out->age);
  out->year = call->host->alloc(call, n * sizeof *out->year);
  if (!sex_of_row || !out->sex || !out->sex_number || !out->age || !out->year)
    return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  out->n_ages = different(table, age, out->age);
  out->n_years = year < 0 ? 0 : different(table, year, out->year);
  if (out->n_ages == 0 || (year >= 0 && out->n_years == 0)) {
    sampan_fail(call, SAMPAN_E_PLAN, "an %s of the expected survival %s is not a number",
                out->n_ages == 0 ? "age" : "entry of year", table->name);
    return fail(call, parameter, "an age is the lower age of its group, and holds up to the next");
  }
  const int32_t status = sex < 0 ? SAMPAN_OK : read_sexes(call, table, sex, out, sex_of_row);
  return status < 0 ? status : fill(call, parameter, table, how, sex_of_row, out);
}

double population_survival(const population *p, uint32_t sex, double age, double year) {
  const uint32_t a = place(p->age, p->n_ages, age);
  uint32_t y = 0;
  if (a == p->n_ages) return -1;
  if (p->n_years > 0) {
    y = place(p->year, p->n_years, year);
    if (!p->nearest && (y == p->n_years || year >= p->year[p->n_years - 1] + 1)) return -2;
    if (y == p->n_years) y = 0;
  }
  return p->survival[cell_at(p, sex, a, y)];
}
