/* pack_deal.c - reading a text in stretches of whole records, by several threads: what one of them
 * holds is a run, which the thread that read it stores. */
#include <stdlib.h>

#include "base/input.h"
#include "host/abi.h"
#include "records/error_ids.h"
#include "records/pack_internal.h"

/* The first stretch tells how long the others are to be. */
enum { FIRST_BYTES = 1 << 18, MOST_BYTES = 1 << 23, LONGEST_RECORD = 1 << 25, BEHIND = 64 };

/* Of a block's records, that a stretch is to hold: less is tried where there were too many. */
#define LEAST_SHARE 0.05

/* Who deals out: under its lock. */
typedef struct dealer {
  sp_pack_state *s;
  const sampan_source_ops *ops;
  pthread_mutex_t lock;
  sp_input *input;
  char *carry; /* what was read, but not dealt out */
  int64_t n_carry, room_carry;
  int64_t want;
  int64_t next;
  int32_t at_end, stop;
} dealer;

/* A thread's part. */
typedef struct hand {
  dealer *d;
  sp_pack_reader reader;
  sp_pack_slab *slab;
  char *bytes;
  int64_t room, n, whole;
  int64_t index;
  int32_t is_last;
} hand;

int sp_pack_deals(const sp_pack_state *s) {
  const sampan_source_ops *ops = s->job->source->plugin->ops;
  return sp_source_cuts(ops) && (ops->flags & SAMPAN_SOURCE_ISOLATE) == 0;
}

static int make_room(hand *h, int64_t n) {
  if (n + BEHIND + 1 <= h->room) return 1;
  char *grown = realloc(h->bytes, (size_t)(n + n / 8 + BEHIND + 1));
  if (grown == NULL) return 0;
  h->bytes = grown;
  h->room = n + n / 8 + BEHIND + 1;
  return 1;
}

/* Reads until there are `want` bytes, and one more, which tells whether they are the last. */
static int fill(hand *h, int64_t want, sampan_error *error) {
  dealer *d = h->d;
  const sampan_reader *reader = sp_input_reader(d->input);
  if (!make_room(h, want + 1)) return 0;
  while (!d->at_end && h->n < want + 1) {
    const int64_t got = reader->read(reader->data, h->bytes + h->n, want + 1 - h->n, error);
    if (got < 0) return 0;
    d->at_end = got == 0;
    h->n += got;
  }
  return 1;
}

static int keep_rest(hand *h) {
  dealer *d = h->d;
  const int64_t rest = h->n - h->whole;
  if (rest > d->room_carry) {
    free(d->carry);
    d->room_carry = 2 * rest;
    d->carry = malloc((size_t)d->room_carry);
    if (d->carry == NULL) d->room_carry = 0;
  }
  if (rest > d->room_carry) return 0;
  if (rest > 0) memcpy(d->carry, h->bytes + h->whole, (size_t)rest);
  d->n_carry = rest;
  memset(h->bytes + h->whole, 0, BEHIND);
  return 1;
}

/* The length of stretches, from the lines of the first: so it depends on the file alone, and with
 * it the bytes of what is stored. A record of several lines makes them shorter, nothing else. */
static void settle_length(const hand *h) {
  dealer *d = h->d;
  int64_t n_lines = 1;
  for (int64_t i = 0; i < h->whole; i++) n_lines += h->bytes[i] == '\n';
  const double each = (double)h->whole / (double)n_lines;
  const double want = each * (double)d->s->block * d->s->share;
  d->want = want < FIRST_BYTES ? FIRST_BYTES : want < MOST_BYTES ? (int64_t)want : MOST_BYTES;
}

/* The next stretch: 1, 0 where there is none, -1 where it cannot be had. */
static int next_stretch(hand *h, const sampan_call *call) {
  dealer *d = h->d;
  int64_t want = d->want;
  if (d->at_end && d->n_carry == 0 && d->next > 0) return 0;
  if (!make_room(h, d->n_carry + want)) return -1;
  if (d->n_carry > 0) memcpy(h->bytes, d->carry, (size_t)d->n_carry);
  h->n = d->n_carry;
  for (;;) {
    if (!fill(h, want, call->error)) return -1;
    h->is_last = d->at_end;
    if (d->at_end) {
      h->whole = h->n;
      break;
    }
    memset(h->bytes + h->n, 0, BEHIND);
    h->whole = d->ops->cut(call, &d->s->job->source->schema, h->bytes, h->n);
    if (h->whole < 0 || want > LONGEST_RECORD) return -1;
    if (h->whole > 0) break;
    want *= 2;
  }
  if (!keep_rest(h)) return -1;
  h->index = d->next++;
  if (h->index == 0) settle_length(h);
  return 1;
}

static int take(hand *h, const sampan_call *call) {
  dealer *d = h->d;
  const volatile int *cancel = d->s->job->context->cancel;
  pthread_mutex_lock(&d->lock);
  if (cancel != NULL && *cancel) d->stop = 1;
  const int taken = d->stop ? -1 : next_stretch(h, call);
  if (taken < 0) d->stop = 1;
  pthread_mutex_unlock(&d->lock);
  return taken;
}

static int32_t read_stretch(hand *h, sampan_error *error) {
  dealer *d = h->d;
  const sp_pack_job *job = d->s->job;
  const sampan_stretch stretch = {.struct_size = sizeof stretch,
                                  .is_first = h->index == 0,
                                  .is_last = h->is_last,
                                  .bytes = h->bytes,
                                  .n_bytes = h->whole};
  sp_context context = {.arena = sp_arena_new(0), .cancel = job->context->cancel};
  if (context.arena == NULL) return sp_error_memory(error);
  const sampan_call call =
      sp_host_call(&context, job->source->values, job->source->plugin->n_params, error);
  sp_run_reset(d->s, h->reader.run);
  int32_t status = sp_pack_reader_restart(&h->reader);
  if (status >= 0) {
    status = d->ops->read_cut(&call, &job->source->schema, &stretch, &h->reader.sink);
  }
  sp_arena_free(context.arena);
  if (status == SAMPAN_END) return SAMPAN_OK;
  return status < 0 ? status : SAMPAN_E_PLUGIN;
}

static int32_t store(hand *h, sampan_error *error) {
  sp_pack_state *s = h->d->s;
  sp_run *run = h->reader.run;
  if (sp_run_close(&h->reader) < 0) return sp_error_memory(error);
  run->index = h->index;
  if (s->job->n_sort > 0) return sp_spill_run(s, run, error);
  if (run->n > 0) SP_TRY(sp_slab_of_run(h->slab, run, error));
  return sp_slab_store(h->slab, s, run->index, run->n, error);
}

static void *work(void *data) {
  hand *h = data;
  dealer *d = h->d;
  sampan_error error;
  int taken = 0;
  sp_error_clear(&error);
  const sampan_call call = sp_host_call(d->s->job->context, d->s->job->source->values,
                                        d->s->job->source->plugin->n_params, &error);
  int32_t status = SAMPAN_OK;
  while (status >= 0 && (taken = take(h, &call)) > 0) {
    status = read_stretch(h, &error);
    if (status >= 0) status = store(h, &error);
  }
  if (status < 0 || taken < 0) {
    pthread_mutex_lock(&d->lock);
    d->stop = 1;
    pthread_mutex_unlock(&d->lock);
    (void)sp_error_set(&error, SAMPAN_E_CANCELLED, SP_ID_PACK, "given up");
    (void)sp_pack_fail(d->s, &error); /* who waits for a turn must not wait for this one */
  }
  return NULL;
}

static int32_t init_hand(hand *h, dealer *d) {
  h->d = d;
  if (sp_pack_reader_init(&h->reader, d->s) < 0) return SAMPAN_E_MEMORY;
  h->reader.one_run = 1;
  h->reader.run = sp_run_new(d->s);
  h->slab = sp_slab_new(d->s);
  return h->reader.run != NULL && h->slab != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

static int32_t deal(dealer *d, hand *hands, uint32_t n) {
  pthread_t threads[64];
  uint32_t n_threads = 0;
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < n && status >= 0; i++) status = init_hand(&hands[i], d);
  if (status < 0) return status;
  for (; n_threads + 1 < n && n_threads < 64; n_threads++) {
    if (pthread_create(&threads[n_threads], NULL, work, &hands[n_threads + 1]) != 0) break;
  }
  (void)work(&hands[0]);
  for (uint32_t i = 0; i < n_threads; i++) (void)pthread_join(threads[i], NULL);
  return SAMPAN_OK;
}

int32_t sp_pack_deal(sp_pack_state *s, sampan_error *error) {
  const sampan_source_ops *ops = s->job->source->plugin->ops;
  dealer d = {.s = s, .ops = ops, .want = FIRST_BYTES};
  int overflow = 0;
  SP_TRY(sp_input_open(s->job->source->file, (ops->flags & SAMPAN_SOURCE_SEEKS) != 0, &d.input,
                       error));
  hand *hands = calloc(s->n_threads, sizeof *hands);
  int32_t status =
      hands != NULL && pthread_mutex_init(&d.lock, NULL) == 0 ? SAMPAN_OK : SAMPAN_E_MEMORY;
  if (status >= 0) {
    status = deal(&d, hands, s->n_threads);
    for (uint32_t i = 0; i < s->n_threads; i++) {
      if (hands[i].d != NULL && hands[i].reader.fills != NULL) {
        overflow = overflow || hands[i].reader.overflow;
        if (status >= 0) sp_pack_reader_merge(&hands[i].reader);
        sp_pack_reader_clear(&hands[i].reader);
      }
      sp_slab_free(hands[i].slab);
      free(hands[i].bytes);
    }
    pthread_mutex_destroy(&d.lock);
  }
  free(hands);
  free(d.carry);
  s->n_runs = d.next;
  /* A column of another kind is known now, and that stretches were too long; for all else, a read
   * in order finds what is wrong. */
  if (d.stop && overflow && s->share > LEAST_SHARE) {
    s->share /= 2;
    s->again = 1;
  }
  if (d.stop && !s->again) s->in_order = 1;
  sp_error_clear(&s->failure);
  if (status < 0 || d.stop) {
    sp_input_abandon(d.input);
    return status < 0 ? sp_error_memory(error) : SAMPAN_OK;
  }
  return sp_input_close(d.input, error);
}
