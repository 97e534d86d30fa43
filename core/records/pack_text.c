/* pack_text.c - how numbers are written, so that they can be written again. */
#include "records/pack_internal.h"

enum { MOST_DIGITS = 15, MOST_SHORT_DECIMALS = 6, BIAS = 1 << 27 };

int sp_written_read(const char *text, uint64_t n, sp_written *out) {
  const char *p = text, *end = text + n;
  int64_t k = 0;
  const int minus = p < end && *p == '-';
  if (minus) p++;
  if (end - p > MOST_DIGITS + 1 || p == end) return 0;
  const char *first = p;
  while (p < end && (unsigned)(*p - '0') <= 9) k = 10 * k + (*p++ - '0');
  if (p == first || (p - first > 1 && *first == '0')) return 0;
  out->decimals = 0;
  out->whole = (int32_t)(p - first);
  if (p < end) {
    if (*p++ != '.') return 0;
    const char *point = p;
    while (p < end && (unsigned)(*p - '0') <= 9) k = 10 * k + (*p++ - '0');
    if (p == point || p < end) return 0;
    out->decimals = (int32_t)(p - point);
  } else if (p - first > MOST_DIGITS) {
    return 0;
  }
  if (minus && k == 0) return 0;
  out->k = minus ? -k : k;
  return 1;
}

uint32_t sp_written_code(const char *text, uint64_t n) {
  sp_written w;
  if (n == 1 && (unsigned)(*text - '0') <= 9) return BIAS + (uint32_t)(*text - '0');
  if (!sp_written_read(text, n, &w)) return SP_WRITTEN_OTHER;
  if (w.k <= -BIAS || w.k >= BIAS || w.decimals > MOST_SHORT_DECIMALS) return SP_WRITTEN_LONG;
  return (uint32_t)(w.k + BIAS) | (uint32_t)w.decimals << 28;
}

double sp_written_number(uint32_t code) {
  static const double powers[MOST_SHORT_DECIMALS + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
  const int32_t k = (int32_t)(code & 0xFFFFFFF) - BIAS;
  return (double)k / powers[code >> 28 & 7];
}

void sp_writings_add(sp_writings *w, int64_t k, int32_t decimals) {
  const int64_t size = k < 0 ? -k : k;
  w->decimals |= UINT32_C(1) << decimals;
  if (decimals > 0 && k % 10 == 0) w->ends_in_0 = 1;
  if (size > w->most[decimals]) w->most[decimals] = size;
}

void sp_writings_add_digits(sp_writings *w, int32_t whole, int32_t decimals, int ends_in_0) {
  int64_t k = 1;
  for (int32_t i = 0; i < whole + decimals; i++) k *= 10;
  sp_writings_add(w, k - 1, decimals);
  if (ends_in_0) w->ends_in_0 = 1;
}

void sp_writings_merge(sp_writings *w, const sp_writings *more) {
  w->decimals |= more->decimals;
  w->ends_in_0 |= more->ends_in_0;
  for (int32_t d = 0; d <= MOST_DIGITS; d++) {
    if (more->most[d] > w->most[d]) w->most[d] = more->most[d];
  }
}

void sp_writings_add_code(sp_writings *w, uint32_t code) {
  sp_writings_add(w, (int64_t)(code & 0xFFFFFFF) - BIAS, (int32_t)(code >> 28));
}

/* Digits before the point of the longest. */
static int32_t most_whole(const sp_writings *w) {
  int32_t most = 1;
  for (int32_t d = 0; d <= MOST_DIGITS; d++) {
    int32_t n = -d;
    for (int64_t k = w->most[d]; k > 0; k /= 10) n++;
    most = n > most ? n : most;
  }
  return most;
}

/* All are written with the most decimals that any has, less the zeros at the end: at most 15
 * digits, or a double does not tell them. */
int sp_writings_hold(const sp_writings *w) {
  if ((w->decimals & (w->decimals - 1)) == 0) return 1;
  return !w->ends_in_0 && most_whole(w) + sp_writings_of(w).decimals <= MOST_DIGITS;
}

sampan_writing sp_writings_of(const sp_writings *w) {
  sampan_writing out = {0, w->ends_in_0};
  for (int32_t d = 0; d <= MOST_DIGITS; d++) {
    if (w->decimals >> d & 1) out.decimals = d;
  }
  return out;
}
