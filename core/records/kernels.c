/* kernels.c - what the operations do. Absent values are kept at 0, so that no result depends on
 * what lay in a record that has none. */
#include <math.h>

#include "records/kernels_internal.h"

/* Keeps the promise of column.h after an arithmetic loop: not finite is missing, missing is 0. */
static void settle(const sp_kernel *k) {
  enum { WORDS = 16 };
  for (int64_t w = 0; w < sp_kernel_words(k); w += WORDS) {
    const int64_t first = w * 64, n = k->n - first < WORDS * 64 ? k->n - first : WORDS * 64;
    uint64_t finite[WORDS];
    k->lanes->is_finite(k->t->number + first, n, finite);
    for (int64_t i = 0; i < sampan_words(n); i++) k->t->present[w + i] &= finite[i];
    k->lanes->zero_absent(k->t->number + first, k->t->present + w, n);
  }
}

static void both_present(const sp_kernel *k) {
  for (int64_t w = 0; w < sp_kernel_words(k); w++) {
    k->t->present[w] = k->a->present[w] & k->b->present[w];
  }
}

static void same_present(const sp_kernel *k) {
  memcpy(k->t->present, k->a->present, (size_t)sp_kernel_words(k) * sizeof(uint64_t));
}

#define SP_LOOP(expression)                            \
  for (int64_t i = 0; i < n; i++) t[i] = (expression); \
  break

/* Columns have room for whole words of records, and what is past the last may be anything: blocks
 * of a known length, which compilers make into vectors. */
#define SP_DEFINE_BLOCKS(name, expression)                                                        \
  static void name##_64(double *restrict t, const double *restrict x, const double *restrict y) { \
    for (int i = 0; i < 64; i++) t[i] = (expression);                                             \
  }                                                                                               \
  static void name(double *t, const double *x, const double *y, int64_t n) {                      \
    for (int64_t i = 0; i < n; i += 64) name##_64(t + i, x + i, y + i);                           \
  }

SP_DEFINE_BLOCKS(add, x[i] + y[i])
SP_DEFINE_BLOCKS(subtract, x[i] - y[i])
SP_DEFINE_BLOCKS(multiply, x[i] * y[i])
SP_DEFINE_BLOCKS(divide, x[i] / y[i])

/* The same with t as one side. */
#define SP_DEFINE_UPDATE(name, expression)                              \
  static void name##_64(double *restrict t, const double *restrict x) { \
    for (int i = 0; i < 64; i++) t[i] = (expression);                   \
  }                                                                     \
  static void name(double *t, const double *x, int64_t n) {             \
    for (int64_t i = 0; i < n; i += 64) name##_64(t + i, x + i);        \
  }

SP_DEFINE_UPDATE(add_to, t[i] + x[i])
SP_DEFINE_UPDATE(lower_to, x[i] < t[i] ? x[i] : t[i])
SP_DEFINE_UPDATE(raise_to, x[i] > t[i] ? x[i] : t[i])

static void binary(const sp_kernel *k) {
  const double *x = k->a->number, *y = k->b->number;
  double *t = k->t->number;
  const int64_t n = k->n;
  both_present(k);
  switch (k->op->op) {
    case SP_OP_ADD:
      add(t, x, y, n);
      break;
    case SP_OP_SUB:
      subtract(t, x, y, n);
      break;
    case SP_OP_MUL:
      multiply(t, x, y, n);
      break;
    case SP_OP_DIV:
      divide(t, x, y, n);
      break;
    default:
      SP_LOOP(pow(x[i], y[i]));
  }
  settle(k);
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

static void unary(const sp_kernel *k) {
  const double *x = k->a->number;
  double *t = k->t->number;
  const int64_t n = k->n;
  same_present(k);
  const double scale = k->op->op == SP_OP_ROUND ? pow(10, k->op->constants[0]) : 1;
  switch (k->op->op) {
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
  settle(k);
}

static void compare_numbers(const sp_kernel *k) {
  static const int32_t forward[] = {SP_IS_EQ, SP_IS_NE, SP_IS_LT, SP_IS_LE};
  static const int32_t backward[] = {SP_IS_EQ, SP_IS_NE, SP_IS_GT, SP_IS_GE};
  const int32_t which = k->op->op - SP_OP_EQ;
  const double *x = k->a->number, *y = k->b->number;
  uint64_t *out = k->t->truth;
  if (k->b->constant) {
    k->lanes->compare_one(forward[which], x, y[0], k->n, out);
  } else if (k->a->constant) {
    k->lanes->compare_one(backward[which], y, x[0], k->n, out);
  } else {
    k->lanes->compare(forward[which], x, y, k->n, out);
  }
  for (int64_t w = 0; w < sp_kernel_words(k); w++) out[w] &= k->t->present[w];
}

static int32_t compare(const sp_kernel *k) {
  both_present(k);
  if (k->a->type == SAMPAN_TEXT) return sp_kernel_compare_texts(k);
  if (k->a->type == SAMPAN_NUMBER) {
    compare_numbers(k);
    return SAMPAN_OK;
  }
  const uint64_t flip = k->op->op == SP_OP_EQ ? ~UINT64_C(0) : 0;
  for (int64_t w = 0; w < sp_kernel_words(k); w++) {
    k->t->truth[w] = (k->a->truth[w] ^ k->b->truth[w] ^ flip) & k->t->present[w];
  }
  return SAMPAN_OK;
}

/* Kleene's logic: what is known of one side may settle the whole. */
static void logic(const sp_kernel *k) {
  sp_column *t = k->t;
  for (int64_t w = 0; w < sp_kernel_words(k); w++) {
    const uint64_t pa = k->a->present[w], ta = k->a->truth[w] & pa;
    if (k->op->op == SP_OP_NOT) {
      t->present[w] = pa;
      t->truth[w] = pa & ~ta;
      continue;
    }
    const uint64_t pb = k->b->present[w], tb = k->b->truth[w] & pb;
    if (k->op->op == SP_OP_AND) {
      t->present[w] = (pa & pb) | (pa & ~ta) | (pb & ~tb);
      t->truth[w] = ta & tb;
    } else {
      t->present[w] = (pa & pb) | ta | tb;
      t->truth[w] = ta | tb;
    }
  }
}

static int32_t in_list(const sp_kernel *k) {
  same_present(k);
  if (k->a->type == SAMPAN_TEXT) return sp_kernel_in_texts(k);
  k->lanes->any_of(k->a->number, k->op->constants, k->op->n_constants, k->n, k->t->truth);
  for (int64_t w = 0; w < sp_kernel_words(k); w++) k->t->truth[w] &= k->t->present[w];
  return SAMPAN_OK;
}

/* t takes a where the mask has a bit, else b, both with what is absent of them. */
static void choose_between(const sp_kernel *k, const sp_column *a, const sp_column *b,
                           const uint64_t *mask) {
  sp_column *t = k->t;
  if (t->type == SAMPAN_NUMBER) k->lanes->choose(t->number, a->number, b->number, mask, k->n);
  for (int64_t w = 0; w < sp_kernel_words(k); w++) {
    const uint64_t m = mask[w]; /* which may be t's own */
    if (t->type == SAMPAN_TRUTH) t->truth[w] = (a->truth[w] & m) | (b->truth[w] & ~m);
    t->present[w] = (a->present[w] & m) | (b->present[w] & ~m);
  }
}

static int32_t choose(const sp_kernel *k) {
  sp_column *t = k->t;
  if (t->type == SAMPAN_TEXT) return sp_kernel_choose_texts(k);
  if (k->op->op == SP_OP_IF) {
    choose_between(k, k->b, sp_kernel_argument(k, 2), k->a->truth);
    for (int64_t w = 0; w < sp_kernel_words(k); w++) t->present[w] &= k->a->present[w];
  } else {
    choose_between(k, k->a, k->a, k->a->present);
    for (uint32_t j = 1; j < k->op->n_arguments; j++) {
      choose_between(k, t, sp_kernel_argument(k, j), t->present);
    }
  }
  if (t->type == SAMPAN_NUMBER) k->lanes->zero_absent(t->number, t->present, k->n);
  for (int64_t w = 0; t->type == SAMPAN_TRUTH && w < sp_kernel_words(k); w++) {
    t->truth[w] &= t->present[w];
  }
  return SAMPAN_OK;
}

/* Adds one column to what across() gathers in t. Absent values are 0 and add nothing. */
static void gather(const sp_kernel *k, const sp_column *a) {
  double *t = k->t->number;
  const double *x = a->number;
  const int64_t n = k->n;
  switch (k->op->op) {
    case SP_OP_SUM:
    case SP_OP_MEAN:
      add_to(t, x, n);
      break;
    case SP_OP_MINIMUM:
      lower_to(t, x, n);
      break;
    case SP_OP_MAXIMUM:
      raise_to(t, x, n);
      break;
    default:
      for (int64_t w = 0; w < sp_kernel_words(k); w++) {
        const int64_t end = n - w * 64 < 64 ? n - w * 64 : 64;
        const uint64_t counted =
            a->type == SAMPAN_TRUTH ? a->present[w] & a->truth[w] : a->present[w];
        for (int64_t i = 0; i < end; i++) t[w * 64 + i] += (double)(int)(counted >> i & 1);
      }
  }
}

/* Over the arguments of each record: missing if any is, except for the count, which counts what is
 * present (of truths: what is true). */
static void across(const sp_kernel *k) {
  sp_column *t = k->t;
  const int32_t op = k->op->op;
  const double from = op == SP_OP_MINIMUM ? HUGE_VAL : op == SP_OP_MAXIMUM ? -HUGE_VAL : 0;
  memset(t->present, 0xff, (size_t)sp_kernel_words(k) * sizeof *t->present);
  for (int64_t i = 0; i < k->n; i++) t->number[i] = from;
  for (uint32_t j = 0; j < k->op->n_arguments; j++) {
    const sp_column *a = sp_kernel_argument(k, j);
    gather(k, a);
    if (op == SP_OP_COUNT) continue;
    for (int64_t w = 0; w < sp_kernel_words(k); w++) t->present[w] &= a->present[w];
  }
  if (op == SP_OP_MEAN) {
    for (int64_t i = 0; i < k->n; i++) t->number[i] /= k->op->n_arguments;
  }
  settle(k);
}

static int32_t constant(const sp_kernel *k) {
  const sp_operation *op = k->op;
  sp_column *t = k->t;
  const int present = op->n_constants + op->n_texts > 0;
  const size_t bytes = (size_t)sp_kernel_words(k) * sizeof(uint64_t);
  memset(t->present, present ? 0xff : 0, bytes);
  uint32_t code = 0;
  if (t->type == SAMPAN_TEXT && present) {
    code = sp_dictionary_add(t->dictionary, op->texts[0], strlen(op->texts[0]));
    if (code == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  const double x = present && op->n_constants > 0 ? op->constants[0] : 0;
  if (t->type == SAMPAN_TRUTH) memset(t->truth, x != 0 ? 0xff : 0, bytes);
  for (int64_t i = 0; i < k->n; i++) {
    if (t->type == SAMPAN_NUMBER) t->number[i] = x;
    if (t->type == SAMPAN_TEXT) t->code[i] = code;
  }
  return SAMPAN_OK;
}

static void is_missing(const sp_kernel *k) {
  sp_column *t = k->t;
  const sp_column *a = k->a;
  memset(t->present, 0xff, (size_t)sp_kernel_words(k) * sizeof(uint64_t));
  for (int64_t w = 0; w < sp_kernel_words(k); w++) {
    uint64_t word = ~UINT64_C(0);
    if (k->op->n_texts > 0) {
      const uint8_t reason = (uint8_t)k->op->texts[0][0];
      const int64_t end = k->n - w * 64 < 64 ? k->n - w * 64 : 64;
      word = 0;
      for (int64_t i = 0; a->reason != NULL && i < end; i++) {
        word |= (uint64_t)(a->reason[w * 64 + i] == reason) << i;
      }
    }
    t->truth[w] = word & ~a->present[w];
  }
}

int32_t sp_kernel_run(const sp_operation *op, sp_column *columns, const sp_lanes *lanes,
                      sp_kernel_state *state, int64_t n) {
  const sp_kernel kernel = {.op = op,
                            .columns = columns,
                            .t = &columns[op->target],
                            .a = op->n_arguments > 0 ? &columns[op->arguments[0]] : NULL,
                            .b = op->n_arguments > 1 ? &columns[op->arguments[1]] : NULL,
                            .lanes = lanes,
                            .state = state,
                            .n = n};
  const sp_kernel *k = &kernel;
  switch (op->op) {
    case SP_OP_ADD:
    case SP_OP_SUB:
    case SP_OP_MUL:
    case SP_OP_DIV:
    case SP_OP_POW:
      binary(k);
      return SAMPAN_OK;
    case SP_OP_EQ:
    case SP_OP_NE:
    case SP_OP_LESS:
    case SP_OP_LESS_EQUAL:
      return compare(k);
    case SP_OP_AND:
    case SP_OP_OR:
    case SP_OP_NOT:
      logic(k);
      return SAMPAN_OK;
    case SP_OP_IN:
    case SP_OP_STARTS_WITH:
      return in_list(k);
    case SP_OP_IF:
    case SP_OP_COALESCE:
      return choose(k);
    case SP_OP_SUM:
    case SP_OP_MEAN:
    case SP_OP_MINIMUM:
    case SP_OP_MAXIMUM:
    case SP_OP_COUNT:
      across(k);
      return SAMPAN_OK;
    case SP_OP_CUT:
      return sp_kernel_cut(k);
    case SP_OP_TO_NUMBER:
      return sp_kernel_to_number(k);
    case SP_OP_TO_TEXT:
      return sp_kernel_to_text(k);
    case SP_OP_CONSTANT:
      return constant(k);
    case SP_OP_IS_MISSING:
      is_missing(k);
      return SAMPAN_OK;
    default:
      unary(k);
      return SAMPAN_OK;
  }
}
