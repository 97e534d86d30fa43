/* oracle_file.h - the plain CSV files of the reference cases (no quotes in them) as a test needs
 * them: a cell as a number or as its text. */
#ifndef SAMPAN_TEST_ORACLE_FILE_H
#define SAMPAN_TEST_ORACLE_FILE_H

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct oracle_file {
  char *text;
  char **cells; /* [row][column], row 0 the names */
  uint32_t n_rows, n_columns;
} oracle_file;

static inline oracle_file oracle_open(const char *name) {
  oracle_file f = {0};
  char path[512];
  snprintf(path, sizeof path, "%s/tests/golden/oracle/data/%s", SAMPAN_SOURCE_DIR, name);
  FILE *in = fopen(path, "rb");
  cr_assert(in != NULL, "no %s", path);
  cr_assert_eq(fseek(in, 0, SEEK_END), 0);
  const long size = ftell(in);
  rewind(in);
  f.text = malloc((size_t)size + 1);
  cr_assert_eq(fread(f.text, 1, (size_t)size, in), (size_t)size);
  fclose(in);
  f.text[size] = 0;
  uint32_t n_cells = 0, n_lines = 0;
  for (char *c = f.text; *c != 0; c++) {
    n_cells += *c == ',' || *c == '\n';
    n_lines += *c == '\n';
  }
  f.cells = malloc((n_cells + 1) * sizeof *f.cells);
  char *start = f.text;
  n_cells = 0;
  for (char *c = f.text; *c != 0; c++) {
    if (*c != ',' && *c != '\n') continue;
    f.cells[n_cells++] = start;
    start = c + 1;
    if (*c == '\n' && c > f.text && c[-1] == '\r') c[-1] = 0;
    *c = 0;
  }
  f.n_columns = n_cells / n_lines;
  f.n_rows = n_lines - 1;
  cr_assert_eq(f.n_columns * n_lines, n_cells);
  return f;
}

static inline void oracle_close(oracle_file *f) {
  free(f->text);
  free(f->cells);
}

static inline uint32_t oracle_column(const oracle_file *f, const char *name) {
  for (uint32_t j = 0; j < f->n_columns; j++) {
    if (strcmp(f->cells[j], name) == 0) return j;
  }
  cr_assert_fail("no column %s", name);
  return 0;
}

static inline const char *oracle_text(const oracle_file *f, uint32_t row, const char *column) {
  return f->cells[(uint64_t)(row + 1) * f->n_columns + oracle_column(f, column)];
}

static inline double oracle_number(const oracle_file *f, uint32_t row, const char *column) {
  return strtod(oracle_text(f, row, column), NULL);
}

#endif
