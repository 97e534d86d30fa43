/* plan_data.c - the section `data` of a plan: files, waves and joins. */
#include "base/text.h"
#include "plan/error_ids.h"
#include "plan/plan_parts.h"

/* file, source, options, rows and sha256 are common to a wave and a join. */
typedef struct input {
  const char *file, *given, *sha256;
  sp_choice source;
  int64_t n_records;
} input;

static int32_t read_input(const sp_reading *r, const sp_yaml *map, input *out) {
  const sp_yaml *file = sp_yaml_get(map, "file"), *source = sp_yaml_get(map, "source"),
                *options = sp_yaml_get(map, "options"), *rows = sp_yaml_get(map, "rows"),
                *sha256 = sp_yaml_get(map, "sha256");
  memset(out, 0, sizeof *out);
  out->n_records = -1;
  out->source.place = source != NULL ? source : map;
  if (file == NULL) return sp_read_needs(r, map, "file");
  SP_TRY(sp_read_path(r, file, "file", &out->given, &out->file));
  if (strcmp(out->given, "-") == 0) out->file = "/dev/stdin";
  if (source != NULL) SP_TRY(sp_read_plugin(r, source, "source", &out->source.plugin));
  if (options != NULL) {
    SP_TRY(sp_read_kind(r, options, SP_YAML_MAP, "options"));
    out->source.options = options;
  }
  if (rows != NULL) SP_TRY(sp_read_integer(r, rows, "rows", 0, INT64_MAX, &out->n_records));
  if (sha256 != NULL) SP_TRY(sp_read_sha256(r, sha256, "sha256", &out->sha256));
  return SAMPAN_OK;
}

/* A name, a list of names, or a map from names here to names there. */
static int32_t join_keys(const sp_reading *r, const sp_yaml *node, sp_join *join) {
  const char **here, **there;
  if (node->kind != SP_YAML_MAP) {
    SP_TRY(sp_read_names(r, node, "by", &join->by, &join->n_by));
    join->by_there = join->by;
  } else {
    SP_TRY(SP_NEW(r, node->n, &here));
    SP_TRY(SP_NEW(r, node->n, &there));
    for (uint32_t i = 0; i < node->n; i++) {
      here[i] = node->keys[i]->text;
      SP_TRY(sp_read_text(r, node->items[i], here[i], &there[i]));
    }
    join->by = here;
    join->by_there = there;
    join->n_by = node->n;
  }
  if (join->n_by > 0) return SAMPAN_OK;
  return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error,
                       "'by' must name at least one key column");
}

static int32_t read_join(const sp_reading *r, const sp_yaml *map, sp_join *join) {
  static const char *const keys[] = {"file",      "by",   "source", "options",
                                     "unmatched", "rows", "sha256"};
  static const char *const unmatched[] = {"missing", "error"};
  input in;
  uint32_t choice = 0;
  SP_TRY(sp_read_map(r, map, keys, SP_COUNT(keys), "join"));
  SP_TRY(read_input(r, map, &in));
  join->file = in.file;
  join->given = in.given;
  join->source = in.source;
  join->n_records = in.n_records;
  join->sha256 = in.sha256;
  join->place = map;
  const sp_yaml *by = sp_yaml_get(map, "by"), *rule = sp_yaml_get(map, "unmatched");
  if (by == NULL) return sp_read_needs(r, map, "by");
  SP_TRY(join_keys(r, by, join));
  if (rule != NULL) {
    SP_TRY(sp_read_choice(r, rule, "unmatched", unmatched, SP_COUNT(unmatched), &choice));
  }
  join->unmatched_is_error = choice == 1;
  return SAMPAN_OK;
}

static int32_t read_joins(const sp_reading *r, const sp_yaml *node, sp_wave *wave) {
  sp_join *joins;
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, "join"));
  SP_TRY(SP_NEW(r, node->n, &joins));
  for (uint32_t i = 0; i < node->n; i++) SP_TRY(read_join(r, node->items[i], &joins[i]));
  wave->joins = joins;
  wave->n_joins = node->n;
  return SAMPAN_OK;
}

static int32_t read_settings(const sp_reading *r, const sp_yaml *node, sp_wave *wave) {
  sp_setting *settings;
  const char *text;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "set"));
  SP_TRY(SP_NEW(r, node->n, &settings));
  for (uint32_t i = 0; i < node->n; i++) {
    settings[i].name = node->keys[i]->text;
    settings[i].value = node->items[i];
    SP_TRY(sp_read_text(r, node->items[i], settings[i].name, &text));
  }
  wave->settings = settings;
  wave->n_settings = node->n;
  return SAMPAN_OK;
}

/* A column that a wave sets cannot be one that it lacks. */
static int32_t absent_and_set(const sp_reading *r, const sp_yaml *node, const sp_wave *wave) {
  for (uint32_t i = 0; i < wave->n_absent; i++) {
    for (uint32_t j = 0; j < wave->n_settings; j++) {
      if (strcmp(wave->absent[i], wave->settings[j].name) != 0) continue;
      return sp_yaml_error(node, r->file, SP_ID_PLAN_CLASH, r->error,
                           "'%.100s' is both in 'absent' and in 'set'", wave->absent[i]);
    }
  }
  return SAMPAN_OK;
}

static int32_t read_wave(const sp_reading *r, const sp_yaml *map, sp_wave *wave) {
  static const char *const keys[] = {"file",   "source", "options", "rows",
                                     "sha256", "set",    "join",    "absent"};
  input in;
  SP_TRY(sp_read_map(r, map, keys, SP_COUNT(keys), "waves"));
  SP_TRY(read_input(r, map, &in));
  wave->file = in.file;
  wave->given = in.given;
  wave->source = in.source;
  wave->n_records = in.n_records;
  wave->sha256 = in.sha256;
  wave->place = map;
  const sp_yaml *set = sp_yaml_get(map, "set"), *join = sp_yaml_get(map, "join"),
                *absent = sp_yaml_get(map, "absent");
  if (set != NULL) SP_TRY(read_settings(r, set, wave));
  if (join != NULL) SP_TRY(read_joins(r, join, wave));
  if (absent == NULL) return SAMPAN_OK;
  SP_TRY(sp_read_names(r, absent, "absent", &wave->absent, &wave->n_absent));
  return absent_and_set(r, absent, wave);
}

int32_t sp_plan_data(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  sp_wave *waves;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "data"));
  const sp_yaml *list = sp_yaml_get(node, "waves");
  if (list == NULL) {
    SP_TRY(SP_NEW(r, 1, &waves));
    SP_TRY(read_wave(r, node, &waves[0]));
    plan->waves = waves;
    plan->n_waves = 1;
    return SAMPAN_OK;
  }
  if (node->n > 1) {
    const uint32_t other = strcmp(node->keys[0]->text, "waves") == 0;
    const int32_t status =
        sp_yaml_error(node->keys[other], r->file, SP_ID_PLAN_CLASH, r->error,
                      "'%.60s' cannot stand beside 'waves'", node->keys[other]->text);
    (void)sp_error_hint(r->error, "put it into each wave");
    return status;
  }
  SP_TRY(sp_read_kind(r, list, SP_YAML_LIST, "waves"));
  if (list->n == 0) {
    return sp_yaml_error(list, r->file, SP_ID_VALUE_EMPTY, r->error, "'waves' is empty");
  }
  SP_TRY(SP_NEW(r, list->n, &waves));
  for (uint32_t i = 0; i < list->n; i++) SP_TRY(read_wave(r, list->items[i], &waves[i]));
  plan->waves = waves;
  plan->n_waves = list->n;
  return SAMPAN_OK;
}
