/* The example plugin datasets/literacy/plugin, linked into this program: requirements L1 to L8 on a
 * small map, and all ten parts on the synthetic survey of 2020, whose weighted shares were computed
 * apart from it. */
#include <criterion/criterion.h>
#include <math.h>
#include <sampan/plugin.h>
#include <stdlib.h>

#include "base/arena.h"
#include "host/context.h"

extern const sampan_module sampan_module_v1;

enum { MAX_ITEMS = 50, MAX_RECORDS = 1300, MAX_TEXTS = 64, MAX_FIELDS = 80, MAP_COLUMNS = 6 };

/* Answers by item and record; NULL is missing. Scored as a batch of all. */
typedef struct answers {
  uint32_t n_items;
  int64_t n;
  const char *name[MAX_ITEMS];
  const char *cell[MAX_ITEMS][MAX_RECORDS];
  double weight[MAX_RECORDS];
} answers;

typedef struct run {
  int32_t status, estimable;
  int64_t n, n_literate;
  double value;
  sampan_error error;
} run;

static const sampan_column *encode(const answers *a, uint32_t j, sp_arena *arena) {
  sampan_column *c = sp_arena_alloc(arena, sizeof *c);
  sampan_dictionary *d = sp_arena_alloc(arena, sizeof *d);
  const char **text = sp_arena_alloc(arena, MAX_TEXTS * sizeof *text);
  uint64_t *present = sp_arena_alloc(arena, (uint64_t)sampan_words(MAX_RECORDS) * 8);
  uint32_t *code = sp_arena_alloc(arena, MAX_RECORDS * sizeof *code);
  for (int64_t i = 0; i < a->n; i++) {
    uint32_t k = 0;
    if (!a->cell[j][i]) continue;
    while (k < d->n_entries && strcmp(text[k], a->cell[j][i]) != 0) k++;
    cr_assert_lt(k, MAX_TEXTS);
    if (k == d->n_entries) text[d->n_entries++] = a->cell[j][i];
    code[i] = k;
    sampan_set_bit(present, i, 1);
  }
  d->struct_size = sizeof *d;
  d->text = text;
  *c = (sampan_column){.struct_size = sizeof *c,
                       .type = SAMPAN_TEXT,
                       .present = present,
                       .code = code,
                       .dictionary = d,
                       .name = a->name[j]};
  return c;
}

static run literacy(const answers *a, const sampan_table *map, const char *part, double cutoff) {
  const sampan_plugin *plugin = sampan_module_v1.plugins[0];
  const sampan_estimator_ops *ops = plugin->ops;
  sp_arena *arena = sp_arena_new(0);
  sp_context context = {.arena = arena};
  run r = {.error = {.struct_size = sizeof r.error}};
  const sampan_value values[] = {
      {.struct_size = sizeof(sampan_value), .is_set = 1, .table = map},
      {.struct_size = sizeof(sampan_value), .is_set = 1, .text = part},
      {.struct_size = sizeof(sampan_value), .is_set = 1, .number = cutoff}};
  const sampan_call call = sp_host_call(&context, values, plugin->n_params, &r.error);
  const sampan_column *columns[MAX_ITEMS];
  static uint64_t in[MAX_RECORDS / 64 + 1], bits[MAX_RECORDS / 64 + 1];
  for (uint32_t j = 0; j < a->n_items; j++) columns[j] = encode(a, j, arena);
  const sampan_batch batch = {
      .struct_size = sizeof batch, .n_columns = a->n_items, .n_records = a->n, .columns = columns};
  sampan_shape shape = {.struct_size = sizeof shape};
  r.status = ops->bind(&call, &batch, &shape);
  if (r.status == SAMPAN_OK) {
    uint64_t *const p_bits[] = {NULL, bits};
    double *const p_numbers[] = {NULL, NULL};
    const sampan_scores scores = {.struct_size = sizeof scores,
                                  .n_components = 2,
                                  .in = in,
                                  .bits = p_bits,
                                  .numbers = p_numbers};
    memset(in, 0xa5, sizeof in);
    memset(bits, 0xa5, sizeof bits);
    cr_assert_eq(ops->score(&call, &shape, &batch, &scores), SAMPAN_OK);
    double total[2] = {0}, gradient[2], element_variance;
    for (int64_t i = 0; i < a->n; i++) {
      if (!sampan_bit(in, i)) continue;
      r.n++;
      r.n_literate += sampan_bit(bits, i);
      total[0] += a->weight[i];
      total[1] += a->weight[i] * sampan_bit(bits, i);
    }
    const int64_t count[] = {r.n, r.n_literate};
    const sampan_totals totals = {.struct_size = sizeof totals,
                                  .n_totals = 2,
                                  .total = total,
                                  .count = count,
                                  .n_records = r.n,
                                  .weight = total[0]};
    const sampan_estimates out = {.struct_size = sizeof out,
                                  .n_statistics = 1,
                                  .value = &r.value,
                                  .gradient = gradient,
                                  .element_variance = &element_variance,
                                  .status = &r.estimable};
    cr_assert_eq(ops->value(&call, &shape, &totals, &out), SAMPAN_OK);
    if (r.estimable == SAMPAN_ESTIMABLE) { /* g is homogeneous of degree 0 */
      cr_expect_float_eq(gradient[0] * total[0] + gradient[1] * total[1], 0, 1e-12);
    }
  }
  sp_arena_free(arena);
  return r;
}

static const char *const header[] = {"item", "type", "key", "points", "aspect", "domain"};

/* 1 + 1 + 2 points; the part "skills" is the two points of the last. */
static const char *const small_text[] = {"a1", "judgement", "1",   "1", "knowledge", "science",  //
                                         "a2", "single",    "C",   "1", "knowledge", "chronic",  //
                                         "a3", "multiple",  "ABD", "2", "skills",    "chronic"};
static const double small_number[] = {NAN, NAN, 1,   1,   NAN, NAN, NAN, NAN, NAN,
                                      1,   NAN, NAN, NAN, NAN, NAN, 2,   NAN, NAN};
static const sampan_table small = {.struct_size = sizeof small,
                                   .n_rows = 3,
                                   .n_columns = MAP_COLUMNS,
                                   .header = header,
                                   .text = small_text,
                                   .number = small_number,
                                   .name = "small"};

static answers one(const char *a1, const char *a2, const char *a3) {
  return (answers){
      .n_items = 3, .n = 1, .name = {"a1", "a2", "a3"}, .cell = {{a1}, {a2}, {a3}}, .weight = {1}};
}

/* 1 literate, 0 not, -1 not in. */
static int judged(const char *a1, const char *a2, const char *a3, const char *part, double cutoff) {
  const answers a = one(a1, a2, a3);
  const run r = literacy(&a, &small, part, cutoff);
  cr_assert_eq(r.status, SAMPAN_OK, "%s", r.error.message);
  return r.n == 0 ? -1 : (int)r.n_literate;
}

Test(health_literacy, scores_by_type) {
  cr_expect_eq(judged("1", "C", "ABD", "all", 1), 1);
  cr_expect_eq(judged("1", "C", "AB", "all", 0.6), 0, "L2: a part of the set scores nothing");
  cr_expect_eq(judged("1", "C", "ABCD", "all", 0.6), 0, "L2: more than the set, too");
  cr_expect_eq(judged("1", "C", "D,B A", "all", 1), 1, "L2: order and blanks do not matter");
  cr_expect_eq(judged("1", "C", "AB?D", "all", 0.6), 0);
  cr_expect_eq(judged("1", "CC", "ABD", "all", 1), 0, "L1: one answer is compared as a text");
  cr_expect_eq(judged("01", "C", "ABD", "all", 1), 0, "L1: and so is a number");
}

Test(health_literacy, missing_answers) {
  cr_expect_eq(judged(NULL, "C", "ABD", "all", 0.75), 1, "L3");
  cr_expect_eq(judged(NULL, "C", "ABD", "all", 0.8), 0, "L3");
  cr_expect_eq(judged(NULL, NULL, NULL, "all", 0), -1, "L5");
  cr_expect_eq(judged("2", NULL, NULL, "skills", 0.8), 0, "L5: any item counts");
  const answers a = one(NULL, NULL, NULL);
  cr_expect_eq(literacy(&a, &small, "all", 0.8).estimable, SAMPAN_NOT_ESTIMABLE, "L8");
}

Test(health_literacy, parts) {
  cr_expect_eq(judged("2", "A", "ABD", "skills", 1), 1);
  cr_expect_eq(judged("1", "C", "A", "knowledge", 1), 1);
  cr_expect_eq(judged("2", "C", "ABD", "chronic", 1), 1);
  answers a = one("1", "C", "ABD");
  const run none = literacy(&a, &small, "chronical", 0.8);
  cr_expect_eq(none.status, SAMPAN_E_PLAN);
  cr_expect_str_eq(none.error.parameter, "part");
  a.name[1] = "b2";
  cr_expect_eq(literacy(&a, &small, "all", 0.8).status, SAMPAN_E_PLAN, "L6: no column for a2");
  const run stranger = literacy(&a, &small, "skills", 0.8);
  cr_expect_eq(stranger.status, SAMPAN_E_PLAN, "L6: no item for b2");
  cr_expect(strstr(stranger.error.message, "b2") != NULL);
  a.name[1] = "a1";
  cr_expect_eq(literacy(&a, &small, "skills", 0.8).status, SAMPAN_E_PLAN, "L6: a1 twice");
}

/* L7: 0.55 * 100 is 55.000000000000007. */
Test(health_literacy, cutoff_is_decimal) {
  const char *const text[] = {"a1", "single", "A", "55", "x", "y",
                              "a2", "single", "B", "45", "x", "y"};
  const double number[] = {NAN, NAN, NAN, 55, NAN, NAN, NAN, NAN, NAN, 45, NAN, NAN};
  const sampan_table map = {.struct_size = sizeof map,
                            .n_rows = 2,
                            .n_columns = MAP_COLUMNS,
                            .header = header,
                            .text = text,
                            .number = number,
                            .name = "hundred"};
  answers a = one("A", "C", NULL);
  a.n_items = 2;
  cr_assert_gt(0.55 * 100, 55);
  cr_expect_eq(literacy(&a, &map, "all", 0.55).n_literate, 1);
  cr_expect_eq(literacy(&a, &map, "all", 0.5501).n_literate, 0);
}

Test(health_literacy, refuses_broken_maps) {
  static const struct {
    uint32_t cell;
    const char *text;
  } broken[] = {{1, "choice"}, {2, ""}, {14, "A-D"}, {6, "a1"}};
  const answers a = one("1", "C", "ABD");
  for (size_t k = 0; k < sizeof broken / sizeof broken[0]; k++) {
    const char *text[18];
    sampan_table map = small;
    memcpy(text, small_text, sizeof text);
    text[broken[k].cell] = broken[k].text;
    map.text = text;
    const run r = literacy(&a, &map, "all", 0.8);
    cr_expect_eq(r.status, SAMPAN_E_PLAN, "case %zu", k);
    cr_expect_str_eq(r.error.parameter, "scoring");
  }
  double number[18];
  sampan_table map = small;
  memcpy(number, small_number, sizeof number);
  number[3] = NAN;
  map.number = number;
  cr_expect_eq(literacy(&a, &map, "all", 0.8).status, SAMPAN_E_PLAN, "points");
  map = small;
  map.n_columns = 1;
  cr_expect_eq(literacy(&a, &map, "all", 0.8).status, SAMPAN_E_PLAN, "L1: columns");
}

/* ---- the synthetic survey ----------------------------------------------------------------- */

/* Splits a line of a file without quotes in place. */
static uint32_t split(char *line, char **field) {
  uint32_t n = 0;
  line[strcspn(line, "\r\n")] = '\0';
  for (char *at = line; at; n++) {
    cr_assert_lt(n, MAX_FIELDS);
    field[n] = at;
    at = strchr(at, ',');
    if (at) *at++ = '\0';
  }
  return n;
}

static uint32_t column_of(char **names, uint32_t n, const char *name) {
  for (uint32_t j = 0; j < n; j++)
    if (strcmp(names[j], name) == 0) return j;
  cr_assert_fail("no column %s", name);
  return 0;
}

static char *keep_line(FILE *f) {
  char line[4096];
  return fgets(line, sizeof line, f) ? strdup(line) : NULL;
}

Test(health_literacy, synthetic_survey_2020) {
  static const char *map_text[MAX_ITEMS * MAP_COLUMNS];
  static double map_number[MAX_ITEMS * MAP_COLUMNS];
  static answers a;
  char *names[MAX_FIELDS], *field[MAX_FIELDS], *line;
  FILE *f = fopen(SAMPAN_SOURCE_DIR "/datasets/literacy/scoring_2020_synthetic.csv", "r");
  cr_assert_not_null(f);
  split(keep_line(f), names);
  for (a.n_items = 0; (line = keep_line(f)) != NULL; a.n_items++) {
    cr_assert_eq(split(line, field), MAP_COLUMNS);
    for (uint32_t k = 0; k < MAP_COLUMNS; k++) {
      map_text[a.n_items * MAP_COLUMNS + k] = field[k];
      map_number[a.n_items * MAP_COLUMNS + k] = k == 3 ? atof(field[k]) : NAN;
    }
    a.name[a.n_items] = field[0];
  }
  fclose(f);
  const sampan_table map = {.struct_size = sizeof map,
                            .n_rows = a.n_items,
                            .n_columns = MAP_COLUMNS,
                            .header = header,
                            .text = map_text,
                            .number = map_number,
                            .name = "scoring_2020_synthetic"};
  f = fopen(SAMPAN_SOURCE_DIR "/datasets/lianyun/survey_2020.csv", "r");
  cr_assert_not_null(f);
  const uint32_t n_names = split(keep_line(f), names);
  const uint32_t weight = column_of(names, n_names, "weight");
  while ((line = keep_line(f)) != NULL) {
    split(line, field);
    a.weight[a.n] = atof(field[weight]);
    for (uint32_t j = 0; j < a.n_items; j++) {
      const char *text = field[column_of(names, n_names, a.name[j])];
      a.cell[j][a.n] = text[0] ? text : NULL;
    }
    a.n++;
  }
  fclose(f);
  cr_assert_eq(a.n, 1282);

  static const struct {
    const char *part;
    int64_t n_literate;
    double value;
  } expected[] = {{"all", 220, 0.1896208902},         {"behaviour", 155, 0.1306309309},
                  {"knowledge", 249, 0.2152597900},   {"skills", 537, 0.4500701735},
                  {"chronic", 257, 0.2164926499},     {"infectious", 377, 0.3174277441},
                  {"information", 184, 0.1493313661}, {"medical", 144, 0.1279990811},
                  {"safety", 532, 0.4413895491},      {"science", 469, 0.3955584607}};
  for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++) {
    const run r = literacy(&a, &map, expected[k].part, 0.8);
    cr_assert_eq(r.status, SAMPAN_OK, "%s", r.error.message);
    cr_expect_eq(r.n, 1251, "the 31 records out of scope have no answers");
    cr_expect_eq(r.n_literate, expected[k].n_literate, "%s", expected[k].part);
    cr_expect_float_eq(r.value, expected[k].value, 1e-10, "%s", expected[k].part);
  }
}
