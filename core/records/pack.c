/* pack.c - packing: a read of the source, threads that store what is read, and the file's end. */
#include "records/pack.h"

#include <stdlib.h>
#include <unistd.h>

#include "host/abi.h"
#include "records/error_ids.h"
#include "records/pack_internal.h"

/* Cells of a block: with many columns it has fewer records. */
enum { MOST_RECORDS = 65536, FEWEST_RECORDS = 4096, CELLS = 1 << 22, MOST_THREADS = 16 };

int32_t sp_pack_fail(sp_pack_state *s, const sampan_error *error) {
  pthread_mutex_lock(&s->lock);
  if (s->failure.status >= 0) s->failure = *error;
  pthread_cond_broadcast(&s->changed);
  pthread_mutex_unlock(&s->lock);
  return error->status;
}

/* ---- threads that store runs -------------------------------------------------------------- */

/* The next full run, or NULL when there will be none. */
static sp_run *take_full(sp_pack_state *s) {
  pthread_mutex_lock(&s->lock);
  while (s->full_runs == NULL && !s->closed && s->failure.status >= 0) {
    pthread_cond_wait(&s->changed, &s->lock);
  }
  sp_run *run = s->failure.status >= 0 ? s->full_runs : NULL;
  if (run != NULL) s->full_runs = run->next;
  pthread_mutex_unlock(&s->lock);
  return run;
}

static void give_back(sp_pack_state *s, sp_run *run) {
  pthread_mutex_lock(&s->lock);
  run->next = s->free_runs;
  s->free_runs = run;
  pthread_cond_broadcast(&s->changed);
  pthread_mutex_unlock(&s->lock);
}

static void *store_runs(void *data) {
  sp_pack_state *s = data;
  sampan_error error;
  sp_run *run;
  sp_error_clear(&error);
  sp_pack_slab *slab = sp_slab_new(s);
  int32_t status = slab != NULL ? SAMPAN_OK : sp_error_memory(&error);
  while (status >= 0 && (run = take_full(s)) != NULL) {
    if (s->job->n_sort > 0) {
      status = sp_spill_run(s, run, &error);
    } else {
      status = sp_slab_of_run(slab, run, &error);
      if (status >= 0) status = sp_slab_store(slab, s, run->index, run->n, &error);
    }
    give_back(s, run);
  }
  if (status < 0) (void)sp_pack_fail(s, &error);
  sp_slab_free(slab);
  return NULL;
}

/* ---- one attempt -------------------------------------------------------------------------- */

static void clear_attempt(sp_pack_state *s) {
  sp_pack_reader_clear(&s->reader);
  s->reader = (sp_pack_reader){.s = s};
  for (sp_run **list = &s->free_runs; *list != NULL;) {
    sp_run *run = *list;
    *list = run->next;
    sp_run_free(s, run);
  }
  while (s->full_runs != NULL) {
    sp_run *run = s->full_runs;
    s->full_runs = run->next;
    sp_run_free(s, run);
  }
  for (int64_t b = 0; b < s->n_blocks; b++) free(s->blocks[b].note);
  for (int64_t r = 0; r < s->room_spilled; r++) free(s->spilled[r].columns);
  for (uint32_t k = 0; k < s->job->n_sort; k++) {
    if (s->text_rank != NULL) free(s->text_rank[k]);
    if (s->code_order != NULL) free(s->code_order[k]);
    if (s->code_rank != NULL) free(s->code_rank[k]);
  }
  for (uint32_t c = 0; c < s->n_columns; c++) {
    sp_cell_set_clear(&s->columns[c].codes);
    free(s->columns[c].code_text);
    s->columns[c].code_text = NULL;
    sp_dictionary_clear(&s->columns[c].texts);
  }
  free(s->blocks);
  free(s->spilled);
  free(s->text_rank);
  free(s->code_order);
  free(s->code_rank);
  free(s->cuts);
  if (s->spill_fd >= 0) (void)close(s->spill_fd);
  sp_output_abandon(s->output);
  s->blocks = NULL;
  s->spilled = NULL;
  s->text_rank = NULL;
  s->code_order = NULL;
  s->code_rank = NULL;
  s->cuts = NULL;
  s->output = NULL;
  s->spill_fd = -1;
  s->n_blocks = s->room_blocks = s->room_spilled = s->spill_end = 0;
  s->n_runs = s->turn = s->next_block = 0;
  s->closed = 0;
}

static int32_t make_runs(sp_pack_state *s) {
  for (uint32_t i = 0; i < s->n_threads + 2; i++) {
    sp_run *run = sp_run_new(s);
    if (run == NULL) return SAMPAN_E_MEMORY;
    run->next = s->free_runs;
    s->free_runs = run;
  }
  return SAMPAN_OK;
}

static int32_t begin_file(sp_pack_state *s, sampan_error *error) {
  SP_TRY(sp_output_open(s->job->path, &s->output, error));
  sp_context context = *s->job->context;
  const sampan_call call = sp_host_call(&context, NULL, 0, error);
  return s->ops->store_begin(&call, sp_output_sink(s->output));
}

/* Reads, while other threads store. */
static int32_t read_and_store(sp_pack_state *s, sampan_error *error) {
  pthread_t threads[MOST_THREADS];
  uint32_t n = 0;
  int32_t status = SAMPAN_OK;
  if (make_runs(s) < 0) return sp_error_memory(error);
  for (; n < s->n_threads; n++) {
    if (pthread_create(&threads[n], NULL, store_runs, s) != 0) break;
  }
  if (n == 0) {
    return sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_PACK, "no thread could be started");
  }
  status = sp_pack_read(s, error);
  pthread_mutex_lock(&s->lock);
  s->closed = 1;
  if ((status < 0 || s->again) && s->failure.status >= 0) { /* the others need not go on */
    sp_error_set(&s->failure, SAMPAN_E_CANCELLED, SP_ID_PACK, "given up");
  }
  pthread_cond_broadcast(&s->changed);
  pthread_mutex_unlock(&s->lock);
  for (uint32_t i = 0; i < n; i++) (void)pthread_join(threads[i], NULL);
  if (status >= 0 && !s->again && s->failure.status < 0) {
    *error = s->failure;
    status = error->status;
  }
  if (s->again) sp_error_clear(&s->failure);
  return status;
}

static void add_sorted(const sp_pack_state *s, char *about, size_t size) {
  size_t n = 0;
  about[0] = '\0';
  for (uint32_t k = 0; k < s->job->n_sort && n < size; k++) {
    n += (size_t)snprintf(about + n, size - n, "%s%s", k == 0 ? "sorted by: " : ", ",
                          s->job->sort[k]);
  }
  if (n > 0 && n + 1 < size) snprintf(about + n, size - n, "\n");
}

static int32_t end_file(sp_pack_state *s, sampan_error *error) {
  sp_arena *arena = s->job->context->arena;
  const uint64_t n = (uint64_t)s->n_blocks + 1;
  int64_t *records = sp_arena_array(arena, n, sizeof *records);
  int64_t *bytes = sp_arena_array(arena, n, sizeof *bytes);
  int64_t *note_bytes = sp_arena_array(arena, n, sizeof *note_bytes);
  const void **note = sp_arena_array(arena, n, sizeof *note);
  int32_t *type = sp_arena_array(arena, s->n_columns + 1U, sizeof *type);
  sampan_writing *writing = sp_arena_array(arena, s->n_columns + 1U, sizeof *writing);
  char about[4096];
  if (records == NULL || bytes == NULL || note_bytes == NULL || note == NULL || type == NULL ||
      writing == NULL) {
    return sp_error_memory(error);
  }
  for (int64_t b = 0; b < s->n_blocks; b++) {
    records[b] = s->blocks[b].n_records;
    bytes[b] = s->blocks[b].n_bytes;
    note_bytes[b] = s->blocks[b].note_bytes;
    note[b] = s->blocks[b].note;
  }
  for (uint32_t i = 0; i < s->n_columns; i++) {
    const sp_pack_column *c = &s->columns[i];
    type[i] = c->mode == SP_READ_TEXT ? SAMPAN_TEXT : SAMPAN_NUMBER;
    writing[i] = c->field->type == 0 ? sp_writings_of(&c->writings) : (sampan_writing){-1, 0};
  }
  add_sorted(s, about, sizeof about);
  const sampan_stored stored = {.struct_size = sizeof stored,
                                .n_blocks = s->n_blocks,
                                .n_records = records,
                                .n_bytes = bytes,
                                .note = note,
                                .note_bytes = note_bytes,
                                .type = type,
                                .writing = writing,
                                .about = about};
  sp_context context = *s->job->context;
  const sampan_call call = sp_host_call(&context, NULL, 0, error);
  SP_TRY(s->ops->store_end(&call, &s->job->source->schema, &stored, sp_output_sink(s->output)));
  const volatile int *cancel = s->job->context->cancel;
  if (cancel != NULL && *cancel) {
    return sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_PACK, "cancelled");
  }
  return sp_output_publish(s->output, error);
}

/* A file that is read twice, or in stretches, must be the same all the while. */
static int32_t check_unchanged(const sp_pack_state *s, const sp_file_stamp *then,
                               sampan_error *error) {
  const sp_file_stamp now = sp_file_stamp_of(s->job->source->file);
  if (now.device == then->device && now.inode == then->inode && now.size == then->size &&
      now.modified.tv_sec == then->modified.tv_sec &&
      now.modified.tv_nsec == then->modified.tv_nsec) {
    return SAMPAN_OK;
  }
  sp_error_clear(error);
  (void)sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHANGED,
                     "the file changed while it was being read");
  (void)sp_error_hint(error, "run again when no other program writes to it; or read a copy");
  return sp_error_file(error, s->job->source->file);
}

static int32_t attempt(sp_pack_state *s, sp_pack_outcome *out, sampan_error *error) {
  SP_TRY(begin_file(s, error));
  if (s->job->n_sort > 0) SP_TRY(sp_spill_open(s, error));
  s->n_records = 0;
  s->again = 0;
  for (uint32_t i = 0; i < s->n_columns; i++) {
    sp_pack_column *c = &s->columns[i];
    c->mode = c->next_mode;
    c->writings = (sp_writings){0};
    if (c->mode == SP_READ_TEXT && sp_dictionary_init(&c->texts) < 0) {
      return sp_error_memory(error);
    }
  }
  const int in_stretches = !s->in_order && sp_pack_deals(s);
  SP_TRY(in_stretches ? sp_pack_deal(s, error) : read_and_store(s, error));
  if (s->again || (in_stretches && s->in_order)) return SAMPAN_OK;
  if (s->job->n_sort > 0) SP_TRY(sp_pack_merge(s, error));
  SP_TRY(check_unchanged(s, &s->stamp, error));
  SP_TRY(end_file(s, error));
  out->n_records = s->n_records;
  out->n_blocks = s->n_blocks;
  return SAMPAN_OK;
}

static int32_t find_keys(sp_pack_state *s, sampan_error *error) {
  const sampan_schema *schema = &s->job->source->schema;
  s->keys = sp_arena_array(s->job->context->arena, s->job->n_sort + 1U, sizeof *s->keys);
  if (s->keys == NULL) return sp_error_memory(error);
  for (uint32_t k = 0; k < s->job->n_sort; k++) {
    s->keys[k] = sp_schema_find(schema, s->job->sort[k]);
    if (s->keys[k] != UINT32_MAX) continue;
    (void)sp_error_set(error, SAMPAN_E_USAGE, SP_ID_PACK_SORT, "there is no column '%s' to sort by",
                       s->job->sort[k]);
    (void)sp_error_file(error, s->job->source->file);
    return sp_error_hint(error, "`sampan describe` lists the columns");
  }
  return SAMPAN_OK;
}

static int64_t choose_block(uint32_t n_columns) {
  int64_t n = CELLS / (n_columns > 0 ? n_columns : 1) / 64 * 64;
  if (n > MOST_RECORDS) n = MOST_RECORDS;
  return n < FEWEST_RECORDS ? FEWEST_RECORDS : n;
}

static uint32_t count_threads(uint32_t asked) {
  const long n = sysconf(_SC_NPROCESSORS_ONLN);
  if (asked == 0) asked = n > 0 ? (uint32_t)(n < MOST_THREADS ? n : MOST_THREADS) : 1;
  return asked < MOST_THREADS ? asked : MOST_THREADS;
}

int32_t sp_pack(const sp_pack_job *job, sp_pack_outcome *out, sampan_error *error) {
  const sampan_source_ops *ops = job->store->ops;
  const sampan_schema *schema = &job->source->schema;
  if (!sp_source_stores(ops)) {
    return sp_error_set(error, SAMPAN_E_USAGE, SP_ID_PACK_STORE,
                        "the source '%s' reads its format, but does not write it",
                        job->store->name);
  }
  sp_pack_state s = {.job = job, .ops = ops, .n_columns = schema->n_fields, .spill_fd = -1};
  sp_error_clear(&s.failure);
  s.reader.s = &s;
  s.share = 0.75;
  s.block = job->block > 0 ? job->block : choose_block(s.n_columns);
  s.n_threads = count_threads(job->n_threads);
  s.columns = sp_arena_array(job->context->arena, s.n_columns + 1U, sizeof *s.columns);
  if (s.columns == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < s.n_columns; i++) s.columns[i].field = &schema->fields[i];
  SP_TRY(find_keys(&s, error));
  if (pthread_mutex_init(&s.lock, NULL) != 0 || pthread_cond_init(&s.changed, NULL) != 0) {
    return sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_PACK, "no lock could be made");
  }
  *out = (sp_pack_outcome){0};
  s.stamp = sp_file_stamp_of(job->source->file);
  int32_t status = sp_pack_sample(&s, error);
  if (status >= 0) {
    int again;
    do { /* each time at least one column of numbers becomes one of texts, or of longer numbers */
      const int32_t in_order = s.in_order;
      clear_attempt(&s);
      status = attempt(&s, out, error);
      again = s.again || s.in_order != in_order;
    } while (status >= 0 && again);
  }
  clear_attempt(&s);
  pthread_cond_destroy(&s.changed);
  pthread_mutex_destroy(&s.lock);
  return status;
}
