/* writer_harness.h - drives a writer plugin into memory, for tests. */
#ifndef WRITER_HARNESS_H
#define WRITER_HARNESS_H

#include <sampan/plugin.h>

#include "base/arena.h"
#include "host/context.h"

typedef struct writer_job {
  const char *module;              /* file name without .so */
  const sampan_document *document; /* either this */
  const sampan_results *results;   /* or this */
  double params[4];
  uint32_t n_params;
  int64_t fail_after; /* bytes that can be written; 0: no limit */
  uint64_t budget;    /* of the host's memory; 0: no limit */
} writer_job;

typedef struct writer_result {
  int32_t status;
  int32_t writes_after_failure;
  sampan_error error;
  char *bytes; /* terminated */
  int64_t n_bytes;
  int64_t limit;
} writer_result;

/* Runs the job; ends the test where the plugin cannot be loaded. */
void writer_run(const writer_job *job, writer_result *out);
void writer_clear(writer_result *r);

/* A copy without white space, and without tags unless `attributes`; entities decoded. Caller frees.
 */
char *writer_squeeze(const char *html, int attributes);
/* 1 if the squeezed page has the text, white space aside. */
int writer_has(const char *squeezed, const char *text);
/* Checks that tags nest, attributes are quoted, ids are unique and inner links lead somewhere:
 * "" or what is wrong. */
const char *writer_html_fault(const char *html);

#endif
