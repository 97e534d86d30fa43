/* What the annex and the manifest say of designs: one plan for each kind, in both languages. */
#include <math.h>

#include "annex/document.h"
#include "annex/evaluate.h"
#include "base/quantile.h"
#include "plan_file.h"

static const sp_run_options options = {.language = "en",
                                       .data_folder = SAMPAN_SOURCE_DIR "/datasets/standards"};

/* Two strata of two PSUs of two schools of two pupils; four replicates. */
static void write_data(const char *folder) {
  char text[4096] = "h,p,s,c,n1,n2,n3,f1,w,r1,r2,r3,r4,sex,area,x,y\n";
  for (int i = 0; i < 16; i++) {
    const int h = i / 8, p = i / 4 % 2, s = i / 2 % 2;
    char line[160];
    snprintf(line, sizeof line, "%d,%d,%d,%d,10,4,50,0.2,%d,%d,%d,%d,%d,%c,%c,%d,%d\n", h + 1,
             p + 1, s + 1, i + 1, 10 + i, 20 * (1 - p), 20 * p, 20 * ((h + p) % 2),
             20 * ((h + p + 1) % 2), i % 2 ? 'F' : 'M', i % 3 ? 'u' : 'r', i % 5, i % 7 < 3);
    strcat(text, line);
  }
  plan_write(folder, "data.csv", text);
}

static sp_registry *open_registry(void) {
  static const char *const folders[] = {SAMPAN_TEST_PLUGIN_DIR};
  static const int32_t must_exist[] = {1};
  sampan_error error;
  sp_registry *registry;
  sp_error_clear(&error);
  sp_quantile_setup();
  cr_assert_eq(sp_registry_open(folders, must_exist, 1, &registry, &error), 0, "%s", error.message);
  return registry;
}

typedef struct annex {
  sp_registry *registry;
  sp_programme *programme;
  sp_evaluation *evaluation;
  sp_arena *arena;
} annex;

/* The annex of a programme whose one plan has this design (and what follows it). */
static void make(annex *a, const char *design) {
  char folder[64], path[128], plan[2048];
  sampan_error error;
  memset(a, 0, sizeof *a);
  a->registry = open_registry();
  a->arena = sp_arena_new(0);
  plan_folder(folder);
  write_data(folder);
  snprintf(plan, sizeof plan,
           "sampan: 1\ndata: {file: data.csv}\n"
           "labels: {sex: {label: {en: Sex, zh: 性别}, values: {F: {en: women, zh: 女}}}}\n%s",
           design);
  if (strstr(design, "indicators:") == NULL)
    strcat(plan, "indicators: {y: {estimator: prevalence, of: y == 1}}\n");
  plan_write(folder, "plan.yaml", plan);
  plan_write(folder, "programme.yaml",
             "sampan_programme: 1\nannex: {title: T}\nplans: {survey: plan.yaml}\n"
             "groups:\n  - number: 1\n    label: All\n    goals:\n"
             "      - {number: 1.1, label: y, target: {op: \">\", value: 0},\n"
             "         current: {plan: survey, indicator: y}}\n");
  snprintf(path, sizeof path, "%s/programme.yaml", folder);
  sp_error_clear(&error);
  int32_t status = sp_programme_read(path, &a->programme, &error);
  cr_assert_eq(status, 0, "%s\n%s: %s", design, error.message, error.hint);
  status = sp_evaluate(a->programme, a->registry, &options, &a->evaluation, &error);
  cr_assert_eq(status, 0, "%s\n%s: %s", design, error.message, error.hint);
  plan_remove(folder, "data.csv");
  plan_remove(folder, "plan.yaml");
  plan_remove(folder, "programme.yaml");
  cr_assert_eq(rmdir(folder), 0);
}

static void unmake(annex *a) {
  sp_evaluation_free(a->evaluation);
  sp_programme_free(a->programme);
  sp_registry_free(a->registry);
  sp_arena_free(a->arena);
}

/* All facts of the annex, one a line: "name: text". */
static const char *facts_of(annex *a, const char *language) {
  const sampan_document *d;
  sampan_error error;
  const char *text = "";
  sp_error_clear(&error);
  cr_assert_eq(sp_document_build(a->evaluation, NULL, language, a->arena, &d, &error), 0, "%s",
               error.message);
  for (uint32_t i = 0; i < d->n_blocks; i++) {
    const sampan_facts_block *facts = d->blocks[i].content;
    for (uint32_t k = 0; d->blocks[i].kind == SAMPAN_BLOCK_FACTS && k < facts->n_facts; k++) {
      text = sp_arena_printf(a->arena, "%s\n%s: ", text, facts->facts[k].name);
      for (uint32_t r = 0; r < facts->facts[k].text.n_runs; r++)
        text = sp_arena_printf(a->arena, "%s%s", text, facts->facts[k].text.runs[r].text);
    }
  }
  return text;
}

enum { MOST = 9 };

typedef struct expectation {
  const char *design;
  const char *en[MOST], *zh[MOST], *manifest[MOST], *not_en[MOST];
} expectation;

static void check(const expectation *e) {
  annex a;
  make(&a, e->design);
  const char *en = facts_of(&a, "en"), *zh = facts_of(&a, "zh");
  const char *manifest = a.evaluation->outcomes[0]->results.manifest;
  for (int i = 0; i < MOST; i++) {
    if (e->en[i] != NULL) cr_expect(strstr(en, e->en[i]), "no '%s' in%s", e->en[i], en);
    if (e->zh[i] != NULL) cr_expect(strstr(zh, e->zh[i]), "no '%s' in%s", e->zh[i], zh);
    if (e->manifest[i] != NULL)
      cr_expect(strstr(manifest, e->manifest[i]), "no '%s' in %s", e->manifest[i], manifest);
    if (e->not_en[i] != NULL)
      cr_expect(strstr(en, e->not_en[i]) == NULL, "'%s' in%s", e->not_en[i], en);
  }
  unmake(&a);
}

/* ---- Taylor --------------------------------------------------------------------------------- */

Test(annex_design, one_stage) {
  static const expectation e = {
      "design: {strata: h, psu: p, weight: w, df: design, deff: wr}\n",
      .en = {"Strata: h. Primary sampling unit: p. Weight: w. No finite population correction.",
             "as sampled with replacement at the first stage",
             "A stratum with one PSU would be an error", "PSUs less strata of the whole design.",
             "Design effects: Against a simple random sample of the same size, drawn with "
             "replacement.",
             "2 strata, 4 PSUs in all waves; 2 degrees of freedom"},
      .zh = {"分层变量：h；初级抽样单位：p；权重：w。不作有限总体校正。", "第一阶段视为有放回",
             "全设计的初级抽样单位数减层数。", "与同样大小的有放回简单随机样本相比。"},
      .manifest = {"\"stages\":1,", "\"fpc\":\"none\"", "\"deff\":\"wr\"", "\"df\":2,",
                   "\"reads\":1,"},
      .not_en = {"Known totals", "Stage 2", "Reads of the files", "nan"}};
  check(&e);
}

Test(annex_design, three_stages) {
  static const expectation e = {
      "design: {strata: h, psu: p, weight: w, fpc: n1, lonely: average, lonely_in_domain: yes,\n"
      "  stages: [{unit: s, fpc: n2}, {strata: sex, fpc: n3}]}\n",
      .en = {"Finite population correction by the number of units in the stratum: n1. Stage 2: "
             "unit s, strata within the unit above: none. Finite population correction by the "
             "number of units in the stratum: n2. Stage 3: unit the record, strata within the unit "
             "above: sex.",
             "with the finite population correction. The variance within units is added for stages "
             "2 to 3, each times the shares drawn above it.",
             "gets the mean variance of the others (average). The same holds for a stratum with "
             "one PSU of the group.",
             "drawn without replacement."},
      .zh = {"层内单位总数：n1。第 2 阶段：单位 s，上级单位内分层：不分层。",
             "另加第 2 至第 3 阶段单位内的方差", "（average）。该人群在某层只占一个"},
      .manifest = {"\"stages\":3,\"stages_in_variance\":3,", "\"fpc\":\"population\"",
                   "\"lonely_in_domain\":true", "\"lonely_psu\":\"average\""},
      .not_en = {"with replacement at the first stage", "have no part of their own"}};
  check(&e);
}

Test(annex_design, a_stage_that_the_variance_leaves) {
  static const expectation e = {
      "design: {strata: h, psu: p, weight: w, fpc: f1, fpc_is: fraction, stages: [{unit: s}]}\n",
      .en = {"correction by the share of units drawn: f1.", "Stages after stage 1 have no part"},
      .zh = {"层内抽样比：f1。", "第 1 阶段以后各阶段不单独计算方差"},
      .manifest = {"\"stages\":2,\"stages_in_variance\":1,", "\"fpc\":\"fraction\""}};
  check(&e);
}

/* ---- replicates ----------------------------------------------------------------------------- */

Test(annex_design, replicate_weights_of_the_data) {
  static const expectation e = {
      "design: {weight: w, df: design, replicates: {type: Fay, weights: r1..r4, rho: 0.5}}\n",
      .en = {"Replicate weights of the data stand for strata, PSUs", "full sample: w.",
             "4 replicate weights of type Fay. Fay's factor: 0.5. Variance: the squared deviations "
             "of the replicates' estimates from their mean, each times 1, added up.",
             "Rank of the replicate weights less 1, over all records.",
             "Design: 4 replicate weights; 2 degrees of freedom of the whole design."},
      .zh = {"由数据自带的重复权重体现分层", "4 组 Fay 型重复权重。Fay 系数：0.5。",
             "与其均值之差的平方，各乘以 1，再相加。", "全部记录的重复权重矩阵的秩减 1。",
             "4 组重复权重，全设计自由度 2。"},
      .manifest = {"\"replicates\":{\"type\":\"Fay\",\"made\":false,\"n\":4,\"rho\":0.5,"
                   "\"combined\":true,\"factor_min\":1,\"factor_max\":1,\"mse\":false,"
                   "\"df\":\"rank\",\"degf\":null}"},
      .not_en = {"Taylor", "A stratum with one PSU",
                 "strata, "
                 "4 PSUs"}};
  check(&e);
}

Test(annex_design, factors_scales_and_degf) {
  static const expectation e = {
      "design: {weight: w, replicates: {type: other, weights: [r1, r2, r3, r4], combined: no,\n"
      "  scale: 0.25, rscales: [1, 1, 0.5, 0.5], mse: yes, degf: 7}}\n",
      .en = {"They are factors of the full-sample weight.",
             "from the estimate of the full sample, each times a factor from 0.125 to 0.25",
             "Degrees of freedom: 7, as the plan says."},
      .zh = {"各组为全样本权重的乘数。", "与全样本估计值之差的平方，各乘以 0.125 至 0.25 的系数",
             "自由度: 7，由分析计划给定。"},
      .manifest = {"\"combined\":false,\"factor_min\":0.125,\"factor_max\":0.25,\"mse\":true,"
                   "\"df\":\"given\",\"degf\":7}"}};
  check(&e);
}

Test(annex_design, replicates_that_are_made) {
  static const expectation cases[] = {
      {"design: {strata: h, psu: p, weight: w, lonely: remove, make_replicates: {type: bootstrap,\n"
       "  n: 20, seed: 11}}\n",
       .en = {"Strata: h. Primary sampling unit: p.",
              "20 replicate weights of type bootstrap, made from strata and PSUs. Seed of the "
              "draws: 11.",
              "each times 0.05263157895", "adds no variance (remove)",
              "Rank of the replicate weights less 1, over the records of the group.",
              "Reads of the files: 2"},
       .zh = {"由层和初级抽样单位生成 20 组 bootstrap 型重复权重。抽取的随机种子：11。",
              "该人群记录的重复权重矩阵的秩减 1。", "读取遍数: 2 遍"},
       .manifest = {"\"type\":\"bootstrap\",\"made\":true,\"n\":20,\"seed\":11,", "\"reads\":2"}},
      {"design: {strata: h, psu: p, weight: w, df: infinite, stages: [{unit: s}],\n"
       "  make_replicates: {type: JKn, mse: yes}}\n",
       .en = {"4 replicate weights of type JKn, made from", "each times 0.5, added up",
              "Replicates leave whole PSUs out", "Infinite: the normal distribution.",
              "infinitely many degrees of freedom"},
       .zh = {"以整个初级抽样单位为单位抽舍", "无穷大，用正态分布。"},
       .manifest = {"\"mse\":true", "\"df\":null"}}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) check(&cases[i]);
}

/* ---- known totals --------------------------------------------------------------------------- */

Test(annex_design, known_totals) {
  static const expectation cases[] = {
      {"design: {strata: h, psu: p, weight: w,\n"
       "  poststratify: {by: sex, totals: {F: 150000, M: 140000}}}\n",
       .en = {"The weights are post-stratified by Sex. Totals: women = 150000, M = 140000. All 2 "
              "are met, to 1e\xe2\x88\x92"
              "12 of themselves at least.",
              "residuals from a regression on these variables over the whole sample",
              "Reads of the files: 2"},
       .zh = {"总体总量校准: 权重按 性别 事后分层。总量：女 = 150000、M = 140000。",
              "2 项总量全部达到", "回归用校准前的权重"},
       .manifest = {"\"calibration\":{\"kind\":\"poststratify\",\"distance\":\"linear\","
                    "\"variance_given\":false,\"totals\":2,\"totals_dependent\":0,\"misfit\":"}},
      {"design: {strata: h, psu: p, weight: w, rake: [\n"
       "  {by: sex, totals: {F: 100, M: 180}}, {by: [area], totals: {u: 200, r: 80}}]}\n",
       .en = {"raked to the margins of Sex, area.", "u = 200, r = 80. All 4 are met",
              "1 of them follows from the others."},
       .zh = {"权重按 性别、area 的边际总量作迭代比例调整。", "其中 1 项可由其他项推出。"},
       .manifest = {"\"kind\":\"rake\",\"distance\":\"raking\"", "\"totals_dependent\":1"}},
      {"design: {strata: h, psu: p, weight: w, make_replicates: {type: JKn},\n"
       "  calibrate: {distance: logit, bounds: [0.2, 4], variance: x + 1, totals: {'1': 290,\n"
       "    'sex == \"F\"': 150}}}\n",
       .en = {"calibrated with logit distance. The ratio of new to old weight stays between 0.2 "
              "and 4. The variance of a record counts as proportional to x + 1.",
              "1 = 290, sex == \"F\" = 150", "Every replicate is calibrated to the same totals"},
       .zh = {"权重经校准，距离函数：logit。新旧权重之比限于 0.2 至 4。记录的方差视为与 x + 1 "
              "成正比。",
              "各组重复权重分别校准到同一组总量。"},
       .manifest = {"\"distance\":\"logit\",\"ratio_min\":0.2,\"ratio_max\":4,\"variance_given\":"
                    "true,\"totals\":2"}},
      {"design: {weight: w, poststratify: {by: [sex, area],\n"
       "  totals: {F / u: 90, M / u: 70, F / r: 50, M / r: 40}}}\n",
       .en = {"post-stratified by Sex by area. Totals: F / u = 90"},
       .zh = {"按 性别×area 事后分层"}}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) check(&cases[i]);
}

/* ---- parameters and reads ------------------------------------------------------------------- */

Test(annex_design, parameters_of_the_plan) {
  static const expectation e = {
      "design: {strata: h, psu: p, weight: w}\n"
      "indicators: {y: {estimator: prevalence, of: y == 1, interval: {method: korn-graubard,\n"
      "  convention: r}}, other: {estimator: prevalence, of: y == 0}}\n",
      .en = {"Used for: y (convention: r)."}, .zh = {"用于：y（convention：r）。"},
      .not_en = {"y, other", "Used for: other"}};
  check(&e);
}

Test(annex_design, reads_of_a_regression) {
  annex a;
  make(&a,
       "design: {strata: h, psu: p, weight: w}\n"
       "indicators: {y: {estimator: regression, of: y, on: [x], family: binomial}}\n");
  const sp_design_facts *d = &a.evaluation->outcomes[0]->design;
  cr_expect_gt(d->n_reads, 2, "%u", d->n_reads);
  char text[64];
  snprintf(text, sizeof text, "Reads of the files: %u:", d->n_reads);
  cr_expect(strstr(facts_of(&a, "en"), text));
  snprintf(text, sizeof text, "\"reads\":%u,", d->n_reads);
  cr_expect(strstr(a.evaluation->outcomes[0]->results.manifest, text));
  unmake(&a);
}
