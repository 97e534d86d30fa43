/* A plan that uses every key, and what it becomes; the shapes that a key can have. */
#include <criterion/criterion.h>
#include <math.h>

#include "plan/error_ids.h"
#include "plan/plan.h"
#include "plan_file.h"

static const char full[] =
    "sampan: 1\n"
    "title: {en: Adults, zh: 成人}\n"
    "kind: survey\n"
    "data:\n"
    "  waves:\n"
    "    - file: DEMO_H.XPT\n"
    "      source: sas-xport\n"
    "      options: {encoding: GB18030}\n"
    "      rows: 100\n"
    "      sha256: "
    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855\n"
    "      set: {year: 2013, wave: H}\n"
    "      join:\n"
    "        - {file: /data/DPQ_H.csv, by: SEQN, unmatched: error, rows: 0}\n"
    "        - {file: sub/BMX.csv, by: {SEQN: id, year: yr}}\n"
    "        - {file: c.csv, by: [a, b]}\n"
    "      absent: [INCOME, DIET]\n"
    "    - {file: b.csv, absent: INCOME}\n"
    "types: {id: text, age: number}\n"
    "missing: {DPQ010..DPQ090: [7, 9], sex: no}\n"
    "derive:\n"
    "  phq9: sum(DPQ010..DPQ090)\n"
    "  depressed: \"phq9 >= 10\"\n"
    "  adult: |\n"
    "    age >= 18\n"
    "keep: {expression: age >= 0, reason: {en: no age, zh: 无年龄}}\n"
    "drop:\n"
    "  - {reason: no weight, when: is_missing(w)}\n"
    "  - {reason: {en: guest, zh: 客}, when: guest == 1}\n"
    "  - when: w == 0\n"
    "design:\n"
    "  strata: [SDMVSTRA, year]\n"
    "  cluster: SDMVPSU\n"
    "  weights: w / 2\n"
    "  fpc: 0.1\n"
    "  fpc_is: fraction\n"
    "  lonely: centered\n"
    "  df: strata_present\n"
    "  nest: no\n"
    "domain: age >= 20\n"
    "period: year\n"
    "level: 90\n"
    "labels:\n"
    "  sex: {label: {en: Sex, zh: 性别}, values: {2: {en: female, zh: 女}, 1: male}}\n"
    "  area: {u: urban, r: rural}\n"
    "  age: {en: Age, zh: 年龄}\n"
    "  bmi: BMI\n"
    "  edu: {label: Education}\n"
    "indicators:\n"
    "  depression:\n"
    "    label: {zh: 抑郁}\n"
    "    estimator: prevalence\n"
    "    of: depressed\n"
    "    interval: {method: korn-graubard, truncate: yes}\n"
    "    by: [[], [sex], [sex, area]]\n"
    "    where: not is_missing(sex)\n"
    "    decimals: 2\n"
    "    definition_version: phq9-10\n"
    "    note: item 10 is not used\n"
    "  mean_bmi: {estimator: mean, of: bmi, interval: wald, by: [sex, area]}\n"
    "  obese: {estimator: prevalence, of: bmi, by: sex}\n"
    "compare:\n"
    "  sexes:\n"
    "    method: difference\n"
    "    of: [depression, obese]\n"
    "    across: sex\n"
    "    values: [1, 2]\n"
    "    positions: [0, 1.5]\n"
    "    within: [area]\n"
    "    level: 0.99\n"
    "    label: Women and men\n"
    "    log: yes\n"
    "  trend: {method: trend, of: obese}\n"
    "suppression: nchs\n";

static sp_plan *read_text(const char *text, sampan_error *error) {
  char folder[64], path[128];
  sp_plan *plan = NULL;
  plan_folder(folder);
  plan_write(folder, "p.yaml", text);
  snprintf(path, sizeof path, "%s/p.yaml", folder);
  sp_error_clear(error);
  const int32_t status = sp_plan_read(path, &plan, error);
  cr_expect_eq(status < 0, plan == NULL);
  cr_expect_eq(status, error->status);
  plan_remove(folder, "p.yaml");
  cr_assert_eq(rmdir(folder), 0);
  return plan;
}

Test(plan_read, data) {
  sampan_error error;
  sp_plan *plan = read_text(full, &error);
  cr_assert_not_null(plan, "%d:%d %s", (int)error.line, (int)error.line_column, error.message);
  cr_expect_eq(strlen(plan->digest), 64);
  cr_expect_str_eq(plan->title.zh, "成人");
  cr_expect_str_eq(sp_label_in(&plan->title, "en"), "Adults");
  cr_expect_str_eq(sp_label_in(&plan->title, "zh"), "成人");
  cr_assert_eq(plan->n_waves, 2);
  const sp_wave *wave = &plan->waves[0];
  char resolved[256];
  snprintf(resolved, sizeof resolved, "%s/DEMO_H.XPT", plan->folder);
  cr_expect_str_eq(wave->file, resolved);
  cr_expect_str_eq(wave->given, "DEMO_H.XPT");
  cr_expect_str_eq(wave->source.plugin, "sas-xport");
  cr_expect_str_eq(sp_yaml_get(wave->source.options, "encoding")->text, "GB18030");
  cr_expect_eq(wave->n_records, 100);
  cr_expect_str_eq(wave->sha256,
                   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  cr_assert_eq(wave->n_settings, 2);
  cr_expect_str_eq(wave->settings[1].name, "wave");
  cr_expect_str_eq(wave->settings[1].value->text, "H");
  cr_assert_eq(wave->n_joins, 3);
  cr_expect_str_eq(wave->joins[0].file, "/data/DPQ_H.csv");
  cr_expect_eq(wave->joins[0].unmatched_is_error, 1);
  cr_expect_eq(wave->joins[0].n_records, 0);
  cr_expect_eq(wave->joins[1].unmatched_is_error, 0);
  cr_expect_eq(wave->joins[1].n_records, -1);
  cr_expect_str_eq(wave->joins[1].by[1], "year");
  cr_expect_str_eq(wave->joins[1].by_there[1], "yr");
  cr_expect_eq(wave->joins[2].n_by, 2);
  cr_expect_str_eq(wave->joins[2].by_there[1], "b");
  cr_expect_eq(wave->n_absent, 2);
  cr_expect_eq(plan->waves[1].n_absent, 1);
  cr_expect_null(plan->waves[1].source.plugin);
  cr_expect_null(plan->waves[1].sha256);
  sp_plan_free(plan);
}

Test(plan_read, columns) {
  sampan_error error;
  sp_plan *plan = read_text(full, &error);
  cr_assert_not_null(plan);
  cr_assert_eq(plan->n_types, 2);
  cr_expect_str_eq(plan->types[0].expr->text, "text");
  cr_expect_str_eq(plan->types[1].expr->text, "number");
  cr_assert_eq(plan->n_missing, 2);
  cr_expect_str_eq(plan->missing[0].first, "DPQ010");
  cr_expect_str_eq(plan->missing[0].last, "DPQ090");
  cr_expect_eq(plan->missing[0].n_codes, 2);
  cr_expect_null(plan->missing[1].last);
  cr_expect_str_eq(plan->missing[1].codes[0], "no"); /* a text, not a truth */
  cr_assert_eq(plan->n_derived, 3);
  cr_expect_str_eq(plan->derived[0].name, "phq9");
  cr_expect_eq(plan->derived[0].expr->args[0]->kind, SP_EXPR_RANGE);
  cr_expect_eq(plan->derived[0].expr->line, 21);
  cr_expect_eq(plan->derived[0].expr->column, 9);
  cr_expect_eq(plan->derived[1].expr->args[0]->column, 15); /* past the quote */
  cr_expect_eq(plan->derived[2].expr->line, 24);
  cr_expect_eq(plan->derived[2].expr->column, 0);
  cr_assert_not_null(plan->keep);
  cr_expect_str_eq(plan->keep_reason->zh, "无年龄");
  cr_assert_eq(plan->n_drops, 3);
  cr_expect_str_eq(plan->drops[0].name, "no weight");
  cr_expect_str_eq(plan->drop_reasons[1].zh, "客");
  cr_expect_str_eq(plan->drops[2].name, "w == 0");
  cr_assert_eq(plan->n_labels, 5);
  cr_expect_str_eq(sp_plan_label(plan, "sex")->label.zh, "性别");
  cr_expect_str_eq(sp_plan_label(plan, "sex")->values[0].value, "2"); /* the plan's order */
  cr_expect_str_eq(sp_plan_value_label(plan, "sex", "1")->label.zh, "male");
  cr_expect_str_eq(sp_plan_value_label(plan, "area", "r")->label.en, "rural");
  cr_expect_str_eq(sp_plan_label(plan, "area")->label.en, "");
  cr_expect_str_eq(sp_plan_label(plan, "age")->label.zh, "年龄");
  cr_expect_str_eq(sp_plan_label(plan, "bmi")->label.zh, "BMI");
  cr_expect_str_eq(sp_plan_label(plan, "edu")->label.en, "Education");
  cr_expect_eq(sp_plan_label(plan, "edu")->n_values, 0);
  cr_expect_null(sp_plan_label(plan, "x"));
  cr_expect_null(sp_plan_value_label(plan, "x", "1"));
  cr_expect_null(sp_plan_value_label(plan, "sex", "3"));
  sp_plan_free(plan);
}

Test(plan_read, design) {
  sampan_error error;
  sp_plan *plan = read_text(full, &error);
  cr_assert_not_null(plan);
  const sp_design *d = &plan->design;
  cr_expect_eq(d->given, 1);
  cr_assert_eq(d->n_strata, 2);
  cr_expect_str_eq(d->strata[1]->text, "year");
  cr_assert_eq(d->n_psu, 1);
  cr_expect_str_eq(d->psu[0]->text, "SDMVPSU");
  cr_expect_str_eq(d->weight->text, "/");
  cr_expect_eq(d->fpc->number, 0.1);
  cr_expect_eq(d->fpc_is, SP_FPC_FRACTION);
  cr_expect_eq(d->lonely, SP_LONELY_ADJUST);
  cr_expect_str_eq(d->lonely_name, "adjust");
  cr_expect_eq(d->df_rule, SP_DF_STRATA_PRESENT);
  cr_expect_str_eq(d->df_name, "strata_present");
  cr_expect_eq(d->nested, 0);
  cr_expect_not_null(plan->domain);
  cr_expect_str_eq(plan->period, "year");
  cr_expect_eq(plan->level, 0.9);
  cr_expect_str_eq(plan->suppression->text, "nchs");
  sp_plan_free(plan);
}

Test(plan_read, indicators_and_comparisons) {
  sampan_error error;
  sp_plan *plan = read_text(full, &error);
  cr_assert_not_null(plan);
  cr_assert_eq(plan->n_indicators, 3);
  const sp_indicator *i = &plan->indicators[0];
  cr_expect_str_eq(i->name, "depression");
  cr_expect_str_eq(i->label.en, "抑郁");
  cr_expect_str_eq(i->estimator.plugin, "prevalence");
  cr_expect_str_eq(sp_yaml_get(i->estimator.options, "of")->text, "depressed");
  cr_expect_str_eq(i->interval.plugin, "korn-graubard");
  cr_expect_str_eq(sp_yaml_get(i->interval.options, "truncate")->text, "yes");
  cr_assert_eq(i->n_by, 3);
  cr_expect_eq(i->by[0].n_columns, 0);
  cr_expect_eq(i->by[2].n_columns, 2);
  cr_expect_not_null(i->where);
  cr_expect_eq(i->decimals, 2);
  cr_expect_str_eq(i->definition_version, "phq9-10");
  cr_expect_str_eq(i->note.zh, "item 10 is not used");
  i = &plan->indicators[1];
  cr_expect_str_eq(i->label.zh, "mean_bmi");
  cr_expect_null(i->interval.options);
  cr_expect_eq(i->decimals, -1);
  cr_assert_eq(i->n_by, 1);
  cr_expect_eq(i->by[0].n_columns, 2);
  cr_expect_eq(plan->indicators[2].by[0].n_columns, 1);

  cr_assert_eq(plan->n_comparisons, 2);
  const sp_comparison *c = &plan->comparisons[0];
  cr_expect_str_eq(c->method.plugin, "difference");
  cr_expect_str_eq(sp_yaml_get(c->method.options, "log")->text, "yes");
  cr_expect_eq(c->n_of, 2);
  cr_expect_str_eq(c->across, "sex");
  cr_expect_eq(c->n_values, 2);
  cr_expect_eq(c->positions[1], 1.5);
  cr_expect_str_eq(c->within->columns[0], "area");
  cr_expect_eq(c->level, 0.99);
  c = &plan->comparisons[1];
  cr_expect_str_eq(c->across, "year"); /* the period */
  cr_expect_null(c->positions);
  cr_expect_null(c->within);
  cr_expect(isnan(c->level));
  sp_plan_free(plan);
}

Test(plan_read, defaults) {
  sampan_error error;
  sp_plan *plan =
      read_text("sampan: 1\ndata: {file: a.csv}\nindicators: {n: {estimator: total}}\n", &error);
  cr_assert_not_null(plan, "%s", error.message);
  cr_expect_eq(plan->kind, SP_KIND_SURVEY);
  cr_expect_eq(plan->level, 0.95);
  cr_expect_str_eq(plan->title.en, "");
  cr_expect_eq(plan->design.given, 0);
  cr_expect_eq(plan->design.lonely, SP_LONELY_FAIL);
  cr_expect_str_eq(plan->design.lonely_name, "fail");
  cr_expect_eq(plan->design.df_rule, SP_DF_DOMAIN);
  cr_expect_eq(plan->design.nested, 1);
  cr_expect_eq(plan->design.fpc_is, SP_FPC_NONE);
  cr_expect_null(plan->keep);
  cr_expect_null(plan->period);
  cr_expect_eq(plan->waves[0].n_records, -1);
  cr_assert_eq(plan->indicators[0].n_by, 1);
  cr_expect_eq(plan->indicators[0].by[0].n_columns, 0);
  cr_expect_null(plan->indicators[0].interval.plugin);
  sp_plan_free(plan);
  sp_plan_free(NULL);
}

Test(plan_read, checklist) {
  sampan_error error;
  sp_plan *plan = read_text(
      "sampan: 1\nkind: checklist\ndata: {file: t.csv}\n"
      "checklist: {item: id, task: t, task_en: te, phase: p, deadline: dl, done: d, done_date: dd,"
      " evidence: e, department: dep, points: pt}\n",
      &error);
  cr_assert_not_null(plan, "%s", error.message);
  cr_expect_eq(plan->kind, SP_KIND_CHECKLIST);
  cr_expect_str_eq(plan->checklist.item, "id");
  cr_expect_str_eq(plan->checklist.task_en, "te");
  cr_expect_str_eq(plan->checklist.done_date, "dd");
  cr_expect_str_eq(plan->checklist.points, "pt");
  sp_plan_free(plan);
}

/* What other systems call the rules. */
Test(plan_read, lonely_aliases) {
  static const struct {
    const char *name, *canonical;
  } rules[] = {{"fail", "fail"},       {"missing", "fail"},    {"raise_error", "fail"},
               {"remove", "remove"},   {"skip", "remove"},     {"certainty", "certainty"},
               {"adjust", "adjust"},   {"centered", "adjust"}, {"center", "adjust"},
               {"average", "average"}, {"scaled", "average"},  {"scale", "average"}};
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    char text[160];
    sampan_error error;
    snprintf(text, sizeof text, "sampan: 1\ndata: {file: a.csv}\ndesign: {lonely: %s}\n",
             rules[i].name);
    sp_plan *plan = read_text(text, &error);
    cr_assert_not_null(plan, "%s: %s", rules[i].name, error.message);
    cr_expect_str_eq(plan->design.lonely_name, rules[i].canonical);
    sp_plan_free(plan);
  }
}

Test(plan_read, levels) {
  static const struct {
    const char *text;
    double level;
  } levels[] = {{"0.95", 0.95}, {"95", 0.95}, {"95%", 0.95}, {"99.8", 0.998},
                {"0.9", 0.9},   {"0", NAN},   {"1", NAN},    {"100", NAN},
                {"-5", NAN},    {"yes", NAN}, {"nan", NAN},  {"0x1", NAN}};
  for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
    char text[160];
    sampan_error error;
    snprintf(text, sizeof text, "sampan: 1\ndata: {file: a.csv}\nlevel: %s\n", levels[i].text);
    sp_plan *plan = read_text(text, &error);
    if (isnan(levels[i].level)) {
      cr_expect_null(plan, "%s", levels[i].text);
      cr_expect_eq(error.id, SP_ID_VALUE_NUMBER);
      cr_expect_eq(error.line, 3);
      cr_expect_eq(error.line_column, 8);
    } else {
      cr_assert_not_null(plan, "%s: %s", levels[i].text, error.message);
      cr_expect_float_eq(plan->level, levels[i].level, 1e-15);
    }
    sp_plan_free(plan);
  }
}

/* Any prefix of the full plan is read or refused with a place; nothing crashes or leaks. */
Test(plan_read, prefixes) {
  static char text[sizeof full];
  for (size_t n = 0; n < sizeof full; n += 7) {
    sampan_error error;
    memcpy(text, full, n);
    text[n] = '\0';
    sp_plan *plan = read_text(text, &error);
    if (plan == NULL) {
      cr_expect_eq(error.status, SAMPAN_E_PLAN, "%zu", n);
      cr_expect_geq(error.line, 1, "%zu: %s", n, error.message);
      cr_expect(error.message[0] != '\0');
    }
    sp_plan_free(plan);
  }
}
