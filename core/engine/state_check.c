/* state_check.c - whether states are of one plan and its files, and cover every record once. */
#include <stdlib.h>

#include "engine/error_ids.h"
#include "engine/state_file.h"

/* ---- origins ------------------------------------------------------------------------------ */

static const sp_origin *find(const sp_origin *list, uint32_t n, const sp_origin *like,
                             int same_value) {
  for (uint32_t i = 0; i < n; i++) {
    if (list[i].kind != like->kind || strcmp(list[i].name, like->name) != 0) continue;
    if (!same_value || strcmp(list[i].value, like->value) == 0) return &list[i];
  }
  return NULL;
}

static int32_t foreign(const sp_state *s, const sp_origin *mine, const char *now,
                       sampan_error *error) {
  static const char *const of_plan = "one plan has one result: merge the states of each by itself";
  switch (mine->kind) {
    case SP_MADE_BY_ENGINE:
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_FOREIGN,
                   "the state was made by sampan %s, and this is sampan %s", mine->value, now);
      sp_error_hint(error, "make and merge all states with the same version");
      break;
    case SP_MADE_OF_PLAN:
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_FOREIGN,
                   "the state was made from another plan, or the plan was changed since");
      sp_error_hint(error, "%s", of_plan);
      break;
    case SP_MADE_BY_PLUGIN:
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_FOREIGN,
                   "the state was made with another version of %s: %s, and here it is %s",
                   mine->name, mine->value, now);
      sp_error_hint(error, "make all states with the plugins that merge them");
      break;
    default:
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_FOREIGN,
                   "the state was made from another %s '%s' than the one that the plan names here",
                   mine->kind == SP_MADE_OF_TABLE ? "table" : "file", mine->name);
      sp_error_hint(error, "make all states from the same files");
  }
  return sp_error_file(error, s->file);
}

/* All states were made from one file, which is not as it was. */
static int32_t stale(const sp_state *s, const sp_origin *mine, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_STALE,
               "'%s' has changed since the state was made from it", mine->name);
  sp_error_hint(error, "make all states again, or put the file back as it was");
  return sp_error_file(error, s->file);
}

/* A plan is one by what it says, wherever it lies. */
static const sp_origin *counterpart(const sp_origin *list, uint32_t n, const sp_origin *of) {
  for (uint32_t i = 0; i < n && of->kind == SP_MADE_OF_PLAN; i++) {
    if (list[i].kind == SP_MADE_OF_PLAN) return &list[i];
  }
  return find(list, n, of, 0);
}

static int32_t check_origin(const sp_state *states, uint32_t n, uint32_t i, const sp_origin *mine,
                            const sp_origin *list, uint32_t n_list, sampan_error *error) {
  const sp_origin *here = counterpart(list, n_list, mine);
  if (here != NULL && strcmp(here->value, mine->value) == 0) return SAMPAN_OK;
  /* The same file in two waves has one entry; two files of one name have two. */
  if (here != NULL && find(list, n_list, mine, 1) != NULL) return SAMPAN_OK;
  if (here == NULL || mine->kind != SP_MADE_OF_FILE) {
    return foreign(&states[i], mine, here != NULL ? here->value : "not there", error);
  }
  for (uint32_t k = 0; k < n; k++) {
    if (find(states[k].origins, states[k].n_origins, mine, 1) == NULL) {
      return foreign(&states[i], mine, here->value, error);
    }
  }
  return stale(&states[i], mine, error);
}

int32_t sp_states_check_origins(const sp_state *states, uint32_t n, const sp_origin *list,
                                uint32_t n_list, sampan_error *error) {
  for (uint32_t i = 0; i < n; i++) {
    const sp_state *s = &states[i];
    for (uint32_t k = 0; k < s->n_origins; k++) {
      SP_TRY(check_origin(states, n, i, &s->origins[k], list, n_list, error));
    }
    /* What is here and was not there: a plan of the same digest has the same plugins and files. */
    if (s->n_origins != n_list) {
      return sp_state_damaged(s->file, "the state does not name all that it was made from", error);
    }
  }
  return SAMPAN_OK;
}

/* ---- cover -------------------------------------------------------------------------------- */

static int compare_states(const void *a, const void *b) {
  const sp_state *x = a, *y = b;
  for (uint32_t w = 0; w < x->n_waves; w++) {
    const sp_stretch *s = &x->stretches[w], *t = &y->stretches[w];
    const int empty = s->from == s->to, other = t->from == t->to;
    if (empty && other) continue;
    if (empty || other) return empty ? 1 : -1; /* it begins in a later wave */
    if (s->from != t->from) return s->from < t->from ? -1 : 1;
    if (s->to != t->to) return s->to < t->to ? -1 : 1;
  }
  return strcmp(x->file, y->file);
}

static int32_t overlap(const sp_state *a, const sp_state *b, const char *file, int64_t from,
                       int64_t to, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_OVERLAP,
               "this state (shard %u/%u) and '%s' (shard %u/%u) cover the same records: bytes %lld "
               "to %lld of '%s'",
               b->k, b->n, a->file, a->k, a->n, (long long)from, (long long)to, file);
  sp_error_hint(error, "give every shard once");
  return sp_error_file(error, b->file);
}

/* Names the shards that are missing, if all are of one division. */
static int32_t gap(const sp_job *job, const sp_state *states, uint32_t n, uint32_t wave,
                   int64_t from, int64_t to, sampan_error *error) {
  char missing[160] = "";
  size_t length = 0;
  uint32_t n_missing = 0;
  int is_one = 1;
  for (uint32_t i = 0; i < n; i++) is_one = is_one && states[i].n == states[0].n;
  for (uint32_t k = 1; is_one && k <= states[0].n; k++) {
    int is_there = 0;
    for (uint32_t i = 0; i < n; i++) is_there = is_there || states[i].k == k;
    if (is_there || n_missing++ >= 8) continue;
    length += (size_t)snprintf(missing + length, sizeof missing - length, "%s%u/%u",
                               length > 0 ? ", " : "", k, states[0].n);
  }
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_GAP,
               "no state covers the records of bytes %lld to %lld of '%s'%s%s%s", (long long)from,
               (long long)to, job->plan->waves[wave].given,
               n_missing > 0 ? "; missing are the shards " : "", missing,
               n_missing > 8 ? " and others" : "");
  sp_error_hint(error, "make what is missing: `sampan partial PLAN --shard K/N -o FILE`");
  return sp_error_file(error, job->plan->file);
}

/* A file that could not be cut in one shard, but could in the part of it that another has read. */
static int32_t two_ways(const sp_state *a, const sp_state *b, const char *file,
                        sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_STATE_OVERLAP,
               "this state and '%s' cut '%s' in two ways, by records and by bytes, so that their "
               "parts do not fit",
               a->file, file);
  sp_error_hint(error, "a part of the file cannot be cut: use `sampan run`");
  return sp_error_file(error, b->file);
}

static int32_t check_wave(const sp_job *job, const sp_state *states, uint32_t n, uint32_t wave,
                          sampan_error *error) {
  const char *file = job->plan->waves[wave].given;
  const int64_t size = states[0].stretches[wave].size;
  int64_t position = 0;
  const sp_state *before = NULL;
  for (uint32_t i = 0; i < n; i++) {
    const sp_stretch *t = &states[i].stretches[wave];
    if (t->from == t->to) continue;
    if (before != NULL && before->stretches[wave].by_records != t->by_records) {
      return two_ways(before, &states[i], file, error);
    }
    if (t->from < position) {
      return overlap(before, &states[i], file, t->from, t->to < position ? t->to : position, error);
    }
    if (t->from > position) return gap(job, states, n, wave, position, t->from, error);
    position = t->to;
    before = &states[i];
  }
  return position < size ? gap(job, states, n, wave, position, size, error) : SAMPAN_OK;
}

int32_t sp_states_check_cover(const sp_job *job, sp_state *states, uint32_t n,
                              sampan_error *error) {
  uint32_t n_files;
  (void)sp_stream_files(job->stream, &n_files);
  for (uint32_t i = 0; i < n; i++) {
    int fits = states[i].n_waves == job->plan->n_waves && states[i].n_files == n_files;
    for (uint32_t w = 0; fits && w < states[i].n_waves; w++) {
      fits = states[i].stretches[w].size == states[0].stretches[w].size;
    }
    if (!fits) return sp_state_damaged(states[i].file, "the state covers other files", error);
  }
  qsort(states, n, sizeof *states, compare_states);
  for (uint32_t w = 0; w < job->plan->n_waves; w++) {
    SP_TRY(check_wave(job, states, n, w, error));
  }
  return SAMPAN_OK;
}
