/* stat_interval_rows_test.c - every row of the reference cases that is an interval, by the
 * parameters that ask for it. */
#include "stat_proportion_rows.h"
#include "stat_rate_rows.h"
#include "stat_srs_rows.h"
#include "stat_support.h"

/* A plugin and up to two choices. */
typedef struct asked {
  const char *plugin, *choice, *value, *truth; /* `truth`: set to yes, or with a '-' to no */
  double below;                                /* of `exact_below`; 0 minimum_events with it */
} asked;

static void open_asked(stat_plugin *s, const asked *a) {
  stat_open(s, SAMPAN_INTERVAL, a->plugin);
  if (a->choice) stat_set_choice(s, a->choice, a->value);
  if (a->truth) stat_set_number(s, a->truth + (a->truth[0] == '-'), a->truth[0] != '-');
  if (strcmp(a->plugin, "byar") == 0 || strcmp(a->plugin, "dobson") == 0)
    stat_set_number(s, "exact_below", a->below);
  if (strcmp(a->plugin, "dobson") == 0) stat_set_number(s, "minimum_events", 0);
}

static void check(stat_plugin *s, const sampan_interval_in *in, double lower, double upper,
                  const char *id) {
  sampan_interval_out out = {.struct_size = sizeof out};
  const int32_t status = ((const sampan_interval_ops *)s->plugin->ops)->limits(&s->call, in, &out);
  cr_assert_eq(status, SAMPAN_OK);
  if (isnan(lower)) {
    cr_expect(out.status == SAMPAN_LIMITS_NONE && out.why[0] && isnan(out.lower), "%s %s: limits",
              id, s->plugin->name);
    return;
  }
  cr_expect_eq(out.status, SAMPAN_LIMITS_OK, "%s %s: %s", id, s->plugin->name, out.why);
  cr_expect(stat_near(out.lower, lower, 1e-9) && stat_near(out.upper, upper, 1e-9),
            "%s %s: [%.17g, %.17g], not [%.17g, %.17g]", id, s->plugin->name, out.lower, out.upper,
            lower, upper);
}

Test(interval_rows, simple_random_samples) {
  static const char *const sizes[] = {"records", "exposure"};
  static const asked by_method[] = {
      [SRS_WALD] = {"wald", NULL, NULL, NULL, 0},
      [SRS_WILSON] = {"wilson", NULL, NULL, NULL, 0},
      [SRS_WILSON_CC] = {"wilson", NULL, NULL, "continuity", 0},
      [SRS_CLOPPER_PEARSON] = {"clopper-pearson", NULL, NULL, NULL, 0},
      [SRS_AGRESTI_COULL] = {"agresti-coull", NULL, NULL, "-bounded", 0},
      [SRS_JEFFREYS] = {"jeffreys", NULL, NULL, NULL, 0},
      [SRS_LOGIT] = {"logit", NULL, NULL, NULL, 0},
      [SRS_ARCSINE] = {"arcsine", NULL, NULL, NULL, 0}};
  for (size_t i = 0; i < sizeof srs_rows / sizeof srs_rows[0]; i++) {
    const srs_row *r = &srs_rows[i];
    for (int exposure = 0; exposure < 2; exposure++) {
      stat_plugin s;
      char id[64];
      snprintf(id, sizeof id, "%d of %d at %g", r->x, r->n, r->level);
      open_asked(&s, &by_method[r->method]);
      stat_set_choice(&s, "size", sizes[exposure]);
      const int64_t records = exposure ? 1 : r->n;
      const sampan_interval_in in = {.struct_size = sizeof in,
                                     .unit = SAMPAN_UNIT_PROPORTION,
                                     .estimate = (double)r->x / r->n,
                                     .df = HUGE_VAL,
                                     .level = r->level,
                                     .n = records,
                                     .n_positive = records,
                                     .n_events = exposure ? 1 : r->x,
                                     .events = r->x,
                                     .exposure = exposure ? r->n : 0,
                                     .upper_bound = 1,
                                     .per = 1};
      check(&s, &in, r->lower, r->upper, id);
      stat_close(&s);
    }
  }
}

static const asked by_survey_method[] = {
    [SURVEY_MEAN] = {"wald", NULL, NULL, NULL, 0},
    [SURVEY_LOGIT] = {"logit", NULL, NULL, NULL, 0},
    [SURVEY_ASIN] = {"arcsine", NULL, NULL, "reflect", 0},
    [SURVEY_BETA] = {"korn-graubard", "convention", "r", NULL, 0},
    [SURVEY_BETA_TRUNCATED] = {"korn-graubard", "convention", "nchs", NULL, 0},
    [SURVEY_WILSON] = {"wilson", NULL, NULL, NULL, 0},
    [SURVEY_LIKELIHOOD] = {"likelihood", NULL, NULL, NULL, 0}};

Test(interval_rows, surveys) {
  for (size_t i = 0; i < sizeof survey_rows / sizeof survey_rows[0]; i++) {
    const survey_row *r = &survey_rows[i];
    for (int m = 0; m < SURVEY_METHODS; m++) {
      stat_plugin s;
      if (r->limits[m][0] > r->limits[m][1]) continue;
      open_asked(&s, &by_survey_method[m]);
      const sampan_interval_in in = {.struct_size = sizeof in,
                                     .unit = SAMPAN_UNIT_PROPORTION,
                                     .estimate = r->estimate,
                                     .std_error = r->std_error,
                                     .df = r->df,
                                     .level = r->level,
                                     .n = r->n,
                                     .n_positive = r->n_positive,
                                     .n_events = r->n_events,
                                     .events = r->n_events,
                                     .upper_bound = 1,
                                     .per = 1};
      check(&s, &in, r->limits[m][0], r->limits[m][1], r->id);
      stat_close(&s);
    }
  }
}

Test(interval_rows, replicates) {
  static const int methods[] = {SURVEY_MEAN, SURVEY_LOGIT, SURVEY_ASIN, SURVEY_WILSON};
  for (size_t i = 0; i < sizeof replicate_rows / sizeof replicate_rows[0]; i++) {
    const replicate_row *r = &replicate_rows[i];
    double factor[20];
    for (int k = 0; k < r->n_replicates; k++) factor[k] = r->factor;
    for (int m = 0; m < 4; m++) {
      stat_plugin s;
      open_asked(&s, &by_survey_method[methods[m]]);
      const sampan_interval_in in = {.struct_size = sizeof in,
                                     .unit = SAMPAN_UNIT_PROPORTION,
                                     .estimate = r->estimate,
                                     .std_error = r->std_error,
                                     .df = r->df,
                                     .level = 0.95,
                                     .n = 372,
                                     .n_positive = 372,
                                     .n_events = 160,
                                     .upper_bound = 1,
                                     .per = 1,
                                     .n_replicates = (uint32_t)r->n_replicates,
                                     .about_estimate = r->about_estimate,
                                     .replicate = r->replicate,
                                     .replicate_factor = factor};
      check(&s, &in, r->limits[m][0], r->limits[m][1], r->id);
      stat_close(&s);
    }
  }
}

Test(interval_rows, rates) {
  static const asked by_method[] = {
      [RATE_EXACT] = {"poisson", NULL, NULL, NULL, 0},
      [RATE_BYAR] = {"byar", NULL, NULL, NULL, 0},
      [RATE_NORMAL] = {"wald", NULL, NULL, NULL, 0},
      [RATE_LOGNORMAL] = {"log", NULL, NULL, NULL, 0},
      [RATE_SCORE] = {"poisson", "form", "score", NULL, 0},
      [RATE_MIDP] = {"poisson", "form", "mid-p", NULL, 0},
      [RATE_VANDENBROUCKE] = {"poisson", "form", "square-root", NULL, 0},
      [RATE_GAMMA_FAY_FEUER] = {"fay-feuer", NULL, NULL, NULL, 0},
      [RATE_GAMMA_TIWARI] = {"tiwari", NULL, NULL, NULL, 0},
      [RATE_DOBSON_EXACT] = {"dobson", NULL, NULL, NULL, 1e9},
      [RATE_DOBSON_BYAR] = {"dobson", NULL, NULL, NULL, 0}};
  for (size_t i = 0; i < sizeof rate_rows / sizeof rate_rows[0]; i++) {
    const rate_row *r = &rate_rows[i];
    const rate_cell *c = &rate_cells[r->cell];
    stat_plugin s;
    open_asked(&s, &by_method[r->method]);
    sampan_interval_in in = {.struct_size = sizeof in,
                             .unit = c->per == 1 ? SAMPAN_UNIT_RATIO : SAMPAN_UNIT_RATE,
                             .estimate = c->estimate,
                             .std_error = c->std_error,
                             .df = HUGE_VAL,
                             .level = c->level,
                             .n = 18,
                             .n_positive = 18,
                             .events = c->events,
                             .exposure = c->exposure,
                             .gradient_max = c->weight[0],
                             .gradient_mean = c->weight[1],
                             .gradient_mean_square = c->weight[2],
                             .upper_bound = HUGE_VAL,
                             .per = c->per};
    check(&s, &in, r->lower, r->upper, c->id);
    if (c->per == 1) { /* observed over expected, where the exposure is person-years */
      in.exposure = 123456.7;
      check(&s, &in, r->lower, r->upper, c->id);
    }
    stat_close(&s);
  }
}
