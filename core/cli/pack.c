/* pack.c - sampan pack: a data file, or that of a plan, in sampan's own format. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/data_file.h"
#include "host/params.h"
#include "plan/plan.h"
#include "records/pack.h"

enum {
  SP_ID_PACK_OUTPUT = 6094,
  SP_ID_PACK_PLAN = 6095,
  SP_ID_PACK_KEYS = 6096,
  SP_ID_PACK_PIPE = 6097
};

typedef struct packing {
  cli *c;
  sp_plan *plan; /* or NULL */
  sp_context context;
  sp_source source;
  const char *sort[CLI_MOST];
  uint32_t n_sort;
} packing;

static int is_plan(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* The columns of a list "a,b". */
static int32_t read_sort(packing *p, const char *list, sampan_error *error) {
  for (const char *at = list;; at++) {
    const size_t n = strcspn(at, ",");
    if (n == 0 || p->n_sort == CLI_MOST) {
      (void)sp_error_set(
          error, SAMPAN_E_USAGE, SP_ID_PACK_KEYS,
          n == 0 ? "--sort: a name is missing in '%s'" : "--sort: too many columns in '%s'", list);
      return sp_error_hint(error, "as in --sort stratum,psu");
    }
    const char *name = sp_arena_text_n(p->c->arena, at, n);
    if (name == NULL) return sp_error_memory(error);
    p->sort[p->n_sort++] = name;
    at += n;
    if (*at == '\0') return SAMPAN_OK;
  }
}

/* Columns of the design that are in the file as they stand. */
static void add_keys(packing *p, const sp_expr *const *of, uint32_t n) {
  for (uint32_t i = 0; i < n && p->n_sort < CLI_MOST; i++) {
    if (of[i]->kind != SP_EXPR_NAME) continue;
    for (uint32_t f = 0; f < p->source.schema.n_fields; f++) {
      if (strcmp(p->source.schema.fields[f].name, of[i]->text) != 0) continue;
      p->sort[p->n_sort++] = of[i]->text;
      break;
    }
  }
}

/* A pipe can be read but once. */
static int32_t refuse_pipe(const char *path, sampan_error *error) {
  struct stat about;
  if (strcmp(path, "-") != 0 &&
      (stat(path, &about) != 0 || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode))) {
    return SAMPAN_OK;
  }
  (void)sp_error_set(error, SAMPAN_E_USAGE, SP_ID_PACK_PIPE,
                     "packing reads its data several times, which a pipe or a device does not "
                     "allow");
  (void)sp_error_file(error, path);
  return sp_error_hint(error, "save it to a file first, and pack that file");
}

static int32_t open_plan(packing *p, sampan_error *error) {
  cli *c = p->c;
  SP_TRY(sp_plan_read(c->args.operands[0], &p->plan, error));
  const sp_plan *plan = p->plan;
  const sp_plan *const plans[] = {plan};
  SP_TRY(cli_refuse_inputs(c, plans, 1, error));
  if (plan->kind == SP_KIND_CHECKLIST || plan->n_waves != 1) {
    (void)sp_error_set(error, SAMPAN_E_USAGE, SP_ID_PACK_PLAN,
                       "the plan has %u data files, and a packed file holds the records of one",
                       (unsigned)plan->n_waves);
    (void)sp_error_file(error, plan->file);
    return sp_error_hint(error,
                         "pack each of them by itself: sampan pack DATA -o FILE.sampan "
                         "--sort STRATUM,PSU");
  }
  const sp_wave *wave = &plan->waves[0];
  SP_TRY(refuse_pipe(wave->file, error));
  const char *name = wave->source.plugin;
  if (name == NULL) {
    const sp_plugin_info *info = sp_registry_by_extension(c->registry, SAMPAN_SOURCE, wave->file);
    if (info != NULL) name = info->name;
  }
  if (name == NULL) {
    (void)sp_error_set(error, SAMPAN_E_PLAN, SP_ID_PACK_PLAN,
                       "no source plugin claims the file name '%s'", wave->given);
    return sp_error_hint(error, "name one, as in: source: csv (`sampan plugins` lists them)");
  }
  sampan_value *values;
  SP_TRY(sp_registry_load(c->registry, SAMPAN_SOURCE, name, &p->source.plugin, error));
  SP_TRY(sp_params_bind(p->source.plugin, wave->source.options, wave->place, NULL, 0, plan->file,
                        plan->folder, c->data_folder, c->arena, &values, error));
  p->source.values = values;
  p->source.file = wave->file;
  p->context = (sp_context){.arena = c->arena, .cancel = c->cancel};
  SP_TRY(sp_source_schema(&p->source, &p->context, error));
  if (c->args.sort != NULL) return SAMPAN_OK;
  add_keys(p, plan->design.strata, plan->design.n_strata);
  add_keys(p, plan->design.psu, plan->design.n_psu);
  return SAMPAN_OK;
}

static int64_t size_of(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 ? (int64_t)about.st_size : 0;
}

static int32_t tell(const packing *p, const sp_pack_outcome *out, const char *path,
                    sampan_error *error) {
  char text[4608], rows[64], before[64], after[64];
  if (p->c->args.quiet) return SAMPAN_OK;
  sp_format_fixed((double)out->n_records, 0, ",", rows);
  sp_format_fixed((double)size_of(p->source.file), 0, ",", before);
  sp_format_fixed((double)size_of(path), 0, ",", after);
  const int n = snprintf(text, sizeof text, "%.4000s: %s records, %u columns, %s bytes (were %s)\n",
                         path, rows, (unsigned)p->source.schema.n_fields, after, before);
  return cli_print(p->c, text, (uint64_t)n, error);
}

static int32_t pack(packing *p, sampan_error *error) {
  cli *c = p->c;
  const char *path = c->args.outputs[0];
  const sp_plugin_info *info = sp_registry_by_extension(c->registry, SAMPAN_SOURCE, path);
  const sampan_plugin *store;
  sp_pack_outcome out;
  if (info == NULL) {
    (void)sp_error_set(error, SAMPAN_E_USAGE, SP_ID_PACK_OUTPUT,
                       "no source claims the file name '%s'", path);
    return sp_error_hint(error, "name it FILE.sampan");
  }
  SP_TRY(sp_registry_load(c->registry, SAMPAN_SOURCE, info->name, &store, error));
  if (is_plan(c->args.operands[0])) {
    SP_TRY(open_plan(p, error));
  } else {
    SP_TRY(refuse_pipe(c->args.operands[0], error));
    SP_TRY(cli_refuse_inputs(c, NULL, 0, error));
    SP_TRY(cli_data_open(c, c->args.operands[0], &p->context, &p->source, error));
  }
  if (c->args.sort != NULL) SP_TRY(read_sort(p, c->args.sort, error));
  const sp_pack_job job = {.source = &p->source,
                           .context = &p->context,
                           .store = store,
                           .sort = p->sort,
                           .n_sort = p->n_sort,
                           .path = path};
  SP_TRY(sp_pack(&job, &out, error));
  return tell(p, &out, path, error);
}

int32_t cli_pack(cli *c, sampan_error *error) {
  packing p = {.c = c};
  SP_TRY(cli_need_operands(c, 1, 1, error));
  SP_TRY(cli_registry(c, error));
  if (c->args.n_outputs == 0 || strcmp(c->args.outputs[0], "-") == 0) {
    (void)sp_error_set(error, SAMPAN_E_USAGE, SP_ID_PACK_OUTPUT,
                       "where the packed file goes is not said");
    return sp_error_hint(error, "name it, as in: -o FILE.sampan");
  }
  const int32_t status = pack(&p, error);
  if (p.plan != NULL) sp_plan_free(p.plan);
  return status;
}
