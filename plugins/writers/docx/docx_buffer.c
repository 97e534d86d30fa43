/* docx_buffer.c - a growing string of bytes, and text made safe for XML. */
#include "docx.h"

void docx_buffer_init(docx_buffer *b, const sampan_call *call) {
  memset(b, 0, sizeof *b);
  b->call = call;
}

/* Makes room for n more bytes; 0 where there is none. */
static int reserve(docx_buffer *b, uint64_t n) {
  if (b->failed) return 0;
  if (n > UINT64_MAX / 4 - b->n) {
    b->failed = 1;
    return 0;
  }
  if (b->n + n > b->capacity) {
    uint64_t capacity = b->capacity ? b->capacity : 4096;
    while (capacity < b->n + n) capacity *= 2;
    char *data = b->call->host->alloc(b->call, capacity);
    if (!data) {
      b->failed = 1;
      return 0;
    }
    if (b->n) memcpy(data, b->data, (size_t)b->n);
    b->data = data;
    b->capacity = capacity;
  }
  return 1;
}

void docx_add(docx_buffer *b, const void *bytes, uint64_t n) {
  if (n == 0 || !reserve(b, n)) return;
  memcpy(b->data + b->n, bytes, (size_t)n);
  b->n += n;
}

void *docx_room(docx_buffer *b, uint64_t n) {
  b->n = 0;
  return reserve(b, n) ? b->data : NULL;
}

void docx_put(docx_buffer *b, const char *text) {
  docx_add(b, text, strlen(text));
}

void docx_printf(docx_buffer *b, const char *format, ...) {
  char text[1024];
  va_list ap;
  va_start(ap, format);
  const int n = vsnprintf(text, sizeof text, format, ap);
  va_end(ap);
  if (n < 0 || (size_t)n >= sizeof text) {
    b->failed = 1;
    return;
  }
  docx_add(b, text, (uint64_t)n);
}

void docx_insert(docx_buffer *b, uint64_t at, const char *bytes, uint64_t n) {
  if (n == 0 || at > b->n || !reserve(b, n)) return;
  memmove(b->data + at + n, b->data + at, (size_t)(b->n - at));
  memcpy(b->data + at, bytes, (size_t)n);
  b->n += n;
}

uint32_t docx_next_character(const char **text, uint64_t *n) {
  const unsigned char *s = (const unsigned char *)*text;
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t c = s[0], length = 1;
  if (c == 0) return 0;
  if (c >= 0xF0 && c < 0xF5) {
    length = 4;
    c &= 7U;
  } else if (c >= 0xE0 && c < 0xF0) {
    length = 3;
    c &= 15U;
  } else if (c >= 0xC2 && c < 0xE0) {
    length = 2;
    c &= 31U;
  } else if (c >= 0x80) {
    length = 0;
  }
  for (uint32_t i = 1; i < length; i++) {
    if ((s[i] & 0xC0U) != 0x80U) { /* also the terminator: never read past it */
      length = 0;
      break;
    }
    c = c << 6 | (s[i] & 0x3FU);
  }
  if (length > 1 && (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))) length = 0;
  if (length == 0) {
    c = 0xFFFD;
    length = 1;
  }
  *text += length;
  *n = length;
  return c;
}

static void escape(docx_buffer *b, const char *text, int attribute) {
  uint64_t n = 0;
  for (const char *start = text; *text; start = text) {
    const uint32_t c = docx_next_character(&text, &n);
    switch (c) {
      case '&':
        docx_put(b, "&amp;");
        break;
      case '<':
        docx_put(b, "&lt;");
        break;
      case '>':
        docx_put(b, "&gt;");
        break;
      case '"':
        docx_put(b, "&quot;");
        break;
      case '\t':
      case '\n':
      case '\r':
        docx_add(b, attribute ? " " : start, 1);
        break;
      case 0xFFFD:
        docx_put(b, "\xEF\xBF\xBD");
        break;
      default: /* XML 1.0 has no other control characters, and no U+FFFE, U+FFFF */
        if (c >= 0x20 && c != 0x7F && c != 0xFFFE && c != 0xFFFF) docx_add(b, start, n);
    }
  }
}

void docx_escape(docx_buffer *b, const char *text) {
  if (text) escape(b, text, 0);
}

void docx_escape_attribute(docx_buffer *b, const char *text) {
  if (text) escape(b, text, 1);
}

void docx_plain(docx_buffer *b, const char *text) {
  uint64_t n = 0;
  b->n = 0;
  for (const char *start = text; text && *text; start = text) {
    const uint32_t c = docx_next_character(&text, &n);
    if (c == 0xFFFD) {
      docx_put(b, "\xEF\xBF\xBD");
    } else if (c == '\n' || (c >= 0x20 && c != 0x7F && c != 0xFFFE && c != 0xFFFF)) {
      docx_add(b, start, n);
    }
  }
  docx_add(b, "", 1);
}
