/* stat_frame.h - a CSV of tests/golden/oracle/data as columns for a plugin under test. */
#ifndef SAMPAN_TEST_STAT_FRAME_H
#define SAMPAN_TEST_STAT_FRAME_H

#include <sampan/plugin.h>

#include "base/arena.h"

typedef struct stat_frame {
  sp_arena *arena;
  int64_t n;
  uint32_t n_fields;
  const char **name;
  const char **cell; /* record by record; "" is missing */
} stat_frame;

/* Reads a file of reference data, quotes and line breaks in fields included. */
void stat_frame_read(stat_frame *f, sp_arena *arena, const char *file);

/* The cells of a field, and its numbers: NaN where missing. */
const char *const *stat_frame_texts(const stat_frame *f, const char *name);
double *stat_frame_numbers(const stat_frame *f, const char *name);

/* The same columns as a plugin gets them, of any length. */
const sampan_column *stat_number_column(sp_arena *arena, const char *name, const double *x,
                                        int64_t n);
const sampan_column *stat_truth_column(sp_arena *arena, const char *name, const double *x,
                                       int64_t n);
/* With its levels sorted; "" is missing. */
const sampan_column *stat_text_column(sp_arena *arena, const char *name, const char *const *text,
                                      int64_t n);

/* Numbers of the different texts of a and b together; b may be NULL. Returns how many. */
uint32_t stat_codes(sp_arena *arena, const char *const *a, const char *const *b, int64_t n,
                    uint32_t *out);

#endif
