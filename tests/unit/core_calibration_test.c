/* Calibration: the numbers of R's survey, what cannot be met, and the order of rows. */
#include <math.h>

#include "design/calibration.h"
#include "design/error_ids.h"
#include "design/units.h"
#include "oracle_file.h"

enum { MOST = 400, P = 8 };

/* A file with its units, base weights, auxiliaries and what came of them. */
typedef struct sample {
  oracle_file file;
  uint32_t n, p;
  double w0[MOST], w[MOST], q[MOST], x[MOST * P];
  int has_q;
  sp_units units;
  sp_design design;
  sp_calibration calibration;
} sample;

static const sp_expr some_fpc = {.kind = SP_EXPR_NAME};

/* NULL strata or psu: none. */
static void begin(sample *s, const char *file, const char *strata, const char *psu) {
  memset(s, 0, sizeof *s);
  s->file = oracle_open(file);
  s->n = s->file.n_rows;
  cr_assert_leq(s->n, MOST);
  cr_assert_eq(sp_units_init(&s->units), 0);
  s->design.fpc = &some_fpc;
  s->design.fpc_is = SP_FPC_POPULATION;
  for (uint32_t i = 0; i < s->n; i++) {
    const char *h = strata != NULL ? oracle_text(&s->file, i, strata) : "";
    const uint32_t stratum = sp_units_stratum(&s->units, h, strlen(h));
    const char *text = psu != NULL ? oracle_text(&s->file, i, psu) : NULL;
    sp_units_psu(&s->units, stratum, text, text != NULL ? strlen(text) : 0);
    s->units.strata[stratum].fpc_given = oracle_number(&s->file, i, "fpc");
    s->w0[i] = oracle_number(&s->file, i, "pw");
  }
  cr_assert_eq(sp_units_finish(&s->units, &s->design, "plan.yaml", NULL), 0);
}

static void end(sample *s) {
  sp_calibration_clear(&s->calibration);
  sp_units_clear(&s->units);
  oracle_close(&s->file);
}

static int is(const sample *s, uint32_t i, const char *column, const char *value) {
  return strcmp(oracle_text(&s->file, i, column), value) == 0;
}

static sp_calibration_rows rows_of(const sample *s) {
  return (sp_calibration_rows){
      .x = s->x, .weight = s->w0, .q = s->has_q ? s->q : NULL, .n = s->n, .p = s->p};
}

static void find(sample *s, const sp_calibration_aim *aim) {
  const sp_calibration_rows rows = rows_of(s);
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_calibration_find(&s->calibration, &rows, aim, &error), 0, "%s", error.message);
  for (uint32_t i = 0; i < s->n; i++) {
    s->w[i] = s->w0[i] * sp_calibration_ratio(&s->calibration, s->x + (uint64_t)i * s->p,
                                              s->has_q ? s->q[i] : 1);
  }
}

static void close_to(double got, double want, double tolerance) {
  cr_assert(fabs(got - want) <= tolerance * fabs(want), "%.17g, not %.17g", got, want);
}

static void check_weights(const sample *s, double least, double most, double squares,
                          double tolerance) {
  double low = HUGE_VAL, high = -HUGE_VAL, sum = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    low = fmin(low, s->w[i]);
    high = fmax(high, s->w[i]);
    sum += s->w[i] * s->w[i];
  }
  close_to(low, least, tolerance);
  close_to(high, most, tolerance);
  close_to(sum, squares, tolerance);
}

/* The standard error of linearized values u, as calibration.h says. */
static double se_of(const sample *s, const char *psu, const double *u) {
  const sp_calibration_rows rows = rows_of(s);
  sp_calibration_solver solver;
  double c[P] = {0}, b[P], work[P];
  cr_assert_eq(sp_calibration_solver_init(&solver, &rows, NULL), 0);
  for (uint32_t i = 0; i < s->n; i++) {
    for (uint32_t j = 0; j < s->p; j++) {
      c[j] += s->w0[i] * s->x[i * s->p + j] * u[i] / (s->has_q ? s->q[i] : 1);
    }
  }
  sp_calibration_solve(&solver, c, b, work);
  sp_calibration_solver_clear(&solver);
  sp_point *points = calloc(s->units.n_psu, sizeof *points);
  sp_units *units = (sp_units *)&s->units;
  for (uint32_t i = 0; i < s->n; i++) {
    uint32_t number = i;
    if (psu != NULL) {
      const char *text = oracle_text(&s->file, i, psu);
      number = sp_units_psu(units, 0, text, strlen(text));
    }
    double rest = u[i];
    for (uint32_t j = 0; j < s->p; j++) rest -= s->x[i * s->p + j] * b[j];
    points[number].psu = number;
    points[number].stratum = units->psus[number].stratum;
    points[number].z += s->w[i] * rest;
  }
  for (uint32_t i = 1; i < units->n_psu; i++) { /* in the order of strata */
    for (uint32_t k = i; k > 0 && points[k].stratum < points[k - 1].stratum; k--) {
      const sp_point swap = points[k];
      points[k] = points[k - 1];
      points[k - 1] = swap;
    }
  }
  double out = -1;
  sp_variance_note note;
  cr_assert_eq(sp_units_covariance(units, &s->design, "plan.yaml", points, units->n_psu, points,
                                   units->n_psu, &out, &note, NULL),
               0);
  free(points);
  return sqrt(out);
}

/* The mean and the total of a variable where column == value (NULL: everywhere). */
static void check(const sample *s, const char *psu, const char *variable, const char *column,
                  const char *value, const double mean[2], const double total[2],
                  double tolerance) {
  double u[MOST], sum = 0, size = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    const int in = column == NULL || is(s, i, column, value);
    u[i] = in ? oracle_number(&s->file, i, variable) : 0;
    sum += s->w[i] * u[i];
    size += in ? s->w[i] : 0;
  }
  if (total != NULL) {
    close_to(sum, total[0], tolerance);
    close_to(se_of(s, psu, u), total[1], tolerance);
  }
  close_to(sum / size, mean[0], tolerance);
  for (uint32_t i = 0; i < s->n; i++) {
    const int in = column == NULL || is(s, i, column, value);
    u[i] = in ? (u[i] - sum / size) / size : 0;
  }
  close_to(se_of(s, psu, u), mean[1], tolerance);
}

#define PAIR(a, b)   \
  (const double[]) { \
    a, b             \
  }

/* Intercept, school types H and M, api99. */
static void schools(sample *s) {
  begin(s, "apiclus1.csv", NULL, "dnum");
  s->p = 4;
  for (uint32_t i = 0; i < s->n; i++) {
    const double x[] = {1, is(s, i, "stype", "H"), is(s, i, "stype", "M"),
                        oracle_number(&s->file, i, "api99")};
    memcpy(s->x + (uint64_t)i * 4, x, sizeof x);
  }
}

static const double school_totals[] = {6194, 755, 1018, 3914069};

Test(calibration, linear) {
  sample s;
  schools(&s);
  const sp_calibration_aim aim = {.totals = school_totals};
  find(&s, &aim);
  check_weights(&s, 14.168097522849827, 62.05152514097975, 228638.90964716132, 1e-9);
  check(&s, "dnum", "api00", NULL, NULL, PAIR(665.30907116578, 3.441753116404808),
        PAIR(4120924.38680084, 21318.21880301146), 1e-9);
  check(&s, "dnum", "enroll", NULL, NULL, PAIR(587.4212470345302, 62.24159305012576),
        PAIR(3638487.20413188, 385524.42735247884), 1e-9);
  check(&s, "dnum", "api00", "stype", "H", PAIR(630.5148795757689, 32.70004654009176), NULL, 1e-9);
  check(&s, "dnum", "enroll", "stype", "M", PAIR(894.2800638912875, 87.97940806190662), NULL, 1e-9);
  end(&s);
}

Test(calibration, linear_within_bounds) {
  sample s;
  schools(&s);
  const sp_calibration_aim aim = {
      .totals = school_totals, .is_bounded = 1, .low = 0.5, .high = 1.6};
  find(&s, &aim);
  check_weights(&s, 16.923498153686523, 54.15519409179688, 229326.89049053527, 1e-6);
  check(&s, "dnum", "api00", NULL, NULL, PAIR(665.3807227530065, 3.438918070909295),
        PAIR(4121368.1967321173, 21300.658531212222), 1e-6);
  end(&s);
}

Test(calibration, raking_distance) {
  sample s;
  schools(&s);
  const sp_calibration_aim aim = {.totals = school_totals, .distance = SP_DISTANCE_RAKING};
  find(&s, &aim);
  check_weights(&s, 18.082127162553657, 67.51667634935347, 229112.77423471195, 1e-7);
  check(&s, "dnum", "enroll", NULL, NULL, PAIR(583.885786772482, 62.57969492733943),
        PAIR(3616588.5632687537, 387618.63037994044), 1e-7);
  end(&s);
}

Test(calibration, logit_distance) {
  sample s;
  schools(&s);
  const sp_calibration_aim aim = {.totals = school_totals,
                                  .distance = SP_DISTANCE_LOGIT,
                                  .is_bounded = 1,
                                  .low = 0.2,
                                  .high = 3};
  find(&s, &aim);
  check_weights(&s, 17.68684949215296, 64.29673820487353, 228837.40148004406, 1e-7);
  check(&s, "dnum", "api00", NULL, NULL, PAIR(665.3811179717004, 3.4358069006935663),
        PAIR(4121370.6447169324, 21281.387942897127), 1e-7);
  check(&s, "dnum", "enroll", "stype", "H", PAIR(1084.3625082721849, 359.7742416299852), NULL,
        1e-7);
  end(&s);
}

Test(calibration, ratio_estimator) {
  sample s;
  begin(&s, "apistrat.csv", "stype", NULL);
  s.p = 1;
  s.has_q = 1;
  for (uint32_t i = 0; i < s.n; i++) s.x[i] = s.q[i] = oracle_number(&s.file, i, "enroll");
  const double total = 3811472;
  const sp_calibration_aim aim = {.totals = &total};
  find(&s, &aim);
  check_weights(&s, 15.609020218753079, 45.700314711741875, 243181.36218594247, 1e-9);
  check(&s, NULL, "api_stu", NULL, NULL, PAIR(498.225484348232, 16.06028267268852),
        PAIR(3190037.739780964, 29565.98152075162), 1e-9);
  end(&s);
}

Test(calibration, poststrata) {
  sample s;
  begin(&s, "apiclus1.csv", NULL, "dnum");
  s.p = 3;
  static const char *const types[] = {"E", "H", "M"};
  const double totals[] = {4421, 755, 1018};
  for (uint32_t i = 0; i < s.n; i++) {
    for (uint32_t j = 0; j < 3; j++) s.x[i * 3 + j] = is(&s, i, "stype", types[j]);
  }
  const sp_calibration_aim aim = {.totals = totals};
  find(&s, &aim);
  cr_assert_leq(s.calibration.n_steps, 2);
  check_weights(&s, 30.701388888888886, 53.92857142857142, 217899.8717063492, 1e-9);
  check(&s, "dnum", "api00", NULL, NULL, PAIR(642.3107882115821, 23.920486445090386),
        PAIR(3978473.0221825396, 148163.49304088988), 1e-9);
  check(&s, "dnum", "enroll", "sch_wide", "No", PAIR(613.6173363667704, 105.82617109214588), NULL,
        1e-9);
  end(&s);
}

static const char *const margin_names[] = {"E", "H", "M", "No", "Yes"};

static void margins(sample *s) {
  begin(s, "apiclus1.csv", NULL, "dnum");
  s->p = 5;
  for (uint32_t i = 0; i < s->n; i++) {
    for (uint32_t j = 0; j < 5; j++) {
      s->x[i * 5 + j] = is(s, i, j < 3 ? "stype" : "sch_wide", margin_names[j]);
    }
  }
}

Test(calibration, raking_of_margins) {
  sample s;
  margins(&s);
  const double totals[] = {4421, 755, 1018, 1072, 5122};
  const sp_calibration_aim aim = {.totals = totals, .distance = SP_DISTANCE_RAKING};
  find(&s, &aim);
  cr_assert_eq(s.calibration.n_dependent, 1);
  check_weights(&s, 29.87067549268503, 67.1255292411943, 220478.0217513618, 1e-8);
  for (uint32_t j = 0; j < 5; j++) {
    double sum = 0;
    for (uint32_t i = 0; i < s.n; i++) sum += s.w[i] * s.x[i * 5 + j];
    close_to(sum, totals[j], 1e-12);
  }
  close_to(s.w[0], s.w0[0] * sp_calibration_ratio(&s.calibration, s.x, 1), 1e-15);
  /* R's own standard errors stop after ten rounds: 1e-5. */
  check(&s, "dnum", "api00", NULL, NULL, PAIR(641.23032092682, 23.703616887922454),
        PAIR(3971780.6078207237, 146820.20300379168), 1e-5);
  check(&s, "dnum", "enroll", "awards", "Yes", PAIR(541.5447277289486, 33.43079738275049), NULL,
        1e-5);
  end(&s);
}

/* ---- what cannot be ----------------------------------------------------------------------- */

static void refused(const sample *s, const sp_calibration_aim *aim, int32_t status, int32_t id,
                    const char *says) {
  const sp_calibration_rows rows = rows_of(s);
  sampan_error error = {.struct_size = sizeof error};
  sp_calibration c;
  cr_assert_eq(sp_calibration_find(&c, &rows, aim, &error), status);
  cr_assert_eq(error.id, id, "%d: %s", error.id, error.message);
  cr_assert(strstr(error.message, says) != NULL, "%s", error.message);
  cr_assert_neq(error.hint[0], 0);
  cr_assert_eq(c.lambda, NULL);
}

Test(calibration, refuses_what_cannot_be_met) {
  sample s;
  schools(&s);
  sp_calibration_aim aim = {.totals = school_totals, .is_bounded = 1, .low = 0.95, .high = 1.05};
  for (int32_t distance = 0; distance < 3; distance++) {
    aim.distance = distance;
    refused(&s, &aim, SAMPAN_E_DATA, SP_ID_CALIBRATE_UNMET, "within the bounds 0.95 and 1.05");
  }
  aim.low = 1.1;
  refused(&s, &aim, SAMPAN_E_PLAN, SP_ID_CALIBRATE_BOUNDS, "1.1");
  aim.distance = SP_DISTANCE_LINEAR;
  refused(&s, &aim, SAMPAN_E_PLAN, SP_ID_CALIBRATE_BOUNDS, "1.05");
  aim.is_bounded = 0;
  aim.distance = SP_DISTANCE_LOGIT;
  refused(&s, &aim, SAMPAN_E_PLAN, SP_ID_CALIBRATE_BOUNDS, "needs bounds");
  aim.distance = SP_DISTANCE_RAKING; /* more points than any weights can have */
  const double many[] = {6194, 755, 1018, 6194 * 1000.0};
  const char *const names[] = {"1", "H", "M", "api99"};
  aim.totals = many;
  aim.names = names;
  refused(&s, &aim, SAMPAN_E_DATA, SP_ID_CALIBRATE_UNMET, "'");
  const double none[] = {6194, 755, NAN, 1};
  aim.totals = none;
  refused(&s, &aim, SAMPAN_E_PLAN, SP_ID_CALIBRATE_TOTAL, "'M'");
  aim.totals = school_totals;
  s.w0[7] = -1;
  refused(&s, &aim, SAMPAN_E_DATA, SP_ID_CALIBRATE_ROW, "-1");
  s.w0[7] = 1;
  s.x[29] = NAN;
  refused(&s, &aim, SAMPAN_E_DATA, SP_ID_CALIBRATE_ROW, "number 2");
  s.w0[7] = 0; /* without weight nobody asks */
  find(&s, &aim);
  end(&s);
}

Test(calibration, margins_that_contradict_one_another_name_both_sums) {
  sample s;
  margins(&s);
  const double totals[] = {4421, 755, 1018, 1072, 5125};
  const sp_calibration_aim aim = {
      .totals = totals, .names = margin_names, .distance = SP_DISTANCE_RAKING};
  const sp_calibration_rows rows = rows_of(&s);
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_calibration_find(&s.calibration, &rows, &aim, &error), SAMPAN_E_PLAN);
  cr_assert_eq(error.id, SP_ID_CALIBRATE_CONTRADICTION);
  /* Which one follows from the others is open; it is off by 3. */
  const char *given = strstr(error.message, " is given as ");
  const char *follows = strstr(error.message, "follows as ");
  cr_assert(given != NULL && follows != NULL, "%s", error.message);
  cr_assert_float_eq(fabs(strtod(given + 13, NULL) - strtod(follows + 11, NULL)), 3, 1e-6);
  end(&s);
}

Test(calibration, a_cell_without_record_is_named) {
  sample s;
  margins(&s);
  for (uint32_t i = 0; i < s.n; i++) {
    if (s.x[i * 5 + 1] != 0) s.w0[i] = 0;
  }
  const double totals[] = {5176, 755, 1018, 1072, 5122};
  const sp_calibration_aim aim = {.totals = totals, .names = margin_names};
  refused(&s, &aim, SAMPAN_E_DATA, SP_ID_CALIBRATE_EMPTY, "'H' is 755");
  const double without[] = {5176, 0, 1018, 1072, 5122};
  const sp_calibration_aim fewer = {.totals = without, .names = margin_names};
  find(&s, &fewer);
  end(&s);
}

/* ---- laws --------------------------------------------------------------------------------- */

static uint64_t next(uint64_t *state) { /* Marsaglia, "Xorshift RNGs", 2003 */
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

Test(calibration, the_order_of_rows_changes_no_bit) {
  sample s;
  schools(&s);
  const sp_calibration_aim aim = {.totals = school_totals,
                                  .distance = SP_DISTANCE_LOGIT,
                                  .is_bounded = 1,
                                  .low = 0.2,
                                  .high = 3};
  find(&s, &aim);
  uint64_t state = 88172645463325252u;
  for (int round = 0; round < 20; round++) {
    for (uint32_t i = s.n - 1; i > 0; i--) {
      const uint32_t j = (uint32_t)(next(&state) % (i + 1));
      double row[4];
      memcpy(row, s.x + (uint64_t)i * 4, sizeof row);
      memcpy(s.x + (uint64_t)i * 4, s.x + (uint64_t)j * 4, sizeof row);
      memcpy(s.x + (uint64_t)j * 4, row, sizeof row);
      const double w = s.w0[i];
      s.w0[i] = s.w0[j];
      s.w0[j] = w;
    }
    const sp_calibration_rows rows = rows_of(&s);
    sp_calibration again;
    cr_assert_eq(sp_calibration_find(&again, &rows, &aim, NULL), 0);
    cr_assert_eq(memcmp(again.lambda, s.calibration.lambda, 4 * sizeof(double)), 0);
    sp_calibration_clear(&again);
  }
  end(&s);
}

/* Far totals and narrow bounds: each distance finds what there is to find. */
Test(calibration, far_and_narrow_totals_are_met) {
  enum { N = 60 };
  double x[N * 3], weight[N];
  uint64_t state = 2463534242u;
  for (int set = 0; set < 200; set++) {
    const sp_calibration_rows rows = {.x = x, .weight = weight, .n = N, .p = 3};
    double totals[3] = {0, 0, 0};
    const double low = 0.1, high = 20;
    for (int i = 0; i < N; i++) {
      weight[i] = 1 + (double)(next(&state) % 1000) / 10;
      x[i * 3] = 1;
      x[i * 3 + 1] = i % 2;
      x[i * 3 + 2] = (double)(next(&state) % 100) / 7;
      /* ratios from one end of the bounds to the other can be met */
      const double g = (next(&state) & 1) != 0 ? 0.11 + (double)(set % 5) : 19.9;
      for (int j = 0; j < 3; j++) totals[j] += weight[i] * g * x[i * 3 + j];
    }
    for (int32_t distance = 0; distance < 3; distance++) {
      const sp_calibration_aim aim = {
          .totals = totals, .distance = distance, .is_bounded = 1, .low = low, .high = high};
      sp_calibration c;
      sampan_error error = {.struct_size = sizeof error};
      cr_assert_eq(sp_calibration_find(&c, &rows, &aim, &error), 0, "%s", error.message);
      double sums[3] = {0, 0, 0};
      for (int i = 0; i < N; i++) {
        const double g = sp_calibration_ratio(&c, x + (uint64_t)i * 3, 1);
        cr_assert(g >= low && g <= high);
        for (int j = 0; j < 3; j++) sums[j] += weight[i] * g * x[i * 3 + j];
      }
      for (int j = 0; j < 3; j++) close_to(sums[j], totals[j], 1e-9);
      sp_calibration_clear(&c);
    }
  }
}
