/* state_file.c - the bytes of a state and what guards them. */
#include "engine/state_file.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/input.h"
#include "engine/error_ids.h"
#include "engine/state_totals.h"
#include "engine/version.h"

static const char magic[8] = {'S', 'A', 'M', 'P', 'A', 'N', 'S', 'T'};
enum { FORMAT = 1, HEAD = 20, DIGEST = 64 };

static void put_fixed(char *out, uint64_t x, uint32_t n_bytes) {
  for (uint32_t i = 0; i < n_bytes; i++) out[i] = (char)(x >> (8 * i));
}

static uint64_t get_fixed(const char *in, uint32_t n_bytes) {
  uint64_t x = 0;
  for (uint32_t i = 0; i < n_bytes; i++) x |= (uint64_t)(unsigned char)in[i] << (8 * i);
  return x;
}

static void digest_of(const char *bytes, uint64_t n, char out[65]) {
  sp_sha256 sha;
  sp_sha256_init(&sha);
  sp_sha256_add(&sha, bytes, n);
  sp_sha256_hex(&sha, out);
}

/* ---- origins ------------------------------------------------------------------------------ */

typedef struct origins {
  sp_arena *arena;
  sp_registry *registry;
  sp_origin *list;
  uint32_t n, capacity;
  int32_t failed;
} origins;

static void add_origin(origins *o, uint32_t kind, const char *name, const char *value) {
  for (uint32_t i = 0; i < o->n; i++) {
    if (o->list[i].kind == kind && strcmp(o->list[i].name, name) == 0 &&
        strcmp(o->list[i].value, value) == 0) {
      return;
    }
  }
  if (o->n == o->capacity) {
    o->list = sp_arena_grow(o->arena, o->list, o->n, o->n * 2 + 16, sizeof *o->list);
    o->capacity = o->n * 2 + 16;
  }
  const sp_origin made = {kind, 0, sp_arena_text(o->arena, name), sp_arena_text(o->arena, value)};
  if (o->list == NULL || made.name == NULL || made.value == NULL) {
    o->failed = 1;
    o->n = o->capacity = 0;
    return;
  }
  o->list[o->n++] = made;
}

static void add_plugin(origins *o, int32_t kind, const char *name) {
  const sp_plugin_info *info = sp_registry_find(o->registry, kind, name);
  const char *label = sp_arena_printf(o->arena, "%s '%s'", sp_kind_name(kind), name);
  const char *value =
      info == NULL ? "" : sp_arena_printf(o->arena, "%s (SHA-256 %s)", info->version, info->digest);
  if (label == NULL || value == NULL) {
    o->failed = 1;
    return;
  }
  add_origin(o, SP_MADE_BY_PLUGIN, label, value);
}

int32_t sp_origins_of(const sp_job *job, sp_arena *arena, sp_origin **out, uint32_t *n,
                      sampan_error *error) {
  origins o = {.arena = arena, .registry = job->registry};
  const sp_plan *plan = job->plan;
  uint32_t n_files;
  const sp_file_fact *files = sp_stream_files(job->stream, &n_files);
  add_origin(&o, SP_MADE_BY_ENGINE, "sampan", SAMPAN_VERSION);
  add_origin(&o, SP_MADE_OF_PLAN, plan->file, plan->digest);
  for (uint32_t i = 0; i < n_files; i++) add_plugin(&o, SAMPAN_SOURCE, files[i].source);
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    add_plugin(&o, SAMPAN_ESTIMATOR, b->plugin->name);
    if (b->interval != NULL) add_plugin(&o, SAMPAN_INTERVAL, b->interval->name);
    for (uint32_t k = 0; k < b->plugin->n_params; k++) {
      const sampan_table *table = b->values[k].table;
      if (table == NULL || table->digest == NULL) continue;
      add_origin(&o, SP_MADE_OF_TABLE, table->name, table->digest);
    }
  }
  for (uint32_t i = 0; i < plan->n_comparisons; i++) {
    add_plugin(&o, SAMPAN_COMPARISON, plan->comparisons[i].method.plugin);
  }
  for (uint32_t i = 0; i < n_files; i++) {
    add_origin(&o, SP_MADE_OF_FILE, files[i].file, files[i].digest);
  }
  *out = o.list;
  *n = o.n;
  return o.failed ? sp_error_memory(error) : SAMPAN_OK;
}

/* ---- out ---------------------------------------------------------------------------------- */

static void put_about(sp_buffer *b, const sp_job *job, const sp_origin *list, uint32_t n_origins,
                      uint32_t k, uint32_t n) {
  uint32_t n_files;
  const sp_file_fact *files = sp_stream_files(job->stream, &n_files);
  const sp_stretch *stretches = sp_stream_stretches(job->stream);
  sp_put_count(b, n_origins);
  for (uint32_t i = 0; i < n_origins; i++) {
    sp_put_count(b, list[i].kind);
    sp_put_text(b, list[i].name);
    sp_put_text(b, list[i].value);
  }
  sp_put_count(b, k);
  sp_put_count(b, n);
  sp_put_count(b, job->plan->n_waves);
  for (uint32_t w = 0; w < job->plan->n_waves; w++) {
    sp_put_integer(b, stretches[w].from);
    sp_put_integer(b, stretches[w].to);
    sp_put_integer(b, stretches[w].size);
    sp_put_integer(b, stretches[w].n_records);
    sp_put_count(b, (uint64_t)(stretches[w].by_records != 0));
  }
  sp_put_count(b, n_files);
  for (uint32_t i = 0; i < n_files; i++) {
    sp_put_integer(b, files[i].n_records);
    sp_put_integer(b, files[i].n_unmatched);
  }
  sp_put_count(b, job->notes.n);
  for (uint32_t i = 0; i < job->notes.n; i++) sp_put_text(b, job->notes.texts[i]);
}

int32_t sp_state_write(sp_job *job, sp_totals *totals, uint32_t k, uint32_t n, sp_buffer *out,
                       sampan_error *error) {
  sp_origin *list;
  uint32_t n_origins;
  SP_TRY(sp_origins_of(job, job->arena, &list, &n_origins, error));
  char head[HEAD] = {0}, digest[65];
  sp_buffer_reset(out);
  sp_buffer_add(out, head, sizeof head);
  put_about(out, job, list, n_origins, k, n);
  sp_put_totals(out, job, totals);
  if (out->failed) return sp_error_memory(error);
  memcpy(out->data, magic, sizeof magic);
  put_fixed(out->data + 8, FORMAT, 4);
  put_fixed(out->data + 12, out->n_bytes - HEAD + DIGEST, 8);
  digest_of(out->data, out->n_bytes, digest);
  sp_buffer_add(out, digest, DIGEST);
  return out->failed ? sp_error_memory(error) : SAMPAN_OK;
}

/* ---- in ----------------------------------------------------------------------------------- */

int32_t sp_state_damaged(const char *file, const char *what, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE, "%s", what);
  sp_error_hint(error, "make it again with `sampan partial`, or copy it again");
  return sp_error_file(error, file);
}

static int32_t read_bytes(const char *file, sp_buffer *out, sampan_error *error) {
  sp_input *input;
  char block[65536];
  SP_TRY(sp_input_open(file, 0, &input, error));
  const sampan_reader *reader = sp_input_reader(input);
  int64_t n;
  while ((n = reader->read(reader->data, block, sizeof block, error)) > 0) {
    sp_buffer_add(out, block, (uint64_t)n);
  }
  if (n < 0) {
    sp_input_abandon(input);
    return (int32_t)n;
  }
  SP_TRY(sp_input_close(input, error));
  return out->failed ? sp_error_memory(error) : SAMPAN_OK;
}

/* From the outside in: is it a state, is it whole, is it as it was written, can it be read here? */
static int32_t check_bytes(const char *file, const sp_buffer *bytes, char digest[65],
                           sampan_error *error) {
  const uint64_t n = bytes->n_bytes;
  if (n < sizeof magic || memcmp(bytes->data, magic, sizeof magic) != 0) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE, "the file is no state of a shard");
    sp_error_hint(error,
                  "after the plan come files that `sampan partial` wrote; if this one is, "
                  "its first bytes are damaged");
    return sp_error_file(error, file);
  }
  if (n < HEAD + DIGEST) return sp_state_damaged(file, "the state is cut off", error);
  const uint64_t rest = get_fixed(bytes->data + 12, 8);
  if (rest != n - HEAD) {
    return sp_state_damaged(file,
                            rest > n - HEAD ? "the state is cut off, or its head is damaged"
                                            : "the state has bytes behind its end, or its head is "
                                              "damaged",
                            error);
  }
  digest_of(bytes->data, n - DIGEST, digest);
  if (memcmp(digest, bytes->data + n - DIGEST, DIGEST) != 0) {
    return sp_state_damaged(file, "the state is damaged: its checksum is another one", error);
  }
  const uint32_t version = (uint32_t)get_fixed(bytes->data + 8, 4);
  if (version == FORMAT) return SAMPAN_OK;
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_VERSION,
               "the state has version %u of the format, and sampan %s reads version %d", version,
               SAMPAN_VERSION, FORMAT);
  sp_error_hint(error, "make and merge all states with the same version of sampan");
  return sp_error_file(error, file);
}

static void get_origins(sp_bytes *in, sp_arena *arena, sp_state *s) {
  s->n_origins = sp_get_size(in);
  s->origins = sp_arena_array(arena, s->n_origins + 1U, sizeof *s->origins);
  for (uint32_t i = 0; s->origins != NULL && i < s->n_origins; i++) {
    s->origins[i].kind = (uint32_t)sp_get_count(in, SP_MADE_OF_FILE);
    s->origins[i].name = sp_arena_text(arena, sp_get_text(in));
    s->origins[i].value = sp_arena_text(arena, sp_get_text(in));
    if (s->origins[i].name == NULL || s->origins[i].value == NULL) s->origins = NULL;
  }
}

/* A count of records, or -1 where there is none. */
static int64_t get_known(sp_bytes *in) {
  const int64_t n = sp_get_integer(in);
  if (n < -1 || n > SP_MOST_TALLY) in->is_bad = 1;
  return in->is_bad ? -1 : n;
}

static void get_cover(sp_bytes *in, sp_arena *arena, sp_state *s) {
  s->k = (uint32_t)sp_get_count(in, SP_MOST_SHARDS);
  s->n = (uint32_t)sp_get_count(in, SP_MOST_SHARDS);
  if (s->k < 1 || s->k > s->n) in->is_bad = 1;
  s->n_waves = sp_get_size(in);
  s->stretches = sp_arena_array(arena, s->n_waves + 1U, sizeof *s->stretches);
  for (uint32_t w = 0; s->stretches != NULL && w < s->n_waves; w++) {
    sp_stretch *t = &s->stretches[w];
    t->from = sp_get_integer(in);
    t->to = sp_get_integer(in);
    t->size = sp_get_integer(in);
    t->n_records = sp_get_tally(in);
    t->by_records = (int32_t)sp_get_count(in, 1);
    if (t->from < 0 || t->to < t->from || t->size < t->to) in->is_bad = 1;
  }
  s->n_files = sp_get_size(in);
  s->n_records = sp_arena_array(arena, s->n_files + 1U, sizeof *s->n_records);
  s->n_unmatched = sp_arena_array(arena, s->n_files + 1U, sizeof *s->n_unmatched);
  for (uint32_t i = 0; s->n_records != NULL && s->n_unmatched != NULL && i < s->n_files; i++) {
    s->n_records[i] = get_known(in);
    s->n_unmatched[i] = get_known(in);
  }
  s->n_notes = sp_get_size(in);
  s->notes = sp_arena_array(arena, s->n_notes + 1U, sizeof *s->notes);
  for (uint32_t i = 0; s->notes != NULL && i < s->n_notes; i++) {
    s->notes[i] = sp_arena_text(arena, sp_get_text(in));
    if (s->notes[i] == NULL) s->notes = NULL;
  }
}

int32_t sp_state_read(const char *file, sp_arena *arena, sp_buffer *bytes, sp_state *out,
                      sp_bytes *totals, sampan_error *error) {
  memset(out, 0, sizeof *out);
  out->file = file;
  sp_buffer_reset(bytes);
  SP_TRY(read_bytes(file, bytes, error));
  SP_TRY(check_bytes(file, bytes, out->digest, error));
  *totals = (sp_bytes){.at = bytes->data + HEAD, .end = bytes->data + bytes->n_bytes - DIGEST};
  get_origins(totals, arena, out);
  get_cover(totals, arena, out);
  if (out->origins == NULL || out->stretches == NULL || out->n_records == NULL ||
      out->n_unmatched == NULL || out->notes == NULL) {
    return sp_error_memory(error);
  }
  return totals->is_bad ? sp_state_damaged(file, "the state cannot be read", error) : SAMPAN_OK;
}
