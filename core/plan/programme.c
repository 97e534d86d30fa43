/* programme.c - a programme file from end to end; its goals are read by programme_*.c. */
#include "plan/programme.h"

#include "plan/error_ids.h"
#include "plan/programme_parts.h"

static const char *const top_keys[] = {"sampan_programme", "annex", "plans", "groups", "remarks"};

static int32_t read_annex(const sp_reading *r, const sp_yaml *node, sp_programme *out) {
  static const char *const keys[] = {
      "number", "title",         "subtitle",     "document",           "cycle",
      "issuer", "baseline_name", "current_name", "baseline_fieldwork", "current_fieldwork"};
  sp_label *const labels[] = {&out->annex_number,     &out->title,        &out->subtitle,
                              &out->document,         &out->cycle,        &out->issuer,
                              &out->baseline_name,    &out->current_name, &out->baseline_fieldwork,
                              &out->current_fieldwork};
  SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), "annex"));
  for (uint32_t i = 0; i < SP_COUNT(keys); i++) {
    const sp_yaml *text = sp_yaml_get(node, keys[i]);
    if (text != NULL) SP_TRY(sp_read_label(r, text, keys[i], labels[i]));
  }
  out->number = out->annex_number.zh;
  return out->title.en[0] != '\0' ? SAMPAN_OK : sp_read_needs(r, node, "title");
}

/* A plan that cannot be opened is the programme's mistake; what is wrong in it is its own. */
static int32_t read_plan(const sp_reading *r, const sp_yaml *node, const char *name,
                         sp_programme_plan *out) {
  const char *given, *path;
  char message[sizeof r->error->message];
  SP_TRY(sp_read_path(r, node, name, &given, &path));
  const int32_t status = sp_plan_read(path, &out->plan, r->error);
  if (status != SAMPAN_E_IO) return status;
  (void)snprintf(message, sizeof message, "%s", r->error != NULL ? r->error->message : "");
  return sp_yaml_error(node, r->file, SP_ID_PROGRAMME_PLAN, r->error, "plan '%.100s': %s", name,
                       message);
}

static int32_t read_plans(const sp_reading *r, const sp_yaml *node, sp_programme *out) {
  sp_programme_plan *plans;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "plans"));
  SP_TRY(SP_NEW(r, node->n, &plans));
  out->plans = plans;
  for (uint32_t i = 0; i < node->n; i++) {
    plans[i].name = node->keys[i]->text;
    SP_TRY(read_plan(r, node->items[i], plans[i].name, &plans[i]));
    out->n_plans = i + 1; /* so that an error further on frees it */
  }
  return SAMPAN_OK;
}

static int32_t number_twice(const sp_reading *r, const sp_yaml *map, const char *what,
                            const char *number) {
  return sp_yaml_error(map, r->file, SP_ID_PROGRAMME_TWICE, r->error,
                       "two %s have the number '%.60s'", what, number);
}

/* The number of a goal is how the annex refers to it: it must be one of a kind. */
static int32_t goal_is_new(const sp_reading *r, const sp_programme *programme,
                           const sp_goal_group *group, const sp_goal *goal) {
  for (uint32_t g = 0; g < programme->n_groups; g++) {
    const sp_goal_group *other = &programme->groups[g];
    for (uint32_t i = 0; i < other->n_goals; i++) {
      if (strcmp(other->goals[i].number, goal->number) == 0) {
        return number_twice(r, goal->place, "goals", goal->number);
      }
    }
  }
  for (const sp_goal *other = group->goals; other < goal; other++) {
    if (strcmp(other->number, goal->number) == 0) {
      return number_twice(r, goal->place, "goals", goal->number);
    }
  }
  return SAMPAN_OK;
}

static int32_t read_group(const sp_reading *r, const sp_programme *programme, const sp_yaml *map,
                          sp_goal_group *out) {
  static const char *const keys[] = {"number", "label", "goals"};
  sp_goal *goals;
  SP_TRY(sp_read_map(r, map, keys, SP_COUNT(keys), "groups"));
  const sp_yaml *number = sp_yaml_get(map, "number"), *label = sp_yaml_get(map, "label"),
                *list = sp_yaml_get(map, "goals");
  if (number == NULL) return sp_read_needs(r, map, "number");
  SP_TRY(sp_read_text(r, number, "number", &out->number));
  if (label == NULL) return sp_read_needs(r, map, "label");
  SP_TRY(sp_read_label(r, label, "label", &out->label));
  for (uint32_t i = 0; i < programme->n_groups; i++) {
    if (strcmp(programme->groups[i].number, out->number) == 0) {
      return number_twice(r, map, "groups", out->number);
    }
  }
  if (list == NULL) return sp_read_needs(r, map, "goals");
  SP_TRY(sp_read_kind(r, list, SP_YAML_LIST, "goals"));
  SP_TRY(SP_NEW(r, list->n, &goals));
  out->goals = goals;
  for (uint32_t i = 0; i < list->n; i++) {
    SP_TRY(sp_programme_goal(r, programme, list->items[i], &goals[i]));
    SP_TRY(goal_is_new(r, programme, out, &goals[i]));
  }
  out->n_goals = list->n;
  return SAMPAN_OK;
}

static int32_t read_groups(const sp_reading *r, const sp_yaml *node, sp_programme *out) {
  sp_goal_group *groups;
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, "groups"));
  if (node->n == 0) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error, "'groups' is empty");
  }
  SP_TRY(SP_NEW(r, node->n, &groups));
  out->groups = groups;
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(read_group(r, out, node->items[i], &groups[i]));
    out->n_groups = i + 1;
  }
  return SAMPAN_OK;
}

static int32_t read_remarks(const sp_reading *r, const sp_yaml *node, sp_programme *out) {
  sp_label *remarks;
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, "remarks"));
  SP_TRY(SP_NEW(r, node->n, &remarks));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(sp_read_label(r, node->items[i], "remarks", &remarks[i]));
  }
  out->remarks = remarks;
  out->n_remarks = node->n;
  return SAMPAN_OK;
}

static int32_t read_programme(sp_reading *r, const char *path, sp_programme *out) {
  sp_yaml *tree;
  SP_TRY(sp_read_file(r, path, &tree, &out->digest));
  out->file = r->file;
  out->folder = r->folder;
  const sp_yaml *plan = sp_yaml_get(tree, "sampan");
  if (plan != NULL) {
    const int32_t status = sp_yaml_error(plan, r->file, SP_ID_PROGRAMME_IS_PLAN, r->error,
                                         "this is a plan, not a programme");
    (void)sp_error_hint(r->error, "'sampan run' takes a plan; a programme names its plans");
    return status;
  }
  SP_TRY(sp_read_version(r, tree, "sampan_programme"));
  SP_TRY(sp_yaml_known_keys(tree, r->file, top_keys, SP_COUNT(top_keys), r->error));
  const sp_yaml *annex = sp_yaml_get(tree, "annex"), *plans = sp_yaml_get(tree, "plans"),
                *groups = sp_yaml_get(tree, "groups"), *remarks = sp_yaml_get(tree, "remarks");
  if (annex == NULL) return sp_read_needs(r, tree, "annex");
  SP_TRY(read_annex(r, annex, out));
  if (plans != NULL) SP_TRY(read_plans(r, plans, out));
  if (groups == NULL) return sp_read_needs(r, tree, "groups");
  SP_TRY(read_groups(r, groups, out));
  return remarks != NULL ? read_remarks(r, remarks, out) : SAMPAN_OK;
}

int32_t sp_programme_read(const char *path, sp_programme **out, sampan_error *error) {
  static const sp_label none = {"", ""};
  *out = NULL;
  sp_arena *arena = sp_arena_new(0);
  if (arena == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  sp_reading r = {.arena = arena, .error = error};
  sp_programme *programme;
  int32_t status = SP_NEW(&r, 1, &programme);
  if (status != SAMPAN_OK) {
    sp_arena_free(arena);
    return status;
  }
  programme->arena = arena;
  programme->annex_number = programme->title = programme->subtitle = programme->document = none;
  programme->cycle = programme->issuer = none;
  programme->baseline_name = programme->current_name = none;
  programme->baseline_fieldwork = programme->current_fieldwork = none;
  status = read_programme(&r, path, programme);
  if (status != SAMPAN_OK) {
    sp_programme_free(programme);
    return status;
  }
  *out = programme;
  return SAMPAN_OK;
}

void sp_programme_free(sp_programme *programme) {
  if (programme == NULL) return;
  for (uint32_t i = 0; i < programme->n_plans; i++) sp_plan_free(programme->plans[i].plan);
  sp_arena_free(programme->arena);
}

static int32_t which(sp_reading *r, const char *path) {
  static const char *const keys[] = {"sampan", "sampan_programme"};
  sp_yaml *tree;
  const char *digest;
  SP_TRY(sp_read_file(r, path, &tree, &digest));
  if (sp_yaml_get(tree, keys[1]) != NULL) return 1;
  if (sp_yaml_get(tree, keys[0]) != NULL) return 0;
  const int32_t status = sp_yaml_error(tree, r->file, SP_ID_PROGRAMME_UNKNOWN, r->error,
                                       "this is neither a plan nor a programme");
  (void)sp_error_hint(r->error,
                      "begin a plan with 'sampan: 1', a programme with 'sampan_programme: 1'");
  return status;
}

int32_t sp_programme_is(const char *path, sampan_error *error) {
  sp_arena *arena = sp_arena_new(0);
  if (arena == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  sp_reading r = {.arena = arena, .error = error};
  const int32_t is = which(&r, path);
  sp_arena_free(arena);
  return is;
}
