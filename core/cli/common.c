/* common.c - registry, options, progress, output and errors, for all verbs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

enum { SP_ID_WRITER = 6020, SP_ID_WRITER_FORM = 6021, SP_ID_NO_PLUGIN = 6022 };

int32_t cli_absolute(cli *c, const char *path, const char **out, sampan_error *error) {
  char *real = realpath(path, NULL);
  if (real == NULL) {
    char why[128];
    sp_error_errno(errno, why, sizeof why);
    sp_error_set(error, SAMPAN_E_IO, SP_ID_NO_PLUGIN, "%s", why);
    return sp_error_file(error, path);
  }
  *out = sp_arena_text(c->arena, real);
  free(real);
  return *out != NULL ? SAMPAN_OK : sp_error_memory(error);
}

static int is_folder(const char *path) {
  struct stat s;
  return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* Where the standards are: --data-dir, beside the program (a build tree), or where it was
 * installed. */
static void find_data(cli *c) {
  char folder[4096] = "";
  if (c->args.data_folder != NULL) {
    snprintf(c->data_folder, sizeof c->data_folder, "%s", c->args.data_folder);
    return;
  }
  if (c->args.program != NULL) snprintf(folder, sizeof folder, "%s", c->args.program);
  char *slash = strrchr(folder, '/');
  if (slash != NULL) *slash = '\0';
  static const char *const beside[] = {"/share/datasets/standards",
                                       "/../share/sampan/datasets/standards"};
  for (size_t i = 0; i < 2 && folder[0] != '\0'; i++) {
    if (strlen(folder) + strlen(beside[i]) + 1 > sizeof c->data_folder) continue;
    memcpy(c->data_folder, folder, strlen(folder));
    memcpy(c->data_folder + strlen(folder), beside[i], strlen(beside[i]) + 1);
    if (is_folder(c->data_folder)) return;
  }
  snprintf(c->data_folder, sizeof c->data_folder, "%s", SAMPAN_DATA_DIR "/datasets/standards");
}

int32_t cli_registry(cli *c, sampan_error *error) {
  const char **folders;
  int32_t *origins;
  uint32_t n;
  if (c->registry != NULL) return SAMPAN_OK;
  find_data(c);
  SP_TRY(sp_registry_search_path(c->args.plugin_folders, c->args.n_plugin_folders, c->args.program,
                                 c->arena, &folders, &origins, &n, error));
  return sp_registry_open(folders, origins, n, &c->registry, error);
}

sp_run_options cli_run_options(cli *c) {
  const sp_run_options options = {.language = c->args.language != NULL ? c->args.language : "en",
                                  .data_folder = c->data_folder,
                                  .batch = c->args.batch,
                                  .threads = c->args.threads,
                                  .memory = c->args.memory,
                                  .totals_peak = &c->progress.totals_peak,
                                  .cancel = c->cancel,
                                  .progress = cli_progress_take,
                                  .progress_data = c};
  return options;
}

/* ---- writers ------------------------------------------------------------------------------ */

int32_t cli_find_writer(cli *c, const char *path, const sampan_plugin **out, sampan_error *error) {
  const char *name = c->args.json ? "json" : c->args.format;
  if (name == NULL && path != NULL && strcmp(path, "-") != 0) {
    const sp_plugin_info *info = sp_registry_by_extension(c->registry, SAMPAN_WRITER, path);
    if (info == NULL) {
      sp_error_set(error, SAMPAN_E_USAGE, SP_ID_WRITER, "no writer claims the file name '%s'",
                   path);
      return sp_error_hint(error, "`sampan plugins` lists the writers; --format names one");
    }
    name = info->name;
  }
  if (name == NULL) name = isatty(1) ? "markdown" : "csv";
  const int32_t status = sp_registry_load(c->registry, SAMPAN_WRITER, name, out, error);
  if (status != SAMPAN_E_PLAN) return status;
  /* It is the command line that names a writer, not the plan. */
  if (error != NULL) error->status = SAMPAN_E_USAGE;
  return SAMPAN_E_USAGE;
}

static int32_t check_form(const sampan_plugin *plugin, int32_t annex, sampan_error *error) {
  const sampan_writer_ops *ops = plugin->ops;
  if (annex ? ops->document != NULL : ops->results != NULL) return SAMPAN_OK;
  return sp_error_set(error, SAMPAN_E_USAGE, SP_ID_WRITER_FORM, "the writer '%s' does not write %s",
                      plugin->name, annex ? "annexes" : "tables of results");
}

int32_t cli_check_outputs(cli *c, int32_t annex, sampan_error *error) {
  const sampan_plugin *plugin;
  for (uint32_t i = 0; i < c->args.n_outputs || i == 0; i++) {
    const char *path = c->args.n_outputs > 0 ? c->args.outputs[i] : "-";
    SP_TRY(cli_find_writer(c, path, &plugin, error));
    SP_TRY(check_form(plugin, annex, error));
  }
  return SAMPAN_OK;
}

/* Whether a manifest goes beside it: not where what is written is no file. */
static int is_file(const char *path) {
  struct stat s;
  return strcmp(path, "-") != 0 && (stat(path, &s) != 0 || S_ISREG(s.st_mode));
}

int32_t cli_wants_digests(cli *c, sampan_error *error) {
  const sampan_plugin *plugin;
  for (uint32_t i = 0; i < c->args.n_outputs || i == 0; i++) {
    const char *path = c->args.n_outputs > 0 ? c->args.outputs[i] : "-";
    SP_TRY(cli_find_writer(c, path, &plugin, error));
    const sampan_writer_ops *ops = plugin->ops;
    if ((ops->flags & SAMPAN_WRITER_NO_MANIFEST) == 0 || is_file(path)) return 1;
  }
  return 0;
}

/* ---- errors ------------------------------------------------------------------------------- */

void cli_print_error(const sampan_error *e) {
  if (e->file[0] != '\0') {
    fprintf(stderr, "%s:", e->file);
    if (e->line > 0) fprintf(stderr, "%d:", e->line);
    if (e->line > 0 && e->line_column > 0) fprintf(stderr, "%d:", e->line_column);
    fputc(' ', stderr);
  } else {
    fputs("sampan: ", stderr);
  }
  fputs("error: ", stderr);
  if (e->row > 0) fprintf(stderr, "row %lld", (long long)e->row);
  if (e->column[0] != '\0') {
    fprintf(stderr, "%scolumn %s", e->row > 0 ? ", " : "", e->column);
  }
  if (e->row > 0 || e->column[0] != '\0') fputs(": ", stderr);
  fputs(e->message[0] != '\0' ? e->message : "failed, and did not say why", stderr);
  if (e->parameter[0] != '\0' && strstr(e->message, e->parameter) == NULL) {
    fprintf(stderr, " (parameter '%s')", e->parameter);
  }
  if (e->plugin[0] != '\0' && strstr(e->message, e->plugin) == NULL) {
    fprintf(stderr, " (plugin '%s')", e->plugin);
  }
  if (e->byte > 0 && e->row == 0) fprintf(stderr, " (byte %lld)", (long long)e->byte);
  if (e->id > 0) fprintf(stderr, " [SMP%04d]", e->id);
  fputc('\n', stderr);
  if (e->hint[0] != '\0') fprintf(stderr, "  hint: %s\n", e->hint);
}
