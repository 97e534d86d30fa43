/* merge.c - sampan merge: the states of all shards to a table of results. */
#include "cli/cli.h"
#include "engine/state.h"

int32_t cli_merge(cli *c, sampan_error *error) {
  sp_plan *plan;
  sp_outcome *outcome = NULL;
  SP_TRY(cli_need_operands(c, 2, CLI_MOST_OPERANDS, error));
  SP_TRY(cli_registry(c, error));
  SP_TRY(cli_check_outputs(c, 0, error));
  SP_TRY(sp_plan_read(c->args.operands[0], &plan, error));
  const sp_run_options options = cli_run_options(c);
  const sp_plan *const plans[] = {plan};
  int32_t status = cli_refuse_inputs(c, plans, 1, error);
  if (status >= 0) {
    status = sp_merge_states(plan, c->registry, &options, c->args.operands + 1,
                             c->args.n_operands - 1, &outcome, error);
  }
  if (status >= 0) status = cli_results(c, outcome, error);
  sp_outcome_free(outcome);
  sp_plan_free(plan);
  return status;
}
