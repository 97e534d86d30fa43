/* host_deal_main.c - a file dealt out to threads, by sources that cut it well, badly or not at all:
 * every record comes once, or there is an error. Prints what failed; 0 if nothing did. Run it with
 * the thread sanitizer, too. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/deal.h"

enum { RECORDS = 200000, PIECES = 40, CAPACITY = 1024, MOST_HANDS = 8 };

static int n_failed;

static void check(int fine, const char *what, int line, long at) {
  if (fine) return;
  n_failed++;
  fprintf(stderr, "%s:%d: %s (at %ld)\n", __FILE__, line, what, at);
}
#define CHECK(x, at) check((x), #x, __LINE__, (long)(at))

/* ---- the source: numbers from 0 on, one a line; or in pieces, that the file's bytes do not show
 */

/* What it does wrong. */
enum {
  WELL,
  FAILS,
  CUTS_NOTHING,
  CUTS_TOO_MUCH,
  CUTS_BELOW_0,
  GIVES_TOO_MANY,
  NO_END,
  OTHER_COUNT,
  RUNS, /* well */
  RUNS_TOO_SHORT,
  RUNS_BACKWARDS,
  RUNS_ABSENT,
  RUNS_INFINITE,
  RUNS_UNASKED
};

/* Set before a read, and read by all threads. */
static int32_t manner;
static int64_t bad_record; /* of FAILS, OTHER_COUNT, and of sinks that refuse one */
static int32_t sink_refuses;

/* Every record is a run. */
static void give_runs(const sampan_sink *sink, int64_t n) {
  sink->fills[0].n_runs = (uint32_t)n;
  if (manner == RUNS_UNASKED) return;
  uint32_t *end = sink->run_end[0];
  for (int64_t i = 0; i < n; i++) end[i] = (uint32_t)i + 1;
  if (manner == RUNS_TOO_SHORT) sink->fills[0].n_runs--;
  if (manner == RUNS_BACKWARDS) end[0] = 2;
  if (manner == RUNS_ABSENT) sampan_set_bit(sink->fills[0].present, n - 1, 0);
  if (manner == RUNS_INFINITE) sink->fills[0].number[n - 1] = HUGE_VAL;
}

static int32_t give(const sampan_call *call, const sampan_sink *sink, int64_t n) {
  if (manner >= RUNS) give_runs(sink, n);
  return sink->batch(sink->data, n, call->error);
}

static int32_t put(const sampan_call *call, const sampan_sink *sink, int64_t *n, int64_t id) {
  if (manner == FAILS && id == bad_record) return sampan_fail(call, SAMPAN_E_DATA, "a bad record");
  sink->fills[0].number[*n] = (double)id;
  sampan_set_bit(sink->fills[0].present, *n, 1);
  if (++*n < sink->capacity) return SAMPAN_OK;
  *n = 0;
  return give(call, sink, sink->capacity);
}

static int32_t finish(const sampan_call *call, const sampan_sink *sink, int64_t n) {
  if (manner == GIVES_TOO_MANY) n = sink->capacity + 1;
  const int32_t status = n > 0 ? give(call, sink, n) : SAMPAN_OK;
  if (status != SAMPAN_OK) return status;
  return manner == NO_END ? SAMPAN_OK : SAMPAN_END;
}

static int64_t cut(const sampan_call *call, const sampan_schema *schema, const char *bytes,
                   int64_t n) {
  (void)call;
  (void)schema;
  if (manner == CUTS_NOTHING) return 0;
  if (manner == CUTS_TOO_MUCH) return n + 1;
  if (manner == CUTS_BELOW_0) return -1;
  while (n > 0 && bytes[n - 1] != '\n') n--;
  return n;
}

static int32_t read_cut(const sampan_call *call, const sampan_schema *schema,
                        const sampan_stretch *stretch, const sampan_sink *sink) {
  int64_t n = 0, id = 0;
  (void)schema;
  for (int64_t i = 0; i < stretch->n_bytes; i++) {
    if (stretch->bytes[i] != '\n') {
      id = 10 * id + (stretch->bytes[i] - '0');
      continue;
    }
    const int32_t status = put(call, sink, &n, id);
    if (status != SAMPAN_OK) return status;
    id = 0;
  }
  for (int i = 0; i < 64; i++) {
    if (stretch->bytes[stretch->n_bytes + i] != 0) {
      return sampan_fail(call, SAMPAN_E_INTERNAL, "no 0 behind the stretch");
    }
  }
  return finish(call, sink, n);
}

static int32_t read_piece(const sampan_call *call, const sampan_reader *reader,
                          const sampan_schema *schema, int64_t i, const sampan_sink *sink) {
  int64_t n = 0, id = 0;
  (void)reader;
  for (int64_t k = 0; k < i; k++) id += schema->piece[k];
  for (int64_t k = 0; k < schema->piece[i]; k++, id++) {
    if (manner == OTHER_COUNT && id == bad_record) continue;
    const int32_t status = put(call, sink, &n, id);
    if (status != SAMPAN_OK) return status;
  }
  return finish(call, sink, n);
}

/* What the host falls back on, which these tests do not do. */
static int32_t read_none(const sampan_call *call, const sampan_reader *reader,
                         const sampan_schema *schema, const sampan_sink *sink) {
  (void)reader;
  (void)schema;
  (void)sink;
  return sampan_fail(call, SAMPAN_E_INTERNAL, "read by read()");
}

static int32_t no_schema(const sampan_call *call, const sampan_reader *reader, sampan_schema *out) {
  (void)reader;
  (void)out;
  return sampan_fail(call, SAMPAN_E_INTERNAL, "no schema is asked for");
}

static const sampan_source_ops text_ops = {.struct_size = sizeof text_ops,
                                           .extensions = "n",
                                           .schema = no_schema,
                                           .read = read_none,
                                           .cut = cut,
                                           .read_cut = read_cut};
static const sampan_source_ops piece_ops = {.struct_size = sizeof piece_ops,
                                            .extensions = "n",
                                            .schema = no_schema,
                                            .read = read_none,
                                            .read_piece = read_piece};
static const sampan_plugin text_plugin = {
    .struct_size = sizeof text_plugin, .kind = SAMPAN_SOURCE, .name = "lines", .ops = &text_ops};
static const sampan_plugin piece_plugin = {
    .struct_size = sizeof piece_plugin, .kind = SAMPAN_SOURCE, .name = "pieces", .ops = &piece_ops};

/* ---- hands -------------------------------------------------------------------------------- */

typedef struct hand {
  double number[CAPACITY];
  uint64_t present[CAPACITY / 64];
  uint32_t ends[CAPACITY];
  uint32_t *run_end[1];
  sampan_fill fill;
  sampan_sink sink;
  unsigned char *seen; /* by record */
  int64_t n_batches;
  volatile int *cancel; /* set by the third batch; NULL: never */
  pthread_t thread;     /* of the first batch of a read: all are its */
} hand;

static int32_t take_batch(void *data, int64_t n, sampan_error *error) {
  hand *h = data;
  if (h->n_batches++ == 0) h->thread = pthread_self();
  if (!pthread_equal(h->thread, pthread_self())) return SAMPAN_E_INTERNAL;
  if (h->fill.n_runs != (manner == RUNS ? n : 0)) return SAMPAN_E_INTERNAL;
  for (int64_t i = 0; i < n; i++) {
    const int64_t id = (int64_t)h->number[i];
    if (id < 0 || id >= RECORDS || !sampan_bit(h->present, i)) return SAMPAN_E_INTERNAL;
    if (h->seen[id] < 255) h->seen[id]++;
    if (sink_refuses && id == bad_record) {
      (void)snprintf(error->message, sizeof error->message, "refused");
      return error->status = SAMPAN_E_DATA;
    }
  }
  if (h->cancel != NULL && h->n_batches == 3) __atomic_store_n(h->cancel, 1, __ATOMIC_RELAXED);
  return SAMPAN_OK;
}

static void make_hand(hand *h) {
  h->fill = (sampan_fill){.struct_size = sizeof h->fill,
                          .type = SAMPAN_NUMBER,
                          .flags = manner == RUNS_UNASKED ? 0 : SAMPAN_FILL_RUNS,
                          .number = h->number,
                          .present = h->present};
  h->sink = (sampan_sink){.struct_size = sizeof h->sink,
                          .n_fills = 1,
                          .fills = &h->fill,
                          .capacity = CAPACITY,
                          .data = h,
                          .batch = take_batch,
                          .run_end = manner == RUNS_UNASKED ? NULL : h->run_end};
  h->run_end[0] = h->ends;
  h->seen = calloc(RECORDS, 1);
  if (h->seen == NULL) abort();
}

/* ---- a read ------------------------------------------------------------------------------- */

static char path[] = "/tmp/sampan-deal-XXXXXX";
static int64_t file_bytes;
static int64_t n_told;
static int64_t last_told;

static void on_progress(void *data, int64_t done, int64_t total) {
  (void)data;
  n_told++;
  CHECK(done >= last_told, done); /* by one thread at a time, and forwards */
  CHECK(total < 0 || done <= total, done);
  last_told = done;
}

typedef struct outcome {
  int32_t status;
  sampan_error error;
  int64_t n_records;                    /* as the host says */
  int64_t n_once, n_never, n_too_often; /* as the hands have them */
} outcome;

static outcome deal(int as_pieces, uint32_t n_hands, const sp_span *spans, uint32_t n_spans,
                    int cancels) {
  static int64_t piece[PIECES];
  outcome out = {.status = SAMPAN_OK};
  hand *hands = calloc(n_hands, sizeof *hands);
  const sampan_sink *sinks[MOST_HANDS];
  volatile int cancel = 0;
  sp_context context = {.cancel = &cancel};
  sp_source source = {.plugin = as_pieces ? &piece_plugin : &text_plugin,
                      .file = path,
                      .schema = {.struct_size = sizeof source.schema, .n_records = -1}};
  if (hands == NULL) abort();
  for (int i = 0; i < PIECES; i++) piece[i] = RECORDS / PIECES + (i % 2 == 0 ? 137 : -137);
  if (as_pieces) {
    source.schema.n_pieces = PIECES;
    source.schema.piece = piece;
    source.schema.n_records = RECORDS;
    source.schema.complete = 1;
  }
  for (uint32_t i = 0; i < n_hands; i++) {
    make_hand(&hands[i]);
    hands[i].cancel = cancels ? &cancel : NULL;
    sinks[i] = &hands[i].sink;
  }
  CHECK(sp_source_can_deal(&source), n_hands);
  for (uint32_t k = 0; k < n_spans && out.status >= 0; k++) {
    sp_dealt dealt;
    n_told = last_told = 0;
    for (uint32_t i = 0; i < n_hands; i++) hands[i].n_batches = 0;
    out.status = sp_source_deal(&source, spans != NULL ? &spans[k] : NULL, sinks, n_hands, &context,
                                on_progress, NULL, &dealt, &out.error);
    CHECK(dealt.in_pieces, k);
    out.n_records += dealt.n_records;
  }
  for (int64_t id = 0; id < RECORDS; id++) {
    int n = 0;
    for (uint32_t i = 0; i < n_hands; i++) n += hands[i].seen[id];
    out.n_once += n == 1;
    out.n_never += n == 0;
    out.n_too_often += n > 1;
  }
  for (uint32_t i = 0; i < n_hands; i++) free(hands[i].seen);
  free(hands);
  return out;
}

static void expect_all(const outcome *out, int at) {
  CHECK(out->status == SAMPAN_OK, at);
  CHECK(out->n_records == RECORDS, at);
  CHECK(out->n_once == RECORDS, at);
}

static void expect_error(const outcome *out, int32_t status, const char *message, int at) {
  CHECK(out->status == status, at);
  CHECK(out->error.status == status, at);
  CHECK(strstr(out->error.message, message) != NULL, at);
  CHECK(strcmp(out->error.file, path) == 0, at);
  CHECK(out->n_too_often == 0, at);
}

static void every_record_comes_once(int as_pieces) {
  manner = WELL;
  for (uint32_t n = 1; n <= MOST_HANDS; n++) {
    const outcome out = deal(as_pieces, n, NULL, 1, 0);
    expect_all(&out, (int)n);
    CHECK(n_told > 1, n);
  }
  /* In parts that follow on one another, of any size. */
  for (uint32_t n_spans = 1; n_spans <= 7; n_spans++) {
    sp_span spans[7];
    for (uint32_t k = 0; k < n_spans; k++) {
      spans[k] = (sp_span){.from = file_bytes * k / n_spans,
                           .to = file_bytes * (k + 1) / n_spans,
                           .size = file_bytes};
    }
    const outcome out = deal(as_pieces, 1 + n_spans % 3, spans, n_spans, 0);
    expect_all(&out, (int)n_spans);
  }
}

static void one_error_ends_it(int as_pieces) {
  static const int64_t bad[] = {0, 1, 63, 64, 5000, RECORDS / 2, RECORDS - 1};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bad_record = bad[i];
    for (uint32_t n = 1; n <= MOST_HANDS; n += 3) {
      manner = FAILS;
      outcome out = deal(as_pieces, n, NULL, 1, 0);
      expect_error(&out, SAMPAN_E_DATA, "a bad record", (int)bad_record);
      CHECK(out.n_never > 0, bad_record);
      manner = WELL;
      sink_refuses = 1;
      out = deal(as_pieces, n, NULL, 1, 0);
      expect_error(&out, SAMPAN_E_DATA, "refused", (int)bad_record);
      sink_refuses = 0;
      if (!as_pieces) continue;
      manner = OTHER_COUNT;
      out = deal(as_pieces, n, NULL, 1, 0);
      expect_error(&out, SAMPAN_E_INCOMPLETE, "", (int)bad_record);
    }
  }
}

static void sources_are_held_to_their_contract(int as_pieces) {
  for (uint32_t n = 1; n <= 4; n += 3) {
    manner = GIVES_TOO_MANY;
    outcome out = deal(as_pieces, n, NULL, 1, 0);
    expect_error(&out, SAMPAN_E_PLUGIN, "contract", (int)n);
    manner = NO_END;
    out = deal(as_pieces, n, NULL, 1, 0);
    expect_error(&out, SAMPAN_E_PLUGIN, "contract", (int)n);
    for (manner = RUNS_TOO_SHORT; manner <= RUNS_UNASKED; manner++) {
      out = deal(as_pieces, n, NULL, 1, 0);
      expect_error(&out, SAMPAN_E_PLUGIN,
                   manner == RUNS_INFINITE ? "not a finite number" : "it gave runs", (int)manner);
      CHECK(out.n_once == 0 || n > 1, manner);
    }
    manner = RUNS;
    out = deal(as_pieces, n, NULL, 1, 0);
    expect_all(&out, (int)n);
    if (as_pieces) continue;
    manner = CUTS_TOO_MUCH;
    out = deal(as_pieces, n, NULL, 1, 0);
    expect_error(&out, SAMPAN_E_DATA, "", (int)n);
    CHECK(out.n_never == RECORDS, n);
    manner = CUTS_BELOW_0;
    out = deal(as_pieces, n, NULL, 1, 0);
    expect_error(&out, SAMPAN_E_DATA, "", (int)n);
    manner = CUTS_NOTHING; /* the file is one stretch */
    out = deal(as_pieces, n, NULL, 1, 0);
    expect_all(&out, (int)n);
  }
}

static void it_can_be_cancelled(int as_pieces) {
  manner = WELL;
  for (uint32_t n = 1; n <= MOST_HANDS; n++) {
    const outcome out = deal(as_pieces, n, NULL, 1, 1);
    expect_error(&out, SAMPAN_E_CANCELLED, "cancelled", (int)n);
    CHECK(out.n_never > 0, n);
  }
}

/* No cut in more than a stretch may have: it ends, and without the file in memory. */
static void endless_records(void) {
  manner = CUTS_NOTHING;
  CHECK(truncate(path, INT64_C(300) << 20) == 0, 0); /* 0 bytes behind the records, on no disk */
  const outcome out = deal(0, 2, NULL, 1, 0);
  expect_error(&out, SAMPAN_E_DATA, "", 0);
  CHECK(last_told <= INT64_C(200) << 20, last_told);
}

int main(void) {
  const int fd = mkstemp(path);
  FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
  if (file == NULL) {
    fprintf(stderr, "no file can be made in /tmp\n");
    return 1;
  }
  for (int id = 0; id < RECORDS; id++) file_bytes += fprintf(file, "%014d\n", id);
  CHECK(fclose(file) == 0, 0);
  for (int as_pieces = 0; as_pieces < 2; as_pieces++) {
    every_record_comes_once(as_pieces);
    one_error_ends_it(as_pieces);
    sources_are_held_to_their_contract(as_pieces);
    it_can_be_cancelled(as_pieces);
  }
  endless_records();
  (void)remove(path);
  if (n_failed > 0) fprintf(stderr, "%d checks failed\n", n_failed);
  return n_failed > 0;
}
