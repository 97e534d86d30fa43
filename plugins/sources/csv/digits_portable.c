/* digits_portable.c - eight digits in a word, in plain C. */
#include "digits.h"

#include "word.h"

static uint64_t read(const dsv_spans *spans, double *x, uint64_t *filled) {
  uint64_t bits = 0, not_empty = 0;
  for (int i = 0; i < DSV_GROUP; i++) {
    const uint32_t n = spans->n[i];
    uint64_t value = 0;
    const int is_read = n - 1 < 8 && dsv_eight(spans->word[i], n, &value);
    x[i] = is_read ? (double)(int64_t)value : 0;
    bits |= (uint64_t)is_read << i;
    not_empty |= (uint64_t)(n != 0) << i;
  }
  *filled = not_empty;
  return bits;
}

static uint64_t padded(const dsv_spans *spans) {
  uint64_t bits = 0;
  for (int i = 0; i < DSV_GROUP; i++) {
    bits |= (uint64_t)((spans->word[i] & 0xFF) == '0' && spans->n[i] > 1) << i;
  }
  return bits;
}

static uint64_t equal(const double *x, double y) {
  uint64_t bits = 0;
  for (int i = 0; i < DSV_GROUP; i++) bits |= (uint64_t)(x[i] == y) << i;
  return bits;
}

const dsv_digits dsv_digits_portable = {read, padded, equal};
