/* names.c - the texts of a plan that name columns of `on`: interactions and reference levels.
 * Column and level names may hold any character, commas too ("(39,59]"), so they are looked for as
 * they stand, the longest first, instead of cutting the text up.
 */
#include "model.h"

static int ends_at(const char *at, const char *ends) {
  while (*at == ' ') at++;
  return *at == '\0' || strchr(ends, *at) != NULL;
}

uint32_t name_match(const sampan_batch *columns, const char *text, const char *ends, size_t *used) {
  uint32_t found = 0;
  *used = 0;
  for (uint32_t k = ROLE_ON; k < columns->n_columns; k++) {
    const char *name = columns->columns[k]->name;
    const size_t n = strlen(name);
    if (n <= *used || strncmp(text, name, n) != 0 || !ends_at(text + n, ends)) continue;
    found = k;
    *used = n;
  }
  return found;
}

static const char *skip(const char *at) {
  while (*at == ' ') at++;
  return at;
}

static int32_t refuse(const sampan_call *call, const char *parameter, const char *at,
                      const char *hint) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", parameter);
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
  }
  return sampan_fail(call, SAMPAN_E_PLAN, "`%s` is not understood from '%.80s' on", parameter, at);
}

/* The level whose text begins `text`; UINT32_MAX if there is none. */
static uint32_t level_match(const sampan_column *column, const char *text, size_t *used) {
  uint32_t found = UINT32_MAX;
  *used = 0;
  for (uint32_t l = 0; l < column->dictionary->n_entries; l++) {
    const size_t n = strlen(column->dictionary->text[l]);
    if (n <= *used || strncmp(text, column->dictionary->text[l], n) != 0 || !ends_at(text + n, ","))
      continue;
    found = l;
    *used = n;
  }
  return found;
}

int32_t names_references(const sampan_call *call, const sampan_batch *columns,
                         uint32_t *reference) {
  static const char hint[] =
      "write COLUMN=LEVEL, with commas between, such as: stype=M, agegrp=65+; the columns are text "
      "columns of `on`, the levels are values that they have among the records of the indicator";
  const sampan_value *value = &call->values[PARAM_REFERENCE];
  const char *at = value->is_set ? skip(value->text) : "";
  while (*at != '\0') {
    size_t n;
    const char *start = at;
    const uint32_t k = name_match(columns, at, "=", &n);
    if (k == 0 || columns->columns[k]->type != SAMPAN_TEXT)
      return refuse(call, "reference", start, hint);
    at = skip(at + n);
    if (*at != '=') return refuse(call, "reference", start, hint);
    at = skip(at + 1);
    const uint32_t level = level_match(columns->columns[k], at, &n);
    if (level == UINT32_MAX) return refuse(call, "reference", start, hint);
    reference[k] = level;
    at = skip(at + n);
    if (*at == ',') at = skip(at + 1);
  }
  return SAMPAN_OK;
}

/* One product `a:b:c`, up to a comma or the end. */
static int32_t read_product(const sampan_call *call, const sampan_batch *columns, const char **from,
                            interaction *out) {
  static const char hint[] =
      "write names of `on` with a colon between them, and a comma between products, such as: "
      "meals:sch_wide, age:sex";
  const char *at = *from;
  uint32_t n_parts = 0;
  memset(out, 0, sizeof *out);
  for (;;) {
    size_t n;
    const uint32_t k = name_match(columns, at, ":,", &n);
    if (k == 0) return refuse(call, "interactions", at, hint);
    const uint32_t bit = k - ROLE_ON;
    if (sampan_bit(out->on, bit)) return refuse(call, "interactions", *from, hint);
    sampan_set_bit(out->on, bit, 1);
    n_parts++;
    at = skip(at + n);
    if (*at != ':') break;
    at = skip(at + 1);
  }
  if (n_parts < 2) return refuse(call, "interactions", *from, hint);
  if (*at == ',') at = skip(at + 1);
  *from = at;
  return SAMPAN_OK;
}

static int known(const interaction *all, uint32_t n, const interaction *one) {
  for (uint32_t i = 0; i < n; i++)
    if (memcmp(&all[i], one, sizeof *one) == 0) return 1;
  return 0;
}

static uint32_t n_columns_of(const interaction *one) {
  uint32_t n = 0;
  for (uint32_t b = 0; b < MOST_ON; b++) n += (uint32_t)sampan_bit(one->on, b);
  return n;
}

/* With treatment coding a product of factors means what it says only beside the products that it
 * holds. */
static int32_t check_margins(const sampan_call *call, const sampan_batch *columns,
                             const interaction *all, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (n_columns_of(&all[i]) < 3) continue;
    for (uint32_t k = ROLE_ON; k < columns->n_columns; k++) {
      interaction margin = all[i];
      if (!sampan_bit(margin.on, k - ROLE_ON) || columns->columns[k]->type == SAMPAN_NUMBER)
        continue;
      sampan_set_bit(margin.on, k - ROLE_ON, 0);
      if (known(all, n, &margin)) continue;
      if (call->error) {
        snprintf(call->error->parameter, sizeof call->error->parameter, "interactions");
        snprintf(call->error->hint, sizeof call->error->hint,
                 "list the products of fewer columns that it holds as well: a:b, a:c, b:c, a:b:c");
      }
      return sampan_fail(call, SAMPAN_E_PLAN,
                         "interaction %u has no meaning by itself: its product without '%s' is not "
                         "in the model",
                         i + 1, columns->columns[k]->name);
    }
  }
  return SAMPAN_OK;
}

int32_t names_interactions(const sampan_call *call, const sampan_batch *columns, interaction *out,
                           uint32_t *n) {
  const sampan_value *value = &call->values[PARAM_INTERACTIONS];
  const char *at = value->is_set ? skip(value->text) : "";
  *n = 0;
  while (*at != '\0') {
    const char *start = at;
    if (*n == MOST_INTERACTIONS)
      return refuse(call, "interactions", at, "a model has at most 200 interactions");
    const int32_t status = read_product(call, columns, &at, &out[*n]);
    if (status != SAMPAN_OK) return status;
    if (known(out, *n, &out[*n]))
      return refuse(call, "interactions", start, "name each product once");
    ++*n;
  }
  return check_margins(call, columns, out, *n);
}
