/* A programme that uses every key, and what it becomes. */
#include <criterion/criterion.h>
#include <math.h>

#include "plan/programme.h"
#include "plan_file.h"

static const char survey[] =
    "sampan: 1\n"
    "data:\n"
    "  waves: [{file: a.csv, set: {year: 2020}}, {file: b.csv, set: {year: 2021}}]\n"
    "period: year\n"
    "indicators:\n"
    "  literacy: {estimator: prevalence, of: literate, by: [[], [sex], [sex, age]]}\n"
    "  smoking: {estimator: prevalence, of: smoker}\n";
static const char tasks[] =
    "sampan: 1\nkind: checklist\ndata: {file: t.csv}\nchecklist: {item: id, done: done}\n";
static const char vital[] =
    "sampan: 1\nkind: vital\ndata: {file: d.csv}\nindicators: {imr: {estimator: ratio}}\n";

static const char full[] =
    "sampan_programme: 1\n"
    "annex:\n"
    "  number: {en: Annex 1, zh: 附件1}\n"
    "  title: {en: Evaluation, zh: 评估}\n"
    "  subtitle: s\n"
    "  document: d\n"
    "  cycle: 2020-08 to 2021-07\n"
    "  issuer: {zh: 区政府}\n"
    "  baseline_name: {en: Baseline, zh: 基线}\n"
    "  current_name: {en: Final, zh: 终期}\n"
    "  baseline_fieldwork: {en: autumn 2020, zh: 2020年秋}\n"
    "  current_fieldwork: summer 2021\n"
    "plans: {survey: survey.yaml, tasks: tasks.yaml, vital: vital.yaml}\n"
    "groups:\n"
    "  - number: 一\n"
    "    label: {en: People, zh: 健康人群}\n"
    "    goals:\n"
    "      - number: 1.1\n"
    "        label: {en: Health literacy, zh: 健康素养}\n"
    "        unit: \"%\"\n"
    "        decimals: 1\n"
    "        baseline: {plan: survey, indicator: literacy, period: 2020}\n"
    "        current: {plan: survey, indicator: literacy, period: 2021}\n"
    "        comparators:\n"
    "          province: {label: {en: Province, zh: 全省}, value: 24.5%, std_error: 0.4%, df: 90,\n"
    "                     definition_version: \"2020\",\n"
    "                     source: yearbook}\n"
    "          nation: {value: 0.2315}\n"
    "        by: [sex]\n"
    "        target:\n"
    "          any_of:\n"
    "            - {op: \">=\", baseline: 120%}\n"
    "            - {op: \">\", comparator: province, text: {zh: 高于全省}}\n"
    "        lead: {en: Health office, zh: 卫健局}\n"
    "        cooperating: c\n"
    "        definition: d\n"
    "        source: s\n"
    "        note: n\n"
    "        clause: cl\n"
    "        deadline: 2021-07\n"
    "      - number: 1.2\n"
    "        label: Smoking\n"
    "        current: {plan: survey, indicator: smoking, period: 2021}\n"
    "        target: {all_of: [{op: <, value: 20%}, {op: \"≤\", value: 0.3}]}\n"
    "      - number: 1.3\n"
    "        label: Infant deaths\n"
    "        current: {plan: vital, indicator: imr}\n"
    "        baseline: {value: 5.1}\n"
    "        direction: lower\n"
    "        target: {op: \"<\", change: -0.5}\n"
    "      - number: 1.4\n"
    "        label: Physique\n"
    "        kind: register\n"
    "        current: {value: 91}\n"
    "        direction: higher\n"
    "        target: {op: none, text: {en: level and change, zh: 水平及变化}}\n"
    "  - number: 二\n"
    "    label: Tasks\n"
    "    goals:\n"
    "      - {number: 2.1, label: Leading group, kind: checklist, item: A1, target: none}\n"
    "      - {number: 2.2, label: Meetings, kind: checklist, item: A2, current: {plan: tasks}}\n"
    "remarks:\n"
    "  - {en: One., zh: 一。}\n"
    "  - Two.\n";

typedef struct files {
  char folder[64], path[128];
} files;

static files setup(const char *programme) {
  files f;
  plan_folder(f.folder);
  plan_write(f.folder, "survey.yaml", survey);
  plan_write(f.folder, "tasks.yaml", tasks);
  plan_write(f.folder, "vital.yaml", vital);
  plan_write(f.folder, "p.yaml", programme);
  snprintf(f.path, sizeof f.path, "%s/p.yaml", f.folder);
  return f;
}

static void teardown(const files *f) {
  plan_remove(f->folder, "survey.yaml");
  plan_remove(f->folder, "tasks.yaml");
  plan_remove(f->folder, "vital.yaml");
  plan_remove(f->folder, "p.yaml");
  cr_assert_eq(rmdir(f->folder), 0);
}

static sp_programme *read_text(const char *text, sampan_error *error) {
  const files f = setup(text);
  sp_programme *programme = NULL;
  sp_error_clear(error);
  cr_expect_eq(sp_programme_is(f.path, error) == 1, error->status == 0);
  if (error->status == 0) {
    const int32_t status = sp_programme_read(f.path, &programme, error);
    cr_expect_eq(status < 0, programme == NULL);
  }
  teardown(&f);
  return programme;
}

Test(plan_programme, annex_and_plans) {
  sampan_error error;
  sp_programme *p = read_text(full, &error);
  cr_assert_not_null(p, "%d:%d %s", (int)error.line, (int)error.line_column, error.message);
  cr_expect_str_eq(p->number, "附件1");
  cr_expect_str_eq(p->annex_number.en, "Annex 1");
  cr_expect_str_eq(p->title.zh, "评估");
  cr_expect_str_eq(p->issuer.en, "区政府");
  cr_expect_str_eq(p->baseline_name.en, "Baseline");
  cr_expect_str_eq(p->baseline_fieldwork.zh, "2020年秋");
  cr_expect_str_eq(p->current_fieldwork.en, "summer 2021");
  cr_expect_str_eq(p->current_name.zh, "终期");
  cr_expect_eq(strlen(p->digest), 64);
  cr_assert_eq(p->n_plans, 3);
  cr_expect_str_eq(p->plans[1].name, "tasks");
  cr_expect_eq(p->plans[1].plan->kind, SP_KIND_CHECKLIST);
  cr_assert_eq(p->n_groups, 2);
  cr_expect_str_eq(p->groups[0].number, "一");
  cr_expect_str_eq(p->groups[0].label.zh, "健康人群");
  cr_expect_eq(p->groups[0].n_goals, 4);
  cr_assert_eq(p->n_remarks, 2);
  cr_expect_str_eq(p->remarks[0].zh, "一。");
  cr_expect_str_eq(p->remarks[1].zh, "Two.");
  sp_programme_free(p);
  sp_programme_free(NULL);
}

Test(plan_programme, goals) {
  sampan_error error;
  sp_programme *p = read_text(full, &error);
  cr_assert_not_null(p);
  const sp_goal *g = &p->groups[0].goals[0];
  cr_expect_str_eq(g->number, "1.1");
  cr_expect_str_eq(g->unit.en, "%");
  cr_expect_eq(g->kind, SP_KIND_SURVEY); /* that of its plan */
  cr_expect_eq(g->direction, 1);         /* that of its target */
  cr_expect_eq(g->decimals, 1);
  cr_expect_eq(g->baseline.given, 1);
  cr_expect_eq(g->baseline.is_value, 0);
  cr_expect_str_eq(g->baseline.period, "2020");
  cr_expect_str_eq(g->current.plan, "survey");
  cr_expect_str_eq(g->current.indicator, "literacy");
  cr_assert_eq(g->n_comparators, 2);
  cr_expect_str_eq(g->comparators[0].label.zh, "全省");
  cr_expect_eq(g->comparators[0].reference.value, 0.245);
  cr_expect_eq(g->comparators[0].reference.std_error, 0.004);
  cr_expect_eq(g->comparators[0].reference.df, 90);
  cr_expect_str_eq(g->comparators[0].reference.definition_version, "2020");
  cr_expect_null(g->comparators[1].reference.definition_version);
  cr_expect_eq(g->coverage.given, 0);
  cr_expect_str_eq(g->comparators[0].reference.source.en, "yearbook");
  cr_expect_str_eq(g->comparators[1].label.en, "nation");
  cr_expect_eq(g->comparators[1].reference.std_error, 0);
  cr_expect_eq(g->comparators[1].reference.df, HUGE_VAL);
  cr_assert_eq(g->n_by, 1);
  cr_expect_str_eq(g->lead.zh, "卫健局");
  cr_expect_str_eq(g->clause.en, "cl");
  cr_expect_str_eq(g->deadline, "2021-07");

  g = &p->groups[0].goals[2];
  cr_expect_eq(g->kind, SP_KIND_VITAL);
  cr_expect_eq(g->direction, -1);
  cr_expect_eq(g->baseline.is_value, 1);
  cr_expect_null(g->current.period);
  g = &p->groups[0].goals[3];
  cr_expect_eq(g->kind, SP_KIND_REGISTER);
  cr_expect_eq(g->direction, 1);
  cr_expect_eq(g->decimals, -1);
  cr_expect_eq(g->baseline.given, 0);
  cr_expect_str_eq(g->lead.en, "");

  g = p->groups[1].goals;
  cr_expect_str_eq(g[0].item, "A1");
  cr_expect_str_eq(g[0].current.plan, "tasks"); /* the only checklist */
  cr_expect_eq(g[0].current.given, 1);
  cr_expect_null(g[0].current.indicator);
  cr_expect_str_eq(g[1].current.plan, "tasks");
  cr_expect_eq(g[1].target->kind, SP_TARGET_NONE);
  sp_programme_free(p);
}

Test(plan_programme, targets) {
  sampan_error error;
  sp_programme *p = read_text(full, &error);
  cr_assert_not_null(p);
  const sp_target *t = p->groups[0].goals[0].target;
  cr_expect_eq(t->kind, SP_TARGET_ANY);
  cr_assert_eq(t->n_parts, 2);
  cr_expect_eq(t->parts[0]->kind, SP_TARGET_BASELINE);
  cr_expect_eq(t->parts[0]->op, SP_TARGET_GE);
  cr_expect_eq(t->parts[0]->value, 1.2);
  cr_expect_eq(t->parts[1]->kind, SP_TARGET_COMPARATOR);
  cr_expect_eq(t->parts[1]->op, SP_TARGET_GT);
  cr_expect_str_eq(t->parts[1]->comparator, "province");
  cr_expect_str_eq(t->parts[1]->text.zh, "高于全省");
  cr_expect_str_eq(t->parts[0]->text.zh, "");
  t = p->groups[0].goals[1].target;
  cr_expect_eq(t->kind, SP_TARGET_ALL);
  cr_expect_eq(t->parts[0]->op, SP_TARGET_LT);
  cr_expect_eq(t->parts[0]->value, 0.2);
  cr_expect_eq(t->parts[1]->op, SP_TARGET_LE);
  cr_expect_eq(p->groups[0].goals[1].direction, -1);
  t = p->groups[0].goals[2].target;
  cr_expect_eq(t->kind, SP_TARGET_CHANGE);
  cr_expect_eq(t->value, -0.5);
  t = p->groups[0].goals[3].target;
  cr_expect_eq(t->kind, SP_TARGET_NONE);
  cr_expect_str_eq(t->text.zh, "水平及变化");
  sp_programme_free(p);
}

/* A share in per cent is the same number as the share: the point moves in the text. */
Test(plan_programme, percentages) {
  static const struct {
    const char *text;
    double value;
  } shares[] = {{"30%", 0.3},      {"14.5%", 0.145}, {"20 %", 0.2}, {"92.6%", 0.926},
                {"0.07%", 0.0007}, {"100%", 1.0},    {"0.3", 0.3},  {"209.7", 209.7},
                {"-2%", -0.02},    {"%", NAN},       {"1e1%", NAN}, {"30%%", NAN},
                {"x%", NAN},       {"\"0.3\"", NAN}, {"1,5", NAN}};
  for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
    char text[512];
    sampan_error error;
    snprintf(text, sizeof text,
             "sampan_programme: 1\nannex: {title: t}\ngroups:\n  - number: 1\n    label: g\n"
             "    goals:\n      - number: 1\n        label: l\n        current: {value: 1}\n"
             "        target:\n          op: \">=\"\n          value: %s\n",
             shares[i].text[0] == '%' ? "'%'" : shares[i].text);
    sp_programme *p = read_text(text, &error);
    if (isnan(shares[i].value)) {
      cr_expect_null(p, "%s", shares[i].text);
      cr_expect_eq(error.line, 12, "%s: %d %s", shares[i].text, (int)error.line, error.message);
    } else {
      cr_assert_not_null(p, "%s: %s", shares[i].text, error.message);
      cr_expect_eq(p->groups[0].goals[0].target->value, shares[i].value, "%s", shares[i].text);
    }
    sp_programme_free(p);
  }
}

/* What is wrong in a plan is said at its place in the plan. */
Test(plan_programme, error_in_a_plan) {
  files f = setup(full);
  plan_write(f.folder, "vital.yaml", "sampan: 1\nkind: vitl\ndata: {file: d.csv}\n");
  sampan_error error;
  sp_programme *p;
  sp_error_clear(&error);
  cr_expect_eq(sp_programme_read(f.path, &p, &error), SAMPAN_E_PLAN);
  cr_expect_not_null(strstr(error.file, "vital.yaml"));
  cr_expect_eq(error.line, 2);
  cr_expect_eq(error.line_column, 7);
  cr_expect_str_eq(error.hint, "did you mean 'vital'?");
  teardown(&f);
}

Test(plan_programme, is) {
  const files f = setup(full);
  sampan_error error;
  char path[160];
  sp_error_clear(&error);
  cr_expect_eq(sp_programme_is(f.path, &error), 1);
  snprintf(path, sizeof path, "%s/survey.yaml", f.folder);
  cr_expect_eq(sp_programme_is(path, &error), 0);
  teardown(&f);
}

Test(plan_programme, prefixes) {
  static char text[sizeof full];
  for (size_t n = 0; n < sizeof full; n += 11) {
    sampan_error error;
    memcpy(text, full, n);
    text[n] = '\0';
    sp_programme *p = read_text(text, &error);
    if (p == NULL) cr_expect_geq(error.line, 1, "%zu: %s", n, error.message);
    sp_programme_free(p);
  }
}
