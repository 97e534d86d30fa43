/* writer_sample.c - the sample document and results (see writer_sample.h). */
#include "writer_sample.h"

#include <math.h>

#include "writer_sample_charts.h"
#include "writer_sample_tables.h"

/* ---- counts and facts ---------------------------------------------------------------------- */

static const sampan_count counts[] = {
    {.mark = SAMPAN_MARK_MET,
     .count = "19",
     .label = "达标",
     .items = (const char *const[]){"1.3", "2.1", "2.2", "2.3", "2.5", "2.6", "2.7", "2.8", "2.11",
                                    "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.9", "3.10",
                                    "3.12"},
     .n_items = 19},
    {.mark = SAMPAN_MARK_NOT_MET,
     .count = "5",
     .label = "未达标",
     .items =
         (const char *const[]){"1.2 成人吸烟率", "2.4 健康促进机关比例", "2.9 室内公共场所全面禁烟",
                               "2.10 室内工作场所全面禁烟", "3.8 部门配套实施方案"},
     .n_items = 5},
    {.mark = SAMPAN_MARK_UNDECIDED,
     .count = "2",
     .label = "不能判定",
     .items = (const char *const[]){"1.1 居民健康素养水平", "3.11 基本需求保障与环境整洁"},
     .n_items = 2},
    {.mark = SAMPAN_MARK_NOT_ASSESSABLE,
     .count = "1",
     .label = "不可评",
     .items = (const char *const[]){"1.4 学生体质健康合格率"},
     .n_items = 1},
};
static const sampan_counts_block counts_block = {.counts = counts,
                                                 .n_counts = SAMPLE_COUNT(counts)};

static const sampan_fact methods[] = {
    {"抽样设计",
     SAMPLE_PLAIN("按街道（乡）分 6 层，每层抽 4 个社区（村），共 24 个；社区内抽户，户内"
                  "用 KISH 表抽 1 人。")},
    {"方差与自由度",
     SAMPLE_PLAIN("泰勒线性化，以社区（村）为初级抽样单位，自由度 = 24 − 6 = 18。")},
    {"置信区间", SAMPLE_PLAIN("比例用 Korn–Graubard 区间，95%；差值用 t 区间，两次调查独立。")},
    {"统计判定",
     SAMPLE_TEXT(
         {.text = "差值的 95% 区间全在达标一侧为"},
         {.text = "达标", .flags = SAMPAN_RUN_BOLD, .mark = SAMPAN_MARK_MET}, {.text = "；跨 0 为"},
         {.text = "不能判定", .flags = SAMPAN_RUN_BOLD, .mark = SAMPAN_MARK_UNDECIDED},
         {.text = "。"}, {.text = "“或”条款任一条达标即达标。", .flags = SAMPAN_RUN_BREAK})},
    {"转义试验", SAMPLE_PLAIN("<b>不是粗体</b> & \"引号\" 'n' ]]> 原样显示")},
};
static const sampan_facts_block methods_block = {.facts = methods,
                                                 .n_facts = SAMPLE_COUNT(methods)};

static const sampan_fact head[] = {
    {"方案", SAMPLE_PLAIN("连区政办发〔2020〕76号")},
    {"周期", SAMPLE_PLAIN("2020年8月—2021年7月")},
    {"终期评估", SAMPLE_PLAIN("2021年6月")},
    {"编制", SAMPLE_PLAIN("区健康促进区工作领导小组办公室")},
};

/* ---- blocks ---------------------------------------------------------------------------------- */

#define HEADING(id, zh, en)                                                  \
  {                                                                          \
    .kind = SAMPAN_BLOCK_HEADING, .level = 1, .anchor = (id), .gloss = (en), \
    .text = SAMPLE_PLAIN(zh)                                                 \
  }
#define SUBHEADING(zh, en)                                                 \
  {                                                                        \
    .kind = SAMPAN_BLOCK_HEADING, .level = 2, .anchor = "", .gloss = (en), \
    .text = SAMPLE_PLAIN(zh)                                               \
  }
#define PARAGRAPH(style, ...)                                                    \
  {                                                                              \
    .kind = SAMPAN_BLOCK_PARAGRAPH, .level = (style), .anchor = "", .gloss = "", \
    .text = SAMPLE_TEXT(__VA_ARGS__)                                             \
  }
#define CONTENT(block_kind, only, data) \
  { .kind = (block_kind), .flags = (only), .anchor = "", .gloss = "", .content = (data) }
#define SWITCH(block_kind) \
  { .kind = (block_kind), .anchor = "", .gloss = "" }

static const sampan_block blocks[] = {
    HEADING("summary", "一、结果一览", "Summary"),
    PARAGRAPH(
        SAMPAN_PARAGRAPH_LEAD, {.text = "27 项指标和任务中，"},
        {.text = "19 项达标", .flags = SAMPAN_RUN_BOLD},
        {.text = "，5 项未达标，2 项不能判定，1 项不可评。办公室点值口径与统计口径不一致的有 1 项"
                 "：居民健康素养水平。"}),
    CONTENT(SAMPAN_BLOCK_COUNTS, SAMPAN_SCREEN_ONLY, &counts_block),
    CONTENT(SAMPAN_BLOCK_TABLE, SAMPAN_PAPER_ONLY, &summary_table),
    SUBHEADING("（一）离达标还差什么", "What is missing"),
    PARAGRAPH(SAMPAN_PARAGRAPH_NUMBERED, {.text = "1. "},
              {.text = "健康促进机关", .flags = SAMPAN_RUN_BOLD},
              {.text = "再建成 1 家（31 → 32 家），即达 50%。"}),
    PARAGRAPH(SAMPAN_PARAGRAPH_NUMBERED, {.text = "2. "},
              {.text = "全面禁烟", .flags = SAMPAN_RUN_BOLD},
              {.text = "：室内公共场所还有 14 处、室内工作场所还有 8 处不合格。"}),
    PARAGRAPH(SAMPAN_PARAGRAPH_NUMBERED,
              {.text = "3. 成人吸烟率还需下降 4.7 个百分点；健康素养需扩大下一轮样本后再判定。"}),
    HEADING("spine", "二、与全省比较", "Spine chart, district against the province"),
    PARAGRAPH(
        SAMPAN_PARAGRAPH_NOTE,
        {.text = "中线是全省当年水平。点在右侧为优。须线是差值的 95% 置信区间，已计入本区和全省两个"
                 "调查的抽样误差；须线跨过中线，即“无明显差异”。"}),
    CONTENT(SAMPAN_BLOCK_CHART, 0, &spine_chart),
    SWITCH(SAMPAN_BLOCK_LANDSCAPE),
    HEADING("table", "三、指标总表", "Indicator table"),
    CONTENT(SAMPAN_BLOCK_TABLE, 0, &main_table),
    SWITCH(SAMPAN_BLOCK_PORTRAIT),
    HEADING("survey", "四、调查指标", "Survey indicators in detail"),
    SWITCH(SAMPAN_BLOCK_CARD),
    {.kind = SAMPAN_BLOCK_HEADING,
     .level = 2,
     .anchor = "i1.1",
     .gloss = "Health literacy, residents 15–69 y",
     .text = SAMPLE_TEXT({.text = "1.1 居民健康素养水平", .flags = SAMPAN_RUN_SMALL},
                         {.text = "比基线高 7.0 个百分点，但能否算“提高 20%”，现有样本说不准",
                          .flags = SAMPAN_RUN_BREAK})},
    PARAGRAPH(SAMPAN_PARAGRAPH_BODY, {.text = "点值　"},
              {.text = "达标", .flags = SAMPAN_RUN_BOLD, .mark = SAMPAN_MARK_MET},
              {.text = "　统计　"},
              {.text = "不能判定", .flags = SAMPAN_RUN_BOLD, .mark = SAMPAN_MARK_UNDECIDED},
              {.text = "　牵头　"}, {.text = "区卫健委", .flags = SAMPAN_RUN_BOLD}),
    PARAGRAPH(
        SAMPAN_PARAGRAPH_NOTE,
        {.text =
             "15–69 岁常住居民中，健康素养问卷得分达到总分 80% 及以上（66 分中 ≥ 53 分）者的比例"
             "。"},
        {.text = "目标：比基线提高 20%（≥ 21.6%），或高于全省当年水平（> 26.1%）。",
         .flags = SAMPAN_RUN_BREAK}),
    CONTENT(SAMPAN_BLOCK_TABLE, 0, &clause_table),
    CONTENT(SAMPAN_BLOCK_TABLE, 0, &next_table),
    CONTENT(SAMPAN_BLOCK_CHART, 0, &dumbbell_chart),
    CONTENT(SAMPAN_BLOCK_CHART, 0, &trend_chart),
    CONTENT(SAMPAN_BLOCK_CHART, 0, &forest_chart),
    SWITCH(SAMPAN_BLOCK_CARD_END),
    SWITCH(SAMPAN_BLOCK_CARD),
    SUBHEADING("1.4 学生体质健康合格率", "Students meeting the physique standard"),
    PARAGRAPH(SAMPAN_PARAGRAPH_LEAD, {.text = "水平稳定；原文没有数值阈值，不判定"}),
    PARAGRAPH(SAMPAN_PARAGRAPH_BODY, {.text = "统计　"},
              {.text = "不可评", .flags = SAMPAN_RUN_BOLD, .mark = SAMPAN_MARK_NOT_ASSESSABLE}),
    PARAGRAPH(SAMPAN_PARAGRAPH_NOTE, {.text = "只有两轮数据，不画走势图。"}),
    SWITCH(SAMPAN_BLOCK_CARD_END),
    HEADING("register", "五、登记指标", "Register indicators"),
    PARAGRAPH(SAMPAN_PARAGRAPH_NOTE,
              {.text = "条形为现值，从 0 起画，斜线条形为未达标；虚线为基线，粗竖线为目标。"}),
    CONTENT(SAMPAN_BLOCK_CHART, 0, &register_chart),
    HEADING("checklist", "六、任务清单", "Checklist with evidence"),
    CONTENT(SAMPAN_BLOCK_TABLE, 0, &checklist_table),
    HEADING("methods", "七、方法", "Methods in plain words"),
    CONTENT(SAMPAN_BLOCK_FACTS, 0, &methods_block),
    HEADING("provenance", "八、溯源", "Provenance"),
    CONTENT(SAMPAN_BLOCK_TABLE, 0, &file_table),
    SUBHEADING("重新计算", ""),
    PARAGRAPH(SAMPAN_PARAGRAPH_CODE,
              {.text = "sampan annex lianyun-2021.yaml \\\n  -o annex.html"}),
    PARAGRAPH(SAMPAN_PARAGRAPH_NOTE, {.text = "结果格式 sampan-result/1.0"},
              {.text = "，种子 20210630", .flags = SAMPAN_RUN_SMALL}),
};

static const sampan_document document = {
    .struct_size = sizeof(sampan_document),
    .n_blocks = SAMPLE_COUNT(blocks),
    .blocks = blocks,
    .language = "zh",
    .number = "附件1",
    .title = "连云区省级健康促进区建设\n终期评估指标表",
    .subtitle = "示例数据，数值均为虚构",
    .head = head,
    .n_head = SAMPLE_COUNT(head),
    .footer = "附件1　连云区省级健康促进区建设终期评估指标表　示例数据",
    .manifest = "{\"plan\":\"lianyun-2021.yaml\",\"note\":\"</script><b>&\",\"rows\":1260}",
};

const sampan_document *writer_sample_document(void) {
  return &document;
}

/* ---- results ----------------------------------------------------------------------------------
 */

static const char *const by_names[] = {"sex", "age, \"years\""};

#define SURVEY                                                                                   \
  .struct_size = sizeof(sampan_result), .period = "2021", .conf_level = 0.95, .deff_ref = "wor", \
  .method = "taylor", .df_rule = "psu-strata", .lonely_rule = "fail"
#define LITERACY                                                                    \
  SURVEY, .indicator = "literacy", .indicator_label = "居民健康素养水平", .per = 1, \
          .statistic = "prevalence", .unit = SAMPAN_UNIT_PROPORTION, .ci_method = "korn-graubard"

static const sampan_result result_rows[] = {
    {LITERACY, .domain = "", .level = "", .flags = "", .n = 1260, .n_events = 318,
     .pop_hat = 254000.125, .estimate = 0.1 + 0.2, .std_error = 1.0 / 60.0, .conf_low = 0.219,
     .conf_high = 0.283, .df = 18, .cv = 0.0625, .deff = 1.75, .n_eff = 720},
    {LITERACY, .domain = "sex & age", .level = "1 & 20-39", .flags = "",
     .by = (const char *const[]){"1", "20-39, \"young\"\nadults"}, .n = 598, .n_events = 145,
     .pop_hat = 128000, .estimate = 0.243, .std_error = 0.0221, .conf_low = 0.199,
     .conf_high = 0.292, .df = HUGE_VAL, .cv = 0.091, .deff = NAN, .n_eff = NAN},
    {LITERACY, .domain = "sex & age", .level = "2 & 80+", .flags = "confidential complementary",
     .by = (const char *const[]){"2", "80+"}, .status = SAMPAN_STATUS_SUPPRESSED, .n = -1,
     .n_events = -1, .pop_hat = NAN, .estimate = NAN, .std_error = NAN, .conf_low = NAN,
     .conf_high = NAN, .df = NAN, .cv = NAN, .deff = NAN, .n_eff = NAN},
    {.struct_size = sizeof(sampan_result),
     .indicator = "deaths",
     .period = "2021",
     .domain = "",
     .indicator_label = "=HYPERLINK(\"x\"), <全死因> | 死亡率",
     .level = "",
     .flags = "",
     .statistic = "rate",
     .unit = SAMPAN_UNIT_RATE,
     .per = 100000,
     .n = 254000,
     .n_events = 1731,
     .pop_hat = 254000,
     .estimate = 681.49606299212599,
     .std_error = 16.38,
     .conf_low = 649.77,
     .conf_high = 714.36,
     .conf_level = 0.95,
     .df = HUGE_VAL,
     .cv = 0.024,
     .deff = NAN,
     .n_eff = NAN,
     .status = SAMPAN_STATUS_REVIEW,
     .method = "poisson",
     .ci_method = "fay-feuer",
     .deff_ref = "",
     .df_rule = "",
     .lonely_rule = ""},
    {SURVEY,
     .indicator = "income",
     .indicator_label = "家庭人均收入",
     .domain = "",
     .level = "",
     .flags = "",
     .statistic = "mean",
     .unit = SAMPAN_UNIT_NONE,
     .per = 1,
     .ci_method = "wald",
     .status = SAMPAN_STATUS_NOT_ESTIMABLE,
     .n = 0,
     .n_events = -1,
     .pop_hat = 0,
     .estimate = NAN,
     .std_error = NAN,
     .conf_low = NAN,
     .conf_high = NAN,
     .df = NAN,
     .cv = NAN,
     .deff = NAN,
     .n_eff = NAN},
};

static const sampan_test tests[] = {
    {.struct_size = sizeof(sampan_test),
     .comparison = "sexes",
     .label = "男 − 女",
     .indicator = "literacy",
     .terms = "1 - 2",
     .statistic = "difference",
     .method = "contrast",
     .estimate = -0.014,
     .std_error = 0.027,
     .test = -0.51851851851851849,
     .df = 18,
     .p_value = 0.61,
     .conf_low = -0.0707,
     .conf_high = 0.0427,
     .conf_level = 0.95},
};

static const sampan_results results = {
    .struct_size = sizeof(sampan_results),
    .n_by = 2,
    .by = by_names,
    .n_rows = SAMPLE_COUNT(result_rows),
    .n_tests = SAMPLE_COUNT(tests),
    .rows = result_rows,
    .tests = tests,
    .title = "健康素养 <调查>",
    .language = "zh",
    .manifest = "{\"plan\":\"a.yaml\",\"threads\":4}",
};

const sampan_results *writer_sample_results(void) {
  return &results;
}
