/* kernels.c - what the operations do. Absent values are kept at 0, so that no result depends on
 * what lay in a record that has none. */
#include "records/kernels.h"

#include <math.h>

#include "base/text.h"

/* Keeps the promise of column.h after an arithmetic loop: not finite is missing, missing is 0. */
static void settle(sp_column *t, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    if (!isfinite(t->number[i])) sampan_set_bit(t->present, i, 0);
    if (!sampan_bit(t->present, i)) t->number[i] = 0;
  }
}

static void both_present(sp_column *t, const sp_column *a, const sp_column *b, int64_t n) {
  for (int64_t w = 0; w < sampan_words(n); w++) t->present[w] = a->present[w] & b->present[w];
}

#define SP_LOOP(expression)                                    \
  for (int64_t i = 0; i < n; i++) t->number[i] = (expression); \
  break

static void binary(int32_t op, sp_column *t, const sp_column *a, const sp_column *b, int64_t n) {
  const double *x = a->number, *y = b->number;
  both_present(t, a, b, n);
  switch (op) {
    case SP_OP_ADD:
      SP_LOOP(x[i] + y[i]);
    case SP_OP_SUB:
      SP_LOOP(x[i] - y[i]);
    case SP_OP_MUL:
      SP_LOOP(x[i] * y[i]);
    case SP_OP_DIV:
      SP_LOOP(x[i] / y[i]);
    default:
      SP_LOOP(pow(x[i], y[i]));
  }
  settle(t, n);
}

/* Half away from zero at a decimal; the scaled value is nudged by its own rounding error, so that
 * 1.005 rounds as a person reads it. */
static double round_decimal(double x, double scale) {
  const double scaled = x * scale;
  if (!(fabs(scaled) < 4503599627370496.0)) return x;       /* 2^52: no fraction to round */
  if (!(fabs(scaled) < 1e14)) return round(scaled) / scale; /* the nudge would reach a digit */
  const double away = round(scaled + copysign(fabs(scaled) * 4e-16, scaled));
  return away / scale;
}

static void unary(const sp_operation *op, sp_column *t, const sp_column *a, int64_t n) {
  const double *x = a->number;
  memcpy(t->present, a->present, (size_t)sampan_words(n) * sizeof(uint64_t));
  const double scale = op->op == SP_OP_ROUND ? pow(10, op->constants[0]) : 1;
  switch (op->op) {
    case SP_OP_NEG:
      SP_LOOP(-x[i]);
    case SP_OP_ABS:
      SP_LOOP(fabs(x[i]));
    case SP_OP_FLOOR:
      SP_LOOP(floor(x[i]));
    case SP_OP_CEIL:
      SP_LOOP(ceil(x[i]));
    case SP_OP_SQRT:
      SP_LOOP(sqrt(x[i]));
    case SP_OP_LOG:
      SP_LOOP(log(x[i]));
    case SP_OP_EXP:
      SP_LOOP(exp(x[i]));
    default:
      SP_LOOP(round_decimal(x[i], scale));
  }
  settle(t, n);
}

#define SP_PACK_LOOP(condition)                            \
  for (int64_t w = 0; w < sampan_words(n); w++) {          \
    uint64_t word = 0;                                     \
    const int64_t end = n - w * 64 < 64 ? n - w * 64 : 64; \
    for (int64_t k = 0; k < end; k++) {                    \
      const int64_t i = w * 64 + k;                        \
      word |= (uint64_t)(condition) << k;                  \
    }                                                      \
    t->truth[w] = word & t->present[w];                    \
  }                                                        \
  break

static void compare_numbers(int32_t op, sp_column *t, const sp_column *a, const sp_column *b,
                            int64_t n) {
  const double *x = a->number, *y = b->number;
  switch (op) {
    case SP_OP_EQ:
      SP_PACK_LOOP(x[i] == y[i]);
    case SP_OP_NE:
      SP_PACK_LOOP(x[i] != y[i]);
    case SP_OP_LESS:
      SP_PACK_LOOP(x[i] < y[i]);
    default:
      SP_PACK_LOOP(x[i] <= y[i]);
  }
}

static void compare_texts(int32_t op, sp_column *t, const sp_column *a, const sp_column *b,
                          int64_t n) {
  const int want = op == SP_OP_EQ;
  for (int64_t i = 0; i < n; i++) {
    int equal = 0;
    if (sampan_bit(t->present, i)) {
      equal = strcmp(a->dictionary->text[a->code[i]], b->dictionary->text[b->code[i]]) == 0;
    }
    sampan_set_bit(t->truth, i, equal == want && sampan_bit(t->present, i));
  }
}

static void compare(int32_t op, sp_column *t, const sp_column *a, const sp_column *b, int64_t n) {
  both_present(t, a, b, n);
  if (a->type == SAMPAN_TEXT) {
    compare_texts(op, t, a, b, n);
  } else if (a->type == SAMPAN_TRUTH) {
    const uint64_t flip = op == SP_OP_EQ ? ~UINT64_C(0) : 0;
    for (int64_t w = 0; w < sampan_words(n); w++) {
      t->truth[w] = (a->truth[w] ^ b->truth[w] ^ flip) & t->present[w];
    }
  } else {
    compare_numbers(op, t, a, b, n);
  }
}

/* Kleene's logic: what is known of one side may settle the whole. */
static void logic(int32_t op, sp_column *t, const sp_column *a, const sp_column *b, int64_t n) {
  for (int64_t w = 0; w < sampan_words(n); w++) {
    const uint64_t pa = a->present[w], ta = a->truth[w] & pa;
    if (op == SP_OP_NOT) {
      t->present[w] = pa;
      t->truth[w] = pa & ~ta;
      continue;
    }
    const uint64_t pb = b->present[w], tb = b->truth[w] & pb;
    if (op == SP_OP_AND) {
      t->present[w] = (pa & pb) | (pa & ~ta) | (pb & ~tb);
      t->truth[w] = ta & tb;
    } else {
      t->present[w] = (pa & pb) | ta | tb;
      t->truth[w] = ta | tb;
    }
  }
}

static void in_list(const sp_operation *op, sp_column *t, const sp_column *a, int64_t n) {
  const size_t bytes = (size_t)sampan_words(n) * sizeof(uint64_t);
  memcpy(t->present, a->present, bytes);
  memset(t->truth, 0, bytes);
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(a->present, i)) continue;
    int found = 0;
    if (a->type == SAMPAN_TEXT) {
      const char *text = a->dictionary->text[a->code[i]];
      for (uint32_t k = 0; k < op->n_texts && !found; k++) {
        found = op->op == SP_OP_STARTS_WITH ? strncmp(text, op->texts[k], strlen(op->texts[k])) == 0
                                            : strcmp(text, op->texts[k]) == 0;
      }
    } else {
      for (uint32_t k = 0; k < op->n_constants && !found; k++) {
        found = a->number[i] == op->constants[k];
      }
    }
    sampan_set_bit(t->truth, i, found);
  }
}

/* Copies value i of a into t, across dictionaries. */
static int32_t copy_value(sp_column *t, const sp_column *a, int64_t i) {
  const int present = sampan_bit(a->present, i);
  sampan_set_bit(t->present, i, present);
  switch (t->type) {
    case SAMPAN_NUMBER:
      t->number[i] = present ? a->number[i] : 0;
      break;
    case SAMPAN_TRUTH:
      sampan_set_bit(t->truth, i, present && sampan_bit(a->truth, i));
      break;
    default:
      t->code[i] = 0;
      if (present) {
        const char *text = a->dictionary->text[a->code[i]];
        t->code[i] = sp_dictionary_add(t->dictionary, text, strlen(text));
        if (t->code[i] == SP_MAP_NONE) return SAMPAN_E_MEMORY;
      }
  }
  return SAMPAN_OK;
}

static void set_absent(sp_column *t, int64_t i) {
  sampan_set_bit(t->present, i, 0);
  if (t->number != NULL) t->number[i] = 0;
  if (t->code != NULL) t->code[i] = 0;
  if (t->truth != NULL) sampan_set_bit(t->truth, i, 0);
}

static int32_t choose(const sp_operation *op, sp_column *columns, sp_column *t, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const sp_column *from = NULL;
    if (op->op == SP_OP_IF) {
      const sp_column *c = &columns[op->arguments[0]];
      if (sampan_bit(c->present, i)) {
        from = &columns[op->arguments[sampan_bit(c->truth, i) ? 1 : 2]];
      }
    } else {
      for (uint32_t k = 0; k < op->n_arguments && from == NULL; k++) {
        const sp_column *a = &columns[op->arguments[k]];
        if (sampan_bit(a->present, i)) from = a;
      }
    }
    if (from == NULL) {
      set_absent(t, i);
    } else {
      SP_TRY(copy_value(t, from, i));
    }
  }
  return SAMPAN_OK;
}

/* Over the arguments of each record: missing if any is, except for the count, which counts what is
 * present (of truths: what is true). */
static void across(const sp_operation *op, const sp_column *columns, sp_column *t, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    double sum = 0, low = HUGE_VAL, high = -HUGE_VAL;
    uint32_t n_present = 0, n_counted = 0;
    for (uint32_t k = 0; k < op->n_arguments; k++) {
      const sp_column *a = &columns[op->arguments[k]];
      if (!sampan_bit(a->present, i)) continue;
      n_present++;
      n_counted += a->type != SAMPAN_TRUTH || sampan_bit(a->truth, i);
      if (a->type != SAMPAN_NUMBER) continue;
      sum += a->number[i];
      low = fmin(low, a->number[i]);
      high = fmax(high, a->number[i]);
    }
    const int whole = n_present == op->n_arguments;
    sampan_set_bit(t->present, i, whole || op->op == SP_OP_COUNT);
    switch (op->op) {
      case SP_OP_SUM:
        t->number[i] = sum;
        break;
      case SP_OP_MEAN:
        t->number[i] = sum / op->n_arguments;
        break;
      case SP_OP_MINIMUM:
        t->number[i] = low;
        break;
      case SP_OP_MAXIMUM:
        t->number[i] = high;
        break;
      default:
        t->number[i] = n_counted;
    }
  }
  settle(t, n);
}

static int32_t cut(const sp_operation *op, sp_column *t, const sp_column *a, int64_t n) {
  uint32_t code[257];
  for (uint32_t k = 0; k < op->n_texts; k++) {
    code[k] = sp_dictionary_add(t->dictionary, op->texts[k], strlen(op->texts[k]));
    if (code[k] == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  memcpy(t->present, a->present, (size_t)sampan_words(n) * sizeof(uint64_t));
  for (int64_t i = 0; i < n; i++) {
    uint32_t k = 0;
    while (k < op->n_constants && a->number[i] >= op->constants[k]) k++;
    t->code[i] = sampan_bit(a->present, i) ? code[k] : 0;
  }
  return SAMPAN_OK;
}

static int32_t convert(const sp_operation *op, sp_column *t, const sp_column *a, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    set_absent(t, i);
    if (!sampan_bit(a->present, i)) continue;
    if (op->op == SP_OP_TO_NUMBER) {
      double x = a->type == SAMPAN_TRUTH ? sampan_bit(a->truth, i) : 0;
      if (a->type == SAMPAN_TEXT) {
        const char *text = a->dictionary->text[a->code[i]];
        if (sp_parse_number(text, strlen(text), &x) != 0) continue;
      }
      t->number[i] = x;
    } else {
      char text[32];
      int32_t length;
      if (a->type == SAMPAN_TRUTH) {
        length = snprintf(text, sizeof text, "%s", sampan_bit(a->truth, i) ? "true" : "false");
      } else {
        length = sp_format_number(a->number[i] == 0 ? 0 : a->number[i], text); /* no "-0" */
      }
      t->code[i] = sp_dictionary_add(t->dictionary, text, (uint64_t)length);
      if (t->code[i] == SP_MAP_NONE) return SAMPAN_E_MEMORY;
    }
    sampan_set_bit(t->present, i, 1);
  }
  return SAMPAN_OK;
}

static int32_t constant(const sp_operation *op, sp_column *t, int64_t n) {
  const int present = op->n_constants + op->n_texts > 0;
  const size_t bytes = (size_t)sampan_words(n) * sizeof(uint64_t);
  memset(t->present, present ? 0xff : 0, bytes);
  uint32_t code = 0;
  if (t->type == SAMPAN_TEXT && present) {
    code = sp_dictionary_add(t->dictionary, op->texts[0], strlen(op->texts[0]));
    if (code == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  const double x = present && op->n_constants > 0 ? op->constants[0] : 0;
  if (t->type == SAMPAN_TRUTH) memset(t->truth, x != 0 ? 0xff : 0, bytes);
  for (int64_t i = 0; i < n; i++) {
    if (t->type == SAMPAN_NUMBER) t->number[i] = x;
    if (t->type == SAMPAN_TEXT) t->code[i] = code;
  }
  return SAMPAN_OK;
}

static void is_missing(const sp_operation *op, sp_column *t, const sp_column *a, int64_t n) {
  memset(t->present, 0xff, (size_t)sampan_words(n) * sizeof(uint64_t));
  for (int64_t w = 0; w < sampan_words(n); w++) t->truth[w] = ~a->present[w];
  if (op->n_texts == 0) return;
  for (int64_t i = 0; i < n; i++) {
    const int same = a->reason != NULL && a->reason[i] == (uint8_t)op->texts[0][0];
    sampan_set_bit(t->truth, i, same && !sampan_bit(a->present, i));
  }
}

int32_t sp_kernel_run(const sp_operation *op, sp_column *columns, int64_t n) {
  sp_column *t = &columns[op->target];
  const sp_column *a = op->n_arguments > 0 ? &columns[op->arguments[0]] : NULL;
  const sp_column *b = op->n_arguments > 1 ? &columns[op->arguments[1]] : NULL;
  switch (op->op) {
    case SP_OP_ADD:
    case SP_OP_SUB:
    case SP_OP_MUL:
    case SP_OP_DIV:
    case SP_OP_POW:
      binary(op->op, t, a, b, n);
      return SAMPAN_OK;
    case SP_OP_EQ:
    case SP_OP_NE:
    case SP_OP_LESS:
    case SP_OP_LESS_EQUAL:
      compare(op->op, t, a, b, n);
      return SAMPAN_OK;
    case SP_OP_AND:
    case SP_OP_OR:
    case SP_OP_NOT:
      logic(op->op, t, a, b, n);
      return SAMPAN_OK;
    case SP_OP_IN:
    case SP_OP_STARTS_WITH:
      in_list(op, t, a, n);
      return SAMPAN_OK;
    case SP_OP_IF:
    case SP_OP_COALESCE:
      return choose(op, columns, t, n);
    case SP_OP_SUM:
    case SP_OP_MEAN:
    case SP_OP_MINIMUM:
    case SP_OP_MAXIMUM:
    case SP_OP_COUNT:
      across(op, columns, t, n);
      return SAMPAN_OK;
    case SP_OP_CUT:
      return cut(op, t, a, n);
    case SP_OP_TO_NUMBER:
    case SP_OP_TO_TEXT:
      return convert(op, t, a, n);
    case SP_OP_CONSTANT:
      return constant(op, t, n);
    case SP_OP_IS_MISSING:
      is_missing(op, t, a, n);
      return SAMPAN_OK;
    default:
      unary(op, t, a, n);
      return SAMPAN_OK;
  }
}
