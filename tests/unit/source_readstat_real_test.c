/* source_readstat_real_test.c - genuine files of national surveys, in the folder that the variable
 * SAMPAN_REALDATA names; skipped where it is not set. */
#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <math.h>
#include <stdlib.h>

#include "source_harness.h"

extern const sampan_module sampan_module_v1;

#define MAX_TWIN_COLUMNS 64

static char *open_real(const char *name, int64_t *n_bytes) {
  const char *folder = getenv("SAMPAN_REALDATA");
  char path[1024];
  if (folder == NULL) cr_skip_test("SAMPAN_REALDATA is not set");
  snprintf(path, sizeof path, "%s/data/%s", folder, name);
  char *bytes = source_slurp(path, n_bytes);
  cr_assert_not_null(bytes, "%s", path);
  return bytes;
}

static source_job job_of(const char *plugin, const char *bytes, int64_t n,
                         const source_column *columns) {
  source_job job = {.bytes = bytes, .n_bytes = n, .columns = columns, .capacity = 4096};
  for (uint32_t i = 0; i < sampan_module_v1.n_plugins; i++) {
    if (strcmp(sampan_module_v1.plugins[i]->name, plugin) == 0) {
      job.plugin = sampan_module_v1.plugins[i];
    }
  }
  return job;
}

static const source_column *number_column(const char *name) {
  static source_column columns[2];
  columns[0] = (source_column){name, SAMPAN_NUMBER, NULL, 0};
  return columns;
}

/* The next cell of a simple CSV line, unquoted; NULL at its end. */
static char *next_cell(char **at) {
  char *cell = *at;
  if (cell == NULL) return NULL;
  char *end = strpbrk(cell, ",\n");
  *at = end != NULL && *end == ',' ? end + 1 : NULL;
  if (end != NULL) *end = '\0';
  if (*cell == '"') {
    cell++;
    cell[strcspn(cell, "\"")] = '\0';
  }
  return cell;
}

/* Compares with a CSV of the same records, but for one column: number of cells that agree; *n_cells
 * in all. */
static int64_t compare_with_csv(const char *plugin, const char *file, const char *csv,
                                const char *except, double tolerance, int64_t *n_cells) {
  int64_t n_bytes, n_csv, n_equal = 0;
  char *bytes = open_real(file, &n_bytes), *text = open_real(csv, &n_csv);
  source_job job = job_of(plugin, bytes, n_bytes, NULL);
  source_column columns[MAX_TWIN_COLUMNS + 1] = {{0}};
  int32_t column_of[512];
  source_result r;
  text[n_csv] = '\0';
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s: %s", file, r.error.message);
  char *line = text, *following = strchr(text, '\n') + 1;
  uint32_t n_columns = 0, n_names = 0;
  for (char *name; (name = next_cell(&line)) != NULL; n_names++) {
    column_of[n_names] = -1;
    if (n_columns == MAX_TWIN_COLUMNS || source_field(&r, name) == NULL) continue;
    if (strcmp(name, except) == 0) continue;
    columns[n_columns] = (source_column){name, SAMPAN_NUMBER, NULL, 0};
    column_of[n_names] = (int32_t)n_columns++;
  }
  cr_assert_geq(n_columns, 40);
  source_result_clear(&r);
  job.columns = columns;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s: %s", file, r.error.message);
  int64_t row = 0;
  *n_cells = 0;
  while (following < text + n_csv) {
    line = following;
    following = strchr(line, '\n');
    following = following != NULL ? following + 1 : text + n_csv;
    row++;
    for (uint32_t i = 0; i < n_names; i++) {
      const char *cell = next_cell(&line);
      if (column_of[i] < 0) continue;
      const source_cell *ours = source_cell_at(&r, row, (uint32_t)column_of[i]);
      const int missing = *cell == '\0' || strcmp(cell, "NA") == 0;
      const double theirs = missing ? 0 : strtod(cell, NULL);
      const int equal = missing ? !ours->present
                                : ours->present && fabs(ours->number - theirs) <=
                                                       tolerance * fabs(theirs) + 1e-70;
      if (!equal && *n_cells - n_equal < 5) {
        cr_log_warn("%s row %ld %s: %.17g, not %s", file, (long)row, columns[column_of[i]].name,
                    ours->number, cell);
      }
      n_equal += equal;
      ++*n_cells;
    }
  }
  cr_assert_eq(row, r.n_records);
  source_result_clear(&r);
  free(bytes);
  free(text);
  return n_equal;
}

Test(source_readstat_real, nhanes_xpt) {
  static const struct {
    const char *file;
    int64_t n_records;
    uint32_t n_fields;
  } files[] = {{"nhanes_xpt/DEMO_H.XPT", 10175, 47}, {"nhanes_xpt/P_BMX.xpt", 14300, 22}};
  for (int i = 0; i < 2; i++) {
    int64_t n;
    char *bytes = open_real(files[i].file, &n);
    source_job job = job_of("xpt", bytes, n, number_column("SEQN"));
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
    cr_assert_eq(r.n_records, files[i].n_records);
    cr_assert_eq(r.schema.n_fields, files[i].n_fields);
    cr_assert_eq(r.schema.complete, 0);
    for (int64_t row = 2; row <= r.n_records; row++) {
      cr_assert_gt(source_cell_at(&r, row, 0)->number, source_cell_at(&r, row - 1, 0)->number);
    }
    source_result_clear(&r);
    free(bytes);
  }
}

/* Every one of 10175 * 47 cells against the same data as CSV. */
Test(source_readstat_real, demo_h_and_its_csv) {
  int64_t n_cells;
  const int64_t n_equal = compare_with_csv("xpt", "nhanes_xpt/DEMO_H.XPT", "nhanes_csv/DEMO_H.csv",
                                           "", 1e-12, &n_cells);
  cr_assert_eq(n_cells, 10175 * 47);
  cr_assert_eq(n_equal, n_cells);
}

/* The CSV holds another edition: floats with eight digits, and highbp by another definition. */
Test(source_readstat_real, nhanes2_and_its_csv) {
  int64_t n_cells;
  const int64_t n_equal = compare_with_csv("dta", "stata/nhanes2.dta",
                                           "replicate/nhanes2_brr32.csv", "highbp", 1e-7, &n_cells);
  cr_assert_geq(n_cells, 10351 * 50);
  cr_assert_eq(n_equal, n_cells);
}

/* Weight over height, .4268116 in the manual of Stata. */
Test(source_readstat_real, nhanes2_ratio) {
  static const source_column columns[] = {{"weight", SAMPAN_NUMBER, NULL, 0},
                                          {"height", SAMPAN_NUMBER, NULL, 0},
                                          {"finalwgt", SAMPAN_NUMBER, NULL, 0},
                                          {0}};
  int64_t n;
  char *bytes = open_real("stata/nhanes2.dta", &n);
  source_job job = job_of("dta", bytes, n, columns);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  cr_assert_eq(r.n_records, 10351);
  cr_assert_eq(r.schema.n_records, 10351);
  cr_assert_eq(r.schema.n_fields, 58);
  long double weight = 0, height = 0;
  for (int64_t row = 1; row <= r.n_records; row++) {
    const source_cell *c = source_cell_at(&r, row, 0);
    weight += (long double)c[0].number * c[2].number;
    height += (long double)c[1].number * c[2].number;
  }
  cr_assert_float_eq((double)(weight / height), 0.426811610415291, 1e-12);
  source_result_clear(&r);
  free(bytes);
}

/* Records with an answer on vaping: 12767 published, 6464 girls and 6183 boys. */
Test(source_readstat_real, yrbs_sav) {
  static const source_column columns[] = {
      {"QN35", SAMPAN_NUMBER, NULL, 0}, {"Q2", SAMPAN_NUMBER, NULL, 0}, {0}};
  int64_t n, n_answers[3] = {0, 0, 0};
  char *bytes = open_real("yrbs/yrbs_2019_national.sav", &n);
  source_job job = job_of("sav", bytes, n, columns);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  cr_assert_eq(r.n_records, 13677);
  cr_assert_eq(r.schema.n_records, 13677);
  cr_assert_eq(r.schema.n_fields, 235);
  for (int64_t row = 1; row <= r.n_records; row++) {
    const source_cell *c = source_cell_at(&r, row, 0);
    if (!c[0].present) continue;
    n_answers[0]++;
    if (c[1].present) n_answers[(int)c[1].number]++;
  }
  cr_assert_eq(n_answers[0], 12767);
  cr_assert_eq(n_answers[1], 6464);
  cr_assert_eq(n_answers[2], 6183);
  source_result_clear(&r);
  free(bytes);
}

/* Cuts spread over each file: never a whole-looking result with fewer records. */
Test(source_readstat_real, cuts) {
  static const struct {
    const char *plugin, *file, *column;
    int64_t n_records;
  } files[] = {{"sav", "yrbs/yrbs_2019_national.sav", "Q1", 13677},
               {"dta", "stata/nhanes2.dta", "sex", 10351}};
  for (int i = 0; i < 2; i++) {
    int64_t n;
    char *bytes = open_real(files[i].file, &n);
    for (int64_t cut = 0; cut < 60; cut++) {
      source_job job =
          job_of(files[i].plugin, bytes, cut < 50 ? n * cut / 50 : n - 1 - (cut - 50) * 37, NULL);
      source_result r;
      const int32_t status = source_run(&job, &r);
      if (status == SAMPAN_END) cr_assert_eq(r.n_records, files[i].n_records, "cut %ld", (long)cut);
      source_result_clear(&r);
    }
    free(bytes);
  }
}

/* XPT: of the cuts at cards, one in so many cannot be seen; of all others, none. */
Test(source_readstat_real, cuts_of_xpt) {
  int64_t n, n_silent = 0, n_cuts = 0;
  char *bytes = open_real("nhanes_xpt/P_BMX.xpt", &n);
  for (int64_t cut = 1; cut <= 110; cut++) {
    source_job job = job_of("xpt", bytes, n - 80 * cut, NULL);
    source_result r;
    const int32_t status = source_run(&job, &r);
    cr_assert(status == SAMPAN_END || status == SAMPAN_E_INCOMPLETE, "%s", r.error.message);
    n_silent += status == SAMPAN_END;
    n_cuts++;
    source_result_clear(&r);
    job.n_bytes = n - 80 * cut + 1 + cut % 79;
    cr_assert_eq(source_run(&job, &r), SAMPAN_E_INCOMPLETE);
    source_result_clear(&r);
  }
  cr_log_info("P_BMX.xpt: %ld of %ld cuts at cards cannot be seen", (long)n_silent, (long)n_cuts);
  cr_assert_lt(n_silent * 5, n_cuts);
  free(bytes);
}
