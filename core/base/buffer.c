#include "base/buffer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void sp_buffer_init(sp_buffer *b) {
  memset(b, 0, sizeof *b);
}

void sp_buffer_clear(sp_buffer *b) {
  free(b->data);
  sp_buffer_init(b);
}

void sp_buffer_reset(sp_buffer *b) {
  b->n_bytes = 0;
  if (b->data) b->data[0] = '\0';
}

/* Room for n_bytes more and a terminator. */
static int reserve(sp_buffer *b, uint64_t n_bytes) {
  uint64_t need, capacity;
  char *data;
  if (b->failed) return 0;
  if (n_bytes >= SIZE_MAX / 2 - b->n_bytes) {
    b->failed = 1;
    return 0;
  }
  need = b->n_bytes + n_bytes + 1;
  if (need <= b->capacity) return 1;
  capacity = b->capacity ? b->capacity * 2 : 128;
  if (capacity < need) capacity = need;
  data = realloc(b->data, (size_t)capacity);
  if (!data) {
    b->failed = 1;
    return 0;
  }
  b->data = data;
  b->capacity = capacity;
  return 1;
}

void sp_buffer_add(sp_buffer *b, const void *bytes, uint64_t n_bytes) {
  if (n_bytes == 0 || !reserve(b, n_bytes)) return;
  memcpy(b->data + b->n_bytes, bytes, (size_t)n_bytes);
  b->n_bytes += n_bytes;
  b->data[b->n_bytes] = '\0';
}

void sp_buffer_text_add(sp_buffer *b, const char *text) {
  sp_buffer_add(b, text, strlen(text));
}

void sp_buffer_char(sp_buffer *b, char c) {
  sp_buffer_add(b, &c, 1);
}

void sp_buffer_printf(sp_buffer *b, const char *format, ...) {
  va_list ap;
  int n;
  va_start(ap, format);
  n = vsnprintf(NULL, 0, format, ap);
  va_end(ap);
  if (n < 0) {
    b->failed = 1;
    return;
  }
  if (n == 0 || !reserve(b, (uint64_t)n)) return;
  va_start(ap, format);
  if (vsnprintf(b->data + b->n_bytes, (size_t)n + 1, format, ap) == n) {
    b->n_bytes += (uint64_t)n;
  } else {
    b->failed = 1;
  }
  va_end(ap);
  b->data[b->n_bytes] = '\0';
}

const char *sp_buffer_text(const sp_buffer *b) {
  return b->n_bytes ? b->data : "";
}

/* Control characters are escaped; bytes that are not UTF-8 become U+FFFD, as JSON must be UTF-8. */
void sp_buffer_json_text(sp_buffer *b, const char *text) {
  const uint64_t n = strlen(text);
  uint64_t from = 0;
  int64_t bad = sp_utf8_invalid(text, n);
  sp_buffer_char(b, '"');
  for (uint64_t i = 0; i < n; ++i) {
    const unsigned char c = (unsigned char)text[i];
    const int invalid = bad >= 0 && i == (uint64_t)bad;
    if (!invalid && c >= 0x20 && c != '"' && c != '\\') continue;
    sp_buffer_add(b, text + from, i - from);
    from = i + 1;
    if (invalid) {
      sp_buffer_text_add(b, "\xef\xbf\xbd");
      bad = sp_utf8_invalid(text + from, n - from);
      if (bad >= 0) bad += (int64_t)from;
    } else if (c == '"' || c == '\\') {
      sp_buffer_char(b, '\\');
      sp_buffer_char(b, (char)c);
    } else if (c == '\n') {
      sp_buffer_text_add(b, "\\n");
    } else if (c == '\r') {
      sp_buffer_text_add(b, "\\r");
    } else if (c == '\t') {
      sp_buffer_text_add(b, "\\t");
    } else {
      sp_buffer_printf(b, "\\u%04x", (unsigned)c);
    }
  }
  sp_buffer_add(b, text + from, n - from);
  sp_buffer_char(b, '"');
}

void sp_buffer_json_number(sp_buffer *b, double x) {
  char out[32];
  if (!isfinite(x)) {
    sp_buffer_text_add(b, "null");
    return;
  }
  sp_buffer_add(b, out, (uint64_t)sp_format_number(x, out));
}
