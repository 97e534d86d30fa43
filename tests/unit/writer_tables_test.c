/* writer_tables_test.c - the csv, json and markdown writers: C1 to C6, J1 to J6, M1 to M4. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "writer_harness.h"
#include "writer_sample.h"

/* ---- csv: a reader of RFC 4180 ------------------------------------------------------------------
 */

enum { MAX_CELLS = 400, CELL_BYTES = 256 };

typedef struct grid {
  int n_cells, n_columns;
  char cell[MAX_CELLS][CELL_BYTES];
} grid;

static void read_csv(const char *s, grid *g) {
  memset(g, 0, sizeof *g);
  while (*s) {
    size_t n = 0;
    char *cell = g->cell[g->n_cells++];
    if (*s == '"') {
      for (s++; *s && !(*s == '"' && s[1] != '"'); s++) {
        if (*s == '"') s++;
        cell[n++] = *s;
      }
      cr_assert_eq(*s, '"');
      s++;
    } else {
      while (*s && *s != ',' && *s != '\r') {
        cr_assert_neq(*s, '"');
        cell[n++] = *s++;
      }
    }
    if (*s == ',') {
      s++;
      continue;
    }
    cr_assert_eq(strncmp(s, "\r\n", 2), 0);
    s += 2;
    if (g->n_columns == 0) g->n_columns = g->n_cells;
    cr_expect_eq(g->n_cells % g->n_columns, 0, "every line has as many cells as the head");
  }
}

static const char *at(const grid *g, int row, const char *column) {
  for (int i = 0; i < g->n_columns; i++)
    if (strcmp(g->cell[i], column) == 0) return g->cell[row * g->n_columns + i];
  cr_assert_fail("no column %s", column);
  return "";
}

static void expect_double(const grid *g, int row, const char *column, double v) {
  const char *text = at(g, row, column);
  if (isnan(v))
    cr_expect_str_eq(text, "");
  else if (isinf(v))
    cr_expect_str_eq(text, "Inf");
  else
    cr_expect(memcmp(&(double){strtod(text, NULL)}, &v, sizeof v) == 0, "%s: %s", column, text);
}

Test(writer_csv, reads_back_exactly) {
  static grid g;
  const sampan_results *s = writer_sample_results();
  writer_result r;
  writer_run(&(writer_job){.module = "writer-csv", .results = s}, &r);
  cr_assert_eq(r.status, SAMPAN_OK);
  read_csv(r.bytes, &g);
  cr_expect_eq(g.n_columns, 26 + 2);
  cr_expect_eq(g.n_cells / g.n_columns, 1 + (int)s->n_rows);
  cr_expect_str_eq(g.cell[0], "indicator");
  cr_expect_str_eq(g.cell[25], "flags");
  cr_expect_str_eq(g.cell[26], "by.sex");
  cr_expect_str_eq(g.cell[27], "by.age, \"years\"");
  for (uint64_t i = 0; i < s->n_rows; i++) {
    const sampan_result *x = &s->rows[i];
    const int row = (int)i + 1;
    cr_expect_str_eq(at(&g, row, "indicator_label"), x->indicator_label);
    cr_expect_str_eq(at(&g, row, "level"), x->level);
    cr_expect_str_eq(at(&g, row, "flags"), x->flags);
    cr_expect_str_eq(at(&g, row, "by.sex"), x->by ? x->by[0] : "");
    cr_expect_str_eq(at(&g, row, "by.age, \"years\""), x->by ? x->by[1] : "");
    expect_double(&g, row, "pop_hat", x->pop_hat);
    expect_double(&g, row, "estimate", x->estimate);
    expect_double(&g, row, "std_error", x->std_error);
    expect_double(&g, row, "conf_low", x->conf_low);
    expect_double(&g, row, "df", x->df);
    expect_double(&g, row, "n_eff", x->n_eff);
    cr_expect_eq(x->n < 0, at(&g, row, "n")[0] == 0);
    if (x->n >= 0) cr_expect_eq(atoll(at(&g, row, "n")), x->n);
  }
  cr_expect_str_eq(at(&g, 3, "status"), "suppressed");
  cr_expect_str_eq(at(&g, 1, "unit"), "proportion");
  writer_clear(&r);
}

Test(writer_csv, comparisons_are_a_table_of_their_own) {
  static grid g;
  writer_result r;
  writer_run(&(writer_job){.module = "writer-csv",
                           .results = writer_sample_results(),
                           .params = {0, 0, 1},
                           .n_params = 3},
             &r);
  read_csv(r.bytes, &g);
  cr_expect_eq(g.n_columns, 15);
  cr_expect_eq(g.n_cells, 30);
  cr_expect_str_eq(at(&g, 1, "label"), "男 − 女");
  expect_double(&g, 1, "test", -0.51851851851851849);
  writer_clear(&r);
}

Test(writer_csv, guards_formulas_only_when_asked) {
  writer_result r;
  writer_run(&(writer_job){.module = "writer-csv", .results = writer_sample_results()}, &r);
  cr_expect_neq(strncmp(r.bytes, "\xef\xbb\xbf", 3), 0);
  cr_expect_not_null(strstr(r.bytes, ",\"=HYPERLINK(\"\"x\"\")"));
  writer_clear(&r);
  writer_run(&(writer_job){.module = "writer-csv",
                           .results = writer_sample_results(),
                           .params = {1, 1, 0},
                           .n_params = 3},
             &r);
  cr_expect_eq(strncmp(r.bytes, "\xef\xbb\xbfindicator,", 13), 0);
  cr_expect_not_null(strstr(r.bytes, ",\"'=HYPERLINK(\"\"x\"\")"));
  writer_clear(&r);
  /* A negative number is no formula. */
  writer_run(&(writer_job){.module = "writer-csv",
                           .results = writer_sample_results(),
                           .params = {0, 1, 1},
                           .n_params = 3},
             &r);
  cr_expect_not_null(strstr(r.bytes, ",-0.014,"));
  writer_clear(&r);
}

/* ---- json: a checker of RFC 8259
 * -------------------------------------------------------------------- */

static const char *skip(const char *s) {
  while (*s == ' ' || *s == '\n') s++;
  return s;
}

static const char *text_end(const char *s) {
  if (*s != '"') return NULL;
  for (s++; *s != '"'; s++) {
    if ((unsigned char)*s < 0x20) return NULL;
    if (*s == '\\') {
      s++;
      if (*s == 'u') {
        for (int i = 1; i <= 4; i++)
          if (!strchr("0123456789abcdefABCDEF", s[i]) || s[i] == 0) return NULL;
        s += 4;
      } else if (*s == 0 || !strchr("\"\\/bfnrt", *s)) {
        return NULL;
      }
    }
  }
  return s + 1;
}

/* Past one value; NULL where it is none. */
static const char *value_end(const char *s) {
  s = skip(s);
  if (*s == '"') return text_end(s);
  if (strncmp(s, "null", 4) == 0) return s + 4;
  if (*s == '{' || *s == '[') {
    const char close = *s == '{' ? '}' : ']';
    const int object = *s == '{';
    s = skip(s + 1);
    if (*s == close) return s + 1;
    for (;;) {
      if (object) {
        s = text_end(skip(s));
        if (s == NULL || *(s = skip(s)) != ':') return NULL;
        s++;
      }
      s = value_end(s);
      if (s == NULL) return NULL;
      s = skip(s);
      if (*s == close) return s + 1;
      if (*s++ != ',') return NULL;
    }
  }
  char *end;
  if (*s != '-' && (*s < '0' || *s > '9')) return NULL;
  strtod(s, &end);
  return end;
}

Test(writer_json, is_valid_and_exact) {
  writer_result r;
  writer_run(&(writer_job){.module = "json", .results = writer_sample_results()}, &r);
  cr_assert_eq(r.status, SAMPAN_OK);
  const char *end = value_end(r.bytes);
  cr_assert_not_null(end);
  cr_expect_str_eq(skip(end), "");
  cr_expect_eq(
      strncmp(r.bytes, "{\"schema_version\":\"sampan-result/1.0\",\"kind\":\"results\"", 52), 0);
  cr_expect_not_null(strstr(r.bytes, "\"manifest\":{\"plan\":\"a.yaml\",\"threads\":4}"));
  cr_expect_not_null(
      strstr(r.bytes, "\"n\":null,\"n_events\":null,\"pop_hat\":null,\"estimate\":null"));
  cr_expect_not_null(strstr(
      r.bytes, "\"by\":{\"sex\":\"1\",\"age, \\\"years\\\"\":\"20-39, \\\"young\\\"\\nadults\"}"));
  cr_expect_not_null(strstr(r.bytes, "\"df\":\"Inf\""));
  cr_expect_not_null(strstr(r.bytes, "\"comparisons\":[\n{\"comparison\":\"sexes\""));
  const char *estimate = strstr(r.bytes, "\"estimate\":");
  cr_assert_not_null(estimate);
  cr_expect(strtod(estimate + 11, NULL) == 0.1 + 0.2);
  writer_clear(&r);
}

Test(writer_json, escapes_hostile_texts) {
  sampan_results s = *writer_sample_results();
  writer_result r;
  s.title = "\"\\\x01\t\n\x7f\xff\xed\xa0\x80 ok";
  s.manifest = "";
  s.n_rows = 0;
  s.n_tests = 0;
  writer_run(&(writer_job){.module = "json", .results = &s}, &r);
  cr_assert_not_null(value_end(r.bytes));
  cr_expect_not_null(strstr(
      r.bytes,
      "\"\\\"\\\\\\u0001\\t\\n\\u007f\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd ok\""));
  cr_expect_not_null(strstr(r.bytes, "\"manifest\":{}"));
  writer_clear(&r);
}

/* ---- markdown
 * --------------------------------------------------------------------------------------- */

/* Columns of a terminal: a Chinese character takes two. */
static int columns_of(const char *s, const char *end) {
  int n = 0;
  for (; s < end; s++)
    if (((unsigned char)*s & 0xc0) != 0x80) n += (unsigned char)*s >= 0xe3 ? 2 : 1;
  return n;
}

Test(writer_markdown, columns_line_up) {
  writer_result r;
  writer_run(&(writer_job){.module = "markdown", .results = writer_sample_results()}, &r);
  cr_assert_eq(r.status, SAMPAN_OK);
  int width = 0;
  for (const char *s = r.bytes; *s;) {
    const char *end = strchr(s, '\n');
    cr_assert_not_null(end);
    if (*s == '|') {
      if (width == 0) width = columns_of(s, end);
      cr_expect_eq(columns_of(s, end), width, "%.*s", (int)(end - s), s);
    } else {
      width = 0;
    }
    s = end + 1;
  }
  cr_expect_not_null(strstr(r.bytes, "30.0%"));
  cr_expect_not_null(strstr(r.bytes, "21.9–28.3"));
  cr_expect_not_null(strstr(r.bytes, "\\<全死因> \\| 死亡率"));
  cr_expect_null(strstr(r.bytes, "nan"));
  writer_clear(&r);
}

Test(writer_markdown, documents_keep_their_tables) {
  writer_result r;
  writer_run(&(writer_job){.module = "markdown", .document = writer_sample_document()}, &r);
  cr_assert_eq(r.status, SAMPAN_OK);
  cr_expect_not_null(strstr(r.bytes, "# 连云区省级健康促进区建设终期评估指标表\n"));
  cr_expect_not_null(strstr(r.bytes, "## 一、结果一览 (Summary)"));
  cr_expect_not_null(strstr(r.bytes, "| 2.11 公共交通工具全面禁烟 |"));
  cr_expect_not_null(strstr(r.bytes, "\\<b>不是粗体\\</b>"));
  cr_expect_not_null(strstr(r.bytes, "    sampan annex lianyun-2021.yaml"));
  cr_expect_null(strstr(r.bytes, "评估结果汇总"), "for paper alone");
  writer_clear(&r);
}

/* ---- all
 * ---------------------------------------------------------------------------------------------- */

Test(writer_tables, report_a_failed_write) {
  static const char *const modules[] = {"writer-csv", "json", "markdown"};
  for (int i = 0; i < 3; i++) {
    writer_result r;
    writer_run(
        &(writer_job){.module = modules[i], .results = writer_sample_results(), .fail_after = 1},
        &r);
    cr_expect_eq(r.status, SAMPAN_E_IO, "%s", modules[i]);
    cr_expect_eq(r.writes_after_failure, 0);
    writer_clear(&r);
  }
}
