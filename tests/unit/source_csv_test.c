/* source_csv_test.c - the csv source: what it reads, and what it refuses with which place. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "source_harness.h"

extern const sampan_module sampan_module_v1;

static const source_column ab[] = {{"a", SAMPAN_NUMBER, NULL, 0}, {"b", SAMPAN_TEXT, NULL, 0}, {0}};

/* Values for delimiter, quote, encoding (0 utf-8, 1 gb18030), decimal (0 point, 1 comma). */
static const sampan_value *settings(const char *delimiter, const char *quote, int encoding,
                                    int decimal) {
  static sampan_value v[4];
  for (int i = 0; i < 4; i++) v[i] = (sampan_value){.struct_size = sizeof v[i], .is_set = 1};
  v[0].text = delimiter;
  v[1].text = quote;
  v[2].number = encoding;
  v[3].number = decimal;
  return v;
}

static source_job job_of(const char *bytes, int64_t n, const source_column *columns) {
  return (source_job){.plugin = sampan_module_v1.plugins[0],
                      .bytes = bytes,
                      .n_bytes = n < 0 ? (int64_t)strlen(bytes) : n,
                      .columns = columns};
}

Test(source_csv, descriptor) {
  const sampan_plugin *p = sampan_module_v1.plugins[0];
  cr_assert_eq(sampan_module_v1.n_plugins, 1);
  cr_assert_eq(p->kind, SAMPAN_SOURCE);
  cr_assert_str_eq(p->name, "csv");
  cr_assert_eq(p->n_params, 4);
  for (uint32_t i = 0; i < p->n_params; i++) {
    cr_assert(p->params[i].text_en[0] && p->params[i].text_zh[0] && p->params[i].default_text);
  }
}

Test(source_csv, reads_numbers_and_texts) {
  source_job job = job_of("a,b\n1,x\n-2.5e1, y \n,\"\"\n\"3\",\"q\"\"q\nr\"\n", -1, ab);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  cr_assert_eq(r.n_records, 4);
  cr_assert_eq(r.schema.n_fields, 2);
  cr_assert_eq(r.schema.n_records, -1);
  cr_assert_eq(r.schema.fields[0].type, 0);
  cr_assert_eq(source_cell_at(&r, 1, 0)->number, 1.0);
  cr_assert_eq(source_cell_at(&r, 2, 0)->number, -25.0);
  cr_assert_str_eq(source_cell_at(&r, 2, 1)->text, " y ", "blanks of a text stay");
  cr_assert_not(source_cell_at(&r, 3, 0)->present);
  cr_assert_eq(source_cell_at(&r, 3, 0)->number, 0.0);
  cr_assert_eq(source_cell_at(&r, 3, 0)->reason, 0);
  cr_assert_not(source_cell_at(&r, 3, 1)->present, "quoted empty is absent");
  cr_assert_eq(source_cell_at(&r, 4, 0)->number, 3.0);
  cr_assert_str_eq(source_cell_at(&r, 4, 1)->text, "q\"q\nr");
  source_result_clear(&r);
}

/* C5 */
Test(source_csv, missing_texts) {
  static const char *const missing[] = {"NA", "7", "不详"};
  static const source_column columns[] = {
      {"a", SAMPAN_NUMBER, missing, 3}, {"b", SAMPAN_TEXT, missing, 3}, {0}};
  source_job job = job_of("a,b\nNA,NA\n7.0,7\n 07 ,不详\n  ,70\n77,  \n", -1, columns);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  for (int64_t row = 1; row <= 4; row++) cr_assert_not(source_cell_at(&r, row, 0)->present);
  for (int64_t row = 1; row <= 3; row++) cr_assert_not(source_cell_at(&r, row, 1)->present);
  cr_assert_eq(source_cell_at(&r, 5, 0)->number, 77.0);
  cr_assert_str_eq(source_cell_at(&r, 4, 1)->text, "70");
  cr_assert_not(source_cell_at(&r, 5, 1)->present);
  source_result_clear(&r);
}

static void expect_two_records(const char *bytes, int64_t n, const sampan_value *values) {
  source_job job = job_of(bytes, n, ab);
  job.values = values;
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s: %s", bytes, r.error.message);
  cr_assert_eq(r.n_records, 2, "%s", bytes);
  cr_assert_eq(source_cell_at(&r, 1, 0)->number, 1.5, "%s", bytes);
  cr_assert_str_eq(source_cell_at(&r, 2, 1)->text, "y", "%s", bytes);
  source_result_clear(&r);
}

Test(source_csv, dialects) {
  expect_two_records("a,b\n1.5,x\n2,y\n", -1, NULL);
  expect_two_records("a,b\r\n1.5,x\r\n2,y\r\n", -1, NULL);
  expect_two_records("a,b\r\n1.5,x\r\n2,y\r", -1, NULL); /* cut between CR and LF */
  expect_two_records("a,b\n1.5,x\n2,y", -1, NULL);
  expect_two_records("a,b\n1.5,x\n2,y\n\n\r\n\n", -1, NULL);
  expect_two_records(
      "\xEF\xBB\xBF"
      "a,b\n1.5,x\n2,y\n",
      -1, NULL);
  expect_two_records("\"a\",\"b\"\n1.5,\"x\"\n2,\"y\"", -1, NULL);
  expect_two_records("a;b\n1,5;x\n2;y\n", -1, settings(";", "\"", 0, 1));
  expect_two_records("a\tb\n1.5\tx\n2\ty\n", -1, settings("tab", "\"", 0, 0));
  expect_two_records("a|b\n1.5|\"x\n2|y\n", -1, settings("|", "none", 0, 0));
  expect_two_records("a,b\n1.5,'x,'\n2,y\n", -1, settings(",", "'", 0, 0));
  expect_two_records(
      "\x84\x31\x95\x33"
      "a,b\n1.5,x\n2,y\n",
      -1, settings(",", "\"", 1, 0));
}

/* 性别 and 乡镇 in GB18030, with 镕 (GBK only) and 𠮷 (four bytes). */
Test(source_csv, gb18030) {
  static const char bytes[] =
      "\xD0\xD4\xB1\xF0,\xCF\xE7\xD5\xF2\n1,\xE9\x46\n2,\x95\x34\xB2\x35\n3,\"\xC4\xD0,"
      "\xC5\xAE\"\n";
  static const source_column columns[] = {
      {"性别", SAMPAN_NUMBER, NULL, 0}, {"乡镇", SAMPAN_TEXT, NULL, 0}, {0}};
  for (int64_t chunk = 0; chunk <= 3; chunk++) {
    source_job job = job_of(bytes, sizeof bytes - 1, columns);
    job.values = settings(",", "\"", 1, 0);
    job.chunk = chunk;
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
    cr_assert_eq(r.n_records, 3);
    cr_assert_str_eq(source_cell_at(&r, 1, 1)->text, "镕");
    cr_assert_str_eq(source_cell_at(&r, 2, 1)->text, "𠮷");
    cr_assert_str_eq(source_cell_at(&r, 3, 1)->text, "男,女");
    source_result_clear(&r);
  }
}

Test(source_csv, parameters_refused) {
  const struct {
    const char *delimiter, *quote, *parameter;
  } cases[] = {{"", "\"", "delimiter"},   {",,", "\"", "delimiter"}, {"x", "\"", "delimiter"},
               {"\n", "\"", "delimiter"}, {"，", "\"", "delimiter"}, {".", "\"", "delimiter"},
               {",", ",", "quote"},       {",", "ab", "quote"},      {",", " ", "quote"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    source_job job = job_of("a,b\n1,x\n", -1, ab);
    job.values = settings(cases[i].delimiter, cases[i].quote, 0, 0);
    source_result r;
    cr_assert_eq(source_run(&job, &r), SAMPAN_E_PLAN, "case %zu", i);
    cr_assert_str_eq(r.error.parameter, cases[i].parameter, "case %zu", i);
    source_result_clear(&r);
  }
}

/* A header is a file, too. */
Test(source_csv, no_records) {
  source_job job = job_of("a,b\n", -1, ab);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END);
  cr_assert_eq(r.n_records, 0);
  cr_assert_eq(r.n_batches, 0);
  source_result_clear(&r);
}

/* No column wanted: the records are counted all the same. */
Test(source_csv, no_columns) {
  source_job job = job_of("a,b\n1,2\nx,y\n", -1, NULL);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END);
  cr_assert_eq(r.n_records, 2);
  source_result_clear(&r);
}

/* The same column as number and as text. */
Test(source_csv, column_twice) {
  static const source_column columns[] = {
      {"a", SAMPAN_NUMBER, NULL, 0}, {"a", SAMPAN_TEXT, NULL, 0}, {0}};
  source_job job = job_of("a,b\n1.50,2\n", -1, columns);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END);
  cr_assert_eq(source_cell_at(&r, 1, 0)->number, 1.5);
  cr_assert_str_eq(source_cell_at(&r, 1, 1)->text, "1.50");
  source_result_clear(&r);
}

Test(source_csv, cancel_and_io_errors) {
  source_job job = job_of("a,b\n1,x\n2,y\n", -1, ab);
  source_result r;
  job.cancel_from = 1;
  cr_assert_eq(source_run(&job, &r), SAMPAN_E_CANCELLED);
  source_result_clear(&r);
  job.cancel_from = 0;
  job.chunk = 2;
  job.fail_at = 9;
  cr_assert_eq(source_run(&job, &r), SAMPAN_E_IO);
  cr_assert_str_eq(r.error.message, "the disk failed");
  source_result_clear(&r);
}

/* Whatever the host's memory allows: out of memory, or the whole file. */
Test(source_csv, budgets) {
  int64_t n_whole = 0;
  for (uint64_t budget = 64; budget < 600000; budget += budget < 4096 ? 64 : 4096) {
    source_job job = job_of("a,b\n1,x\n2,y\n", -1, ab);
    job.values = settings(",", "\"", 1, 0);
    job.budget = budget;
    source_result r;
    const int32_t status = source_run(&job, &r);
    cr_assert(status == SAMPAN_E_MEMORY || status == SAMPAN_END, "%lu", (unsigned long)budget);
    if (status == SAMPAN_END) cr_assert_eq(r.n_records, 2);
    n_whole += status == SAMPAN_END;
    source_result_clear(&r);
  }
  cr_assert_gt(n_whole, 0);
}

/* C7: a quote that is never closed stops the read after its first MiB, not after 200. */
Test(source_csv, stray_quote_in_a_large_file) {
  const int64_t n = INT64_C(200) << 20;
  char *bytes = (char *)malloc((size_t)n);
  cr_assert_not_null(bytes);
  memcpy(bytes, "a,b\n1,\"", 7);
  for (int64_t i = 7; i < n; i++) bytes[i] = "1,x\n"[(i - 7) & 3];
  source_job job = job_of(bytes, n, ab);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_E_DATA);
  cr_assert_eq(r.error.row, 1);
  cr_assert_eq(r.error.line, 2);
  cr_assert_eq(r.error.byte, 7);
  cr_assert_str_eq(r.error.column, "b");
  cr_assert_lt(r.bytes_read, INT64_C(2) << 20);
  cr_assert_lt(r.bytes_allocated, UINT64_C(2) << 20);
  source_result_clear(&r);
  free(bytes);
}

/* C7: exactly the limit is accepted. */
Test(source_csv, field_limit) {
  const int64_t limit = INT64_C(1) << 20;
  for (int64_t over = 0; over <= 1; over++) {
    const int64_t n = 6 + limit + over + 1;
    char *bytes = (char *)malloc((size_t)n);
    memcpy(bytes, "a,b\n1,", 6);
    memset(bytes + 6, 'x', (size_t)(limit + over));
    bytes[n - 1] = '\n';
    source_job job = job_of(bytes, n, ab);
    source_result r;
    cr_assert_eq(source_run(&job, &r), over ? SAMPAN_E_DATA : SAMPAN_END);
    if (over) cr_assert_eq(r.error.byte, 7);
    if (!over) cr_assert_eq(strlen(source_cell_at(&r, 1, 1)->text), (size_t)limit);
    source_result_clear(&r);
    free(bytes);
  }
}

/* C7: a record of many fields, each short. */
Test(source_csv, record_limit) {
  const int64_t n = INT64_C(40) << 20;
  char *bytes = (char *)malloc((size_t)n);
  memset(bytes, ',', (size_t)n);
  source_job job = job_of(bytes, n, ab);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_E_DATA);
  cr_assert(strstr(r.error.message, "16 MiB") != NULL, "%s", r.error.message);
  cr_assert_leq(r.bytes_read, INT64_C(18) << 20);
  source_result_clear(&r);
  free(bytes);
}

/* C8: batches of 64 and 65536, and pieces of any size, give the same cells. */
Test(source_csv, cells_do_not_depend_on_pieces) {
  static const int64_t chunks[] = {0, 1, 7, 4096, 65536};
  static const int64_t capacities[] = {64, 65536};
  const int64_t n_rows = 3000;
  char *bytes = (char *)malloc((size_t)n_rows * 64);
  int64_t n = sprintf(bytes, "a,b\r\n");
  for (int64_t i = 0; i < n_rows; i++) {
    n += sprintf(bytes + n, i % 5 == 0 ? ",\"区%ld\"\r\n" : "%ld.25,\"x,\"\"%ld\r\n\"\n", (long)i,
                 (long)(i % 97));
  }
  source_job job = job_of(bytes, n, ab);
  source_result first;
  cr_assert_eq(source_run(&job, &first), SAMPAN_END, "%s", first.error.message);
  cr_assert_eq(first.n_records, n_rows);
  for (size_t k = 0; k < 5; k++) {
    for (size_t c = 0; c < 2; c++) {
      source_result again;
      job.chunk = chunks[k];
      job.capacity = capacities[c];
      cr_assert_eq(source_run(&job, &again), SAMPAN_END);
      cr_assert(source_equal(&first, &again), "chunk %zu, capacity %zu", k, c);
      cr_assert_eq(again.n_batches, c == 0 ? (n_rows + 63) / 64 : 1);
      source_result_clear(&again);
    }
  }
  source_result_clear(&first);
  free(bytes);
}

/* C6: wherever a file is cut inside a record, the cut is found or the record has all its fields. */
Test(source_csv, every_cut) {
  static const char whole[] = "a,b\n1,\"x\ny\"\n22,区\n3,z\n";
  for (int64_t n = 0; n < (int64_t)sizeof whole - 1; n++) {
    source_job job = job_of(whole, n, ab);
    source_result r;
    const int32_t status = source_run(&job, &r);
    if (status == SAMPAN_END) {
      int64_t n_commas = 0;
      for (int64_t i = 4; i < n; i++) n_commas += whole[i] == ',';
      cr_assert_eq(r.n_records, n_commas, "cut at %ld", (long)n);
    } else {
      cr_assert(status == SAMPAN_E_INCOMPLETE || status == SAMPAN_E_DATA, "cut at %ld", (long)n);
      cr_assert(r.error.message[0], "cut at %ld", (long)n);
    }
    source_result_clear(&r);
  }
}

/* The worked example of the plugin's page. */
Test(source_csv, page) {
  static const char *const missing[] = {"NA", "7"};
  static const source_column columns[] = {{"id", SAMPAN_NUMBER, NULL, 0},
                                          {"sex", SAMPAN_NUMBER, missing, 2},
                                          {"town", SAMPAN_TEXT, NULL, 0},
                                          {"bmi", SAMPAN_NUMBER, missing, 2},
                                          {0}};
  int64_t n;
  char *page = source_slurp(SAMPAN_SOURCE_DIR "/plugins/sources/csv/README.md", &n);
  cr_assert_not_null(page);
  page[n] = '\0';
  char *text = strstr(page, "```csv\n") + 7, *shown = strstr(page, "```cells\n") + 9;
  source_job job = job_of(text, strstr(text, "```") - text, columns);
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_END, "%s", r.error.message);
  char cells[512] = "";
  for (int64_t row = 1; row <= r.n_records; row++) {
    for (uint32_t i = 0; i < 4; i++) {
      const source_cell *c = source_cell_at(&r, row, i);
      char *end = cells + strlen(cells);
      const size_t room = sizeof cells - strlen(cells);
      if (!c->present) snprintf(end, room, "-");
      if (c->present && c->text != NULL) snprintf(end, room, "[%s]", c->text);
      if (c->present && c->text == NULL) snprintf(end, room, "%g", c->number);
      strcat(cells, i < 3 ? " " : "\n");
    }
  }
  cr_assert_eq(strncmp(shown, cells, strlen(cells)), 0, "%s", cells);
  cr_assert_eq(strncmp(shown + strlen(cells), "```", 3), 0);
  source_result_clear(&r);
  free(page);
}

/* What is wrong with an earlier record comes first, whatever the batches. */
Test(source_csv, hands_over_what_stands_before_an_error) {
  static const char *const files[] = {
      "a,b\n1,x\n2,y\n3,z\nfour,w\n5,v\n",  /* no number */
      "a,b\n1,x\n2,y\n3,z\n4,w,w\n5,v\n",   /* a field too many */
      "a,b\n1,x\n2,y\n3,z\n4,\"w\"w\n5,v\n" /* a quote amid a field */
  };
  for (int f = 0; f < 3; f++) {
    for (int64_t refuse = 0; refuse <= 4; refuse++) {
      for (int64_t capacity = 64; capacity <= 4096; capacity *= 64) {
        source_job job = job_of(files[f], -1, ab);
        job.capacity = capacity;
        job.refuse = refuse;
        source_result r;
        source_run(&job, &r);
        const int is_earlier = refuse > 0 && refuse < 4;
        cr_expect_eq(r.status, is_earlier ? SAMPAN_E_MEMORY : SAMPAN_E_DATA, "%d %d", f,
                     (int)refuse);
        cr_expect_eq(r.error.row, is_earlier ? refuse : 4, "%d %d", f, (int)refuse);
        cr_expect_eq(r.n_records, is_earlier ? 0 : 3, "%d %d", f, (int)refuse);
        cr_expect_eq(strcmp(r.error.message, "refused") == 0, is_earlier);
        for (int64_t row = 1; row <= r.n_records; row++) {
          cr_expect_eq(source_cell_at(&r, row, 0)->number, (double)row);
        }
        source_result_clear(&r);
      }
    }
  }
}
