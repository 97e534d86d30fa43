/* stat_association_test.c - association against R's svychisq: totals of the cells with their design
 * covariance, taken from the data of the reference cases, and what the cases expect. */
#include "stat_support.h"

enum { CELLS = 8, REPLICATES = 32 };

static int32_t run(stat_plugin *s, const sampan_compared *in, sampan_finding *out) {
  return ((const sampan_comparison_ops *)s->plugin->ops)->compare(&s->call, in, out);
}

static const double chisq_clus1_total[] = {406.16395568847656, 101.54098892211914,
                                           270.7759704589844,  4467.803512573242,
                                           372.3169593811035,  575.3989372253418};
static const double chisq_clus1_covariance[] = {
    34168.81026764761,   -481.25084884010727, 2887.5050930406437, -4090.6322151409117,
    481.25084884010727,  9304.183077575408,   182153.4462859806,  -7700.013581441717,
    -14918.776314043322, 1379264.9327757477,  12271.896645422736, 2165.6288197804824,
    -4652.091538787704,  27912.54923272622,   17966.698356697343, 16121.903436143597,
    -481.2508488401072,  -3689.5898411074895, 89512.65788425997,  11469.811897355892,
    26147.96278697917};
static const double chisq_nasty_total[] = {128988.03727900005, 233857.20418500004, 13752.2732,
                                           24700.336093};
static const double chisq_nasty_covariance[] = {
    9914429722.94668,    26789831.1290864,  19615012336.61304, -24297773.12373058,
    53872226.39495265,   11321229.13810516, 17448891.27054368, 9841899.657564458,
    -1736266.1413254954, 87538693.64176355};
static const double chisq_nasty_missing_total[] = {
    118143.11934,       12332.967327999997, 111692.64696099999, 120676.50783500003,
    2781.3037080000004, 5977.000943999999,  13448.770133000004, 16245.534508};
static const double chisq_nasty_missing_covariance[] = {
    9775542655.711657,   1400277.2223497531, 4676402.28341097,    18800005.49233323,
    346996.10975373915,  9889516168.561064,  93083312.33502057,   -21353640.97268842,
    -21234603.026406948, 9771201800.941046,  -2247221.3280482125, -122415.95040469547,
    -247131.89188011296, 470112.293137913,   624742.7201048168,   -13654692.166028855,
    88444.4939460656,    -279059.6094065519, -14005896.798595026, -49624.07329656876,
    2370299.6618345357,  -8425021.763473142, -2354810.999866857,  8799982.814932793,
    -5437734.5924918745, 1346066.165890826,  -851888.9306245081,  80518547.47432217,
    20867748.75902594,   -684779.4679728998, -13940887.344061827, 88038607.75051756,
    -1005558.7073605998, 757802.6608606373,  -1269239.0964711949, 14018684.602959005};
static const double chisq_nhanes_total[] = {
    21381884.18933298,  20251367.389310006, 89315751.41452408, 92486945.14158091,
    15045455.460531993, 17967228.318938974, 9201462.858494997, 10886351.147960003};
static const double chisq_nhanes_covariance[] = {
    12974008069000.912,  11272758738263.818,  10198859947973.625,  -22022871911359.93,
    -21146828940132.41,  67550342696025,      -24639084796684.082, -22921973967173.105,
    74191887756555.28,   87041132605226.77,   -3168869352630.945,  -2622679318363.983,
    4271288035951.147,   5339106446211.924,   1946575885898.5725,  -2768680391783.4688,
    -2247997174606.523,  3194244941578.254,   4803294022824.278,   1897485907599.9927,
    2410012317687.666,   -1683973440863.8037, -1401553120585.7773, -426524595550.1439,
    -517589114048.72205, 1011275763295.4921,  1484862865214.145,   2530328712317.2104,
    -709195220359.3748,  -599539040666.4381,  -202896813608.50848, -681082401669.3516,
    884340423291.3237,   1040937561364.5531,  1934336696744.4644,  2424353050257.6147};
static const double chisq_rep_total[] = {45771.73220000001, 31178.224800000007, 13248.838200000002,
                                         37637.67969999999, 22554.8484,         7650.7287};
static const double chisq_rep_covariance[] = {
    28838154.68079154,   -2075986.693427373,  24947798.852045964,  -3025595.9229825814,
    2374392.627368195,   6915778.983475495,   -3606690.3735350966, 1917062.0202057748,
    639574.6098741167,   28795325.13105317,   284947.0242214564,   -4566830.858130017,
    -1901653.1774861936, 1804818.2765877834,  10846675.420714753,  1871583.1009038677,
    -1703993.76472327,   -2604817.1070861965, -2319041.75800657,   2249079.7361557945,
    6873835.994362786};
static const double chisq_rep_replicate[] = {
    44192.26840000001,  29637.55330000001,  14122.9358,         37733.539899999996,
    23332.232899999995, 8625.901000000002,  47351.19600000002,  32718.896300000008,
    12374.740600000001, 37541.81949999999,  21777.463899999995, 6675.5563999999995,
    47154.61950000002,  29689.94760000001,  13401.3953,         39656.46529999998,
    23326.222599999994, 7207.9585,          44388.844900000004, 32666.502000000008,
    13096.2811,         35618.894100000005, 21783.474199999997, 8093.4989,
    47591.78460000002,  31423.25630000001,  12893.6532,         37088.918699999995,
    22883.024599999993, 8106.3078,          43951.679800000005, 30933.193300000006,
    13604.0232,         38186.44069999999,  22226.672199999997, 7195.1496,
    43780.39840000001,  33167.62210000001,  13440.506399999998, 37499.111899999996,
    23127.720099999995, 7960.380999999999,  47763.06600000002,  29188.82750000001,
    13057.169999999998, 37776.2475,         21981.9767,         7341.0764,
    47116.33100000002,  30160.80090000001,  13248.838200000002, 35740.0457,
    23675.959799999993, 8273.1575,          44427.133400000006, 32195.64870000001,
    13248.838200000002, 39535.313699999984, 21433.736999999997, 7028.2999,
    46839.680500000024, 31178.224800000007, 13616.670300000002, 35268.69240000001,
    23428.184199999992, 7650.7287,          44703.78390000001,  31178.224800000007,
    12881.006099999999, 40006.666999999994, 21681.5126,         7650.7287,
    46026.698400000016, 29804.382500000007, 12283.1172,         36700.6941,
    23028.971199999993, 9114.9448,          45516.76600000001,  32552.067100000004,
    14214.5592,         38574.66529999999,  22080.725599999998, 6186.5126,
    45306.14300000002,  28407.58050000001,  12423.546699999999, 38732.28519999999,
    22902.863799999996, 7650.7287,          46237.32140000002,  33948.86910000001,
    14074.129700000001, 36543.074199999995, 22206.833000000002, 7650.7287,
    48002.70210000003,  31667.797800000008, 11966.502,          37908.634999999995,
    22481.6475,         9192.858799999998,  43540.76230000002,  30688.651800000007,
    14531.1744,         37366.72439999999,  22628.0493,         6108.5986,
    48039.63940000002,  31373.23510000001,  13155.270400000001, 38277.52,
    23238.993599999994, 7650.7287,          43503.82500000001,  30983.21450000001,
    13342.405999999999, 36997.8394,         21870.7032,         7650.7287,
    44809.874800000005, 32943.3346,         13248.838200000002, 39371.1674,
    22561.3939,         8163.1056,          46733.58960000001,  29413.115000000005,
    13248.838200000002, 35904.192,          22548.3029,         7138.3517999999995,
    44783.07470000002,  30754.951700000005, 13248.838200000002, 39910.02579999998,
    24487.352399999996, 7884.4205999999995, 46760.38970000002,  31601.497900000006,
    13248.838200000002, 35365.3336,         20622.344399999998, 7417.0368,
    44859.60010000001,  31089.554500000006, 12778.851900000001, 37238.06159999999,
    22452.716200000003, 7650.7287,          46683.8643,         31266.895100000005,
    13718.824499999999, 38037.29779999999,  22656.980600000003, 7650.7287,
    45632.609100000016, 30404.382000000005, 13278.9552,         37126.0868,
    22464.223199999997, 8046.3695,          45910.85530000002,  31952.06760000001,
    13218.7212,         38149.27259999999,  22645.473599999998, 7255.0878999999995,
    46071.92470000001,  32163.78610000001,  12787.8457,         39170.3604,
    23515.451699999998, 7450.210899999999,  45471.53970000001,  30192.66350000001,
    13709.8307,         36104.998999999996, 21594.245099999996, 7851.246499999999,
    44792.8905,         30408.90980000001,  11789.697100000001, 36341.83969999999,
    23857.348100000003, 7650.7287,          46750.5739,         31947.539800000013,
    14707.979299999999, 38933.5197,         21252.348700000002, 7650.7287};
static const double chisq_strat_total[] = {1193.6699752807617, 513.4000129699707,
                                           529.3600158691406,  3227.329933166504,
                                           241.60000610351562, 488.6400146484375};
static const double chisq_strat_covariance[] = {38032.61550661341,
                                                0,
                                                2363.7356296336907,
                                                0,
                                                0,
                                                5019.629492793374,
                                                -38032.61550661341,
                                                0,
                                                0,
                                                38032.61550661341,
                                                0,
                                                -2363.7356296336925,
                                                0,
                                                0,
                                                2363.7356296336925,
                                                0,
                                                0,
                                                -5019.629492793374,
                                                0,
                                                0,
                                                5019.629492793374};

/* Expected: value, df, second df, p; in the order of `tests`. */
typedef struct table_case {
  const char *id;
  const double *total, *covariance /* lower triangle */, *replicate /* 32 of them */;
  uint32_t rows, columns;
  double n, df;
  double expected[5][4];
} table_case;
static const table_case cases[] = {
    {"chisq_clus1",
     chisq_clus1_total,
     chisq_clus1_covariance,
     NULL,
     2,
     3,
     183,
     14,
     {{5.193369541474878, 1.4946397777074558, 20.924956887904383, 0.021747462370796878},
      {11.94089208074534, 2, NAN, 0.005553263303113214},
      {2.4010586006026786, 2, 14, 0.12689630060235083},
      {2.2295544148453446, 2, 13, 0.14705788690124844},
      {11.94089208074534, NAN, NAN, 0.026441127709637535}}},
    {"chisq_nasty",
     chisq_nasty_total,
     chisq_nasty_covariance,
     NULL,
     2,
     2,
     724,
     45,
     {{7.122933051918145e-05, 1, 45, 0.9933034413975227},
      {0.0012671184404058418, 1, NAN, 0.9932661360613811},
      {7.140427638289098e-05, 1, 45, 0.9932952229551788},
      {7.140427638289098e-05, 1, 45, 0.9932952229551788},
      {0.0012671184404058418, NAN, NAN, 0.9926617570138497}}},
    {"chisq_nasty_missing",
     chisq_nasty_missing_total,
     chisq_nasty_missing_covariance,
     NULL,
     2,
     4,
     778,
     45,
     {{1.1772343125344358, 1.7134793680523936, 77.10657156235771, 0.30796719112890053},
      {38.115342785059156, 3, NAN, 0.31667357396165513},
      {3.122682708418696, 3, 45, 0.03507301238490033},
      {2.9838968102667542, 3, 43, 0.041600866322278364},
      {38.115342785059156, NAN, NAN, 0.2867234697486047}}},
    {"chisq_nhanes",
     chisq_nhanes_total,
     chisq_nhanes_covariance,
     NULL,
     4,
     2,
     8591,
     16,
     {{3.701134454808892, 1.7869260241528004, 28.590816386444807, 0.041628843199882117},
      {10.137802516495372, 3, NAN, 0.01117967519034169},
      {5.398096089376317, 3, 16, 0.009274347281561726},
      {4.723334078204277, 3, 14, 0.01766858443246381},
      {10.137802516495372, NAN, NAN, 0.044583232691022094}}},
    {"chisq_rep",
     chisq_rep_total,
     chisq_rep_covariance,
     chisq_rep_replicate,
     2,
     3,
     372,
     16,
     {{0.2943005596186809, 1.7756323267183456, 28.41011722749353, 0.7214908099938433},
      {1.2354998583346732, 2, NAN, 0.7450525250845162},
      {0.2338154406766304, 2, 16, 0.7941652333292165},
      {0.21920197563434102, 2, 15, 0.8056871578914404},
      {NAN, NAN, NAN, NAN}}},
    {"chisq_strat",
     chisq_strat_total,
     chisq_strat_covariance,
     NULL,
     2,
     3,
     200,
     197,
     {{14.169408118007786, 1.885135885034613, 371.3717693518187, 2.082108676428454e-06},
      {19.47965642095888, 2, NAN, 7.019468710793546e-07},
      {14.944370173718392, 2, 197, 9.064592695895523e-07},
      {14.868510426643677, 2, 196, 9.727957249895168e-07},
      {19.47965642095888, NAN, NAN, 4.8547329135635706e-06}}},
};

static const char *const tests[] = {"rao-scott", "rao-scott-1", "wald", "adjusted-wald",
                                    "saddlepoint"};

/* A crossing; the covariance is filled from a lower triangle. */
static sampan_compared crossing(const double *total, uint32_t rows, uint32_t columns,
                                const double *triangle, double *covariance) {
  static const int64_t none[64] = {0};
  static const char *const labels[64] = {NULL};
  const uint32_t k = rows * columns;
  for (uint32_t i = 0, at = 0; i < k; i++)
    for (uint32_t j = 0; j <= i; j++, at++)
      covariance[i * k + j] = covariance[j * k + i] = triangle[at];
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = k,
                              .estimate = total,
                              .covariance = covariance,
                              .n_records = none,
                              .n_events = none,
                              .label = labels,
                              .level = 0.95,
                              .n_rows = rows,
                              .n_columns = columns,
                              .row_label = labels};
  return in;
}

Test(association, agrees_with_svychisq) {
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "association");
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    double covariance[CELLS * CELLS], factor[REPLICATES], second;
    sampan_compared in =
        crossing(cases[c].total, cases[c].rows, cases[c].columns, cases[c].covariance, covariance);
    in.n_sample = cases[c].n;
    in.df = cases[c].df;
    in.df_second = &second;
    if (cases[c].replicate) {
      for (int r = 0; r < REPLICATES; r++) factor[r] = 0.5;
      in.n_replicates = REPLICATES;
      in.replicate = cases[c].replicate;
      in.replicate_factor = factor;
    }
    for (int t = 0; t < 5; t++) {
      const double *expected = cases[c].expected[t];
      sampan_finding f = {0};
      if (isnan(expected[0])) continue;
      stat_set_choice(&s, "statistic", tests[t]);
      second = NAN;
      cr_assert_eq(run(&s, &in, &f), SAMPAN_OK, "%s", s.error.message);
      STAT_NEAR(f.test, expected[0], 1e-9);
      STAT_NEAR(f.p_value, expected[3], 1e-7);
      STAT_NEAR(f.df, expected[1], 1e-9);
      STAT_NEAR(second, expected[2], 1e-9);
    }
  }
  stat_close(&s);
}

/* A table of independent counts: the design effects are 1, and the tests are Pearson's. */
static const double counts[] = {10, 20, 30, 40, 25, 15};

static void multinomial(double *triangle) {
  double n = 0;
  for (int i = 0; i < 6; i++) n += counts[i];
  for (int i = 0, at = 0; i < 6; i++)
    for (int j = 0; j <= i; j++, at++)
      triangle[at] = (i == j ? counts[i] : 0) - counts[i] * counts[j] / n;
}

Test(association, is_pearsons_test_where_sampling_is_simple) {
  double triangle[21], covariance[36], second = NAN;
  stat_plugin s;
  sampan_finding f;
  multinomial(triangle);
  sampan_compared in = crossing(counts, 2, 3, triangle, covariance);
  in.n_sample = 140;
  in.df = HUGE_VAL;
  in.df_second = &second;
  stat_open(&s, SAMPAN_COMPARISON, "association");
  stat_set_choice(&s, "statistic", "pearson");
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  const double x2 = f.test, p = f.p_value;
  STAT_NEAR(x2, 21.129629629629630, 1e-12); /* sum (O - E)^2 / E by hand */
  STAT_NEAR(p, exp(-x2 / 2), 1e-10);        /* 2 df */
  stat_set_choice(&s, "statistic", "rao-scott");
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  STAT_NEAR(f.test, x2 / 2, 1e-10);
  STAT_NEAR(f.df, 2, 1e-10);
  STAT_NEAR(f.p_value, p, 1e-9);
  stat_set_choice(&s, "statistic", "rao-scott-1");
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  STAT_NEAR(f.p_value, p, 1e-9);
  stat_set_choice(&s, "statistic", "saddlepoint");
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(fabs(f.p_value / p - 1) < 0.1); /* an approximation */
  stat_close(&s);
}

Test(association, leaves_out_levels_without_records) {
  static const double wide[] = {10, 0, 20, 30, 0, 0, 0, 0, 40, 0, 25, 15};
  static const uint32_t at[] = {0, 2, 3, 8, 10, 11};
  double triangle[21], narrow[36], large[144] = {0}, second[2];
  sampan_finding f[2];
  stat_plugin s;
  multinomial(triangle);
  sampan_compared in = crossing(counts, 2, 3, triangle, narrow);
  in.n_sample = 140;
  in.df = 20;
  in.df_second = &second[0];
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 6; j++) large[at[i] * 12 + at[j]] = narrow[i * 6 + j];
  stat_open(&s, SAMPAN_COMPARISON, "association");
  for (int t = 0; t < 5; t++) {
    stat_set_choice(&s, "statistic", tests[t]);
    cr_assert_eq(run(&s, &in, &f[0]), SAMPAN_OK);
    sampan_compared with_gaps = in;
    with_gaps.n = 12;
    with_gaps.n_rows = 3;
    with_gaps.n_columns = 4;
    with_gaps.estimate = wide;
    with_gaps.covariance = large;
    s.note[0] = '\0';
    cr_assert_eq(run(&s, &with_gaps, &f[1]), SAMPAN_OK);
    STAT_NEAR(f[1].test, f[0].test, 1e-12);
    STAT_NEAR(f[1].p_value, f[0].p_value, 1e-12);
    cr_assert_not_null(strstr(s.note, "left out"));
  }
  stat_close(&s);
}

Test(association, edges) { /* R6 */
  static const double column[] = {10, 0, 30, 0}, none[10] = {0};
  double covariance[16], second = NAN, triangle[21], full[36];
  sampan_finding f;
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "association");
  sampan_compared in = crossing(column, 2, 2, none, covariance);
  in.n_sample = 40;
  in.df = 9;
  in.df_second = &second;
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(isnan(f.test) && isnan(f.p_value));
  cr_assert_not_null(strstr(s.note, "two columns"));
  multinomial(triangle);
  in = crossing(counts, 2, 3, triangle, full);
  in.n_sample = 140;
  in.df = 1;
  in.df_second = &second;
  stat_set_choice(&s, "statistic", "adjusted-wald"); /* df - q + 1 = 0 */
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(isnan(f.test) && isnan(f.p_value));
  memset(full, 0, sizeof full);
  for (int t = 0; t < 5; t++) {
    stat_set_choice(&s, "statistic", tests[t]);
    s.note[0] = '\0';
    cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
    cr_assert(isnan(f.p_value) && s.note[0] != '\0');
  }
  in.n_rows = in.n_columns = 0;
  cr_assert_eq(run(&s, &in, &f), SAMPAN_E_PLAN);
  cr_assert_not_null(strstr(s.error.message, "across"));
  stat_close(&s);
}
