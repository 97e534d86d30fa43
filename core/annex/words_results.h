/* words_results.h - the words of the head, the results, the table and the charts: X(id, en, zh).
 * Included by words.h and words.c, twice each build; hence no guard. {9} is the confidence level.
 */

/* punctuation */
X(LIST_COMMA, ", ", "、")
X(SEMICOLON, "; ", "；")
X(COMMA, ", ", "，")
X(COLON, "{0}: {1}", "{0}：{1}")
X(COLON_THEN, ": {0}", "：{0}")
X(IN_BRACKETS, "{0} ({1})", "{0}（{1}）")
X(OR, ", or ", "，或")
X(AND, ", and ", "，且")
X(WIDE_GAP, " · ", "　")
X(NAME_GAP, ": ", " ")
X(TABLE_CAPTION, "Table {0}. {1}", "表{0}　{1}")
X(FIGURE_CAPTION, "Figure {0}. {1}", "图{0}　{1}")

/* head */
X(ANNEX, "Annex", "附件")
X(ANNEX_TITLE, "Evaluation", "评估指标表")
X(HEAD_DOCUMENT, "Document", "方案")
X(HEAD_CYCLE, "Period", "周期")
X(HEAD_ISSUER, "Issued by", "编制")
X(BASELINE, "Baseline", "基线")
X(CURRENT, "Current", "现值")
X(WITH_FIELDWORK, "{0} (fieldwork {1})", "{0}（现场调查 {1}）")
X(BASELINE_IN_TEXT, "baseline", "基线")
X(CURRENT_IN_TEXT, "current", "现值")
X(TARGET, "Target", "目标")
X(VALUE, "value", "数值")
X(TOTAL, "Total", "合计")

/* verdicts */
X(MET, "Met", "达标")
X(NOT_MET, "Not met", "未达标")
X(UNDECIDED, "Undecided", "不能判定")
X(NOT_ASSESSABLE, "Not assessable", "不可评")
X(NO_POINT_VERDICT, "Not judged", "未判定")
X(CHECK_ON_TIME, "Done on time", "按期完成")
X(CHECK_LATE, "Done late", "逾期完成")
X(CHECK_NO_EVIDENCE, "Lacks evidence", "证据不足")
X(CHECK_NOT_DONE, "Not done", "未完成")
X(CHECK_UNKNOWN, "Not reported", "未填报")
X(PROGRESS_MET, "Target met or exceeded", "达到或超过目标")
X(PROGRESS_IMPROVING, "Improving", "改善")
X(PROGRESS_LITTLE, "Little or no detectable change", "变化不明显")
X(PROGRESS_WORSE, "Getting worse", "恶化")
X(PROGRESS_BASELINE_ONLY, "Baseline only", "仅有基线")
X(PROGRESS_NONE, "No numeric target", "无量化目标")
X(PROGRESS_NOT_ASSESSABLE, "Not assessable", "不可评")
X(POINT, "Point verdict", "点值判定")
X(STATISTICAL, "Statistical verdict", "统计判定")
X(PROGRESS, "Progress", "国际口径")
X(LEAD, "Lead", "牵头")
X(COOPERATING, "Cooperating", "配合")

/* units */
X(POINTS, "percentage points", "个百分点")
X(POINTS_NAME, "percentage points", "百分点")
X(FROM_TO, "{0} to {1}", "{0} 至 {1}")
X(PER, "per {0}", "每 {0}")

/* why there is no number */
X(REASON_PRECISION, "not published: too imprecise", "精度不足，不发布")
X(REASON_PRECISION_WHY, "too imprecise: {0}", "精度不足：{0}")
X(WHY_RECORDS, "too few records", "记录数过少")
X(WHY_EFFECTIVE, "effective sample size below 30", "有效样本 < 30")
X(WHY_WIDTH, "interval as wide as 30 points or wider", "区间宽度 ≥ 30 个百分点")
X(WHY_RELATIVE, "interval wider than 130 % of the estimate", "相对区间宽度 > 130%")
X(WHY_EVENTS, "fewer than 10 events", "事件数不足 10")
X(WHY_RATE, "interval wider than 160 % of the estimate", "相对区间宽度 > 160%")
X(WHY_HALF, "half the interval exceeds 10 points", "区间半宽 > 10 个百分点")
X(WHY_ERROR, "relative standard error above 30 %", "相对标准误 > 30%")
X(WHY_NO_ERROR, "no standard error", "没有标准误")
X(WHY_POPULATION, "a population of fewer than 10", "人口数不足 10")
X(WHY_TEN_RECORDS, "fewer than 10 records", "记录数不足 10")
X(WHY_FEW_EVENTS, "too few events", "事件数过少")
X(WHY_SMALL_EFFECTIVE, "effective sample size too small", "有效样本过小")
X(WHY_WIDE_HALF, "half the interval is too wide", "区间半宽过大")
X(WHY_LARGE_ERROR, "relative standard error too large", "相对标准误过大")
X(WHY_LOGARITHM, "relative standard error of the logarithm above 17.5 %",
  "对数的相对标准误 > 17.5%")
X(REASON_CONFIDENTIAL, "not published: confidential", "保密，不发布")
X(REASON_COMPLEMENTARY, "not published: would reveal another row", "补充抑制，防止反推")
X(REASON_NOT_ESTIMABLE, "cannot be estimated", "无法估计")
X(REASON_NONE, "no value", "无数据")
X(NOT_PUBLISHED, "{0}: {1}", "{0}：{1}")
X(FULL_COUNT, "full count", "全数")
X(AS_PUBLISHED, "as published", "公布值")
X(NO_INTERVAL, "no interval", "无区间")

/* one: results */
X(SECTION_RESULTS, "Results", "评估结果")
X(ANSWER_ALL,
  "By the point verdict, which is the official one, of {0} {0|goal or task|goals and tasks} ",
  "按点值判定（正式口径），本次评估的 {0} 项指标和任务中，")
X(ANSWER_MET, "{0} {0|is|are} met", "达标 {0} 项")
X(ANSWER_REST, "; {0} not met, {1} undecided for want of evidence, {2} not assessable.",
  "，未达标 {0} 项，因证据不足不能判定 {1} 项，不可评 {2} 项。")
X(ANSWER_LATE, " Done late, and counted as met: {0}.", "其中逾期完成、计入达标的有：{0}。")
X(ANSWER_SURVEYS,
  " With the sampling error counted (statistical verdict), of {0} survey {0|goal|goals} {1} "
  "{1|is|are} "
  "met, {2} not met, {3} undecided, {4} not assessable",
  "计入抽样误差（统计判定），{0} 项抽样调查指标中达标 {1} 项，未达标 {2} 项，不能判定 {3} 项，"
  "不可评 {4} 项")
X(ANSWER_DIFFER, "; the two verdicts differ for {0}: {1}.", "；两种判定不一致的有 {0} 项：{1}。")
X(ANSWER_AGREE, "; the two verdicts agree throughout.", "；两种判定全部一致。")
X(ANSWER_EXACT, " Registers and tasks have no sampling error: their two verdicts are the same.",
  "登记指标和任务没有抽样误差，两种判定相同。")
X(BY_STATISTICS, "{0} (statistical verdict: {1})", "{0}（统计判定：{1}）")
X(ROW_POINT, "{0}, point verdict", "{0}，点值判定")
X(ROW_STATISTICAL, "{0}, statistical verdict", "{0}，统计判定")
X(KIND_OF_DATA, "Kind of data", "数据种类")
X(KIND_SAMPLE, "Sample survey", "抽样调查")
X(KIND_REGISTER, "Office register", "部门登记")
X(KIND_CHECKLIST, "Checklist", "任务清单")
X(N_GOALS, "Goals", "项数")
X(TABLE_RESULTS, "Results by kind of data", "评估结果汇总（项）")
X(NOTE_RESULTS,
  "The total is by point verdict. A register or task has one verdict; “undecided” is a task that "
  "lacks "
  "its evidence.",
  "合计按点值判定。登记指标和任务只有一种判定；其中“不能判定”指任务缺证据。")
X(PART_DIFFER, "Where the two verdicts differ", "两种判定不一致的指标")
X(PART_MISSING, "What is missing", "离达标还差什么")
X(DIFFER_WHY,
  ": the current value is {0} against “{1}”; the point verdict is “{2}”. With the sampling error "
  "counted, the {9} interval of “{3}” is {4}; the statistical verdict is “{5}”.",
  "：现值 {0}，目标为“{1}”，点值判定为{2}；计入抽样误差后，“{3}”的 {9} 置信区间为 {4}，"
  "统计判定为{5}。")
X(DIFFER_BARE, ": the point verdict is “{0}”, the statistical verdict “{1}”.",
  "：点值判定为{0}，统计判定为{1}。")
X(WHO_ACTS, " (Lead: {0})", "（牵头：{0}）")
X(SHORT_BY, "short by {0}", "差 {0} 个")
X(SHORT_BY_NOUN, "short by {0} {1}", "差 {0} {1}")
X(TOO_MANY_BY, "{0} too many", "多 {0} 个")
X(TOO_MANY_BY_NOUN, "{0} {1} too many", "多 {0} {1}")
X(MISSING_UNITS, "{0} ({1} now, {2} needed); target: {3}.", "{0}（现有 {1}，需 {2}）；目标：{3}。")
X(MISSING_GAP, "current {0}, target: {1}; {2} to go.", "现值 {0}，目标：{1}；还差 {2}。")
X(MISSING_UNDECIDED,
  "point verdict: {4}; current {0}, target: {1}; the {9} interval of the gap, {2}, contains 0, and "
  "the sample does not decide. {3}",
  "点值判定为{4}；现值 {0}，目标：{1}；差值的 {9} 区间为 {2}，含 0，现有样本不足以判定。{3}")
X(NEXT_N,
  "If the values stay as they are, a verdict with 80% power needs a sample of {0} ({1} times the "
  "present one{2}), the design and the errors of the other side being the same.",
  "若现值不变、设计及基线和对照的误差不变，以 80% 的把握作出判定，需样本 {0} 人（本轮的 {1} "
  "倍{2}）。")
X(NEXT_PSU, "; {0} PSUs in place of {1}, with as many interviews in each",
  "；每个初级抽样单位调查人数不变，即 {0} 个初级抽样单位，本轮为 {1} 个")
X(NEXT_NOT_PRACTICABLE,
  "If the values stay as they are, no practicable sample of the next wave would decide it{0}.",
  "若现值不变，没有可行的样本量能够作出判定{0}。")
X(NEXT_DETECTABLE,
  "; the smallest “{0}” that a sample of the present size shows with 80% power is {1}",
  "；与本轮同样大小的样本，以 80% 的把握能检出的“{0}”最小为 {1}")
X(MISSING_EVIDENCE, "reported as done; the evidence is to be handed in.",
  "已报完成，须补交证据材料。")
X(MISSING_TASK_BY, "not done; it was due on {0}.", "未完成，时限为 {0}。")
X(MISSING_TASK, "not done.", "未完成。")
X(MISSING_NOT_SAID, "not reported.", "未填报完成情况。")
X(MISSING_NO_VALUE, "there is no value that can be held against the target.",
  "没有可与目标比较的数值。")

/* two: spine chart */
X(SECTION_SPINE, "Against {0}", "与{0}水平比较")
X(A_COMPARATOR, "a comparator", "对照")
X(SPINE_NONE, "No goal names a comparator with a value.", "各指标均未设有数值的对照，本节从略。")
X(SPINE_HOW,
  "The line in the middle is {0}; right of it is better. Whiskers are {9} confidence intervals of "
  "the difference, with the sampling errors of both surveys; a whisker across the line means no "
  "clear difference.",
  "中线是{0}水平，点在右侧为优。须线是差值的 {9} 置信区间，已计入两个调查的抽样误差；"
  "须线跨过中线，即“无明显差异”。")
X(SPINE_TITLE, "Difference from {0}, percentage points", "与{0}之差，百分点")
X(SPINE_CAPTION, "Survey indicators against {0}", "主要调查指标与{0}之差（百分点）")
X(SPINE_HERE, "Here\n%", "本地\n%")
X(SPINE_GAP, "Here − {0}\npoints ({9} CI)", "本地 − {0}\n百分点 ({9} CI)")
X(SPINE_JUDGED, "Against\n{0}", "与{0}比")
X(SPINE_AXIS, "Axis: difference of up to {0} percentage points either side; right is better",
  "横轴：差值，左右各 {0} 个百分点，右为优")
X(SPINE_SENTENCE, "{0}: {1}; {2} {3}; difference {4}; {5}", "{0}：本地 {1}，{2} {3}，差值 {4}，{5}")
X(SPINE_FLIPPED, "Where low is better the chart is flipped; the figures keep their signs.",
  "越低越好的指标，图中已把方向翻转，表中差值保留原符号。")
X(SPINE_NO_RANGE, "The range over all districts is not known and not drawn.",
  "没有各县（市、区）的分布数据，故不画全距。")
X(BETTER, "better", "优于{0}")
X(WORSE, "worse", "差于{0}")
X(SIMILAR, "no clear difference", "无明显差异")
X(LOW_IS_GOOD, "low is better", "越低越好")
X(SIDE_WORSE, "◁ worse", "◁ 差于")
X(SIDE_BETTER, "better ▷", "优于 ▷")
X(OTHER_UNIT, "other unit: see the figures", "单位不同，见右侧数值")

/* three: main table */
X(SECTION_TABLE, "Table of indicators", "指标总表")
X(TABLE_GOALS, "Indicators, targets and verdicts", "指标总表")
X(HEAD_NUMBER, "No.", "序号")
X(HEAD_GOAL, "Indicator", "指标")
X(HEAD_GOAL_UNIT, "Indicator (unit)", "指标（单位）")
X(HEAD_UNIT, "Unit", "单位")
X(VALUE_INTERVAL, "value ({9} CI)", "值 ({9} CI)")
X(HEAD_CHANGE, "Change\n({9} CI)", "变化\n({9} CI)")
X(HEAD_TARGET, "Target", "目标")
X(HEAD_POINT, "Point verdict", "点值判定")
X(HEAD_STATISTICAL, "Statistical verdict", "统计判定")
X(HEAD_PROGRESS, "Progress\nHealthy People", "国际口径进展\nHealthy People")
X(HEAD_LEAD, "Lead", "牵头部门")
X(HEAD_SOURCE, "Data", "数据来源")
X(SOURCE_SAMPLE, "Sample", "抽样")
X(SOURCE_REGISTER, "Register", "登记")
X(SOURCE_CHECKLIST, "Checklist", "清单")
X(SOURCE_VITAL, "Registry", "人口登记")
X(GROUP_REMARK, "{1}: {0}", "{1}，{0} 项")
X(DONE_BY, "done by {0}, with evidence", "{0} 前完成并有证据")
X(DONE, "done, with evidence", "完成并有证据")
X(NOTE_DIFFER,
  "The verdicts differ: the point verdict counts no error; the {9} interval of “{0}” is {1} and "
  "contains 0.",
  "两种判定不一致：点值判定不计误差，而“{0}”的 {9} 区间为 {1}，含 0。")
X(NOTE_COMPARATOR, "{0}: {1} ({9} CI {2}); its own sampling error is counted in the comparison.",
  "{0} {1}（{9} CI {2}），自身也有抽样误差，已计入比较。")
X(NOTE_COVERAGE, "Counts those who were covered, not all: {0} of {1}, {2}.",
  "按实测人数计，不是全体：实测 {0} / 应测 {1}，覆盖率 {2}。")
X(NOTE_REVIEW,
  "The current value is of limited reliability (few degrees of freedom, or no or only events).",
  "现值可靠性有限（自由度过小，或事件数为 0 或全部），须慎用。")
X(NOTE_NO_NUMBER, "The text sets no number: level and change are reported, nothing is judged.",
  "原文未设数值阈值，只报告水平与变化，不判定。")
X(NOTE_COLUMNS,
  "Changes of percentages are in percentage points. Registers are counts without sampling error; "
  "both verdicts on them are the same. Rows in a frame: the two verdicts differ. "
  "— means no value, or one that is not published.",
  "百分率的变化以百分点计。登记指标是登记数的统计，没有抽样误差，两种判定相同。粗线框出的行，"
  "两种判定不一致。“—”为没有数值或不发布。")
X(NOTE_PROGRESS, "Progress: the status of Healthy People 2030.",
  "国际口径（Healthy People 2030）：达到或超过目标 target met or exceeded；改善 improving；"
  "变化不明显 little or no detectable change；恶化 getting worse；无量化目标 no numeric "
  "target；不可评 not assessable。")

/* clauses */
X(ABOVE_OTHER, "above {0}", "高于{0}")
X(AT_LEAST_OTHER, "no lower than {0}", "不低于{0}")
X(BELOW_OTHER, "below {0}", "低于{0}")
X(AT_MOST_OTHER, "no higher than {0}", "不高于{0}")
X(EQUAL_OTHER, "equal to {0}", "等于{0}")
X(THE_BASELINE, "the baseline", "基线")
X(UP_BY, "{0}% above the baseline", "比基线提高 {0}%")
X(DOWN_BY, "{0}% below the baseline", "比基线下降 {0}%")
X(UP_POINTS, "{0} above the baseline", "比基线提高 {0}")
X(DOWN_POINTS, "{0} below the baseline", "比基线下降 {0}")
X(NO_NUMBER, "none in numbers", "未设数值目标")

/* four: cards */
X(SECTION_SURVEY, "Survey indicators", "调查指标")
X(SURVEY_NONE, "No indicator comes from a sample.", "本方案没有抽样调查指标。")
X(FINDING, "{0}; {1}", "{0}，{1}")
X(FINDING_UP, "{0} above baseline", "比基线高 {0}")
X(FINDING_DOWN, "{0} below baseline", "比基线低 {0}")
X(FINDING_NO_CHANGE, "{0}, no detectable change from baseline", "现值 {0}，与基线相比变化不明显")
X(FINDING_VALUE, "{0}", "现值 {0}")
X(FINDING_MET, "the target is met", "达标")
X(FINDING_NOT_MET, "the target is not met", "未达标")
X(FINDING_UNSURE_MET, "on target by its point, but the sample cannot confirm it",
  "点值达标，但现有样本不足以确认")
X(FINDING_UNSURE_NOT_MET, "short of the target by its point, but the sample cannot confirm it",
  "点值未达标，但现有样本不足以判定")
X(FINDING_NO_TARGET, "no number is set, so nothing is judged", "原文没有数值阈值，不判定")
X(FINDING_NOT_ASSESSABLE, "cannot be held against the target", "不能与目标比较")
X(FINDING_NO_VALUE, "The current value is not published; nothing is judged", "现值不发布，不作判定")
X(TARGET_IS, "Target: {0}.", "目标：{0}。")
X(HEAD_DECISION, "How it was decided", "判定过程")
X(HEAD_GAP, "Difference, {0} ({9} CI)", "差值，{0} ({9} CI)")
X(CLAUSE, "Clause {0}: {1}", "条款 {0}：{1}")
X(COMBINED_ANY, "Together: any one clause is enough", "合并：任一条成立即达标")
X(COMBINED_ALL, "Together: every clause must hold", "合并：各条均成立才达标")
X(CHANGE_REPORTED, "Current − baseline (reported, not judged)", "现值 − 基线（只报告，不判定）")
X(TABLE_DECISION, "{0}: how it was decided", "{0}：判定过程")
X(CARD_NEXT_HEAD, "Sample of the next wave. ", "下一轮样本量。")
X(GAP_DF, "df {0}", "自由度 {0}")
X(GAP_DF_INFINITE, "df infinite", "自由度无穷大")
X(OTHER_DEFINITION, "not compared: definition {0} against {1}",
  "指标定义版本不同（{0}、{1}），不作比较")
X(NO_VERSION, "not stated", "未注明")
X(DUMBBELL_TITLE, "Baseline → current, {0}", "基线 → 现值，{0}")
X(DUMBBELL_CAPTION, "{0}: baseline and current value", "{0}：基线与现值")
X(DUMBBELL_SENTENCE, "Baseline {0}, current {1}", "基线 {0}，现值 {1}")
X(TARGET_AT, "Target {0}", "目标 {0}")
X(BAND, "{0}, {9} CI", "{0} {9} CI")
X(NO_TREND, "Baseline and current value are two points: no trend is drawn.",
  "只有基线和现值两个时点，不画走势图。")
X(FOREST_TITLE, "By group, {0}", "分人群，{0}")
X(FOREST_CAPTION, "{0} by group", "{0}：分人群估计")
X(GROUP, "Group", "人群")
X(BY_GROUP, "{0}, by group (full count):", "{0}分人群（全数统计）：")
X(BY_GROUP_COVERED, "{0}, by group. {1}", "{0}分人群。{1}")
X(ESTIMATE_INTERVAL, "Estimate and {9} CI", "估计值与 {9} CI")
X(WHOLE_AREA, "All", "合计")
X(HELD_BACK, "not published", "不发布")
X(FOREST_NOTE, "Groups stand in their natural order, not by value.",
  "各组按自然次序排列，不按数值大小。")
X(FOREST_NOTE_REVIEW, "* limited reliability: few degrees of freedom, or no or only events.",
  "* 可靠性有限：自由度过小，或事件数为 0 或全部。")
X(FOREST_NOTE_HIDDEN,
  "Groups stand in their natural order, not by value. A group that is not published keeps its row "
  "with the reason.",
  "各组按自然次序排列，不按数值大小。“—”为不发布，原因写在该行。")
X(AXIS_SENTENCE, "Axis: {0} to {1} {2}", "横轴：{0} 至 {1} {2}")

/* five: registers */
X(SECTION_REGISTERS, "Register indicators", "登记指标")
X(REGISTER_NONE, "No indicator comes from a register.", "本方案没有登记指标。")
X(REGISTER_HOW,
  "Bars are current values from 0; hatched: not met. Dotted: baseline; thick line: target. All are "
  "counts of registers: no sampling error, no interval. Where only a part is covered, the share is "
  "given in the table.",
  "条形为现值，从 0 起画，斜线条形为未达标；虚线为基线，粗竖线为目标。各项均为登记数的统计，"
  "没有抽样误差，不列区间；未覆盖全体的，覆盖率见指标总表。")
X(REGISTER_TITLE, "Register indicators", "登记指标")
X(REGISTER_CAPTION, "Register indicators", "登记指标")
X(REGISTER_STRIP, "0 → 100%", "0 → 100%")
X(NUMERATOR_DENOMINATOR, "Numerator / denominator", "分子 / 分母")
X(HEAD_VERDICT_GAP, "Verdict and gap", "判定与差距")
X(REGISTER_SENTENCE, "{0}: {1}, target {2}; {3}", "{0}：现值 {1}，目标 {2}，{3}")
X(OWN_AXIS, " The axis of {0} ends at {1}.", "{0} 的横轴终点是 {1}。")

/* six: checklist */
X(SECTION_CHECKLIST, "Checklist", "任务清单")
X(CHECKLIST_NONE, "The programme has no checklist.", "本方案没有任务清单。")
X(TABLE_CHECKLIST, "Tasks", "任务清单")
X(HEAD_TASK, "Task", "任务")
X(HEAD_PHASE, "Phase", "阶段")
X(HEAD_DEADLINE, "Deadline", "时限")
X(HEAD_DONE, "Done on", "完成日期")
X(HEAD_RESULT, "Result", "结果")
X(HEAD_EVIDENCE, "Evidence", "证据")
X(HEAD_DEPARTMENT, "Department", "责任部门")
X(CHECKLIST_NOTE, "A task that is done late is counted as met; one without evidence as undecided.",
  "逾期完成计入达标，证据不足计入不能判定。")
