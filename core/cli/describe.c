/* describe.c - sampan describe: what is in a data file, column by column. */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/text.h"
#include "cli/data_file.h"

enum { MOST_DISTINCT = 1000, N_SHOWN = 5, N_REASONS = 28, CAPACITY = 4096 };

/* What was seen of one column. Memory does not grow with the file. */
typedef struct summary {
  const sampan_field *field;
  sp_map *values;                   /* the first MOST_DISTINCT distinct ones */
  int64_t count[MOST_DISTINCT + 1]; /* the last: of all others */
  int64_t n_present, n_missing;
  int64_t by_reason[N_REASONS]; /* 0: none given; then 'a' to 'z'; '_' */
  double minimum, maximum;
  int32_t is_text;  /* a value is no number */
  int32_t overflow; /* there are more distinct values */
} summary;

typedef struct description {
  cli *c;
  uint32_t n;
  summary *columns;
  sampan_fill *fills;
  int64_t n_records;
} description;

/* ---- reading ------------------------------------------------------------------------------ */

static void see_number(summary *s, double x) {
  if (!(s->minimum <= x)) s->minimum = x;
  if (!(s->maximum >= x)) s->maximum = x;
}

/* The number of a value among the distinct ones, MOST_DISTINCT for those past the first. */
static uint32_t number_of(summary *s, const void *key, uint64_t n_bytes) {
  const uint32_t known = sp_map_find(s->values, key, n_bytes);
  if (known != SP_MAP_NONE) return known;
  if (sp_map_size(s->values) < MOST_DISTINCT) return sp_map_add(s->values, key, n_bytes);
  s->overflow = 1;
  return MOST_DISTINCT;
}

/* Texts are looked at when they come up first: a source may ask for each but once. */
static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n_bytes) {
  summary *s = &((description *)data)->columns[fill];
  double x;
  if (s->field->type == SAMPAN_TEXT || sp_parse_number(text, n_bytes, &x) != 0) {
    s->is_text = 1;
  } else {
    see_number(s, x);
  }
  return number_of(s, text, n_bytes);
}

static int32_t see_batch(void *data, int64_t n, sampan_error *error) {
  description *d = (description *)data;
  for (uint32_t f = 0; f < d->n; f++) {
    summary *s = &d->columns[f];
    const sampan_fill *fill = &d->fills[f];
    for (int64_t i = 0; i < n; i++) {
      if (!sampan_bit(fill->present, i)) {
        const uint8_t r = fill->reason[i];
        s->n_missing++;
        s->by_reason[r >= 'a' && r <= 'z' ? r - 'a' + 1 : r == '_' ? 27 : 0]++;
        continue;
      }
      uint32_t number = fill->type == SAMPAN_TEXT ? fill->code[i] : 0;
      if (fill->type == SAMPAN_NUMBER) {
        const double x = fill->number[i] == 0 ? 0 : fill->number[i]; /* no -0 */
        see_number(s, x);
        number = number_of(s, &x, sizeof x);
      }
      if (number > MOST_DISTINCT) return sp_error_memory(error);
      s->n_present++;
      s->count[number]++;
    }
  }
  d->n_records += n;
  return SAMPAN_OK;
}

static int32_t prepare(description *d, const sp_source *source, sampan_error *error) {
  sp_arena *arena = d->c->arena;
  d->n = source->schema.n_fields;
  d->columns = sp_arena_array(arena, d->n + 1U, sizeof *d->columns);
  d->fills = sp_arena_array(arena, d->n + 1U, sizeof *d->fills);
  if (d->columns == NULL || d->fills == NULL) return sp_error_memory(error);
  for (uint32_t f = 0; f < d->n; f++) {
    summary *s = &d->columns[f];
    sampan_fill *fill = &d->fills[f];
    s->field = &source->schema.fields[f];
    s->minimum = s->maximum = NAN;
    s->values = sp_map_new(f);
    fill->struct_size = sizeof *fill;
    fill->type = s->field->type == SAMPAN_NUMBER ? SAMPAN_NUMBER : SAMPAN_TEXT;
    fill->field = f;
    fill->number = sp_arena_array(arena, CAPACITY, sizeof(double));
    fill->code = sp_arena_array(arena, CAPACITY, sizeof(uint32_t));
    fill->present = sp_arena_array(arena, CAPACITY / 64, sizeof(uint64_t));
    fill->reason = sp_arena_array(arena, CAPACITY, 1);
    if (s->values == NULL || fill->number == NULL || fill->code == NULL || fill->present == NULL ||
        fill->reason == NULL) {
      return sp_error_memory(error);
    }
  }
  return SAMPAN_OK;
}

/* ---- what is told of a column ------------------------------------------------------------- */

static int is_number(const summary *s) {
  return s->field->type == SAMPAN_NUMBER ||
         (s->field->type == 0 && !s->is_text && s->n_present > 0);
}

/* A distinct value as text. */
static const char *value_text(const summary *s, uint32_t number, sp_arena *arena) {
  const char *key = sp_map_key(s->values, number, NULL);
  double x;
  char text[32];
  if (s->field->type != SAMPAN_NUMBER) return key;
  memcpy(&x, key, sizeof x);
  sp_format_number(x, text);
  return sp_arena_text(arena, text);
}

static const char *label_of(const summary *s, uint32_t number, const char *text) {
  double x = 0;
  if (s->field->type == SAMPAN_NUMBER) memcpy(&x, sp_map_key(s->values, number, NULL), sizeof x);
  for (uint32_t i = 0; i < s->field->n_labels; i++) {
    const sampan_label *l = &s->field->labels[i];
    if (s->field->type == SAMPAN_NUMBER ? l->number == x : strcmp(l->value, text) == 0) {
      return l->text;
    }
  }
  return NULL;
}

/* The most frequent values, in order; of equal ones, what came first. Returns how many. */
static uint32_t most_frequent(const summary *s, uint32_t *out) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < sp_map_size(s->values); i++) {
    uint32_t at = n;
    while (at > 0 && s->count[out[at - 1]] < s->count[i]) at--;
    if (at >= N_SHOWN) continue;
    const uint32_t last = n < N_SHOWN ? n : N_SHOWN - 1;
    for (uint32_t k = last; k > at; k--) out[k] = out[k - 1];
    out[at] = i;
    if (n < N_SHOWN) n++;
  }
  return n;
}

static char reason_letter(int i) {
  return i == 27 ? '_' : (char)('a' + i - 1);
}

/* ---- as a table --------------------------------------------------------------------------- */

static const char *missing_text(const summary *s, sp_arena *arena) {
  const char *text = sp_arena_printf(arena, "%lld", (long long)s->n_missing);
  for (int i = 1; i < N_REASONS && text != NULL; i++) {
    if (s->by_reason[i] == 0) continue;
    text =
        sp_arena_printf(arena, "%s .%c:%lld", text, reason_letter(i), (long long)s->by_reason[i]);
  }
  return text;
}

static const char *frequent_text(const summary *s, sp_arena *arena) {
  uint32_t shown[N_SHOWN];
  const uint32_t n = most_frequent(s, shown);
  const char *text = "";
  for (uint32_t i = 0; i < n && text != NULL; i++) {
    const char *value = value_text(s, shown[i], arena);
    if (value == NULL) return NULL;
    const char *label = label_of(s, shown[i], value);
    text = sp_arena_printf(arena, "%s%s%s%s%s%s (%lld)", text, i > 0 ? ", " : "", value,
                           label != NULL ? " [" : "", label != NULL ? label : "",
                           label != NULL ? "]" : "", (long long)s->count[shown[i]]);
  }
  return text;
}

static void add_column(cli_grid *grid, const summary *s) {
  char number[32];
  const int numeric = is_number(s) && s->n_present > 0;
  cli_grid_add(grid, s->field->name);
  cli_grid_add(grid, is_number(s)                               ? "number"
                     : s->n_present == 0 && s->field->type == 0 ? "-"
                                                                : "text");
  cli_grid_add(grid, sp_arena_printf(grid->arena, "%lld", (long long)s->n_present));
  cli_grid_add(grid, missing_text(s, grid->arena));
  cli_grid_add(grid, sp_arena_printf(grid->arena, "%s%u", s->overflow ? "more than " : "",
                                     (unsigned)sp_map_size(s->values)));
  sp_format_number(s->minimum, number);
  cli_grid_add(grid, numeric ? sp_arena_text(grid->arena, number) : "");
  sp_format_number(s->maximum, number);
  cli_grid_add(grid, numeric ? sp_arena_text(grid->arena, number) : "");
  cli_grid_add(grid, frequent_text(s, grid->arena));
  cli_grid_add(grid, s->field->label != NULL ? s->field->label : "");
}

static void write_labels(const summary *s, sp_buffer *out) {
  if (s->field->n_labels == 0) return;
  sp_buffer_printf(out, "  %s:", s->field->name);
  for (uint32_t i = 0; i < s->field->n_labels; i++) {
    const sampan_label *l = &s->field->labels[i];
    sp_buffer_printf(out, "%s %s = %s", i > 0 ? ";" : "", l->value, l->text);
  }
  sp_buffer_char(out, '\n');
}

static void write_text(const description *d, const sp_source *source, sp_buffer *out) {
  static const char *const heads[] = {"column",  "type",    "present",       "missing", "distinct",
                                      "minimum", "maximum", "most frequent", "label"};
  cli_grid grid = {.arena = d->c->arena, .n_columns = 9, .right = 0x64};
  int has_labels = 0;
  for (size_t i = 0; i < 9; i++) cli_grid_add(&grid, heads[i]);
  for (uint32_t f = 0; f < d->n; f++) {
    add_column(&grid, &d->columns[f]);
    has_labels = has_labels || d->columns[f].field->n_labels > 0;
  }
  sp_buffer_printf(
      out, "%s: %lld records, %u columns, read by %s; %s\n\n", source->file,
      (long long)d->n_records, (unsigned)d->n, source->plugin->name,
      source->schema.complete ? "proved to be whole" : "its format cannot prove that it is whole");
  cli_grid_write(&grid, out);
  if (source->schema.about != NULL) sp_buffer_printf(out, "\n%s", source->schema.about);
  if (has_labels) sp_buffer_text_add(out, "\nvalue labels\n");
  for (uint32_t f = 0; f < d->n; f++) write_labels(&d->columns[f], out);
}

/* ---- as JSON ------------------------------------------------------------------------------ */

static void write_json_column(const summary *s, sp_arena *arena, sp_buffer *out) {
  uint32_t shown[N_SHOWN];
  const uint32_t n = most_frequent(s, shown);
  const char *separator = "";
  sp_buffer_text_add(out, "{\"name\":");
  sp_buffer_json_text(out, s->field->name);
  sp_buffer_text_add(out, ",\"label\":");
  sp_buffer_json_text(out, s->field->label != NULL ? s->field->label : "");
  sp_buffer_printf(out, ",\"type\":\"%s\",\"n_present\":%lld,\"n_missing\":%lld,\"missing\":{",
                   is_number(s) ? "number" : "text", (long long)s->n_present,
                   (long long)s->n_missing);
  for (int i = 1; i < N_REASONS; i++) {
    if (s->by_reason[i] == 0) continue;
    sp_buffer_printf(out, "%s\"%c\":%lld", separator, reason_letter(i), (long long)s->by_reason[i]);
    separator = ",";
  }
  sp_buffer_printf(out, "},\"n_distinct\":%u,\"more_distinct\":%s,\"minimum\":",
                   (unsigned)sp_map_size(s->values), s->overflow ? "true" : "false");
  sp_buffer_json_number(out, is_number(s) ? s->minimum : NAN);
  sp_buffer_text_add(out, ",\"maximum\":");
  sp_buffer_json_number(out, is_number(s) ? s->maximum : NAN);
  sp_buffer_text_add(out, ",\"most_frequent\":[");
  for (uint32_t i = 0; i < n; i++) {
    const char *value = value_text(s, shown[i], arena);
    sp_buffer_text_add(out, i > 0 ? ",{\"value\":" : "{\"value\":");
    sp_buffer_json_text(out, value != NULL ? value : "");
    sp_buffer_printf(out, ",\"n\":%lld}", (long long)s->count[shown[i]]);
  }
  sp_buffer_text_add(out, "],\"labels\":{");
  for (uint32_t i = 0; i < s->field->n_labels; i++) {
    if (i > 0) sp_buffer_char(out, ',');
    sp_buffer_json_text(out, s->field->labels[i].value);
    sp_buffer_char(out, ':');
    sp_buffer_json_text(out, s->field->labels[i].text);
  }
  sp_buffer_text_add(out, "}}");
}

static void write_json(const description *d, const sp_source *source, sp_buffer *out) {
  sp_buffer_text_add(out, "{\"file\":");
  sp_buffer_json_text(out, source->file);
  sp_buffer_printf(out, ",\"source\":\"%s\",\"n_records\":%lld,\"proved_whole\":%s,\"about\":",
                   source->plugin->name, (long long)d->n_records,
                   source->schema.complete ? "true" : "false");
  sp_buffer_json_text(out, source->schema.about != NULL ? source->schema.about : "");
  sp_buffer_text_add(out, ",\"columns\":[");
  for (uint32_t f = 0; f < d->n; f++) {
    sp_buffer_text_add(out, f > 0 ? ",\n" : "\n");
    write_json_column(&d->columns[f], d->c->arena, out);
  }
  sp_buffer_text_add(out, "\n]}\n");
}

int32_t cli_describe(cli *c, sampan_error *error) {
  description d = {.c = c};
  sp_context context;
  sp_source source;
  sp_buffer text;
  SP_TRY(cli_need_operands(c, 1, 1, error));
  SP_TRY(cli_refuse_inputs(c, NULL, 0, error));
  SP_TRY(cli_registry(c, error));
  SP_TRY(cli_data_open(c, c->args.operands[0], &context, &source, error));
  int32_t status = prepare(&d, &source, error);
  if (status >= 0) {
    const sampan_sink sink = {.struct_size = sizeof sink,
                              .n_fills = d.n,
                              .fills = d.fills,
                              .capacity = CAPACITY,
                              .data = &d,
                              .intern = intern,
                              .batch = see_batch};
    status = sp_source_read(&source, &sink, &context, NULL, NULL, NULL, error);
  }
  sp_buffer_init(&text);
  if (status >= 0) {
    if (c->args.json) {
      write_json(&d, &source, &text);
    } else {
      write_text(&d, &source, &text);
    }
    status =
        text.failed ? sp_error_memory(error) : cli_write_text(c, text.data, text.n_bytes, error);
  }
  sp_buffer_clear(&text);
  for (uint32_t f = 0; d.columns != NULL && f < d.n; f++) sp_map_free(d.columns[f].values);
  return status;
}
