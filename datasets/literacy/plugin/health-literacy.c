/* health-literacy.c - the share of people who are health-literate, scored from their answers.
 *
 *   score = sum of the points of the items that are answered rightly
 *   literate: score >= cutoff * total points of the part
 *   p = T1 / T0,  T0 = sum w,  T1 = sum w [literate],  dp/dT = (-p, 1) / T0
 *
 * The rules are those of the Chinese health-literacy monitoring (居民健康素养监测); keys and points
 * come from a scoring map, so that another questionnaire needs another file and no new code.
 *
 * L1  The map has the columns item, type, key, points, aspect, domain. Judgement and single-choice
 *     items are right where the answer is the key, as a text.
 * L2  A multiple-choice item is right where the set of letters is the set of the key: their order,
 *     blanks, commas and repeats do not matter. A part of the set scores nothing.
 * L3  A wrong or missing answer scores 0.
 * L4  `part` is all, an aspect or a domain of the map: only its items score, against its own total.
 * L5  A record is in where any of the given items is answered; with none the person was not asked.
 * L6  Columns are matched to items by name. A column without an item is an error, and so is an item
 *     of the part without a column: the total would be one that nobody can reach.
 * L7  The cutoff is a decimal fraction: 0.55 of 100 points is 55, although 0.55 * 100 in binary is
 *     more. So 80 % of 66 points are 52.8, which is 53 points.
 * L8  No record, or no weight: not estimable.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SCORING, PARAM_PART, PARAM_CUTOFF };
enum { COL_ITEM, COL_TYPE, COL_KEY, COL_POINTS, COL_ASPECT, COL_DOMAIN, N_COLS };

static const char *const col_names[N_COLS] = {"item", "type", "key", "points", "aspect", "domain"};

static const sampan_param params[] = {
    {"scoring", SAMPAN_P_TABLE, SAMPAN_PARAM_REQUIRED, NULL, NULL, 1, 0,
     "the scoring map: item, type, key, points, aspect, domain",
     "评分表：题号、题型、答案、分值等"},
    {"part", SAMPAN_P_TEXT, 0, NULL, "all", 1, 0, "all, or an aspect or domain of the scoring map",
     "all 或评分表中的一个方面、一类问题"},
    {"cutoff", SAMPAN_P_NUMBER, 0, NULL, "0.8", 0, 1, "the share of the points that makes literate",
     "达到总分的这一比例即为具备素养"},
};

static const sampan_role roles[] = {{"items", SAMPAN_TEXT, SAMPAN_ROLE_MANY,
                                     "the answers, named as in the scoring map",
                                     "各题答案，列名与评分表一致"}};

static const sampan_component components[] = {{SAMPAN_ONE, 0}, {SAMPAN_BIT, SAMPAN_EVENTS}};

static const sampan_statistic statistics[] = {
    {.name = "prevalence", .unit = SAMPAN_UNIT_PROPORTION, .lower = 0, .upper = 1, .per = 1}};

/* What bind() finds out for each column. */
typedef struct item {
  const char *key;
  double points; /* 0: not of the part */
  uint64_t set;  /* the key's letters; 0: an item with one answer */
} item;

typedef struct scoring {
  double needed; /* score that makes literate */
  item items[];  /* one for each column */
} scoring;

/* The letters and digits of an answer as a set; 0 where it holds anything else. */
static uint64_t letters(const char *text) {
  uint64_t set = 0;
  for (; *text; text++) {
    if (*text == ' ' || *text == ',') continue;
    if (*text >= 'A' && *text <= 'Z')
      set |= UINT64_C(1) << (*text - 'A');
    else if (*text >= 'a' && *text <= 'z')
      set |= UINT64_C(1) << (26 + *text - 'a');
    else if (*text >= '0' && *text <= '9')
      set |= UINT64_C(1) << (52 + *text - '0');
    else
      return 0;
  }
  return set;
}

static int32_t refuse(const sampan_call *call, const char *parameter, const char *hint) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", parameter);
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
  }
  return SAMPAN_E_PLAN;
}

static const char *cell(const sampan_table *map, uint32_t row, uint32_t column) {
  return map->text[(uint64_t)row * map->n_columns + column];
}

static int32_t find_columns(const sampan_call *call, const sampan_table *map, uint32_t *cols) {
  for (uint32_t k = 0; k < N_COLS; k++) {
    cols[k] = 0;
    while (cols[k] < map->n_columns && strcmp(map->header[cols[k]], col_names[k]) != 0) cols[k]++;
    if (cols[k] < map->n_columns) continue;
    sampan_fail(call, SAMPAN_E_PLAN, "the scoring map `%s` has no column `%s`", map->name,
                col_names[k]);
    return refuse(call, "scoring", "its header is item,type,key,points,aspect,domain");
  }
  return SAMPAN_OK;
}

/* Reads row `row` of the map (L1, L4). */
static int32_t read_item(const sampan_call *call, const sampan_table *map, const uint32_t *cols,
                         uint32_t row, item *out) {
  const char *name = cell(map, row, cols[COL_ITEM]), *type = cell(map, row, cols[COL_TYPE]);
  const char *part = call->values[PARAM_PART].text;
  const int multiple = strcmp(type, "multiple") == 0;
  out->key = cell(map, row, cols[COL_KEY]);
  out->points = map->number[(uint64_t)row * map->n_columns + cols[COL_POINTS]];
  out->set = multiple ? letters(out->key) : 0;
  const char *wrong = NULL;
  if (!multiple && strcmp(type, "single") != 0 && strcmp(type, "judgement") != 0)
    wrong = "its type is not judgement, single or multiple";
  else if (multiple ? out->set == 0 : out->key[0] == '\0')
    wrong = "its key is no answer";
  else if (!isfinite(out->points) || out->points <= 0)
    wrong = "its points are not more than 0";
  for (uint32_t other = 0; !wrong && other < row; other++)
    if (strcmp(cell(map, other, cols[COL_ITEM]), name) == 0) wrong = "it is there twice";
  if (wrong) {
    sampan_fail(call, SAMPAN_E_PLAN, "item `%s` of the scoring map `%s`: %s", name, map->name,
                wrong);
    return refuse(call, "scoring", "");
  }
  if (strcmp(part, "all") != 0 && strcmp(part, cell(map, row, cols[COL_ASPECT])) != 0 &&
      strcmp(part, cell(map, row, cols[COL_DOMAIN])) != 0)
    out->points = 0;
  return SAMPAN_OK;
}

/* The column of an item, or n_columns; -1 where two columns have the name. */
static int64_t find_answers(const sampan_batch *columns, const char *name) {
  int64_t found = columns->n_columns;
  for (uint32_t j = 0; j < columns->n_columns; j++) {
    if (strcmp(columns->columns[j]->name, name) != 0) continue;
    if (found < columns->n_columns) return -1;
    found = j;
  }
  return found;
}

/* Every column has its item, and once (L6). */
static int32_t check_columns(const sampan_call *call, const sampan_batch *columns,
                             const scoring *s) {
  for (uint32_t j = 0; j < columns->n_columns; j++) {
    if (s->items[j].key) continue;
    sampan_fail(call, SAMPAN_E_PLAN, "column `%s` is no item of the scoring map `%s`",
                columns->columns[j]->name, call->values[PARAM_SCORING].table->name);
    return refuse(call, "items", "columns are named as the items of the map are");
  }
  return SAMPAN_OK;
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  const sampan_table *map = call->values[PARAM_SCORING].table;
  const char *part = call->values[PARAM_PART].text;
  uint32_t cols[N_COLS];
  double total = 0;
  scoring *s = call->host->alloc(call, sizeof *s + columns->n_columns * sizeof s->items[0]);
  if (!s) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  int32_t status = find_columns(call, map, cols);
  for (uint32_t row = 0; status == SAMPAN_OK && row < map->n_rows; row++) {
    const char *name = cell(map, row, cols[COL_ITEM]);
    item one;
    status = read_item(call, map, cols, row, &one);
    if (status < 0) return status;
    total += one.points;
    const int64_t column = find_answers(columns, name);
    if (column >= 0 && column < columns->n_columns) {
      s->items[column] = one;
    } else if (column < 0 || one.points > 0) {
      sampan_fail(call, SAMPAN_E_PLAN,
                  column < 0 ? "item `%s` is there twice" : "item `%s` has no column", name);
      return refuse(call, "items", "every item of the part needs its column, once");
    }
  }
  if (status == SAMPAN_OK) status = check_columns(call, columns, s);
  if (status < 0) return status;
  if (!(total > 0)) {
    sampan_fail(call, SAMPAN_E_PLAN, "the scoring map `%s` has no part `%s`", map->name, part);
    return refuse(call, "part", "it is all, or a name in its columns aspect and domain");
  }
  s->needed = call->values[PARAM_CUTOFF].number * total * (1 - 1e-12); /* L7 */
  out->n_components = 2;
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = 1;
  out->statistics = statistics;
  out->bound = s;
  return SAMPAN_OK;
}

/* Adds to each score the points of one item (L1, L2, L3). An answer is judged once a batch, not
 * once a record: its text is in the dictionary. */
static int32_t add_points(const sampan_call *call, const sampan_column *answers, const item *one,
                          int64_t n, double *score) {
  const uint32_t n_entries = answers->dictionary->n_entries;
  double *points = call->host->alloc(call, ((uint64_t)n_entries + 1) * sizeof *points);
  if (!points) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t e = 0; e < n_entries; e++) {
    const char *text = answers->dictionary->text[e];
    const int right = one->set ? letters(text) == one->set : strcmp(text, one->key) == 0;
    points[e] = right ? one->points : 0;
  }
  for (int64_t i = 0; i < n; i++)
    if (sampan_bit(answers->present, i)) score[i] += points[answers->code[i]];
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const scoring *s = shape->bound;
  const int64_t n = batch->n_records, n_words = sampan_words(n);
  double *score = call->host->alloc(call, ((uint64_t)n + 1) * sizeof *score);
  if (!score) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (int64_t w = 0; w < n_words; w++) out->in[w] = 0;
  for (uint32_t j = 0; j < batch->n_columns; j++) {
    const sampan_column *answers = batch->columns[j];
    for (int64_t w = 0; w < n_words; w++) out->in[w] |= answers->present[w]; /* L5 */
    if (s->items[j].points == 0) continue;
    const int32_t status = add_points(call, answers, &s->items[j], n, score);
    if (status < 0) return status;
  }
  call->host->pack_compare(score, n, 'g', s->needed, out->bits[1]);
  for (int64_t w = 0; w < n_words; w++) out->bits[1][w] &= out->in[w];
  return SAMPAN_OK;
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const double t0 = totals->total[0], n = (double)totals->n_records;
  (void)call;
  (void)shape;
  out->value[0] = out->element_variance[0] = NAN;
  out->gradient[0] = out->gradient[1] = 0;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (totals->n_records < 1 || !(t0 > 0)) return SAMPAN_OK; /* L8 */
  const double p = totals->total[1] / t0;
  out->value[0] = p;
  out->gradient[0] = -p / t0;
  out->gradient[1] = 1 / t0;
  if (n > 1) out->element_variance[0] = p * (1 - p) * n / (n - 1);
  out->status[0] = SAMPAN_ESTIMABLE;
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {.struct_size = sizeof ops,
                                         .n_roles = 1,
                                         .roles = roles,
                                         .bind = bind,
                                         .score = score,
                                         .value = value};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "health-literacy",
    .version = "1.0.0",
    .label_en = "Health literacy",
    .label_zh = "健康素养水平",
    .summary_en =
        "The weighted share of the persons whose score in the questionnaire, by its scoring "
        "map, reaches the cutoff; wrong and missing answers score 0.",
    .summary_zh = "按评分表计分，得分达到总分规定比例者的加权比例；答错或未答计 0 分。",
    .formula = "p = sum(w [score >= cutoff * total]) / sum(w)",
    .reference = "Chinese health-literacy monitoring (居民健康素养监测), scoring rules",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};

SAMPAN_MODULE("health-literacy", "GPL-3.0-or-later", &plugin);
