/* document_quality.c - what was read, dropped and missing, how the files joined, and what the
 * design and its weights are like. */
#include <math.h>
#include <string.h>

#include "annex/document_sections.h"

static const sp_outcome *outcome_at(const sp_doc *doc, uint32_t i) {
  return doc->evaluation->outcomes != NULL ? doc->evaluation->outcomes[i] : NULL;
}

const sp_file_fact *sp_plan_files(const sp_doc *doc, uint32_t plan, uint32_t *n) {
  const sp_outcome *o = outcome_at(doc, plan);
  const sp_check_list *list = doc->evaluation->checks;
  *n = 0;
  if (o != NULL) {
    *n = o->n_files;
    return o->files;
  }
  if (list == NULL) return NULL;
  *n = list[plan].n_files;
  return list[plan].files;
}

static const char *plan_title(const sp_doc *doc, uint32_t i) {
  const sp_outcome *o = outcome_at(doc, i);
  const char *title = o != NULL ? sp_doc_label(doc, &o->plan->title) : "";
  return title[0] != '\0' ? title : doc->programme->plans[i].name;
}

static int is_sample(const sp_outcome *o) {
  return o->plan->kind == SP_KIND_SURVEY;
}

static const char *wave_name(sp_doc *doc, const sp_outcome *o, const char *period) {
  const sp_value_label *label =
      o->plan->period != NULL ? sp_plan_value_label(o->plan, o->plan->period, period) : NULL;
  const char *name = label != NULL ? sp_doc_label(doc, &label->label) : "";
  return name[0] != '\0' ? name : period[0] != '\0' ? period : SP_WORD(doc, ALL_WAVES);
}

/* ---- records -------------------------------------------------------------------------------- */

static void records_row(sp_doc *doc, sp_grid *grid, const char *plan, const char *wave,
                        int64_t n_read, int64_t n_kept) {
  sampan_text *cells = sp_grid_row(doc, grid, SAMPAN_ROW_BODY, 0, "");
  cells[0] = sp_plain(doc, plan);
  cells[1] = sp_plain(doc, wave);
  cells[2] = sp_plain(doc, sp_count(doc, n_read));
  cells[3] = sp_plain(doc, sp_count(doc, n_read - n_kept));
  cells[4] = sp_plain(doc, sp_count(doc, n_kept));
}

static void add_records(sp_doc *doc) {
  sp_grid grid = {0};
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_DATA), SAMPAN_ALIGN_LEFT, 420, 64, 1);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_WAVE), SAMPAN_ALIGN_LEFT, 160, 26, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_READ), SAMPAN_ALIGN_RIGHT, 120, 22, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_DROPPED), SAMPAN_ALIGN_RIGHT, 120, 22, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_KEPT), SAMPAN_ALIGN_RIGHT, 120, 22, 0);
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_outcome *o = outcome_at(doc, i);
    if (o == NULL) continue;
    for (uint32_t p = 0; p < o->n_periods; p++)
      records_row(doc, &grid, plan_title(doc, i), wave_name(doc, o, o->periods[p]),
                  o->n_read_by_period[p], o->n_kept_by_period[p]);
    if (o->n_periods == 0)
      records_row(doc, &grid, plan_title(doc, i), SP_WORD(doc, ALL_WAVES), o->n_read, o->n_kept);
  }
  if (grid.rows.n > 0) sp_grid_close(doc, &grid, SP_WORD(doc, TABLE_RECORDS), 0, 1);
}

static void add_drops(sp_doc *doc) {
  sp_grid grid = {0};
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_DATA), SAMPAN_ALIGN_LEFT, 320, 46, 2);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_REASON), SAMPAN_ALIGN_LEFT, 400, 64, 1);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_RECORDS), SAMPAN_ALIGN_RIGHT, 120, 22, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_OF_READ), SAMPAN_ALIGN_RIGHT, 120, 24, 0);
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_outcome *o = outcome_at(doc, i);
    for (uint32_t d = 0; o != NULL && d < o->n_drops; d++) {
      sampan_text *cells = sp_grid_row(doc, &grid, SAMPAN_ROW_BODY, 0, "");
      cells[0] = sp_plain(doc, plan_title(doc, i));
      cells[1] = sp_plain(doc, sp_doc_label(doc, &o->drops[d].reason));
      cells[2] = sp_plain(doc, sp_count(doc, o->drops[d].n));
      cells[3] = sp_plain(doc, sp_share(doc, o->drops[d].n, o->n_read));
    }
  }
  if (grid.rows.n > 0)
    sp_grid_close(doc, &grid, SP_WORD(doc, TABLE_DROPS), 0, 1);
  else
    sp_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, SP_WORD(doc, NO_DROPS));
}

/* ---- missing values ------------------------------------------------------------------------- */

static void missing_row(sp_doc *doc, sp_grid *grid, const sp_outcome *o, uint32_t indicator,
                        const char *period, const sp_use_count *use) {
  const char *name = sp_doc_label(doc, &o->plan->indicators[indicator].label);
  sampan_text *cells = sp_grid_row(doc, grid, SAMPAN_ROW_BODY, 0, "");
  cells[0] = sp_plain(doc, name[0] != '\0' ? name : o->plan->indicators[indicator].name);
  cells[1] = sp_plain(doc, wave_name(doc, o, period));
  cells[2] = sp_plain(doc, sp_count(doc, use->n_domain));
  cells[3] = sp_plain(doc, sp_count(doc, use->n_missing));
  cells[4] = sp_plain(doc, sp_share(doc, use->n_missing, use->n_domain));
}

static void add_missing(sp_doc *doc) {
  sp_grid grid = {0};
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_GOAL), SAMPAN_ALIGN_LEFT, 420, 64, 1);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_WAVE), SAMPAN_ALIGN_LEFT, 160, 26, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_IN_DOMAIN), SAMPAN_ALIGN_RIGHT, 120, 22, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_MISSING), SAMPAN_ALIGN_RIGHT, 120, 22, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_OF_DOMAIN), SAMPAN_ALIGN_RIGHT, 120, 22, 0);
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_outcome *o = outcome_at(doc, i);
    if (o == NULL || o->uses == NULL || !is_sample(o)) continue;
    const uint32_t n = o->n_periods > 0 ? o->n_periods : 1;
    for (uint32_t k = 0; k < o->plan->n_indicators; k++)
      for (uint32_t p = 0; p < n && sp_indicator_is_used(doc, i, o->plan->indicators[k].name); p++)
        missing_row(doc, &grid, o, k, o->n_periods > 0 ? o->periods[p] : "", &o->uses[k * n + p]);
  }
  if (grid.rows.n > 0) sp_grid_close(doc, &grid, SP_WORD(doc, TABLE_MISSING), 0, 1);
}

/* ---- files, design, weights ------------------------------------------------------------------ */

static void add_files(sp_doc *doc, sp_list *facts) {
  const char *unproven = "", *joined = "";
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    uint32_t n;
    const sp_file_fact *files = sp_plan_files(doc, i, &n);
    for (uint32_t k = 0; k < n; k++) {
      const sp_file_fact *file = &files[k];
      const char *name = sp_doc_file_name(file->file);
      if (!file->proven) unproven = sp_doc_join(doc, unproven, name);
      if (file->n_unmatched >= 0)
        joined =
            sp_doc_join(doc, joined, SP_SAY(doc, JOINED, name, sp_count(doc, file->n_unmatched)));
    }
  }
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_JOINS), joined);
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_COMPLETE),
              unproven[0] != '\0' ? SP_SAY(doc, UNPROVEN, unproven) : SP_WORD(doc, ALL_PROVEN));
}

/* Records that the groups of a variable leave out: the groups add up to less than the whole. */
static void add_ungrouped(sp_doc *doc, sp_list *facts) {
  const char *list = "";
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_outcome *o = outcome_at(doc, i);
    for (uint32_t k = 0; o != NULL && k < o->n_ungrouped; k++) {
      const sp_column_label *label = sp_plan_label(o->plan, o->ungrouped[k].column);
      const char *name = label != NULL ? sp_label_in(&label->label, doc->language) : "";
      if (name[0] == '\0') name = o->ungrouped[k].column;
      list = sp_doc_join(doc, list, SP_SAY(doc, UNGROUPED, name, sp_count(doc, o->ungrouped[k].n)));
    }
  }
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_UNGROUPED), list);
}

/* The title goes before the text where there are several surveys. */
static const char *of_plan(sp_doc *doc, uint32_t i, uint32_t n_surveys, const char *text) {
  return n_surveys > 1 ? SP_SAY(doc, COLON, plan_title(doc, i), text) : text;
}

/* The weights of a wave, NaN where no estimate takes in all of its records. */
static double weights_of(const sp_outcome *o, uint32_t period) {
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    if (e->n_by == 0 && e->n == o->n_kept_by_period[period] &&
        strcmp(e->period, o->periods[period]) == 0)
      return e->pop;
  }
  return NAN;
}

/* Waves are samples of one population: their weights are not to be added up. */
static const char *weight_sums(sp_doc *doc, const sp_outcome *o) {
  const char *list = "";
  for (uint32_t p = 0; p < o->n_periods; p++) {
    const double sum = weights_of(o, p);
    if (!isfinite(sum)) return "";
    list = sp_doc_join(
        doc, list,
        SP_SAY(doc, WEIGHT_SUM, wave_name(doc, o, o->periods[p]), sp_number(doc, sum, 0)));
  }
  if (o->n_periods == 0) list = sp_number(doc, o->weight_sum, 0);
  return SP_SAY(doc, WEIGHT_SUMS, list);
}

/* Replicate weights of the data do not tell strata and PSUs. */
static const char *design_counts(sp_doc *doc, const sp_outcome *o) {
  const sp_replicates *r = o->plan->design.replicates;
  const char *df = sp_plain_number(doc, o->design.df);
  if (isinf(o->design.df)) df = SP_WORD(doc, INFINITE);
  if (r != NULL && !r->make)
    return SP_SAY(doc, REPLICATE_COUNTS, sp_count(doc, o->design.n_replicates), df);
  return SP_SAY(doc, DESIGN_COUNTS, sp_count(doc, o->n_strata), sp_count(doc, o->n_psu), df);
}

static void add_design(sp_doc *doc, sp_list *facts) {
  uint32_t n_surveys = 0;
  for (uint32_t i = 0; i < doc->programme->n_plans; i++)
    n_surveys += outcome_at(doc, i) != NULL && is_sample(outcome_at(doc, i));
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_outcome *o = outcome_at(doc, i);
    if (o == NULL || !is_sample(o) || !o->plan->design.given) continue;
    sp_fact_add(doc, facts, SP_WORD(doc, FACT_DESIGN),
                of_plan(doc, i, n_surveys, design_counts(doc, o)));
    if (!isfinite(o->weight_cv)) continue;
    const char *weights =
        SP_SAY(doc, WEIGHTS, sp_number(doc, o->weight_cv, 2), sp_number(doc, o->weight_min, 1),
               sp_number(doc, o->weight_max, 1), weight_sums(doc, o));
    sp_fact_add(doc, facts, SP_WORD(doc, FACT_WEIGHTS), of_plan(doc, i, n_surveys, weights));
  }
}

void sp_section_quality(sp_doc *doc) {
  sp_list facts = {0};
  sp_section(doc, "quality", SP_W_SECTION_QUALITY);
  add_records(doc);
  add_drops(doc);
  add_missing(doc);
  add_ungrouped(doc, &facts);
  add_files(doc, &facts);
  add_design(doc, &facts);
  sp_facts_close(doc, &facts, 0);
  for (uint32_t i = 0; i < doc->programme->n_remarks; i++)
    sp_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, sp_doc_label(doc, &doc->programme->remarks[i]));
}
