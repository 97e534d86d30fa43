/* header.c - the header record: names that are there, and are different. */
#include <stdlib.h>

#include "dsv.h"

typedef struct header {
  const sampan_call *call;
  sampan_field *fields;
  uint32_t n_fields, capacity;
  int64_t line;
  int32_t no_memory;
} header;

static void on_name(void *data, uint32_t i, const char *text, uint64_t n) {
  header *h = (header *)data;
  const sampan_host *host = h->call->host;
  if (h->no_memory) return;
  if (i == h->capacity) {
    const uint32_t capacity = h->capacity == 0 ? 64 : 2 * h->capacity;
    sampan_field *grown = (sampan_field *)host->alloc(h->call, (uint64_t)capacity * sizeof *grown);
    h->no_memory = grown == NULL;
    if (h->no_memory) return;
    if (i > 0) memcpy(grown, h->fields, i * sizeof *grown);
    h->fields = grown;
    h->capacity = capacity;
  }
  char *name = (char *)host->alloc(h->call, n + 1);
  h->no_memory = name == NULL;
  if (h->no_memory) return;
  memcpy(name, text, n);
  h->fields[i] =
      (sampan_field){.struct_size = sizeof(sampan_field), .name = name, .label = "", .type = 0};
  h->n_fields = i + 1;
}

static int32_t on_header(void *data, const dsv_scanner *s) {
  header *h = (header *)data;
  h->line = s->record_line;
  return SAMPAN_END;
}

static int by_name(const void *a, const void *b) {
  const sampan_field *x = *(const sampan_field *const *)a, *y = *(const sampan_field *const *)b;
  const int order = strcmp(x->name, y->name);
  return order != 0 ? order : (x > y) - (x < y);
}

static int is_blank(const char *name) {
  return name[strspn(name, " \t")] == '\0';
}

static int32_t fail_name(const header *h, uint32_t i, const char *format, unsigned long other) {
  const dsv_names names = {h->fields, h->n_fields};
  dsv_place(h->call, 0, h->line, -1, &names, is_blank(h->fields[i].name) ? UINT32_MAX : i);
  return sampan_fail(h->call, SAMPAN_E_DATA, format, (unsigned long)i + 1, other);
}

static int32_t check_names(const header *h) {
  const sampan_field **sorted =
      (const sampan_field **)h->call->host->alloc(h->call, (uint64_t)h->n_fields * sizeof *sorted);
  if (sorted == NULL) return sampan_fail(h->call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < h->n_fields; i++) {
    sorted[i] = &h->fields[i];
    if (!is_blank(h->fields[i].name)) continue;
    dsv_hint(h->call, i == 0 ? "A column of row names needs a name, too." : "");
    return fail_name(h, i, "column %lu has no name", 0);
  }
  qsort(sorted, h->n_fields, sizeof *sorted, by_name);
  const sampan_field *first = NULL, *again = NULL;
  for (uint32_t i = 1; i < h->n_fields; i++) {
    if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0) continue;
    if (again == NULL || sorted[i] < again) {
      first = sorted[i - 1];
      again = sorted[i];
    }
  }
  if (again == NULL) return SAMPAN_OK;
  return fail_name(h, (uint32_t)(again - h->fields), "column %lu has the name of column %lu",
                   (unsigned long)(first - h->fields) + 1);
}

int32_t dsv_header(const sampan_call *call, const sampan_reader *reader, const dsv_dialect *dialect,
                   sampan_schema *out) {
  header h = {.call = call};
  const dsv_names none = {NULL, 0};
  const dsv_handler handler = {&h, on_name, on_header};
  int32_t status = dsv_feed(call, reader, dialect, &none, &handler, 0);
  if (h.no_memory) status = sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  if (status < 0) return status;
  status = check_names(&h);
  if (status < 0) return status;
  out->fields = h.fields;
  out->n_fields = h.n_fields;
  out->n_records = -1;
  out->complete = 0; /* no count, no end mark: a cut behind a record looks like the end */
  return SAMPAN_OK;
}
