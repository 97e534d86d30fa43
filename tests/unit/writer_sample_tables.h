/* writer_sample_tables.h - the tables of the sample document; included by writer_sample.c alone. */

/* ---- the main table: 27 indicators -------------------------------------------------------- */

static const sampan_table_column main_columns[] = {
    {"序号", SAMPAN_ALIGN_LEFT, SAMPAN_PAPER_ONLY, 0, 9, 3, 0},
    {"指标", SAMPAN_ALIGN_LEFT, SAMPAN_SCREEN_ONLY, 174, 0, 1, 0},
    {"指标（单位）", SAMPAN_ALIGN_LEFT, SAMPAN_PAPER_ONLY, 0, 35, 3, 0},
    {"单位", SAMPAN_ALIGN_LEFT, SAMPAN_SCREEN_ONLY, 62, 0, 3, 0},
    {"基线 2020\n值 (95% CI)", SAMPAN_ALIGN_RIGHT, 0, 98, 25, 0, 0},
    {"现值 2021\n值 (95% CI)", SAMPAN_ALIGN_RIGHT, 0, 98, 25, 0, 0},
    {"变化\n百分点", SAMPAN_ALIGN_RIGHT, 0, 94, 25, 0, 0},
    {"目标", SAMPAN_ALIGN_LEFT, 0, 158, 37, 2, 0},
    {"办公室\n点值判定", SAMPAN_ALIGN_LEFT, 0, 78, 15, 0, 0},
    {"统计判定", SAMPAN_ALIGN_LEFT, 0, 92, 17, 0, 0},
    {"国际口径进展\nHealthy People", SAMPAN_ALIGN_LEFT, 0, 114, 19, 0, 0},
    {"牵头部门", SAMPAN_ALIGN_LEFT, 0, 96, 18, 0, 0},
    {"数据来源", SAMPAN_ALIGN_LEFT, SAMPAN_SCREEN_ONLY, 96, 0, 0, 0},
};

#define NAME_ON_SCREEN(no, name, note) \
  SAMPLE_TEXT({.text = no " " name}, {.text = (note), .flags = SAMPAN_RUN_SUPERSCRIPT})
#define NAME_ON_PAPER(name, note, unit) \
  SAMPLE_TEXT({.text = name "（" unit "）"}, {.text = (note), .flags = SAMPAN_RUN_SUPERSCRIPT})

/* The cells that differ come last: baseline, current, change, [8] = the two verdicts. */
#define MAIN_ROW(row_flags, words, no, name, note, unit, target, progress, office, source, ...) \
  {                                                                                             \
    .kind = SAMPAN_ROW_BODY, .flags = (row_flags),                                              \
    .cells = (const sampan_text[]){SAMPLE_PLAIN(no),                                            \
                                   NAME_ON_SCREEN(no, name, note),                              \
                                   NAME_ON_PAPER(name, note, unit),                             \
                                   SAMPLE_PLAIN(unit),                                          \
                                   [7] = SAMPLE_PLAIN(target),                                  \
                                   [10] = SAMPLE_PLAIN(progress),                               \
                                   [11] = SAMPLE_PLAIN(office),                                 \
                                   [12] = SAMPLE_PLAIN(source),                                 \
                                   [4] = __VA_ARGS__},                                          \
    .filter = (words)                                                                           \
  }
#define MAIN_GROUP(name, remark)                                                                \
  {                                                                                             \
    .kind = SAMPAN_ROW_GROUP,                                                                   \
    .cells = (const sampan_text[]){SAMPLE_TEXT({.text = (name), .flags = SAMPAN_RUN_BOLD},      \
                                               {.text = (remark), .flags = SAMPAN_RUN_SMALL})}, \
    .filter = ""                                                                                \
  }
#define MET_ROW(no, name, note, unit, target, office, ...)                                         \
  MAIN_ROW(0, "met register", no, name, note, unit, target, "达到或超过目标", office, "登记 全数", \
           __VA_ARGS__, [8] = SAMPLE_MET("达标"), SAMPLE_MET("达标"))
#define SHORT_ROW(no, name, note, unit, target, office, ...)                                 \
  MAIN_ROW(0, "not_met register", no, name, note, unit, target, "改善", office, "登记 全数", \
           __VA_ARGS__, [8] = SAMPLE_NOT_MET("未达标"), SAMPLE_NOT_MET("未达标"))
#define TASK_ROW(words, no, name, mark, word, target, office)                                      \
  MAIN_ROW(0, words " checklist", no, name, "", "项", target, "—", office, "清单",                 \
           SAMPLE_PLAIN("—"), SAMPLE_PLAIN("—"), SAMPLE_PLAIN("—"), [8] = SAMPLE_MARK(mark, word), \
           SAMPLE_MARK(mark, word))

static const sampan_table_row main_rows[] = {
    MAIN_GROUP("1 健康人群", "居民与学生调查，4 项"),
    MAIN_ROW(SAMPAN_ROW_FRAMED, "undecided survey", "1.1", "居民健康素养水平", "a", "%",
             "比基线提高 20%（≥ 21.6%），或高于全省当年水平（> 26.1%）", "达到或超过目标",
             "区卫健委", "抽样 终期居民调查", SAMPLE_FIGURE("18.0", "(16.2–20.0)"),
             SAMPLE_CURRENT("25.0", "(21.9–28.3)"),
             SAMPLE_FIGURE("+7.0", "(3.5, 10.5)"), [8] = SAMPLE_MET("达标"),
             SAMPLE_UNDECIDED("不能判定")),
    MAIN_ROW(0, "not_met survey", "1.2", "成人吸烟率", "b", "%",
             "比基线下降 20%（≤ 21.9%），或低于全省当年水平（< 22.4%）", "变化不明显", "区卫健委",
             "抽样 终期居民调查", SAMPLE_FIGURE("27.4", "(25.1–29.8)"),
             SAMPLE_CURRENT("26.6", "(23.4–30.0)"),
             SAMPLE_FIGURE("−0.8", "(−4.7, 3.1)"), [8] = SAMPLE_NOT_MET("未达标"),
             SAMPLE_NOT_MET("未达标")),
    MAIN_ROW(0, "met survey", "1.3", "经常参加体育锻炼率", "", "%", "高于基线（> 31.2%）",
             "达到或超过目标", "区文体旅游局", "抽样 终期居民调查",
             SAMPLE_FIGURE("31.2", "(28.8–33.7)"), SAMPLE_CURRENT("37.4", "(33.8–41.1)"),
             SAMPLE_FIGURE("+6.2", "(2.0, 10.4)"), [8] = SAMPLE_MET("达标"), SAMPLE_MET("达标")),
    MAIN_ROW(0, "not_assessable survey", "1.4", "学生体质健康合格率", "c", "%",
             "达到《国家学生体质健康标准》（原文未设数值）", "无量化目标", "区教育局",
             "抽样 24 个班级", SAMPLE_FIGURE("91.2", "(89.0–93.1)"),
             SAMPLE_CURRENT("92.0", "(90.0–93.7)"),
             SAMPLE_FIGURE("+0.8", "(−1.8, 3.4)"), [8] = SAMPLE_NOT_ASSESSABLE("未判定"),
             SAMPLE_NOT_ASSESSABLE("不可评")),
    MAIN_GROUP("2 健康场所与能力", "部门登记，全数统计，11 项"),
    MET_ROW("2.1", "健康社区（村）比例", "", "%", "≥ 30%", "区民政局",
            SAMPLE_FIGURE("3.8", "2 / 52"), SAMPLE_CURRENT("34.6", "18 / 52"),
            SAMPLE_PLAIN("+30.8")),
    MET_ROW("2.2", "健康促进医院比例", "", "%", "≥ 40%", "区卫健委", SAMPLE_FIGURE("7.7", "1 / 13"),
            SAMPLE_CURRENT("46.2", "6 / 13"), SAMPLE_PLAIN("+38.5")),
    MET_ROW("2.3", "健康促进学校比例", "", "%", "≥ 50%", "区教育局",
            SAMPLE_FIGURE("19.4", "7 / 36"), SAMPLE_CURRENT("52.8", "19 / 36"),
            SAMPLE_PLAIN("+33.3")),
    SHORT_ROW("2.4", "健康促进机关比例", "", "%", "≥ 50%", "区级机关工委",
              SAMPLE_FIGURE("6.3", "4 / 64"), SAMPLE_CURRENT("48.4", "31 / 64"),
              SAMPLE_FIGURE("+42.2", "差 1 家")),
    MET_ROW("2.5", "健康促进企业比例", "", "%", "≥ 20%", "区总工会", SAMPLE_FIGURE("5.2", "3 / 58"),
            SAMPLE_CURRENT("24.1", "14 / 58"), SAMPLE_PLAIN("+19.0")),
    MET_ROW("2.6", "开展健康家庭评选的社区覆盖率", "", "%", "= 100%", "区妇联",
            SAMPLE_FIGURE("17.3", "9 / 52"), SAMPLE_CURRENT("100.0", "52 / 52"),
            SAMPLE_PLAIN("+82.7")),
    MET_ROW("2.7", "示范健康家庭", "", "户", "≥ 100 户", "区妇联", SAMPLE_PLAIN("0"),
            SAMPLE_BOLD("108"), SAMPLE_PLAIN("+108")),
    MET_ROW("2.8", "健康教育专业人员配置率", "d", "人/10 万", "≥ 1.75 人/10 万人口", "区卫健委",
            SAMPLE_FIGURE("1.19", "3 人 / 25.2 万"), SAMPLE_CURRENT("1.97", "5 人 / 25.4 万"),
            SAMPLE_PLAIN("+0.78")),
    SHORT_ROW("2.9", "室内公共场所全面禁烟", "e", "%", "= 100%", "区城管局",
              SAMPLE_FIGURE("73.9", "241 / 326"), SAMPLE_CURRENT("95.7", "312 / 326"),
              SAMPLE_FIGURE("+21.8", "差 14 处")),
    SHORT_ROW("2.10", "室内工作场所全面禁烟", "e", "%", "= 100%", "区总工会",
              SAMPLE_FIGURE("75.1", "160 / 213"), SAMPLE_CURRENT("96.2", "205 / 213"),
              SAMPLE_FIGURE("+21.1", "差 8 处")),
    MET_ROW("2.11", "公共交通工具全面禁烟", "", "%", "= 100%", "区住建局",
            SAMPLE_FIGURE("93.9", "139 / 148"), SAMPLE_CURRENT("100.0", "148 / 148"),
            SAMPLE_PLAIN("+6.1")),
    MAIN_GROUP("3 组织管理", "任务清单，12 项"),
    TASK_ROW("met", "3.1", "政府公开承诺", SAMPAN_MARK_MET, "按期完成", "2020 年 8 月底前",
             "区政府办"),
    TASK_ROW("met", "3.2", "成立领导小组及办公室", SAMPAN_MARK_MET, "按期完成", "2020 年 8 月底前",
             "区政府办"),
    TASK_ROW("met", "3.3", "召开动员大会", SAMPAN_MARK_MET, "按期完成", "2020 年 8 月底前",
             "区卫健委"),
    TASK_ROW("met", "3.4", "创建经费纳入财政预算", SAMPAN_MARK_MET, "按期完成", "2020 年 8 月底前",
             "区财政局"),
    TASK_ROW("met", "3.5", "完成基线调查并确定优先领域", SAMPAN_MARK_MET, "按期完成",
             "2021 年 1 月底前", "区卫健委"),
    TASK_ROW("met", "3.6", "每半年召开一次协调会议", SAMPAN_MARK_MET, "按期完成", "每半年",
             "区卫健委"),
    TASK_ROW("met", "3.7", "健康影响评价制度与专家委员会", SAMPAN_MARK_MET, "逾期完成",
             "2021 年 1 月底前", "区卫健委"),
    TASK_ROW("not_met", "3.8", "部门配套实施方案", SAMPAN_MARK_NOT_MET, "未完成",
             "17 个部门全部印发", "各部门"),
    TASK_ROW("met", "3.9", "健康促进工作网络", SAMPAN_MARK_MET, "按期完成", "2021 年 1 月底前",
             "区卫健委"),
    TASK_ROW("met", "3.10", "健康步道、健康主题公园", SAMPAN_MARK_MET, "按期完成",
             "2021 年 7 月底前", "区住建局"),
    TASK_ROW("undecided", "3.11", "基本需求保障与环境整洁", SAMPAN_MARK_UNDECIDED, "证据不足",
             "2021 年 7 月底前", "生态环境局"),
    TASK_ROW("met", "3.12", "自查整改与资料归档", SAMPAN_MARK_MET, "按期完成", "2021 年 7 月底前",
             "区卫健委"),
};

static const sampan_text main_notes[] = {
    SAMPLE_PLAIN("a　两种口径不一致：点值 25.0% 高于 21.6%，但两次调查均有抽样误差，“现值 − 1.20 × "
                 "基线”的 95% CI 为 −0.3 至 7.1，含 0。"),
    SAMPLE_PLAIN(
        "b　分母为 ≥ 18 岁。全省值 22.4%（95% CI 21.4–23.4）自身也有抽样误差，已计入比较。"),
    SAMPLE_PLAIN("c　原文未设数值阈值，只报告水平与变化，不判定。"),
    SAMPLE_PLAIN("d　分母为 2020 年末常住人口 25.4 万人（示例）。"),
    SAMPLE_PLAIN("e　任一处发现吸烟、烟蒂或烟具即记为不合格；目标为全部合格，故差 1 处即未达标。"),
    SAMPLE_PLAIN(
        "登记指标为全数统计，没有抽样误差，统计判定与点值判定相同。上下粗线标出的行，两种判定"
        "不一致。"),
};

static const sampan_table_block main_table = {
    .caption = "表2　指标总表",
    .columns = main_columns,
    .rows = main_rows,
    .n_columns = SAMPLE_COUNT(main_columns),
    .n_rows = SAMPLE_COUNT(main_rows),
    .notes = main_notes,
    .n_notes = SAMPLE_COUNT(main_notes),
    .compact = 1,
};

/* ---- the summary table, on paper only ----------------------------------------------------- */

static const sampan_table_column summary_columns[] = {
    {"数据种类", SAMPAN_ALIGN_CENTER, 0, 200, 31, 1, 0},
    {"项数", SAMPAN_ALIGN_CENTER, 0, 100, 18, 0, 0},
    {"达标", SAMPAN_ALIGN_CENTER, 0, 100, 26, 0, 0},
    {"未达标", SAMPAN_ALIGN_CENTER, 0, 100, 26, 0, 0},
    {"不能判定", SAMPAN_ALIGN_CENTER, 0, 100, 28, 0, 0},
    {"不可评", SAMPAN_ALIGN_CENTER, 0, 100, 26, 0, 0},
};

#define SUMMARY_ROW(row_kind, name, n, a, b, c, d)                                        \
  {                                                                                       \
    .kind = (row_kind),                                                                   \
    .cells = (const sampan_text[]){SAMPLE_PLAIN(name), SAMPLE_PLAIN(n), SAMPLE_PLAIN(a),  \
                                   SAMPLE_PLAIN(b),    SAMPLE_PLAIN(c), SAMPLE_PLAIN(d)}, \
    .filter = ""                                                                          \
  }

static const sampan_table_row summary_rows[] = {
    SUMMARY_ROW(SAMPAN_ROW_BODY, "抽样调查", "4", "1", "1", "1", "1"),
    SUMMARY_ROW(SAMPAN_ROW_BODY, "部门登记", "11", "8", "3", "—", "—"),
    SUMMARY_ROW(SAMPAN_ROW_BODY, "任务清单", "12", "10", "1", "1", "—"),
    SUMMARY_ROW(SAMPAN_ROW_TOTAL, "合计", "27", "19", "5", "2", "1"),
};

static const sampan_table_block summary_table = {
    .caption = "表1　评估结果汇总（项）",
    .columns = summary_columns,
    .rows = summary_rows,
    .n_columns = SAMPLE_COUNT(summary_columns),
    .n_rows = SAMPLE_COUNT(summary_rows),
};

/* ---- how a clause was decided ------------------------------------------------------------- */

static const sampan_table_column clause_columns[] = {
    {"判定过程", SAMPAN_ALIGN_LEFT, 0, 205, 60, 1, 0},
    {"差值，百分点", SAMPAN_ALIGN_LEFT, 0, 185, 46, 2, 0},
    {"点值", SAMPAN_ALIGN_LEFT, 0, 92, 30, 0, 0},
    {"统计", SAMPAN_ALIGN_LEFT, 0, 113, 36, 0, 0},
};

static const sampan_table_row clause_rows[] = {
    {.cells = (const sampan_text[]){SAMPLE_PLAIN("条款一：现值 − 1.20 × 基线"),
                                    SAMPLE_TEXT({.text = "+3.4", .flags = SAMPAN_RUN_BOLD},
                                                {.text = "（95% CI −0.3 至 7.1）"}),
                                    SAMPLE_MET("达标"), SAMPLE_UNDECIDED("不能判定")},
     .filter = ""},
    {.cells = (const sampan_text[]){SAMPLE_PLAIN("条款二：现值 − 全省"),
                                    SAMPLE_TEXT({.text = "−1.1", .flags = SAMPAN_RUN_BOLD},
                                                {.text = "（95% CI −4.3 至 2.1）"}),
                                    SAMPLE_NOT_MET("未达标"), SAMPLE_UNDECIDED("不能判定")},
     .filter = ""},
    {.kind = SAMPAN_ROW_TOTAL,
     .cells = (const sampan_text[]){SAMPLE_PLAIN("合并（任一条成立即达标）"),
                                    {.n_runs = 0},
                                    SAMPLE_MET("达标"),
                                    SAMPLE_UNDECIDED("不能判定")},
     .filter = ""},
};

static const sampan_table_block clause_table = {
    .caption = "",
    .columns = clause_columns,
    .rows = clause_rows,
    .n_columns = SAMPLE_COUNT(clause_columns),
    .n_rows = SAMPLE_COUNT(clause_rows),
};

/* ---- the next sample's size: no title column, so it stays a table on a phone --------------- */

static const sampan_table_column next_columns[] = {
    {"判定成功的把握", SAMPAN_ALIGN_LEFT, 0, 150, 40, 0, 0},
    {"50%", SAMPAN_ALIGN_RIGHT, 0, 80, 26, 0, 0},
    {"60%", SAMPAN_ALIGN_RIGHT, 0, 80, 26, 0, 0},
    {"70%", SAMPAN_ALIGN_RIGHT, 0, 80, 26, 0, 0},
    {"80%", SAMPAN_ALIGN_RIGHT, 0, 80, 26, 0, 0},
    {"90%", SAMPAN_ALIGN_RIGHT, 0, 80, 26, 0, 0},
};

static const sampan_table_row next_rows[] = {
    SUMMARY_ROW(SAMPAN_ROW_BODY, "有效样本 n", "1 520", "2 330", "3 900", "8 750", "达不到"),
    SUMMARY_ROW(SAMPAN_ROW_BODY, "是本轮的", "1.2 倍", "1.8 倍", "3.1 倍", "6.9 倍", "—"),
};

static const sampan_text next_notes[] = {
    SAMPLE_TEXT({.text = "基线的抽样误差已占方差的 34%，扩大下一轮样本不能消除它。"},
                {.text = "建议 n = 2 330", .flags = SAMPAN_RUN_BOLD},
                {.text = "；或改用条款二，与全省比较。"}),
};

static const sampan_table_block next_table = {
    .caption = "下一轮样本量",
    .columns = next_columns,
    .rows = next_rows,
    .n_columns = SAMPLE_COUNT(next_columns),
    .n_rows = SAMPLE_COUNT(next_rows),
    .notes = next_notes,
    .n_notes = SAMPLE_COUNT(next_notes),
    .compact = 1,
};

/* ---- the checklist ------------------------------------------------------------------------- */

static const sampan_table_column checklist_columns[] = {
    {"任务", SAMPAN_ALIGN_LEFT, 0, 330, 52, 1, 0}, {"阶段", SAMPAN_ALIGN_LEFT, 0, 120, 20, 0, 0},
    {"时限", SAMPAN_ALIGN_LEFT, 0, 100, 20, 0, 0}, {"结果", SAMPAN_ALIGN_LEFT, 0, 120, 24, 0, 0},
    {"证据", SAMPAN_ALIGN_LEFT, 0, 350, 42, 2, 0}, {"责任", SAMPAN_ALIGN_LEFT, 0, 140, 24, 0, 0},
};

#define CHECK_ROW(row_flags, name, phase, until, result, evidence, office)        \
  {                                                                               \
    .flags = (row_flags),                                                         \
    .cells = (const sampan_text[]){SAMPLE_PLAIN(name),     SAMPLE_PLAIN(phase),   \
                                   SAMPLE_PLAIN(until),    result,                \
                                   SAMPLE_PLAIN(evidence), SAMPLE_PLAIN(office)}, \
    .filter = ""                                                                  \
  }

static const sampan_table_row checklist_rows[] = {
    CHECK_ROW(0, "3.1 政府公开承诺", "第一阶段", "2020-08", SAMPLE_MET("按期完成"),
              "承诺书及公示网页（2020-08-28）", "区政府办"),
    CHECK_ROW(0, "3.7 健康影响评价制度与专家委员会", "第二阶段", "2021-01", SAMPLE_MET("逾期完成"),
              "2021-03-12 印发，逾期 40 天", "区卫健委"),
    CHECK_ROW(0, "3.8 部门配套实施方案", "第二阶段", "2021-01", SAMPLE_NOT_MET("未完成"),
              "17 个部门已交 14 个，缺 3 个", "各部门"),
    CHECK_ROW(0, "3.11 基本需求保障与环境整洁", "第三阶段", "2021-07", SAMPLE_UNDECIDED("证据不足"),
              "缺 2021 年上半年饮用水监测报告", "生态环境局"),
    CHECK_ROW(SAMPAN_ROW_MUTED, "3.13 历史建档", "—", "—", SAMPLE_NOT_ASSESSABLE("不适用"), "—",
              "区档案馆"),
};

static const sampan_table_block checklist_table = {
    .caption = "表3　任务清单与证据",
    .columns = checklist_columns,
    .rows = checklist_rows,
    .n_columns = SAMPLE_COUNT(checklist_columns),
    .n_rows = SAMPLE_COUNT(checklist_rows),
};

/* ---- provenance ---------------------------------------------------------------------------- */

static const sampan_table_column file_columns[] = {
    {"类别", SAMPAN_ALIGN_LEFT, 0, 140, 24, 0, 0},
    {"文件", SAMPAN_ALIGN_LEFT, 0, 260, 40, 1, 0},
    {"SHA-256", SAMPAN_ALIGN_LEFT, 0, 760, 92, 2, 0},
};

#define FILE_ROW(kind, file, sum)                                                              \
  {                                                                                            \
    .cells = (const sampan_text[]){SAMPLE_PLAIN(kind), SAMPLE_PLAIN(file), SAMPLE_PLAIN(sum)}, \
    .filter = ""                                                                               \
  }

static const sampan_table_row file_rows[] = {
    FILE_ROW("方案 plan", "lianyun-2021.yaml",
             "359a0bb190417c819b9d846fa03b2acace534b251be14cdd62a7bf7708cf111f"),
    FILE_ROW("输入 input", "final-2021.csv",
             "8680ffad30be1ab69c3dddcabdb7d880b54186194407c4b96019140c5d9bcb75"),
    FILE_ROW("标准 standard", "cn-census-2020",
             "86c25277a536e4538ab4fc1ac0e38b1805d107d43cb4396e5e1e708144443e45"),
};

static const sampan_table_block file_table = {
    .caption = "表4　文件指纹",
    .columns = file_columns,
    .rows = file_rows,
    .n_columns = SAMPLE_COUNT(file_columns),
    .n_rows = SAMPLE_COUNT(file_rows),
    .compact = 1,
};
