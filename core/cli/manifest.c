/* manifest.c - sampan manifest: what the build writes beside each plugin. */
#include "base/buffer.h"
#include "cli/cli.h"

int32_t cli_manifest(cli *c, sampan_error *error) {
  const sampan_module *module;
  sp_buffer text;
  SP_TRY(cli_need_operands(c, 1, 1, error));
  SP_TRY(cli_refuse_inputs(c, NULL, 0, error));
  const char *path;
  SP_TRY(cli_absolute(c, c->args.operands[0], &path, error));
  SP_TRY(sp_module_load(path, &module, error));
  sp_buffer_init(&text);
  int32_t status = sp_manifest_write(module, path, &text, error);
  if (status >= 0) {
    status = cli_write_text(c, text.data, text.n_bytes, error);
  }
  sp_buffer_clear(&text);
  return status;
}
