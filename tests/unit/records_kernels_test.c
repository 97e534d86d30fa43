/* records_kernels_test.c - each operation, in every variant of the lanes, against one record at a
 * time. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "records/kernels.h"

enum { CAPACITY = 320, ROUNDS = 24, N_COLUMNS = 12 };

/* Columns 0 to 2 are numbers, 3 to 5 truths, 6 and 7 texts, 8 a constant number, 9 a constant text;
 * 10 is a constant number that is absent. 11 is the target. */
enum { X = 0, P = 3, S = 6, ONE = 8, TEXT = 9, NONE = 10, TARGET = 11 };

typedef struct value {
  int present;
  double number; /* of a truth: 0 or 1 */
  char text[40];
} value;

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static const int32_t types[N_COLUMNS - 1] = {
    SAMPAN_NUMBER, SAMPAN_NUMBER, SAMPAN_NUMBER, SAMPAN_TRUTH, SAMPAN_TRUTH, SAMPAN_TRUTH,
    SAMPAN_TEXT,   SAMPAN_TEXT,   SAMPAN_NUMBER, SAMPAN_TEXT,  SAMPAN_NUMBER};

typedef struct bench {
  sp_arena *arena;
  sp_column columns[N_COLUMNS];
  sp_dictionary dictionaries[N_COLUMNS];
  sp_kernel_state state;
  uint64_t random;
} bench;

static void make_column(bench *b, uint32_t i, int32_t type) {
  cr_assert(sp_column_init(&b->columns[i], "x", type, CAPACITY, 1, b->arena) == SAMPAN_OK);
  cr_assert(sp_dictionary_init(&b->dictionaries[i]) == SAMPAN_OK);
  cr_assert(sp_dictionary_add(&b->dictionaries[i], "", 0) == 0);
  b->columns[i].dictionary = type == SAMPAN_TEXT ? &b->dictionaries[i] : NULL;
}

static void set(sp_column *c, int64_t i, int present, double x, const char *text) {
  sampan_set_bit(c->present, i, present);
  if (c->number != NULL) c->number[i] = present ? x : 0;
  if (c->truth != NULL) sampan_set_bit(c->truth, i, present && x > 0);
  c->reason[i] = present ? 0 : 'a' + (uint8_t)(i % 3);
  if (c->code == NULL) return;
  c->code[i] = present ? sp_dictionary_add(c->dictionary, text, strlen(text)) : 0;
}

static void fill(bench *b, int round) {
  static const char *const texts[] = {"", "1", "1.5", "north", "nor", "-2e3", "south", "x1"};
  static const double numbers[] = {0.0, -0.0, 1, 2, 3, -1.5, 1e200, -1e200, 40, 65.5};
  for (uint32_t c = 0; c < N_COLUMNS - 1; c++) {
    for (int64_t i = 0; i < CAPACITY; i++) {
      const uint64_t r = next_random(&b->random);
      /* The last words of a column stay full, to take the ways of whole words. */
      const int present = i / 64 % 2 == 1 ? 1 : r % 5 != 0;
      const char *text = texts[r / 16 % (round < 3 ? 4 : 8)];
      const double x = types[c] == SAMPAN_TRUTH ? (double)(r / 16 % 2) : numbers[r / 16 % 10];
      if (c == ONE || c == TEXT || c == NONE) {
        set(&b->columns[c], i, c != NONE, 2, "north");
      } else {
        set(&b->columns[c], i, present, x, text);
      }
    }
  }
}

static value get(const sp_column *c, int64_t i) {
  value v;
  memset(&v, 0, sizeof v);
  v.present = sampan_bit(c->present, i);
  if (!v.present) return v;
  if (c->number != NULL) v.number = c->number[i];
  if (c->truth != NULL) v.number = sampan_bit(c->truth, i);
  if (c->code != NULL) snprintf(v.text, sizeof v.text, "%s", c->dictionary->text[c->code[i]]);
  return v;
}

static value number(int present, double x) {
  value v;
  memset(&v, 0, sizeof v);
  v.present = present && isfinite(x);
  v.number = v.present ? x : 0;
  return v;
}

static value expected_list(const sp_operation *op, const sp_column *a, value x) {
  int found = 0;
  for (uint32_t k = 0; k < op->n_constants; k++) found |= x.number == op->constants[k];
  for (uint32_t k = 0; k < op->n_texts; k++) {
    const size_t n = op->op == SP_OP_STARTS_WITH ? strlen(op->texts[k]) : sizeof x.text;
    found |= strncmp(x.text, op->texts[k], n) == 0;
  }
  (void)a;
  return number(x.present, found);
}

static value expected_across(const sp_operation *op, const bench *b, int64_t i) {
  double sum = 0, low = HUGE_VAL, high = -HUGE_VAL;
  uint32_t n_present = 0, n_counted = 0;
  for (uint32_t k = 0; k < op->n_arguments; k++) {
    const sp_column *c = &b->columns[op->arguments[k]];
    const value v = get(c, i);
    if (!v.present) continue;
    n_present++;
    n_counted += c->type != SAMPAN_TRUTH || v.number > 0;
    sum += v.number;
    low = v.number < low ? v.number : low; /* of 0 and -0 the first */
    high = v.number > high ? v.number : high;
  }
  const int whole = n_present == op->n_arguments;
  switch (op->op) {
    case SP_OP_SUM:
      return number(whole, sum);
    case SP_OP_MEAN:
      return number(whole, sum / op->n_arguments);
    case SP_OP_MINIMUM:
      return number(whole, low);
    case SP_OP_MAXIMUM:
      return number(whole, high);
    default:
      return number(1, n_counted);
  }
}

static value expected_compare(const sp_operation *op, const sp_column *c, value x, value y) {
  const int both = x.present && y.present;
  const int order = c->type == SAMPAN_TEXT ? strcmp(x.text, y.text)
                    : x.number < y.number  ? -1
                    : x.number > y.number  ? 1
                                           : 0;
  switch (op->op) {
    case SP_OP_EQ:
      return number(both, order == 0);
    case SP_OP_NE:
      return number(both, order != 0);
    case SP_OP_LESS:
      return number(both, order < 0);
    default:
      return number(both, order <= 0);
  }
}

static value expected_convert(const sp_operation *op, const sp_column *c, value x) {
  if (op->op == SP_OP_CUT) {
    uint32_t k = 0;
    while (k < op->n_constants && x.number >= op->constants[k]) k++;
    if (x.present) snprintf(x.text, sizeof x.text, "%s", op->texts[k]);
    x.number = 0;
  } else if (op->op == SP_OP_TO_TEXT) {
    if (x.present && c->type == SAMPAN_TRUTH) strcpy(x.text, x.number > 0 ? "true" : "false");
    if (x.present && c->type == SAMPAN_NUMBER) {
      sp_format_number(x.number == 0 ? 0 : x.number, x.text);
    }
    x.number = 0;
  } else if (c->type == SAMPAN_TEXT) {
    double parsed = 0;
    const int is = x.present && sp_parse_number(x.text, strlen(x.text), &parsed) == 0;
    return number(is, parsed);
  }
  return x;
}

static value expected(const sp_operation *op, const bench *b, int64_t i) {
  const sp_column *a = &b->columns[op->arguments[0]];
  const value x = get(a, i), y = op->n_arguments > 1 ? get(&b->columns[op->arguments[1]], i) : x;
  const int both = x.present && y.present;
  switch (op->op) {
    case SP_OP_ADD:
      return number(both, x.number + y.number);
    case SP_OP_SUB:
      return number(both, x.number - y.number);
    case SP_OP_MUL:
      return number(both, x.number * y.number);
    case SP_OP_DIV:
      return number(both, x.number / y.number);
    case SP_OP_POW:
      return number(both, pow(x.number, y.number));
    case SP_OP_NEG:
      return number(x.present, -x.number);
    case SP_OP_ABS:
      return number(x.present, fabs(x.number));
    case SP_OP_FLOOR:
      return number(x.present, floor(x.number));
    case SP_OP_CEIL:
      return number(x.present, ceil(x.number));
    case SP_OP_SQRT:
      return number(x.present, sqrt(x.number));
    case SP_OP_LOG:
      return number(x.present, log(x.number));
    case SP_OP_EXP:
      return number(x.present, exp(x.number));
    case SP_OP_ROUND:
      return number(x.present, fabs(x.number) < 1e14 ? round(x.number) : x.number);
    case SP_OP_AND:
      if ((x.present && x.number == 0) || (y.present && y.number == 0)) return number(1, 0);
      return number(both, 1);
    case SP_OP_OR:
      if (x.number > 0 || y.number > 0) return number(1, 1);
      return number(both, 0);
    case SP_OP_NOT:
      return number(x.present, x.number == 0);
    case SP_OP_IN:
    case SP_OP_STARTS_WITH:
      return expected_list(op, a, x);
    case SP_OP_IF:
      if (!x.present) return number(0, 0);
      return x.number > 0 ? y : get(&b->columns[op->arguments[2]], i);
    case SP_OP_COALESCE:
      if (x.present || y.present) return x.present ? x : y;
      return get(&b->columns[op->arguments[2]], i);
    case SP_OP_IS_MISSING:
      return number(1, !x.present && (op->n_texts == 0 || a->reason[i] == op->texts[0][0]));
    case SP_OP_SUM:
    case SP_OP_MEAN:
    case SP_OP_MINIMUM:
    case SP_OP_MAXIMUM:
    case SP_OP_COUNT:
      return expected_across(op, b, i);
    case SP_OP_CUT:
    case SP_OP_TO_NUMBER:
    case SP_OP_TO_TEXT:
      return expected_convert(op, a, x);
    default:
      return expected_compare(op, a, x, y);
  }
}

/* Runs an operation over batches of every length of tail; the texts of the target come in the order
 * in which records first have them. */
static void check(const sp_lanes *lanes, sp_operation op, int32_t type) {
  bench b = {.arena = sp_arena_new(0), .random = 88172645463325252U};
  uint32_t n_entries = 1;
  for (uint32_t c = 0; c < N_COLUMNS - 1; c++) make_column(&b, c, types[c]);
  make_column(&b, TARGET, type);
  b.columns[ONE].constant = b.columns[TEXT].constant = b.columns[NONE].constant = 1;
  op.target = TARGET;
  for (int round = 0; round < ROUNDS; round++) {
    const int64_t n = round % 2 == 0 ? CAPACITY : 1 + (int64_t)(next_random(&b.random) % CAPACITY);
    fill(&b, round);
    cr_assert(sp_kernel_run(&op, b.columns, lanes, &b.state, n) == SAMPAN_OK);
    const sp_column *t = &b.columns[TARGET];
    for (int64_t i = 0; i < n; i++) {
      const value is = get(t, i), should = expected(&op, &b, i);
      cr_assert(is.present == should.present, "%s: operation %d, record %d", lanes->name, op.op,
                (int)i);
      cr_assert(memcmp(&is.number, &should.number, sizeof is.number) == 0,
                "%s: operation %d, record %d: %g, not %g", lanes->name, op.op, (int)i, is.number,
                should.number);
      cr_assert_str_eq(is.text, should.text);
      if (t->number != NULL && !is.present) cr_assert(t->number[i] == 0 && !signbit(t->number[i]));
      if (t->truth != NULL && !is.present) cr_assert(!sampan_bit(t->truth, i));
      if (t->code == NULL) continue;
      if (!is.present) cr_assert(t->code[i] == 0);
      cr_assert(t->code[i] <= n_entries || op.op == SP_OP_CUT);
      if (t->code[i] == n_entries) n_entries++;
    }
  }
  sp_kernel_state_clear(&b.state);
  for (uint32_t c = 0; c < N_COLUMNS; c++) sp_dictionary_clear(&b.dictionaries[c]);
  sp_arena_free(b.arena);
}

#define SP_ARGUMENTS(...)                       \
  .arguments = (const uint32_t[]){__VA_ARGS__}, \
  .n_arguments = sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

static void check_all(const sp_lanes *lanes) {
  static const double values[] = {2, 65.5, -0.0};
  static const double breaks[] = {-1.5, 1, 2, 3, 40, 41, 42, 43, 44, 65.5, 70};
  static const char *const names[] = {"1", "nor"}, *const reason[] = {"b"};
  static const char *const labels[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
  for (int32_t op = SP_OP_ADD; op <= SP_OP_POW; op++) {
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(X, X + 1)}, SAMPAN_NUMBER);
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(X, ONE)}, SAMPAN_NUMBER);
  }
  for (int32_t op = SP_OP_NEG; op <= SP_OP_ROUND; op++) {
    check(lanes,
          (sp_operation){
              .op = op, SP_ARGUMENTS(X), .constants = &values[2], .n_constants = op == SP_OP_ROUND},
          SAMPAN_NUMBER);
  }
  for (int32_t op = SP_OP_EQ; op <= SP_OP_LESS_EQUAL; op++) {
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(X, X + 1)}, SAMPAN_TRUTH);
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(X, ONE)}, SAMPAN_TRUTH);
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(ONE, X)}, SAMPAN_TRUTH);
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(NONE, X)}, SAMPAN_TRUTH);
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(ONE, ONE)}, SAMPAN_TRUTH);
    if (op > SP_OP_NE) continue;
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(P, P + 1)}, SAMPAN_TRUTH);
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(S, S + 1)}, SAMPAN_TRUTH);
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(S, TEXT)}, SAMPAN_TRUTH);
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(TEXT, S)}, SAMPAN_TRUTH);
  }
  for (int32_t op = SP_OP_AND; op <= SP_OP_OR; op++) {
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(P, P + 1)}, SAMPAN_TRUTH);
  }
  check(lanes, (sp_operation){.op = SP_OP_NOT, SP_ARGUMENTS(P)}, SAMPAN_TRUTH);
  check(lanes,
        (sp_operation){.op = SP_OP_IN, SP_ARGUMENTS(X), .constants = values, .n_constants = 3},
        SAMPAN_TRUTH);
  check(lanes, (sp_operation){.op = SP_OP_IN, SP_ARGUMENTS(S), .texts = names, .n_texts = 2},
        SAMPAN_TRUTH);
  check(lanes,
        (sp_operation){.op = SP_OP_STARTS_WITH, SP_ARGUMENTS(S), .texts = names, .n_texts = 2},
        SAMPAN_TRUTH);
  check(lanes, (sp_operation){.op = SP_OP_IF, SP_ARGUMENTS(P, X, X + 1)}, SAMPAN_NUMBER);
  check(lanes, (sp_operation){.op = SP_OP_IF, SP_ARGUMENTS(P, X, NONE)}, SAMPAN_NUMBER);
  check(lanes, (sp_operation){.op = SP_OP_IF, SP_ARGUMENTS(P, P + 1, P + 2)}, SAMPAN_TRUTH);
  check(lanes, (sp_operation){.op = SP_OP_IF, SP_ARGUMENTS(P, S, S + 1)}, SAMPAN_TEXT);
  check(lanes, (sp_operation){.op = SP_OP_COALESCE, SP_ARGUMENTS(X, X + 1, X + 2)}, SAMPAN_NUMBER);
  check(lanes, (sp_operation){.op = SP_OP_COALESCE, SP_ARGUMENTS(P, P + 1, P + 2)}, SAMPAN_TRUTH);
  check(lanes, (sp_operation){.op = SP_OP_COALESCE, SP_ARGUMENTS(S, S + 1, S)}, SAMPAN_TEXT);
  for (uint32_t n = 0; n < 2; n++) {
    check(lanes,
          (sp_operation){.op = SP_OP_IS_MISSING, SP_ARGUMENTS(X), .texts = reason, .n_texts = n},
          SAMPAN_TRUTH);
  }
  for (int32_t op = SP_OP_SUM; op <= SP_OP_COUNT; op++) {
    check(lanes, (sp_operation){.op = op, SP_ARGUMENTS(X, X + 1, X + 2)}, SAMPAN_NUMBER);
  }
  check(lanes, (sp_operation){.op = SP_OP_COUNT, SP_ARGUMENTS(X, P, S)}, SAMPAN_NUMBER);
  for (uint32_t n = 3; n <= 11; n += 8) {
    check(lanes,
          (sp_operation){.op = SP_OP_CUT,
                         SP_ARGUMENTS(X),
                         .constants = breaks,
                         .n_constants = n,
                         .texts = labels,
                         .n_texts = n + 1},
          SAMPAN_TEXT);
  }
  check(lanes, (sp_operation){.op = SP_OP_TO_NUMBER, SP_ARGUMENTS(S)}, SAMPAN_NUMBER);
  check(lanes, (sp_operation){.op = SP_OP_TO_NUMBER, SP_ARGUMENTS(P)}, SAMPAN_NUMBER);
  check(lanes, (sp_operation){.op = SP_OP_TO_TEXT, SP_ARGUMENTS(X)}, SAMPAN_TEXT);
  check(lanes, (sp_operation){.op = SP_OP_TO_TEXT, SP_ARGUMENTS(P)}, SAMPAN_TEXT);
}

Test(records_kernels, operations_do_as_one_record_at_a_time) {
  for (int32_t v = SP_LANES_PORTABLE; v < SP_LANES_END; v++) {
    if (sp_lanes_of(v) != NULL) check_all(sp_lanes_of(v));
  }
}
