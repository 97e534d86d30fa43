/* stat_quantile_oracle_test.c - quantile against the cases of kind `quantile`, read from their
 * files: estimates by all rules, Woodruff limits by all scales, quantiles of replicate weights. */
#include "oracle_support.h"
#include "tally_support.h"

static stat_plugin plugin;

/* The number of records with a value, NaN elsewhere and where the row's group is another one. */
static double *domain_of(const oracle_case *c, const sp_yaml *key) {
  double *x = oracle_column(c, oracle_text(key, "variable"));
  const sp_yaml *where = sp_yaml_get(c->analysis, "where"), *by = sp_yaml_get(c->analysis, "by");
  if (where->kind == SP_YAML_MAP) { /* VARIABLE != CONSTANT */
    const sp_yaml *ast = sp_yaml_get(where, "ast"), *args = sp_yaml_get(ast, "args");
    cr_assert_str_eq(oracle_text(ast, "op"), "!=");
    for (int64_t i = 0; i < c->n_rows; i++) {
      const char *text = oracle_cell(c, i, oracle_text(args->items[0], "var"));
      if (text[0] == '\0' || strcmp(text, oracle_text(args->items[1], "const")) == 0) x[i] = NAN;
    }
  }
  for (uint32_t k = 0; by->kind == SP_YAML_LIST && k < by->n; k++) {
    const char *column = by->items[k]->text;
    for (int64_t i = 0; i < c->n_rows; i++)
      if (strcmp(oracle_cell(c, i, column), oracle_text(key, column)) != 0) x[i] = NAN;
  }
  return x;
}

static void set_row(const sp_yaml *key, double *p) {
  *p = oracle_number(key, "q");
  stat_set_numbers(&plugin, "at", p, 1);
  stat_set_choice(&plugin, "rule", oracle_text(key, "qrule"));
}

/* Limits of a share, by name as R calls them. */
static void limits_of_share(const char *method, double s, double se, double df, double n,
                            double level, double *low, double *high) {
  const sampan_host *host = plugin.call.host;
  const double half = (1 - level) / 2;
  const double t = isinf(df) ? host->normal_quantile(1 - half) : host->t_quantile(1 - half, df);
  if (strcmp(method, "mean") == 0) {
    *low = s - t * se;
    *high = s + t * se;
  } else if (strcmp(method, "xlogit") == 0) {
    const double at = log(s / (1 - s)), wide = t * se / (s * (1 - s));
    *low = 1 / (1 + exp(wide - at));
    *high = 1 / (1 + exp(-wide - at));
  } else if (strcmp(method, "asin") == 0) {
    const double at = asin(sqrt(s)), wide = t * se / (2 * sqrt(s * (1 - s)));
    *low = sin(at - wide) * sin(at - wide);
    *high = sin(at + wide) * sin(at + wide);
  } else {
    cr_assert_str_eq(method, "beta");
    const double ratio = host->t_quantile(half, n - 1) / host->t_quantile(half, df);
    const double m = s * (1 - s) / (se * se) * ratio * ratio;
    *low = host->beta_quantile(half, m * s, m * (1 - s) + 1);
    *high = host->beta_quantile(1 - half, m * s + 1, m * (1 - s));
  }
}

/* The limits of the quantile from those of its share, and the error from their distance. */
static void check_limits(const oracle_case *c, const sp_yaml *row, const tally_run *run,
                         const tally_records *r, double se) {
  double low = NAN, high = NAN, n = 0;
  const double df = oracle_number(row, "df"), level = oracle_number(c->analysis, "level");
  for (int64_t i = 0; i < r->n; i++) n += !isnan(r->x[i]);
  limits_of_share(oracle_text(sp_yaml_get(row, "key"), "ci_method"), run->g[0].inner[0], se, df, n,
                  level, &low, &high);
  low = tally_back(&plugin, run, 0, 0, low);
  high = tally_back(&plugin, run, 0, 0, high);
  STAT_NEAR(low, oracle_number(row, "ci_low"), 1e-9);
  STAT_NEAR(high, oracle_number(row, "ci_high"), 1e-9);
  STAT_NEAR((high - low) / (2 * plugin.call.host->t_quantile((1 + level) / 2, df)),
            oracle_number(row, "se"), 1e-9);
}

static double *fractions(const oracle_case *c, const char *fpc, const tally_design *d) {
  double *out = oracle_column(c, fpc);
  uint32_t *first = calloc((size_t)c->n_rows * 2, sizeof *first), *n = first + c->n_rows;
  for (int64_t i = 0; i < c->n_rows; i++) { /* PSUs of each stratum */
    int64_t k = 0;
    while (d->psu && k < i && d->psu[k] != d->psu[i]) k++;
    if (!d->psu || k == i) n[d->stratum ? d->stratum[i] : 0]++;
  }
  for (int64_t i = 0; i < c->n_rows; i++) out[i] = n[d->stratum ? d->stratum[i] : 0] / out[i];
  free(first);
  return out;
}

static void check_case(const char *id, int with_limits) {
  oracle_case c;
  tally_run run;
  oracle_open(&c, id);
  stat_open(&plugin, SAMPAN_ESTIMATOR, "quantile");
  const sp_yaml *design = sp_yaml_get(c.root, "design");
  const sp_yaml *stage = sp_yaml_get(design, "stages")->items[0];
  const char *strata = oracle_text(stage, "strata"), *psu = oracle_text(stage, "id");
  const char *fpc = oracle_text(stage, "fpc");
  double *w = oracle_column(&c, oracle_text(design, "weights"));
  uint32_t n_strata = 0, n_psus = 0;
  uint32_t *stratum = strata ? oracle_codes(&c, strata, NULL, &n_strata) : NULL;
  uint32_t *unit = psu ? oracle_codes(&c, psu, stratum, &n_psus) : NULL;
  tally_design d = {.stratum = stratum, .psu = unit, .n_strata = n_strata, .n_psus = n_psus};
  double *fraction = fpc ? fractions(&c, fpc, &d) : NULL;
  d.fraction = fraction;
  cr_assert_gt(c.expected->n, 0);
  for (uint32_t k = 0; k < c.expected->n; k++) {
    const sp_yaml *row = c.expected->items[k], *key = sp_yaml_get(row, "key");
    double p, *x = domain_of(&c, key);
    const tally_records r = {.x = x, .w = w, .n = c.n_rows, .batch = 100};
    set_row(key, &p);
    cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK, "%s", plugin.error.message);
    cr_assert_eq(run.n_reads, 2);
    cr_assert(stat_near(run.g[0].value[0], oracle_number(row, "estimate"), 1e-9),
              "%s, %s %g: %.17g", id, oracle_text(key, "qrule"), p, run.g[0].value[0]);
    cr_assert_eq(run.g[0].n_positive, (int64_t)oracle_number(row, "n"));
    if (with_limits) check_limits(&c, row, &run, &r, tally_std_error(&run, &r, &d, 0, 0));
    tally_close(&run);
    free(x);
  }
  free(w);
  free(stratum);
  free(unit);
  free(fraction);
  stat_close(&plugin);
  oracle_close(&c);
}

Test(quantile_oracle, ties) {
  check_case("quantile_ties", 0);
}

Test(quantile_oracle, rules) {
  check_case("quantile_fpc_rules", 1);
  check_case("quantile_strat_rules", 1);
  check_case("quantile_strat_default", 1);
}

Test(quantile_oracle, scales_of_the_share) {
  check_case("quantile_clus1_ci", 1);
}

Test(quantile_oracle, zero_weights_missing_values_and_domains) {
  check_case("quantile_nasty", 1);
  check_case("quantile_nasty_by", 1);
  check_case("quantile_const", 1);
}

Test(quantile_oracle, estimates_of_two_stages) {
  check_case("quantile_clus2", 0);
}

/* sqrt(scale sum (y_r - mean)^2) */
static double spread(const double *y, uint32_t n, double scale) {
  double mean = 0, sum = 0;
  for (uint32_t i = 0; i < n; i++) mean += y[i] / n;
  for (uint32_t i = 0; i < n; i++) sum += (y[i] - mean) * (y[i] - mean);
  return sqrt(scale * sum);
}

/* By `quantile` each replicate has a quantile of its own; else a share below the one quantile. */
static void check_replicates(const char *id) {
  oracle_case c;
  tally_run run, other;
  double y[256];
  oracle_open(&c, id);
  const sp_yaml *design = sp_yaml_get(c.root, "design");
  const sp_yaml *replicate = sp_yaml_get(design, "replicate");
  const sp_yaml *columns = sp_yaml_get(replicate, "columns");
  double *w = oracle_column(&c, oracle_text(design, "weights"));
  for (uint32_t k = 0; k < c.expected->n; k++) {
    const sp_yaml *row = c.expected->items[k], *key = sp_yaml_get(row, "key");
    const int by_quantile = strcmp(oracle_text(key, "ci_method"), "quantile") == 0;
    double p, *x = domain_of(&c, key);
    const tally_records r = {.x = x, .w = w, .n = c.n_rows};
    stat_open(&plugin, SAMPAN_ESTIMATOR, "quantile");
    stat_set_choice(&plugin, "error", by_quantile ? "replicates" : "share");
    set_row(key, &p);
    cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK);
    STAT_NEAR(run.g[0].value[0], oracle_number(row, "estimate"), 1e-9);
    cr_assert_eq(run.n_reads, by_quantile ? 1 : 2);
    cr_assert_eq(isnan(run.g[0].inner[0]), by_quantile);
    for (uint32_t i = 0; i < columns->n; i++) {
      double *weight = oracle_column(&c, columns->items[i]->text), below = 0, all = 0;
      const tally_records of = {.x = x, .w = weight, .n = c.n_rows};
      if (by_quantile) {
        cr_assert_eq(tally_drive(&plugin, &of, &other), SAMPAN_OK);
        y[i] = other.g[0].value[0];
        tally_close(&other);
      } else {
        for (int64_t j = 0; j < c.n_rows; j++) {
          all += weight[j] * run.u[j * TALLY_COMPONENTS];
          below += weight[j] * run.u[j * TALLY_COMPONENTS + 2];
        }
        y[i] = below / all;
      }
      free(weight);
    }
    const double se = spread(y, columns->n, oracle_number(replicate, "scale"));
    if (by_quantile)
      STAT_NEAR(se, oracle_number(row, "se"), 1e-9);
    else
      check_limits(&c, row, &run, &r, se);
    tally_close(&run);
    stat_close(&plugin);
    free(x);
  }
  free(w);
  oracle_close(&c);
}

Test(quantile_oracle, replicate_weights) {
  check_replicates("rep_quantile_brr");
  check_replicates("rep_quantile_boot");
}
