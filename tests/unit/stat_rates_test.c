/* stat_rates_test.c - intervals of a rate: byar, dobson, fay-feuer. Golden numbers carry the id of
 * the reference case, or the publication, that they come from. */
#include "stat_support.h"

static sampan_interval_out limits_of(stat_plugin *s, const sampan_interval_in *in) {
  sampan_interval_out out = {.struct_size = sizeof out};
  const int32_t status = ((const sampan_interval_ops *)s->plugin->ops)->limits(&s->call, in, &out);
  cr_assert_eq(status, SAMPAN_OK);
  cr_assert(out.status == SAMPAN_LIMITS_OK || out.why[0], "no limits and no reason");
  return out;
}

static sampan_interval_in rate(double estimate, double se, double events, double exposure,
                               double per) {
  const sampan_interval_in in = {.struct_size = sizeof in,
                                 .unit = SAMPAN_UNIT_RATE,
                                 .estimate = estimate,
                                 .std_error = se,
                                 .df = HUGE_VAL,
                                 .level = 0.95,
                                 .n = 18,
                                 .n_positive = 18,
                                 .events = events,
                                 .exposure = exposure,
                                 .gradient_max = per / exposure,
                                 .upper_bound = HUGE_VAL,
                                 .per = per};
  return in;
}

/* crude_rate (95 %, per 100000) and crude_rate_99 (99 %, per 1000). */
typedef struct crude_case {
  double cases, py, per, level, exact[2], byar[2];
} crude_case;
static const crude_case crude[] = {
    {0, 1500, 1e5, 0.95, {0, 245.925296940929}, {0, 244.53412214491672}},
    {1,
     2000.5,
     1e5,
     0.95,
     {1.2655740057130667, 278.51254141159205},
     {0.653443284254154, 278.1182495613727}},
    {4,
     12345,
     1e5,
     0.95,
     {8.82839508810308, 82.96143114948316},
     {8.717297757486591, 82.95465969310695}},
    {10,
     50000,
     1e5,
     0.95,
     {9.590777392264869, 36.78071208403556},
     {9.574899827935129, 36.782917211512945}},
    {57,
     61234.75,
     1e5,
     0.95,
     {70.50121599732952, 120.60163780037124},
     {70.49690031414072, 120.6038389635319}},
    {1234,
     2500000,
     1e5,
     0.95,
     {46.64406874070197, 52.192814821156894},
     {46.64405015849246, 52.19283099076171}},
    {98765,
     41000000,
     1e5,
     0.95,
     {239.39022388188178, 242.39733080784197},
     {239.39022376245086, 242.3973309254379}},
    {3,
     10000,
     1000,
     0.99,
     {0.03378633887277334, 1.0977477495329766},
     {0.030602261401109786, 1.1011956729317023}},
    {25,
     80000,
     1000,
     0.99,
     {0.17494218041483336, 0.512505160642346},
     {0.17473042239570352, 0.5127074048730201}},
};

Test(byar, agrees_with_the_textbook_formulas) { /* B1, B2 */
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "byar");
  for (size_t i = 0; i < sizeof crude / sizeof crude[0]; i++) {
    const crude_case *c = &crude[i];
    sampan_interval_in in = rate(c->per * c->cases / c->py, 1, c->cases, c->py, c->per);
    in.level = c->level;
    stat_set_number(&s, "exact_below", 0);
    sampan_interval_out out = limits_of(&s, &in);
    STAT_NEAR(out.lower, c->byar[0], 1e-9);
    STAT_NEAR(out.upper, c->byar[1], 1e-9);
    stat_set_number(&s, "exact_below", 1e9);
    out = limits_of(&s, &in);
    STAT_NEAR(out.lower, c->exact[0], 1e-9);
    STAT_NEAR(out.upper, c->exact[1], 1e-9);
    stat_set_number(&s, "exact_below", 10);
    out = limits_of(&s, &in);
    STAT_NEAR(out.lower, c->cases < 10 ? c->exact[0] : c->byar[0], 1e-9);
  }
  stat_close(&s);
}

Test(byar, refuses_standardized_rates_and_takes_counts) { /* B3 */
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "byar");
  sampan_interval_in in = rate(374.9767567562033, 101.17363593600895, 14, 2615.8, 1e5);
  sampan_interval_out out = limits_of(&s, &in);
  cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
  cr_assert_not_null(strstr(out.why, "fay-feuer"));
  in.unit = SAMPAN_UNIT_COUNT;
  in.exposure = 0;
  in.per = 1;
  in.estimate = in.events = 4;
  out = limits_of(&s, &in);
  STAT_NEAR(out.lower, 8.82839508810308 * 12345 / 1e5, 1e-9);
  in.events = NAN;
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  stat_close(&s);
}

Test(byar, a_hundred_million_events) {
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "byar");
  sampan_interval_in in = rate(5e4, 1, 1e8, 2e8, 1e5);
  for (int exact = 0; exact < 2; exact++) {
    stat_set_number(&s, "exact_below", exact ? 1e9 : 0);
    const sampan_interval_out out = limits_of(&s, &in);
    STAT_NEAR(out.lower, 5e4 * (1 - 1.959963984540054e-4), 2e-8);
    STAT_NEAR(out.upper, 5e4 * (1 + 1.959963984540054e-4), 4e-8);
  }
  stat_close(&s);
}

/* asr_who, areas Tiny and East: k = 100000 max(share / person-years). */
typedef struct asr_case {
  double rate, se, events, k, gamma[2], dobson_exact[2], dobson_byar[2];
} asr_case;
static const asr_case asr[] = {
    {374.9767567562033,
     101.17363593600895,
     14,
     1e5 * 8.69 / 100.03 / 168.6,
     {203.64404343243122, 676.150504970377},
     {203.3803540177708, 631.574134149715},
     {203.20731080804322, 631.6113586610288}},
    {422.2365713306999,
     4.254204290990443,
     9978,
     1e5 * 8.69 / 100.03 / 105869.9,
     {413.9391557581097, 430.6987970140033},
     {413.93889538021546, 430.6579298681388},
     {413.9388887113752, 430.6579362196434}},
};

Test(rates, standardized_cancer_rates) { /* D1 */
  stat_plugin dobson, gamma;
  stat_open(&dobson, SAMPAN_INTERVAL, "dobson");
  stat_open(&gamma, SAMPAN_INTERVAL, "fay-feuer");
  for (size_t i = 0; i < 2; i++) {
    const asr_case *c = &asr[i];
    sampan_interval_in in = rate(c->rate, c->se, c->events, 1, 1e5);
    in.gradient_max = c->k;
    stat_set_number(&dobson, "exact_below", 1e9);
    sampan_interval_out out = limits_of(&dobson, &in);
    STAT_NEAR(out.lower, c->dobson_exact[0], 1e-9);
    STAT_NEAR(out.upper, c->dobson_exact[1], 1e-9);
    stat_set_number(&dobson, "exact_below", 10);
    out = limits_of(&dobson, &in);
    STAT_NEAR(out.lower, c->dobson_byar[0], 1e-9);
    STAT_NEAR(out.upper, c->dobson_byar[1], 1e-9);
    out = limits_of(&gamma, &in);
    STAT_NEAR(out.lower, c->gamma[0], 1e-9);
    STAT_NEAR(out.upper, c->gamma[1], 1e-9);
  }
  stat_close(&dobson);
  stat_close(&gamma);
}

/* Fay and Feuer 1997, Table I: Down syndrome by birth order; k = the largest weight of a case. */
Test(rates, down_syndrome) {
  static const double down[][9] = {
      /* rate, se, cases, k, gamma, Dobson-Byar */
      {92.3045255331994, 6.26017789216925, 412, 3052, 80.4417498507042, 105.763345749261,
       80.3292214194844, 105.187209208417, 61313},
      {91.1741168346641, 4.610124280917, 490, 5375, 82.3612116520044, 100.867576317251,
       82.337126336809, 100.623015100612, 61313},
      {85.0692213383019, 4.12071603298211, 474, 15050, 77.1834534027216, 94.2235698322065,
       77.1733544027075, 93.52132818859, 319933},
      {92.7178650551998, 6.72226160282627, 413, 2293, 80.0099927553993, 114.669444822584,
       79.8582396569033, 106.550647359693, 319933},
      {75.5290074452568, 4.10208446325181, 740, 327, 67.7021204176467, 188.300172727776,
       67.6327431226896, 83.8671087085424, 319933}};
  const double births = 319933 + 931318 + 786511 + 488235 + 237863 + 61313;
  stat_plugin dobson, gamma;
  stat_open(&dobson, SAMPAN_INTERVAL, "dobson");
  stat_open(&gamma, SAMPAN_INTERVAL, "fay-feuer");
  for (size_t i = 0; i < 5; i++) {
    const double *d = down[i];
    sampan_interval_in in = rate(d[0], d[1], d[2], 1, 1e5);
    in.gradient_max = 1e5 * d[8] / births / d[3];
    sampan_interval_out out = limits_of(&gamma, &in);
    STAT_NEAR(out.lower, d[4], 1e-11);
    STAT_NEAR(out.upper, d[5], 1e-11);
    out = limits_of(&dobson, &in);
    STAT_NEAR(out.lower, d[6], 1e-11);
    STAT_NEAR(out.upper, d[7], 1e-11);
  }
  stat_close(&dobson);
  stat_close(&gamma);
}

Test(dobson, edges) { /* D2, D3, D4 */
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "dobson");
  sampan_interval_in in = rate(50, 20, 9, 1e5, 1e5);
  sampan_interval_out out = limits_of(&s, &in);
  cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
  cr_assert_str_eq(out.why, "fewer than 10 events");
  stat_set_number(&s, "minimum_events", 0);
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_OK);
  in.std_error = 80;
  out = limits_of(&s, &in);
  cr_assert_eq(out.lower, 0);
  cr_assert_not_null(strstr(out.why, "stopped"));
  in.std_error = 0;
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  in = rate(0, 0, 0, 1e5, 1e5);
  out = limits_of(&s, &in);
  cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
  cr_assert_str_eq(out.why, "no events");
  stat_close(&s);
}

Test(fay_feuer, edges) { /* F1, F2, F3, F4 */
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "fay-feuer");
  for (size_t i = 0; i < sizeof crude / sizeof crude[0]; i++) { /* F4 */
    const crude_case *c = &crude[i];
    const double per_case = c->per / c->py;
    sampan_interval_in in =
        rate(per_case * c->cases, per_case * sqrt(c->cases), c->cases, c->py, c->per);
    in.level = c->level;
    const sampan_interval_out out = limits_of(&s, &in);
    STAT_NEAR(out.lower, c->exact[0], 1e-9);
    STAT_NEAR(out.upper, c->exact[1], 1e-9);
  }
  sampan_interval_in in = rate(50, 0, 9, 1e5, 1e5);
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  in.std_error = 5;
  in.gradient_max = 0;
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  in.gradient_max = 1;
  in.estimate = NAN;
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  in = rate(5e4, 5, 1e8, 2e8, 1e5); /* a hundred million events */
  const sampan_interval_out out = limits_of(&s, &in);
  STAT_NEAR(out.lower, 5e4 * (1 - 1.959963984540054e-4), 2e-8);
  stat_close(&s);
}
