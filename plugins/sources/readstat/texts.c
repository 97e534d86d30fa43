/* texts.c - texts and numbers of foreign files. */
#include <stdlib.h>

#include "foreign.h"

/* Bytes of the UTF-8 character at p, which is terminated; 0 if it is none. */
static int character(const unsigned char *p) {
  static const unsigned char least[5] = {0, 0, 0x80, 0xA0, 0x90};
  const int n = p[0] < 0x80                   ? 1
                : p[0] >= 0xC2 && p[0] < 0xE0 ? 2
                : p[0] >= 0xE0 && p[0] < 0xF0 ? 3
                : p[0] >= 0xF0 && p[0] < 0xF5 ? 4
                                              : 0;
  for (int i = 1; i < n; i++) {
    if ((p[i] & 0xC0) != 0x80) return 0;
  }
  if ((p[0] == 0xE0 || p[0] == 0xF0) && p[1] < least[n]) return 0;
  if ((p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF4 && p[1] > 0x8F)) return 0;
  return n;
}

int foreign_utf8(const char *text) {
  const unsigned char *p = (const unsigned char *)text;
  while (*p != 0) {
    const int n = character(p);
    if (n == 0) return 0;
    p += n;
  }
  return 1;
}

char *foreign_copy(const sampan_call *call, const char *text) {
  const size_t n = strlen(text);
  char *copy = (char *)call->host->alloc(call, n + 1);
  if (copy == NULL) return NULL;
  memcpy(copy, text, n + 1);
  for (size_t i = 0; i < n;) {
    const int m = character((const unsigned char *)copy + i);
    if (m == 0) copy[i] = '?';
    i += m > 0 ? (size_t)m : 1;
  }
  return copy;
}

void foreign_number(const sampan_call *call, double x, char out[32]) {
  if (x == (double)(int32_t)x) {
    snprintf(out, 32, "%ld", (long)x);
    return;
  }
  for (int precision = 1; precision <= 17; precision++) {
    double back;
    const int n = snprintf(out, 32, "%.*g", precision, x);
    if (call->host->parse_number(out, (uint64_t)n, &back) == 0 && back == x) break;
  }
  /* 1e+20 and 1e-07 as the project writes them: 1e20, 1e-7. */
  char *e = strchr(out, 'e');
  if (e == NULL) return;
  char *to = e + 1;
  const char *from = e + 1;
  if (*from == '-') to++;
  if (*from == '-' || *from == '+') from++;
  while (*from == '0') from++;
  memmove(to, from, strlen(from) + 1);
}

int foreign_blank(const char *text) {
  return text[strspn(text, " ")] == '\0';
}

void foreign_hint(const sampan_call *call, const char *text) {
  if (call->error != NULL) snprintf(call->error->hint, sizeof call->error->hint, "%s", text);
}
