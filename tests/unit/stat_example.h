/* stat_example.h - reads the worked example of a plugin's page: its last fenced block, `key =
 * numbers` line by line. */
#ifndef SAMPAN_TEST_STAT_EXAMPLE_H
#define SAMPAN_TEST_STAT_EXAMPLE_H

#include <stdio.h>

#include "stat_support.h"

#ifndef SAMPAN_SOURCE_DIR
#define SAMPAN_SOURCE_DIR "."
#endif

typedef struct example {
  char text[16384];
  const char *start; /* the first line of the last fenced block */
} example;

static inline void open_example(example *e, const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/plugins/%s/%s/README.md", SAMPAN_SOURCE_DIR, folder, name);
  FILE *f = fopen(path, "rb");
  cr_assert_not_null(f, "%s", path);
  const size_t n = fread(e->text, 1, sizeof e->text - 1, f);
  fclose(f);
  e->text[n] = '\0';
  e->start = strstr(e->text, "\n```\n");
  cr_assert_not_null(e->start, "%s has no example", path);
}

/* Reads up to n numbers of the line `key = ...`: how many. */
static inline int numbers(const example *e, const char *key, double *out, int n) {
  char line[64];
  int found = 0;
  snprintf(line, sizeof line, "\n%s = ", key);
  const char *at = strstr(e->start, line);
  if (!at) return 0;
  at += strlen(line);
  while (found < n && *at != '\n') {
    char *end = NULL;
    out[found++] = strtod(at, &end);
    cr_assert_neq(end, at, "%s of the example is not a number", key);
    at = end;
    while (*at == ' ') at++;
  }
  return found;
}

static inline double number(const example *e, const char *key, double otherwise) {
  double x = otherwise;
  numbers(e, key, &x, 1);
  return x;
}

#endif
