/* model.c - from the columns and parameters of a plan to the columns of the model matrix.
 *
 * C1  Numbers enter as they are, yes/no as 1 and 0, texts as factors: one column for each level but
 *     the reference, which is the first level, or the one of `reference` (treatment coding).
 * C2  Without an intercept the first factor of `on` keeps all its levels, as in R.
 * C3  An interaction is all products of the columns that its parts have; the parts stand in the
 *     order of `on`, and the levels of the first part change fastest.
 * C4  Terms are called as in R: (Intercept), meals, stypeH, meals:sch_wideYes; a yes/no column by
 *     its name alone.
 */
#include "model.h"

/* What is known while the model is built. */
typedef struct building {
  const sampan_call *call;
  const sampan_batch *columns;
  const uint32_t *reference;
  model_term *terms;
  uint32_t n;
  uint32_t full; /* the factor that keeps all its levels; 0 if none */
} building;

static int32_t no_memory(const sampan_call *call) {
  return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
}

static int32_t fail_column(const sampan_call *call, const char *name, const char *what,
                           const char *hint) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "on");
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
  }
  return sampan_fail(call, SAMPAN_E_PLAN, "`on`: %s%s%s%s", name[0] ? "'" : "", name,
                     name[0] ? "' " : "", what);
}

static int32_t check_columns(const sampan_call *call, const sampan_batch *columns) {
  if (columns->n_columns <= ROLE_ON) return SAMPAN_OK;
  if (columns->n_columns - ROLE_ON > MOST_ON)
    return fail_column(call, "", "more than 256 columns", "name fewer columns");
  for (uint32_t k = ROLE_ON; k < columns->n_columns; k++) {
    const sampan_column *column = columns->columns[k];
    if (!column->name || column->name[0] == '\0')
      return fail_column(call, "", "an expression has no name to call its coefficient by",
                         "derive a column and name it here: under `derive`, `years: year - 2009`");
    for (uint32_t j = ROLE_ON; j < k; j++)
      if (strcmp(columns->columns[j]->name, column->name) == 0)
        return fail_column(call, column->name, "is named twice", "name each column once");
    if (column->type != SAMPAN_TEXT) continue;
    if (!column->dictionary)
      return fail_column(call, column->name, "is a text whose levels this version does not give",
                         "use a newer sampan, or derive a yes/no column for each level");
    if (column->dictionary->n_entries == 1)
      return fail_column(call, column->name, "has one value only among the records",
                         "leave it out: a factor needs two levels");
  }
  return SAMPAN_OK;
}

/* Levels of a column of `on` that are columns of the matrix: 1 for a number. */
static uint32_t n_coded(const building *b, uint32_t k, int is_main) {
  const sampan_column *column = b->columns->columns[k];
  if (column->type != SAMPAN_TEXT) return 1;
  const uint32_t n = column->dictionary->n_entries;
  return n == 0 ? 0 : is_main && k == b->full ? n : n - 1;
}

/* The i-th of them. */
static uint32_t coded(const building *b, uint32_t k, uint32_t i, int is_main) {
  if (b->columns->columns[k]->type != SAMPAN_TEXT) return WHOLE;
  return (is_main && k == b->full) || i < b->reference[k] ? i : i + 1;
}

static int32_t add_term(building *b, const model_part *parts, uint32_t n_parts) {
  size_t length = 16;
  if (b->n == MOST_PARAMETERS)
    return sampan_fail(b->call, SAMPAN_E_PLAN, "the model has more than %d coefficients",
                       MOST_PARAMETERS);
  for (uint32_t i = 0; i < n_parts; i++) {
    const sampan_column *column = b->columns->columns[parts[i].column];
    length += strlen(column->name) + 1;
    if (parts[i].level != WHOLE) length += strlen(column->dictionary->text[parts[i].level]);
  }
  char *name = b->call->host->alloc(b->call, length);
  model_part *own = b->call->host->alloc(b->call, (n_parts + 1) * sizeof *own);
  if (!name || !own) return no_memory(b->call);
  char *at = name;
  at += snprintf(at, length, "%s", n_parts == 0 ? "(Intercept)" : "");
  for (uint32_t i = 0; i < n_parts; i++) {
    const sampan_column *column = b->columns->columns[parts[i].column];
    const char *level = parts[i].level == WHOLE ? "" : column->dictionary->text[parts[i].level];
    own[i] = parts[i];
    at +=
        snprintf(at, length - (size_t)(at - name), "%s%s%s", i > 0 ? ":" : "", column->name, level);
  }
  model_term *term = &b->terms[b->n++];
  term->name = name;
  term->parts = own;
  term->n_parts = n_parts;
  return SAMPAN_OK;
}

/* All products of the columns that the parts have. */
static int32_t add_product(building *b, const interaction *product) {
  uint32_t column[MOST_ON], index[MOST_ON] = {0}, n = 0;
  for (uint32_t k = ROLE_ON; k < b->columns->n_columns; k++)
    if (sampan_bit(product->on, k - ROLE_ON)) column[n++] = k;
  for (uint32_t i = 0; i < n; i++)
    if (n_coded(b, column[i], n == 1) == 0) return SAMPAN_OK;
  for (uint32_t i = 0; i < n;) {
    model_part parts[MOST_ON];
    for (i = 0; i < n; i++) {
      parts[i].column = column[i];
      parts[i].level = coded(b, column[i], index[i], n == 1);
    }
    const int32_t status = add_term(b, parts, n);
    if (status != SAMPAN_OK) return status;
    for (i = 0; i < n && ++index[i] == n_coded(b, column[i], n == 1); i++) index[i] = 0;
  }
  return SAMPAN_OK;
}

static int32_t add_terms(building *b, int intercept) {
  int32_t status = intercept ? add_term(b, NULL, 0) : SAMPAN_OK;
  for (uint32_t k = ROLE_ON; k < b->columns->n_columns && status == SAMPAN_OK; k++) {
    interaction one;
    memset(&one, 0, sizeof one);
    sampan_set_bit(one.on, k - ROLE_ON, 1);
    status = add_product(b, &one);
  }
  interaction *products = b->call->host->alloc(b->call, MOST_INTERACTIONS * sizeof *products);
  uint32_t n = 0;
  if (!products) return no_memory(b->call);
  if (status == SAMPAN_OK) status = names_interactions(b->call, b->columns, products, &n);
  for (uint32_t i = 0; i < n && status == SAMPAN_OK; i++) status = add_product(b, &products[i]);
  return status;
}

int32_t model_read(const sampan_call *call, const sampan_batch *columns, model **out) {
  model *m = call->host->alloc(call, sizeof *m);
  model_term *terms = call->host->alloc(call, MOST_PARAMETERS * sizeof *terms);
  uint32_t *reference =
      call->host->alloc(call, ((uint64_t)columns->n_columns + 1) * sizeof *reference);
  if (!m || !terms || !reference) return no_memory(call);
  m->family = (int32_t)call->values[PARAM_FAMILY].number;
  m->intercept = call->values[PARAM_INTERCEPT].number != 0;
  m->ratio = (int)call->values[PARAM_SHOW].number == SHOW_RATIO;
  m->vadjust = call->values[PARAM_VADJUST].number != 0;
  m->residual_df = (int)call->values[PARAM_DF].number == DF_RESIDUAL;
  if (m->ratio && m->family == FAMILY_GAUSSIAN) {
    if (call->error) snprintf(call->error->parameter, sizeof call->error->parameter, "show");
    return sampan_fail(call, SAMPAN_E_PLAN,
                       "`show: ratio` is for the families binomial and poisson: exp(coefficient) "
                       "is no ratio with the identity link");
  }
  int32_t status = check_columns(call, columns);
  if (status == SAMPAN_OK) status = names_references(call, columns, reference);
  if (status != SAMPAN_OK) return status;
  building b = {.call = call, .columns = columns, .reference = reference, .terms = terms};
  for (uint32_t k = ROLE_ON; k < columns->n_columns && !m->intercept && b.full == 0; k++)
    if (columns->columns[k]->type == SAMPAN_TEXT) b.full = k; /* C2 */
  status = add_terms(&b, m->intercept);
  if (status != SAMPAN_OK) return status;
  if (b.n == 0)
    return sampan_fail(call, SAMPAN_E_PLAN, "the model has no term: name columns in `on`");
  m->n = b.n;
  m->terms = terms;
  *out = m;
  return SAMPAN_OK;
}
