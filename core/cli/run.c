/* run.c - sampan run: a plan to a table of results. */
#include "base/buffer.h"
#include "cli/cli.h"

/* FILE.manifest.json beside each result that goes to a file. */
static int32_t write_manifest(cli *c, const char *path, const char *manifest, sampan_error *error) {
  const char *name = sp_arena_printf(c->arena, "%s.manifest.json", path);
  sp_buffer text;
  if (name == NULL) return sp_error_memory(error);
  sp_buffer_init(&text);
  sp_buffer_printf(&text, "%s\n", manifest);
  const int32_t status =
      text.failed ? sp_error_memory(error) : cli_write_text(name, text.data, text.n_bytes, error);
  sp_buffer_clear(&text);
  return status;
}

int32_t cli_run(cli *c, sampan_error *error) {
  sp_plan *plan;
  sp_outcome *outcome = NULL;
  SP_TRY(cli_need_operands(c, 1, 1, error));
  SP_TRY(cli_registry(c, error));
  SP_TRY(cli_check_outputs(c, 0, error));
  SP_TRY(sp_plan_read(c->args.operands[0], &plan, error));
  const sp_run_options options = cli_run_options(c);
  int32_t status = sp_run(plan, c->registry, &options, &outcome, error);
  cli_progress_end(c);
  if (status >= 0 && c->args.n_outputs == 0) {
    status = cli_write(c, "-", NULL, &outcome->results, error);
  }
  for (uint32_t i = 0; i < c->args.n_outputs && status >= 0; i++) {
    const char *path = c->args.outputs[i];
    status = cli_write(c, path, NULL, &outcome->results, error);
    if (status >= 0 && strcmp(path, "-") != 0) {
      status = write_manifest(c, path, outcome->results.manifest, error);
    }
  }
  if (status >= 0 && c->args.strict) {
    for (uint64_t i = 0; i < outcome->results.n_rows; i++) {
      if (outcome->results.rows[i].status >= SAMPAN_STATUS_SUPPRESSED) status = CLI_STRICT;
    }
  }
  sp_outcome_free(outcome);
  sp_plan_free(plan);
  return status;
}
