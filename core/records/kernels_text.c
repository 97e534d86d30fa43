/* kernels_text.c - operations over texts. A text is a code, and what is to be known of it is found
 * once for each entry of its dictionary. */
#include <stdlib.h>

#include "base/text.h"
#include "records/kernels_internal.h"

/* The memo of an argument, with an element for each entry of the column's dictionary. */
static int32_t memo_of(const sp_kernel *k, uint32_t argument, int with_number, sp_memo **out) {
  sp_kernel_state *s = k->state;
  const sp_dictionary *d = sp_kernel_argument(k, argument)->dictionary;
  if (s->memos == NULL) {
    s->memos = calloc(k->op->n_arguments, sizeof *s->memos);
    if (s->memos == NULL) return SAMPAN_E_MEMORY;
    s->n_memos = k->op->n_arguments;
  }
  sp_memo *m = &s->memos[argument];
  *out = m;
  if (m->capacity >= d->n) return SAMPAN_OK;
  uint32_t *of = realloc(m->of, d->capacity * sizeof *of);
  if (of == NULL) return SAMPAN_E_MEMORY;
  m->of = of;
  if (with_number) {
    double *number = realloc(m->number, d->capacity * sizeof *number);
    if (number == NULL) return SAMPAN_E_MEMORY;
    m->number = number;
  }
  memset(of + m->capacity, 0, (d->capacity - m->capacity) * sizeof *of);
  m->capacity = d->capacity;
  return SAMPAN_OK;
}

void sp_kernel_state_clear(sp_kernel_state *s) {
  for (uint32_t i = 0; i < s->n_memos; i++) {
    free(s->memos[i].of);
    free(s->memos[i].number);
  }
  free(s->memos);
  if (s->numbers != NULL) sp_numbers_clear(s->numbers);
  free(s->numbers);
  memset(s, 0, sizeof *s);
}

/* Bit i of t's truth: what the memo says of the text of record i, where it is present. */
static void truths_of(const sp_kernel *k, const sp_memo *m, const sp_column *a) {
  for (int64_t w = 0; w < sp_kernel_words(k); w++) {
    const uint32_t *code = a->code + w * 64;
    const int64_t end = k->n - w * 64 < 64 ? k->n - w * 64 : 64;
    uint64_t word = 0;
    for (int64_t i = 0; i < end; i++) word |= (uint64_t)m->of[code[i]] << i;
    k->t->truth[w] = word & k->t->present[w];
  }
}

static int one_of(const sp_operation *op, const char *text) {
  for (uint32_t k = 0; k < op->n_texts; k++) {
    const int same = op->op == SP_OP_STARTS_WITH
                         ? strncmp(text, op->texts[k], strlen(op->texts[k])) == 0
                         : strcmp(text, op->texts[k]) == 0;
    if (same) return 1;
  }
  return 0;
}

int32_t sp_kernel_in_texts(const sp_kernel *k) {
  const sp_dictionary *d = k->a->dictionary;
  sp_memo *m;
  SP_TRY(memo_of(k, 0, 0, &m));
  for (; m->n < d->n; m->n++) m->of[m->n] = (uint32_t)one_of(k->op, d->text[m->n]);
  truths_of(k, m, k->a);
  return SAMPAN_OK;
}

int32_t sp_kernel_compare_texts(const sp_kernel *k) {
  const int want = k->op->op == SP_OP_EQ;
  const sp_column *a = k->a, *b = k->b;
  if (a->constant || b->constant) {
    const uint32_t side = b->constant ? 0 : 1;
    const sp_column *c = side == 0 ? b : a;
    const sp_dictionary *d = sp_kernel_argument(k, side)->dictionary;
    const char *text = c->dictionary->text[c->code[0]];
    sp_memo *m;
    SP_TRY(memo_of(k, side, 0, &m));
    for (; m->n < d->n; m->n++) m->of[m->n] = (strcmp(d->text[m->n], text) == 0) == want;
    truths_of(k, m, sp_kernel_argument(k, side));
    return SAMPAN_OK;
  }
  for (int64_t i = 0; i < k->n; i++) {
    int equal = 0;
    if (sampan_bit(k->t->present, i)) {
      equal = strcmp(a->dictionary->text[a->code[i]], b->dictionary->text[b->code[i]]) == 0;
    }
    sampan_set_bit(k->t->truth, i, equal == want && sampan_bit(k->t->present, i));
  }
  return SAMPAN_OK;
}

/* The argument whose value a record takes, UINT32_MAX for none. */
static uint32_t chosen(const sp_kernel *k, int64_t i) {
  if (k->op->op == SP_OP_IF) {
    return !sampan_bit(k->a->present, i) ? UINT32_MAX : sampan_bit(k->a->truth, i) ? 1 : 2;
  }
  for (uint32_t j = 0; j < k->op->n_arguments; j++) {
    if (sampan_bit(sp_kernel_argument(k, j)->present, i)) return j;
  }
  return UINT32_MAX;
}

int32_t sp_kernel_choose_texts(const sp_kernel *k) {
  sp_column *t = k->t;
  sp_memo *m;
  for (uint32_t j = k->op->op == SP_OP_IF ? 1 : 0; j < k->op->n_arguments; j++) {
    SP_TRY(memo_of(k, j, 0, &m));
  }
  memset(t->present, 0, (size_t)sp_kernel_words(k) * sizeof *t->present);
  for (int64_t i = 0; i < k->n; i++) {
    const uint32_t j = chosen(k, i);
    const sp_column *a = j != UINT32_MAX ? sp_kernel_argument(k, j) : NULL;
    t->code[i] = 0;
    if (a == NULL || !sampan_bit(a->present, i)) continue;
    uint32_t *ours = &k->state->memos[j].of[a->code[i]];
    if (*ours == 0) {
      const char *text = a->dictionary->text[a->code[i]];
      const uint32_t code = sp_dictionary_add(t->dictionary, text, strlen(text));
      if (code == SP_MAP_NONE) return SAMPAN_E_MEMORY;
      *ours = code + 1;
    }
    t->code[i] = *ours - 1;
    t->present[i / 64] |= UINT64_C(1) << (i % 64);
  }
  return SAMPAN_OK;
}

/* ---- between numbers and texts ------------------------------------------------------------ */

enum { MOST_LABELS = 257, FEW_BREAKS = 8, BLOCK = 64 };

/* How many of the rising breaks are at most x. */
static uint32_t interval(const double *breaks, uint32_t n, double x) {
  uint32_t low = 0;
  while (n > 0) {
    const uint32_t half = (n + 1) / 2, below = (uint32_t)(x >= breaks[low + half - 1]);
    low += below * half;
    n = below != 0 ? n - half : half - 1;
  }
  return low;
}

int32_t sp_kernel_cut(const sp_kernel *k) {
  const sp_operation *op = k->op;
  uint32_t code[MOST_LABELS];
  for (uint32_t j = 0; j < op->n_texts; j++) {
    code[j] = sp_dictionary_add(k->t->dictionary, op->texts[j], strlen(op->texts[j]));
    if (code[j] == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  memcpy(k->t->present, k->a->present, (size_t)sp_kernel_words(k) * sizeof(uint64_t));
  uint32_t all[FEW_BREAKS][BLOCK];
  for (uint32_t j = 0; j < op->n_constants && j < FEW_BREAKS; j++) {
    for (int r = 0; r < BLOCK; r++) all[j][r] = code[j + 1];
  }
  for (int64_t i = 0; i < k->n; i += BLOCK) {
    const int64_t end = k->n - i < BLOCK ? k->n - i : BLOCK;
    const double *x = k->a->number + i;
    uint32_t *t = k->t->code + i;
    if (op->n_constants > FEW_BREAKS) {
      for (int64_t r = 0; r < end; r++) t[r] = code[interval(op->constants, op->n_constants, x[r])];
      continue;
    }
    for (int64_t r = 0; r < end; r++) t[r] = code[0];
    for (uint32_t j = 0; j < op->n_constants; j++) { /* they rise: the last that fits stays */
      uint64_t is;
      k->lanes->compare_one(SP_IS_GE, x, op->constants[j], end, &is);
      k->lanes->choose_codes(t, all[j], t, &is, end);
    }
  }
  k->lanes->zero_absent_codes(k->t->code, k->t->present, k->n);
  return SAMPAN_OK;
}

int32_t sp_kernel_to_number(const sp_kernel *k) {
  enum { NO_NUMBER = 1, A_NUMBER };
  sp_column *t = k->t;
  sp_memo *m = NULL;
  if (k->a->type == SAMPAN_TEXT) {
    const sp_dictionary *d = k->a->dictionary;
    SP_TRY(memo_of(k, 0, 1, &m));
    for (; m->n < d->n; m->n++) {
      const char *text = d->text[m->n];
      double x = 0;
      const int is = sp_parse_number(text, strlen(text), &x) == 0;
      m->of[m->n] = is ? A_NUMBER : NO_NUMBER;
      m->number[m->n] = is ? x : 0;
    }
  }
  for (int64_t w = 0; w < sp_kernel_words(k); w++) {
    const int64_t end = k->n - w * 64 < 64 ? k->n - w * 64 : 64;
    double *x = t->number + w * 64;
    uint64_t present = k->a->present[w];
    if (m == NULL) {
      const uint64_t truth = k->a->truth[w] & present;
      for (int64_t i = 0; i < end; i++) x[i] = (double)(int)(truth >> i & 1);
    } else {
      const uint32_t *code = k->a->code + w * 64;
      uint64_t numbers = 0;
      for (int64_t i = 0; i < end; i++) {
        numbers |= (uint64_t)(m->of[code[i]] - NO_NUMBER) << i;
        x[i] = m->number[code[i]];
      }
      present &= numbers;
    }
    t->present[w] = present;
  }
  k->lanes->zero_absent(t->number, t->present, k->n);
  return SAMPAN_OK;
}

static uint32_t add_entry(void *data, const sp_number_text *number) {
  return sp_dictionary_add(data, number->text, number->n_bytes);
}

static int32_t numbers_to_text(const sp_kernel *k) {
  sp_kernel_state *s = k->state;
  if (s->numbers == NULL) {
    s->numbers = calloc(1, sizeof *s->numbers);
    if (s->numbers == NULL) return SAMPAN_E_MEMORY;
    SP_TRY(sp_numbers_init(s->numbers));
  }
  SP_TRY(sp_numbers_codes(s->numbers, k->a->number, k->a->present, k->n, k->t->code, add_entry,
                          k->t->dictionary));
  k->lanes->zero_absent_codes(k->t->code, k->t->present, k->n);
  return SAMPAN_OK;
}

int32_t sp_kernel_to_text(const sp_kernel *k) {
  sp_column *t = k->t;
  memcpy(t->present, k->a->present, (size_t)sp_kernel_words(k) * sizeof(uint64_t));
  if (k->a->type == SAMPAN_NUMBER) return numbers_to_text(k);
  for (int64_t i = 0; i < k->n; i++) {
    t->code[i] = 0;
    if (!sampan_bit(t->present, i)) continue;
    const int truth = sampan_bit(k->a->truth, i);
    t->code[i] = sp_dictionary_add(t->dictionary, truth ? "true" : "false", truth ? 4 : 5);
    if (t->code[i] == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}
