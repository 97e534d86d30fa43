/* same_file.c - outputs that would overwrite an input, or one another. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

enum { SP_ID_OUTPUT_IS_INPUT = 6080, SP_ID_OUTPUT_TWICE = 6081, SP_ID_OUTPUTS = 6082 };

/* A file by what it is, or, where there is none yet, by its folder and its name. */
typedef struct place {
  const char *path; /* NULL: nothing that could be overwritten (a device, a pipe) */
  const char *shown;
  const char *name; /* in the folder; NULL: the file is there */
  dev_t device;
  ino_t node;
} place;

static int take(place *p, const struct stat *about) {
  p->device = about->st_dev;
  p->node = about->st_ino;
  return 1;
}

/* 0 if it is nothing that could be overwritten. */
static int locate(const char *path, sp_arena *arena, place *out) {
  struct stat about;
  *out = (place){.path = path, .shown = path};
  if (strcmp(path, "-") == 0) {
    out->shown = "standard output";
    return fstat(STDOUT_FILENO, &about) == 0 && S_ISREG(about.st_mode) && take(out, &about);
  }
  if (stat(path, &about) == 0) return S_ISREG(about.st_mode) && take(out, &about);
  if (errno != ENOENT) return 0;
  const char *slash = strrchr(path, '/');
  const char *folder = slash == NULL   ? "."
                       : slash == path ? "/"
                                       : sp_arena_text_n(arena, path, (uint64_t)(slash - path));
  out->name = slash != NULL ? slash + 1 : path;
  return folder != NULL && stat(folder, &about) == 0 && take(out, &about);
}

static int is_same(const place *a, const place *b) {
  if (a->device != b->device || a->node != b->node) return 0;
  if (a->name == NULL || b->name == NULL) return a->name == b->name;
  return strcmp(a->name, b->name) == 0;
}

/* All that will be written. */
typedef struct outputs {
  sp_arena *arena;
  place *places;
  uint32_t n;
  sampan_error *error;
} outputs;

static int32_t refuse_input(const outputs *o, const char *path) {
  place input;
  if (path == NULL || !locate(path, o->arena, &input) || input.name != NULL) return SAMPAN_OK;
  for (uint32_t i = 0; i < o->n; i++) {
    if (!is_same(&o->places[i], &input)) continue;
    sp_error_set(o->error, SAMPAN_E_USAGE, SP_ID_OUTPUT_IS_INPUT,
                 "the output %s is an input of this run, %s", o->places[i].shown, path);
    return sp_error_hint(o->error, "an input is never overwritten: give another name after -o");
  }
  return SAMPAN_OK;
}

/* Any text among the options of a plugin may be the name of a file, such as a table's. */
static int32_t refuse_options(const outputs *o, const sp_yaml *node, const char *folder) {
  if (node == NULL) return SAMPAN_OK;
  if (node->kind == SP_YAML_SCALAR) {
    if (node->text[0] == '\0') return SAMPAN_OK;
    const char *path =
        node->text[0] == '/' ? node->text : sp_arena_printf(o->arena, "%s/%s", folder, node->text);
    if (path == NULL) return sp_error_memory(o->error);
    return refuse_input(o, path);
  }
  for (uint32_t i = 0; i < node->n; i++) SP_TRY(refuse_options(o, node->items[i], folder));
  return SAMPAN_OK;
}

static int32_t refuse_plan(const outputs *o, const sp_plan *plan) {
  SP_TRY(refuse_input(o, plan->file));
  for (uint32_t w = 0; w < plan->n_waves; w++) {
    const sp_wave *wave = &plan->waves[w];
    SP_TRY(refuse_input(o, wave->file));
    SP_TRY(refuse_options(o, wave->source.options, plan->folder));
    for (uint32_t i = 0; i < wave->n_joins; i++) {
      SP_TRY(refuse_input(o, wave->joins[i].file));
      SP_TRY(refuse_options(o, wave->joins[i].source.options, plan->folder));
    }
  }
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    SP_TRY(refuse_options(o, plan->indicators[i].estimator.options, plan->folder));
    SP_TRY(refuse_options(o, plan->indicators[i].interval.options, plan->folder));
  }
  for (uint32_t i = 0; i < plan->n_comparisons; i++) {
    SP_TRY(refuse_options(o, plan->comparisons[i].method.options, plan->folder));
  }
  return SAMPAN_OK;
}

/* Adds an output, and refuses one that is among them already. */
static int32_t add_output(outputs *o, const char *path) {
  place *p = &o->places[o->n];
  if (!locate(path, o->arena, p)) return SAMPAN_OK;
  for (uint32_t i = 0; i < o->n; i++) {
    if (!is_same(&o->places[i], p)) continue;
    sp_error_set(o->error, SAMPAN_E_USAGE, SP_ID_OUTPUT_TWICE,
                 "two outputs go to the same file: %s and %s", o->places[i].shown, p->shown);
    return sp_error_hint(o->error, "give each a name of its own");
  }
  o->n++;
  return SAMPAN_OK;
}

int32_t cli_refuse_outputs(const cli *c, sampan_error *error) {
  if (c->args.n_outputs <= 1) return SAMPAN_OK;
  sp_error_set(error, SAMPAN_E_USAGE, SP_ID_OUTPUTS, "sampan %s has one output, not %u",
               c->args.verb, (unsigned)c->args.n_outputs);
  return sp_error_hint(error, "give -o once");
}

int32_t cli_refuse_inputs(const cli *c, const sp_plan *const *plans, uint32_t n_plans,
                          sampan_error *error) {
  const cli_args *a = &c->args;
  outputs o = {.arena = c->arena, .error = error};
  uint32_t n_standard = 0;
  o.places = sp_arena_array(c->arena, 2 * CLI_MOST + 1, sizeof *o.places);
  if (o.places == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < a->n_outputs; i++) {
    const char *manifest = sp_arena_printf(c->arena, "%s.manifest.json", a->outputs[i]);
    if (manifest == NULL) return sp_error_memory(error);
    const int is_standard = strcmp(a->outputs[i], "-") == 0;
    n_standard += (uint32_t)is_standard;
    if (n_standard > 1) {
      sp_error_set(error, SAMPAN_E_USAGE, SP_ID_OUTPUT_TWICE,
                   "two outputs go to standard output: -o - can be given once");
      return sp_error_hint(error, "give the others names of files");
    }
    const uint32_t n_before = o.n;
    SP_TRY(add_output(&o, a->outputs[i]));
    /* A device has no manifest beside it. */
    const int has_manifest = strcmp(a->verb, "run") == 0 || strcmp(a->verb, "merge") == 0;
    if (!is_standard && o.n > n_before && has_manifest) {
      SP_TRY(add_output(&o, manifest));
    }
  }
  if (n_plans == 0) SP_TRY(cli_refuse_outputs(c, error));
  if (a->n_outputs == 0) SP_TRY(add_output(&o, "-"));
  for (uint32_t i = 0; i < a->n_operands; i++) SP_TRY(refuse_input(&o, a->operands[i]));
  for (uint32_t i = 0; i < n_plans; i++) SP_TRY(refuse_plan(&o, plans[i]));
  return SAMPAN_OK;
}
