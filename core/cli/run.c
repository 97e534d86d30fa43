/* run.c - sampan run: a plan to a table of results. */
#include "cli/cli.h"

int32_t cli_results(cli *c, sp_outcome *outcome, sampan_error *error) {
  for (uint32_t i = 0; !c->args.quiet && i < outcome->n_notes; i++) {
    fprintf(stderr, "note: %s\n", outcome->notes[i]);
  }
  SP_TRY(cli_write(c, NULL, &outcome->results, outcome->results.manifest, error));
  for (uint64_t i = 0; c->args.strict && i < outcome->results.n_rows; i++) {
    if (outcome->results.rows[i].status >= SAMPAN_STATUS_SUPPRESSED) return CLI_STRICT;
  }
  return SAMPAN_OK;
}

int32_t cli_run(cli *c, sampan_error *error) {
  sp_plan *plan;
  sp_outcome *outcome = NULL;
  SP_TRY(cli_need_operands(c, 1, 1, error));
  SP_TRY(cli_registry(c, error));
  SP_TRY(cli_check_outputs(c, 0, error));
  SP_TRY(sp_plan_read(c->args.operands[0], &plan, error));
  sp_run_options options = cli_run_options(c);
  const sp_plan *const plans[] = {plan};
  int32_t status = cli_refuse_inputs(c, plans, 1, error);
  if (status >= 0) status = cli_wants_digests(c, error);
  options.no_digest = status == 0;
  options.no_covariances = 1;
  cli_progress_start(c);
  if (status >= 0) status = sp_run(plan, c->registry, &options, &outcome, error);
  cli_progress_clear(c);
  if (status >= 0) status = cli_results(c, outcome, error);
  sp_outcome_free(outcome);
  sp_plan_free(plan);
  return status;
}
