/* table.c - small CSV files as tables: RFC 4180 to the letter, comma and UTF-8, every row as wide
 * as the header. */
#include <math.h>

#include "base/input.h"
#include "base/text.h"
#include "host/error_ids.h"
#include "host/params.h"

enum { MAX_BYTES = 16 << 20, MOST_CELLS = 100000, MOST_COLUMNS = 1000 };

typedef struct scan {
  const char *path;
  const char *at, *end;
  const char *line_start; /* of the current line, for columns in messages */
  int32_t line;
  uint32_t n_columns; /* 0 while the header is being read */
  int64_t row;        /* the header is 0 */
  const char **header;
  const char **cells; /* without the header */
  uint64_t n_cells, capacity;
  sp_arena *arena;
  char *scratch; /* as long as the file: a cell without its quotes */
  sampan_error *error;
} scan;

static int32_t fail_at(const scan *s, int32_t id, const char *place, const char *format, ...)
    SP_PRINTF(4, 5);
static int32_t fail_at(const scan *s, int32_t id, const char *place, const char *format, ...) {
  char message[256];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  (void)sp_error_set(s->error, SAMPAN_E_DATA, id, "%s", message);
  (void)sp_error_text_place(
      s->error, s->path, s->line,
      1 + sp_utf8_characters(s->line_start, (uint64_t)(place - s->line_start)));
  if (s->error != NULL) s->error->row = s->row;
  return SAMPAN_E_DATA;
}

/* Names the column of an error, as far as the header has one. */
static int32_t in_column(const scan *s, uint32_t column, int32_t status) {
  if (status < 0 && column < s->n_columns) {
    (void)sp_error_cell(s->error, s->path, s->row, s->header[column]);
  }
  return status;
}

/* The text of a cell that starts with a quote; s->at moves behind the closing one. */
static int32_t quoted(scan *s, uint64_t *n) {
  const char *open = s->at++;
  const char *open_line = s->line_start;
  const int32_t line = s->line;
  *n = 0;
  for (;; s->at++) {
    if (s->at == s->end) {
      s->line = line;
      s->line_start = open_line;
      return fail_at(s, SP_ID_TABLE_QUOTE, open, "the quote that opens here is not closed");
    }
    if (*s->at == '"' && (s->at + 1 == s->end || s->at[1] != '"')) break;
    if (*s->at == '"') s->at++;
    s->scratch[(*n)++] = *s->at;
    if (*s->at == '\n') {
      s->line++;
      s->line_start = s->at + 1;
    }
  }
  s->at++;
  if (s->at < s->end && *s->at != ',' && *s->at != '\n' && *s->at != '\r') {
    return fail_at(s, SP_ID_TABLE_QUOTE, s->at, "something follows the closing quote of a cell");
  }
  return SAMPAN_OK;
}

static int32_t plain(scan *s, uint64_t *n) {
  const char *start = s->at;
  while (s->at < s->end && *s->at != ',' && *s->at != '\n' && *s->at != '\r') {
    if (*s->at == '"') {
      return fail_at(s, SP_ID_TABLE_QUOTE, s->at, "a quote inside a cell that has none around it");
    }
    s->at++;
  }
  *n = (uint64_t)(s->at - start);
  memcpy(s->scratch, start, (size_t)*n);
  return SAMPAN_OK;
}

static int32_t keep_cell(scan *s, uint64_t n) {
  const uint64_t most = s->n_columns == 0 ? (uint64_t)MOST_COLUMNS : (uint64_t)MOST_CELLS;
  if (s->n_cells == most) {
    return fail_at(
        s, SP_ID_TABLE_SIZE, s->at,
        s->n_columns == 0 ? "a table has at most %u columns" : "a table has at most %u cells",
        (unsigned)most);
  }
  if (s->n_cells == s->capacity) {
    const uint64_t capacity = s->capacity == 0 ? 64 : s->capacity * 2;
    s->cells =
        (const char **)sp_arena_grow(s->arena, s->cells, s->n_cells, capacity, sizeof *s->cells);
    if (s->cells == NULL) return sp_error_memory(s->error), SAMPAN_E_MEMORY;
    s->capacity = capacity;
  }
  const char *text = sp_arena_text_n(s->arena, s->scratch, n);
  if (text == NULL) return sp_error_memory(s->error), SAMPAN_E_MEMORY;
  s->cells[s->n_cells++] = text;
  return SAMPAN_OK;
}

/* Passes a line end, or the end of the file. */
static int32_t line_end(scan *s) {
  if (s->at == s->end) return SAMPAN_OK;
  if (*s->at == '\r') {
    if (s->at + 1 == s->end || s->at[1] != '\n') {
      return fail_at(s, SP_ID_TABLE_TEXT, s->at, "a carriage return without a line feed");
    }
    s->at++;
  }
  s->at++;
  s->line++;
  s->line_start = s->at;
  return SAMPAN_OK;
}

/* One record; its cells go to the end of s->cells. */
static int32_t record(scan *s, uint32_t *n_cells) {
  const char *start = s->at;
  *n_cells = 0;
  for (;;) {
    uint64_t n = 0;
    const int is_quoted = s->at < s->end && *s->at == '"';
    SP_TRY(in_column(s, *n_cells, is_quoted ? quoted(s, &n) : plain(s, &n)));
    if (s->n_columns > 0 && *n_cells == s->n_columns) {
      return fail_at(s, SP_ID_TABLE_RAGGED, s->at, "more cells than the header has (%u)",
                     (unsigned)s->n_columns);
    }
    SP_TRY(keep_cell(s, n));
    ++*n_cells;
    if (s->at == s->end || *s->at != ',') break;
    s->at++;
  }
  if (s->at == start) {
    return fail_at(s, SP_ID_TABLE_RAGGED, s->at, "an empty line");
  }
  if (*n_cells < s->n_columns) {
    return fail_at(s, SP_ID_TABLE_RAGGED, s->at, "%u cells where the header has %u",
                   (unsigned)*n_cells, (unsigned)s->n_columns);
  }
  return line_end(s);
}

static int32_t header(scan *s) {
  uint32_t n;
  if (s->at == s->end) return fail_at(s, SP_ID_TABLE_EMPTY, s->at, "the file is empty");
  SP_TRY(record(s, &n));
  s->line--; /* names are looked at after their line was passed */
  for (uint32_t i = 0; i < n; i++) {
    if (s->cells[i][0] == '\0') {
      return fail_at(s, SP_ID_TABLE_HEADER, s->line_start, "column %u has no name",
                     (unsigned)i + 1);
    }
    for (uint32_t k = 0; k < i; k++) {
      if (strcmp(s->cells[k], s->cells[i]) == 0) {
        return fail_at(s, SP_ID_TABLE_HEADER, s->line_start, "two columns are named '%.60s'",
                       s->cells[i]);
      }
    }
  }
  s->line++;
  s->header = s->cells;
  s->n_columns = n;
  s->cells = NULL;
  s->n_cells = s->capacity = 0;
  return SAMPAN_OK;
}

/* What no table may hold: bytes that are no UTF-8, and NUL, which would end a text. */
static int32_t check_text(scan *s, uint64_t n) {
  const int64_t bad = sp_utf8_invalid(s->at, n);
  const char *nul = (const char *)memchr(s->at, '\0', (size_t)n);
  if (bad < 0 && nul == NULL) return SAMPAN_OK;
  const char *place = nul != NULL && (bad < 0 || nul < s->at + bad) ? nul : s->at + bad;
  for (const char *p = s->at; p < place; p++) {
    if (*p != '\n') continue;
    s->line++;
    s->line_start = p + 1;
  }
  if (place == nul) return fail_at(s, SP_ID_TABLE_TEXT, place, "a NUL byte");
  (void)fail_at(s, SP_ID_TABLE_TEXT, place, "not UTF-8: byte 0x%02X cannot stand here",
                (unsigned)(unsigned char)*place);
  (void)sp_error_hint(s->error, "save the file as UTF-8");
  return SAMPAN_E_DATA;
}

static int32_t make_table(const scan *s, const char *name, sampan_table **out) {
  sampan_table *table = (sampan_table *)sp_arena_alloc(s->arena, sizeof *table);
  double *number = (double *)sp_arena_array(s->arena, s->n_cells, sizeof *number);
  const char *kept = sp_arena_text(s->arena, name);
  if (table == NULL || number == NULL || kept == NULL) {
    return sp_error_memory(s->error), SAMPAN_E_MEMORY;
  }
  for (uint64_t i = 0; i < s->n_cells; i++) {
    if (sp_parse_number(s->cells[i], strlen(s->cells[i]), &number[i]) != 0) number[i] = NAN;
  }
  *table = (sampan_table){.struct_size = sizeof *table,
                          .n_rows = (uint32_t)(s->n_cells / s->n_columns),
                          .n_columns = s->n_columns,
                          .header = s->header,
                          .text = s->cells,
                          .number = number,
                          .name = kept};
  *out = table;
  return SAMPAN_OK;
}

int32_t sp_table_read(const char *path, const char *name, sp_arena *arena, sampan_table **out,
                      char *digest, sampan_error *error) {
  scan s = {.path = path, .line = 1, .arena = arena, .error = error};
  char *text;
  uint64_t n = 0;
  int64_t n_bytes;
  uint32_t n_cells;
  *out = NULL;
  SP_TRY(sp_input_text(path, MAX_BYTES, arena, &text, &n, error));
  s.at = s.line_start = text;
  s.end = text + n;
  s.scratch = (char *)sp_arena_alloc(arena, n);
  if (s.scratch == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  SP_TRY(check_text(&s, n));
  if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) s.at = s.line_start = text + 3;
  SP_TRY(header(&s));
  while (s.at < s.end) {
    s.row++;
    SP_TRY(record(&s, &n_cells));
  }
  if (s.row == 0) return fail_at(&s, SP_ID_TABLE_EMPTY, s.at, "the table has a header but no rows");
  SP_TRY(make_table(&s, name, out));
  return digest != NULL ? sp_input_digest(path, digest, &n_bytes, error) : SAMPAN_OK;
}
