/* stat_proportions_test.c - intervals of a proportion: wald, logit, wilson, clopper-pearson,
 * korn-graubard. Golden numbers carry the id of the reference case they come from. */
#include "stat_support.h"

typedef struct survey_case {
  const char *id;
  double level, p, se, df;
  int64_t n, n_positive;
  double wald[2], logit[2], wilson[2], kg_r[2], kg_nchs[2]; /* NaN: not in the case */
} survey_case;

static const survey_case cases[] = {
    {"propci_clus1_90, stype==E",
     0.9,
     0.7868852459016393,
     0.0463365536499119,
     14,
     183,
     183,
     {0.7052722043011724, 0.8684982875021062},
     {0.6941475132693046, 0.8572851157268988},
     {0.6951400237083858, 0.8567116772161061},
     {0.6897202066563245, 0.864611343869076},
     {0.6897202066563245, 0.864611343869076}},
    {"propci_strat, awards==Yes",
     0.95,
     0.6389360640505782,
     0.03440591799726896,
     197,
     200,
     200,
     {0.5710848745302617, 0.7067872535708948},
     {0.5687210988680471, 0.7036757793682565},
     {0.568978594491136, 0.7034568135807023},
     {0.5672187014797488, 0.7063547830144595},
     {0.5672187014797488, 0.7063547830144595}},
    {"propci_nasty, ybin",
     0.99,
     0.095820621068525,
     0.04593165628999655,
     45,
     724,
     696,
     {-0.027716473604114805, 0.2193577157411648},
     {0.024833066729756808, 0.3060466618008756},
     {0.027357590692544582, 0.28534983190411684},
     {0.01462692964656122, 0.2836448136253813},
     {0.014631094817944033, 0.28361856420032083}},
    {"propci_clus2_inf, sch_wide==No",
     0.95,
     0.24870848708487084,
     0.06639498843428825,
     HUGE_VAL,
     126,
     126,
     {0.11857670099971246, 0.3788402731700292},
     {0.14161346683326256, 0.3991348239770834},
     {NAN, NAN},
     {NAN, NAN},
     {NAN, NAN}},
    {"propci_nhanes, HI_CHOL",
     0.95,
     0.11214295634969224,
     0.005445839698954557,
     16,
     7846,
     7846,
     {0.10059829191316899, 0.12368762078621548},
     {0.1011069592576311, 0.12421708922642069},
     {0.1011128535520874, 0.12421003419819031},
     {0.10082561443175625, 0.12425752733181206},
     {0.10082561443175625, 0.12425752733181206}},
    {"propci_nasty_by, agegrp 18-34",
     0.95,
     0.023000347141585973,
     0.020033588089453082,
     39,
     177,
     167,
     {-0.017521409582707367, 0.06352210386587931},
     {0.0038637662103785065, 0.12502163517440673},
     {0.0046365543183272025, 0.10632730079837989},
     {0.0010407768179460845, 0.10694791226523837},
     {0.0010430005398232307, 0.10689298938564717}},
    {"propci_nasty_by, agegrp 35-49",
     0.95,
     0.32643426002764625,
     0.06766107092352946,
     35,
     162,
     155,
     {0.18907498351188037, 0.46379353654341215},
     {0.20602204690525833, 0.47511020660354575},
     {0.20761934220222378, 0.4726826162227708},
     {0.19487833742171493, 0.481552401437339},
     {0.1949203449276484, 0.4814940205268007}},
};

/* Runs the plugin and, where expected is a number, checks both limits. */
static sampan_interval_out limits_of(stat_plugin *s, const sampan_interval_in *in) {
  sampan_interval_out out = {.struct_size = sizeof out};
  const int32_t status = ((const sampan_interval_ops *)s->plugin->ops)->limits(&s->call, in, &out);
  cr_assert_eq(status, SAMPAN_OK);
  cr_assert(out.status == SAMPAN_LIMITS_OK || out.why[0], "no limits and no reason");
  return out;
}

static void check(stat_plugin *s, const sampan_interval_in *in, const double *expected,
                  const char *id) {
  if (isnan(expected[0])) return;
  const sampan_interval_out out = limits_of(s, in);
  cr_assert_eq(out.status, SAMPAN_LIMITS_OK, "%s: %s", id, out.why);
  cr_assert(stat_near(out.lower, expected[0], 1e-9) && stat_near(out.upper, expected[1], 1e-9),
            "%s: [%.17g, %.17g], not [%.17g, %.17g]", id, out.lower, out.upper, expected[0],
            expected[1]);
}

static sampan_interval_in proportion(double p, double se, double df, int64_t n, int64_t events) {
  const sampan_interval_in in = {.struct_size = sizeof in,
                                 .unit = SAMPAN_UNIT_PROPORTION,
                                 .estimate = p,
                                 .std_error = se,
                                 .df = df,
                                 .level = 0.95,
                                 .n = n,
                                 .n_positive = n,
                                 .n_events = events,
                                 .events = (double)events,
                                 .upper_bound = 1,
                                 .per = 1};
  return in;
}

Test(proportions, agree_with_svyciprop) {
  stat_plugin wald, logit, wilson, r, nchs;
  stat_open(&wald, SAMPAN_INTERVAL, "wald");
  stat_open(&logit, SAMPAN_INTERVAL, "logit");
  stat_open(&wilson, SAMPAN_INTERVAL, "wilson");
  stat_open(&r, SAMPAN_INTERVAL, "korn-graubard");
  stat_open(&nchs, SAMPAN_INTERVAL, "korn-graubard");
  stat_set_choice(&r, "convention", "r");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const survey_case *c = &cases[i];
    sampan_interval_in in = proportion(c->p, c->se, c->df, c->n, c->n / 3);
    in.level = c->level;
    in.n_positive = c->n_positive;
    check(&wald, &in, c->wald, c->id);
    check(&logit, &in, c->logit, c->id);
    check(&wilson, &in, c->wilson, c->id); /* I1 */
    check(&r, &in, c->kg_r, c->id);        /* K5 */
    check(&nchs, &in, c->kg_nchs, c->id);  /* K1 */
  }
  stat_close(&wald);
  stat_close(&logit);
  stat_close(&wilson);
  stat_close(&r);
  stat_close(&nchs);
}

/* prop_srs_small and prop_srs_large: x, n, Wilson, Clopper-Pearson at 95 %. */
static const double srs[][6] = {
    {0, 10, 0, 0.27753279986288915, 0, 0.30849710781876083},
    {1, 10, 0.017876213095072892, 0.40415002679523837, 0.0025285785444617865, 0.44501611702819543},
    {3, 10, 0.10779126740630104, 0.6032218525388545, 0.0667395111777345, 0.6524528500599973},
    {5, 10, 0.23659309051256402, 0.763406909487436, 0.18708602844739858, 0.8129139715526015},
    {10, 10, 0.7224672001371109, 1, 0.6915028921812392, 1},
    {9, 10, 0.5958499732047615, 0.9821237869049271, 0.5549838829718046, 0.9974714214555382},
    {7, 8, 0.5291118177871464, 0.9775825085499433, 0.47349032912479344, 0.9968402764687481},
    {0, 263, 0, 0.0143960344006192, 0, 0.01392824936483461},
    {15, 148, 0.06238639953073628, 0.160487241723308, 0.057844010083448555, 0.16165049034947898},
    {480, 1000, 0.4491707949969412, 0.510982275342481, 0.4486329426945337, 0.5114851175478413},
    {99999, 100000, 0.9999433529034099, 0.9999982347522698, 0.9999442848396523, 0.9999997468219523},
    {123456, 1234567, 0.09947148785527185, 0.10052986740681628, 0.09947077759721894,
     0.10052996581831697},
    {250, 250, 0.9848667005045553, 1, 0.9853528113643196, 1},
};

Test(proportions, simple_random_samples) { /* I2, I3, E1, E3 */
  stat_plugin wilson, exact;
  stat_open(&wilson, SAMPAN_INTERVAL, "wilson");
  stat_open(&exact, SAMPAN_INTERVAL, "clopper-pearson");
  for (size_t i = 0; i < sizeof srs / sizeof srs[0]; i++) {
    const int64_t x = (int64_t)srs[i][0], n = (int64_t)srs[i][1];
    sampan_interval_in in = proportion((double)x / (double)n, 0, HUGE_VAL, n, x);
    stat_set_choice(&wilson, "size", "records");
    stat_set_choice(&exact, "size", "records");
    check(&wilson, &in, srs[i] + 2, "wilson");
    check(&exact, &in, srs[i] + 4, "clopper-pearson");
    /* The same as counts in one row. */
    in.n = in.n_positive = in.n_events = 1;
    in.exposure = (double)n;
    stat_set_choice(&wilson, "size", "exposure");
    stat_set_choice(&exact, "size", "exposure");
    check(&wilson, &in, srs[i] + 2, "wilson");
    check(&exact, &in, srs[i] + 4, "clopper-pearson");
  }
  stat_close(&wilson);
  stat_close(&exact);
}

Test(proportions, clopper_pearson_refuses_weighted_estimates) { /* E2 */
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "clopper-pearson");
  sampan_interval_in in = proportion(0.31, 0.1, 12, 10, 3);
  sampan_interval_out out = limits_of(&s, &in);
  cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
  cr_assert_not_null(strstr(out.why, "korn-graubard"));
  in = proportion(NAN, NAN, 12, 0, 0);
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  stat_close(&s);
}

Test(proportions, nothing_or_all) { /* W2, L2, I4, K2, K5; propci_zero and propci_one */
  static const double expected[2][2] = {{0, 0.004926085820173363}, {0.9950739141798266, 1}};
  static const char *const names[] = {"logit", "wilson"};
  stat_plugin s;
  for (int one = 0; one < 2; one++) {
    sampan_interval_in in = proportion(one, 0, 45, 778, one ? 747 : 0);
    in.n_positive = 747;
    stat_open(&s, SAMPAN_INTERVAL, "korn-graubard");
    check(&s, &in, expected[one], "beta_truncated");
    cr_assert_eq(limits_of(&s, &in).n_eff, 747);
    in.df = 0; /* df plays no part here */
    check(&s, &in, expected[one], "beta_truncated");
    in.df = 45;
    in.estimate = one ? 1 - 1e-15 : 1e-300; /* off by rounding in a sum of shares */
    check(&s, &in, expected[one], "beta_truncated");
    in.estimate = one;
    stat_set_choice(&s, "convention", "r");
    cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
    stat_close(&s);
    for (int i = 0; i < 2; i++) {
      stat_open(&s, SAMPAN_INTERVAL, names[i]);
      const sampan_interval_out out = limits_of(&s, &in);
      cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
      cr_assert_not_null(strstr(out.why, "korn-graubard"));
      cr_assert(isnan(out.lower) && isnan(out.upper));
      stat_close(&s);
    }
    stat_open(&s, SAMPAN_INTERVAL, "wald");
    const sampan_interval_out out = limits_of(&s, &in);
    cr_assert_eq(out.lower, one);
    cr_assert_eq(out.upper, one);
    cr_assert_not_null(strstr(out.why, "korn-graubard"));
    stat_close(&s);
  }
}

Test(proportions, no_degrees_of_freedom) { /* W1, L1, I4, K3, K5 */
  static const char *const names[] = {"wald", "logit", "wilson"};
  static const double dfs[] = {0, -1, NAN};
  stat_plugin s;
  for (int d = 0; d < 3; d++) {
    const sampan_interval_in in = proportion(0.3, 0.05, dfs[d], 100, 30);
    for (int i = 0; i < 3; i++) {
      stat_open(&s, SAMPAN_INTERVAL, names[i]);
      const sampan_interval_out out = limits_of(&s, &in);
      cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
      cr_assert_str_eq(out.why, "no degrees of freedom");
      stat_close(&s);
    }
    stat_open(&s, SAMPAN_INTERVAL, "korn-graubard");
    sampan_interval_out out = limits_of(&s, &in);
    cr_assert_eq(out.lower, 0);
    cr_assert_eq(out.upper, 1);
    cr_assert_not_null(strstr(out.why, "degrees of freedom"));
    stat_set_choice(&s, "convention", "r");
    out = limits_of(&s, &in);
    cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
    stat_close(&s);
  }
}

Test(proportions, complete_counts) { /* W2, L3, K4 */
  stat_plugin s;
  const sampan_interval_in in = proportion(0.3, 0, HUGE_VAL, 1000, 300);
  stat_open(&s, SAMPAN_INTERVAL, "wald");
  sampan_interval_out out = limits_of(&s, &in);
  cr_assert_eq(out.lower, 0.3);
  cr_assert_not_null(strstr(out.why, "complete count"));
  stat_close(&s);
  stat_open(&s, SAMPAN_INTERVAL, "logit");
  out = limits_of(&s, &in);
  STAT_NEAR(out.lower, 0.3, 1e-14);
  STAT_NEAR(out.upper, 0.3, 1e-14);
  cr_assert_not_null(strstr(out.why, "complete count"));
  stat_close(&s);
  stat_open(&s, SAMPAN_INTERVAL, "korn-graubard");
  out = limits_of(&s, &in);
  cr_assert_eq(out.n_eff, 1000);
  cr_assert(out.lower < 0.3 && out.upper > 0.3);
  stat_close(&s);
}

Test(proportions, effective_size_is_reported_before_the_adjustment) { /* K6, L4 */
  stat_plugin s;
  sampan_interval_in in = proportion(0.2, 0.04, 10, 500, 100);
  stat_open(&s, SAMPAN_INTERVAL, "korn-graubard");
  STAT_NEAR(limits_of(&s, &in).n_eff, 100, 1e-12);
  in.std_error = 0.001; /* better than simple random sampling */
  STAT_NEAR(limits_of(&s, &in).n_eff, 500, 1e-12);
  stat_set_choice(&s, "convention", "r");
  STAT_NEAR(limits_of(&s, &in).n_eff, 160000, 1e-12);
  stat_close(&s);
  stat_open(&s, SAMPAN_INTERVAL, "logit");
  STAT_NEAR(limits_of(&s, &in).n_eff, 160000, 1e-12);
  stat_close(&s);
}

Test(proportions, wald_can_be_bounded) { /* W3 */
  stat_plugin s;
  const sampan_interval_in in = proportion(0.01, 0.02, 30, 100, 1);
  stat_open(&s, SAMPAN_INTERVAL, "wald");
  cr_assert_lt(limits_of(&s, &in).lower, 0);
  stat_set_number(&s, "bounded", 1);
  cr_assert_eq(limits_of(&s, &in).lower, 0);
  stat_close(&s);
}

/* At n = 1e8 every method is the normal interval to about 1e-8, with the limits in order. */
Test(proportions, a_hundred_million_records) {
  static const char *const names[] = {"wald", "logit", "wilson", "korn-graubard",
                                      "clopper-pearson"};
  const double n = 1e8, p = 0.25, se = sqrt(p * (1 - p) / n);
  const sampan_interval_in in = proportion(p, se, HUGE_VAL, 100000000, 25000000);
  stat_plugin s;
  for (int i = 0; i < 5; i++) {
    stat_open(&s, SAMPAN_INTERVAL, names[i]);
    const sampan_interval_out out = limits_of(&s, &in);
    cr_assert_eq(out.status, SAMPAN_LIMITS_OK);
    cr_assert(fabs(out.lower - (p - 1.959963984540054 * se)) < 3e-8, "%s", names[i]);
    cr_assert(fabs(out.upper - (p + 1.959963984540054 * se)) < 3e-8, "%s", names[i]);
    stat_close(&s);
  }
}
