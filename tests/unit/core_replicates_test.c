/* Replicate weights: the numbers of R's survey, factors, ranks, and the laws of each kind. */
#include <math.h>

#include "design/calibration.h"
#include "design/error_ids.h"
#include "design/hadamard.h"
#include "design/rank.h"
#include "design/replicates.h"
#include "oracle_file.h"

enum { MOST = 400 };

static void close_to(double got, double want, double tolerance) {
  cr_assert(fabs(got - want) <= tolerance * fabs(want), "%.17g, not %.17g", got, want);
}

static sp_replicates spec_of(int32_t type, const char *name) {
  return (sp_replicates){.type = type, .name = name, .scale = NAN, .df = NAN, .rho = 0.3};
}

/* ---- factors ------------------------------------------------------------------------------ */

Test(replicates, factors_by_type) {
  static const struct {
    int32_t type;
    uint32_t n;
    double factor; /* as the reference cases have them */
  } known[] = {{SP_REPLICATES_BRR, 20, 0.05},
               {SP_REPLICATES_FAY, 20, 0.10204081632653063},
               {SP_REPLICATES_JK1, 32, 0.96875},
               {SP_REPLICATES_JK2, 16, 1},
               {SP_REPLICATES_BOOTSTRAP, 40, 0.02564102564102564},
               {SP_REPLICATES_SDR, 20, 0.2},
               {SP_REPLICATES_ACS, 80, 0.05},
               {SP_REPLICATES_OTHER, 7, 1}};
  double out[80];
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    const sp_replicates spec = spec_of(known[i].type, "any");
    cr_assert_eq(sp_replicates_factors(&spec, known[i].n, NULL, out, NULL), 0);
    for (uint32_t r = 0; r < known[i].n; r++) close_to(out[r], known[i].factor, 1e-15);
  }
  const double rscales[] = {0.4, 0.6, 0};
  sp_replicates spec = spec_of(SP_REPLICATES_OTHER, "other");
  spec.scale = 0.9;
  spec.rscales = rscales;
  spec.n_rscales = 3;
  cr_assert_eq(sp_replicates_factors(&spec, 3, NULL, out, NULL), 0);
  cr_assert(out[0] == 0.9 * 0.4 && out[1] == 0.9 * 0.6 && out[2] == 0);
  spec.n_rscales = 1;
  spec.type = SP_REPLICATES_BRR; /* what is given goes before the type */
  cr_assert_eq(sp_replicates_factors(&spec, 3, NULL, out, NULL), 0);
  cr_assert(out[0] == 0.9 * 0.4 && out[2] == 0.9 * 0.4);
}

static void no_factors(const sp_replicates *spec, uint32_t n, const char *says) {
  double out[80];
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_replicates_factors(spec, n, "plan.yaml", out, &error), SAMPAN_E_PLAN);
  cr_assert_eq(error.id, SP_ID_REPLICATES_SCALE);
  cr_assert(strstr(error.message, says) != NULL, "%s", error.message);
  cr_assert_neq(error.hint[0], 0);
}

Test(replicates, factors_that_cannot_be) {
  sp_replicates spec = spec_of(SP_REPLICATES_JKN, "JKn");
  no_factors(&spec, 32, "need rscales");
  const double rscales[] = {0.5, -0.5, NAN};
  double out[2];
  spec.rscales = rscales;
  spec.n_rscales = 1;
  cr_assert_eq(sp_replicates_factors(&spec, 2, NULL, out, NULL), 0);
  cr_assert_eq(out[1], 0.5);
  spec.n_rscales = 3;
  no_factors(&spec, 32, "3 numbers for 32");
  no_factors(&spec, 3, "replicate 2");
  spec = spec_of(SP_REPLICATES_FAY, "Fay");
  spec.rho = 1;
  no_factors(&spec, 20, "rho");
  spec = spec_of(SP_REPLICATES_BOOTSTRAP, "bootstrap");
  no_factors(&spec, 1, "one bootstrap replicate");
}

/* ---- covariance --------------------------------------------------------------------------- */

Test(replicates, covariance_by_hand) {
  const double a[] = {1, 3, 5, 100}, b[] = {2, 0, 7, -100}, factors[] = {0.5, 1, 2, 0};
  double out = 0;
  /* means of the three that count: 3, 3 */
  cr_assert_eq(sp_replicates_covariance(a, b, 2, 1, factors, 4, 0, &out), 0);
  close_to(out, 0.5 * -2 * -1 + 0 + 2 * 2 * 4, 1e-15);
  cr_assert_eq(sp_replicates_covariance(a, b, 2, 1, factors, 4, 1, &out), 0);
  close_to(out, 0.5 * -1 * 1 + 1 * 1 * -1 + 2 * 3 * 6, 1e-15);
  const double holes[] = {1, NAN, 5, NAN};
  /* The second is left out of means and sum: 3 and 4.5. */
  cr_assert_eq(sp_replicates_covariance(holes, b, 2, 1, factors, 4, 0, &out), 1);
  close_to(out, 0.5 * -2 * -2.5 + 2 * 2 * 2.5, 1e-15);
  cr_assert_eq(sp_replicates_covariance(b, holes, 1, 2, factors, 4, 1, &out), 1);
  close_to(out, 0.5 * 1 * -1 + 2 * 6 * 3, 1e-15);
  const double lost[] = {NAN, NAN, NAN, 1};
  cr_assert_eq(sp_replicates_covariance(a, lost, 2, 1, factors, 4, 0, &out), 3);
  cr_assert(isnan(out));
  const double none[] = {0, 0, 0, 0};
  cr_assert_eq(sp_replicates_covariance(a, b, 2, 1, none, 4, 1, &out), 0);
  cr_assert(isnan(out));
}

/* The standard error of the mean of `variable` by the weights w[record][replicate]. */
static double se_of_mean(const oracle_file *f, const char *variable, const double *w0,
                         const double *w, const double *factors, uint32_t n, int32_t about) {
  double *theta = calloc(n, sizeof *theta), full = 0, out = -1;
  for (uint32_t r = 0; r <= n; r++) {
    double sum = 0, size = 0;
    for (uint32_t i = 0; i < f->n_rows; i++) {
      if (oracle_text(f, i, variable)[0] == 0) continue;
      const double weight = r < n ? w[(uint64_t)i * n + r] : w0[i];
      sum += weight * oracle_number(f, i, variable);
      size += weight;
    }
    *(r < n ? &theta[r] : &full) = sum / size;
  }
  cr_assert_eq(sp_replicates_covariance(theta, theta, full, full, factors, n, about, &out), 0);
  free(theta);
  return sqrt(out);
}

static uint32_t rank_of(const double *w, uint32_t n_rows, uint32_t n) {
  sp_rank rank;
  uint32_t out = 0;
  sp_rank_init(&rank, n);
  for (uint32_t i = 0; i < n_rows; i++) {
    cr_assert_eq(sp_rank_add(&rank, w + (uint64_t)i * n), 0);
  }
  cr_assert_eq(sp_rank_value(&rank, &out), 0);
  sp_rank_clear(&rank);
  return out;
}

/* Reads the columns prefix01 .. of sim_rep.csv. */
static double *columns(const oracle_file *f, const char *prefix, uint32_t n) {
  double *w = calloc((uint64_t)f->n_rows * n, sizeof *w);
  for (uint32_t i = 0; i < f->n_rows; i++) {
    for (uint32_t r = 0; r < n; r++) {
      char name[32];
      snprintf(name, sizeof name, "%s%02u", prefix, r + 1);
      w[(uint64_t)i * n + r] = oracle_number(f, i, name);
    }
  }
  return w;
}

Test(replicates, weights_in_the_data) {
  static const double half = 0.5;
  static const struct {
    const char *prefix;
    int32_t type;
    uint32_t n;
    int32_t about;
    double se; /* of the mean of sbp */
    uint32_t df;
  } known[] = {{"brr", SP_REPLICATES_BRR, 20, 0, 1.048229074959956, 16},
               {"fay", SP_REPLICATES_FAY, 20, 0, 1.042678065639096, 16},
               {"jkn", SP_REPLICATES_JKN, 32, 0, 1.0393563373984531, 16},
               {"jka", SP_REPLICATES_JK1, 32, 0, 1.090436025631612, 31},
               {"jkt", SP_REPLICATES_JK2, 16, 1, 1.0381575997515657, 15},
               {"bsw", SP_REPLICATES_BOOTSTRAP, 40, 0, 1.1204288519810892, 16},
               {"sdr", SP_REPLICATES_ACS, 20, 1, 0.9053842541813234, 18}};
  oracle_file f = oracle_open("sim_rep.csv");
  double w0[MOST], factors[40];
  for (uint32_t i = 0; i < f.n_rows; i++) w0[i] = oracle_number(&f, i, "wt0");
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    sp_replicates spec = spec_of(known[k].type, known[k].prefix);
    spec.rscales = known[k].type == SP_REPLICATES_JKN ? &half : NULL;
    spec.n_rscales = spec.rscales != NULL;
    const uint32_t n = known[k].n;
    double *w = columns(&f, known[k].prefix, n);
    cr_assert_eq(sp_replicates_factors(&spec, n, NULL, factors, NULL), 0);
    close_to(se_of_mean(&f, "sbp", w0, w, factors, n, known[k].about), known[k].se, 1e-9);
    cr_assert_eq(rank_of(w, f.n_rows, n) - 1, known[k].df, "%s: rank %u", known[k].prefix,
                 rank_of(w, f.n_rows, n));
    free(w);
  }
  oracle_close(&f);
}

/* Every replicate is post-stratified by itself, and the rank is that of the calibrated weights. */
Test(replicates, poststratified) {
  oracle_file f = oracle_open("sim_rep.csv");
  const uint32_t n = 32;
  double *w = columns(&f, "jkn", n), *x = calloc(f.n_rows, 3 * sizeof *x);
  double w0[MOST], base[MOST], factors[32];
  const double totals[] = {70000, 50000, 22000};
  const sp_calibration_aim aim = {.totals = totals};
  for (uint32_t i = 0; i < f.n_rows; i++) {
    w0[i] = oracle_number(&f, i, "wt0");
    x[i * 3 + (uint32_t)(oracle_text(&f, i, "grp")[0] - 'u')] = 1;
  }
  for (uint32_t r = 0; r <= n; r++) {
    for (uint32_t i = 0; i < f.n_rows; i++) base[i] = r < n ? w[(uint64_t)i * n + r] : w0[i];
    const sp_calibration_rows rows = {.x = x, .weight = base, .n = f.n_rows, .p = 3};
    sp_calibration c;
    cr_assert_eq(sp_calibration_find(&c, &rows, &aim, NULL), 0);
    for (uint32_t i = 0; i < f.n_rows; i++) {
      *(r < n ? &w[(uint64_t)i * n + r] : &w0[i]) *= sp_calibration_ratio(&c, x + i * 3, 1);
    }
    sp_calibration_clear(&c);
    if (r < n) factors[r] = 0.5;
  }
  close_to(se_of_mean(&f, "hyp", w0, w, factors, n, 0), 0.03583348992395109, 1e-9);
  close_to(se_of_mean(&f, "vis", w0, w, factors, n, 0), 0.09794043246162772, 1e-9);
  cr_assert_eq(rank_of(w, f.n_rows, n) - 1, 31);
  free(w);
  free(x);
  oracle_close(&f);
}

/* ---- made --------------------------------------------------------------------------------- */

typedef struct made {
  sp_units units;
  sp_design design;
  sp_replicates spec;
  sp_replicate_set set;
  uint32_t psu[MOST * 3];
} made;

static void close_made(made *m) {
  sp_replicate_set_clear(&m->set);
  sp_units_clear(&m->units);
}

/* Strata with n[h] PSUs. */
static void strata(made *m, uint32_t n_strata, const uint32_t *n, sp_replicates spec) {
  memset(m, 0, sizeof *m);
  m->spec = spec;
  m->design.replicates = &m->spec;
  cr_assert_eq(sp_units_init(&m->units), 0);
  for (uint32_t h = 0; h < n_strata; h++) {
    char text[16];
    const int length = snprintf(text, sizeof text, "h%u", h);
    cr_assert_eq(sp_units_stratum(&m->units, text, (uint64_t)length), h);
    for (uint32_t i = 0; i < n[h]; i++) sp_units_psu(&m->units, h, NULL, 0);
  }
}

static void make(made *m, const uint32_t *order) {
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_replicates_make(&m->design, &m->units, order, "plan.yaml", &m->set, &error), 0,
               "%s", error.message);
}

/* The standard error of a mean by replicates made from the file's design. */
static double made_se(const char *file, const char *stratum, const char *psu, const char *weight,
                      const char *fpc, sp_replicates spec, const char *variable, int32_t about,
                      uint32_t n_expected) {
  static const sp_expr given = {.kind = SP_EXPR_NAME};
  oracle_file f = oracle_open(file);
  made m;
  strata(&m, 0, NULL, spec);
  m.design.fpc = fpc != NULL ? &given : NULL;
  m.design.fpc_is = SP_FPC_POPULATION;
  double w0[MOST * 3];
  for (uint32_t i = 0; i < f.n_rows; i++) {
    const char *h = stratum != NULL ? oracle_text(&f, i, stratum) : "";
    const uint32_t number = sp_units_stratum(&m.units, h, strlen(h));
    const char *text = psu != NULL ? oracle_text(&f, i, psu) : NULL;
    m.psu[i] = sp_units_psu(&m.units, number, text, text != NULL ? strlen(text) : 0);
    if (fpc != NULL) m.units.strata[number].fpc_given = oracle_number(&f, i, fpc);
    w0[i] = oracle_number(&f, i, weight);
  }
  cr_assert_eq(sp_units_finish(&m.units, &m.design, "plan.yaml", NULL), 0);
  make(&m, NULL);
  cr_assert_eq(m.set.n, n_expected);
  double *w = calloc((uint64_t)f.n_rows * m.set.n, sizeof *w);
  for (uint32_t i = 0; i < f.n_rows; i++) {
    for (uint32_t r = 0; r < m.set.n; r++) {
      w[(uint64_t)i * m.set.n + r] =
          w0[i] * m.set.multipliers[(uint64_t)r * m.set.n_psu + m.psu[i]];
    }
  }
  const double se = se_of_mean(&f, variable, w0, w, m.set.factors, m.set.n, about);
  free(w);
  close_made(&m);
  oracle_close(&f);
  return se;
}

Test(replicates, jackknives_as_in_r) {
  const sp_replicates jk1 = spec_of(SP_REPLICATES_JK1, "JK1");
  const sp_replicates jkn = spec_of(SP_REPLICATES_JKN, "JKn");
  close_to(made_se("apiclus1.csv", NULL, "dnum", "pw", NULL, jk1, "api00", 0, 15),
           26.594161357710597, 1e-9);
  close_to(made_se("apiclus1.csv", NULL, "dnum", "pw", NULL, jk1, "enroll", 1, 15),
           50.98145012423948, 1e-9);
  close_to(made_se("apiclus1.csv", NULL, "dnum", "pw", "fpc", jk1, "api00", 0, 15),
           26.329360589527614, 1e-9);
  close_to(made_se("apistrat.csv", "stype", NULL, "pw", NULL, jkn, "enroll", 0, 200),
           18.94076311975309, 1e-9);
  close_to(made_se("apistrat.csv", "stype", NULL, "pw", NULL, jkn, "api00", 1, 200),
           9.536132296925187, 1e-9);
}

/* The replicates' variance of a total of z, z a number for each PSU. */
static double of_total(const made *m, const double *z, int32_t about) {
  double *theta = calloc(m->set.n, sizeof *theta), full = 0, out = -1;
  for (uint32_t i = 0; i < m->set.n_psu; i++) full += z[i];
  for (uint32_t r = 0; r < m->set.n; r++) {
    for (uint32_t i = 0; i < m->set.n_psu; i++) {
      theta[r] += m->set.multipliers[(uint64_t)r * m->set.n_psu + i] * z[i];
    }
  }
  cr_assert_eq(
      sp_replicates_covariance(theta, theta, full, full, m->set.factors, m->set.n, about, &out), 0);
  free(theta);
  return out;
}

/* For a total, jackknife and balanced halves give the variance of the formula itself. */
Test(replicates, totals_have_the_variance_of_the_formula) {
  const double z[] = {10, 14, 3, 9, 7, 1, 20, 5, 2, 2.5};
  const double f[] = {0, 0.25, 0.5, 0, 1};
  double want = 0;
  for (uint32_t h = 0; h < 5; h++) {
    const double d = z[2 * h] - z[2 * h + 1];
    want += (1 - f[h]) * d * d;
  }
  static const int32_t types[] = {SP_REPLICATES_JKN, SP_REPLICATES_BRR, SP_REPLICATES_FAY};
  for (int k = 0; k < 3; k++) {
    for (int32_t about = 0; about < 2; about++) {
      made m;
      strata(&m, 5, (const uint32_t[]){2, 2, 2, 2, 2}, spec_of(types[k], "any"));
      for (uint32_t h = 0; h < 5; h++) m.units.strata[h].fpc = f[h];
      make(&m, NULL);
      /* A jackknife's replicates of a total average to it in each stratum, but the rule is plain.
       */
      close_to(of_total(&m, z, about), want, 1e-12);
      close_made(&m);
    }
  }
}

Test(replicates, bootstrap_has_the_variance_of_the_formula_on_average) {
  made m;
  sp_replicates spec = spec_of(SP_REPLICATES_BOOTSTRAP, "bootstrap");
  spec.n_made = 20000;
  spec.seed = 7;
  strata(&m, 3, (const uint32_t[]){2, 3, 6}, spec);
  m.units.strata[2].fpc = 0.5;
  make(&m, NULL);
  const double z[] = {10, 14, 3, 6, 9, 1, 2, 3, 4, 5, 6};
  /* 16 + 27 + 0.5 * 6/5 * 17.5 */
  close_to(of_total(&m, z, 1), 16 + 27 + 10.5, 0.03);
  for (uint64_t i = 0; i < (uint64_t)m.set.n * m.set.n_psu; i++) {
    cr_assert_geq(m.set.multipliers[i], 0);
  }
  for (uint32_t r = 0; r < m.set.n; r++) { /* of a stratum they add up to its PSUs */
    const double *row = m.set.multipliers + (uint64_t)r * m.set.n_psu;
    close_to(row[0] + row[1], 2, 1e-14);
    close_to(row[2] + row[3] + row[4], 3, 1e-14);
  }
  const double first = of_total(&m, z, 0);
  close_made(&m);
  strata(&m, 3, (const uint32_t[]){2, 3, 6}, spec);
  m.spec.seed = 8;
  m.units.strata[2].fpc = 0.5;
  make(&m, NULL);
  cr_assert_neq(of_total(&m, z, 0), first);
  close_made(&m);
}

/* The same design met in another order: the same replicates of the same PSUs. */
Test(replicates, do_not_depend_on_the_order_of_the_file) {
  static const int32_t types[] = {SP_REPLICATES_JKN, SP_REPLICATES_BRR, SP_REPLICATES_BOOTSTRAP};
  for (int k = 0; k < 3; k++) {
    sp_replicates spec = spec_of(types[k], "any");
    spec.n_made = types[k] == SP_REPLICATES_BOOTSTRAP ? 50 : 0;
    made a, b;
    const uint32_t there[] = {7, 5, 6, 1, 2, 4, 3, 0}; /* where PSU i of a is in b */
    strata(&a, 4, (const uint32_t[]){2, 2, 2, 2}, spec);
    make(&a, NULL);
    strata(&b, 0, NULL, spec);
    uint32_t here[8], order[8];
    for (uint32_t i = 0; i < 8; i++) here[there[i]] = i;
    for (uint32_t i = 0; i < 8; i++) {
      const char *const names[] = {"h0", "h1", "h2", "h3"};
      cr_assert_eq(
          sp_units_psu(&b.units, sp_units_stratum(&b.units, names[here[i] / 2], 2), NULL, 0), i);
      order[i] = there[i];
    }
    make(&b, order);
    cr_assert_eq(a.set.n, b.set.n);
    for (uint32_t r = 0; r < a.set.n; r++) {
      cr_assert_eq(a.set.factors[r], b.set.factors[r]);
      for (uint32_t i = 0; i < 8; i++) {
        cr_assert_eq(a.set.multipliers[r * 8 + i], b.set.multipliers[r * 8 + there[i]]);
      }
    }
    close_made(&a);
    close_made(&b);
  }
}

static void refused(sp_replicates spec, uint32_t n_strata, const uint32_t *n, int32_t lonely,
                    int32_t id, const char *says) {
  made m;
  strata(&m, n_strata, n, spec);
  m.design.lonely = lonely;
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_replicates_make(&m.design, &m.units, NULL, "plan.yaml", &m.set, &error),
               SAMPAN_E_PLAN);
  cr_assert_eq(error.id, id, "%d: %s", error.id, error.message);
  cr_assert(strstr(error.message, says) != NULL, "%s", error.message);
  cr_assert_neq(error.hint[0], 0);
  cr_assert_eq(m.set.multipliers, NULL);
  close_made(&m);
}

Test(replicates, refuse_what_a_type_cannot_have) {
  const uint32_t pairs[] = {2, 2}, lonely[] = {2, 1}, three[] = {2, 3}, one[] = {1};
  const sp_replicates jk1 = spec_of(SP_REPLICATES_JK1, "JK1");
  const sp_replicates jkn = spec_of(SP_REPLICATES_JKN, "JKn");
  const sp_replicates brr = spec_of(SP_REPLICATES_BRR, "BRR");
  sp_replicates bootstrap = spec_of(SP_REPLICATES_BOOTSTRAP, "bootstrap");
  refused(jk1, 2, pairs, 0, SP_ID_REPLICATES_STRATUM, "without strata");
  refused(jk1, 1, one, 0, SP_ID_REPLICATES_STRATUM, "only one PSU");
  refused(jkn, 2, lonely, 0, SP_ID_REPLICATES_STRATUM, "'h1' has only one PSU");
  refused(jkn, 2, lonely, SP_LONELY_ADJUST, SP_ID_REPLICATES_STRATUM, "'h1'");
  refused(jkn, 1, one, SP_LONELY_REMOVE, SP_ID_REPLICATES_STRATUM, "no stratum");
  refused(brr, 2, three, 0, SP_ID_REPLICATES_STRATUM, "'h1' has 3 PSUs");
  refused(bootstrap, 2, pairs, 0, SP_ID_REPLICATES_NUMBER, "0 replicates");
  bootstrap.n_made = UINT32_MAX;
  refused(bootstrap, 2, pairs, 0, SP_ID_REPLICATES_LARGE, "4294967295");
  refused(spec_of(SP_REPLICATES_SDR, "SDR"), 2, pairs, 0, SP_ID_REPLICATES_NUMBER, "SDR");
  made m;
  strata(&m, 2, lonely, jkn);
  m.design.lonely = SP_LONELY_CERTAINTY;
  make(&m, NULL);
  cr_assert_eq(m.set.n, 2);
  cr_assert(m.set.multipliers[2] == 1 && m.set.multipliers[5] == 1);
  close_made(&m);
}

/* ---- Hadamard matrices -------------------------------------------------------------------- */

Test(hadamard, rows_are_orthogonal_and_columns_balanced) {
  uint32_t last = 0;
  for (uint32_t least = 1; least <= 200; least++) {
    sp_hadamard h;
    cr_assert_eq(sp_hadamard_init(&h, least), 0);
    const uint32_t n = h.order;
    cr_assert_geq(n, least);
    for (uint32_t i = 0; i < n && n != last; i++) {
      cr_assert_eq(sp_hadamard_at(&h, i, 0), 1);
      for (uint32_t j = 0; j <= i; j++) {
        int32_t sum = 0;
        for (uint32_t k = 0; k < n; k++) sum += sp_hadamard_at(&h, k, i) * sp_hadamard_at(&h, k, j);
        cr_assert_eq(sum, i == j ? (int32_t)n : 0, "order %u, columns %u and %u", n, i, j);
      }
    }
    if (least % 4 == 0 && n != least) {
      static const uint32_t left_out[] = {52, 92, 100, 116, 156, 172, 184, 188};
      int known = 0;
      for (size_t k = 0; k < sizeof left_out / sizeof *left_out; k++) known |= least == left_out[k];
      cr_assert(known, "no matrix of %u rows", least);
    }
    last = n;
    sp_hadamard_clear(&h);
  }
  sp_hadamard h;
  cr_assert_eq(sp_hadamard_init(&h, SP_HADAMARD_MOST), 0);
  sp_hadamard_clear(&h);
  cr_assert_eq(sp_hadamard_init(&h, SP_HADAMARD_MOST + 1), SAMPAN_E_PLAN);
}
