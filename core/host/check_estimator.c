/* check_estimator.c - the laws of score(): what it says of a record depends on the record alone. */
#include "host/abi.h"
#include "host/check_score.h"

enum { MOST_ROLES = 16, MOST_FORMS = 40, MOST_TRIES = 24, RECORDS = 3001, MANY_RECORDS = 66001 };

static int64_t *record_list(const sp_check_form *f, int64_t n) {
  int64_t *list = (int64_t *)sp_arena_array(f->c->arena, (uint64_t)n + 1, sizeof *list);
  for (int64_t i = 0; list != NULL && i < n; i++) list[i] = i;
  return list;
}

/* ---- the laws ----------------------------------------------------------------------------- */

static void check_batches(sp_check_form *f, const sp_check_scores *all, const int64_t *records) {
  static const int64_t sizes[] = {1, 7, 1024, 65536};
  static const char *const law = "the same scores in batches of 1, 7, 1024 and 65536";
  const sp_check_packing packing = {0};
  for (size_t i = 0; i < 4; i++) {
    char how[48];
    int64_t n = all->n;
    if (sizes[i] < 100 && n > RECORDS) n = RECORDS;
    (void)snprintf(how, sizeof how, "batches of %lld", (long long)sizes[i]);
    sp_check_way(f, law, all, records, n, sizes[i], &packing, how);
  }
}

static int n_given(const sp_check_form *f) {
  int n = 0;
  for (uint32_t i = 0; i < f->data.n_columns; i++) n += f->data.columns[i].type != 0;
  return n;
}

static void check_orders(sp_check_form *f, const sp_check_scores *all, int64_t *records) {
  const int64_t n = all->n < RECORDS ? all->n : RECORDS;
  const sp_check_packing plain = {0}, ones = {.tail = 0xff}, reversed = {.reversed = 1};
  uint64_t seed = SP_CHECK_SEED;
  int has_text = 0;
  sp_check_way(f, "bits after the last record are ignored", all, records, n, 100, &ones,
               "ones there");
  sp_law_enter(f->c, "scores do not depend on the order of a dictionary");
  for (uint32_t i = 0; i < f->data.n_columns; i++) {
    const sp_check_column *column = &f->data.columns[i];
    has_text = has_text || (column->type == SAMPAN_TEXT && !column->has_levels);
  }
  if (has_text) {
    sp_check_way(f, "scores do not depend on the order of a dictionary", all, records, n, 1024,
                 &reversed, "texts in the opposite order");
  }
  int64_t *mixed = record_list(f, 2 * n);
  if (mixed == NULL) return;
  for (int64_t i = n - 1; i > 0; i--) {
    const int64_t k = (int64_t)sp_check_below(&seed, (uint64_t)i + 1), kept = mixed[i];
    mixed[i] = mixed[k];
    mixed[k] = kept;
  }
  sp_check_way(f, "the same scores in another order", all, mixed, n, 1024, &plain, "permuted");
  if (n_given(f) == 0) return;
  int64_t from = 0;
  for (int64_t i = 0; i < 2 * n; i++) {
    mixed[i] = from < n && sp_check_below(&seed, 2) == 0 ? records[from++] : -1;
  }
  sp_check_way(f, "the same scores among records that are missing", all, mixed, 2 * n, 1024, &plain,
               "with missing records between");
}

static void check_few(sp_check_form *f, const sp_check_scores *all) {
  const sp_check_packing packing = {0};
  int64_t missing[130];
  for (size_t i = 0; i < 130; i++) missing[i] = -1;
  sp_check_way(f, "no records are no error", all, missing, 0, 64, &packing, "no records");
  sp_law_enter(f->c, "records with every value missing are out");
  if (n_given(f) > 0) {
    sp_check_way(f, "records with every value missing are out", all, missing, 130, 130, &packing,
                 "all missing");
  }
}

static void check_instances(sp_check_form *f, const sp_check_scores *all, const int64_t *records) {
  static const char *const law = "two instances do not meet";
  const sp_check_packing packing = {0};
  const int64_t n = all->n < 1000 ? all->n : 1000;
  sp_check_host second;
  sampan_shape shape;
  sp_check_scores one, two;
  sp_law_enter(f->c, law);
  if (sp_check_host_init(&second) < 0) return;
  if (sp_check_bind(f, &second, &shape) == SAMPAN_OK && sp_check_scores_new(f, n, &one) == 0 &&
      sp_check_scores_new(f, n, &two) == 0) {
    sp_law_holds(f->c,
                 shape.n_components == f->shape.n_components && shape.n_cells == f->shape.n_cells &&
                     shape.n_statistics == f->shape.n_statistics,
                 "bind() gives another shape the second time; %s", f->text);
    for (int64_t at = 0; at < n && sp_law_intact(f->c); at += 100) {
      sp_check_scores part = {
          .n = 100, .in = one.in + at, .u = one.u + at * shape.n_components, .cell = one.cell + at};
      const int64_t size = n - at < 100 ? n - at : 100;
      if (sp_check_score(f, &f->shape, records + at, size, 100, &packing, &part) < 0) break;
      part = (sp_check_scores){
          .n = 100, .in = two.in + at, .u = two.u + at * shape.n_components, .cell = two.cell + at};
      if (sp_check_score(f, &shape, records + at, size, 100, &packing, &part) < 0) break;
    }
    sp_check_same(f, law, all, records, &one, n, "the first of two");
    sp_check_same(f, law, all, records, &two, n, "the second of two");
  }
  sp_check_host_clear(&second);
  sp_check_way(f, law, all, records, n, 1024, &packing, "after the other one is gone");
}

/* Every piece of memory that bind() or score() asks for is refused once. */
static void check_memory(sp_check_form *f, const int64_t *records) {
  static const char *const law = "stands the end of memory";
  const sp_check_packing packing = {0};
  sp_check_scores got;
  sp_check_host host;
  sampan_shape shape;
  if (sp_check_scores_new(f, 64, &got) < 0 || sp_check_host_init(&host) < 0) return;
  for (int64_t k = 0, more = 1; k < 200 && more; k++) {
    if (sp_check_host_renew(&host) < 0) break;
    host.allocations = k;
    const int32_t status = sp_check_bind(f, &host, &shape);
    more = status != SAMPAN_OK;
    sp_law_enter(f->c, law);
    sp_law_holds(f->c, status == SAMPAN_OK || status == SAMPAN_E_MEMORY,
                 "bind() returned %d where piece %lld was refused; %s", (int)status,
                 (long long)k + 1, f->text);
  }
  for (int64_t k = 0, more = 1; k < 200 && more; k++) {
    f->scratch.allocations = k;
    const int32_t status = sp_check_score(f, &f->shape, records, 64, 64, &packing, &got);
    more = status != SAMPAN_OK;
    sp_law_enter(f->c, law);
    sp_law_holds(f->c, status == SAMPAN_OK || status == SAMPAN_E_MEMORY,
                 "score() returned %d where piece %lld was refused; %s", (int)status,
                 (long long)k + 1, f->text);
  }
  f->scratch.allocations = -1;
  sp_check_host_clear(&host);
}

static void check_shape(sp_check_form *f) {
  const sampan_shape *s = &f->shape;
  sp_law_enter(f->c, "bind() gives a whole shape");
  const int whole = s->n_components > 0 && s->components != NULL && s->n_cells > 0 &&
                    s->n_statistics > 0 && s->statistics != NULL && s->struct_size == sizeof *s;
  if (!sp_law_holds(f->c, whole, "%u components, %u cells, %u statistics; %s",
                    (unsigned)s->n_components, (unsigned)s->n_cells, (unsigned)s->n_statistics,
                    f->text)) {
    return;
  }
  for (uint32_t i = 0; i < s->n_components; i++) {
    const int32_t type = s->components[i].type;
    sp_law_holds(f->c, type >= SAMPAN_ONE && type <= SAMPAN_TALLY,
                 "component %u has the unknown type %d; %s", (unsigned)i, (int)type, f->text);
    sp_law_holds(f->c, type != SAMPAN_TALLY || sp_estimator_advances(f->ops),
                 "component %u is a tally, but there is no advance() to read it; %s", (unsigned)i,
                 f->text);
  }
  for (uint32_t i = 0; i < s->n_statistics; i++) {
    const sampan_statistic *t = &s->statistics[i];
    sp_law_holds(f->c,
                 t->name != NULL && t->name[0] != '\0' && t->unit >= SAMPAN_UNIT_NONE &&
                     t->unit <= SAMPAN_UNIT_RATIO && t->lower <= t->upper && t->per > 0,
                 "statistic %u has no name, unit, limits or `per`; %s", (unsigned)i, f->text);
  }
}

/* ---- forms -------------------------------------------------------------------------------- */

/* Fills the columns; where score() refuses a value of one, gives that column tamer values. */
static int32_t settle(sp_check_form *f, int64_t n, const int64_t *records, sp_check_scores *all) {
  const sp_check_packing packing = {0};
  int32_t status = SAMPAN_OK;
  for (int tries = 0; tries < MOST_TRIES; tries++) {
    for (uint32_t i = 0; i < f->data.n_columns; i++) {
      SP_TRY(sp_check_data_fill(f->c, f->options->values, i, n, &f->data));
    }
    status = sp_check_score(f, &f->shape, records, n, n, &packing, all);
    if (status != SAMPAN_E_DATA) return status;
    const sampan_error *e = &f->scratch.error;
    sp_law_enter(f->c, "a value that is refused is named by row and column");
    sp_law_holds(f->c, e->message[0] != '\0' && e->row >= 1 && e->row <= n && e->column[0] != '\0',
                 "row %lld, column '%s', message '%s'; %s", (long long)e->row, e->column,
                 e->message, f->text);
    int changed = 0;
    for (uint32_t i = 0; i < f->data.n_columns; i++) {
      sp_check_column *column = &f->data.columns[i];
      if (column->type == 0 || column->profile + 1 >= SP_CHECK_PROFILES) continue;
      if (column->type == SAMPAN_TEXT && column->has_levels) continue; /* the shape knows them */
      if (e->column[0] != '\0' && strcmp(e->column, column->name) != 0) continue;
      column->profile++;
      changed = 1;
    }
    if (!changed) return status;
  }
  return status;
}

static void try_laws(sp_check_form *f, int64_t n) {
  sp_check_scores all;
  int64_t *records = record_list(f, n);
  check_shape(f);
  if (!sp_law_intact(f->c) || records == NULL || sp_check_scores_new(f, n, &all) < 0) return;
  const int32_t status = settle(f, n, records, &all);
  sp_law_enter(f->c, "accepts made-up records");
  if (status != SAMPAN_OK) {
    if (status == SAMPAN_E_DATA) {
      sp_law_skip(f->c, "%s: %s", f->text, f->scratch.error.message);
    } else {
      sp_law_holds(f->c, 0, "it returned %d '%s'; %s", (int)status, f->scratch.error.message,
                   f->text);
    }
    return;
  }
  check_batches(f, &all, records);
  check_orders(f, &all, records);
  check_few(f, &all);
  check_instances(f, &all, records);
  check_memory(f, records);
  if (sp_estimator_advances(f->ops))
    sp_check_course(f, n);
  else
    sp_check_value(f, &all);
}

static const char *form_text(const sp_check_form *f, const int32_t *types) {
  static const char *const names[] = {"left out", "number", "text", "", "truth"};
  const char *text = f->options->text;
  for (uint32_t i = 0; i < f->ops->n_roles && text != NULL; i++) {
    text = sp_arena_printf(f->c->arena, "%s%s %s %s", text, i > 0 ? "," : " with",
                           f->ops->roles[i].name, names[types[i]]);
  }
  return text != NULL ? text : "";
}

/* Tries one form; *bound counts those that bind. The last refusal is kept in *refusal. */
static void try_form(sp_checker *c, const sp_check_options *options, const int32_t *types,
                     uint32_t *bound, sampan_error *refusal) {
  sp_checker own = *c; /* memory of its own, the same report */
  own.arena = sp_arena_new(0);
  if (own.arena == NULL) return;
  sp_check_form *f = (sp_check_form *)sp_arena_alloc(own.arena, sizeof *f);
  if (f != NULL && sp_check_host_init(&f->host) == 0 && sp_check_host_init(&f->scratch) == 0) {
    f->c = &own;
    f->ops = (const sampan_estimator_ops *)c->plugin->ops;
    f->options = options;
    f->text = form_text(f, types);
    sp_law_enter(c, "bind");
    int32_t status = sp_check_data_columns(&own, options->values, types, &f->data);
    for (uint32_t i = 0; i < f->data.n_columns && status == SAMPAN_OK; i++) {
      status = sp_check_data_fill(&own, options->values, i, 1, &f->data);
      f->data.columns[i].present = NULL; /* made again, longer */
    }
    f->data.n_records = 0;
    if (status == SAMPAN_OK) status = sp_check_bind(f, &f->host, &f->shape);
    if (status == SAMPAN_OK) {
      try_laws(f, (*bound)++ == 0 ? MANY_RECORDS : RECORDS);
    } else {
      *refusal = f->host.error;
      sp_law_holds(c, status < 0 && f->host.error.message[0] != '\0',
                   "bind() returned %d without a message; %s", (int)status, f->text);
    }
  }
  if (f != NULL) {
    sp_check_host_clear(&f->host);
    sp_check_host_clear(&f->scratch);
  }
  sp_arena_free(own.arena);
}

static int32_t first_type(const sampan_role *role) {
  return (role->types & SAMPAN_NUMBER) != 0 ? SAMPAN_NUMBER
         : (role->types & SAMPAN_TEXT) != 0 ? SAMPAN_TEXT
                                            : SAMPAN_TRUTH;
}

/* The next choice of types; 0 when all were seen. A role is left out last. */
static int next_types(const sampan_estimator_ops *ops, int32_t *types) {
  static const int32_t after[] = {-1, SAMPAN_TEXT, SAMPAN_TRUTH, -1, 0};
  for (uint32_t i = 0; i < ops->n_roles; i++) {
    const sampan_role *role = &ops->roles[i];
    for (int32_t type = after[types[i]]; type >= 0; type = after[type]) {
      if (type == 0 ? (role->flags & SAMPAN_ROLE_OPTIONAL) == 0 : (role->types & type) == 0) {
        continue;
      }
      types[i] = type;
      return 1;
    }
    types[i] = first_type(role);
  }
  return 0;
}

void sp_check_estimator(sp_checker *c) {
  const sampan_estimator_ops *ops = (const sampan_estimator_ops *)c->plugin->ops;
  sp_check_options *sets;
  sampan_error refusal;
  uint32_t n_sets, bound = 0;
  sp_error_clear(&refusal);
  sp_law_enter(c, "bind");
  const int32_t status = sp_check_parameters(c, &sets, &n_sets, &refusal);
  if (ops->n_roles > MOST_ROLES) {
    sp_law_skip(c, "it has more than %d roles", MOST_ROLES);
    return;
  }
  for (uint32_t s = 0; s < n_sets && status >= 0; s++) {
    int32_t types[MOST_ROLES] = {0};
    for (uint32_t i = 0; i < ops->n_roles; i++) types[i] = first_type(&ops->roles[i]);
    do {
      try_form(c, &sets[s], types, &bound, &refusal);
    } while (bound < MOST_FORMS && next_types(ops, types));
  }
  sp_law_enter(c, "bind");
  if (bound == 0) {
    sp_law_skip(c,
                "no form of it could be bound to made-up columns (%s): give --sample FILE, its "
                "table (.csv) or the options of a plan (.yaml)",
                refusal.message);
  } else {
    sp_law_tell(c, "%u ways", (unsigned)bound);
  }
}
