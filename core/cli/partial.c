/* partial.c - sampan partial: a shard of a plan's records to a state, for sampan merge. */
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cli/cli.h"
#include "engine/state.h"

enum { SP_ID_SHARD = 6090, SP_ID_TERMINAL = 6091 };

/* K/N; all where it is not given. */
static int32_t read_shard(const char *text, uint32_t *k, uint32_t *n, sampan_error *error) {
  const char *slash = text != NULL ? strchr(text, '/') : NULL;
  int64_t at = 1, of = 1;
  if (text != NULL && (slash == NULL || sp_parse_integer(text, (size_t)(slash - text), &at) != 0 ||
                       sp_parse_integer(slash + 1, strlen(slash + 1), &of) != 0 || at < 1 ||
                       at > of || of > 1 << 20)) {
    sp_error_set(error, SAMPAN_E_USAGE, SP_ID_SHARD,
                 "--shard is the number of a shard and of all shards, as in 2/5, not %s", text);
    return sp_error_hint(error, "shards are numbered from 1");
  }
  *k = (uint32_t)at;
  *n = (uint32_t)of;
  return SAMPAN_OK;
}

static int32_t check_output(const cli *c, sampan_error *error) {
  if (c->args.n_outputs > 0 || !isatty(1)) return SAMPAN_OK;
  sp_error_set(error, SAMPAN_E_USAGE, SP_ID_TERMINAL, "a state is nothing for a terminal");
  return sp_error_hint(error, "name a file for it: -o FILE");
}

int32_t cli_partial(cli *c, sampan_error *error) {
  sp_plan *plan;
  sp_buffer state;
  uint32_t k = 1, n = 1;
  SP_TRY(cli_need_operands(c, 1, 1, error));
  SP_TRY(read_shard(c->args.shard, &k, &n, error));
  SP_TRY(check_output(c, error));
  SP_TRY(cli_registry(c, error));
  SP_TRY(sp_plan_read(c->args.operands[0], &plan, error));
  const sp_run_options options = cli_run_options(c);
  const sp_plan *const plans[] = {plan};
  sp_buffer_init(&state);
  int32_t status = cli_refuse_inputs(c, plans, 1, error);
  if (status >= 0) status = cli_refuse_outputs(c, error);
  cli_progress_start(c);
  if (status >= 0) status = sp_partial(plan, c->registry, &options, k, n, &state, error);
  cli_progress_clear(c);
  if (status >= 0) status = cli_write_text(c, state.data, state.n_bytes, error);
  sp_buffer_clear(&state);
  sp_plan_free(plan);
  return status;
}
