/* yaml.c - libyaml's events as a tree. */
#include "plan/yaml.h"

#include <yaml.h>

#include "base/map.h"
#include "base/text.h"
#include "plan/error_ids.h"

enum { SP_YAML_DEPTH = 64, SP_YAML_FEW_KEYS = 16 };

typedef struct reading {
  yaml_parser_t parser;
  sp_arena *arena;
  const char *file;
  const char *text;
  uint64_t n_bytes;
  sampan_error *error;
} reading;

static int32_t fail_at(const reading *r, yaml_mark_t mark, int32_t id, const char *format, ...)
    SP_PRINTF(4, 5);
static int32_t fail_at(const reading *r, yaml_mark_t mark, int32_t id, const char *format, ...) {
  char message[512];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  (void)sp_error_set(r->error, SAMPAN_E_PLAN, id, "%s", message);
  (void)sp_error_text_place(r->error, r->file, (int32_t)mark.line + 1, (int32_t)mark.column + 1);
  return SAMPAN_E_PLAN;
}

/* Line and column of a byte, where libyaml gives an offset only. */
static yaml_mark_t mark_of(const reading *r, uint64_t offset) {
  yaml_mark_t mark = {0};
  uint64_t line_start = 0;
  for (uint64_t i = 0; i < offset && i < r->n_bytes; i++) {
    if (r->text[i] != '\n') continue;
    mark.line++;
    line_start = i + 1;
  }
  mark.column = (size_t)sp_utf8_characters(r->text + line_start, offset - line_start);
  return mark;
}

/* The bytes of a line from a column on: what stands there decides which hint helps. */
static const char *bytes_at(const reading *r, yaml_mark_t mark, uint64_t *n) {
  uint64_t i = 0;
  size_t line = 0, column = 0;
  for (; i < r->n_bytes && line < mark.line; i++) line += r->text[i] == '\n';
  while (i < r->n_bytes && column < mark.column && r->text[i] != '\n') {
    i++;
    while (i < r->n_bytes && ((unsigned char)r->text[i] & 0xc0) == 0x80) i++;
    column++;
  }
  *n = r->n_bytes - i;
  return r->text + i;
}

/* 1 if the line of the mark is indented with a tab. */
static int has_tab(const reading *r, yaml_mark_t mark) {
  uint64_t n, i = 0;
  const yaml_mark_t start = {.line = mark.line};
  const char *line = bytes_at(r, start, &n);
  while (i < n && line[i] == ' ') i++;
  return i < n && line[i] == '\t';
}

static int32_t syntax_error(const reading *r) {
  const yaml_parser_t *p = &r->parser;
  yaml_mark_t mark = p->problem_mark;
  uint64_t n;
  if (p->error == YAML_MEMORY_ERROR) {
    return sp_error_memory(r->error), SAMPAN_E_MEMORY;
  }
  if (p->error == YAML_READER_ERROR) {
    return fail_at(r, mark_of(r, p->problem_offset), SP_ID_YAML_CONTROL,
                   "character U+%04X cannot stand in a plan", (unsigned)p->problem_value);
  }
  /* A scalar that starts with > reads as a block scalar, and fails somewhere later. */
  const int in_block = p->context != NULL && strstr(p->context, "block scalar") != NULL;
  if (in_block) mark = p->context_mark;
  const int32_t status = fail_at(r, mark, SP_ID_YAML_SYNTAX, "not YAML: %s%s%s",
                                 p->problem ? p->problem : "syntax error", p->context ? ", " : "",
                                 p->context ? p->context : "");
  const char *there = bytes_at(r, mark, &n);
  if (has_tab(r, mark)) {
    (void)sp_error_hint(r->error, "indent with spaces: YAML allows no tabs there");
  } else if (in_block || (n > 0 && strchr(">|%@`", there[0]) != NULL)) {
    (void)sp_error_hint(r->error, "put a text that starts with %.1s in quotes", there);
  } else if (p->context != NULL && strstr(p->context, "quoted scalar") != NULL) {
    (void)sp_error_hint(r->error, "the quote that opens in line %d is not closed",
                        (int)p->context_mark.line + 1);
  } else if (p->problem != NULL && strstr(p->problem, "mapping values") != NULL) {
    (void)sp_error_hint(r->error, "a text that holds ': ' must be in quotes");
  }
  return status;
}

static int32_t next(reading *r, yaml_event_t *event) {
  return yaml_parser_parse(&r->parser, event) ? SAMPAN_OK : syntax_error(r);
}

static int32_t node_of(reading *r, const yaml_event_t *event, int32_t depth, sp_yaml **out);

/* Makes room for one more item; capacities are powers of two from 4 on. */
static int32_t reserve(reading *r, sp_yaml *node) {
  if (node->n != 0 && (node->n < 4 || (node->n & (node->n - 1)) != 0)) return SAMPAN_OK;
  const uint32_t capacity = node->n == 0 ? 4 : node->n * 2;
  node->items =
      (sp_yaml **)sp_arena_grow(r->arena, node->items, node->n, capacity, sizeof *node->items);
  if (node->items == NULL) return sp_error_memory(r->error), SAMPAN_E_MEMORY;
  if (node->kind != SP_YAML_MAP) return SAMPAN_OK;
  node->keys =
      (sp_yaml **)sp_arena_grow(r->arena, node->keys, node->n, capacity, sizeof *node->keys);
  return node->keys != NULL ? SAMPAN_OK : (sp_error_memory(r->error), SAMPAN_E_MEMORY);
}

static int32_t child(reading *r, yaml_event_t *event, int32_t depth, sp_yaml **out) {
  const int32_t status = node_of(r, event, depth + 1, out);
  yaml_event_delete(event);
  return status;
}

static int32_t list_items(reading *r, int32_t depth, sp_yaml *node) {
  for (;;) {
    yaml_event_t event;
    SP_TRY(next(r, &event));
    if (event.type == YAML_SEQUENCE_END_EVENT) {
      yaml_event_delete(&event);
      return SAMPAN_OK;
    }
    const int32_t room = reserve(r, node);
    if (room < 0) {
      yaml_event_delete(&event);
      return room;
    }
    SP_TRY(child(r, &event, depth, &node->items[node->n]));
    node->n++;
  }
}

static int32_t key_fits(reading *r, const sp_yaml *key) {
  if (key->kind != SP_YAML_SCALAR) {
    return sp_yaml_error(key, r->file, SP_ID_YAML_KEY, r->error, "a key must be a text, not a %s",
                         key->kind == SP_YAML_LIST ? "list" : "map");
  }
  if (strcmp(key->text, "<<") == 0 && key->quoted == 0) {
    return sp_yaml_error(key, r->file, SP_ID_YAML_MERGE, r->error,
                         "merge keys (<<) are not allowed: write the keys out");
  }
  if (key->text[0] == '\0') {
    return sp_yaml_error(key, r->file, SP_ID_YAML_KEY, r->error, "a key is empty");
  }
  return SAMPAN_OK;
}

static int32_t duplicate(reading *r, const sp_yaml *key, const sp_yaml *first) {
  const int32_t status = sp_yaml_error(key, r->file, SP_ID_YAML_DUPLICATE, r->error,
                                       "key '%s' is there twice", key->text);
  (void)sp_error_hint(r->error, "it was given first in line %d", first->line);
  return status;
}

/* Few keys are compared with each other; many are looked up, so that a large map stays linear. */
static int32_t keys_unique(reading *r, const sp_yaml *map) {
  if (map->n <= SP_YAML_FEW_KEYS) {
    for (uint32_t i = 1; i < map->n; i++) {
      for (uint32_t j = 0; j < i; j++) {
        if (strcmp(map->keys[i]->text, map->keys[j]->text) == 0) {
          return duplicate(r, map->keys[i], map->keys[j]);
        }
      }
    }
    return SAMPAN_OK;
  }
  sp_map *seen = sp_map_new(1);
  if (seen == NULL) return sp_error_memory(r->error), SAMPAN_E_MEMORY;
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < map->n && status == SAMPAN_OK; i++) {
    const uint32_t number = sp_map_add(seen, map->keys[i]->text, strlen(map->keys[i]->text));
    if (number == SP_MAP_NONE) {
      (void)sp_error_memory(r->error);
      status = SAMPAN_E_MEMORY;
    } else if (number != i) {
      status = duplicate(r, map->keys[i], map->keys[number]);
    }
  }
  sp_map_free(seen);
  return status;
}

static int32_t map_items(reading *r, int32_t depth, sp_yaml *node) {
  for (;;) {
    yaml_event_t event;
    SP_TRY(next(r, &event));
    if (event.type == YAML_MAPPING_END_EVENT) {
      yaml_event_delete(&event);
      return keys_unique(r, node);
    }
    const int32_t room = reserve(r, node);
    if (room < 0) {
      yaml_event_delete(&event);
      return room;
    }
    SP_TRY(child(r, &event, depth, &node->keys[node->n]));
    SP_TRY(key_fits(r, node->keys[node->n]));
    SP_TRY(next(r, &event));
    SP_TRY(child(r, &event, depth, &node->items[node->n]));
    node->n++;
  }
}

static int32_t scalar(reading *r, const yaml_event_t *event, sp_yaml *node) {
  const char *text = (const char *)event->data.scalar.value;
  const uint64_t n = event->data.scalar.length;
  switch (event->data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      node->quoted = SP_YAML_QUOTED;
      break;
    case YAML_LITERAL_SCALAR_STYLE:
      node->quoted = SP_YAML_LITERAL;
      break;
    case YAML_FOLDED_SCALAR_STYLE:
      node->quoted = SP_YAML_FOLDED;
      break;
    default:
      break;
  }
  node->last_line = (int32_t)event->end_mark.line + 1;
  for (uint64_t i = 0; i < n; i++) {
    const unsigned char c = (unsigned char)text[i];
    if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f) {
      return sp_yaml_error(node, r->file, SP_ID_YAML_CONTROL, r->error,
                           "control character U+%04X in a text", (unsigned)c);
    }
  }
  node->text = sp_arena_text_n(r->arena, text, n);
  return node->text != NULL ? SAMPAN_OK : (sp_error_memory(r->error), SAMPAN_E_MEMORY);
}

static int32_t node_of(reading *r, const yaml_event_t *event, int32_t depth, sp_yaml **out) {
  const yaml_char_t *anchor = NULL, *tag = NULL;
  int32_t kind = 0;
  switch (event->type) {
    case YAML_ALIAS_EVENT:
      return fail_at(r, event->start_mark, SP_ID_YAML_ANCHOR,
                     "alias *%.60s is not allowed: write the value out",
                     (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT:
      kind = SP_YAML_SCALAR;
      anchor = event->data.scalar.anchor;
      tag = event->data.scalar.tag;
      break;
    case YAML_SEQUENCE_START_EVENT:
      kind = SP_YAML_LIST;
      anchor = event->data.sequence_start.anchor;
      tag = event->data.sequence_start.tag;
      break;
    case YAML_MAPPING_START_EVENT:
      kind = SP_YAML_MAP;
      anchor = event->data.mapping_start.anchor;
      tag = event->data.mapping_start.tag;
      break;
    default:
      return fail_at(r, event->start_mark, SP_ID_YAML_SYNTAX, "not YAML: a value is missing here");
  }
  if (anchor != NULL) {
    return fail_at(r, event->start_mark, SP_ID_YAML_ANCHOR,
                   "anchor &%.60s is not allowed: write the value out", (const char *)anchor);
  }
  if (tag != NULL) {
    const int32_t status = fail_at(r, event->start_mark, SP_ID_YAML_TAG, "tag %.60s is not allowed",
                                   (const char *)tag);
    (void)sp_error_hint(r->error, "put a text that starts with ! in quotes");
    return status;
  }
  if (depth > SP_YAML_DEPTH) {
    return fail_at(r, event->start_mark, SP_ID_YAML_DEPTH, "nested deeper than %d levels",
                   SP_YAML_DEPTH);
  }
  sp_yaml *node = (sp_yaml *)sp_arena_alloc(r->arena, sizeof *node);
  if (node == NULL) return sp_error_memory(r->error), SAMPAN_E_MEMORY;
  node->kind = kind;
  node->line = (int32_t)event->start_mark.line + 1;
  node->column = (int32_t)event->start_mark.column + 1;
  *out = node;
  if (kind == SP_YAML_SCALAR) return scalar(r, event, node);
  return kind == SP_YAML_LIST ? list_items(r, depth, node) : map_items(r, depth, node);
}

/* Takes the next event, which must be of the given type. */
static int32_t pass(reading *r, yaml_event_type_t type, int32_t id, const char *message) {
  yaml_event_t event;
  SP_TRY(next(r, &event));
  const int32_t status =
      event.type == type ? SAMPAN_OK : fail_at(r, event.start_mark, id, "%s", message);
  yaml_event_delete(&event);
  return status;
}

static int32_t document_start(reading *r) {
  yaml_event_t event;
  SP_TRY(pass(r, YAML_STREAM_START_EVENT, SP_ID_YAML_SYNTAX, "not YAML"));
  SP_TRY(next(r, &event));
  int32_t status = SAMPAN_OK;
  if (event.type == YAML_STREAM_END_EVENT) {
    status = fail_at(r, event.start_mark, SP_ID_YAML_EMPTY, "the file is empty");
  } else if (event.data.document_start.tag_directives.start !=
             event.data.document_start.tag_directives.end) {
    status = fail_at(r, event.start_mark, SP_ID_YAML_DIRECTIVE, "%%TAG is not allowed");
  }
  yaml_event_delete(&event);
  return status;
}

static int32_t document(reading *r, sp_yaml **out) {
  yaml_event_t event;
  SP_TRY(document_start(r));
  SP_TRY(next(r, &event));
  SP_TRY(child(r, &event, 0, out));
  SP_TRY(pass(r, YAML_DOCUMENT_END_EVENT, SP_ID_YAML_SYNTAX, "not YAML"));
  return pass(r, YAML_STREAM_END_EVENT, SP_ID_YAML_DOCUMENTS,
              "a second document starts here: a file holds one plan");
}

int32_t sp_yaml_parse(const char *file, const char *text, uint64_t n, sp_arena *arena,
                      sp_yaml **out, sampan_error *error) {
  reading r = {.arena = arena, .file = file, .text = text, .n_bytes = n, .error = error};
  sp_yaml *tree = NULL;
  *out = NULL;
  if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
    r.text += 3;
    r.n_bytes -= 3;
  }
  const int64_t bad = sp_utf8_invalid(r.text, r.n_bytes);
  if (bad >= 0) {
    const int32_t status =
        fail_at(&r, mark_of(&r, (uint64_t)bad), SP_ID_YAML_ENCODING,
                "not UTF-8: byte 0x%02X cannot stand here", (unsigned)(unsigned char)r.text[bad]);
    (void)sp_error_hint(error, "save the file as UTF-8");
    return status;
  }
  if (!yaml_parser_initialize(&r.parser)) return sp_error_memory(error), SAMPAN_E_MEMORY;
  yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&r.parser, (const unsigned char *)r.text, (size_t)r.n_bytes);
  const int32_t status = document(&r, &tree);
  yaml_parser_delete(&r.parser);
  if (status == SAMPAN_OK) *out = tree;
  return status;
}

sp_yaml *sp_yaml_get(const sp_yaml *map, const char *key) {
  if (map == NULL || map->kind != SP_YAML_MAP) return NULL;
  for (uint32_t i = 0; i < map->n; i++) {
    if (strcmp(map->keys[i]->text, key) == 0) return map->items[i];
  }
  return NULL;
}

int32_t sp_yaml_error(const sp_yaml *node, const char *file, int32_t id, sampan_error *error,
                      const char *format, ...) {
  char message[sizeof error->message];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  (void)sp_error_set(error, SAMPAN_E_PLAN, id, "%s", message);
  (void)sp_error_text_place(error, file, node->line, node->column);
  return SAMPAN_E_PLAN;
}

/* "a, b, c", as far as it fits. */
static void join_names(const char *const *names, uint32_t n, char *out, size_t size) {
  size_t used = 0;
  out[0] = '\0';
  for (uint32_t i = 0; i < n; i++) {
    const int k = snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ", names[i]);
    if (k < 0 || (size_t)k >= size - used) {
      (void)snprintf(out + (used < size - 4 ? used : size - 4), 4, "...");
      return;
    }
    used += (size_t)k;
  }
}

void sp_yaml_suggest(const char *text, const char *const *names, uint32_t n, const char *what,
                     sampan_error *error) {
  const char *nearest = sp_nearest(text, names, n);
  if (nearest != NULL) {
    (void)sp_error_hint(error, "did you mean '%s'?", nearest);
  } else if (n > 0) {
    char list[400];
    join_names(names, n, list, sizeof list);
    (void)sp_error_hint(error, "%s: %s", what, list);
  }
}

int32_t sp_yaml_known_keys(const sp_yaml *map, const char *file, const char *const *known,
                           uint32_t n_known, sampan_error *error) {
  for (uint32_t i = 0; i < map->n; i++) {
    const sp_yaml *key = map->keys[i];
    uint32_t k = 0;
    while (k < n_known && strcmp(known[k], key->text) != 0) k++;
    if (k < n_known) continue;
    const int32_t status =
        sp_yaml_error(key, file, SP_ID_YAML_UNKNOWN_KEY, error, "unknown key '%.100s'", key->text);
    sp_yaml_suggest(key->text, known, n_known, "keys here", error);
    return status;
  }
  return SAMPAN_OK;
}
