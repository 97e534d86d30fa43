/* Designs of several stages, replicate weights, known totals; crossings and statistics that are
 * compared: what they become. What is refused: tests/bad-input/plans. */
#include <criterion/criterion.h>
#include <math.h>

#include "plan/plan.h"
#include "plan_file.h"

static sp_plan *read_parts(const char *design, const char *compare) {
  char folder[64], path[256], text[2048];
  sampan_error error;
  sp_plan *plan = NULL;
  plan_folder(folder);
  snprintf(text, sizeof text,
           "sampan: 1\ndata: {file: a.csv}\nperiod: year\n%s%s\n"
           "indicators: {b: {estimator: mean, of: x}}\n%s%s\n",
           design != NULL ? "design:\n" : "", design != NULL ? design : "",
           compare != NULL ? "compare:\n" : "", compare != NULL ? compare : "");
  plan_write(folder, "plan.yaml", text);
  snprintf(path, sizeof path, "%s/plan.yaml", folder);
  sp_error_clear(&error);
  const int32_t status = sp_plan_read(path, &plan, &error);
  plan_remove(folder, "plan.yaml");
  rmdir(folder);
  cr_assert_eq(status, 0, "%s\n%d:%d: %s", text, (int)error.line, (int)error.line_column,
               error.message);
  return plan;
}

Test(plan_designs, stages) {
  sp_plan *plan = read_parts(
      "  {strata: s, psu: a, weight: w, fpc: n1, deff: wr, lonely_in_domain: yes,\n"
      "   stages: [{strata: [t, u], unit: [b, c], fpc: n2}, {fpc: n3}]}",
      NULL);
  const sp_design *d = &plan->design;
  cr_expect_eq(d->fpc_is, SP_FPC_POPULATION);
  cr_expect_eq(d->deff_replace, 1);
  cr_expect_eq(d->lonely_in_domain, 1);
  cr_assert_eq(d->n_stages, 2);
  cr_expect_eq(d->stages[0].n_strata, 2);
  cr_expect_str_eq(d->stages[0].strata[1]->text, "u");
  cr_expect_eq(d->stages[0].n_unit, 2);
  cr_expect_str_eq(d->stages[0].unit[0]->text, "b");
  cr_expect_str_eq(d->stages[0].fpc->text, "n2");
  cr_expect_eq(d->stages[1].n_strata, 0);
  cr_expect_eq(d->stages[1].n_unit, 0); /* records */
  cr_expect_str_eq(d->stages[1].fpc->text, "n3");
  cr_expect_gt(d->stages[1].place->line, 0);
  sp_plan_free(plan);
  plan = read_parts("  {psu: a, fpc_is: fraction, stages: [{unit: b, fpc: f2}]}", NULL);
  cr_expect_eq(plan->design.fpc_is, SP_FPC_FRACTION); /* of a later stage alone */
  cr_expect_null(plan->design.fpc);
  cr_expect_eq(plan->design.deff_replace, 0);
  cr_expect_eq(plan->design.lonely_in_domain, 0);
  sp_plan_free(plan);
}

Test(plan_designs, replicates_of_the_data) {
  sp_plan *plan = read_parts(
      "  weight: w\n"
      "  replicates: {type: fay, weights: [a, w1..w80], combined: no, rho: 0.3, scale: 0.05,\n"
      "               rscales: 2, mse: yes, degf: 7}",
      NULL);
  const sp_replicates *r = plan->design.replicates;
  cr_assert_not_null(r);
  cr_expect_eq(r->type, SP_REPLICATES_FAY);
  cr_expect_str_eq(r->name, "Fay");
  cr_expect_eq(r->make, 0);
  cr_assert_eq(r->n_weights, 2);
  cr_expect_str_eq(r->weights[0]->text, "a");
  cr_expect_str_eq(r->weights[1]->text, "w1..w80");
  cr_expect_eq(r->combined, 0);
  cr_expect_eq(r->about, 1);
  cr_expect_eq(r->rho, 0.3);
  cr_expect_eq(r->scale, 0.05);
  cr_assert_eq(r->n_rscales, 1);
  cr_expect_eq(r->rscales[0], 2);
  cr_expect_eq(r->df, 7);
  cr_expect_null(plan->design.calibrate);
  sp_plan_free(plan);
}

/* Names in any case; what holds where nothing is said. */
Test(plan_designs, types_of_replicates) {
  static const struct {
    const char *given, *name;
    int32_t type, about;
  } types[] = {{"brr", "BRR", SP_REPLICATES_BRR, 0},
               {"Jk1", "JK1", SP_REPLICATES_JK1, 0},
               {"JKN, rscales: [0.5, 0.5, 0]", "JKn", SP_REPLICATES_JKN, 0},
               {"jk2", "JK2", SP_REPLICATES_JK2, 0},
               {"Bootstrap", "bootstrap", SP_REPLICATES_BOOTSTRAP, 0},
               {"sdr", "SDR", SP_REPLICATES_SDR, 1},
               {"successive-difference", "SDR", SP_REPLICATES_SDR, 1},
               {"acs", "ACS", SP_REPLICATES_ACS, 1},
               {"ACS, mse: no", "ACS", SP_REPLICATES_ACS, 0},
               {"OTHER, scale: 0.9", "other", SP_REPLICATES_OTHER, 0}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    char text[200];
    snprintf(text, sizeof text, "  replicates: {weights: [a, b, c], type: %s}", types[i].given);
    sp_plan *plan = read_parts(text, NULL);
    const sp_replicates *r = plan->design.replicates;
    cr_expect_eq(r->type, types[i].type, "%s", types[i].given);
    cr_expect_str_eq(r->name, types[i].name);
    cr_expect_eq(r->about, types[i].about, "%s", types[i].given);
    cr_expect_eq(r->combined, 1);
    cr_expect(types[i].type == SP_REPLICATES_OTHER ? r->scale == 0.9 : isnan(r->scale));
    cr_expect(isnan(r->df));
    sp_plan_free(plan);
  }
}

Test(plan_designs, replicates_to_be_made) {
  sp_plan *plan =
      read_parts("  {strata: s, make_replicates: {type: bootstrap, n: 200, seed: 42}}", NULL);
  const sp_replicates *r = plan->design.replicates;
  cr_expect_eq(r->make, 1);
  cr_expect_eq(r->n_made, 200);
  cr_expect_eq(r->seed, 42);
  sp_plan_free(plan);
  plan = read_parts("  {strata: s, psu: a, fpc: n, make_replicates: {type: JKn, mse: yes}}", NULL);
  r = plan->design.replicates;
  cr_expect_eq(r->type, SP_REPLICATES_JKN);
  cr_expect_eq(r->about, 1);
  cr_expect_eq(r->n_made, 0);
  cr_expect_null(r->rscales); /* from the strata */
  sp_plan_free(plan);
}

Test(plan_designs, known_totals_of_cells) {
  sp_plan *plan =
      read_parts("  poststratify: {by: [sex, age], totals: {F / 1: 150000, 'M / 1': 1.4e5}}", NULL);
  const sp_calibrate *c = plan->design.calibrate;
  cr_expect_str_eq(c->name, "poststratify");
  cr_expect_eq(c->distance, SP_DISTANCE_LINEAR);
  cr_assert_eq(c->n_margins, 1);
  cr_expect_eq(c->margins[0].by->n_columns, 2);
  cr_assert_eq(c->margins[0].n_totals, 2);
  cr_expect_null(c->margins[0].totals[0].of);
  cr_expect_str_eq(c->margins[0].totals[0].text, "F / 1");
  cr_expect_eq(c->margins[0].totals[1].total, 140000);
  sp_plan_free(plan);
  plan = read_parts(
      "  rake:\n    - {by: sex, totals: {1: 60, 2: 40.5}}\n"
      "    - {by: [area], totals: {u: 30, r: 70.5}}",
      NULL);
  c = plan->design.calibrate;
  cr_expect_eq(c->distance, SP_DISTANCE_RAKING);
  cr_assert_eq(c->n_margins, 2);
  cr_expect_str_eq(c->margins[1].by->columns[0], "area");
  cr_expect_eq(c->margins[1].totals[1].total, 70.5);
  cr_expect_eq(c->is_bounded, 0);
  sp_plan_free(plan);
}

Test(plan_designs, known_totals_of_expressions) {
  sp_plan *plan = read_parts(
      "  calibrate: {distance: logit, bounds: [0.2, 3], variance: enroll,\n"
      "              totals: {\"1\": 6194, 'stype == \"H\"': 755, api99: -3914069}}",
      NULL);
  const sp_calibrate *c = plan->design.calibrate;
  cr_expect_eq(c->distance, SP_DISTANCE_LOGIT);
  cr_expect_eq(c->is_bounded, 1);
  cr_expect_eq(c->low, 0.2);
  cr_expect_eq(c->high, 3);
  cr_expect_str_eq(c->variance->text, "enroll");
  cr_assert_eq(c->n_margins, 1);
  const sp_margin *m = c->margins;
  cr_expect_null(m->by);
  cr_assert_eq(m->n_totals, 3);
  cr_expect_eq(m->totals[0].of->kind, SP_EXPR_NUMBER);
  cr_expect_str_eq(m->totals[1].of->text, "==");
  cr_expect_str_eq(m->totals[1].text, "stype == \"H\"");
  cr_expect_eq(m->totals[2].of->kind, SP_EXPR_NAME);
  cr_expect_eq(m->totals[2].total, -3914069);
  sp_plan_free(plan);
}

Test(plan_designs, what_is_compared) {
  sp_plan *plan =
      read_parts(NULL,
                 "  one: {method: m, of: b}\n"
                 "  two: {method: m, of: b, across: [sex, area], within: year, df: design}\n"
                 "  three: {method: m, of: b, across: [sex], df: all}\n"
                 "  four: {method: m, of: b, statistics: all, within: sex, df: compared}\n"
                 "  five: {method: m, of: b, statistics: [x, y], positions: [0, 2]}\n"
                 "  six: {method: m, of: b, statistics: slope}");
  const sp_comparison *c = plan->comparisons;
  cr_assert_eq(plan->n_comparisons, 6);
  cr_expect_str_eq(c[0].across, "year");
  cr_expect_null(c[0].second);
  cr_expect_eq(c[0].df, SP_COMPARE_DF_COMPARED);
  cr_expect_str_eq(c[1].across, "sex");
  cr_expect_str_eq(c[1].second, "area");
  cr_expect_str_eq(c[1].within->columns[0], "year");
  cr_expect_eq(c[1].df, SP_COMPARE_DF_DESIGN);
  cr_expect_str_eq(c[2].across, "sex");
  cr_expect_null(c[2].second);
  cr_expect_eq(c[2].df, SP_COMPARE_DF_ALL);
  cr_expect_null(c[3].across);
  cr_expect_eq(c[3].n_values, 0);
  cr_expect_str_eq(c[3].within->columns[0], "sex");
  cr_expect_null(c[4].across);
  cr_assert_eq(c[4].n_values, 2);
  cr_expect_str_eq(c[4].values[1], "y");
  cr_expect_eq(c[4].positions[1], 2);
  cr_assert_eq(c[5].n_values, 1);
  cr_expect_str_eq(c[5].values[0], "slope");
  sp_plan_free(plan);
}
