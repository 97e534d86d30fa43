/* source_readstat_test.c - the sources over ReadStat, on files made here: values, labels, missing
 * values, cuts. */
#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <math.h>
#include <stdlib.h>

#include "source_foreign_files.h"
#include "source_harness.h"

extern const sampan_module sampan_module_v1;

static const source_column all[] = {{"ID", SAMPAN_NUMBER, NULL, 0},
                                    {"SEX", SAMPAN_NUMBER, NULL, 0},
                                    {"TOWN", SAMPAN_TEXT, NULL, 0},
                                    {"BMI", SAMPAN_NUMBER, NULL, 0},
                                    {0}};

static const sampan_plugin *plugin_of(foreign_kind kind) {
  for (uint32_t i = 0; i < sampan_module_v1.n_plugins; i++) {
    const sampan_plugin *p = sampan_module_v1.plugins[i];
    if (strcmp(p->name, foreign_plugin(kind)) == 0) return p;
  }
  cr_assert(0, "no plugin %s", foreign_plugin(kind));
  return NULL;
}

static source_job job_of(foreign_kind kind, const foreign_file *f, const source_column *columns) {
  return (source_job){
      .plugin = plugin_of(kind), .bytes = f->bytes, .n_bytes = f->n_bytes, .columns = columns};
}

static int is_spss(foreign_kind kind) {
  return kind == KIND_SAV || kind == KIND_ZSAV || kind == KIND_POR;
}

Test(source_readstat, descriptors) {
  static const char *const names[] = {"xpt", "sas7bdat", "sav", "dta", "por"};
  cr_assert_eq(sampan_module_v1.n_plugins, 5);
  for (uint32_t i = 0; i < 5; i++) {
    const sampan_plugin *p = sampan_module_v1.plugins[i];
    const sampan_source_ops *ops = (const sampan_source_ops *)p->ops;
    cr_assert_str_eq(p->name, names[i]);
    cr_assert_eq(ops->flags, SAMPAN_SOURCE_SEEKS | SAMPAN_SOURCE_ISOLATE);
    cr_assert(ops->extensions[0] && p->label_zh[0] && p->summary_en[0]);
  }
}

/* F3, F4, F5, F6 */
Test(source_readstat, values_and_missing) {
  for (int k = 0; k < N_KINDS; k++) {
    const foreign_kind kind = (foreign_kind)k;
    foreign_file f = foreign_write(kind);
    source_job job = job_of(kind, &f, all);
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_END, "kind %d: %s", k, r.error.message);
    cr_assert_eq(r.n_records, 4, "kind %d", k);
    cr_assert_eq(r.schema.n_fields, 4, "kind %d", k);
    const int ascii = kind == KIND_XPT || kind == KIND_SAS7BDAT || kind == KIND_POR;
    cr_assert_str_eq(source_cell_at(&r, 1, 2)->text, ascii ? "Chaoyang" : "朝阳", "kind %d", k);
    for (int64_t row = 1; row <= 4; row++) {
      cr_assert_eq(source_cell_at(&r, row, 0)->number, (double)row, "kind %d", k);
    }
    cr_assert_eq(source_cell_at(&r, 2, 1)->number, 2.0, "kind %d", k);
    cr_assert_not(source_cell_at(&r, 2, 2)->present, "kind %d: blank text", k);
    cr_assert_eq(source_cell_at(&r, 2, 2)->reason, 0, "kind %d", k);
    cr_assert_eq(source_cell_at(&r, 1, 3)->number, 21.5, "kind %d", k);
    cr_assert_not(source_cell_at(&r, 2, 3)->present, "kind %d", k);
    cr_assert_eq(source_cell_at(&r, 2, 3)->reason, 0, "kind %d", k);
    cr_assert_not(source_cell_at(&r, 3, 3)->present, "kind %d", k);
    cr_assert_eq(source_cell_at(&r, 3, 3)->reason, is_spss(kind) ? 'u' : 'a', "kind %d", k);
    cr_assert_eq(source_cell_at(&r, 3, 3)->number, 0.0, "kind %d", k);
    cr_assert_eq(source_cell_at(&r, 3, 1)->present, !is_spss(kind), "kind %d", k);
    cr_assert_eq(source_cell_at(&r, 3, 1)->reason, is_spss(kind) ? 'u' : 0, "kind %d", k);
    cr_assert_not(source_cell_at(&r, 4, 1)->present, "kind %d", k);
    cr_assert_eq(source_cell_at(&r, 4, 3)->number, -0.125, "kind %d", k);
    source_result_clear(&r);
    free(f.bytes);
  }
}

/* F1, F3 */
Test(source_readstat, schemas) {
  for (int k = 0; k < N_KINDS; k++) {
    const foreign_kind kind = (foreign_kind)k;
    foreign_file f = foreign_write(kind);
    source_job job = job_of(kind, &f, NULL);
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_END, "kind %d: %s", k, r.error.message);
    const int counted = kind != KIND_XPT && kind != KIND_POR;
    cr_assert_eq(r.schema.n_records, counted ? 4 : -1, "kind %d", k);
    cr_assert_eq(r.schema.complete, kind != KIND_XPT, "kind %d", k);
    cr_assert_eq(r.n_records, 4, "kind %d: counted without a column", k);
    const sampan_field *bmi = source_field(&r, "BMI"), *sex = source_field(&r, "SEX");
    cr_assert_str_eq(bmi->label, "Body mass index", "kind %d", k);
    cr_assert_eq(bmi->type, SAMPAN_NUMBER);
    cr_assert_eq(bmi->n_labels, 0);
    cr_assert_eq(source_field(&r, "TOWN")->type, SAMPAN_TEXT);
    if (kind != KIND_XPT && kind != KIND_SAS7BDAT) {
      cr_assert_eq(sex->n_labels, 3, "kind %d: %u", k, sex->n_labels);
      cr_assert_eq(sex->labels[0].number, 1.0);
      cr_assert_str_eq(sex->labels[0].value, "1");
      cr_assert_str_eq(sex->labels[0].text, "male");
      cr_assert_str_eq(sex->labels[1].text, "female");
      cr_assert_str_eq(sex->labels[2].text, "refused");
      cr_assert_str_eq(sex->labels[2].value, kind == KIND_DTA ? "b" : "9");
      cr_assert_eq(isnan(sex->labels[2].number) != 0, kind == KIND_DTA);
    }
    source_result_clear(&r);
    free(f.bytes);
  }
}

/* F5: the plan keeps what the file calls missing. */
Test(source_readstat, user_missing_kept) {
  const foreign_kind kinds[] = {KIND_SAV, KIND_ZSAV, KIND_POR};
  for (int i = 0; i < 3; i++) {
    foreign_file f = foreign_write(kinds[i]);
    const sampan_value values[] = {
        {.struct_size = sizeof(sampan_value), .is_set = 1, .number = 1, .text = "keep"},
        {.struct_size = sizeof(sampan_value)}};
    source_job job = job_of(kinds[i], &f, all);
    job.values = values;
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
    cr_assert_eq(source_cell_at(&r, 3, 1)->number, 9.0);
    cr_assert_float_eq(source_cell_at(&r, 3, 3)->number, 99.9, 1e-9);
    source_result_clear(&r);
    free(f.bytes);
  }
}

/* F6 */
Test(source_readstat, other_types_and_missing_texts) {
  static const char *const two[] = {"2"}, *const x[] = {"x", "21.50"};
  static const source_column columns[] = {{"SEX", SAMPAN_NUMBER, two, 1},
                                          {"BMI", SAMPAN_TEXT, NULL, 0},
                                          {"TOWN", SAMPAN_TEXT, x, 2},
                                          {"BMI", SAMPAN_NUMBER, x, 2},
                                          {0}};
  foreign_file f = foreign_write(KIND_DTA);
  source_job job = job_of(KIND_DTA, &f, columns);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  cr_assert_eq(source_cell_at(&r, 1, 0)->number, 1.0);
  cr_assert_not(source_cell_at(&r, 2, 0)->present);
  cr_assert_str_eq(source_cell_at(&r, 1, 1)->text, "21.5");
  cr_assert_str_eq(source_cell_at(&r, 4, 1)->text, "-0.125");
  cr_assert_not(source_cell_at(&r, 3, 1)->present);
  cr_assert_eq(source_cell_at(&r, 3, 1)->reason, 'a');
  cr_assert_not(source_cell_at(&r, 4, 2)->present);
  cr_assert_not(source_cell_at(&r, 1, 3)->present, "21.5 is 21.50");
  source_result_clear(&r);
  free(f.bytes);
}

/* F6: a text that is no number, with its place. */
Test(source_readstat, text_that_is_no_number) {
  static const source_column columns[] = {{"TOWN", SAMPAN_NUMBER, NULL, 0}, {0}};
  for (int k = 0; k < N_KINDS; k++) {
    foreign_file f = foreign_write((foreign_kind)k);
    source_job job = job_of((foreign_kind)k, &f, columns);
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_E_DATA, "kind %d", k);
    cr_assert_eq(r.error.row, 1, "kind %d", k);
    cr_assert_str_eq(r.error.column, "TOWN");
    cr_assert(strstr(r.error.message, "is not a number") != NULL, "%s", r.error.message);
    source_result_clear(&r);
    free(f.bytes);
  }
}

/* What is wrong with an earlier record comes first, whatever the batches. */
Test(source_readstat, hands_over_what_stands_before_an_error) {
  static const char *const first[] = {"Chaoyang", "朝阳"}; /* then a blank one, then the error */
  static const source_column columns[] = {{"TOWN", SAMPAN_NUMBER, first, 2}, {0}};
  for (int k = 0; k < N_KINDS; k++) {
    foreign_file f = foreign_write((foreign_kind)k);
    source_job job = job_of((foreign_kind)k, &f, columns);
    for (job.refuse = 0; job.refuse <= 3; job.refuse++) {
      const int is_earlier = job.refuse == 1 || job.refuse == 2;
      source_result r;
      cr_expect_eq(source_run(&job, &r), is_earlier ? SAMPAN_E_MEMORY : SAMPAN_E_DATA, "kind %d",
                   k);
      cr_expect_eq(r.error.row, is_earlier ? job.refuse : 3, "kind %d", k);
      cr_expect_eq(r.n_records, is_earlier ? 0 : 2, "kind %d", k);
      source_result_clear(&r);
    }
    free(f.bytes);
  }
}

/* F1: no cut gives a whole-looking result with fewer records. */
Test(source_readstat, every_cut_of_counted_formats) {
  static const source_column columns[] = {{"ID", SAMPAN_NUMBER, NULL, 0}, {0}};
  for (int k = KIND_SAS7BDAT; k < N_KINDS; k++) {
    foreign_file f = foreign_write((foreign_kind)k);
    const int64_t step = f.n_bytes > 20000 ? 61 : 1;
    for (int64_t n = 0; n < f.n_bytes; n += step) {
      source_job job = job_of((foreign_kind)k, &f, columns);
      job.n_bytes = n;
      source_result r;
      const int32_t status = source_run(&job, &r);
      if (status == SAMPAN_END) {
        cr_assert_eq(r.n_records, 4, "kind %d cut at %ld", k, (long)n);
      } else {
        cr_assert(
            status == SAMPAN_E_INCOMPLETE || status == SAMPAN_E_DATA || status == SAMPAN_E_MEMORY,
            "kind %d cut at %ld: %d", k, (long)n, (int)status);
        cr_assert(r.error.message[0], "kind %d cut at %ld", k, (long)n);
      }
      source_result_clear(&r);
    }
    free(f.bytes);
  }
}

/* F1: XPT. Records of 8 + 36 bytes: a cut shows unless it is a multiple of 80 and what is left over
 * after the last whole record is blank. */
Test(source_readstat, every_cut_of_xpt) {
  static const source_column columns[] = {{"ID", SAMPAN_NUMBER, NULL, 0}, {0}};
  const int64_t n_records = 200;
  foreign_file f = foreign_write_xpt(n_records, 36);
  int64_t n_silent = 0, n_cuts = 0;
  for (int64_t n = 0; n < f.n_bytes; n++, n_cuts++) {
    source_job job = job_of(KIND_XPT, &f, columns);
    job.n_bytes = n;
    source_result r;
    const int32_t status = source_run(&job, &r);
    if (status == SAMPAN_END) {
      cr_assert_eq(n % 80, 0);
      cr_assert_eq(r.schema.complete, 0);
      n_silent++;
    } else {
      cr_assert_eq(status, SAMPAN_E_INCOMPLETE, "cut at %ld: %s", (long)n, r.error.message);
    }
    source_result_clear(&r);
  }
  cr_log_info("xpt: %ld of %ld cuts cannot be seen", (long)n_silent, (long)n_cuts);
  cr_assert_lt(n_silent * 100, n_cuts, "%ld of %ld", (long)n_silent, (long)n_cuts);
  free(f.bytes);
}

/* One file with two data sets: the second is not read as records of the first. */
Test(source_readstat, xpt_with_two_members) {
  static const source_column columns[] = {{"ID", SAMPAN_NUMBER, NULL, 0}, {0}};
  foreign_file f = foreign_write_xpt(20, 36), g = foreign_write_xpt(5, 36);
  const int64_t library = 240; /* three cards of the library's header */
  char *both = (char *)malloc((size_t)(f.n_bytes + g.n_bytes));
  memcpy(both, f.bytes, (size_t)f.n_bytes);
  memcpy(both + f.n_bytes, g.bytes + library, (size_t)(g.n_bytes - library));
  foreign_file h = {both, f.n_bytes + g.n_bytes - library, 0};
  source_job job = job_of(KIND_XPT, &h, columns);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_E_DATA);
  cr_assert(strstr(r.error.message, "more than one data set") != NULL, "%s", r.error.message);
  cr_assert_eq(r.error.byte, f.n_bytes + 1);
  source_result_clear(&r);
  free(f.bytes);
  free(g.bytes);
  free(both);
}

Test(source_readstat, pieces_and_batches) {
  static const int64_t chunks[] = {0, 1, 7, 4096};
  for (int k = 0; k < N_KINDS; k++) {
    foreign_file f = foreign_write((foreign_kind)k);
    source_job job = job_of((foreign_kind)k, &f, all);
    source_result first;
    cr_assert_eq(source_run(&job, &first), SAMPAN_END);
    for (int c = 0; c < 8; c++) {
      source_result again;
      job.chunk = chunks[c / 2];
      job.capacity = c % 2 ? 64 : 65536;
      cr_assert_eq(source_run(&job, &again), SAMPAN_END, "kind %d", k);
      cr_assert(source_equal(&first, &again), "kind %d", k);
      source_result_clear(&again);
    }
    source_result_clear(&first);
    free(f.bytes);
  }
  foreign_file f = foreign_write_xpt(1000, 36);
  static const source_column columns[] = {
      {"ID", SAMPAN_NUMBER, NULL, 0}, {"TEXT", SAMPAN_TEXT, NULL, 0}, {0}};
  source_job job = job_of(KIND_XPT, &f, columns);
  source_result a, b;
  job.capacity = 64;
  cr_assert_eq(source_run(&job, &a), SAMPAN_END);
  job.capacity = 65536;
  cr_assert_eq(source_run(&job, &b), SAMPAN_END);
  cr_assert_eq(a.n_batches, 16);
  cr_assert(source_equal(&a, &b));
  cr_assert_eq(source_cell_at(&a, 1000, 0)->number, 1000.0);
  cr_assert_str_eq(source_cell_at(&a, 1000, 1)->text, "t9");
  source_result_clear(&a);
  source_result_clear(&b);
  free(f.bytes);
}

Test(source_readstat, io_error_and_cancel) {
  for (int k = 0; k < N_KINDS; k++) {
    foreign_file f = foreign_write((foreign_kind)k);
    source_job job = job_of((foreign_kind)k, &f, all);
    source_result r;
    job.cancel_from = 1;
    cr_assert_eq(source_run(&job, &r), SAMPAN_E_CANCELLED, "kind %d", k);
    source_result_clear(&r);
    job.cancel_from = 0;
    job.chunk = 100;
    job.fail_at = 150;
    cr_assert_eq(source_run(&job, &r), SAMPAN_E_IO, "kind %d: %s", k, r.error.message);
    cr_assert_str_eq(r.error.message, "the disk failed");
    source_result_clear(&r);
    free(f.bytes);
  }
}

/* Texts that are not UTF-8 are an error, until the plan names their encoding. */
Test(source_readstat, encoding_of_xpt) {
  static const source_column columns[] = {{"TEXT", SAMPAN_TEXT, NULL, 0}, {0}};
  static const char *const encodings[] = {NULL, "gb18030", "GBK", "euc-cn", "no-such", "a//b"};
  static const int32_t statuses[] = {SAMPAN_E_DATA, SAMPAN_END,    SAMPAN_END,
                                     SAMPAN_END,    SAMPAN_E_PLAN, SAMPAN_E_PLAN};
  foreign_file f = foreign_write_xpt(2, 36);
  for (int64_t i = 0; i + 2 < f.n_bytes; i++) {
    if (memcmp(f.bytes + i, "t1 ", 3) == 0) memcpy(f.bytes + i, "\xC4\xD0", 2);
  }
  for (int i = 0; i < 6; i++) {
    const sampan_value value = {
        .struct_size = sizeof value, .is_set = encodings[i] != NULL, .text = encodings[i]};
    source_job job = job_of(KIND_XPT, &f, columns);
    job.values = &value;
    source_result r;
    cr_assert_eq(source_run(&job, &r), statuses[i], "%d: %s", i, r.error.message);
    if (statuses[i] == SAMPAN_END) cr_assert_str_eq(source_cell_at(&r, 2, 0)->text, "男");
    if (statuses[i] == SAMPAN_E_PLAN) cr_assert_str_eq(r.error.parameter, "encoding");
    if (i == 0) cr_assert_eq(r.error.row, 2);
    source_result_clear(&r);
  }
  free(f.bytes);
}

/* Files that are something else. */
Test(source_readstat, not_such_a_file) {
  static const char text[] = "a,b\n1,2\n";
  for (int k = 0; k < N_KINDS; k++) {
    foreign_file f = {(char *)(uintptr_t)text, sizeof text - 1, 0};
    source_job job = job_of((foreign_kind)k, &f, NULL);
    source_result r;
    const int32_t status = source_run(&job, &r);
    cr_assert(status == SAMPAN_E_DATA || status == SAMPAN_E_INCOMPLETE, "kind %d: %d", k, status);
    source_result_clear(&r);
  }
}

/* Whatever the host's memory allows: out of memory, or the whole file. */
Test(source_readstat, budgets) {
  for (int k = 0; k < N_KINDS; k++) {
    foreign_file f = foreign_write((foreign_kind)k);
    int64_t n_whole = 0;
    for (uint64_t budget = 64; budget < 300000; budget += budget % 81920 < 12000 ? 64 : 4096) {
      source_job job = job_of((foreign_kind)k, &f, all);
      job.budget = budget;
      source_result r;
      const int32_t status = source_run(&job, &r);
      cr_assert(status == SAMPAN_E_MEMORY || status == SAMPAN_END, "kind %d, %lu: %d", k,
                (unsigned long)budget, (int)status);
      n_whole += status == SAMPAN_END;
      source_result_clear(&r);
    }
    cr_assert_gt(n_whole, 0, "kind %d", k);
    free(f.bytes);
  }
}

/* The worked example of the plugins' page. */
Test(source_readstat, page) {
  static const source_column columns[] = {
      {"SEX", SAMPAN_NUMBER, NULL, 0}, {"BMI", SAMPAN_NUMBER, NULL, 0}, {0}};
  int64_t n;
  char *page = source_slurp(SAMPAN_SOURCE_DIR "/plugins/sources/readstat/README.md", &n);
  char name[16], cell[2][16];
  int id, n_lines = 0;
  cr_assert_not_null(page);
  page[n] = '\0';
  char *line = strchr(strstr(page, "```cells\n") + 9, '\n') + 1;
  for (; strncmp(line, "```", 3) != 0; line = strchr(line, '\n') + 1, n_lines++) {
    cr_assert_eq(sscanf(line, "%15s %d %15s %15s", name, &id, cell[0], cell[1]), 4);
    const foreign_kind kind = strcmp(name, "dta") == 0 ? KIND_DTA : KIND_SAV;
    foreign_file f = foreign_write(kind);
    source_job job = job_of(kind, &f, columns);
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_END);
    for (uint32_t i = 0; i < 2; i++) {
      const source_cell *c = source_cell_at(&r, id, i);
      char ours[16];
      snprintf(ours, sizeof ours, "-%c", c->reason);
      if (c->present) snprintf(ours, sizeof ours, "%g", c->number);
      cr_assert_str_eq(ours, cell[i], "%s %d", name, id);
    }
    source_result_clear(&r);
    free(f.bytes);
  }
  cr_assert_eq(n_lines, 5);
  free(page);
}
