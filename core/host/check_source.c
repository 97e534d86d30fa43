/* check_source.c - the laws of sources, over a file that the author gives: what is read does not
 * depend on the batches, and a file that was cut is never taken for whole. */
#include <stdlib.h>
#include <unistd.h>

#include "base/input.h"
#include "base/map.h"
#include "host/check_laws.h"
#include "host/source.h"

enum { LARGEST_SAMPLE = 1 << 26, CUTS = 50, MOST_FILLS = 512 };

/* Takes records in and keeps a digest of them. */
typedef struct taker {
  uint64_t digest;
  int64_t n_records, n_batches;
  int64_t fail_at;          /* the batch that is refused, from 1; 0: none */
  volatile int *cancel;     /* set by the first batch; may be NULL */
  uint32_t run[MOST_FILLS]; /* of the record at hand, in columns that are given by run */
  uint32_t *run_end[MOST_FILLS];
  sampan_sink sink;
  sampan_fill fills[MOST_FILLS];
  sp_map *texts[MOST_FILLS];
} taker;

static void mix(taker *t, const void *bytes, uint64_t n) {
  const unsigned char *p = (const unsigned char *)bytes;
  for (uint64_t i = 0; i < n; i++) t->digest = (t->digest ^ p[i]) * UINT64_C(1099511628211);
}

static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  taker *t = (taker *)data;
  return fill < t->sink.n_fills ? sp_map_add(t->texts[fill], text, n) : UINT32_MAX;
}

static int32_t take_batch(void *data, int64_t n, sampan_error *error) {
  taker *t = (taker *)data;
  t->n_batches++;
  if (t->cancel != NULL) *t->cancel = 1;
  if (t->fail_at > 0 && t->n_batches >= t->fail_at) {
    return sp_error_set(error, SAMPAN_E_IO, 0, "refused by the check");
  }
  memset(t->run, 0, sizeof t->run);
  for (int64_t i = 0; i < n; i++) {
    for (uint32_t f = 0; f < t->sink.n_fills; f++) {
      const sampan_fill *fill = &t->fills[f];
      if (fill->n_runs > 0 && i >= t->run_end[f][t->run[f]]) t->run[f]++;
      const int64_t at = fill->n_runs > 0 ? t->run[f] : i;
      if (!sampan_bit(fill->present, i)) {
        mix(t, &fill->reason[i], 1);
      } else if (fill->type == SAMPAN_NUMBER) {
        mix(t, &fill->number[at], sizeof(double));
      } else {
        uint64_t n_bytes = 0;
        const char *text = fill->code[at] < sp_map_size(t->texts[f])
                               ? sp_map_key(t->texts[f], fill->code[at], &n_bytes)
                               : "";
        mix(t, text, n_bytes + 1);
      }
    }
  }
  t->n_records += n;
  return SAMPAN_OK;
}

/* Asks for every column, as text where the file does not say; by runs, where they come so. */
static int32_t taker_init(taker *t, const sampan_schema *schema, int64_t capacity, int by_runs,
                          sp_arena *arena) {
  const uint64_t room = (uint64_t)capacity;
  memset(t, 0, sizeof *t);
  t->digest = SP_CHECK_SEED;
  t->sink = (sampan_sink){.struct_size = sizeof t->sink,
                          .n_fills = schema->n_fields < MOST_FILLS ? schema->n_fields : MOST_FILLS,
                          .fills = t->fills,
                          .capacity = capacity,
                          .data = t,
                          .intern = intern,
                          .batch = take_batch,
                          .run_end = t->run_end};
  for (uint32_t i = 0; i < t->sink.n_fills; i++) {
    sampan_fill *fill = &t->fills[i];
    fill->struct_size = sizeof *fill;
    fill->type = schema->fields[i].type != 0 ? schema->fields[i].type : SAMPAN_TEXT;
    fill->field = i;
    fill->number = (double *)sp_arena_array(arena, room, sizeof(double));
    fill->code = (uint32_t *)sp_arena_array(arena, room, sizeof(uint32_t));
    fill->present = (uint64_t *)sp_arena_array(arena, room / 64 + 1, sizeof(uint64_t));
    fill->reason = (uint8_t *)sp_arena_array(arena, room, 1);
    fill->flags = by_runs ? SAMPAN_FILL_RUNS : 0;
    t->run_end[i] = (uint32_t *)sp_arena_array(arena, room, sizeof(uint32_t));
    t->texts[i] = sp_map_new(SP_CHECK_SEED);
    if (fill->number == NULL || fill->code == NULL || fill->present == NULL ||
        fill->reason == NULL || t->run_end[i] == NULL || t->texts[i] == NULL) {
      return SAMPAN_E_MEMORY;
    }
  }
  return SAMPAN_OK;
}

/* ---- one read ----------------------------------------------------------------------------- */

typedef struct reading {
  int32_t status;
  uint64_t digest;
  int64_t n_records, n_batches;
  int32_t complete;
  sampan_error error;
} reading;

/* How a file is read. */
enum { PLAINLY, BY_RUNS, CANCELLED };

/* Header and records of `path`, as a run reads them: guarded, and isolated where the source asks.
 */
static reading read_all(sp_checker *c, const sampan_value *values, const char *path,
                        int64_t capacity, int64_t fail_at, int how) {
  volatile int cancel = 0;
  reading r = {.status = SAMPAN_E_MEMORY};
  sp_context context = {.arena = sp_arena_new(0), .cancel = &cancel};
  taker *t = (taker *)calloc(1, sizeof *t);
  sp_source source = {.plugin = c->plugin, .values = values, .file = path};
  sp_law_beat(c);
  sp_error_clear(&r.error);
  if (context.arena != NULL && t != NULL) {
    r.status = sp_source_schema(&source, &context, &r.error);
    if (r.status >= 0)
      r.status = taker_init(t, &source.schema, capacity, how == BY_RUNS, context.arena);
    if (r.status >= 0) {
      t->fail_at = fail_at;
      t->cancel = how == CANCELLED ? &cancel : NULL;
      r.complete = source.schema.complete;
      r.status = sp_source_read(&source, &t->sink, &context, NULL, NULL, NULL, &r.error);
    }
    r.digest = t->digest;
    r.n_records = t->n_records;
    r.n_batches = t->n_batches;
    for (uint32_t i = 0; i < MOST_FILLS; i++) sp_map_free(t->texts[i]);
  }
  free(t);
  sp_arena_free(context.arena);
  return r;
}

/* ---- the laws ----------------------------------------------------------------------------- */

static void check_ends(sp_checker *c, const sampan_value *values, int64_t n_batches) {
  sp_law_enter(c, "a sink that fails ends the read");
  for (int64_t k = 1; k <= n_batches && k <= 5; k++) {
    const reading r = read_all(c, values, c->sample, 64, k, PLAINLY);
    sp_law_holds(c, r.status == SAMPAN_E_IO && strstr(r.error.message, "refused") != NULL,
                 "batch %lld was refused, and it returned %d '%s'", (long long)k, (int)r.status,
                 r.error.message);
    sp_law_holds(c, r.n_batches == k, "it gave %lld batches after the refusal of batch %lld",
                 (long long)(r.n_batches - k), (long long)k);
  }
  sp_law_enter(c, "a cancelled read ends as cancelled");
  if (n_batches < 2) {
    sp_law_skip(c, "the sample has too few records: more than 64 are needed");
    return;
  }
  const reading r = read_all(c, values, c->sample, 64, 0, CANCELLED);
  sp_law_holds(c, r.status == SAMPAN_E_CANCELLED, "it returned %d '%s'", (int)r.status,
               r.error.message);
}

static int write_part(const char *path, const char *bytes, uint64_t n) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) return 0;
  const int fine = fwrite(bytes, 1, n, file) == n;
  return fclose(file) == 0 && fine;
}

/* Cut at any place, the file is refused, unless its format cannot tell. */
static void check_cuts(sp_checker *c, const sampan_value *values, const reading *whole) {
  char path[] = "/tmp/sampan-check-XXXXXX";
  char *bytes;
  uint64_t n_bytes, seed = SP_CHECK_SEED;
  sampan_error error;
  const int fd = mkstemp(path);
  sp_error_clear(&error);
  sp_law_enter(c, "a file that was cut is not taken for whole");
  if (fd < 0 || sp_input_text(c->sample, LARGEST_SAMPLE, c->arena, &bytes, &n_bytes, &error) < 0 ||
      n_bytes < 2) {
    sp_law_skip(c, "no cut copy could be made: %s", error.message);
    if (fd >= 0) (void)close(fd);
    if (fd >= 0) (void)unlink(path);
    return;
  }
  (void)close(fd);
  for (int i = 0; i < CUTS; i++) {
    const uint64_t at =
        i < 8 ? n_bytes - 1 - (uint64_t)i % n_bytes : sp_check_below(&seed, n_bytes);
    if (at >= n_bytes || !write_part(path, bytes, at)) continue;
    const reading r = read_all(c, values, path, 1024, 0, PLAINLY);
    sp_law_enter(c, "a file that was cut is not taken for whole");
    sp_law_holds(c, r.status < 0 || !whole->complete || r.n_records >= whole->n_records,
                 "cut at byte %llu of %llu, it gave %lld of %lld records without an error",
                 (unsigned long long)at, (unsigned long long)n_bytes, (long long)r.n_records,
                 (long long)whole->n_records);
    sp_law_holds(c, r.status >= 0 || r.error.message[0] != '\0',
                 "cut at byte %llu it failed without a message", (unsigned long long)at);
  }
  sp_law_enter(c, "a file with damaged bytes gives an error or records, and nothing else");
  for (int i = 0; i < CUTS; i++) {
    const uint64_t at = sp_check_below(&seed, n_bytes);
    const char kept = bytes[at];
    bytes[at] = (char)sp_check_below(&seed, 256);
    if (write_part(path, bytes, n_bytes)) {
      const reading r = read_all(c, values, path, 1024, 0, PLAINLY);
      sp_law_enter(c, "a file with damaged bytes gives an error or records, and nothing else");
      sp_law_holds(c, r.status >= 0 || r.error.message[0] != '\0',
                   "changed at byte %llu it failed without a message", (unsigned long long)at);
      sp_law_holds(c, r.status != SAMPAN_E_PLUGIN, "changed at byte %llu: %s",
                   (unsigned long long)at, r.error.message);
    }
    bytes[at] = kept;
  }
  (void)unlink(path);
}

/* 1 if the sample has one of the source's extensions. */
static int is_for(const char *sample, const char *extensions) {
  const char *slash = strrchr(sample, '/');
  char name[256];
  (void)snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : sample);
  size_t n = strlen(name);
  if (n > 3 && strcmp(name + n - 3, ".gz") == 0) name[n - 3] = '\0';
  const char *dot = strrchr(name, '.');
  if (dot == NULL) return 0;
  for (const char *at = extensions; *at != '\0'; at += *at == '|') {
    const size_t length = strcspn(at, "|");
    if (strlen(dot + 1) == length && strncmp(dot + 1, at, length) == 0) return 1;
    at += length;
    if (*at == '\0') break;
  }
  return 0;
}

void sp_check_source(sp_checker *c) {
  static const int64_t capacities[] = {64, 1024, 65536};
  const sampan_source_ops *ops = (const sampan_source_ops *)c->plugin->ops;
  sp_check_options *sets;
  sampan_error error;
  uint32_t n;
  reading first = {0};
  int64_t n_batches = 0;
  const char *sample = c->sample;
  sp_error_clear(&error);
  sp_law_enter(c, "reads the sample");
  if (sample == NULL || !is_for(sample, ops->extensions)) {
    sp_law_skip(c, "give --sample FILE, a file for it (%s)", ops->extensions);
    return;
  }
  c->sample = NULL; /* not a sample of parameters */
  const int32_t status = sp_check_parameters(c, &sets, &n, &error);
  c->sample = sample;
  if (status < 0) {
    sp_law_skip(c, "no parameters could be made up: %s", error.message);
    return;
  }
  for (size_t i = 0; i < 3; i++) {
    const reading r = read_all(c, sets[0].values, sample, capacities[i], 0, PLAINLY);
    sp_law_enter(c, i == 0 ? "reads the sample" : "the same records in batches of 64, 1024, 65536");
    if (!sp_law_holds(c, r.status >= 0, "it returned %d '%s' with room for %lld records",
                      (int)r.status, r.error.message, (long long)capacities[i])) {
      return;
    }
    if (i == 0) {
      first = r;
      n_batches = r.n_batches;
      sp_law_tell(c, "%lld records", (long long)r.n_records);
      continue;
    }
    sp_law_holds(c, r.n_records == first.n_records && r.digest == first.digest,
                 "with room for %lld records it gives others", (long long)capacities[i]);
  }
  if ((ops->flags & SAMPAN_SOURCE_ISOLATE) == 0) { /* the others are not asked */
    const reading r = read_all(c, sets[0].values, sample, 1024, 0, BY_RUNS);
    sp_law_enter(c, "the same records where they may be given by runs");
    sp_law_holds(c, r.status >= 0 && r.n_records == first.n_records && r.digest == first.digest,
                 "it returned %d '%s', and other records", (int)r.status, r.error.message);
  }
  check_ends(c, sets[0].values, n_batches);
  check_cuts(c, sets[0].values, &first);
}
