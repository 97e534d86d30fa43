/* words_design.h - the words of the design in the methods section: X(id, en, zh). Included by
 * words.h and words.c; hence no guard. */

/* what was sampled */
X(DESIGN_NONE, "None: every record counts as sampled by itself, with weight 1.",
  "无：每条记录独立，权重为 1。")
X(DESIGN_TEXT, "Strata: {0}. Primary sampling unit: {1}. Weight: {2}. {3}",
  "分层变量：{0}；初级抽样单位：{1}；权重：{2}。{3}")
X(DESIGN_REPLICATES,
  "Replicate weights of the data stand for strata, PSUs and finite population correction. Weight "
  "of the full sample: {0}.",
  "由数据自带的重复权重体现分层、初级抽样单位和有限总体校正；全样本权重：{0}。")
X(NO_STRATA, "none", "不分层")
X(PSU_IS_RECORD, "the record", "每条记录")
X(WEIGHT_ONE, "1", "1")
X(WITHOUT_FPC, "No finite population correction.", "不作有限总体校正。")
X(FPC_POPULATION, "Finite population correction by the number of units in the stratum: {0}.",
  "有限总体校正，层内单位总数：{0}。")
X(FPC_FRACTION, "Finite population correction by the share of units drawn: {0}.",
  "有限总体校正，层内抽样比：{0}。")
X(STAGE, " Stage {0}: unit {1}, strata within the unit above: {2}. {3}",
  "第 {0} 阶段：单位 {1}，上级单位内分层：{2}。{3}")
X(NOT_NESTED, " The number of a PSU stands for one PSU in all strata.",
  "同一初级抽样单位编号不得跨层。")

/* variance */
X(FACT_VARIANCE, "Variance", "方差")
X(TAYLOR_WR,
  "Taylor linearization between PSUs within strata, as sampled with replacement at the first "
  "stage; that holds the variance of later stages. ",
  "泰勒线性化，按层内初级抽样单位之间的变异计算（第一阶段视为有放回，其中已含以后各阶段的方差）。")
X(TAYLOR_FPC,
  "Taylor linearization between PSUs within strata, with the finite population correction. ",
  "泰勒线性化，按层内初级抽样单位之间的变异计算，并作有限总体校正。")
X(STAGES_ADDED,
  "The variance within units is added for stages 2 to {0}, each times the shares drawn above it. ",
  "另加第 2 至第 {0} 阶段单位内的方差，各乘以其上各阶段的抽样比。")
X(STAGES_LEFT,
  "Stages after stage {0} have no part of their own: below a stage without correction units count "
  "as drawn with replacement. ",
  "第 {0} 阶段以后各阶段不单独计算方差：未作校正的阶段视为有放回抽样。")
X(STAGES_REPLICATED, "Replicates leave whole PSUs out; later stages have no part of their own. ",
  "重复样本以整个初级抽样单位为单位抽舍，以后各阶段不单独计算方差。")
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
X(LONELY_DOMAIN, " The same holds for a stratum with one PSU of the group.",
  "该人群在某层只占一个初级抽样单位时，同样处理。")
X(REPLICATES_GIVEN, "{0} replicate weights of type {1}. ", "{0} 组 {1} 型重复权重。")
X(REPLICATES_MADE, "{0} replicate weights of type {1}, made from strata and PSUs. ",
  "由层和初级抽样单位生成 {0} 组 {1} 型重复权重。")
X(REPLICATES_RHO, "Fay's factor: {0}. ", "Fay 系数：{0}。")
X(REPLICATES_SEED, "Seed of the draws: {0}. ", "抽取的随机种子：{0}。")
X(REPLICATES_FACTORS, "They are factors of the full-sample weight. ", "各组为全样本权重的乘数。")
X(REPLICATES_MSE,
  "Variance: the squared deviations of the replicates' estimates from the estimate of the full "
  "sample, {0}, added up. ",
  "方差为各组估计值与全样本估计值之差的平方，{0}，再相加。")
X(REPLICATES_MEAN,
  "Variance: the squared deviations of the replicates' estimates from their mean, {0}, added up. ",
  "方差为各组估计值与其均值之差的平方，{0}，再相加。")
X(FACTOR_ONE, "each times {0}", "各乘以 {0}")
X(FACTOR_RANGE, "each times a factor from {0} to {1}", "各乘以 {0} 至 {1} 的系数")

/* known totals */
X(FACT_CALIBRATION, "Known totals", "总体总量校准")
X(POSTSTRATIFIED, "The weights are post-stratified by {0}. ", "权重按 {0} 事后分层。")
X(RAKED, "The weights are raked to the margins of {0}. ", "权重按 {0} 的边际总量作迭代比例调整。")
X(CALIBRATED, "The weights are calibrated with {0} distance. ", "权重经校准，距离函数：{0}。")
X(DISTANCE_LINEAR, "linear", "线性")
X(DISTANCE_RAKING, "raking (exponential)", "指数（raking）")
X(DISTANCE_LOGIT, "logit", "logit")
X(BOUNDED, "The ratio of new to old weight stays between {0} and {1}. ",
  "新旧权重之比限于 {0} 至 {1}。")
X(CALIBRATION_Q, "The variance of a record counts as proportional to {0}. ",
  "记录的方差视为与 {0} 成正比。")
X(CROSSED_BY, "{0} by {1}", "{0}×{1}")
X(TOTALS, "Totals: {0}. ", "总量：{0}。")
X(TOTALS_CUT, "{0}, and {1} more in the plan", "{0}，另有 {1} 项见分析计划")
X(TOTAL_OF, "{0} = {1}", "{0} = {1}")
X(TOTALS_MET, "All {0} are met, to {1} of themselves at least. ",
  "{0} 项总量全部达到，相对差不超过 {1}。")
X(TOTALS_DEPENDENT, "{0} of them {0|follows|follow} from the others. ",
  "其中 {0} 项可由其他项推出。")
X(CALIBRATION_TAYLOR,
  "The variance is that of the residuals from a regression on these variables over the whole "
  "sample: the regression has the weights before, the residuals those after calibration.",
  "方差按全样本对这些变量回归的残差计算：回归用校准前的权重，残差用校准后的权重。")
X(CALIBRATION_REPLICATES, "Every replicate is calibrated to the same totals by itself.",
  "各组重复权重分别校准到同一组总量。")

/* degrees of freedom, design effects, reads */
X(FACT_DF, "Degrees of freedom", "自由度")
X(DF_DOMAIN, "PSUs less strata that hold records of the group.",
  "含该人群记录的初级抽样单位数减层数。")
X(DF_DESIGN, "PSUs less strata of the whole design.", "全设计的初级抽样单位数减层数。")
X(DF_STRATA_PRESENT, "PSUs less strata, over the strata that hold records of the group.",
  "在含该人群记录的层中，初级抽样单位数减层数。")
X(DF_INFINITE, "Infinite: the normal distribution.", "无穷大，用正态分布。")
X(DF_GIVEN, "{0}, as the plan says.", "{0}，由分析计划给定。")
X(DF_RANK_DOMAIN, "Rank of the replicate weights less 1, over the records of the group.",
  "该人群记录的重复权重矩阵的秩减 1。")
X(DF_RANK, "Rank of the replicate weights less 1, over all records.",
  "全部记录的重复权重矩阵的秩减 1。")
X(FACT_DEFF, "Design effects", "设计效应")
X(DEFF_WOR, "Against a simple random sample of the same size, drawn without replacement.",
  "与同样大小的无放回简单随机样本相比。")
X(DEFF_WR, "Against a simple random sample of the same size, drawn with replacement.",
  "与同样大小的有放回简单随机样本相比。")
X(FACT_READS, "Reads of the files", "读取遍数")
X(READS,
  "{0}: some methods first need levels, totals or PSUs of all records, or approach their result "
  "step by step.",
  "{0} 遍：有的方法须先得到全部记录的水平、总量或初级抽样单位，或逐步逼近结果。")

/* in the section of data quality */
X(REPLICATE_COUNTS, "{0} replicate weights; {1} degrees of freedom of the whole design.",
  "{0} 组重复权重，全设计自由度 {1}。")
X(INFINITE, "infinitely many", "无穷大")
