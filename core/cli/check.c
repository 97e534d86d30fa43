/* check.c - sampan check: a plan, a programme or a plugin, without running it over data. */
#include "host/check.h"
#include "base/buffer.h"
#include "cli/cli.h"
#include "plan/programme.h"

enum { SP_ID_LAW = 6040 };

static int32_t check_plan(cli *c, const char *path, sampan_error *error) {
  sp_plan *plan;
  SP_TRY(cli_registry(c, error));
  SP_TRY(sp_plan_read(path, &plan, error));
  const sp_run_options options = cli_run_options(c);
  const int32_t status = plan->kind == SP_KIND_CHECKLIST
                             ? SAMPAN_OK
                             : sp_run_check(plan, c->registry, &options, error);
  sp_plan_free(plan);
  return status;
}

static int32_t check_programme(cli *c, const char *path, sampan_error *error) {
  sp_programme *programme;
  SP_TRY(cli_registry(c, error));
  SP_TRY(sp_programme_read(path, &programme, error));
  const sp_run_options options = cli_run_options(c);
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < programme->n_plans && status >= 0; i++) {
    if (programme->plans[i].plan->kind == SP_KIND_CHECKLIST) continue;
    status = sp_run_check(programme->plans[i].plan, c->registry, &options, error);
  }
  sp_programme_free(programme);
  return status;
}

static int32_t check_plugin(cli *c, const char *given, sampan_error *error) {
  const char *path;
  const sampan_module *module;
  sp_law *laws;
  uint32_t n, n_failed = 0, n_passed = 0;
  sp_buffer text;
  SP_TRY(cli_registry(c, error));
  SP_TRY(cli_absolute(c, given, &path, error));
  SP_TRY(sp_module_load(path, &module, error));
  SP_TRY(sp_check_module(module, c->args.sample, c->data_folder, c->arena, &laws, &n, error));
  sp_buffer_init(&text);
  for (uint32_t i = 0; i < n; i++) {
    n_failed += laws[i].passed == 0;
    n_passed += laws[i].passed == 1;
    if (laws[i].passed < 0 && strcmp(laws[i].law, "bind") == 0) {
      sp_buffer_printf(&text, "not    %s: %s - %s\n", laws[i].plugin, laws[i].law, laws[i].detail);
    }
    if (laws[i].passed < 0) continue;
    sp_buffer_printf(&text, "%s  %s: %s%s%s\n", laws[i].passed ? "ok    " : "FAILED",
                     laws[i].plugin, laws[i].law, laws[i].detail[0] != '\0' ? " - " : "",
                     laws[i].detail);
  }
  sp_buffer_printf(&text, "%u passed, %u failed\n", n_passed, n_failed);
  const int32_t status =
      text.failed ? sp_error_memory(error) : cli_print(c, text.data, text.n_bytes, error);
  sp_buffer_clear(&text);
  if (status < 0 || n_failed == 0) return status;
  sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_LAW, "the plugin breaks %u of the laws above",
               n_failed);
  return sp_error_file(error, path);
}

int32_t cli_check(cli *c, sampan_error *error) {
  SP_TRY(cli_need_operands(c, 1, 1, error));
  const char *path = c->args.operands[0];
  const size_t n = strlen(path);
  if (n > 3 && strcmp(path + n - 3, ".so") == 0) return check_plugin(c, path, error);
  const int32_t is_programme = sp_programme_is(path, error);
  if (is_programme < 0) return is_programme;
  SP_TRY(is_programme ? check_programme(c, path, error) : check_plan(c, path, error));
  static const char fine[] = "no error found\n";
  return c->args.quiet ? SAMPAN_OK : cli_print(c, fine, sizeof fine - 1, error);
}
