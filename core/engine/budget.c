/* budget.c - what totals may take of the memory, and what they take. */
#include "engine/budget.h"

#include <unistd.h>

#include "base/text.h"
#include "engine/error_ids.h"

uint64_t sp_budget(const sp_run_options *options) {
  if (options->memory > 0) return (uint64_t)options->memory;
  const long n_pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  return n_pages > 0 && page > 0 ? (uint64_t)n_pages / 2 * (uint64_t)page : UINT64_MAX;
}

/* ---- parts -------------------------------------------------------------------------------- */

static uint64_t split_bytes(const sp_totals *t, uint32_t split) {
  uint64_t n = sp_table_bytes(t->tables[split]) + sp_map_bytes(t->groups[split].map);
  if (t->crosses != NULL) n += sp_table_bytes(t->crosses[split]);
  return n;
}

static uint64_t place_bytes(const sp_place *place) {
  uint64_t n = 0;
  for (const sp_units *u = &place->units; u != NULL; u = u->below) {
    n += (uint64_t)u->stratum_capacity * sizeof *u->strata +
         (uint64_t)u->psu_capacity * sizeof *u->psus;
    if (u->stratum_keys != NULL) n += sp_map_bytes(u->stratum_keys);
    if (u->psu_keys != NULL) n += sp_map_bytes(u->psu_keys);
    n += ((uint64_t)u->n_of_number + u->n_numbers) * sizeof *u->numbers;
  }
  for (uint32_t k = 0; k < place->n_stages; k++) {
    const sp_place_stage *s = &place->stages[k];
    for (uint32_t i = 0; i < s->n_strata; i++) n += sp_coder_bytes(s->strata_coders[i]);
    for (uint32_t i = 0; i < s->n_unit; i++) n += sp_coder_bytes(s->unit_coders[i]);
    if (s->stratum_tuples != NULL) n += sp_map_bytes(s->stratum_tuples);
  }
  return n + place->memo.n_strata * sizeof *place->memo.stratum_of_code +
         place->memo.n_units * sizeof *place->memo.unit_of_code;
}

uint64_t sp_totals_bytes(const sp_job *job, const sp_totals *t) {
  uint64_t n = place_bytes(&t->place) + t->rank_bytes + t->tally_bytes;
  for (uint32_t g = 0; g < job->n_groupings; g++) n += sp_coder_bytes(t->coders[g]);
  for (uint32_t k = 0; k < job->n_splits; k++) n += split_bytes(t, k);
  if (t->aux_by_unit != NULL) n += sp_table_bytes(t->aux_by_unit);
  return n + t->n_psu_in_domain * sizeof *t->psu_in_domain +
         t->n_period_of_psu * sizeof *t->period_of_psu;
}

uint64_t sp_totals_least(const sp_job *job, const sp_totals *t) {
  uint64_t n = 0;
  for (uint32_t k = 0; k < job->n_splits; k++) n += sp_table_least(t->tables[k]);
  return n;
}

/* ---- errors ------------------------------------------------------------------------------- */

static const char *size_text(uint64_t n_bytes, char out[32]) {
  static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
  double x = (double)n_bytes / 1024;
  int unit = 0;
  for (; x >= 1024 && unit < 3; unit++) x /= 1024;
  (void)snprintf(out, 32, "%.*f %s", x < 10 && x < (double)(int64_t)x + 0.95 ? 1 : 0, x,
                 units[unit]);
  return out;
}

static const char *count_text(uint32_t n, char out[32]) {
  char text[64];
  (void)sp_format_fixed(n, 0, ",", text);
  (void)snprintf(out, 32, "%.31s", text);
  return out;
}

/* "20 indicators by area, sex, with 80 replicates" */
static void split_text(const sp_job *job, const sp_split *split, char *out, size_t size) {
  int n = snprintf(out, size, "%u indicator%s", split->n_indicators,
                   split->n_indicators == 1 ? "" : "s");
  for (uint32_t g = 0; g < split->n_groupings && n > 0 && (size_t)n < size; g++) {
    n += snprintf(out + n, size - (size_t)n, "%s%.40s", g == 0 ? " by " : ", ",
                  job->groupings[split->groupings[g]].column);
  }
  if (job->n_replicates > 0 && n > 0 && (size_t)n < size) {
    (void)snprintf(out + n, size - (size_t)n, ", with %u replicates", job->n_replicates);
  }
}

/* What takes most of the totals, in words; how much that is. */
static uint64_t name_most(const sp_job *job, const sp_totals *t, char *out, size_t size) {
  char about[400], first[32], second[32];
  uint64_t most = place_bytes(&t->place);
  const sp_units *leaves = sp_units_leaves(&t->place.units);
  (void)snprintf(out, size, "%s strata and %s PSUs of the design",
                 count_text(t->place.units.n_strata, first), count_text(leaves->n_psu, second));
  for (uint32_t g = 0; g < job->n_groupings; g++) {
    if (sp_coder_bytes(t->coders[g]) <= most) continue;
    most = sp_coder_bytes(t->coders[g]);
    (void)snprintf(out, size, "%s values of '%.60s'",
                   count_text(sp_coder_size(t->coders[g]), first), job->groupings[g].column);
  }
  if (t->tally_bytes > most) {
    most = t->tally_bytes;
    (void)snprintf(out, size, "distributions for estimators that take several reads");
  }
  if (t->rank_bytes > most) {
    most = t->rank_bytes;
    (void)snprintf(out, size, "the ranks of the replicate weights");
  }
  for (uint32_t k = 0; k < job->n_splits; k++) {
    if (split_bytes(t, k) <= most) continue;
    most = split_bytes(t, k);
    const uint32_t n_groups = sp_map_size(t->groups[k].map);
    split_text(job, &job->splits[k], about, sizeof about);
    (void)snprintf(out, size, "the totals of %s group%s%s%s%s for %s", count_text(n_groups, first),
                   n_groups == 1 ? "" : "s", job->by_unit ? " by " : "",
                   job->by_unit ? count_text(leaves->n_psu, second) : "",
                   job->by_unit ? " PSUs" : "", about);
  }
  return most;
}

static int32_t finish(const sp_job *job, sampan_error *error) {
  sp_error_hint(
      error,
      "name fewer variables in `by`, or fewer indicators, in one plan; or allow more with "
      "--memory");
  (void)sp_error_file(error, job->plan->file);
  return SAMPAN_E_MEMORY;
}

int32_t sp_budget_error(const sp_job *job, const sp_totals *t, uint64_t n_bytes,
                        sampan_error *error) {
  char part[600], all[32], limit[32], most[32];
  const uint64_t n_most = name_most(job, t, part, sizeof part);
  (void)sp_error_set(error, SAMPAN_E_MEMORY, SP_ID_BUDGET,
                     "all totals have come to %s of memory, and the limit is %s: %s take %s",
                     size_text(n_bytes, all), size_text(sp_budget(job->options), limit), part,
                     size_text(n_most, most));
  return finish(job, error);
}

int32_t sp_budget_plan(const sp_job *job, const sp_totals *t, sampan_error *error) {
  const uint64_t limit = sp_budget(job->options), least = sp_totals_least(job, t);
  char about[400], all[32], may[32], most[32];
  uint32_t largest = 0;
  if (least <= limit) return SAMPAN_OK;
  for (uint32_t k = 1; k < job->n_splits; k++) {
    if (sp_table_least(t->tables[k]) > sp_table_least(t->tables[largest])) largest = k;
  }
  split_text(job, &job->splits[largest], about, sizeof about);
  (void)sp_error_set(error, SAMPAN_E_MEMORY, SP_ID_BUDGET,
                     "all totals take at least %s of memory, and the limit is %s: those for %s "
                     "take %s for their first groups",
                     size_text(least, all), size_text(limit, may), about,
                     size_text(sp_table_least(t->tables[largest]), most));
  return finish(job, error);
}
