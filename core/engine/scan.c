/* scan.c - one read of the records: sifted, placed in the design, weighed, divided, scored, added
 * up. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/scanner.h"

/* Many replicates make batches smaller. */
#define SP_MOST_WEIGHT_BYTES (INT64_C(1) << 27)

void *sp_scanner_array(sp_scanner *s, uint64_t size) {
  return sp_arena_array(s->arena, (uint64_t)s->capacity + 64, size);
}

static int32_t make_rows(sp_scanner *s, uint32_t ***out, uint32_t n) {
  *out = sp_arena_array(s->arena, n + 1U, sizeof **out);
  if (*out == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n; i++) {
    (*out)[i] = sp_scanner_array(s, sizeof(uint32_t));
    if ((*out)[i] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

static int32_t scanner_init(sp_scanner *s, sp_job *job, sp_totals *totals, uint32_t read,
                            int64_t capacity) {
  memset(s, 0, sizeof *s);
  s->job = job;
  s->totals = totals;
  s->read = read;
  s->capacity = capacity;
  s->arena = sp_arena_new(0);
  if (s->arena == NULL) return SAMPAN_E_MEMORY;
  s->unit = sp_scanner_array(s, sizeof(uint32_t));
  if (s->unit == NULL) return SAMPAN_E_MEMORY;
  SP_TRY(sp_sift_init(&s->sift, job, capacity, s->arena));
  SP_TRY(sp_weigh_init(&s->weigh, job, capacity, s->arena));
  SP_TRY(sp_place_start(&totals->place, capacity));
  SP_TRY(make_rows(s, &s->codes, job->n_groupings));
  SP_TRY(make_rows(s, &s->rows, job->n_splits));
  SP_TRY(make_rows(s, &s->groups, job->n_splits));
  return sp_score_init(s);
}

static void scanner_clear(sp_scanner *s) {
  sp_scratch_clear(&s->scratch);
  sp_arena_free(s->arena);
}

/* ---- groups ------------------------------------------------------------------------------- */

static int32_t count_periods(sp_scanner *s, int64_t n, sampan_error *error) {
  const sp_job *job = s->job;
  sp_totals *t = s->totals;
  const uint32_t g = job->period_grouping;
  const uint32_t n_periods = 1 + (g != SP_NONE ? sp_coder_size(t->coders[g]) : 0);
  if (sp_totals_period_room(job, t, n_periods) < 0) return sp_error_memory(error);
  for (int64_t i = 0; i < n; i++) {
    const uint32_t code = g != SP_NONE ? s->codes[g][i] : SP_CODE_MISSING;
    if (g != SP_NONE && code == SP_CODE_MISSING && sampan_bit(s->sift.kept, i)) {
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_PERIOD_MISSING,
                   "the record has no period, so it would be in no estimate");
      sp_error_hint(error, "drop such records with `keep` or `drop`, so that they are counted");
      return sp_error_cell(error, NULL, i + 1, job->plan->period);
    }
    int64_t *count = t->by_period + 2 * (size_t)(code == SP_CODE_MISSING ? 0 : code + 1);
    count[0]++;
    count[1] += sampan_bit(s->sift.kept, i);
  }
  return SAMPAN_OK;
}

/* A record of a later read that is not where those of the first were. */
static int32_t changed(int64_t i, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHANGED,
               "the record is in a group or a unit that was not there in the first read: the file "
               "has changed meanwhile");
  sp_error_hint(error, "run again when nobody writes to the file");
  return sp_error_cell(error, NULL, i + 1, NULL);
}

/* The group and the row of totals of each record, for every split. */
static int32_t divide(sp_scanner *s, const sp_machine *machine, int64_t n, sampan_error *error) {
  const sp_job *job = s->job;
  sp_totals *t = s->totals;
  for (uint32_t g = 0; g < job->n_groupings; g++) {
    SP_TRY(sp_coder_codes(t->coders[g], sp_machine_column(machine, job->groupings[g].required), n,
                          s->codes[g], error));
  }
  for (uint32_t g = 0; g < job->n_groupings && s->read == 0; g++) {
    for (int64_t i = 0; i < n; i++) {
      t->n_ungrouped[g] += s->codes[g][i] == SP_CODE_MISSING && sampan_bit(s->sift.eligible, i);
    }
  }
  if (s->read == 0) SP_TRY(count_periods(s, n, error));
  for (uint32_t k = 0; k < job->n_splits; k++) {
    const sp_split *split = &job->splits[k];
    uint32_t tuple[32] = {0};
    for (int64_t i = 0; i < n; i++) {
      s->rows[k][i] = s->groups[k][i] = SP_NONE;
      if (!sampan_bit(s->sift.eligible, i)) continue;
      int whole = 1;
      for (uint32_t g = 0; g < split->n_groupings; g++) {
        tuple[g] = s->codes[split->groupings[g]][i];
        whole = whole && tuple[g] != SP_CODE_MISSING;
      }
      if (!whole) continue;
      const uint32_t n_bytes = split->n_groupings * (uint32_t)sizeof *tuple;
      const uint32_t group = s->read == 0 ? sp_map_add(t->groups[k].map, tuple, n_bytes)
                                          : sp_map_find(t->groups[k].map, tuple, n_bytes);
      if (group == SP_MAP_NONE) {
        return s->read == 0 ? sp_error_memory(error) : changed(i, error);
      }
      s->groups[k][i] = group;
      s->rows[k][i] = sp_table_row(t->tables[k], group, job->by_unit ? s->unit[i] : 0);
      if (s->rows[k][i] == UINT32_MAX) return sp_error_memory(error);
      if (s->read > 0 && s->rows[k][i] >= t->walks[k].n_rows) return changed(i, error);
    }
  }
  return SAMPAN_OK;
}

/* Calibration: the auxiliary variables by unit, with calibrated weights. */
static int32_t add_auxiliary(sp_scanner *s, int64_t n, sampan_error *error) {
  const uint32_t n_aux = s->job->n_aux;
  sp_table *table = s->totals->aux_by_unit;
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(s->sift.kept, i)) continue;
    const uint32_t row = sp_table_row(table, 0, s->unit[i]);
    if (row == UINT32_MAX) return sp_error_memory(error);
    sp_exact *lanes = sp_table_lanes(table, row);
    for (uint32_t j = 0; j < n_aux; j++) {
      sp_exact_add(&lanes[j], s->weigh.weight[0][i] * s->weigh.aux[j][i]);
    }
  }
  return SAMPAN_OK;
}

/* PSUs that hold records of the domain. */
static int32_t mark_psus(sp_scanner *s, int64_t n, sampan_error *error) {
  sp_totals *t = s->totals;
  const sp_units *units = &t->place.units;
  if (units->n_psu > t->n_psu_in_domain) {
    const uint32_t room = units->n_psu * 2;
    unsigned char *grown = realloc(t->psu_in_domain, room);
    if (grown == NULL) return sp_error_memory(error);
    memset(grown + t->n_psu_in_domain, 0, room - t->n_psu_in_domain);
    t->psu_in_domain = grown;
    t->n_psu_in_domain = room;
  }
  for (int64_t i = 0; i < n && units->n_psu > 0; i++) {
    if (!sampan_bit(s->sift.eligible, i) || !(s->sift.weight[i] > 0)) continue;
    t->psu_in_domain[sp_units_psu_of(units, s->unit[i])] = 1;
  }
  return SAMPAN_OK;
}

/* PSUs that hold records of several periods, which the annex and the log should tell of: are they
 * the same ones, or do their numbers start anew? */
static int32_t share_psus(sp_scanner *s, int64_t n, sampan_error *error) {
  const uint32_t shared = UINT32_MAX;
  sp_totals *t = s->totals;
  const sp_units *units = &t->place.units;
  const uint32_t *codes = s->codes[s->job->period_grouping];
  if (units->n_psu > t->n_period_of_psu) {
    const uint32_t room = units->n_psu + units->n_psu / 2 + 64;
    uint32_t *grown = realloc(t->period_of_psu, room * sizeof *grown);
    if (grown == NULL) return sp_error_memory(error);
    memset(grown + t->n_period_of_psu, 0, (room - t->n_period_of_psu) * sizeof *grown);
    t->period_of_psu = grown;
    t->n_period_of_psu = room;
  }
  for (int64_t i = 0; i < n && units->n_psu > 0; i++) {
    if (!sampan_bit(s->sift.kept, i)) continue;
    uint32_t *period = &t->period_of_psu[sp_units_psu_of(units, s->unit[i])];
    if (*period == 0) *period = codes[i] + 1;
    if (*period == codes[i] + 1 || *period == shared) continue;
    *period = shared;
    t->n_shared_psus++;
  }
  return SAMPAN_OK;
}

static int32_t take_batch(void *data, sp_machine *machine, uint32_t wave, int64_t row, int64_t n,
                          sampan_error *error) {
  sp_scanner *s = data;
  sp_totals *counted = s->read == 0 ? s->totals : NULL;
  (void)wave;
  (void)row;
  s->n_read += n;
  SP_TRY(sp_sift_batch(&s->sift, machine, n, counted, error));
  SP_TRY(
      sp_place_batch(&s->totals->place, machine, s->sift.kept, s->sift.weight, n, s->unit, error));
  SP_TRY(sp_weigh_batch(&s->weigh, &s->sift, machine, s->unit, n, counted, error));
  SP_TRY(divide(s, machine, n, error));
  if (s->read == 0 && s->job->period_grouping != SP_NONE) SP_TRY(share_psus(s, n, error));
  if (s->read == 0 && s->job->domain != SP_NONE) SP_TRY(mark_psus(s, n, error));
  if (s->read == 0 && s->totals->aux_by_unit != NULL) SP_TRY(add_auxiliary(s, n, error));
  return sp_score_batch(s, machine, n, error);
}

int32_t sp_nothing_kept(const sp_job *job, int64_t n_read, sampan_error *error) {
  if (n_read == 0) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOTHING_KEPT, "there is not one record in %s",
                 job->plan->n_waves == 1 ? "the file" : "the files");
    return sp_error_file(error,
                         job->plan->n_waves == 1 ? job->plan->waves[0].file : job->plan->file);
  }
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOTHING_KEPT, "not one of the %lld records is kept",
               (long long)n_read);
  sp_error_hint(error, "`keep` and `drop` of the plan leave all of them out");
  return sp_error_file(error, job->plan->file);
}

int64_t sp_batch_capacity(const sp_job *job) {
  const int64_t asked = job->options->batch > 0 ? job->options->batch : 2048;
  const int64_t a_record = (1 + (int64_t)job->n_replicates) * (8 + (int64_t)sizeof(sp_slices));
  int64_t capacity = (asked + 63) / 64 * 64;
  while (capacity > 64 && capacity * a_record > SP_MOST_WEIGHT_BYTES) {
    capacity = (capacity / 2 + 63) / 64 * 64;
  }
  return capacity;
}

int32_t sp_scan(sp_job *job, sp_totals *totals, uint32_t read, sampan_error *error) {
  const int64_t capacity = sp_batch_capacity(job);
  totals->n_reads++;
  sp_scanner s;
  sp_machine *machine = NULL;
  int32_t status = scanner_init(&s, job, totals, read, capacity);
  if (status < 0) {
    status = sp_error_memory(error);
  } else {
    status = sp_machine_new(job->program, capacity, &machine, error);
  }
  if (status >= 0) {
    status = sp_stream_read(job->stream, job->program, machine, capacity, take_batch, &s,
                            job->options->progress, job->options->progress_data, error);
  }
  sp_machine_free(machine);
  const int64_t n_read = s.n_read;
  scanner_clear(&s);
  if (status < 0) return status;
  const int64_t n_before = read > 0 ? totals->n_read : job->n_prepared;
  if (n_before >= 0 && n_read != n_before) {
    return sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHANGED,
                        "the first read found %lld records, and a later one %lld: a file has "
                        "changed meanwhile",
                        (long long)n_before, (long long)n_read);
  }
  if (read > 0) return SAMPAN_OK;
  totals->n_read = n_read;
  const int is_shard = sp_stream_stretches(job->stream) != NULL; /* others may have some */
  if (totals->n_kept == 0 && !is_shard) return sp_nothing_kept(job, n_read, error);
  return sp_place_finish(&totals->place, error);
}
