#include "annex_document_sample.h"

#include <math.h>

/* ---- plans ----------------------------------------------------------------------------------- */

#define LABEL(e, z) \
  { .en = (e), .zh = (z) }

static const sp_value_label sexes[] = {{"1", LABEL("men", "男")}, {"2", LABEL("women", "女")}};
static const sp_column_label labels[] = {
    {.column = "sex", .label = LABEL("Sex", "性别"), .values = sexes, .n_values = 2}};
static const sp_indicator indicators[] = {
    {.name = "literacy",
     .label = LABEL("Health literacy", "居民健康素养水平"),
     .definition_version = "2015"},
    {.name = "smoking", .label = LABEL("Smoking", "成人吸烟率")}};
static const sp_expr stratum = {.kind = SP_EXPR_NAME, .text = "stratum"};
static const sp_expr psu = {.kind = SP_EXPR_NAME, .text = "psu"};
static const sp_expr weight = {.kind = SP_EXPR_NAME, .text = "weight"};
static const sp_expr age = {.kind = SP_EXPR_NAME, .text = "age"};
static const sp_expr fifteen = {.kind = SP_EXPR_NUMBER, .text = "15", .number = 15};
static sp_expr *const at_least_args[] = {(sp_expr *)(uintptr_t)&age,
                                         (sp_expr *)(uintptr_t)&fifteen};
static const sp_expr at_least = {
    .kind = SP_EXPR_CALL, .text = ">=", .args = (sp_expr **)(uintptr_t)at_least_args, .n_args = 2};
static const sp_expr *const strata[] = {&stratum};
static const sp_expr *const psus[] = {&psu};
static sp_plan survey = {.file = "/home/office/plans/survey.yaml",
                         .digest = "aa",
                         .kind = SP_KIND_SURVEY,
                         .title = LABEL("Residents' survey", "居民调查"),
                         .level = 0.95,
                         .period = "year",
                         .domain = &at_least,
                         .labels = labels,
                         .n_labels = 1,
                         .indicators = indicators,
                         .n_indicators = 2,
                         .design = {.given = 1,
                                    .lonely = SP_LONELY_FAIL,
                                    .strata = strata,
                                    .n_strata = 1,
                                    .psu = psus,
                                    .n_psu = 1,
                                    .weight = &weight,
                                    .lonely_name = "fail",
                                    .df_name = "domain"}};
static sp_plan registers = {.file = "registers.yaml",
                            .digest = "bb",
                            .kind = SP_KIND_REGISTER,
                            .title = LABEL("Registers", "部门登记")};
static sp_plan tasks = {.file = "tasks.yaml",
                        .digest = "cc",
                        .kind = SP_KIND_CHECKLIST,
                        .title = LABEL("Tasks", "任务清单")};
static const sp_programme_plan plans[] = {
    {"survey", &survey}, {"registers", &registers}, {"tasks", &tasks}};

/* ---- the outcome of the survey ----------------------------------------------------------------
 */

static const sampan_statistic share = {
    .name = "prevalence", .unit = SAMPAN_UNIT_PROPORTION, .lower = 0, .upper = 1, .per = 1};
static const char *const by_sex[] = {"sex"};
static const char *const by_age[] = {"age_group"};
static const char *const values[] = {"1", "2", "15-24", "5-14", "65-69"};

#define ESTIMATE(i, v, l, h, records)                                                           \
  .indicator = (i), .period = "2021", .about = &share, .n = (records), .n_positive = (records), \
  .n_events = (records) / 4, .value = (v), .std_error = 0.016, .df = 24, .level = 0.95,         \
  .low = (l), .high = (h), .n_psu = 30, .interval = "korn-graubard", .why = ""
#define BY(names, k) .by = (names), .values = &values[k], .n_by = 1
#define SECRET(words)                                                                             \
  .status = SAMPAN_STATUS_SUPPRESSED, .flags = (words), .n = SAMPLE_SECRET_N,                     \
  .n_positive = SAMPLE_SECRET_N, .value = SAMPLE_SECRET_SHARE, .low = SAMPLE_SECRET_SHARE - 0.01, \
  .high = SAMPLE_SECRET_SHARE + 0.01

static const sp_estimate estimates[] = {
    {ESTIMATE(0, 0.25, 0.219, 0.283, 1260), .flags = ""},
    {ESTIMATE(0, 0.257, 0.214, 0.304, 662), .flags = "", BY(by_sex, 1)},
    {ESTIMATE(0, 0.243, 0.199, 0.292, 598), .flags = "", BY(by_sex, 0)},
    {ESTIMATE(0, 0.318, 0.227, 0.42, 168), .flags = "", BY(by_age, 2)},
    {.indicator = 0,
     .period = "2021",
     .about = &share,
     .why = "",
     BY(by_age, 3),
     SECRET("confidential")},
    {.indicator = 0, .period = "2021", .about = &share, .why = "", BY(by_age, 4), SECRET("Px")},
    {ESTIMATE(1, 0.266, 0.234, 0.3, 1204), .flags = ""},
    {.indicator = 1, .period = "2021", .about = &share, .why = "", SECRET("Px")},
};

static const sampan_plugin prevalence = {.struct_size = sizeof prevalence,
                                         .kind = SAMPAN_ESTIMATOR,
                                         .name = "prevalence",
                                         .version = "1.0.0",
                                         .label_en = "Prevalence",
                                         .label_zh = "比例",
                                         .summary_en = "The weighted share.",
                                         .summary_zh = "加权比例。",
                                         .formula = "p = sum(w y) / sum(w)",
                                         .reference = "Cochran 1977"};
static const sampan_plugin korn = {.struct_size = sizeof korn,
                                   .kind = SAMPAN_INTERVAL,
                                   .name = "korn-graubard",
                                   .version = "1.0.0",
                                   .label_en = "Korn-Graubard",
                                   .label_zh = "Korn-Graubard 法",
                                   .summary_en = "The exact binomial interval.",
                                   .summary_zh = "二项分布精确区间。",
                                   .formula = "B",
                                   .reference = "Korn and Graubard 1998"};
static const sampan_plugin *const estimators[] = {&prevalence, &prevalence};
static const sampan_plugin *const intervals[] = {&korn, &korn};
static const char *const periods[] = {"2020", "2021"};
static const int64_t n_read[] = {1282, 1272}, n_kept[] = {1251, 1234};
static const sp_use_count uses[] = {{1251, 3}, {1234, 0}, {1234, 12}, {1217, 9}};
static const sp_drop_count drops[] = {{LABEL("age outside 15 to 69", "年龄不在 15–69 岁"), 36},
                                      {LABEL("not a resident", "非常住居民"), 33}};
static const sp_file_fact files[] = {{.file = "survey_2021.csv",
                                      .source = "csv",
                                      .digest = "0123456789abcdef",
                                      .proven = 0,
                                      .n_bytes = 1000,
                                      .n_records = 1272,
                                      .n_unmatched = -1},
                                     {.file = "/srv/data/side.csv",
                                      .source = "csv",
                                      .digest = "89abcdef",
                                      .proven = 1,
                                      .n_bytes = 10,
                                      .n_records = 9,
                                      .n_unmatched = 2}};
static sp_outcome outcome = {
    .plan = &survey,
    .n_read = 2554,
    .n_kept = 2485,
    .drops = drops,
    .n_drops = 2,
    .n_periods = 2,
    .periods = periods,
    .n_read_by_period = n_read,
    .n_kept_by_period = n_kept,
    .uses = uses,
    .n_strata = 12,
    .n_psu = 60,
    .design = {.df = 48, .factor_low = NAN, .factor_high = NAN, .misfit = NAN, .n_reads = 1},
    .weight_sum = 243998,
    .weight_min = 12.5,
    .weight_max = 1041,
    .weight_cv = 0.4832,
    .estimates = estimates,
    .n_estimates = sizeof estimates / sizeof estimates[0],
    .n_files = 2,
    .files = files,
    .estimators = estimators,
    .intervals = intervals,
    .results = {.manifest = "{\"engine\":\"sampan\"}"}};

/* ---- goals ------------------------------------------------------------------------------------
 */

static const sp_target up_a_fifth = {.kind = SP_TARGET_BASELINE, .op = SP_TARGET_GE, .value = 1.2};
static const sp_target above_province = {
    .kind = SP_TARGET_COMPARATOR, .op = SP_TARGET_GT, .comparator = "province"};
static const sp_target *const literacy_parts[] = {&up_a_fifth, &above_province};
static const sp_target literacy_target = {
    .kind = SP_TARGET_ANY, .parts = literacy_parts, .n_parts = 2};
static const sp_target down_a_fifth = {
    .kind = SP_TARGET_BASELINE, .op = SP_TARGET_LE, .value = 0.8};
static const sp_target above_baseline = {
    .kind = SP_TARGET_BASELINE, .op = SP_TARGET_GT, .value = 1};
static const sp_target no_target = {
    .kind = SP_TARGET_NONE,
    .text = LABEL("meets the national standard", "达到国家学生体质健康标准")};
static const sp_target at_least_30 = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.3};
static const sp_target at_least_50 = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.5};
static const sp_target at_least_100 = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 100};
static const sp_target staff_target = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 1.75};
static const sp_comparator province[] = {{"province", LABEL("the province", "全省"), {.given = 1}}};
static const char *const by[] = {"sex", "age_group"};

#define GOAL(no, e, z, k, d, t)                                                        \
  .number = (no), .label = LABEL(e, z), .kind = (k), .direction = (d), .decimals = -1, \
  .target = &(t)
#define COMPARED .comparators = province, .n_comparators = 1
static const sp_goal goals[SAMPLE_N_GOALS] = {
    {GOAL("1.1", "Health literacy", "居民健康素养水平", SP_KIND_SURVEY, 1, literacy_target),
     COMPARED, .current = {.given = 1, .plan = "survey", .indicator = "literacy", .period = "2021"},
     .by = by, .n_by = 2, .lead = LABEL("Health commission", "区卫健委"),
     .definition = LABEL("Score of 53 or more of 66.", "66 分中得 53 分及以上者的比例。")},
    {GOAL("1.2", "Smoking", "成人吸烟率", SP_KIND_SURVEY, -1, down_a_fifth), COMPARED,
     .current = {.given = 1, .plan = "survey", .indicator = "smoking", .period = "2021"},
     .lead = LABEL("Health commission", "区卫健委")},
    {GOAL("1.3", "Regular exercise", "经常参加体育锻炼率", SP_KIND_SURVEY, 1, above_baseline)},
    {GOAL("1.4", "Student physique", "学生体质健康合格率", SP_KIND_SURVEY, 1, no_target)},
    {GOAL("1.5", "Rare habit", "少见行为", SP_KIND_SURVEY, -1, at_least_30)},
    {GOAL("2.1", "Healthy communities", "健康社区比例", SP_KIND_REGISTER, 1, at_least_30)},
    {GOAL("2.4", "Healthy agencies", "健康促进机关比例", SP_KIND_REGISTER, 1, at_least_50),
     .unit = LABEL("agency", "家"), .lead = LABEL("Agencies' committee", "区级机关工委")},
    {GOAL("2.7", "Model families", "示范健康家庭", SP_KIND_REGISTER, 1, at_least_100),
     .unit = LABEL("households", "户")},
    {GOAL("2.8", "Health-education staff", "健康教育专业人员配置率", SP_KIND_REGISTER, 1,
          staff_target),
     .unit = LABEL("persons/100 000", "人/10万")},
    {GOAL("3.1", "Commitment", "政府公开承诺", SP_KIND_CHECKLIST, 0, no_target)},
    {GOAL("3.2", "Impact review", "健康影响评价制度", SP_KIND_CHECKLIST, 0, no_target)},
    {GOAL("3.3", "Drinking water", "饮用水监测", SP_KIND_CHECKLIST, 0, no_target)},
    {GOAL("3.4", "Departments' plans", "部门配套实施方案", SP_KIND_CHECKLIST, 0, no_target)},
};
static const sp_goal_group groups[] = {
    {"1", LABEL("Healthy people", "健康人群"), &goals[SAMPLE_LITERACY], 5, 0},
    {"2", LABEL("Healthy places", "健康场所"), &goals[SAMPLE_COMMUNITY], 4, 0},
    {"3", LABEL("Organization", "组织管理"), &goals[SAMPLE_TASK_DONE], 4, 0}};

/* ---- findings ---------------------------------------------------------------------------------
 */

#define SAMPLED(v, se, l, h, e)                                                                  \
  {                                                                                              \
    .given = 1, .outcome = &outcome, .estimate = (e), .value = (v), .std_error = (se), .df = 24, \
    .low = (l), .high = (h), .numerator = NAN, .denominator = NAN, .n = 1260,                    \
    .unit = SAMPAN_UNIT_PROPORTION, .per = 1                                                     \
  }
#define COUNTED(v, a, b, u, p)                                                             \
  {                                                                                        \
    .given = 1, .is_full_count = 1, .value = (v), .df = HUGE_VAL, .low = (v), .high = (v), \
    .numerator = (a), .denominator = (b), .n = -1, .unit = (u), .per = (p)                 \
  }
#define NOTHING                                                                           \
  {                                                                                       \
    .value = NAN, .std_error = NAN, .df = NAN, .low = NAN, .high = NAN, .numerator = NAN, \
    .denominator = NAN, .n = -1, .per = 1                                                 \
  }
#define DIFF(v, se, l, h) \
  { .given = 1, .value = (v), .std_error = (se), .df = 48, .low = (l), .high = (h), .p = 0.1 }
#define NO_DIFF \
  { .value = NAN, .std_error = NAN, .df = NAN, .low = NAN, .high = NAN, .p = NAN }

static const sp_value literacy_province[] = {{.given = 1,
                                              .value = 0.261,
                                              .std_error = 0.006,
                                              .df = 72,
                                              .low = 0.249,
                                              .high = 0.273,
                                              .numerator = NAN,
                                              .denominator = NAN,
                                              .n = -1,
                                              .unit = SAMPAN_UNIT_PROPORTION,
                                              .per = 1}};
static const sp_value smoking_province[] = {{.given = 1,
                                             .value = 0.224,
                                             .std_error = 0.005,
                                             .df = 72,
                                             .low = 0.214,
                                             .high = 0.234,
                                             .numerator = NAN,
                                             .denominator = NAN,
                                             .n = -1,
                                             .unit = SAMPAN_UNIT_PROPORTION,
                                             .per = 1}};
static const sp_clause literacy_clauses[] = {{.target = &up_a_fifth,
                                              .threshold = 0.216,
                                              .gap = DIFF(0.034, 0.019, -0.003, 0.071),
                                              .point = SP_VERDICT_MET,
                                              .statistical = SP_VERDICT_UNDECIDED},
                                             {.target = &above_province,
                                              .threshold = 0.261,
                                              .gap = DIFF(-0.011, 0.016, -0.043, 0.021),
                                              .point = SP_VERDICT_NOT_MET,
                                              .statistical = SP_VERDICT_UNDECIDED}};
static const sp_check_item items[] = {
    {"a", "向社会公开承诺", "Public commitment", "1", "2020-08-31", "2020-08-26", "承诺书",
     "区政府办", 1, 0, NAN, 1},
    {"b", "", "", "2", "2021-01-31", "2021-03-12", "文件", "区卫健委", 1, 1, NAN, 2},
    {"c", "", "", "3", "2021-07-31", "2021-07-01", "", "生态环境局", 1, 0, NAN, 3},
    {"d", "", "", "2", "2021-01-31", "", "", "各部门", 0, 0, NAN, 4}};

#define TASK(i, k, v, status)                                                            \
  {                                                                                      \
    .goal = &goals[i], .group = &groups[2], .baseline = NOTHING, .current = NOTHING,     \
    .change = NO_DIFF, .clause = {.threshold = NAN, .gap = NO_DIFF}, .point = (v),       \
    .statistical = (v), .progress = SP_PROGRESS_NONE, .next_n = NAN, .next_factor = NAN, \
    .check = &items[k], .check_status = (status)                                         \
  }
#define REGISTER(i, base, now, gap_value, t, need, v)                             \
  {                                                                               \
    .goal = &goals[i], .group = &groups[1], .baseline = base, .current = now,     \
    .change = DIFF(0.3, 0, 0.3, 0.3),                                             \
    .clause = {.target = &(t),                                                    \
               .threshold = (need),                                               \
               .gap = DIFF(gap_value, 0, gap_value, gap_value),                   \
               .point = (v),                                                      \
               .statistical = (v)},                                               \
    .point = (v), .statistical = (v), .progress = SP_PROGRESS_MET, .next_n = NAN, \
    .next_factor = NAN                                                            \
  }

static const sp_finding findings[SAMPLE_N_GOALS] = {
    {.goal = &goals[SAMPLE_LITERACY],
     .group = &groups[0],
     .baseline = SAMPLED(0.18, 0.0095, 0.162, 0.2, NULL),
     .current = SAMPLED(0.25, 0.016, 0.219, 0.283, &estimates[0]),
     .comparators = literacy_province,
     .change = DIFF(0.07, 0.018, 0.035, 0.105),
     .clause = {.target = &literacy_target,
                .threshold = NAN,
                .gap = NO_DIFF,
                .point = SP_VERDICT_MET,
                .statistical = SP_VERDICT_UNDECIDED,
                .parts = literacy_clauses,
                .n_parts = 2},
     .point = SP_VERDICT_MET,
     .statistical = SP_VERDICT_UNDECIDED,
     .progress = SP_PROGRESS_MET,
     .differ = 1,
     .next = SP_NEXT_SIZE,
     .next_n = 2330,
     .next_factor = 1.849,
     .next_psu = 56,
     .detectable = 0.054,
     .next_clause = &literacy_clauses[0]},
    {.goal = &goals[SAMPLE_SMOKING],
     .group = &groups[0],
     .baseline = SAMPLED(0.274, 0.012, 0.251, 0.298, NULL),
     .current = SAMPLED(0.266, 0.017, 0.234, 0.3, &estimates[6]),
     .comparators = smoking_province,
     .change = DIFF(-0.008, 0.02, -0.047, 0.031),
     .clause = {.target = &down_a_fifth,
                .threshold = 0.2192,
                .gap = DIFF(0.0468, 0.018, 0.01, 0.083),
                .point = SP_VERDICT_NOT_MET,
                .statistical = SP_VERDICT_NOT_MET},
     .point = SP_VERDICT_NOT_MET,
     .statistical = SP_VERDICT_NOT_MET,
     .progress = SP_PROGRESS_LITTLE,
     .next_n = NAN,
     .next_factor = NAN},
    {.goal = &goals[SAMPLE_EXERCISE],
     .group = &groups[0],
     .baseline = SAMPLED(0.312, 0.012, 0.288, 0.337, NULL),
     .current = SAMPLED(0.374, 0.018, 0.338, 0.411, NULL),
     .change = DIFF(0.062, 0.021, 0.02, 0.104),
     .clause = {.target = &above_baseline,
                .threshold = 0.312,
                .gap = DIFF(0.062, 0.021, 0.02, 0.104),
                .point = SP_VERDICT_MET,
                .statistical = SP_VERDICT_MET},
     .point = SP_VERDICT_MET,
     .statistical = SP_VERDICT_MET,
     .progress = SP_PROGRESS_MET,
     .next_n = NAN,
     .next_factor = NAN},
    {.goal = &goals[SAMPLE_PHYSIQUE],
     .group = &groups[0],
     .baseline = SAMPLED(0.912, 0.01, 0.89, 0.931, NULL),
     .current = SAMPLED(0.92, 0.009, 0.9, 0.937, NULL),
     .change = DIFF(0.008, 0.013, -0.018, 0.034),
     .clause = {.target = &no_target,
                .threshold = NAN,
                .gap = NO_DIFF,
                .point = SP_VERDICT_NOT_ASSESSABLE,
                .statistical = SP_VERDICT_NOT_ASSESSABLE},
     .point = SP_VERDICT_NOT_ASSESSABLE,
     .statistical = SP_VERDICT_NOT_ASSESSABLE,
     .progress = SP_PROGRESS_NONE,
     .next_n = NAN,
     .next_factor = NAN},
    {.goal = &goals[SAMPLE_HIDDEN],
     .group = &groups[0],
     .baseline = SAMPLED(0.04, 0.01, 0.02, 0.07, NULL),
     .current = SAMPLED(SAMPLE_SECRET_SHARE, 0.016, SAMPLE_SECRET_SHARE - 0.01,
                        SAMPLE_SECRET_SHARE + 0.01, &estimates[7]),
     .change = DIFF(SAMPLE_SECRET_SHARE, 0.01, 0.8, 0.9),
     .clause = {.target = &at_least_30,
                .threshold = 0.3,
                .gap = DIFF(SAMPLE_SECRET_SHARE, 0.01, 0.8, 0.9),
                .point = SP_VERDICT_NOT_ASSESSABLE,
                .statistical = SP_VERDICT_NOT_ASSESSABLE},
     .point = SP_VERDICT_NOT_ASSESSABLE,
     .statistical = SP_VERDICT_NOT_ASSESSABLE,
     .progress = SP_PROGRESS_BASELINE_ONLY,
     .next_n = NAN,
     .next_factor = NAN},
    REGISTER(SAMPLE_COMMUNITY, COUNTED(2 / 52.0, 2, 52, SAMPAN_UNIT_PROPORTION, 1),
             COUNTED(18 / 52.0, 18, 52, SAMPAN_UNIT_PROPORTION, 1), 18 / 52.0 - 0.3, at_least_30,
             0.3, SP_VERDICT_MET),
    REGISTER(SAMPLE_AGENCY, COUNTED(4 / 64.0, 4, 64, SAMPAN_UNIT_PROPORTION, 1),
             COUNTED(31 / 64.0, 31, 64, SAMPAN_UNIT_PROPORTION, 1), 31 / 64.0 - 0.5, at_least_50,
             0.5, SP_VERDICT_NOT_MET),
    REGISTER(SAMPLE_FAMILIES, NOTHING, COUNTED(94, NAN, NAN, SAMPAN_UNIT_COUNT, 1), -6,
             at_least_100, 100, SP_VERDICT_NOT_MET),
    REGISTER(SAMPLE_STAFF, COUNTED(3 * 1e5 / 252000, 3, 252000, SAMPAN_UNIT_RATE, 1e5),
             COUNTED(4 * 1e5 / 254000, 4, 254000, SAMPAN_UNIT_RATE, 1e5), 4e5 / 254000 - 1.75,
             staff_target, 1.75, SP_VERDICT_NOT_MET),
    TASK(SAMPLE_TASK_DONE, 0, SP_VERDICT_MET, SP_CHECK_ON_TIME),
    TASK(SAMPLE_TASK_LATE, 1, SP_VERDICT_MET, SP_CHECK_LATE),
    TASK(SAMPLE_TASK_BARE, 2, SP_VERDICT_UNDECIDED, SP_CHECK_NO_EVIDENCE),
    TASK(SAMPLE_TASK_OPEN, 3, SP_VERDICT_NOT_MET, SP_CHECK_NOT_DONE),
};

static const sp_label remarks[] = {LABEL("All data are synthetic.", "全部数据均为合成。")};
static const sp_programme programme = {
    .file = "/home/office/programme.yaml",
    .digest = "dd",
    .annex_number = LABEL("Annex 1", "附件1"),
    .title = LABEL("Evaluation\nof the district", "健康促进区建设\n终期评估指标表"),
    .subtitle = LABEL("Sample data", "示例数据"),
    .document = LABEL("No. 76 of 2020", "〔2020〕76号"),
    .cycle = LABEL("2020 to 2021", "2020—2021年"),
    .issuer = LABEL("District office", "区办公室"),
    .baseline_name = LABEL("2020", "2020年"),
    .current_name = LABEL("2021", "2021年"),
    .baseline_fieldwork = LABEL("November 2020", "2020年11月"),
    .current_fieldwork = LABEL("", ""),
    .plans = plans,
    .n_plans = 3,
    .groups = groups,
    .n_groups = 3,
    .remarks = remarks,
    .n_remarks = 1};
static sp_outcome *const outcomes[] = {&outcome, NULL, NULL};
static const sp_file_fact task_files[] = {{.file = "tasks.csv",
                                           .source = "csv",
                                           .digest = "fedcba98",
                                           .proven = 1,
                                           .n_bytes = 100,
                                           .n_records = 4,
                                           .n_unmatched = -1}};
static const sp_check_list checks[] = {{0}, {0}, {items, task_files, 4, 1}};
static const sp_evaluation evaluation = {.checks = checks,
                                         .programme = &programme,
                                         .outcomes = (sp_outcome **)(uintptr_t)outcomes,
                                         .findings = findings,
                                         .n_findings = SAMPLE_N_GOALS};

const sp_evaluation *annex_document_sample(void) {
  return &evaluation;
}
