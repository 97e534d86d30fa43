/* words_methods.h - the words of data quality, methods and provenance: X(id, en, zh). Included by
 * words.h and words.c; hence no guard. {9} is the confidence level. */

/* seven: data quality */
X(SECTION_QUALITY, "Data quality", "数据质量")
X(ALL_WAVES, "all", "全部")
X(HEAD_DATA, "Data", "数据")
X(HEAD_WAVE, "Wave", "轮次")
X(HEAD_READ, "Read", "读入")
X(HEAD_DROPPED, "Dropped", "剔除")
X(HEAD_KEPT, "Kept", "保留")
X(HEAD_REASON, "Reason", "剔除原因")
X(HEAD_RECORDS, "Records", "条数")
X(HEAD_OF_READ, "Of those read", "占读入")
X(HEAD_IN_DOMAIN, "Records concerned", "应答对象")
X(HEAD_MISSING, "No value", "缺失")
X(HEAD_OF_DOMAIN, "Share", "缺失率")
X(TABLE_RECORDS, "Records read, dropped and kept", "读入、剔除和保留的记录")
X(TABLE_DROPS, "Records dropped, by reason", "剔除的记录，按原因")
X(TABLE_MISSING, "Missing values by indicator", "各指标的缺失")
X(NO_DROPS, "No record was dropped.", "没有剔除记录。")
X(FACT_JOINS, "Joined files", "关联文件")
X(JOINED, "{0}: {1} {1|record|records} without a partner", "{0}：{1} 条记录没有对应")
X(FACT_COMPLETE, "Completeness of files", "文件完整性")
X(UNPROVEN,
  "The format of these files cannot prove that they are whole; compare the counts of records with "
  "the office's: {0}.",
  "以下文件的格式不能证明文件完整，请与发文单位核对记录数：{0}。")
X(ALL_PROVEN, "The formats of all files prove that they were read to the end.",
  "各文件均已完整读入：由文件格式，或由方案所列的记录数或指纹证明。")
X(FACT_DESIGN, "Design", "抽样设计")
X(DESIGN_COUNTS, "{0} strata, {1} PSUs in all waves; {2} degrees of freedom of the whole design.",
  "各轮合计 {0} 层、{1} 个初级抽样单位，全设计自由度 {2}。")
X(FACT_WEIGHTS, "Weights", "权重")
X(WEIGHTS, "coefficient of variation {0}; from {1} to {2}; sum {3}.",
  "变异系数 {0}，最小 {1}，最大 {2}，合计 {3}。")

/* eight: methods */
X(SECTION_METHODS, "Methods", "方法")
X(DESIGN_NONE, "None: every record counts as sampled by itself, with weight 1.",
  "无：每条记录独立，权重为 1。")
X(DESIGN_TEXT, "Strata: {0}. Primary sampling unit: {1}. Weight: {2}. {3}",
  "分层变量：{0}；初级抽样单位：{1}；权重：{2}。{3}")
X(NO_STRATA, "none", "不分层")
X(PSU_IS_RECORD, "the record", "每条记录")
X(WEIGHT_ONE, "1", "1")
X(WITH_FPC, "Finite population correction of the first stage: {0}.", "第一阶段有限总体校正：{0}。")
X(WITHOUT_FPC, "No finite population correction.", "不作有限总体校正。")
X(FACT_SCOPE, "Records in scope", "纳入范围")
X(SCOPE_KEEP, "Kept: {0}. ", "保留 {0}。")
X(SCOPE_DROP, "Dropped before the design, with their reasons: {0}. ", "进入设计前剔除：{0}。")
X(SCOPE_DOMAIN, "Domain: {0}; records outside it stay in the design. ",
  "估计域：{0}；域外记录仍留在设计中。")
X(FACT_VARIANCE, "Variance", "方差")
X(TAYLOR,
  "Taylor linearization between PSUs within strata, as sampled with replacement at the first "
  "stage. ",
  "泰勒线性化，按层内初级抽样单位之间的变异计算（第一阶段视为有放回）。")
X(LONELY_FAIL, "A stratum with one PSU would be an error; there was none.",
  "只有一个初级抽样单位的层视为错误，本次没有。")
X(LONELY_REMOVE, "A stratum with one PSU adds no variance (remove).",
  "只有一个初级抽样单位的层不计方差（remove）。")
X(LONELY_CERTAINTY, "A stratum with one PSU counts as taken with certainty (certainty).",
  "只有一个初级抽样单位的层视为必选（certainty）。")
X(LONELY_ADJUST, "A stratum with one PSU is centred at the grand mean (adjust).",
  "只有一个初级抽样单位的层以总均值为中心（adjust）。")
X(LONELY_AVERAGE, "A stratum with one PSU gets the mean variance of the others (average).",
  "只有一个初级抽样单位的层取其他层方差的均值（average）。")
X(FACT_DF, "Degrees of freedom", "自由度")
X(DF_DOMAIN, "PSUs less strata that hold records of the group.",
  "含该人群记录的初级抽样单位数减层数。")
X(DF_DESIGN, "PSUs less strata of the whole design.", "全设计的初级抽样单位数减层数。")
X(DF_STRATA_PRESENT, "PSUs less strata, over the strata that hold records of the group.",
  "在含该人群记录的层中，初级抽样单位数减层数。")
X(DF_INFINITE, "Infinite: the normal distribution.", "无穷大，用正态分布。")
X(REGISTER_METHOD, "Full counts by the offices, without sampling error: {0}.",
  "全数统计，没有抽样误差：{0}。")
X(CHECKLIST_METHOD,
  "A task is done on time, done late, lacking evidence or not done, by its dates and evidence: "
  "{0}.",
  "按完成日期和证据分为按期完成、逾期完成、证据不足、未完成：{0}。")
X(VITAL_METHOD, "Events are counted, their variance is that of Poisson counts: {0}.",
  "事件数按泊松分布计算方差：{0}。")
X(FACT_ESTIMATOR, "Estimator: {0}", "估计量：{0}")
X(FACT_INTERVAL, "Interval: {0}", "置信区间：{0}")
X(FORMULA, " Formula: {0}.", "公式：{0}。")
X(REFERENCE, " Source: {0}.", "依据：{0}。")
X(USED_FOR, " Used for: {0}.", "用于：{0}。")
X(FACT_DEFINITIONS, "Definitions", "指标定义")
X(DEFINITION_VERSION, " Version of the definition: {0}.", "定义版本：{0}。")
X(FACT_POINT_RULE, "Point verdict", "点值判定")
X(POINT_RULE,
  "The current value is held against the target and no error is counted, as offices commonly do.",
  "只看现值是否越过目标，不计误差，即办公室通行的做法。")
X(FACT_STATISTICAL_RULE, "Statistical verdict", "统计判定")
X(STATISTICAL_RULE,
  "The {9} interval of current value minus target decides, the error of baseline and comparator "
  "counted: wholly on the good side, met; wholly on the bad side, not met; else undecided. For an "
  "estimate against a fixed number its own interval is moved; for two estimates the variances are "
  "added (with their covariance within one survey) and a t interval is used, degrees of freedom "
  "after Welch and Satterthwaite. Where any clause is enough, one clause met is met, and all not "
  "met is not met.",
  "看现值与目标之差的 {9} 区间，基线和对照自身的误差一并计入：全在达标一侧为达标，全在另一侧为"
  "未达标，其余为不能判定。与固定数值比较时，平移估计值自身的区间；两个估计值相比时，方差相加"
  "（同一调查内计入协方差），用 t 区间，自由度按 Welch–Satterthwaite 计算。“任一条成立即达标”的"
  "条款，一条达标即达标，全部未达标才为未达标。")
X(FACT_PROGRESS_RULE, "Progress", "国际口径进展")
X(PROGRESS_RULE,
  "Healthy People 2030: target met or exceeded; else improving or getting worse where the change "
  "from the baseline is significant, little or no detectable change where it is not. Without "
  "standard errors: improving from 10% of the targeted change, worse from 10% of the baseline.",
  "Healthy People 2030 的规则：先看是否达到目标；未达到的，与基线相比变化显著为改善或恶化，"
  "不显著为变化不明显。登记指标没有标准误，以完成目标变化的 10% 为改善，比基线变差 10% 为恶化。")
X(FACT_NEXT_RULE, "Next sample", "下一轮样本量")
X(NEXT_RULE,
  "The size at which the observed gap is found with 80% power, the design effect and the error of "
  "baseline and comparator staying as they are.",
  "使当前差值以 80% 的把握被检出的样本量，设计效应、基线和对照的误差保持不变。")
X(FACT_PUBLICATION, "Publication", "发布标准")
X(PUBLICATION_NCHS,
  "NCHS presentation standards: a proportion is not published where its records or its effective "
  "sample are below 30, where its interval is 30 percentage points or wider, or wider than 130% of "
  "the estimate; a rate where it has fewer than 10 events or its interval is wider than 160% of "
  "it. "
  "Source: NCHS, Vital Health Stat 2(175), 2017, and 2(200), 2023. ",
  "采用 NCHS 发布标准：比例的记录数或有效样本 < 30、区间宽度 ≥ 30 个百分点或相对区间宽度 > 130% "
  "的不发布；率的事件数不足 10 或相对区间宽度 > 160% 的不发布。依据：NCHS, Vital Health Stat "
  "2(175)，2017；2(200)，2023。")
X(PUBLICATION_BRFSS,
  "BRFSS rules: an estimate is not published where it has fewer than 50 records, where half its "
  "interval exceeds 10 percentage points, or where its relative standard error exceeds 30%. ",
  "采用 BRFSS 规则：记录数不足 50、区间半宽 > 10 个百分点或相对标准误 > 30% 的不发布。")
X(PUBLICATION_OTHER, "Rule of the plan: {0}. ", "方案规定：{0}。")
X(PUBLICATION_MINIMUM, "At least {0} records are asked for. ", "最少记录数为 {0}。")
X(PUBLICATION_PRECISION, "Nothing was withheld for its small count.",
  "没有因计数过小而保密的数值。")
X(PUBLICATION_CONFIDENTIAL,
  "Small counts are withheld for confidentiality, and with them a further row wherever they could "
  "be derived: another reason than lacking precision. ",
  "小计数另按保密处理，可以反推时再抑制一行；保密与精度不足是两种不同的原因。")
X(PUBLICATION_NONE, "The plans set no presentation standard. ", "方案未设发布标准。")
X(FACT_LIMITS, "Limits", "局限")
X(LIMITS,
  "Intervals count sampling error alone, neither nonresponse nor wrong answers. Verdicts on "
  "several "
  "indicators are not adjusted for their number. Groups are shown for analysis and are not judged.",
  "区间只计抽样误差，不含无应答和误报。多项指标分别判定，未作多重比较校正。分人群结果只供分析，"
  "不参与判定。")

/* nine: provenance */
X(SECTION_PROVENANCE, "Provenance", "溯源")
X(PROVENANCE_WHY,
  "The same files and the same command give the same numbers. Fingerprints are SHA-256.",
  "用同样的文件和命令应得到同样的数值。文件指纹为 SHA-256。")
X(TABLE_PROVENANCE, "Files and plugins", "文件和插件")
X(HEAD_SORT, "Kind", "类别")
X(HEAD_FILE, "Name", "名称")
X(SORT_PROGRAMME, "Programme", "方案文件")
X(SORT_PLAN, "Plan", "分析计划")
X(SORT_INPUT, "Input", "输入")
X(SORT_PLUGIN, "Plugin ({0})", "插件（{0}）")
X(PART_AGAIN, "To compute it again", "重新计算")
X(ENGINE, "Engine: sampan {0}.", "引擎：sampan {0}。")
