/* document_sections.h - the parts of the annex, one file each, and what they share. Internal to
 * core/annex. */
#ifndef SP_ANNEX_DOCUMENT_SECTIONS_H
#define SP_ANNEX_DOCUMENT_SECTIONS_H

#include "annex/format.h"

/* ---- the sections, in order ---------------------------------------------------------------- */

void sp_section_results(sp_doc *doc);
void sp_section_missing(sp_doc *doc, int32_t number); /* within the first */
int32_t sp_section_spine(sp_doc *doc, sampan_error *error) SP_CHECK;
void sp_section_table(sp_doc *doc);
void sp_section_cards(sp_doc *doc);
void sp_section_registers(sp_doc *doc);
void sp_section_checklist(sp_doc *doc);
void sp_section_quality(sp_doc *doc);
void sp_section_methods(sp_doc *doc);
/* What the methods section says of publication, and of presets (methods_rules.c). */
void sp_publication_add(sp_doc *doc, sp_list *facts);
void sp_conventions_add(sp_doc *doc, sp_list *facts);
/* A part of a plan file as text: "precision: nchs, counts: 5". */
const char *sp_given_text(sp_doc *doc, const sp_yaml *node);
void sp_section_provenance(sp_doc *doc);

/* ---- goals and findings -------------------------------------------------------------------- */

/* The kinds by which goals are counted. */
enum { SP_SORT_SAMPLE = 0, SP_SORT_REGISTER = 1, SP_SORT_CHECKLIST = 2, SP_N_SORTS = 3 };
int32_t sp_goal_sort(const sp_finding *finding);
const char *sp_goal_name(const sp_doc *doc, const sp_finding *finding);
/* "2.4 name". */
const char *sp_goal_title(sp_doc *doc, const sp_finding *finding);
/* The department in charge, "" if none is named. */
const char *sp_goal_lead(const sp_doc *doc, const sp_finding *finding);
/* The word of a result: a verdict's, or the checklist's own. */
const char *sp_point_word(const sp_doc *doc, const sp_finding *finding);
const char *sp_statistical_word(const sp_doc *doc, const sp_finding *finding);
const char *sp_progress_word(const sp_doc *doc, int32_t progress);
/* What the page's filter matches: "met survey". */
const char *sp_goal_filter(sp_doc *doc, const sp_finding *finding);
/* A point in time without the bracket that repeats its word. */
const char *sp_time_name(sp_doc *doc, const char *word, const sp_label *label);
/* "Baseline", and after `between` the time that the programme names. */
const char *sp_baseline_name(sp_doc *doc, const char *between);
const char *sp_current_name(sp_doc *doc, const char *between);

/* ---- clauses (document_clause.c) ----------------------------------------------------------- */

/* The target in words, with the numbers that it comes to: "20% above baseline (≥ 21.6%)". */
const char *sp_clause_words(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                            const sp_clause *clause);
/* What is compared: "current − 1.20 × baseline". */
const char *sp_clause_difference(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                                 const sp_clause *clause);
/* "≥ 21.6%"; "" where it may not be shown. */
const char *sp_clause_threshold_text(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                                     const sp_clause *clause);
/* 1 if the gap, and all that it is made of, may be shown. */
int sp_gap_shown(const sp_finding *f, const sp_clause *clause);
/* 1 if the change may be shown. */
int sp_change_shown(const sp_finding *f);
/* The comparator that a clause names, or NULL. */
const sp_value *sp_clause_comparator(const sp_finding *f, const sp_clause *clause,
                                     const sp_label **label);
/* The clause without parts that decides: the nearest one where any will do, the farthest where all
 * must hold. NULL where there is none with a number. */
const sp_clause *sp_clause_deciding(const sp_finding *f, const sp_clause *clause);
/* Units of which the goal is short: 31 of 64 against 50 % lacks 1. -1 where that has no meaning. */
int64_t sp_clause_short_by(const sp_finding *f, const sp_clause *clause);
/* "short by 1"; "" where that has no meaning. */
const char *sp_short_by_text(sp_doc *doc, const sp_finding *f, const sp_scale *s);

/* ---- cells and notes (document_table.c) ---------------------------------------------------- */

/* "(21.9–28.3)", "18 / 52" or what says that there is no interval; "" for a missing value. */
const char *sp_value_detail(sp_doc *doc, const sp_scale *s, const sp_value *v);
/* A footnote of a goal: its own notes, and what the verdicts need said. Adds to `notes`. */
void sp_goal_notes(sp_doc *doc, const sp_finding *f, const sp_scale *s, sp_list *notes);

/* What another wave could settle, in a sentence; "" where there is nothing to say. */
const char *sp_next_wave_text(sp_doc *doc, const sp_finding *f, const sp_scale *s);
/* Why two values are not compared, with both versions. */
const char *sp_other_definition_text(sp_doc *doc, const sp_value *a, const sp_value *b);
/* "20 309 of 20 830, 97.5%" as a sentence; "" where the programme names no coverage. */
const char *sp_coverage_text(sp_doc *doc, const sp_finding *f);

/* ---- plans ---------------------------------------------------------------------------------- */

/* The files that a plan of the programme read, a checklist's too; NULL and 0 where there are none.
 */
const sp_file_fact *sp_plan_files(const sp_doc *doc, uint32_t plan, uint32_t *n);

/* ---- the design (methods_design.c) ----------------------------------------------------------- */

/* What was sampled; `title` is that of the plan, or "" where there is one survey only. */
void sp_design_add(sp_doc *doc, sp_list *facts, const sp_plan *plan, const char *title);
/* How it gives weights, errors and degrees of freedom; the outcome may be NULL. */
void sp_design_variance_add(sp_doc *doc, sp_list *facts, const sp_plan *plan,
                            const sp_outcome *outcome);

/* ---- the method and the design (methods.c) -------------------------------------------------- */

/* The outcome of a goal's current value, or NULL. */
const sp_outcome *sp_finding_outcome(const sp_finding *finding);
/* The indicator of its plan, or NULL. */
const sp_indicator *sp_finding_indicator(const sp_finding *finding);
/* 1 if a goal refers to the indicator of the programme's plan. */
int sp_indicator_is_used(const sp_doc *doc, uint32_t plan, const char *indicator);

#endif
