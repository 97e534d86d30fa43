/* deal.c - dealing a file out to threads. */
#include "host/deal.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cancel.h"
#include "base/view.h"
#include "host/abi.h"
#include "host/error_ids.h"
#include "host/source_run.h"

/* A stretch of text: some batches of records, and little enough to stay in a core's cache. */
#define SP_STRETCH_BYTES (INT64_C(1) << 19)
/* A stretch without the end of a record is no text of records. */
#define SP_LONGEST_STRETCH (INT64_C(1) << 25)
/* What sources may read behind a stretch. */
#define SP_BEHIND 64

/* Less than this is read as a whole for each part of it. */
#define SP_LEAST_SPANNED_BYTES (INT64_C(1) << 23)
#define SP_LEAST_SPANNED_PIECES 2

__extension__ typedef unsigned __int128 wide;

enum { SP_MOST_HANDS = 1024 };

typedef struct deal {
  sp_source *source;
  const sampan_source_ops *ops;
  sp_context *context;
  sp_progress_fn *progress;
  void *progress_data;
  pthread_mutex_t lock; /* of what follows */
  sp_input *input;      /* texts */
  sp_view *view;        /* pieces */
  char *rest;           /* of the stretch before, behind its last record */
  int64_t n_rest, rest_capacity;
  int64_t next;     /* piece or stretch */
  int64_t position; /* bytes before the next stretch */
  int64_t from, to; /* bytes that stretches begin at, or pieces */
  int32_t at_end;
  int32_t status; /* the first failure: all stop */
} deal;

typedef struct hand {
  deal *deal;
  sp_guard guard;
  sp_context context;
  sampan_error error;
  int32_t status;
  int64_t piece; /* at which it failed */
  char *bytes;
  int64_t capacity;
  pthread_t thread;
} hand;

static const sampan_source_ops *ops_of(const sp_source *source) {
  return (const sampan_source_ops *)source->plugin->ops;
}

int sp_source_can_deal(const sp_source *source) {
  const sampan_source_ops *ops = ops_of(source);
  struct stat about;
  if (sp_source_is_isolated(source) || source->once != NULL) return 0;
  if (source->opens != NULL || stat(source->file, &about) != 0 || !S_ISREG(about.st_mode)) return 0;
  return sp_source_cuts(ops) || (sp_source_has_pieces(ops) && source->schema.n_pieces > 0);
}

int sp_source_knows_writing(const sp_source *source) {
  if (!sp_source_can_deal(source)) return 0;
  return (ops_of(source)->flags & SAMPAN_SOURCE_AS_WRITTEN) != 0;
}

static int cuts_nothing(const sp_source *source, sp_context *context) {
  const char none[SP_BEHIND + 1] = {0};
  sampan_error error = {.struct_size = sizeof error};
  const sampan_call call = sp_host_call(context, source->values, source->plugin->n_params, &error);
  return ops_of(source)->cut(&call, &source->schema, none, 0) < 0;
}

int sp_source_has_spans(const sp_source *source, int64_t size, sp_context *context) {
  const size_t n = strlen(source->file);
  if (!sp_source_can_deal(source)) return 0;
  if (sp_source_has_pieces(ops_of(source)) && source->schema.n_pieces > 0) {
    return source->schema.n_pieces >= SP_LEAST_SPANNED_PIECES;
  }
  if (n >= 3 && strcmp(source->file + n - 3, ".gz") == 0) return 0;
  return size >= SP_LEAST_SPANNED_BYTES && !cuts_nothing(source, context);
}

/* ---- sinks -------------------------------------------------------------------------------- */

static uint32_t hand_intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  const hand *h = data;
  if (fill >= h->guard.sink->n_fills) return UINT32_MAX;
  return h->guard.sink->intern(h->guard.sink->data, fill, text, n);
}

static int32_t hand_batch(void *data, int64_t n, sampan_error *error) {
  hand *h = data;
  const int32_t status = sp_guard_batch(&h->guard, n);
  if (status < 0 && error != NULL) *error = h->guard.failure;
  return status;
}

/* ---- stretches ---------------------------------------------------------------------------- */

static int32_t make_room(char **bytes, int64_t *capacity, int64_t n) {
  if (n + SP_BEHIND <= *capacity) return SAMPAN_OK;
  char *grown = realloc(*bytes, (size_t)(n + SP_BEHIND));
  if (grown == NULL) return SAMPAN_E_MEMORY;
  *bytes = grown;
  *capacity = n + SP_BEHIND;
  return SAMPAN_OK;
}

/* Reads until the hand has `wanted` bytes or the file ends. */
static int32_t fill_up(deal *d, hand *h, int64_t *n, int64_t wanted) {
  const sampan_reader *reader = sp_input_reader(d->input);
  if (make_room(&h->bytes, &h->capacity, wanted) < 0) return SAMPAN_E_MEMORY;
  while (*n < wanted && !d->at_end) {
    const int64_t got = reader->read(reader->data, h->bytes + *n, wanted - *n, &h->error);
    if (got < 0) return (int32_t)got;
    d->at_end = got == 0;
    *n += got;
  }
  memset(h->bytes + *n, 0, SP_BEHIND);
  return SAMPAN_OK;
}

/* The next stretch of whole records; with the lock. SAMPAN_END: there is none. */
static int32_t take_stretch(deal *d, hand *h, const sampan_call *call, sampan_stretch *out) {
  int64_t n = d->n_rest, whole = 0, wanted = SP_STRETCH_BYTES;
  if (make_room(&h->bytes, &h->capacity, n + wanted) < 0) return SAMPAN_E_MEMORY;
  if (n > 0) memcpy(h->bytes, d->rest, (size_t)n);
  for (; whole == 0; wanted *= 2) {
    const int32_t status = fill_up(d, h, &n, d->n_rest + wanted);
    if (status < 0) return status;
    if (n == 0 && d->next > 0) return SAMPAN_END;
    whole = d->at_end ? n : d->ops->cut(call, &d->source->schema, h->bytes, n);
    if (whole < 0 || whole > n || (whole == 0 && wanted > SP_LONGEST_STRETCH)) {
      return SAMPAN_E_DATA;
    }
    if (n == 0) break;
  }
  d->n_rest = n - whole;
  if (make_room(&d->rest, &d->rest_capacity, d->n_rest) < 0) return SAMPAN_E_MEMORY;
  memcpy(d->rest, h->bytes + whole, (size_t)d->n_rest);
  memset(h->bytes + whole, 0, SP_BEHIND);
  *out = (sampan_stretch){.struct_size = sizeof *out,
                          .is_first = d->next == 0,
                          .is_last = d->at_end,
                          .bytes = h->bytes,
                          .n_bytes = whole};
  d->position += whole;
  return SAMPAN_OK;
}

/* The next stretch that begins in the part; with the lock. */
static int32_t take_spanned(deal *d, hand *h, const sampan_call *call, sampan_stretch *out) {
  for (;;) {
    if (d->position >= d->to || (d->at_end && d->n_rest == 0 && d->next > 0)) return SAMPAN_END;
    const int64_t start = d->position;
    const int32_t status = take_stretch(d, h, call, out);
    if (status != SAMPAN_OK || start >= d->from) return status;
    d->next++;
  }
}

/* ---- hands -------------------------------------------------------------------------------- */

static void tell(const deal *d) {
  int64_t done = 0, total = -1;
  if (d->progress == NULL) return;
  if (d->input != NULL) {
    sp_input_progress(d->input, &done, &total);
  } else {
    total = sp_view_reader(d->view)->size;
    done = (int64_t)((double)total * (double)d->next / (double)d->source->schema.n_pieces);
  }
  d->progress(d->progress_data, done, total);
}

/* Takes what is next. SAMPAN_END: nothing is left, or another hand failed. */
static int32_t take(hand *h, const sampan_call *call, sampan_stretch *stretch, int64_t *piece) {
  deal *d = h->deal;
  int32_t status = SAMPAN_OK;
  (void)pthread_mutex_lock(&d->lock);
  if (d->status < 0) {
    status = SAMPAN_END;
  } else if (sp_cancelled(d->context->cancel)) {
    status = SAMPAN_E_CANCELLED;
  } else if (d->input == NULL) {
    if (d->next >= d->to) status = SAMPAN_END;
  } else {
    status = take_spanned(d, h, call, stretch);
  }
  *piece = d->next;
  if (status == SAMPAN_OK) {
    d->next++;
    tell(d);
  }
  if (status < 0) d->status = status;
  (void)pthread_mutex_unlock(&d->lock);
  return status;
}

/* Reads pieces until none is left. */
static void *play(void *data) {
  hand *h = data;
  deal *d = h->deal;
  const sampan_sink guarded = {.struct_size = sizeof guarded,
                               .n_fills = h->guard.sink->n_fills,
                               .fills = h->guard.sink->fills,
                               .capacity = h->guard.sink->capacity,
                               .data = h,
                               .intern = hand_intern,
                               .batch = hand_batch,
                               .run_end = h->guard.sink->run_end};
  sp_guard_clear_fills(h->guard.sink);
  h->context.arena = sp_arena_new(0);
  if (h->context.arena == NULL) h->status = SAMPAN_E_MEMORY;
  while (h->status >= 0) {
    const sampan_call call =
        sp_host_call(&h->context, d->source->values, d->source->plugin->n_params, &h->error);
    sampan_stretch stretch;
    h->status = take(h, &call, &stretch, &h->piece);
    const int32_t taken = h->status;
    if (taken == SAMPAN_OK) {
      const int64_t before = h->guard.n_records;
      h->status = d->input != NULL ? d->ops->read_cut(&call, &d->source->schema, &stretch, &guarded)
                                   : d->ops->read_piece(&call, sp_view_reader(d->view),
                                                        &d->source->schema, h->piece, &guarded);
      if (h->guard.status < 0) h->status = h->guard.status;
      if (h->status >= 0 && h->status != SAMPAN_END) {
        h->status = sp_source_without_end(d->source, &h->error);
      }
      if (h->status >= 0 && d->input == NULL &&
          h->guard.n_records - before != d->source->schema.piece[h->piece]) {
        h->status = SAMPAN_E_INCOMPLETE;
      }
    }
    sp_arena_reset(h->context.arena); /* memory that comes and goes stops all threads */
    if (taken == SAMPAN_END) break;
  }
  sp_arena_free(h->context.arena);
  (void)pthread_mutex_lock(&d->lock);
  if (h->status < 0 && d->status >= 0) d->status = h->status;
  (void)pthread_mutex_unlock(&d->lock);
  free(h->bytes);
  return NULL;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static int32_t open_deal(deal *d, sampan_error *error) {
  if (sp_source_has_pieces(d->ops) && d->source->schema.n_pieces > 0) {
    return sp_view_open(d->source->file, &d->view, error);
  }
  return sp_input_open(d->source->file, 0, &d->input, error);
}

/* The first piece that begins at a byte or later, where pieces take as many as they have records.
 */
static int64_t first_piece(const sampan_schema *schema, const sp_span *span, int64_t at) {
  int64_t total = 0, before = 0, i = 0;
  for (int64_t k = 0; k < schema->n_pieces; k++) total += schema->piece[k];
  for (; i < schema->n_pieces; i++) {
    if (total > 0 && (wide)before * (wide)span->size >= (wide)at * (wide)total) break;
    before += schema->piece[i];
  }
  return i;
}

static void set_span(deal *d, const sp_span *span) {
  const sampan_schema *schema = &d->source->schema;
  d->to = INT64_MAX;
  if (d->view != NULL) d->to = schema->n_pieces;
  if (span == NULL) return;
  d->from = span->from;
  d->to = span->to;
  if (d->view == NULL) return;
  d->next = first_piece(schema, span, span->from);
  d->to = span->to >= span->size ? schema->n_pieces : first_piece(schema, span, span->to);
}

/* What the hands come to: of several errors, that of the first piece. */
static int32_t collect(const hand *hands, uint32_t n, sp_dealt *dealt, sampan_error *error) {
  const hand *failed = NULL;
  for (uint32_t i = 0; i < n; i++) {
    dealt->n_records += hands[i].guard.n_records;
    if (hands[i].status >= 0) continue;
    if (failed == NULL || hands[i].piece < failed->piece) failed = &hands[i];
  }
  if (failed == NULL) return SAMPAN_OK;
  *error = failed->error;
  return sp_guard_finish(&failed->guard, failed->status, error);
}

int32_t sp_source_deal(sp_source *source, const sp_span *span, const sampan_sink *const *sinks,
                       uint32_t n_sinks, sp_context *context, sp_progress_fn *progress,
                       void *progress_data, sp_dealt *dealt, sampan_error *error) {
  sampan_error spare;
  if (error == NULL) error = &spare;
  memset(dealt, 0, sizeof *dealt);
  if (!sp_source_can_deal(source)) {
    return sp_source_read(source, sinks[0], context, progress, progress_data, &dealt->n_records,
                          error);
  }
  sp_error_clear(error);
  dealt->in_pieces = 1;
  deal d = {.source = source,
            .ops = ops_of(source),
            .context = context,
            .progress = progress,
            .progress_data = progress_data};
  if (n_sinks > SP_MOST_HANDS) n_sinks = SP_MOST_HANDS;
  hand *hands = calloc(n_sinks, sizeof *hands);
  if (hands == NULL) return sp_error_memory(error);
  int32_t status = open_deal(&d, error);
  if (status >= 0) {
    set_span(&d, span);
    (void)pthread_mutex_init(&d.lock, NULL);
    uint32_t n_started = 1;
    for (uint32_t i = 0; i < n_sinks; i++) {
      hand *h = &hands[i];
      h->deal = &d;
      h->context = *context;
      h->guard = (sp_guard){.sink = sinks[i], .source = source, .context = &h->context};
      sp_error_clear(&h->guard.failure);
      sp_error_clear(&h->error);
    }
    /* Fewer threads than asked for do as well. */
    while (n_started < n_sinks &&
           pthread_create(&hands[n_started].thread, NULL, play, &hands[n_started]) == 0) {
      n_started++;
    }
    (void)play(&hands[0]);
    for (uint32_t i = 1; i < n_started; i++) (void)pthread_join(hands[i].thread, NULL);
    (void)pthread_mutex_destroy(&d.lock);
    status = collect(hands, n_started, dealt, error);
    if (status >= 0) tell(&d); /* the records of the last pieces */
  }
  if (status >= 0 && span == NULL && source->schema.complete && source->schema.n_records >= 0 &&
      source->schema.n_records != dealt->n_records) {
    status = sp_error_set(error, SAMPAN_E_INCOMPLETE, SP_ID_SOURCE_INCOMPLETE,
                          "the file declares %lld records, but %lld were read",
                          (long long)source->schema.n_records, (long long)dealt->n_records);
  }
  if (d.input != NULL) {
    if (status >= 0 && span == NULL) { /* of a part nobody has seen the end */
      status = sp_input_close(d.input, error);
    } else {
      sp_input_abandon(d.input);
    }
  }
  sp_view_close(d.view);
  free(d.rest);
  free(hands);
  return status;
}
