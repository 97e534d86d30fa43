/* texts.c - cells of text columns: a text met lately has its code already. */
#include "columns.h"
#include "word.h"

const char *dsv_unquoted(dsv_unquote *u, const char *text, uint64_t n, uint64_t *n_out) {
  *n_out = n;
  if (u->quote > 255 || n == 0 || memchr(text, u->quote, n) == NULL) return text;
  if (n > u->n_room) {
    const uint64_t room = n < 4096 ? 4096 : 2 * n;
    u->n_room = 0;
    u->room = (char *)u->call->host->alloc(u->call, room);
    if (u->room == NULL) return NULL;
    u->n_room = room;
  }
  uint64_t made = 0;
  for (uint64_t i = 0; i < n; i++) {
    u->room[made++] = text[i];
    if ((unsigned char)text[i] == u->quote) i++; /* the other half */
  }
  *n_out = made;
  return u->room;
}

static inline uint32_t slot_of(uint64_t first, uint64_t last, uint32_t n) {
  const uint64_t mixed = (first ^ (last << 23 | last >> 41) ^ n) * UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(mixed >> 57); /* DSV_RECENT is 2^7 */
}

static inline int is_same(const dsv_recent *r, uint64_t first, uint64_t last, const char *text,
                          uint32_t n) {
  return r->first == first && r->last == last && r->n == n &&
         (n <= 16 || memcmp(r->text + 8, text + 8, n - 16) == 0);
}

static int32_t make_recent(const dsv_fills *f, uint32_t i_fill, dsv_recent *r, dsv_unquote *u,
                           const char *text, uint32_t n) {
  double x;
  uint64_t n_text;
  const char *plain = dsv_unquoted(u, text, n, &n_text);
  r->n = 0;
  if (plain == NULL) return sampan_fail(f->call, SAMPAN_E_MEMORY, "out of memory");
  const int32_t found = dsv_cell(f, i_fill, plain, n_text, &x, &r->code);
  if (found < 0) return sampan_fail(f->call, SAMPAN_E_MEMORY, "out of memory");
  r->present = found == DSV_CELL_PRESENT;
  r->text = text;
  r->n = n;
  return SAMPAN_OK;
}

int32_t dsv_read_texts(const dsv_fills *f, uint32_t i_fill, dsv_recent *recent, dsv_unquote *u,
                       const char *bytes, const dsv_spans *spans, int32_t n, uint32_t *code,
                       uint64_t *present) {
  uint64_t word = 0;
  for (int32_t i = 0; i < n; i++) {
    const char *p = bytes + spans->from[i];
    const uint32_t n_bytes = spans->n[i];
    code[i] = 0;
    if (n_bytes == 0) continue;
    const uint64_t eight = spans->word[i];
    const uint64_t first = n_bytes < 8 ? eight << (64 - 8 * n_bytes) : eight;
    const uint64_t last = n_bytes > 8 ? dsv_word(p + n_bytes - 8) : 0;
    dsv_recent *r = &recent[slot_of(first, last, n_bytes)];
    if (!is_same(r, first, last, p, n_bytes)) {
      const int32_t status = make_recent(f, i_fill, r, u, p, n_bytes);
      if (status < 0) return status;
      r->first = first;
      r->last = last;
    }
    code[i] = r->code;
    word |= r->present << i;
  }
  *present = word;
  return SAMPAN_OK;
}
