/* annex.c - sampan annex: a programme to its evaluation annex. */
#include "annex/document.h"
#include "cli/cli.h"

static const char *verdict_name(int32_t verdict, const char *language) {
  static const char *const en[] = {"-", "met", "not met", "undecided", "not assessable"};
  static const char *const zh[] = {"-", "达标", "未达标", "不能判定", "不可评"};
  return verdict < 0 || verdict > 4 ? "-" : strcmp(language, "zh") == 0 ? zh[verdict] : en[verdict];
}

/* 1 if the annex itself goes to standard output. */
static int takes_stdout(const cli *c) {
  for (uint32_t i = 0; i < c->args.n_outputs; i++) {
    if (strcmp(c->args.outputs[i], "-") == 0) return 1;
  }
  return 0;
}

/* The verdicts as a short table on standard output, or beside it where the annex is there. */
static int32_t print_verdicts(cli *c, const sp_evaluation *e, const char *language,
                              sampan_error *error) {
  const char *text = strcmp(language, "zh") == 0 ? "序号\t点值判定\t统计判定\t指标\n"
                                                 : "no.\tpoint\tstatistical\tindicator\n";
  for (uint32_t i = 0; i < e->n_findings && text != NULL; i++) {
    const sp_finding *f = &e->findings[i];
    text = sp_arena_printf(c->arena, "%s%s\t%s\t%s\t%s\n", text, f->goal->number,
                           verdict_name(f->point, language), verdict_name(f->statistical, language),
                           sp_label_in(&f->goal->label, language));
  }
  if (text == NULL) return sp_error_memory(error);
  if (!takes_stdout(c)) return cli_print(c, text, strlen(text), error);
  fputs(text, stderr);
  return SAMPAN_OK;
}

static int32_t write_all(cli *c, const sp_evaluation *e, const char *language,
                         sampan_error *error) {
  const sampan_document *document;
  SP_TRY(sp_document_build(e, c->registry, language, c->arena, &document, error));
  SP_TRY(cli_write(c, document, NULL, NULL, error));
  return c->args.quiet ? SAMPAN_OK : print_verdicts(c, e, language, error);
}

static int32_t refuse_inputs(const cli *c, const sp_programme *programme, sampan_error *error) {
  const uint32_t n = programme->n_plans;
  const sp_plan **plans = sp_arena_array(c->arena, n + 1U, sizeof *plans);
  if (plans == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) plans[i] = programme->plans[i].plan;
  return cli_refuse_inputs(c, plans, n, error);
}

int32_t cli_annex(cli *c, sampan_error *error) {
  sp_programme *programme;
  sp_evaluation *evaluation = NULL;
  SP_TRY(cli_need_operands(c, 1, 1, error));
  if (c->args.n_outputs == 0) {
    sp_error_set(error, SAMPAN_E_USAGE, 6030, "where is the annex to go?");
    return sp_error_hint(error, "-o annex.docx -o annex.html");
  }
  SP_TRY(cli_registry(c, error));
  SP_TRY(cli_check_outputs(c, 1, error));
  SP_TRY(sp_programme_read(c->args.operands[0], &programme, error));
  sp_run_options options = cli_run_options(c);
  if (c->args.language == NULL) options.language = "zh";
  int32_t status = refuse_inputs(c, programme, error);
  cli_progress_start(c);
  if (status >= 0) status = sp_evaluate(programme, c->registry, &options, &evaluation, error);
  cli_progress_clear(c);
  if (status >= 0) status = write_all(c, evaluation, options.language, error);
  sp_evaluation_free(evaluation);
  sp_programme_free(programme);
  return status;
}
