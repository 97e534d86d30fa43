/* schema.c - variables, their labels, and the labels of their values. */
#include <math.h>
#include <stdlib.h>

#include "foreign.h"

/* A value label as it arrives; sets come in any order, before or after the variables. */
typedef struct labelled {
  const char *set;
  uint64_t order;
  sampan_label label;
} labelled;

typedef struct dictionary {
  sampan_field *fields;
  const char **sets; /* per field: the name of its set of labels, or NULL */
  uint32_t n_fields, field_capacity;
  labelled *labels;
  uint64_t n_labels, label_capacity;
} dictionary;

static void restart(foreign_run *run) {
  dictionary *d = (dictionary *)run->part;
  d->n_fields = 0;
  d->n_labels = 0;
}

/* Room for one more; the old array is left to the host. */
static void *grow(const sampan_call *call, void *old, uint64_t n, uint64_t size) {
  void *grown = call->host->alloc(call, 2 * (n + 32) * size);
  if (grown != NULL && n > 0) memcpy(grown, old, (size_t)(n * size));
  return grown;
}

static int no_memory(foreign_run *run) {
  return foreign_stop(run, sampan_fail(run->call, SAMPAN_E_MEMORY, "out of memory"));
}

static int on_variable(foreign_run *run, readstat_variable_t *variable, const char *labels) {
  dictionary *d = (dictionary *)run->part;
  const sampan_call *call = run->call;
  const char *name = readstat_variable_get_name(variable);
  const char *label = readstat_variable_get_label(variable);
  if (d->n_fields == d->field_capacity) {
    d->fields = (sampan_field *)grow(call, d->fields, d->n_fields, sizeof *d->fields);
    d->sets = (const char **)grow(call, d->sets, d->n_fields, sizeof *d->sets);
    if (d->fields == NULL || d->sets == NULL) return no_memory(run);
    d->field_capacity = 2 * (d->n_fields + 32);
  }
  if (name == NULL || foreign_blank(name) || !foreign_utf8(name)) {
    foreign_hint(call, "Set encoding, for Chinese names often to gb18030.");
    return foreign_stop(
        run,
        sampan_fail(
            call, SAMPAN_E_DATA, "the name of column %lu is %s", (unsigned long)d->n_fields + 1,
            name != NULL && !foreign_blank(name) ? "not in the encoding of the file" : "empty"));
  }
  sampan_field *field = &d->fields[d->n_fields];
  *field = (sampan_field){.struct_size = sizeof *field};
  field->type = readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING
                    ? SAMPAN_TEXT
                    : SAMPAN_NUMBER;
  field->name = foreign_copy(call, name);
  field->label = foreign_copy(call, label != NULL ? label : "");
  d->sets[d->n_fields] = labels != NULL ? foreign_copy(call, labels) : NULL;
  if (field->name == NULL || field->label == NULL) return no_memory(run);
  if (labels != NULL && d->sets[d->n_fields] == NULL) return no_memory(run);
  d->n_fields++;
  return READSTAT_HANDLER_OK;
}

static int on_label(foreign_run *run, const char *set, readstat_value_t value, const char *text) {
  dictionary *d = (dictionary *)run->part;
  const sampan_call *call = run->call;
  char number[32] = "";
  const char *shown = number;
  if (set == NULL) return READSTAT_HANDLER_OK;
  if (d->n_labels == d->label_capacity) {
    d->labels = (labelled *)grow(call, d->labels, d->n_labels, sizeof *d->labels);
    if (d->labels == NULL) return no_memory(run);
    d->label_capacity = 2 * (d->n_labels + 32);
  }
  labelled *l = &d->labels[d->n_labels];
  *l = (labelled){.order = d->n_labels, .label = {.number = NAN}};
  if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING) {
    shown = readstat_string_value(value) != NULL ? readstat_string_value(value) : "";
  } else if (readstat_value_is_tagged_missing(value)) {
    const char tag = readstat_value_tag(value);
    number[0] = (char)(tag >= 'A' && tag <= 'Z' ? tag - 'A' + 'a' : tag);
  } else if (!readstat_value_is_system_missing(value)) {
    l->label.number = readstat_double_value(value);
    if (isfinite(l->label.number)) foreign_number(call, l->label.number, number);
  }
  const char *before = d->n_labels > 0 ? d->labels[d->n_labels - 1].set : NULL;
  l->set = before != NULL && strcmp(before, set) == 0 ? before : foreign_copy(call, set);
  l->label.value = foreign_copy(call, shown);
  l->label.text = foreign_copy(call, text != NULL ? text : "");
  if (l->set == NULL || l->label.value == NULL || l->label.text == NULL) return no_memory(run);
  d->n_labels++;
  return READSTAT_HANDLER_OK;
}

static int by_set(const void *a, const void *b) {
  const labelled *x = (const labelled *)a, *y = (const labelled *)b;
  const int order = strcmp(x->set, y->set);
  return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

/* The first label of a set, or n_labels; the labels are sorted. */
static uint64_t find_set(const dictionary *d, const char *set) {
  uint64_t low = 0, high = d->n_labels;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (strcmp(d->labels[middle].set, set) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* Gives the variables the labels of their values. */
static int32_t join_labels(const sampan_call *call, dictionary *d) {
  if (d->n_labels == 0) return SAMPAN_OK;
  qsort(d->labels, (size_t)d->n_labels, sizeof *d->labels, by_set);
  sampan_label *all = (sampan_label *)call->host->alloc(call, d->n_labels * sizeof *all);
  if (all == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint64_t i = 0; i < d->n_labels; i++) all[i] = d->labels[i].label;
  for (uint32_t i = 0; i < d->n_fields; i++) {
    if (d->sets[i] == NULL) continue;
    const uint64_t first = find_set(d, d->sets[i]);
    uint64_t end = first;
    while (end < d->n_labels && strcmp(d->labels[end].set, d->sets[i]) == 0) end++;
    d->fields[i].labels = end > first ? all + first : NULL;
    d->fields[i].n_labels = (uint32_t)(end - first);
  }
  return SAMPAN_OK;
}

static int by_name(const void *a, const void *b) {
  return strcmp((*(const sampan_field *const *)a)->name, (*(const sampan_field *const *)b)->name);
}

static int32_t check_names(const sampan_call *call, const dictionary *d) {
  const sampan_field **sorted =
      (const sampan_field **)call->host->alloc(call, ((uint64_t)d->n_fields + 1) * sizeof *sorted);
  if (sorted == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < d->n_fields; i++) sorted[i] = &d->fields[i];
  qsort(sorted, d->n_fields, sizeof *sorted, by_name);
  for (uint32_t i = 1; i < d->n_fields; i++) {
    if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0) continue;
    if (call->error != NULL) {
      snprintf(call->error->column, sizeof call->error->column, "%s", sorted[i]->name);
    }
    return sampan_fail(call, SAMPAN_E_DATA, "two columns have the same name");
  }
  return SAMPAN_OK;
}

int32_t foreign_schema(const sampan_call *call, const sampan_reader *reader,
                       const foreign_format *format, sampan_schema *out) {
  dictionary d = {0};
  foreign_run run;
  int32_t status = foreign_open(&run, call, reader, format);
  if (status < 0) return status;
  run.part = &d;
  run.variable = on_variable;
  run.label = on_label;
  status = foreign_parse(&run, restart);
  if (status == SAMPAN_OK) status = join_labels(call, &d);
  if (status == SAMPAN_OK) status = check_names(call, &d);
  if (status < 0) return status;
  out->fields = d.fields;
  out->n_fields = d.n_fields;
  out->n_records = run.n_declared >= 0 ? run.n_declared : -1;
  /* POR has no count, but a mark behind its last record. */
  out->complete = run.n_declared >= 0 || format->id == FOREIGN_POR;
  if (format->id == FOREIGN_XPT) out->complete = 0;
  return SAMPAN_OK;
}
