/* source.c - calling a source plugin, and holding it to its contract. */
#include "host/source.h"

#include "base/cancel.h"
#include "base/lanes.h"
#include "base/text.h"
#include "host/error_ids.h"
#include "host/isolate.h"
#include "host/source_run.h"

/* ---- errors ------------------------------------------------------------------------------- */

static int is_status(int32_t status) {
  return status <= SAMPAN_E_USAGE && status >= SAMPAN_E_INTERNAL;
}

static int32_t broken(const sp_source *source, sampan_error *error, const char *format, ...)
    SP_PRINTF(3, 4);
static int32_t broken(const sp_source *source, sampan_error *error, const char *format, ...) {
  char message[256];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  sp_error_clear(error);
  (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_SOURCE_CONTRACT,
                     "source '%.40s' breaks its contract: %s", source->plugin->name, message);
  (void)sp_error_hint(error, "this is a defect of the plugin; tell its author");
  return sp_source_error(source, SAMPAN_E_PLUGIN, error);
}

int32_t sp_source_error(const sp_source *source, int32_t status, sampan_error *error) {
  if (!is_status(status)) {
    return broken(source, error, "it returned the unknown status %d", (int)status);
  }
  if (error->message[0] == '\0') {
    (void)sp_error_set(
        error, status, SP_ID_SOURCE_SILENT,
        status == SAMPAN_E_CANCELLED ? "cancelled" : "source '%.40s' failed without saying why",
        source->plugin->name);
  }
  error->status = status;
  if (error->file[0] == '\0') (void)sp_error_file(error, source->file);
  (void)snprintf(error->plugin, sizeof error->plugin, "%.40s", source->plugin->name);
  return status;
}

int32_t sp_source_without_end(const sp_source *source, sampan_error *error) {
  return broken(source, error, "it ended without saying that the file did");
}

/* ---- the guarded sink --------------------------------------------------------------------- */

void sp_guard_clear_fills(const sampan_sink *sink) {
  for (uint32_t f = 0; f < sink->n_fills; f++) {
    sampan_fill *fill = &sink->fills[f];
    fill->n_runs = 0;
    memset(fill->present, 0, (size_t)sampan_words(sink->capacity) * sizeof *fill->present);
    if (fill->reason != NULL) memset(fill->reason, 0, (size_t)sink->capacity);
  }
}

/* The first record whose value is there but no finite number, or -1: sums must not meet one. */
static int64_t not_finite(const sampan_fill *fill, int64_t n) {
  const sp_lanes *lanes = sp_lanes_best();
  if (lanes->all_finite(fill->number, n)) return -1;
  for (int64_t first = 0; first < n; first += 64) {
    uint64_t finite;
    lanes->is_finite(fill->number + first, n - first < 64 ? n - first : 64, &finite);
    if (first + 64 <= n && finite == ~UINT64_C(0)) continue;
    for (int64_t i = first; i < n && i < first + 64; i++) {
      if ((finite >> (i - first) & 1) == 0 && sampan_bit(fill->present, i)) return i;
    }
  }
  return -1;
}

/* Whether the runs of a column are n records that all have a value. */
static int are_runs(const sampan_sink *sink, uint32_t f, int64_t n) {
  const sampan_fill *fill = &sink->fills[f];
  const uint32_t *run_end = sink->run_end != NULL ? sink->run_end[f] : NULL;
  uint32_t end = 0;
  if ((fill->flags & SAMPAN_FILL_RUNS) == 0 || run_end == NULL || fill->n_runs > n) return 0;
  for (uint32_t k = 0; k < fill->n_runs; k++) {
    if (run_end[k] <= end) return 0;
    end = run_end[k];
  }
  return end == n && sp_all_bits(fill->present, n);
}

static int32_t check_batch(sp_guard *g, int64_t n) {
  const sampan_schema *schema = &g->source->schema;
  if (n < 0 || n > g->sink->capacity) {
    return broken(g->source, &g->failure, "it gave %lld records where %lld fit", (long long)n,
                  (long long)g->sink->capacity);
  }
  for (uint32_t f = 0; f < g->sink->n_fills; f++) {
    const sampan_fill *fill = &g->sink->fills[f];
    if (fill->n_runs > 0 && !are_runs(g->sink, f, n)) {
      return broken(g->source, &g->failure, "it gave runs that are not those of %lld records",
                    (long long)n);
    }
    if (fill->type != SAMPAN_NUMBER) continue;
    int64_t i = not_finite(fill, fill->n_runs > 0 ? fill->n_runs : n);
    if (i < 0) continue;
    if (fill->n_runs > 0) i = i > 0 ? g->sink->run_end[f][i - 1] : 0;
    (void)broken(g->source, &g->failure, "it gave a value that is not a finite number");
    return sp_error_cell(&g->failure, g->source->file, g->n_records + i + 1,
                         fill->field < schema->n_fields ? schema->fields[fill->field].name : NULL);
  }
  return SAMPAN_OK;
}

int32_t sp_guard_batch(sp_guard *g, int64_t n) {
  if (g->status < 0) return g->status; /* a source that goes on after a failure */
  g->status = check_batch(g, n);
  if (g->status < 0 || n == 0) return g->status;
  if (sp_cancelled(g->context->cancel)) {
    (void)sp_error_set(&g->failure, SAMPAN_E_CANCELLED, SP_ID_SOURCE_CANCELLED, "cancelled");
    g->status = SAMPAN_E_CANCELLED;
    return g->status;
  }
  const int32_t status = g->sink->batch(g->sink->data, n, &g->failure);
  if (status != SAMPAN_OK) {
    g->by_sink = 1;
    g->status = status < 0 ? status : SAMPAN_E_INTERNAL;
    return g->status;
  }
  g->n_records += n;
  sp_guard_clear_fills(g->sink);
  return SAMPAN_OK;
}

int32_t sp_guard_finish(const sp_guard *g, int32_t status, sampan_error *error) {
  const int64_t declared = g->source->schema.n_records;
  if (g->status < 0) {
    *error = g->failure;
    /* What the sink says of itself stands as it is, the plan's place included. */
    if (!g->by_sink) return sp_source_error(g->source, g->status, error);
    if (error->file[0] == '\0') (void)sp_error_file(error, g->source->file);
    error->status = g->status;
    return g->status;
  }
  if (status < 0) return sp_source_error(g->source, status, error);
  if (status != SAMPAN_END) return sp_source_without_end(g->source, error);
  if (g->source->schema.complete && declared >= 0 && declared != g->n_records) {
    (void)sp_error_set(error, SAMPAN_E_INCOMPLETE, SP_ID_SOURCE_INCOMPLETE,
                       "the file declares %lld records, but %lld were read", (long long)declared,
                       (long long)g->n_records);
    return sp_source_error(g->source, SAMPAN_E_INCOMPLETE, error);
  }
  return SAMPAN_OK;
}

/* ---- in this process ---------------------------------------------------------------------- */

static const sampan_source_ops *ops_of(const sp_source *source) {
  return (const sampan_source_ops *)source->plugin->ops;
}

int32_t sp_source_check_schema(const sp_source *source, sampan_error *error) {
  const sampan_schema *schema = &source->schema;
  if (schema->n_fields > 0 && schema->fields == NULL) {
    return broken(source, error, "its schema has no fields");
  }
  if (schema->n_records < -1) return broken(source, error, "its schema declares a negative count");
  for (uint32_t i = 0; i < schema->n_fields; i++) {
    const sampan_field *field = &schema->fields[i];
    if (field->name == NULL || sp_utf8_invalid(field->name, strlen(field->name)) >= 0) {
      return broken(source, error, "field %u of its schema has no UTF-8 name", (unsigned)i + 1);
    }
    if (field->type != 0 && field->type != SAMPAN_NUMBER && field->type != SAMPAN_TEXT) {
      return broken(source, error, "field '%.60s' of its schema has no known type", field->name);
    }
    if (field->label == NULL || (field->n_labels > 0 && field->labels == NULL)) {
      return broken(source, error, "field '%.60s' of its schema has a label that is NULL",
                    field->name);
    }
  }
  return SAMPAN_OK;
}

static int32_t open_input(const sp_source *source, sp_input **input, sampan_error *error) {
  const int32_t seeks = (ops_of(source)->flags & SAMPAN_SOURCE_SEEKS) != 0;
  int32_t status = SAMPAN_OK;
  *input = source->once;
  if (source->once == NULL) {
    status =
        sp_input_open(source->opens != NULL ? source->opens : source->file, seeks, input, error);
  }
  if (status >= 0 && source->opens != NULL) {
    status = sp_input_rename(*input, source->file, error);
    if (status < 0) sp_input_abandon(*input);
  }
  return status < 0 ? sp_source_error(source, status, error) : SAMPAN_OK;
}

int32_t sp_source_spool(sp_source *source, sp_arena *arena, sp_input **spooled,
                        sampan_error *error) {
  char path[64];
  *spooled = source->once;
  const int32_t status = sp_input_spool(source->once, path, sizeof path, error);
  source->once = NULL;
  source->opens = status >= 0 ? sp_arena_text(arena, path) : NULL;
  if (status < 0) return sp_source_error(source, status, error);
  return source->opens != NULL ? SAMPAN_OK : sp_error_memory(error);
}

int32_t sp_source_run_schema(sp_source *source, sp_context *context, sampan_error *error) {
  sp_input *input;
  SP_TRY(open_input(source, &input, error));
  const sampan_call call = sp_host_call(context, source->values, source->plugin->n_params, error);
  source->schema = (sampan_schema){.struct_size = sizeof source->schema, .n_records = -1};
  int32_t status = ops_of(source)->schema(&call, sp_input_reader(input), &source->schema);
  if (source->once == NULL) {
    sp_input_abandon(input); /* the rest of the file is the records' */
  } else if (status >= 0) {
    const int32_t back = sp_input_rewind(input, error);
    if (back < 0) status = back;
  }
  if (status < 0) return sp_source_error(source, status, error);
  if (status != SAMPAN_OK) {
    return broken(source, error, "schema() returned %d", (int)status);
  }
  status = sp_source_check_schema(source, error);
  return status;
}

typedef struct run {
  sp_guard guard;
  sp_input *input;
  sp_progress_fn *progress;
  void *progress_data;
} run;

static void tell(const run *r) {
  int64_t done, total;
  if (r->progress == NULL) return;
  sp_input_progress(r->input, &done, &total);
  r->progress(r->progress_data, done, total);
}

static uint32_t run_intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  const run *r = (const run *)data;
  if (fill >= r->guard.sink->n_fills) return UINT32_MAX;
  return r->guard.sink->intern(r->guard.sink->data, fill, text, n);
}

static int32_t run_batch(void *data, int64_t n, sampan_error *error) {
  run *r = (run *)data;
  const int32_t status = sp_guard_batch(&r->guard, n);
  if (status < 0) {
    if (error != NULL) *error = r->guard.failure;
    return status;
  }
  tell(r);
  return SAMPAN_OK;
}

int32_t sp_source_run_read(sp_source *source, const sampan_sink *sink, sp_context *context,
                           sp_progress_fn *progress, void *progress_data, int64_t *n_records,
                           sampan_error *error) {
  run r = {.guard = {.sink = sink, .source = source, .context = context},
           .progress = progress,
           .progress_data = progress_data};
  sp_error_clear(&r.guard.failure);
  SP_TRY(open_input(source, &r.input, error));
  sp_guard_clear_fills(sink);
  const sampan_sink guarded = {.struct_size = sizeof guarded,
                               .n_fills = sink->n_fills,
                               .fills = sink->fills,
                               .capacity = sink->capacity,
                               .data = &r,
                               .intern = run_intern,
                               .batch = run_batch,
                               .run_end = sink->run_end};
  const sampan_call call = sp_host_call(context, source->values, source->plugin->n_params, error);
  int32_t status = ops_of(source)->read(&call, sp_input_reader(r.input), &source->schema, &guarded);
  status = sp_guard_finish(&r.guard, status, error);
  source->once = NULL; /* its end was seen, or it failed */
  if (status < 0) {
    sp_input_abandon(r.input);
    return status;
  }
  /* A read error that the source did not pass on. */
  status = sp_input_close(r.input, error);
  if (status < 0) return sp_source_error(source, status, error);
  if (n_records != NULL) *n_records = r.guard.n_records;
  return SAMPAN_OK;
}

/* ---- either way --------------------------------------------------------------------------- */

int sp_source_is_isolated(const sp_source *source) {
  return (ops_of(source)->flags & SAMPAN_SOURCE_ISOLATE) != 0;
}

int32_t sp_source_reads_once(const sp_source *source) {
  return (ops_of(source)->flags & (SAMPAN_SOURCE_SEEKS | SAMPAN_SOURCE_ISOLATE)) == 0;
}

int32_t sp_source_schema(sp_source *source, sp_context *context, sampan_error *error) {
  sampan_error spare;
  if (error == NULL) error = &spare;
  sp_error_clear(error);
  if (!sp_source_is_isolated(source)) return sp_source_run_schema(source, context, error);
  return sp_isolate_schema(source, context, &sp_isolate_default, error);
}

int32_t sp_source_read(sp_source *source, const sampan_sink *sink, sp_context *context,
                       sp_progress_fn *progress, void *progress_data, int64_t *n_records,
                       sampan_error *error) {
  sampan_error spare;
  if (error == NULL) error = &spare;
  sp_error_clear(error);
  if (!sp_source_is_isolated(source)) {
    return sp_source_run_read(source, sink, context, progress, progress_data, n_records, error);
  }
  return sp_isolate_read(source, sink, context, &sp_isolate_default, progress, progress_data,
                         n_records, error);
}
