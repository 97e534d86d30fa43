/* writer_sample.h - a document and a table of results for the tests of the writers.
 *
 * An annex in Chinese with every kind of block, mark, primitive and flag. All numbers are invented.
 * Constant data: writer_sample.c includes the two data headers once. */
#ifndef WRITER_SAMPLE_H
#define WRITER_SAMPLE_H

#include <sampan/plugin.h>

const sampan_document *writer_sample_document(void);
const sampan_results *writer_sample_results(void);

/* Shorthand for constant texts. */
#define SAMPLE_COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
#define SAMPLE_TEXT(...)                                                                 \
  {                                                                                      \
    .runs = (const sampan_run[]){__VA_ARGS__},                                           \
    .n_runs = (uint32_t)(sizeof((const sampan_run[]){__VA_ARGS__}) / sizeof(sampan_run)) \
  }
#define SAMPLE_PLAIN(s) SAMPLE_TEXT({.text = (s)})
#define SAMPLE_BOLD(s) SAMPLE_TEXT({.text = (s), .flags = SAMPAN_RUN_BOLD})
#define SAMPLE_MARK(m, s) SAMPLE_TEXT({.text = (s), .mark = (m)})
/* A figure with its interval, or its numerator and denominator, on a second line. */
#define SAMPLE_FIGURE(a, b) \
  SAMPLE_TEXT({.text = (a)}, {.text = (b), .flags = SAMPAN_RUN_BREAK | SAMPAN_RUN_SMALL})
#define SAMPLE_CURRENT(a, b)                           \
  SAMPLE_TEXT({.text = (a), .flags = SAMPAN_RUN_BOLD}, \
              {.text = (b), .flags = SAMPAN_RUN_BREAK | SAMPAN_RUN_SMALL})
#define SAMPLE_MET(s) SAMPLE_MARK(SAMPAN_MARK_MET, s)
#define SAMPLE_NOT_MET(s) SAMPLE_MARK(SAMPAN_MARK_NOT_MET, s)
#define SAMPLE_UNDECIDED(s) SAMPLE_MARK(SAMPAN_MARK_UNDECIDED, s)
#define SAMPLE_NOT_ASSESSABLE(s) SAMPLE_MARK(SAMPAN_MARK_NOT_ASSESSABLE, s)

#endif
