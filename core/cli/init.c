/* init.c - sampan init: a first plan for a data file. It decides nothing in silence: columns are
 * listed as comments, and what their names suggest is marked to be checked. */
#include <ctype.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/data_file.h"

enum { SP_ID_INIT_EXISTS = 6070 };

/* Names that a column of the design often has; the first that a file has is proposed. */
static const char *const strata_names[] = {"SDMVSTRA", "strata", "stratum", "strat", "_STSTR"};
static const char *const psu_names[] = {"SDMVPSU", "psu", "cluster", "psuid", "_PSU"};
static const char *const weight_names[] = {"WTMEC2YR", "WTMECPRP", "WTINT2YR", "weight",
                                           "weights",  "wt",       "_LLCPWT"};

static const char *find(const sampan_schema *schema, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++) {
    for (uint32_t f = 0; f < schema->n_fields; f++) {
      if (strcasecmp(schema->fields[f].name, names[i]) == 0) return schema->fields[f].name;
    }
  }
  return NULL;
}

/* 1 if an expression can say the name as it stands; others stand in backquotes. */
static int is_plain(const char *name) {
  if (!isalpha((unsigned char)name[0]) && name[0] != '_') return 0;
  for (; *name != '\0'; name++) {
    if (!isalnum((unsigned char)*name) && *name != '_') return 0;
  }
  return 1;
}

static void add_name(sp_buffer *out, const char *name, sp_arena *arena) {
  if (is_plain(name)) {
    sp_buffer_text_add(out, name);
    return;
  }
  const char *quoted = sp_arena_printf(arena, "`%s`", name);
  sp_buffer_json_text(out, quoted != NULL ? quoted : "");
}

/* A text within a comment: it must not end its line. */
static void add_comment(sp_buffer *out, const char *text) {
  for (; *text != '\0'; text++) sp_buffer_char(out, (unsigned char)*text < 0x20 ? ' ' : *text);
}

static void write_columns(const sampan_schema *schema, sp_buffer *out) {
  sp_buffer_printf(out, "# The %u columns of the file:\n", (unsigned)schema->n_fields);
  for (uint32_t f = 0; f < schema->n_fields; f++) {
    const sampan_field *field = &schema->fields[f];
    sp_buffer_text_add(out, "#   ");
    add_comment(out, field->name);
    if (field->type != 0) {
      sp_buffer_text_add(out, field->type == SAMPAN_NUMBER ? " (number)" : " (text)");
    }
    if (field->label != NULL && field->label[0] != '\0') {
      sp_buffer_text_add(out, ": ");
      add_comment(out, field->label);
    }
    for (uint32_t i = 0; i < field->n_labels && i < 12; i++) {
      sp_buffer_text_add(out, i == 0 ? " - " : "; ");
      add_comment(out, field->labels[i].value);
      sp_buffer_text_add(out, " = ");
      add_comment(out, field->labels[i].text);
    }
    sp_buffer_char(out, '\n');
  }
}

static void write_part(sp_buffer *out, const char *key, const char *name, sp_arena *arena) {
  if (name == NULL) {
    sp_buffer_printf(out, "  # %s: no column has a name that says so\n", key);
    return;
  }
  sp_buffer_printf(out, "  %s: ", key);
  add_name(out, name, arena);
  sp_buffer_text_add(out, "  # check\n");
}

static void write_design(const sampan_schema *schema, sp_buffer *out, sp_arena *arena) {
  const char *strata = find(schema, strata_names, sizeof strata_names / sizeof *strata_names);
  const char *psu = find(schema, psu_names, sizeof psu_names / sizeof *psu_names);
  const char *weight = find(schema, weight_names, sizeof weight_names / sizeof *weight_names);
  sp_buffer_text_add(out, "\n# How the sample was drawn; without it, every record counts once.\n");
  if (strata == NULL && psu == NULL && weight == NULL) {
    sp_buffer_text_add(out,
                       "# No column has a name that says so.\n"
                       "# design: {strata: COLUMN, psu: COLUMN, weight: COLUMN}\n");
    return;
  }
  sp_buffer_text_add(out, "design:\n");
  write_part(out, "strata", strata, arena);
  write_part(out, "psu", psu, arena);
  write_part(out, "weight", weight, arena);
}

/* A plan must estimate something: how many records and persons there are asks for no column. */
static void write_indicators(sp_buffer *out) {
  sp_buffer_text_add(
      out,
      "\n# What to estimate. `sampan plugins` lists the estimators, `sampan plugins NAME` explains "
      "one.\nindicators:\n"
      "  persons:\n"
      "    label: {en: Persons, zh: 人数}\n"
      "    estimator: count\n"
      "    # by: [[], [COLUMN]]          all records, and the groups of a column\n"
      "  # smoking:\n"
      "  #   label: {en: Smoking, zh: 吸烟率}\n"
      "  #   estimator: prevalence\n"
      "  #   of: smokes                  derived below, or a column of 0 and 1\n"
      "\n"
      "# New columns from those of the file (docs/expressions.md); missing stays missing.\n"
      "# derive:\n"
      "#   smokes: COLUMN == 1\n"
      "\n"
      "# Codes that mean missing.\n"
      "# missing: {COLUMN: [7, 9]}\n");
}

/* The file as the plan must name it: paths start from the plan's folder. */
static const char *path_from(const char *plan, const char *data, sp_arena *arena) {
  char folder[4096];
  if (data[0] == '/' || plan == NULL || strcmp(plan, "-") == 0 || strchr(plan, '/') == NULL) {
    return data;
  }
  if (getcwd(folder, sizeof folder) == NULL) return data;
  return sp_arena_printf(arena, "%s/%s", folder, data);
}

int32_t cli_init(cli *c, sampan_error *error) {
  sp_context context;
  sp_source source;
  sp_buffer text;
  SP_TRY(cli_need_operands(c, 1, 1, error));
  SP_TRY(cli_registry(c, error));
  SP_TRY(cli_refuse_inputs(c, NULL, 0, error));
  const char *out = c->args.n_outputs > 0 ? c->args.outputs[0] : "-";
  if (strcmp(out, "-") != 0 && access(out, F_OK) == 0) {
    sp_error_set(error, SAMPAN_E_USAGE, SP_ID_INIT_EXISTS, "%s is there already", out);
    return sp_error_hint(error, "a plan is not overwritten: remove it, or give another name");
  }
  SP_TRY(cli_data_open(c, c->args.operands[0], &context, &source, error));
  const char *path = path_from(out, source.file, c->arena);
  if (path == NULL) return sp_error_memory(error);
  sp_buffer_init(&text);
  sp_buffer_text_add(&text,
                     "# A first plan. Lines marked \"check\" follow from names alone.\n"
                     "sampan: 1\n"
                     "kind: survey\n"
                     "data:\n"
                     "  file: ");
  sp_buffer_json_text(&text, path);
  sp_buffer_char(&text, '\n');
  if (c->args.format != NULL) sp_buffer_printf(&text, "  source: %s\n", source.plugin->name);
  sp_buffer_char(&text, '\n');
  write_columns(&source.schema, &text);
  write_design(&source.schema, &text, c->arena);
  write_indicators(&text);
  const int32_t status =
      text.failed ? sp_error_memory(error) : cli_write_text(c, text.data, text.n_bytes, error);
  sp_buffer_clear(&text);
  return status;
}
