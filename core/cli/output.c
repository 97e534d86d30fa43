/* output.c - the results of a run: all whole before the first is put in place. */
#include <stdio.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/output.h"
#include "cli/cli.h"
#include "host/params.h"

enum { SP_ID_COLUMNS = 6030 };

/* One place where bytes go. A manifest stands before the table that it belongs to, so that no table
 * is ever there without one. */
typedef struct target {
  const char *path;
  const char *text; /* a manifest; NULL: what the writer writes */
  sp_output *output;
} target;

/* What a verb puts out. */
typedef struct job {
  cli *c;
  const sampan_document *document;
  const sampan_results *results;
  target targets[2 * CLI_MOST];
  uint32_t n;
} job;

static const char *name_of(const target *t) {
  return strcmp(t->path, "-") == 0 ? "standard output" : t->path;
}

/* A table of comparisons and its columns are chosen by the writer's own parameters. */
static int32_t choose_table(const cli *c, const sampan_plugin *plugin, sampan_value *values,
                            sampan_error *error) {
  int has_columns = 0;
  for (uint32_t i = 0; i < plugin->n_params; i++) {
    const char *name = plugin->params[i].name;
    if (strcmp(name, "table") == 0 && c->args.table != NULL) {
      values[i].is_set = 1;
      values[i].text = c->args.table;
      values[i].number = strcmp(c->args.table, "comparisons") == 0 ? 1 : 0;
    }
    if (strcmp(name, "columns") == 0 && c->args.columns != NULL) {
      values[i].is_set = has_columns = 1;
      values[i].text = c->args.columns;
    }
  }
  if (c->args.columns == NULL || has_columns) return SAMPAN_OK;
  sp_error_set(error, SAMPAN_E_USAGE, SP_ID_COLUMNS,
               "the writer '%s' writes all columns: --columns is for csv", plugin->name);
  return sp_error_hint(error, "leave --columns out, or write csv");
}

static int32_t add(job *j, const char *path, const char *text, sampan_error *error) {
  target *t = &j->targets[j->n];
  *t = (target){.path = path, .text = text};
  SP_TRY(sp_output_open(path, &t->output, error));
  sp_output_cancel(t->output, j->c->cancel);
  j->n++;
  return SAMPAN_OK;
}

/* Opens an output, and before it the manifest beside it. */
static int32_t open_output(job *j, const char *path, const char *manifest, sampan_error *error) {
  SP_TRY(add(j, path, NULL, error));
  if (manifest == NULL || sp_output_is_direct(j->targets[j->n - 1].output)) return SAMPAN_OK;
  const char *name = sp_arena_printf(j->c->arena, "%s.manifest.json", path);
  const char *text = sp_arena_printf(j->c->arena, "%s\n", manifest);
  if (name == NULL || text == NULL) return sp_error_memory(error);
  SP_TRY(add(j, name, text, error));
  const target table = j->targets[j->n - 2];
  j->targets[j->n - 2] = j->targets[j->n - 1];
  j->targets[j->n - 1] = table;
  return SAMPAN_OK;
}

/* A writer's bytes on their way to an output, as long as nobody interrupts. */
typedef struct passing {
  const sampan_output *to;
  const volatile int *cancel;
} passing;

static int32_t pass(void *data, const void *bytes, int64_t n, sampan_error *error) {
  const passing *p = data;
  if (sp_cancelled(p->cancel)) return sp_error_set(error, SAMPAN_E_CANCELLED, 0, "cancelled");
  return p->to->write(p->to->data, bytes, n, error);
}

static int32_t write_with_plugin(job *j, const target *t, sampan_error *error) {
  cli *c = j->c;
  const sampan_plugin *plugin;
  sampan_value *values;
  SP_TRY(cli_find_writer(c, t->path, &plugin, error));
  const sampan_writer_ops *ops = plugin->ops;
  SP_TRY(sp_params_bind(plugin, NULL, NULL, NULL, 0, "", ".", c->data_folder, c->arena, &values,
                        error));
  SP_TRY(choose_table(c, plugin, values, error));
  sp_context context = {.arena = sp_arena_new(0), .cancel = c->cancel};
  if (context.arena == NULL) return sp_error_memory(error);
  const sampan_call call = sp_host_call(&context, values, plugin->n_params, error);
  passing p = {.to = sp_output_sink(t->output), .cancel = c->cancel};
  const sampan_output out = {.struct_size = sizeof out, .data = &p, .write = pass};
  const int32_t status = j->document != NULL ? ops->document(&call, j->document, &out)
                                             : ops->results(&call, j->results, &out);
  sp_arena_free(context.arena);
  return status;
}

static int32_t write_one(job *j, const target *t, sampan_error *error) {
  int32_t status = t->text != NULL
                       ? sp_output_write(t->output, t->text, (int64_t)strlen(t->text), error)
                       : write_with_plugin(j, t, error);
  if (status >= 0) status = sp_output_prepare(t->output, error);
  if (sp_cancelled(j->c->cancel)) status = SAMPAN_E_CANCELLED;
  if (status < 0 && error != NULL) error->status = status;
  return status;
}

/* Files first: they can be left alone when what follows fails. What has gone to standard output has
 * gone. */
static int32_t write_all(job *j, sampan_error *error) {
  for (int32_t direct = 0; direct < 2; direct++) {
    for (uint32_t i = 0; i < j->n; i++) {
      if (sp_output_is_direct(j->targets[i].output) != direct) continue;
      SP_TRY(write_one(j, &j->targets[i], error));
    }
  }
  for (uint32_t i = 0; i < j->n; i++) SP_TRY(sp_output_publish(j->targets[i].output, error));
  return SAMPAN_OK;
}

/* Keeps what others see of an output. */
static void note_written(cli *c, const sp_output *output, const char *name) {
  const int32_t seen = sp_output_seen(output);
  if (seen == SP_OUTPUT_NOTHING) return;
  c->written = sp_arena_printf(c->arena, "%s%s%s%s", c->written != NULL ? c->written : "",
                               c->written != NULL ? ", " : "",
                               seen == SP_OUTPUT_PART ? "a part of " : "", name);
}

int32_t cli_write(cli *c, const sampan_document *document, const sampan_results *results,
                  const char *manifest, sampan_error *error) {
  job j = {.c = c, .document = document, .results = results};
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < c->args.n_outputs && status >= 0; i++) {
    status = open_output(&j, c->args.outputs[i], manifest, error);
  }
  if (c->args.n_outputs == 0) status = open_output(&j, "-", NULL, error);
  if (status >= 0) status = write_all(&j, error);
  for (uint32_t i = 0; i < j.n; i++) {
    note_written(c, j.targets[i].output, name_of(&j.targets[i]));
    sp_output_abandon(j.targets[i].output);
  }
  return status;
}

/* ---- texts -------------------------------------------------------------------------------- */

static int32_t write_text(cli *c, const char *path, const char *text, uint64_t n_bytes,
                          sampan_error *error) {
  sp_output *output;
  SP_TRY(sp_output_open(path, &output, error));
  sp_output_cancel(output, c->cancel);
  int32_t status = sp_output_write(output, text, (int64_t)n_bytes, error);
  if (status >= 0) status = sp_output_publish(output, error);
  note_written(c, output, strcmp(path, "-") == 0 ? "standard output" : path);
  sp_output_abandon(output);
  return status;
}

int32_t cli_write_text(cli *c, const char *text, uint64_t n_bytes, sampan_error *error) {
  return write_text(c, c->args.n_outputs > 0 ? c->args.outputs[0] : "-", text, n_bytes, error);
}

int32_t cli_print(cli *c, const char *text, uint64_t n_bytes, sampan_error *error) {
  return write_text(c, "-", text, n_bytes, error);
}
