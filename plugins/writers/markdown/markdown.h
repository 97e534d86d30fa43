/* markdown.h - what the files of the markdown writer share. */
#ifndef SAMPAN_WRITER_MARKDOWN_H
#define SAMPAN_WRITER_MARKDOWN_H

#include <sampan/plugin.h>

/* Bytes on their way out: the first failure sticks. Caller-owned. */
typedef struct markdown {
  const sampan_call *call;
  const sampan_output *out;
  int32_t zh;
  int32_t status;
  uint32_t n_used;
  char buffer[8192];
} markdown;

/* markdown.c */
int32_t md_flush(markdown *w);
void md_put(markdown *w, const char *s);
void md_text(markdown *w, const char *s, const char *newline);

/* markdown_document.c */
int32_t md_document(const sampan_call *call, const sampan_document *document,
                    const sampan_output *out);

#endif
