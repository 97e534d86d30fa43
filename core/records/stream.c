/* stream.c - the files of a plan, their sources and their fields. */
#include "records/stream.h"

#include <stdlib.h>

#include "base/text.h"
#include "host/params.h"
#include "records/error_ids.h"
#include "records/stream_internal.h"

uint32_t sp_schema_find(const sampan_schema *schema, const char *name) {
  for (uint32_t i = 0; i < schema->n_fields; i++) {
    if (strcmp(schema->fields[i].name, name) == 0) return i;
  }
  return UINT32_MAX;
}

/* That the file can be opened; and of a small one that it is the file that the plan means, as what
 * its header says would be another's. */
static int32_t check_file(const sp_stream *s, const sp_file *file, sampan_error *error) {
  sp_input *input;
  SP_TRY(sp_input_open(file->source.file, 0, &input, error));
  sp_input_abandon(input);
  if (file->asserted_digest == NULL || file->stamp.size > SP_SMALL_FILE) return SAMPAN_OK;
  SP_TRY(sp_input_digest(file->source.file, file->fact->digest, NULL, error));
  return sp_file_check_digest(s, file, error);
}

/* `out` has what the plan asserts of the file. */
static int32_t open_file(sp_stream *s, sp_registry *registry, const char *folder_data,
                         const char *path, const char *given, const sp_choice *choice,
                         const sp_yaml *place, sp_file *out, sampan_error *error) {
  const char *name = choice->plugin;
  if (name == NULL) {
    const sp_plugin_info *info = sp_registry_by_extension(registry, SAMPAN_SOURCE, path);
    if (info == NULL) {
      sp_yaml_error(place, s->plan->file, SP_ID_NO_RECORDS, error,
                    "no source plugin claims the file name '%s'", given);
      return sp_error_hint(error, "name one, as in: source: csv (`sampan plugins` lists them)");
    }
    name = info->name;
  }
  sampan_value *values = NULL;
  const sampan_plugin *plugin = NULL;
  const int32_t status = sp_registry_load(registry, SAMPAN_SOURCE, name, &plugin, error);
  if (status < 0) {
    if (place != NULL) sp_error_text_place(error, s->plan->file, place->line, place->column);
    return status;
  }
  SP_TRY(sp_params_bind(plugin, choice->options, place, NULL, 0, s->plan->file, s->plan->folder,
                        folder_data, s->context->arena, &values, error));
  out->source.plugin = plugin;
  out->source.values = values;
  out->source.file = path;
  out->given = given;
  out->place = place;
  s->files[s->n_facts] = out;
  out->fact = &s->facts[s->n_facts++];
  out->fact->file = given;
  out->fact->source = plugin->name;
  out->fact->n_unmatched = -1;
  out->stamp = sp_file_stamp_of(path);
  out->fact->n_bytes = out->stamp.size;
  out->is_pipe = sp_file_is_pipe(path);
  SP_TRY(out->is_pipe ? sp_file_open_pipe(s, out, error) : check_file(s, out, error));
  SP_TRY(sp_source_schema(&out->source, s->context, error));
  out->fact->proven = out->source.schema.complete;
  if (out->source.schema.n_fields == 0) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_NO_RECORDS, "the file has no columns");
    return sp_error_file(error, path);
  }
  return SAMPAN_OK;
}

static int32_t open_all(sp_stream *s, sp_registry *registry, const char *folder_data,
                        sampan_error *error) {
  sp_arena *arena = s->context->arena;
  const sp_plan *plan = s->plan;
  uint32_t n_files = plan->n_waves;
  for (uint32_t w = 0; w < plan->n_waves; w++) n_files += plan->waves[w].n_joins;
  s->waves = sp_arena_array(arena, plan->n_waves + 1U, sizeof *s->waves);
  s->facts = sp_arena_array(arena, n_files + 1U, sizeof *s->facts);
  s->files = sp_arena_array(arena, n_files + 1U, sizeof *s->files);
  if (s->waves == NULL || s->facts == NULL || s->files == NULL) return sp_error_memory(error);
  for (uint32_t w = 0; w < plan->n_waves; w++) {
    const sp_wave *wave = &plan->waves[w];
    sp_wave_files *files = &s->waves[w];
    files->main.asserted = wave->n_records;
    files->main.asserted_digest = wave->sha256;
    SP_TRY(open_file(s, registry, folder_data, wave->file, wave->given, &wave->source, wave->place,
                     &files->main, error));
    files->joins = sp_arena_array(arena, wave->n_joins + 1U, sizeof *files->joins);
    if (files->joins == NULL) return sp_error_memory(error);
    for (uint32_t j = 0; j < wave->n_joins; j++) {
      const sp_join *join = &wave->joins[j];
      files->joins[j].asserted = join->n_records;
      files->joins[j].asserted_digest = join->sha256;
      SP_TRY(open_file(s, registry, folder_data, join->file, join->given, &join->source,
                       join->place, &files->joins[j], error));
      files->joins[j].fact->n_unmatched = 0;
    }
  }
  return SAMPAN_OK;
}

int32_t sp_stream_open(const sp_plan *plan, sp_registry *registry, const char *folder_data,
                       sp_context *context, sp_stream **out, sampan_error *error) {
  *out = NULL;
  sp_stream *s = sp_arena_alloc(context->arena, sizeof *s);
  if (s == NULL) return sp_error_memory(error);
  s->plan = plan;
  s->context = context;
  const int32_t status = open_all(s, registry, folder_data, error);
  if (status < 0) {
    sp_stream_free(s);
    return status;
  }
  *out = s;
  return SAMPAN_OK;
}

void sp_stream_once(sp_stream *s) {
  s->once = 1;
}

/* What does not live in the context's arena. */
void sp_stream_free(sp_stream *s) {
  if (s == NULL) return;
  sp_stream_stop_digests(s);
  for (uint32_t i = 0; i < s->n_facts; i++) {
    sp_file *file = s->files[i];
    sp_input_abandon(file->source.once);
    sp_input_abandon(file->spooled);
    file->source.once = file->spooled = NULL;
  }
}

/* ---- fields ------------------------------------------------------------------------------- */

static const char *declared_type(const sp_plan *plan, const char *column) {
  for (uint32_t i = 0; i < plan->n_types; i++) {
    if (strcmp(plan->types[i].name, column) == 0) return plan->types[i].expr->text;
  }
  return NULL;
}

static int is_join_key(const sp_join *join, const char *name) {
  for (uint32_t k = 0; k < join->n_by; k++) {
    if (strcmp(join->by_there[k], name) == 0) return 1;
  }
  return 0;
}

int sp_side_provides(const sp_wave *wave, const sp_wave_files *files, uint32_t j,
                     const char *name) {
  return !is_join_key(&wave->joins[j], name) &&
         sp_schema_find(&files->joins[j].source.schema, name) != UINT32_MAX;
}

/* File j of a wave gives the records the column: 0 is the main file, then the joined ones. */
static int provides(const sp_stream *s, uint32_t w, uint32_t j, const char *name) {
  if (j > 0) return sp_side_provides(&s->plan->waves[w], &s->waves[w], j - 1, name);
  return sp_schema_find(&s->waves[w].main.source.schema, name) != UINT32_MAX;
}

static const sp_file *file_of(const sp_stream *s, uint32_t w, uint32_t j) {
  return j == 0 ? &s->waves[w].main : &s->waves[w].joins[j - 1];
}

/* What one file says of a column's type, 0 if it says nothing or has no such column. */
static int32_t type_in(const sp_file *file, const char *name) {
  const uint32_t i = sp_schema_find(&file->source.schema, name);
  return i != UINT32_MAX ? file->source.schema.fields[i].type : 0;
}

/* A field's type over all the files that have it: what the plan declares, else what a file says;
 * the key of a join with a numeric partner is a number. Two files that disagree are an error. */
static int32_t settle_type(const sp_stream *s, const char *name, int32_t *out,
                           sampan_error *error) {
  const char *declared = declared_type(s->plan, name);
  if (declared != NULL) {
    *out = strcmp(declared, "text") == 0 ? SAMPAN_TEXT : SAMPAN_NUMBER;
    return SAMPAN_OK;
  }
  int32_t type = 0;
  const char *first = NULL;
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    const sp_wave *wave = &s->plan->waves[w];
    for (uint32_t j = 0; j <= wave->n_joins; j++) {
      const sp_file *file = file_of(s, w, j);
      int32_t here = provides(s, w, j, name) ? type_in(file, name) : 0;
      for (uint32_t k = 0; j > 0 && k < wave->joins[j - 1].n_by; k++) {
        const sp_join *join = &wave->joins[j - 1];
        if (strcmp(join->by[k], name) == 0) here = type_in(file, join->by_there[k]);
      }
      if (here == 0) continue;
      if (type != 0 && here != type) {
        sp_error_set(error, SAMPAN_E_PLAN, SP_ID_TYPE,
                     "column '%s' is a number in one file and a text in another ('%s', '%s')", name,
                     first, file->given);
        sp_error_file(error, s->plan->file);
        return sp_error_hint(error, "say which it is to be, as in: types: {%s: text}", name);
      }
      type = here;
      first = file->given;
    }
  }
  *out = type;
  return SAMPAN_OK;
}

/* A source that does not tell a column's type, such as CSV, does not tell why values are missing.
 */
static int has_reasons(const sp_stream *s, const char *name) {
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    for (uint32_t j = 0; j <= s->plan->waves[w].n_joins; j++) {
      if (provides(s, w, j, name) && type_in(file_of(s, w, j), name) != 0) return 1;
    }
  }
  return 0;
}

static int32_t add_field(sp_stream *s, sp_program *program, const char *name, sampan_error *error) {
  int32_t type = 0;
  uint32_t index = 0;
  if (sp_program_find_field(program, name) != UINT32_MAX) return SAMPAN_OK;
  SP_TRY(settle_type(s, name, &type, error));
  SP_TRY(sp_program_field(program, name, type, &index, error));
  if (!has_reasons(s, name)) sp_program_no_reasons(program, index);
  return SAMPAN_OK;
}

static int32_t note_conflict(sp_stream *s, const char *name, const sp_join *join,
                             sampan_error *error) {
  sp_conflict *grown = sp_arena_grow(s->context->arena, s->conflicts, s->n_conflicts,
                                     s->n_conflicts + 1U, sizeof *grown);
  if (grown == NULL) return sp_error_memory(error);
  s->conflicts = grown;
  grown[s->n_conflicts].column = name;
  grown[s->n_conflicts].file = join->given;
  grown[s->n_conflicts++].place = join->place;
  return SAMPAN_OK;
}

static int32_t join_fields(sp_stream *s, const sp_wave *wave, const sp_wave_files *files,
                           uint32_t j, sp_program *program, sampan_error *error) {
  const sp_join *join = &wave->joins[j];
  const sampan_schema *schema = &files->joins[j].source.schema;
  for (uint32_t i = 0; i < schema->n_fields; i++) {
    const char *name = schema->fields[i].name;
    if (!sp_side_provides(wave, files, j, name)) continue;
    int taken = sp_schema_find(&files->main.source.schema, name) != UINT32_MAX;
    for (uint32_t k = 0; k < j; k++) taken = taken || sp_side_provides(wave, files, k, name);
    if (taken) {
      SP_TRY(note_conflict(s, name, join, error));
    } else {
      SP_TRY(add_field(s, program, name, error));
    }
  }
  return SAMPAN_OK;
}

/* Keys of the main file are needed whether or not the plan computes with them. */
static int32_t require_keys(sp_stream *s, const sp_wave *wave, sp_program *program,
                            sampan_error *error) {
  for (uint32_t j = 0; j < wave->n_joins; j++) {
    for (uint32_t k = 0; k < wave->joins[j].n_by; k++) {
      sp_expr *name = sp_arena_alloc(s->context->arena, sizeof *name);
      uint32_t required;
      if (name == NULL) return sp_error_memory(error);
      name->kind = SP_EXPR_NAME;
      name->text = wave->joins[j].by[k];
      name->line = wave->joins[j].place != NULL ? wave->joins[j].place->line : 0;
      name->column = wave->joins[j].place != NULL ? wave->joins[j].place->column : 0;
      SP_TRY(sp_program_require(program, name, SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH,
                                &required, error));
    }
  }
  return SAMPAN_OK;
}

/* Adds the nearest name to an error about a column that is not there. */
static int32_t suggest_field(const sp_stream *s, const sp_program *program, const char *name,
                             sampan_error *error) {
  const uint32_t n = sp_program_n_fields(program);
  const char **names = sp_arena_array(s->context->arena, n + 1U, sizeof *names);
  if (names == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) names[i] = sp_program_field_name(program, i);
  const char *nearest = sp_nearest(name, names, n);
  if (nearest != NULL) (void)sp_error_hint(error, "did you mean '%s'?", nearest);
  return SAMPAN_E_PLAN;
}

static int32_t check_named_columns(const sp_stream *s, sp_program *program, sampan_error *error) {
  for (uint32_t i = 0; i < s->plan->n_types; i++) {
    sp_expr e = *s->plan->types[i].expr;
    e.kind = SP_EXPR_NAME;
    e.text = s->plan->types[i].name;
    if (sp_program_find_field(program, e.text) == UINT32_MAX) {
      (void)sp_expr_error(&e, s->plan->file, SP_ID_UNKNOWN_COLUMN, error,
                          "types: there is no column '%s' in the files", e.text);
      return suggest_field(s, program, e.text, error);
    }
  }
  for (uint32_t i = 0; i < s->plan->n_missing; i++) {
    const sp_missing_rule *rule = &s->plan->missing[i];
    const char *names[2] = {rule->first, rule->last};
    for (int k = 0; k < 2; k++) {
      if (names[k] != NULL && sp_program_find_field(program, names[k]) == UINT32_MAX) {
        (void)sp_yaml_error(rule->place, s->plan->file, SP_ID_UNKNOWN_COLUMN, error,
                            "missing: there is no column '%s' in the files", names[k]);
        return suggest_field(s, program, names[k], error);
      }
    }
    if (rule->last != NULL &&
        sp_program_find_field(program, rule->last) < sp_program_find_field(program, rule->first)) {
      return sp_yaml_error(rule->place, s->plan->file, SP_ID_RANGE, error,
                           "the range %s..%s is empty: '%s' comes after '%s' in the file",
                           rule->first, rule->last, rule->first, rule->last);
    }
  }
  return SAMPAN_OK;
}

static int32_t no_key(const sp_stream *s, const sp_join *join, const char *key, const char *file,
                      const sampan_schema *schema, sampan_error *error) {
  const char **names = sp_arena_array(s->context->arena, schema->n_fields + 1U, sizeof *names);
  if (names == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < schema->n_fields; i++) names[i] = schema->fields[i].name;
  const char *nearest = sp_nearest(key, names, schema->n_fields);
  const int32_t status = sp_yaml_error(join->place, s->plan->file, SP_ID_JOIN_KEY, error,
                                       "the key '%s' of the join is no column of '%s'", key, file);
  if (nearest != NULL) return sp_error_hint(error, "did you mean '%s'?", nearest);
  sp_error_hint(error, "by: {KEY HERE: KEY THERE} joins by columns of two names");
  return status;
}

/* The file of a wave that has a column, as the plan names it, or NULL. */
static const char *file_with(const sp_wave *wave, const sp_wave_files *files, const char *name) {
  if (sp_schema_find(&files->main.source.schema, name) != UINT32_MAX) return wave->given;
  for (uint32_t j = 0; j < wave->n_joins; j++) {
    if (sp_side_provides(wave, files, j, name)) return wave->joins[j].given;
  }
  return NULL;
}

/* A column that a wave is said to lack must not be there. */
static int32_t check_absent(const sp_stream *s, const sp_wave *wave, const sp_wave_files *files,
                            sampan_error *error) {
  for (uint32_t i = 0; i < wave->n_absent; i++) {
    const char *has = file_with(wave, files, wave->absent[i]);
    if (has == NULL) continue;
    return sp_yaml_error(wave->place, s->plan->file, SP_ID_SETTING, error,
                         "absent: '%s' is a column of '%s'", wave->absent[i], has);
  }
  return SAMPAN_OK;
}

int32_t sp_stream_fields(sp_stream *s, sp_program *program, sampan_error *error) {
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    const sp_wave *wave = &s->plan->waves[w];
    const sp_wave_files *files = &s->waves[w];
    const sampan_schema *schema = &files->main.source.schema;
    for (uint32_t i = 0; i < schema->n_fields; i++) {
      SP_TRY(add_field(s, program, schema->fields[i].name, error));
    }
    for (uint32_t j = 0; j < wave->n_joins; j++) {
      if (wave->joins[j].n_by > SP_MOST_KEYS) {
        return sp_yaml_error(wave->joins[j].place, s->plan->file, SP_ID_JOIN_KEY, error,
                             "a join has at most %d key columns", SP_MOST_KEYS);
      }
      for (uint32_t k = 0; k < wave->joins[j].n_by; k++) {
        const char *missing = NULL;
        const sp_join *join = &wave->joins[j];
        const char *where = join->given;
        if (sp_schema_find(&files->joins[j].source.schema, join->by_there[k]) == UINT32_MAX) {
          missing = join->by_there[k];
        } else if (sp_schema_find(schema, join->by[k]) == UINT32_MAX) {
          missing = join->by[k];
          where = wave->given;
        }
        if (missing != NULL) {
          return no_key(s, join, missing, where,
                        where == join->given ? &files->joins[j].source.schema : schema, error);
        }
      }
      SP_TRY(join_fields(s, wave, files, j, program, error));
    }
    SP_TRY(check_absent(s, wave, files, error));
    for (uint32_t i = 0; i < wave->n_settings; i++) {
      const sp_setting *set = &wave->settings[i];
      double x;
      uint32_t index;
      const char *has = file_with(wave, files, set->name);
      if (has != NULL) {
        return sp_yaml_error(set->value, s->plan->file, SP_ID_SETTING, error,
                             "set: '%s' is already a column of '%s'", set->name, has);
      }
      if (sp_program_find_field(program, set->name) != UINT32_MAX) continue;
      const int32_t number = !set->value->quoted &&
                             sp_parse_number(set->value->text, strlen(set->value->text), &x) == 0;
      SP_TRY(sp_program_field(program, set->name, number ? SAMPAN_NUMBER : SAMPAN_TEXT, &index,
                              error));
      if (!has_reasons(s, set->name)) sp_program_no_reasons(program, index);
    }
  }
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    SP_TRY(require_keys(s, &s->plan->waves[w], program, error));
  }
  return check_named_columns(s, program, error);
}

const sp_file_fact *sp_stream_files(const sp_stream *s, uint32_t *n) {
  *n = s->n_facts;
  return s->facts;
}

const sampan_field *sp_stream_label(const sp_stream *s, const char *field) {
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    for (uint32_t j = 0; j <= s->plan->waves[w].n_joins; j++) {
      const sampan_schema *schema = &file_of(s, w, j)->source.schema;
      if (provides(s, w, j, field)) return &schema->fields[sp_schema_find(schema, field)];
    }
  }
  return NULL;
}

int sp_stream_has_pipe(const sp_stream *s) {
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    if (sp_file_is_pipe(s->waves[w].main.source.file)) return 1;
  }
  return 0;
}
