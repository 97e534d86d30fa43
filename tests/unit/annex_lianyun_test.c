/* The programme of Lianyun district from its files to its verdicts, a panel whose waves share PSUs,
 * and what is refused. */
#include <math.h>

#include "annex/document.h"
#include "annex/error_ids.h"
#include "annex/evaluate.h"
#include "base/quantile.h"
#include "base/text.h"
#include "host/params.h"
#include "plan_file.h"

#define FOLDER SAMPAN_SOURCE_DIR "/datasets/lianyun/"
#define NEAR(actual, expected, tolerance)                                                  \
  cr_expect(fabs((actual) - (expected)) <= (tolerance), "%s is %.17g, not %.17g", #actual, \
            (double)(actual), (double)(expected))

static const sp_run_options options = {.language = "zh",
                                       .data_folder = SAMPAN_SOURCE_DIR "/datasets/standards"};

static sp_registry *open_registry(void) {
  static const char *const folders[] = {SAMPAN_TEST_PLUGIN_DIR};
  static const int32_t must_exist[] = {1};
  sampan_error error;
  sp_registry *registry;
  sp_error_clear(&error);
  sp_quantile_setup();
  cr_assert_eq(sp_registry_open(folders, must_exist, 1, &registry, &error), 0, "%s", error.message);
  return registry;
}

static const sp_finding *finding(const sp_evaluation *e, const char *number) {
  for (uint32_t i = 0; i < e->n_findings; i++) {
    if (strcmp(e->findings[i].goal->number, number) == 0) return &e->findings[i];
  }
  cr_assert_fail("no goal %s", number);
  return NULL;
}

static const char *cell(const sampan_table *t, uint32_t row, const char *column) {
  uint32_t c = 0;
  while (c < t->n_columns && strcmp(t->header[c], column) != 0) c++;
  cr_assert_lt(c, t->n_columns, "no column %s", column);
  return t->text[(size_t)row * t->n_columns + c];
}

static double cell_number(const sampan_table *t, uint32_t row, const char *column) {
  const char *text = cell(t, row, column);
  double x;
  cr_assert_eq(sp_parse_number(text, strlen(text), &x), 0, "%s", text);
  return x;
}

static sampan_table *read_table(const char *path, sp_arena *arena) {
  sampan_error error;
  sampan_table *table;
  sp_error_clear(&error);
  cr_assert_eq(sp_table_read(path, "table", arena, &table, NULL, &error), 0, "%s", error.message);
  return table;
}

/* The province's values stand in the programme as numbers: they must be those of province.csv. */
Test(annex_lianyun, province_agrees_with_its_file) {
  sampan_error error;
  sp_programme *programme;
  uint32_t n = 0;
  sp_arena *arena = sp_arena_new(0);
  const sampan_table *table = read_table(FOLDER "province.csv", arena);
  sp_error_clear(&error);
  cr_assert_eq(sp_programme_read(FOLDER "programme.yaml", &programme, &error), 0, "%s:%d: %s",
               error.file, error.line, error.message);
  for (uint32_t g = 0; g < programme->n_groups; g++) {
    for (uint32_t i = 0; i < programme->groups[g].n_goals; i++) {
      const sp_goal *goal = &programme->groups[g].goals[i];
      for (uint32_t c = 0; c < goal->n_comparators; c++, n++) {
        const sp_reference *r = &goal->comparators[c].reference;
        uint32_t row = 0;
        while (row < table->n_rows &&
               (strcmp(cell(table, row, "indicator"), goal->current.indicator) != 0 ||
                strcmp(cell(table, row, "period"), goal->current.period) != 0)) {
          row++;
        }
        cr_assert_lt(row, table->n_rows, "%s", goal->current.indicator);
        cr_expect_eq(r->value, cell_number(table, row, "value"), "%s", goal->number);
        cr_expect_eq(r->std_error, cell_number(table, row, "std_error"), "%s", goal->number);
        cr_expect_eq(r->df, cell_number(table, row, "df"), "%s", goal->number);
        cr_expect_str_eq(r->source.zh, cell(table, row, "source"));
      }
    }
  }
  cr_expect_eq(n, 3);
  sp_programme_free(programme);
  sp_arena_free(arena);
}

/* Every line of the checklist is a goal of the third group, in the file's order and words. */
Test(annex_lianyun, tasks_agree_with_their_file) {
  sampan_error error;
  sp_programme *programme;
  sp_arena *arena = sp_arena_new(0);
  const sampan_table *table = read_table(FOLDER "checklist.csv", arena);
  sp_error_clear(&error);
  cr_assert_eq(sp_programme_read(FOLDER "programme.yaml", &programme, &error), 0, "%s",
               error.message);
  const sp_goal_group *tasks = &programme->groups[2];
  cr_assert_eq(tasks->n_goals, table->n_rows);
  for (uint32_t i = 0; i < table->n_rows; i++) {
    cr_expect_str_eq(tasks->goals[i].item, cell(table, i, "item"));
    cr_expect_str_eq(tasks->goals[i].label.zh, cell(table, i, "task"));
    cr_expect_str_eq(tasks->goals[i].label.en, cell(table, i, "task_en"));
    cr_expect_str_eq(tasks->goals[i].lead.zh, cell(table, i, "department"));
  }
  sp_programme_free(programme);
  sp_arena_free(arena);
}

/* ---- the evaluation ----------------------------------------------------------------------- */

static const struct {
  const char *number;
  int32_t point, statistical, progress;
} expected[] = {
    {"1.1", SP_VERDICT_MET, SP_VERDICT_UNDECIDED, SP_PROGRESS_MET},
    {"1.2", SP_VERDICT_NOT_MET, SP_VERDICT_UNDECIDED, SP_PROGRESS_IMPROVING},
    {"1.3", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"1.4", SP_VERDICT_NOT_ASSESSABLE, SP_VERDICT_NOT_ASSESSABLE, SP_PROGRESS_NONE},
    {"1.5", SP_VERDICT_NOT_ASSESSABLE, SP_VERDICT_NOT_ASSESSABLE, SP_PROGRESS_NONE},
    {"2.1", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"2.2", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"2.3", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"2.4", SP_VERDICT_NOT_MET, SP_VERDICT_NOT_MET, SP_PROGRESS_IMPROVING},
    {"2.5", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"2.6", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"2.7", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"2.8", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"2.9", SP_VERDICT_NOT_MET, SP_VERDICT_NOT_MET, SP_PROGRESS_IMPROVING},
    {"2.10", SP_VERDICT_NOT_MET, SP_VERDICT_NOT_MET, SP_PROGRESS_IMPROVING},
    {"2.11", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_MET},
    {"3.10", SP_VERDICT_NOT_MET, SP_VERDICT_NOT_MET, SP_PROGRESS_NONE},
    {"3.12", SP_VERDICT_MET, SP_VERDICT_MET, SP_PROGRESS_NONE},
    {"3.17", SP_VERDICT_UNDECIDED, SP_VERDICT_UNDECIDED, SP_PROGRESS_NONE},
};

/* The change of a goal and the row of the plan's own contrast are one number. */
static void same_as_contrast(const sp_finding *f) {
  const sampan_results *r = &f->current.outcome->results;
  uint32_t n = 0;
  for (uint64_t i = 0; i < r->n_tests; i++) {
    const sampan_test *t = &r->tests[i];
    if (strcmp(t->comparison, "change") != 0 || strcmp(t->statistic, "difference") != 0 ||
        strcmp(t->indicator, f->goal->current.indicator) != 0) {
      continue;
    }
    n++;
    NEAR(f->change.value, t->estimate, 1e-15);
    NEAR(f->change.std_error, t->std_error, 1e-15);
    NEAR(f->change.df, t->df, 0);
    NEAR(f->change.p, t->p_value, 1e-12);
    NEAR(f->change.low, t->conf_low, 1e-14);
    NEAR(f->change.high, t->conf_high, 1e-14);
  }
  cr_expect_eq(n, 1, "%s: %u rows", f->goal->number, n);
}

/* Values, errors and differences of 1.1 and 1.2: computed apart, from the files by the textbook
 * formula of a stratified sample of PSUs with replacement. */
static void check_survey_goals(const sp_evaluation *e) {
  const sp_finding *literacy = finding(e, "1.1"), *smoking = finding(e, "1.2");
  NEAR(literacy->baseline.value, 0.18962089022418555, 1e-14);
  NEAR(literacy->baseline.std_error, 0.014303963528645299, 1e-14);
  NEAR(literacy->current.value, 0.2526829605078491, 1e-14);
  NEAR(literacy->current.std_error, 0.02340165265777999, 1e-14);
  NEAR(literacy->change.value, 0.06306207028366356, 1e-14);
  NEAR(literacy->change.std_error, 0.02742700712334826, 1e-14);
  NEAR(smoking->change.value, -0.052951965258844436, 1e-14);
  NEAR(smoking->change.std_error, 0.024474351302255008, 1e-14);
  cr_expect_eq(literacy->current.n, 1234);
  cr_expect_eq(literacy->current.df, 24);
  cr_expect_eq(literacy->change.df, 48); /* 60 PSUs in 12 strata */
  cr_expect_eq(literacy->comparators[0].unit, SAMPAN_UNIT_PROPORTION);
  for (int i = 0; i < 3; i++) same_as_contrast(&e->findings[i]);
  /* 1.2 times the baseline has an error too large for any next wave; the province lies too near. */
  cr_expect_eq(literacy->next_n, INFINITY);
  cr_expect_eq(literacy->next, SP_NEXT_NOT_PRACTICABLE);
  /* A sample of 800 885 in a district of 122 000 is none. */
  cr_expect_gt(smoking->next_n, 124000);
  cr_expect_eq(smoking->next, SP_NEXT_NOT_PRACTICABLE);
  cr_expect_eq(smoking->next_clause->target->kind, SP_TARGET_BASELINE);
  NEAR(smoking->detectable,
       (sp_t_quantile(0.975, 48) + sp_t_quantile(0.8, 48)) * smoking->next_clause->gap.std_error,
       1e-14);
  cr_expect_eq(finding(e, "1.3")->next, SP_NEXT_NONE);
  /* No PSU lost all of its records to `drop`: the design is that of the sample drawn. */
  cr_expect_eq(literacy->current.outcome->n_psu, 60);
  cr_expect_eq(literacy->current.outcome->n_strata, 12);
  cr_expect_str_eq(literacy->comparators[0].definition_version, "2020");
  cr_expect(isnan(finding(e, "1.3")->next_n));
  cr_expect(literacy->differ && smoking->differ && !finding(e, "1.3")->differ);
}

static void check_registers(const sp_evaluation *e) {
  const sp_finding *agencies = finding(e, "2.4"), *families = finding(e, "2.7"),
                   *staff = finding(e, "2.8");
  cr_expect_eq(agencies->current.is_full_count, 1);
  cr_expect_eq(agencies->current.numerator, 31);
  cr_expect_eq(agencies->current.denominator, 64);
  cr_expect_eq(agencies->current.std_error, 0);
  cr_expect_eq(agencies->change.std_error, 0);
  cr_expect(isnan(agencies->next_n));
  cr_expect_eq(families->current.value, 112);
  cr_expect_eq(finding(e, "1.4")->coverage.numerator, 20309);
  cr_expect_eq(finding(e, "1.4")->coverage.denominator, 20830);
  cr_expect_eq(families->coverage.given, 0);
  NEAR(staff->current.value, 300000.0 / 165400, 1e-12);
  cr_expect_eq(staff->current.per, 100000);
  cr_expect_eq(finding(e, "2.11")->clause.gap.value, 0); /* 100 % is 100 % */
}

/* The plan's standard is one of reliability; the annex must not let it pass for confidentiality. */
static void check_publication(const sp_evaluation *e) {
  sp_arena *arena = sp_arena_new(0);
  const sampan_document *d;
  sampan_error error;
  int found = 0;
  cr_assert_eq(sp_document_build(e, NULL, "en", arena, &d, &error), SAMPAN_OK);
  for (uint32_t i = 0; i < d->n_blocks; i++) {
    const sampan_facts_block *facts = d->blocks[i].content;
    for (uint32_t k = 0; d->blocks[i].kind == SAMPAN_BLOCK_FACTS && k < facts->n_facts; k++) {
      const char *text = facts->facts[k].text.runs[0].text;
      found += strstr(text, "not disclosure control. Small counts are not protected.") != NULL;
      found += strstr(text,
                      "sum by wave: 2020 baseline 120\xe2\x80\xaf"
                      "784, 2021 final 123\xe2\x80\xaf"
                      "996.") != NULL;
    }
  }
  cr_expect_eq(found, 2);
  sp_arena_free(arena);
}

Test(annex_lianyun, verdicts) {
  sampan_error error;
  sp_programme *programme;
  sp_evaluation *e;
  sp_registry *registry = open_registry();
  sp_error_clear(&error);
  cr_assert_eq(sp_programme_read(FOLDER "programme.yaml", &programme, &error), 0, "%s",
               error.message);
  cr_assert_eq(sp_evaluate(programme, registry, &options, &e, &error), 0, "%s:%d: %s", error.file,
               error.line, error.message);
  cr_assert_eq(e->n_findings, 35);
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    const sp_finding *f = finding(e, expected[i].number);
    cr_expect_eq(f->point, expected[i].point, "%s: %d", expected[i].number, f->point);
    cr_expect_eq(f->statistical, expected[i].statistical, "%s: %d", expected[i].number,
                 f->statistical);
    cr_expect_eq(f->progress, expected[i].progress, "%s: %d", expected[i].number, f->progress);
  }
  uint32_t n = 0;
  for (int i = 0; i < 5; i++) n += e->n_by_point[i];
  cr_expect_eq(n, e->n_findings);
  check_survey_goals(e);
  check_registers(e);
  check_publication(e);
  cr_expect_eq(finding(e, "3.10")->check_status, SP_CHECK_NOT_DONE);
  cr_expect_eq(finding(e, "3.12")->check_status, SP_CHECK_LATE);
  cr_expect_eq(finding(e, "3.17")->check_status, SP_CHECK_NO_EVIDENCE);
  cr_expect_str_eq(finding(e, "3.1")->check->done_date, "2020-08-26");
  cr_expect_eq(finding(e, "3.1")->check->row, 1);
  cr_assert_eq(e->checks[3].n_files, 1);
  cr_expect_str_eq(e->checks[3].files[0].file, "checklist.csv");
  cr_expect_eq(e->checks[3].files[0].n_records, 19);
  cr_expect_eq(e->checks[3].files[0].proven, 1);
  cr_expect_eq(e->checks[0].n_files, 0);
  sp_evaluation_free(e);
  sp_programme_free(programme);
  sp_registry_free(registry);
}

/* ---- waves that share PSUs ---------------------------------------------------------------- */

static const char panel[] =
    "psu,wave,y\n"
    "1,1,1\n1,1,1\n1,1,0\n1,2,1\n1,2,1\n1,2,1\n"
    "2,1,0\n2,1,0\n2,1,1\n2,2,0\n2,2,1\n2,2,1\n"
    "3,1,0\n3,1,0\n3,1,0\n3,2,0\n3,2,0\n3,2,1\n"
    "4,1,1\n4,1,0\n4,1,1\n4,2,1\n4,2,0\n4,2,1\n";
static const char panel_plan[] =
    "sampan: 1\n"
    "data: {file: panel.csv}\n"
    "design: {psu: psu}\n"
    "period: wave\n"
    "indicators: {y: {estimator: prevalence, of: y == 1}}\n";
/* With the current period, and what follows the first goal. */
#define PROGRAMME                                                     \
  "sampan_programme: 1\n"                                             \
  "annex: {title: Panel}\n"                                           \
  "plans: {panel: panel.yaml, tasks: tasks.yaml}\n"                   \
  "groups:\n"                                                         \
  "  - number: 1\n"                                                   \
  "    label: All\n"                                                  \
  "    goals:\n"                                                      \
  "      - {number: 1.1, label: y, target: {op: \">\", change: 0},\n" \
  "         baseline: {plan: panel, indicator: y, period: 1},\n"      \
  "         current: {plan: panel, indicator: y, %s}}\n"              \
  "  - number: 2\n"                                                   \
  "    label: Tasks\n"                                                \
  "    goals: [%s]\n"
#define TASK(item, more) "{number: 2.1, kind: checklist, label: t, item: " item more "}"

/* Evaluates a programme of its own folder; on success *out and *programme are owned. */
static int32_t evaluate_panel(const char *text, sp_registry *registry, sp_programme **programme,
                              sp_evaluation **out, sampan_error *error) {
  char folder[64], path[128];
  plan_folder(folder);
  plan_write(folder, "panel.csv", panel);
  plan_write(folder, "panel.yaml", panel_plan);
  plan_write(folder, "tasks.csv", "id,done\nboth,1\nnone,0\n");
  plan_write(folder, "tasks.yaml",
             "sampan: 1\nkind: checklist\ndata: {file: tasks.csv}\n"
             "checklist: {item: id, done: done}\n");
  plan_write(folder, "programme.yaml", text);
  snprintf(path, sizeof path, "%s/programme.yaml", folder);
  sp_error_clear(error);
  cr_assert_eq(sp_programme_read(path, programme, error), 0, "%s", error->message);
  const int32_t status = sp_evaluate(*programme, registry, &options, out, error);
  plan_remove(folder, "panel.csv");
  plan_remove(folder, "panel.yaml");
  plan_remove(folder, "tasks.csv");
  plan_remove(folder, "tasks.yaml");
  plan_remove(folder, "programme.yaml");
  cr_assert_eq(rmdir(folder), 0);
  return status;
}

/* By hand: p = 5/12 and 8/12; V = 11/432 and 1/54, C = 1/54, so V(d) = 11/432 + 1/54 - 2/54 =
 * 1/144.
 */
Test(annex_lianyun, shared_psus_count) {
  sampan_error error;
  sp_programme *programme;
  sp_evaluation *e;
  sp_registry *registry = open_registry();
  char text[1024];
  snprintf(text, sizeof text, PROGRAMME, "period: 2", "");
  cr_assert_eq(evaluate_panel(text, registry, &programme, &e, &error), 0, "%s", error.message);
  const sp_finding *f = finding(e, "1.1");
  NEAR(f->change.value, 0.25, 1e-15);
  NEAR(f->baseline.std_error, sqrt(11.0 / 432), 1e-15);
  NEAR(f->current.std_error, sqrt(1.0 / 54), 1e-15);
  NEAR(f->change.std_error, 1.0 / 12, 1e-15);
  cr_expect_eq(f->change.df, 3);
  NEAR(f->change.p, 0.05766889, 1e-7); /* |t| = 3 with 3 df */
  cr_expect(f->point == SP_VERDICT_MET && f->statistical == SP_VERDICT_UNDECIDED && f->differ);
  sp_evaluation_free(e);
  sp_programme_free(programme);
  sp_registry_free(registry);
}

/* A value that states the version of its definition against an estimate that does not. */
Test(annex_lianyun, another_definition_is_not_compared) {
  static const char *const text =
      "sampan_programme: 1\n"
      "annex: {title: Panel}\n"
      "plans: {panel: panel.yaml, tasks: tasks.yaml}\n"
      "groups:\n"
      "  - number: 1\n"
      "    label: All\n"
      "    goals:\n"
      "      - {number: 1.1, label: y, target: {op: \">\", change: 0},\n"
      "         baseline: {value: 0.4, std_error: 0.01, definition_version: old},\n"
      "         current: {plan: panel, indicator: y, period: 2}}\n"
      "      - {number: 1.2, label: y, target: {op: \">\", comparator: c},\n"
      "         comparators: {c: {value: 0.4, std_error: 0.01, definition_version: old}},\n"
      "         current: {plan: panel, indicator: y, period: 2}}\n";
  sampan_error error;
  sp_programme *programme;
  sp_evaluation *e;
  sp_registry *registry = open_registry();
  cr_assert_eq(evaluate_panel(text, registry, &programme, &e, &error), 0, "%s", error.message);
  for (int i = 0; i < 2; i++) {
    const sp_finding *f = &e->findings[i];
    cr_expect_eq(f->point, SP_VERDICT_NOT_ASSESSABLE);
    cr_expect_eq(f->statistical, SP_VERDICT_NOT_ASSESSABLE);
    cr_expect_eq(f->clause.is_other_definition, 1);
    cr_expect_eq(f->change.given, 0);
  }
  cr_expect_eq(e->findings[0].progress, SP_PROGRESS_NOT_ASSESSABLE);
  sp_evaluation_free(e);
  sp_programme_free(programme);
  sp_registry_free(registry);
}

static const struct {
  const char *period, *more;
  int32_t id, line;
} wrong[] = {
    {"period: 3", "", SP_ID_ANNEX_PERIOD, 10},
    {"period: 2", TASK("nobody", ""), SP_ID_CHECK_NO_ITEM, 13},
    {"period: 2", TASK("both", ", deadline: end of August"), SP_ID_ANNEX_DEADLINE, 13},
};

Test(annex_lianyun, errors_of_a_programme_have_their_place) {
  sp_registry *registry = open_registry();
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    sampan_error error;
    sp_programme *programme;
    sp_evaluation *e;
    char text[1024];
    snprintf(text, sizeof text, PROGRAMME, wrong[i].period, wrong[i].more);
    cr_expect_eq(evaluate_panel(text, registry, &programme, &e, &error), SAMPAN_E_PLAN);
    cr_expect_null(e);
    cr_expect_eq(error.id, wrong[i].id, "case %zu: %s", i, error.message);
    cr_expect_eq(error.line, wrong[i].line, "case %zu: %d", i, error.line);
    cr_expect_neq(error.hint[0], '\0', "case %zu", i);
    sp_programme_free(programme);
  }
  sp_registry_free(registry);
}

/* ---- checklists --------------------------------------------------------------------------- */

static const char tasks_plan[] =
    "sampan: 1\n"
    "kind: checklist\n"
    "data: {file: tasks.csv}\n"
    "checklist: {item: id, task: t, deadline: due, done: done, done_date: when, evidence: proof,\n"
    "            points: points}\n";

/* Reads a checklist; *out lives in the arena. */
static int32_t read_tasks(const char *plan_text, const char *csv, sp_arena *arena,
                          sp_check_list *out, sampan_error *error) {
  char folder[64], path[128];
  sp_plan *plan;
  sp_registry *registry = open_registry();
  plan_folder(folder);
  plan_write(folder, "tasks.csv", csv);
  plan_write(folder, "tasks.yaml", plan_text);
  snprintf(path, sizeof path, "%s/tasks.yaml", folder);
  sp_error_clear(error);
  cr_assert_eq(sp_plan_read(path, &plan, error), 0, "%s", error->message);
  const int32_t status = sp_checklist_read(plan, registry, &options, arena, out, error);
  sp_plan_free(plan);
  sp_registry_free(registry);
  plan_remove(folder, "tasks.csv");
  plan_remove(folder, "tasks.yaml");
  cr_assert_eq(rmdir(folder), 0);
  return status;
}

Test(annex_lianyun, checklist_is_read_as_text) {
  sampan_error error;
  sp_check_list list;
  sp_arena *arena = sp_arena_new(0);
  cr_assert_eq(read_tasks(tasks_plan,
                          "id,t,due,done,when,proof,points\n"
                          "01,\"a, b\",2020-08,是,2020-09-01,007,2.5\n"
                          "1, c ,,no,,,\n"
                          "2,,2020-08-31,,,,0\n",
                          arena, &list, &error),
               0, "%s", error.message);
  const sp_check_item *items = list.items;
  cr_assert_eq(list.n, 3);
  cr_assert_eq(list.n_files, 1);
  cr_expect_str_eq(list.files[0].file, "tasks.csv");
  cr_expect_str_eq(list.files[0].source, "csv");
  cr_expect_eq(strlen(list.files[0].digest), 64);
  cr_expect_eq(list.files[0].n_records, 3);
  cr_expect_str_eq(items[0].item, "01");
  cr_expect_str_eq(items[0].task, "a, b");
  cr_expect_str_eq(items[0].task_en, "a, b");
  cr_expect_str_eq(items[0].deadline, "2020-08");
  cr_expect_str_eq(items[0].evidence, "007");
  cr_expect(items[0].done == 1 && items[0].late == 1 && items[0].points == 2.5);
  cr_expect_str_eq(items[1].item, "1");
  cr_expect_str_eq(items[1].task, "c");
  cr_expect_str_eq(items[1].deadline, "");
  cr_expect_str_eq(items[1].department, "");
  cr_expect(items[1].done == 0 && items[1].late == 0 && isnan(items[1].points));
  cr_expect(items[2].done == -1 && items[2].points == 0 && items[2].row == 3);
  sp_arena_free(arena);
}

static const struct {
  const char *csv;
  int32_t id;
  int64_t row;
  const char *column;
} refused[] = {
    {"id,t,due,done,when,proof,points\na,,,1,,,\nb,,,maybe,,,\n", SP_ID_CHECK_DONE, 2, "done"},
    {"id,t,due,done,when,proof,points\na,,31.8.2020,1,,,\n", SP_ID_CHECK_DATE, 1, "due"},
    {"id,t,due,done,when,proof,points\na,,,1,2021-02-29,,\n", SP_ID_CHECK_DATE, 1, "when"},
    {"id,t,due,done,when,proof,points\na,,,1,,,many\n", SP_ID_CHECK_POINTS, 1, "points"},
    {"id,t,due,done,when,proof,points\na,,,1,,,\na,,,1,,,\n", SP_ID_CHECK_ITEM_TWICE, 2, "id"},
    {"id,t,due,done,when,proof,points\n,x,,1,,,\n", SP_ID_CHECK_ITEM_EMPTY, 1, "id"},
};

Test(annex_lianyun, checklist_errors_have_their_place) {
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    sampan_error error;
    sp_check_list list;
    sp_arena *arena = sp_arena_new(0);
    cr_expect_eq(read_tasks(tasks_plan, refused[i].csv, arena, &list, &error), SAMPAN_E_DATA,
                 "case %zu", i);
    cr_expect_eq(error.id, refused[i].id, "case %zu: %s", i, error.message);
    cr_expect_eq(error.row, refused[i].row, "case %zu", i);
    cr_expect_str_eq(error.column, refused[i].column);
    cr_expect_not_null(strstr(error.file, "tasks.csv"));
    sp_arena_free(arena);
  }
}

Test(annex_lianyun, checklist_takes_no_survey_sections) {
  sampan_error error;
  sp_check_list list;
  char plan[512];
  sp_arena *arena = sp_arena_new(0);
  snprintf(plan, sizeof plan, "%sdomain: done == \"1\"\n", tasks_plan);
  cr_expect_eq(
      read_tasks(plan, "id,t,due,done,when,proof,points\na,,,1,,,\n", arena, &list, &error),
      SAMPAN_E_PLAN);
  cr_expect_eq(error.id, SP_ID_CHECK_SECTION);
  sp_arena_free(arena);
}
