/* association.c - whether two variables are independent in the population: tests of a table of
 * totals with their design covariance.
 *
 *   X2 = n sum (p_ij - p_i. p_.j)^2 / (p_i. p_.j), n the records of the domain; q = (R - 1)(C - 1);
 *   delta_1 .. delta_q the eigenvalues of the design effects matrix (see tests.c)
 *     rao-scott      F = X2 / sum delta on d0, d0 df;  d0 = (sum delta)^2 / sum delta^2
 *     rao-scott-1    X2, p of X2 / mean delta by chi-square on q
 *     wald           U' V^-1 U / q, F on q, df;  U = Y_ij - Y_i. Y_.j / Y..
 *     adjusted-wald  the same times (df - q + 1) / df, F on q, df - q + 1
 *     saddlepoint    X2, p of sum delta_i chi2(1) over chi2(d0 df) / (d0 df) by Kuonen's
 * saddlepoint pearson        X2 of counts, chi-square on q, without any design
 *
 * Reference: Rao and Scott, Ann Stat 1984;12:46-60; Thomas and Rao, J Am Stat Assoc
 * 1987;82:630-636; Koch, Freeman and Freeman, Int Stat Rev 1975;43:59-78; Kuonen, Biometrika
 * 1999;86:929-935.
 *
 * R1  Estimates are the totals of the cells: `estimator: count` by both variables.
 * R2  df are those of the comparison, as the plan's `df` has them.
 * R3  Levels without records are left out, and a note says so, as R does.
 * R4  n counts the records without a value, too, as R's svychisq has it; it drops out of F.
 * R5  Under replicate weights the covariance of the shares is that of their replicates; the Wald
 *     tests linearize, as R does.
 * R6  No variance, a singular covariance (more cells than PSUs), or df <= 0: no test; a note where
 *     the table is why.
 * R7  `pearson` is for complete counts. Of a survey it is scaled to n and takes no notice of the
 *     design, and its p-value is not one for the population.
 * R8  The denominator of the saddlepoint has d0 df degrees of freedom, as in R.
 */
#include "association.h"

#include <math.h>

enum { PARAM_STATISTIC };
enum { RAO_SCOTT, RAO_SCOTT_1, WALD, ADJUSTED_WALD, SADDLEPOINT, PEARSON };

static const sampan_param params[] = {
    {"statistic", SAMPAN_P_CHOICE, 0,
     "rao-scott|rao-scott-1|wald|adjusted-wald|saddlepoint|pearson", "rao-scott", 1, 0,
     "the test: Rao-Scott of second or first order, Wald, adjusted Wald, saddlepoint, or Pearson",
     "检验：Rao-Scott 二阶或一阶、Wald、校正 Wald、鞍点近似或 Pearson"}};

static const char *const names[] = {"Rao-Scott F", "Rao-Scott chi-square",
                                    "Wald F",      "adjusted Wald F",
                                    "saddlepoint", "Pearson chi-square"};

static int has_no_variance(const table *t) {
  for (uint64_t i = 0; i < (uint64_t)t->k * t->k; i++)
    if (t->total_cov[i] != 0) return 0;
  return 1;
}

static void pearson(table *t, sampan_finding *f) {
  if (has_no_variance(t)) t->n = t->sum; /* the totals of complete counts are their counts */
  f->test = association_pearson(t);
  f->df = t->q;
  f->p_value = association_chisq_tail(f->test, t->q);
}

static int32_t rao_scott(const sampan_call *call, const table *t, int statistic, double df,
                         sampan_finding *f, double *df_second) {
  double *delta = call->host->alloc(call, t->q * sizeof *delta), sum = 0, squares = 0;
  if (!delta) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  const int32_t status = association_eigenvalues(call, t, delta);
  if (status <= 0) {
    if (status == 0)
      call->host->note(call, "association: the totals have no covariance to test with");
    return status;
  }
  for (uint32_t i = 0; i < t->q; i++) {
    sum += delta[i];
    squares += delta[i] * delta[i];
  }
  const double x2 = association_pearson(t);
  f->test = x2;
  if (statistic == RAO_SCOTT) {
    f->test = x2 / sum;
    f->df = sum * sum / squares;
    *df_second = df > 0 ? f->df * df : NAN;
    f->p_value = association_f_tail(call, f->test, f->df, *df_second);
  } else if (statistic == RAO_SCOTT_1) {
    f->df = t->q;
    f->p_value = association_chisq_tail(x2 * t->q / sum, t->q);
  } else if (df > 0) {
    return association_saddlepoint(call, x2, delta, t->q, df * sum * sum / squares,
                                   &f->p_value); /* R8 */
  }
  return SAMPAN_OK;
}

static int32_t wald(const sampan_call *call, const table *t, int statistic, double df,
                    sampan_finding *f, double *df_second) {
  double x2;
  const int32_t status = association_wald(call, t, &x2);
  if (status < 0) return status;
  if (isnan(x2)) {
    call->host->note(call,
                     "association: the covariance of the cells is singular, so there is no Wald "
                     "test; `statistic: rao-scott` needs no inverse");
    return SAMPAN_OK;
  }
  const double q = t->q;
  double left = df, factor = 1;
  if (statistic == ADJUSTED_WALD) {
    left = df - q + 1;
    if (isfinite(df)) factor = left / df;
  }
  if (!(left > 0)) return SAMPAN_OK; /* R6 */
  f->test = x2 / q * factor;
  f->df = q;
  *df_second = left;
  f->p_value = association_f_tail(call, f->test, q, left);
  return SAMPAN_OK;
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const int statistic = (int)call->values[PARAM_STATISTIC].number;
  double df_second = NAN;
  table t;
  int32_t status = association_table(call, in, &t);
  if (status < 0) return status;
  out[0] = (sampan_finding){names[statistic], NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (t.q == 0) return SAMPAN_OK;
  if (statistic == PEARSON)
    pearson(&t, &out[0]);
  else if (statistic == WALD || statistic == ADJUSTED_WALD)
    status = wald(call, &t, statistic, in->df, &out[0], &df_second);
  else
    status = rao_scott(call, &t, statistic, in->df, &out[0], &df_second);
  if (in->df_second) in->df_second[0] = df_second;
  return status < 0 ? status : SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 4,
    .maximum = 1024, /* a matrix of them is held */
    .n_findings = 1,
    .compare = compare,
    .flags = SAMPAN_COMPARES_CROSSING,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "association",
    .version = "1.0.0",
    .label_en = "Test of association",
    .label_zh = "关联性检验",
    .summary_en =
        "A test of independence of two variables that takes account of the sampling design.",
    .summary_zh = "计入抽样设计的两变量独立性检验。",
    .formula = "F = X2 / sum delta on d0, d0 df; d0 = (sum delta)^2 / sum delta^2",
    .reference = "Rao and Scott, Ann Stat 1984;12:46-60; Thomas and Rao, J Am Stat Assoc 1987",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("association", "GPL-3.0-or-later", &plugin);
