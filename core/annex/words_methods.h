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
X(FACT_UNGROUPED, "In no group", "缺分组变量")
X(UNGROUPED, "{0}: {1} {1|record|records}", "{0}：{1} 条")
X(FACT_COMPLETE, "Completeness of files", "文件完整性")
X(UNPROVEN,
  "The format of these files cannot prove that they are whole; compare the counts of records with "
  "the office's: {0}.",
  "以下文件的格式不能证明文件完整，请与发文单位核对记录数：{0}。")
X(ALL_PROVEN,
  "All files were read to the end: their format proves it, or the number of records or the digest "
  "that the plan declares.",
  "各文件均已完整读入：由文件格式，或由计划所列的记录数或指纹证明。")
X(FACT_DESIGN, "Design", "抽样设计")
X(DESIGN_COUNTS, "{0} strata, {1} PSUs in all waves; {2} degrees of freedom of the whole design.",
  "各轮合计 {0} 层、{1} 个初级抽样单位，全设计自由度 {2}。")
X(FACT_WEIGHTS, "Weights", "权重")
X(WEIGHTS, "coefficient of variation {0}; from {1} to {2}, over all waves{3}.",
  "各轮合计变异系数 {0}，最小 {1}，最大 {2}{3}。")
X(WEIGHT_SUMS, "; sum by wave: {0}", "；各轮权重之和：{0}")
X(WEIGHT_SUM, "{0} {1}", "{0} {1}")

/* eight: methods */
X(SECTION_METHODS, "Methods", "方法")
X(FACT_SCOPE, "Records in scope", "纳入范围")
X(SCOPE_KEEP, "Kept: {0}. ", "保留 {0}。")
X(SCOPE_DROP, "Dropped before the design, with their reasons: {0}. ", "进入设计前剔除：{0}。")
X(SCOPE_DOMAIN, "Domain: {0}; records outside it stay in the design. ",
  "估计域：{0}；域外记录仍留在设计中。")
X(REGISTER_METHOD,
  "Counts of all records of the offices, without sampling error: {0}. Whom a register does not "
  "hold "
  "is not in them; where the programme names the coverage, it stands in the table.",
  "按登记的全部记录统计，没有抽样误差：{0}。未登记、未测者不在其内；方案列有覆盖率的，见指标总表。")
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
X(WITH_PARAMETERS, "{0} ({1})", "{0}（{1}）")
X(WITH_PARAMETERS_EACH, "{0} (each {1})", "{0}（均为{1}）")
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
  "estimate against a fixed number its own interval is moved. For two estimates of one plan the "
  "interval is a t interval with their covariance, and degrees of freedom by the plan's rule over "
  "the PSUs and strata of both; for different sources the variances are added, with degrees of "
  "freedom after Welch and Satterthwaite. The degrees of freedom used stand beside each "
  "difference. "
  "Values of different, or one-sidedly stated, versions of a definition are not compared. Where "
  "any clause is enough, one clause met is met, and all not "
  "met is not met.",
  "看现值与目标之差的 {9} 区间，基线和对照自身的误差一并计入：全在达标一侧为达标，全在另一侧为"
  "未达标，其余为不能判定。与固定数值比较时，平移估计值自身的区间。同一计划的两个估计值相比，用 t "
  "区间，计入协方差，自由度按计划的规则由两者涉及的全部初级抽样单位和层计算；不同来源的两个值"
  "相比，方差相加，自由度按 Welch–Satterthwaite 计算。所用自由度列在各差值旁。定义版本不同，或"
  "只有一方注明版本的，不作比较。“任一条成立即达标”的"
  "条款，一条达标即达标，全部未达标才为未达标。")
X(FACT_PROGRESS_RULE, "Progress", "国际口径进展")
X(PROGRESS_RULE,
  "Healthy People 2030: target met or exceeded; else improving or getting worse where the change "
  "from the baseline is significant, little or no detectable change where it is not. For "
  "registers, without standard errors: improving from 10% of the targeted change, worse from 10% "
  "of "
  "the baseline. A sampled change that cannot be tested is not assessable.",
  "Healthy People 2030 的规则：先看是否达到目标；未达到的，与基线相比变化显著为改善或恶化，"
  "不显著为变化不明显。登记指标没有标准误，以完成目标变化的 10% 为改善，比基线变差 10% "
  "为恶化；抽样指标的变化无法检验的，不可评。")
X(FACT_NEXT_RULE, "Next sample", "下一轮样本量")
X(NEXT_RULE,
  "The size at which the observed gap is found with 80% power if the values, the design effect, "
  "the "
  "interviews in each PSU and the error of baseline and comparator stay as they are. Where it "
  "exceeds "
  "the population or ten times the present sample, none is given, but the smallest difference that "
  "a "
  "sample of the present size shows with 80% power: (t0.975 + t0.8) times its standard error.",
  "若现值、设计效应、每个初级抽样单位的调查人数以及基线和对照的误差都不变，使当前差值以 80% "
  "的把握被检出的样本量。超过人群总数或本轮 10 倍的不列，改列与本轮同样大小的样本以 80% "
  "的把握能检出的最小差值：(t0.975 + t0.8) × 差值的标准误。")
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
X(PUBLICATION_3030,
  "NCHS's older rule: an estimate is not published with fewer than 30 records, and is marked as "
  "unreliable where its relative standard error is 30% or more. ",
  "采用 NCHS 旧规则：记录数不足 30 的不发布；相对标准误 ≥ 30% 的注明不可靠。")
X(PUBLICATION_NHHCS,
  "Rule of the National Home and Hospice Care Survey: an estimate is not published with fewer than "
  "30 records, and is marked as unreliable with fewer than 60 or a relative standard error of 30% "
  "or more. ",
  "采用 NHHCS 规则：记录数不足 30 的不发布；不足 60 或相对标准误 ≥ 30% 的注明不可靠。")
X(PUBLICATION_NSDUH,
  "Rule of the National Survey on Drug Use and Health: a proportion is not published where the "
  "relative standard error of its logarithm exceeds 17.5%. ",
  "采用 NSDUH 规则：比例的对数的相对标准误 > 17.5% 的不发布。")
X(PUBLICATION_USCS,
  "Rule of United States Cancer Statistics: fewer than 16 events are not published. ",
  "采用美国癌症统计（USCS）规则：事件数不足 16 的不发布。")
X(PUBLICATION_VITAL, "Rule of vital statistics: fewer than 20 events are marked as unreliable. ",
  "采用生命统计规则：事件数不足 20 的注明不可靠。")
X(PUBLICATION_MIN_EVENTS, "At least {0} events are asked for. ", "最少事件数为 {0}。")
X(PUBLICATION_MIN_EFFECTIVE, "An effective sample of at least {0} is asked for. ",
  "有效样本至少为 {0}。")
X(PUBLICATION_MAX_HALF, "Half the interval of a proportion may be at most {0}. ",
  "比例的区间半宽最多为 {0}。")
X(PUBLICATION_MAX_RSE, "The relative standard error may be at most {0}. ", "相对标准误最多为 {0}。")
X(PUBLICATION_OTHER, "Rule of the plan: {0}. ", "方案规定：{0}。")
X(PUBLICATION_MINIMUM, "At least {0} records are asked for. ", "最少记录数为 {0}。")
X(PUBLICATION_PRECISION, "This is a rule of reliability, not disclosure control. ",
  "这是可靠性规则，不是信息保密措施。")
X(PUBLICATION_UNPROTECTED, "Small counts are not protected.", "小计数没有作保密处理。")
X(PUBLICATION_CONFIDENTIAL,
  "Small counts are withheld for confidentiality, and with them a further row wherever they could "
  "be derived: another reason than lacking precision. ",
  "小计数另按保密处理，可以反推时再抑制一行；保密与精度不足是两种不同的原因。")
X(PUBLICATION_PROTECTED,
  "Withheld are counts below {0} of records, of events and, for proportions, of records without "
  "the "
  "event ({1} {1|row|rows}), and {2} further {2|row|rows} without which they could be derived. ",
  "少于 {0} 的记录数、事件数以及比例的非事件数予以抑制（{1} 行），另补充抑制 {2} 行以防反推。")
X(PUBLICATION_NONE, "The plans set no presentation standard. ", "方案未设发布标准。")
X(FACT_PRESET, "Conventions", "软件惯例")
X(PRESET_TEXT, "Where a plan says nothing itself, the conventions of {0} hold: {1}.",
  "方案未写明之处采用 {0} 的惯例：{1}。")
X(PRESET_DF, "degrees of freedom", "自由度")
X(PRESET_LONELY, "strata with one PSU", "只有一个初级抽样单位的层")
X(PRESET_DEFF, "design effects against", "设计效应的参照")
X(PRESET_PROPORTION, "intervals of proportions", "比例的区间")
X(PRESET_MEAN, "of means", "均值的区间")
X(PRESET_TOTAL, "of totals", "总量的区间")
X(PRESET_RATE, "of rates", "率的区间")
X(PRESET_CONVENTION, "Korn-Graubard sample size", "Korn-Graubard 的样本量")
X(PRESET_BOUNDED, "Wald limits kept within bounds", "Wald 限值截于取值范围")
X(PRESET_QUANTILE, "quantiles", "分位数")
X(PRESET_REGRESSION_DF, "regression df", "回归的自由度")
X(PRESET_VADJUST, "regression variance times (n - 1) / (n - p)", "回归方差乘以 (n-1)/(n-p)")
X(PRESET_ASSOCIATION, "test of association", "关联检验")
X(PRESET_TTEST, "t test, df less", "t 检验的自由度扣减")
X(FACT_LIMITS, "Limits", "局限")
X(LIMITS,
  "Intervals count sampling error alone, neither nonresponse nor wrong answers. Verdicts on "
  "several indicators are not adjusted for their number, and a target of which any one clause is "
  "enough has several chances to be met. A comparator from another source is taken as independent, "
  "though the area evaluated may be part of the comparator's. Groups are shown for analysis and "
  "are "
  "not judged.",
  "区间只计抽样误差，不含无应答和误报。多项指标分别判定，未作多重比较校正；“任一条成立即达标”的"
  "目标有多次达标机会。不同来源的对照按相互独立处理，而被评地区可能是对照地区的一部分。分人群结果"
  "只供分析，不参与判定。")

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
