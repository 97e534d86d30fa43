/* oracle_support.h - reads the cases of tests/golden/oracle and their data in a test. */
#ifndef SAMPAN_TEST_ORACLE_SUPPORT_H
#define SAMPAN_TEST_ORACLE_SUPPORT_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "plan/yaml.h"

#ifndef SAMPAN_SOURCE_DIR
#define SAMPAN_SOURCE_DIR "."
#endif

typedef struct oracle_case {
  sp_arena *arena;
  const sp_yaml *root, *analysis, *expected;
  int64_t n_rows; /* of the data, the header not counted */
  uint32_t n_columns;
  char **cells; /* the header first */
} oracle_case;

static inline char *oracle_file(oracle_case *c, const char *folder, const char *name,
                                uint64_t *n_bytes) {
  char path[512];
  snprintf(path, sizeof path, "%s/tests/golden/oracle/%s/%s", SAMPAN_SOURCE_DIR, folder, name);
  FILE *f = fopen(path, "rb");
  cr_assert_not_null(f, "%s", path);
  fseek(f, 0, SEEK_END);
  const long size = ftell(f);
  rewind(f);
  char *text = sp_arena_alloc(c->arena, (uint64_t)size + 1);
  *n_bytes = fread(text, 1, (size_t)size, f);
  fclose(f);
  text[*n_bytes] = '\0';
  return text;
}

/* Cuts the text of a CSV into cells, in place; quotes as in RFC 4180. */
static inline void oracle_cells(oracle_case *c, char *text) {
  uint32_t capacity = 1024, n = 0;
  char **cells = calloc(capacity, sizeof *cells);
  for (char *at = text; *at;) {
    char *to = at, *cell = at;
    int quoted = *at == '"';
    if (quoted) at++;
    while (*at && (quoted || (*at != ',' && *at != '\n' && *at != '\r'))) {
      if (quoted && *at == '"') {
        if (at[1] != '"') quoted = 0;
        at++;
        if (quoted) *to++ = *at++;
        continue;
      }
      *to++ = *at++;
    }
    if (*at == '\r') at++;
    const int ends_row = *at != ',';
    if (*at) at++;
    *to = '\0';
    if (n == capacity) {
      char **more = realloc(cells, (capacity *= 2) * sizeof *cells);
      cr_assert_not_null(more);
      cells = more;
    }
    cells[n++] = cell;
    if (ends_row && c->n_columns == 0) c->n_columns = n;
  }
  c->cells = cells;
  c->n_rows = n / c->n_columns - 1;
}

static inline void oracle_open(oracle_case *c, const char *id) {
  char name[128];
  uint64_t n;
  sp_yaml *root = NULL;
  sampan_error error = {.struct_size = sizeof error};
  memset(c, 0, sizeof *c);
  c->arena = sp_arena_new(0);
  snprintf(name, sizeof name, "%s.json", id);
  const char *text = oracle_file(c, "cases", name, &n);
  cr_assert_geq(sp_yaml_parse(name, text, n, c->arena, &root, &error), 0, "%s: %s", name,
                error.message);
  c->root = root;
  c->analysis = sp_yaml_get(root, "analysis");
  c->expected = sp_yaml_get(root, "expected");
  oracle_cells(c, oracle_file(c, "data", sp_yaml_get(root, "data")->text, &n));
}

static inline void oracle_close(oracle_case *c) {
  free(c->cells);
  sp_arena_free(c->arena);
}

/* A scalar of a map, NULL where it is null or not there. */
static inline const char *oracle_text(const sp_yaml *map, const char *key) {
  const sp_yaml *node = sp_yaml_get(map, key);
  if (!node || node->kind != SP_YAML_SCALAR || (!node->quoted && strcmp(node->text, "null") == 0))
    return NULL;
  return node->text;
}

static inline double oracle_number(const sp_yaml *map, const char *key) {
  const char *text = oracle_text(map, key);
  return text ? strtod(text, NULL) : NAN;
}

static inline const char *oracle_cell(const oracle_case *c, int64_t row, const char *column) {
  for (uint32_t k = 0; k < c->n_columns; k++)
    if (strcmp(c->cells[k], column) == 0) return c->cells[(row + 1) * c->n_columns + k];
  cr_assert_fail("no column %s", column);
  return NULL;
}

/* A column of numbers, NaN where it is empty; freed by the caller. */
static inline double *oracle_column(const oracle_case *c, const char *column) {
  double *out = calloc((size_t)c->n_rows + 1, sizeof *out);
  for (int64_t i = 0; i < c->n_rows; i++) {
    const char *text = oracle_cell(c, i, column);
    out[i] = text[0] == '\0' ? NAN : strtod(text, NULL);
  }
  return out;
}

/* Numbers the different values of a column within `inside`, which may be NULL. */
static inline uint32_t *oracle_codes(const oracle_case *c, const char *column,
                                     const uint32_t *inside, uint32_t *n) {
  uint32_t *out = calloc((size_t)c->n_rows + 1, sizeof *out);
  *n = 0;
  for (int64_t i = 0; i < c->n_rows; i++) {
    const char *text = oracle_cell(c, i, column);
    int64_t k = 0;
    while (k < i && ((inside && inside[k] != inside[i]) || strcmp(oracle_cell(c, k, column), text)))
      k++;
    out[i] = k < i ? out[k] : (*n)++;
  }
  return out;
}

#endif
