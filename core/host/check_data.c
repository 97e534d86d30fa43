/* check_data.c - made-up records, by role and type. */
#include "host/check_data.h"

enum { MOST_TEXTS = 4096 };

/* ---- columns ------------------------------------------------------------------------------ */

/* The first table among the parameters, or NULL. */
static const sampan_table *table_of(const sp_checker *c, const sampan_value *values) {
  for (uint32_t i = 0; i < c->plugin->n_params; i++) {
    if (c->plugin->params[i].type == SAMPAN_P_TABLE && values[i].is_set) return values[i].table;
  }
  return NULL;
}

static int64_t header_of(const sampan_table *table, const char *name) {
  for (uint32_t i = 0; table != NULL && i < table->n_columns; i++) {
    if (strcmp(table->header[i], name) == 0) return i;
  }
  return -1;
}

static int32_t add_column(const sp_checker *c, int32_t type, const char *name, sp_check_data *out) {
  if (out->n_columns == SP_CHECK_MOST_COLUMNS) return SAMPAN_E_USAGE;
  sp_check_column *column = &out->columns[out->n_columns++];
  memset(column, 0, sizeof *column);
  column->type = type;
  column->name = sp_arena_text(c->arena, name);
  return column->name != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

/* The columns of a role that takes many. */
static int32_t add_many(const sp_checker *c, const sampan_value *values, const sampan_role *role,
                        int32_t type, sp_check_data *out) {
  const sampan_table *table = table_of(c, values);
  const int64_t item = header_of(table, "item");
  if (item < 0) {
    for (int i = 1; i <= 3; i++) {
      char name[64];
      (void)snprintf(name, sizeof name, "%.40s%d", role->name, i);
      SP_TRY(add_column(c, type, name, out));
    }
    return SAMPAN_OK;
  }
  for (uint32_t i = 0; i < table->n_rows; i++) {
    SP_TRY(add_column(c, type, table->text[(uint64_t)i * table->n_columns + (uint64_t)item], out));
  }
  return SAMPAN_OK;
}

int32_t sp_check_data_columns(const sp_checker *c, const sampan_value *values, const int32_t *types,
                              sp_check_data *out) {
  const sampan_estimator_ops *ops = (const sampan_estimator_ops *)c->plugin->ops;
  out->n_columns = 0;
  out->n_records = 0;
  for (uint32_t i = 0; i < ops->n_roles; i++) {
    const sampan_role *role = &ops->roles[i];
    const uint32_t first = out->n_columns;
    if ((role->flags & SAMPAN_ROLE_MANY) != 0 && types[i] != 0) {
      SP_TRY(add_many(c, values, role, types[i], out));
    } else if ((role->flags & SAMPAN_ROLE_MANY) == 0) {
      SP_TRY(add_column(c, types[i], role->name, out));
    }
    for (uint32_t k = first; k < out->n_columns; k++) {
      out->columns[k].has_levels = (role->flags & SAMPAN_ROLE_LEVELS) != 0;
    }
  }
  return SAMPAN_OK;
}

/* ---- values ------------------------------------------------------------------------------- */

static void add_text(sp_check_column *column, const char *text) {
  if (text[0] == '\0' || column->n_texts == MOST_TEXTS) return;
  for (uint32_t i = 0; i < column->n_texts; i++) {
    if (strcmp(column->texts[i], text) == 0) return;
  }
  column->texts[column->n_texts++] = text;
}

/* The texts of a column: what a table among the parameters says, else anything. */
static int32_t choose_texts(const sp_checker *c, const sampan_value *values,
                            sp_check_column *column) {
  static const char *const any[] = {"a", "b", "\xe7\x94\xb2", "yes", "no", "A B", "0", "1"};
  const sampan_table *table = table_of(c, values);
  const int64_t key = header_of(table, "key");
  column->n_texts = 0;
  column->texts = (const char **)sp_arena_array(c->arena, MOST_TEXTS, sizeof *column->texts);
  if (column->texts == NULL) return SAMPAN_E_MEMORY;
  if (table != NULL && column->profile < 2) {
    const uint64_t at = key >= 0 ? (uint64_t)key : column->profile == 0 ? 0 : table->n_columns - 1;
    for (uint32_t i = 0; i < table->n_rows; i++) {
      add_text(column, table->text[(uint64_t)i * table->n_columns + at]);
    }
    if (key >= 0) add_text(column, "E");
  }
  for (size_t i = column->profile == 3 ? 6 : 0; column->n_texts == 0 && i < 8; i++) {
    if (table == NULL || column->profile >= 2) {
      for (; i < 8; i++) add_text(column, any[i]);
    }
  }
  if (column->n_texts == 0) add_text(column, "a");
  return SAMPAN_OK;
}

/* Numbers of all kinds first; where the plugin refuses them, tamer ones. */
static double draw_number(int32_t profile, uint64_t *seed) {
  const double u = sp_check_uniform(seed);
  switch (profile) {
    case 0:
      return u < 0.1    ? -100 * sp_check_uniform(seed)
             : u < 0.12 ? 1e6 * sp_check_uniform(seed)
             : u < 0.5  ? (double)sp_check_below(seed, 100)
                        : 100 * sp_check_uniform(seed);
    case 1:
      return u < 0.5 ? (double)sp_check_below(seed, 1000) : 100 * u;
    case 2:
      return (double)(1 + sp_check_below(seed, 99));
    default:
      return (double)sp_check_below(seed, 2);
  }
}

int32_t sp_check_data_fill(const sp_checker *c, const sampan_value *values, uint32_t index,
                           int64_t n, sp_check_data *data) {
  sp_check_column *column = &data->columns[index];
  uint64_t seed = SP_CHECK_SEED + index * 977U + (uint64_t)column->profile;
  data->n_records = n;
  if (column->type == 0) return SAMPAN_OK;
  if (column->type == SAMPAN_TEXT) SP_TRY(choose_texts(c, values, column));
  if (column->present == NULL) {
    column->present = (uint8_t *)sp_arena_array(c->arena, (uint64_t)n, 1);
    column->truth = (uint8_t *)sp_arena_array(c->arena, (uint64_t)n, 1);
    column->number = (double *)sp_arena_array(c->arena, (uint64_t)n, sizeof(double));
    column->code = (uint32_t *)sp_arena_array(c->arena, (uint64_t)n, sizeof(uint32_t));
  }
  if (column->present == NULL || column->truth == NULL || column->number == NULL ||
      column->code == NULL) {
    return SAMPAN_E_MEMORY;
  }
  for (int64_t i = 0; i < n; i++) {
    column->present[i] = sp_check_uniform(&seed) < 0.92;
    column->truth[i] = (uint8_t)sp_check_below(&seed, 2);
    column->number[i] = draw_number(column->profile, &seed);
    column->code[i] = column->n_texts > 0 ? (uint32_t)sp_check_below(&seed, column->n_texts) : 0;
  }
  return SAMPAN_OK;
}

/* ---- batches ------------------------------------------------------------------------------ */

static uint64_t *new_bits(int64_t n, const sp_check_packing *packing, sp_arena *arena) {
  const uint64_t n_words = (uint64_t)sampan_words(n);
  uint64_t *bits = (uint64_t *)sp_arena_array(arena, n_words + 1, sizeof *bits);
  if (bits != NULL) memset(bits, packing->tail, (n_words + 1) * sizeof *bits);
  return bits;
}

static int is_reversed(const sp_check_column *column, const sp_check_packing *packing) {
  return packing->reversed && !column->has_levels && column->n_texts > 0;
}

static int32_t pack_dictionary(const sp_check_column *from, const sp_check_packing *packing,
                               sp_arena *arena, sampan_column *out) {
  const char **texts = (const char **)sp_arena_array(arena, from->n_texts + 1U, sizeof *texts);
  sampan_dictionary *d = (sampan_dictionary *)sp_arena_alloc(arena, sizeof *d);
  if (texts == NULL || d == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < from->n_texts; i++) {
    texts[is_reversed(from, packing) ? from->n_texts - 1 - i : i] = from->texts[i];
  }
  *d = (sampan_dictionary){.struct_size = sizeof *d, .n_entries = from->n_texts, .text = texts};
  out->dictionary = d;
  return SAMPAN_OK;
}

static int32_t pack_column(const sp_check_column *from, const int64_t *records, int64_t n,
                           const sp_check_packing *packing, sp_arena *arena, sampan_column *out) {
  uint64_t *present = new_bits(n, packing, arena), *truth = new_bits(n, packing, arena);
  double *number = (double *)sp_arena_array(arena, (uint64_t)n + 1, sizeof *number);
  uint32_t *code = (uint32_t *)sp_arena_array(arena, (uint64_t)n + 1, sizeof *code);
  if (present == NULL || truth == NULL || number == NULL || code == NULL) return SAMPAN_E_MEMORY;
  *out = (sampan_column){
      .struct_size = sizeof *out, .type = from->type, .present = present, .name = from->name};
  for (int64_t i = 0; i < n; i++) {
    const int64_t r = records[i];
    const int there = r >= 0 && from->present[r];
    sampan_set_bit(present, i, there);
    sampan_set_bit(truth, i, there && from->truth[r]);
    if (!there) continue; /* absent values are 0 */
    number[i] = from->number[r];
    code[i] = is_reversed(from, packing) ? from->n_texts - 1 - from->code[r] : from->code[r];
  }
  if (from->type == SAMPAN_NUMBER) out->number = number;
  if (from->type == SAMPAN_TRUTH) out->truth = truth;
  if (from->type != SAMPAN_TEXT) return SAMPAN_OK;
  out->code = code;
  return pack_dictionary(from, packing, arena, out);
}

const sampan_batch *sp_check_batch(const sp_check_data *data, const int64_t *records, int64_t n,
                                   const sp_check_packing *packing, sp_arena *arena) {
  sampan_batch *batch = (sampan_batch *)sp_arena_alloc(arena, sizeof *batch);
  const sampan_column **pointers =
      (const sampan_column **)sp_arena_array(arena, data->n_columns + 1U, sizeof *pointers);
  sampan_column *columns =
      (sampan_column *)sp_arena_array(arena, data->n_columns + 1U, sizeof *columns);
  if (batch == NULL || pointers == NULL || columns == NULL) return NULL;
  for (uint32_t i = 0; i < data->n_columns; i++) {
    if (data->columns[i].type == 0) continue;
    if (pack_column(&data->columns[i], records, n, packing, arena, &columns[i]) < 0) return NULL;
    pointers[i] = &columns[i];
  }
  *batch = (sampan_batch){.struct_size = sizeof *batch,
                          .n_columns = data->n_columns,
                          .n_records = n,
                          .columns = pointers};
  return batch;
}

static uint64_t digest(uint64_t h, const void *bytes, uint64_t n) {
  const unsigned char *p = (const unsigned char *)bytes;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 29;
  }
  for (; n > 0; n--) h = (h ^ *p++) * UINT64_C(1099511628211);
  return h;
}

uint64_t sp_check_batch_digest(const sampan_batch *batch) {
  const uint64_t n = (uint64_t)batch->n_records, words = (uint64_t)sampan_words(batch->n_records);
  uint64_t h = digest(SP_CHECK_SEED, batch, sizeof *batch);
  for (uint32_t i = 0; i < batch->n_columns; i++) {
    const sampan_column *c = batch->columns[i];
    if (c == NULL) continue;
    h = digest(h, c, sizeof *c);
    h = digest(h, c->present, words * 8);
    if (c->number != NULL) h = digest(h, c->number, n * sizeof *c->number);
    if (c->truth != NULL) h = digest(h, c->truth, words * 8);
    if (c->code != NULL) h = digest(h, c->code, n * sizeof *c->code);
  }
  if (batch->group != NULL) h = digest(h, batch->group, n * sizeof *batch->group);
  for (uint32_t g = 0; batch->memory != NULL && g < batch->n_groups; g++) {
    h = digest(h, batch->memory[g]->state, batch->memory[g]->n_state * sizeof(double));
  }
  return h;
}
