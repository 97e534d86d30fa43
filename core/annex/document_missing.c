/* document_missing.c - what is missing, in numbered sentences: how much, and who acts. */
#include <math.h>

#include "annex/document_sections.h"

const char *sp_next_wave_text(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  const char *more = "";
  if (f->statistical != SP_VERDICT_UNDECIDED) return "";
  if (f->next == SP_NEXT_SIZE) {
    if (isfinite(f->next_psu) && f->current.estimate != NULL)
      more = SP_SAY(doc, NEXT_PSU, sp_number(doc, f->next_psu, 0),
                    sp_count(doc, f->current.estimate->n_psu));
    return SP_SAY(doc, NEXT_N, sp_number(doc, f->next_n, 0), sp_number(doc, f->next_factor, 1),
                  more);
  }
  if (f->next != SP_NEXT_NOT_PRACTICABLE) return "";
  if (isfinite(f->detectable) && f->next_clause != NULL)
    more = SP_SAY(doc, NEXT_DETECTABLE, sp_clause_difference(doc, f, s, f->next_clause),
                  sp_scaled_points(doc, s, f->detectable));
  return SP_SAY(doc, NEXT_NOT_PRACTICABLE, more);
}

static const char *for_task(sp_doc *doc, const sp_finding *f) {
  const sp_check_item *check = f->check;
  const char *deadline = f->goal->deadline != NULL ? f->goal->deadline : "";
  if (check != NULL && check->deadline != NULL && check->deadline[0] != '\0')
    deadline = check->deadline;
  if (f->check_status == SP_CHECK_NO_EVIDENCE) return SP_WORD(doc, MISSING_EVIDENCE);
  if (f->check_status == SP_CHECK_NOT_DONE && deadline[0] != '\0')
    return SP_SAY(doc, MISSING_TASK_BY, deadline);
  return f->check_status == SP_CHECK_NOT_DONE ? SP_WORD(doc, MISSING_TASK)
                                              : SP_WORD(doc, MISSING_NOT_SAID);
}

/* "31 of 64 now; 32 are needed." */
static const char *for_register(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                                const sp_clause *c) {
  const char *words = sp_clause_words(doc, f, s, c), *lack = sp_short_by_text(doc, f, s);
  const int64_t k = sp_clause_short_by(f, c);
  const int64_t have =
      isfinite(f->current.numerator) ? (int64_t)f->current.numerator : (int64_t)f->current.value;
  if (k < 0)
    return SP_SAY(doc, MISSING_GAP, sp_scaled_unit(doc, s, f->current.value), words,
                  sp_scaled_points(doc, s, c->gap.value));
  return SP_SAY(doc, MISSING_UNITS, lack, sp_count(doc, have),
                sp_count(doc, c->gap.value > 0 ? have - k : have + k), words);
}

static const char *for_sample(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                              const sp_clause *c) {
  const char *value = sp_scaled_unit(doc, s, f->current.value);
  const char *words = sp_clause_words(doc, f, s, c);
  if (f->statistical == SP_VERDICT_UNDECIDED)
    return SP_SAY(doc, MISSING_UNDECIDED, value, words,
                  sp_scaled_range(doc, s, c->gap.low, c->gap.high), sp_next_wave_text(doc, f, s),
                  sp_point_word(doc, f));
  return SP_SAY(doc, MISSING_GAP, value, words, sp_scaled_points(doc, s, c->gap.value));
}

static const char *what_is_missing(sp_doc *doc, const sp_finding *f) {
  const sp_scale s = sp_scale_of(doc, f);
  const sp_clause *c = sp_clause_deciding(f, &f->clause);
  if (sp_goal_sort(f) == SP_SORT_CHECKLIST) return for_task(doc, f);
  if (c == NULL) return SP_WORD(doc, MISSING_NO_VALUE);
  return f->current.is_full_count ? for_register(doc, f, &s, c) : for_sample(doc, f, &s, c);
}

static void add_sentence(sp_doc *doc, const sp_finding *f, uint32_t number) {
  const char *lead = sp_goal_lead(doc, f);
  sp_list runs = {0};
  sp_rich_add(doc, &runs, sp_doc_printf(doc, "%u." SP_NO_BREAK, (unsigned)number), 0, 0);
  sp_rich_add(doc, &runs, sp_goal_title(doc, f), SAMPAN_RUN_BOLD, 0);
  sp_rich_add(doc, &runs, SP_SAY(doc, COLON_THEN, what_is_missing(doc, f)), 0, 0);
  if (lead[0] != '\0') sp_rich_add(doc, &runs, SP_SAY(doc, WHO_ACTS, lead), 0, 0);
  sp_rich_paragraph(doc, SAMPAN_PARAGRAPH_NUMBERED, 0, &runs);
}

/* Short of the target by either verdict. */
static int is_short(const sp_finding *f) {
  const int by_point = f->point == SP_VERDICT_NOT_MET || f->point == SP_VERDICT_UNDECIDED;
  return by_point || f->statistical == SP_VERDICT_NOT_MET || f->statistical == SP_VERDICT_UNDECIDED;
}

void sp_section_missing(sp_doc *doc, int32_t number) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (!is_short(f)) continue;
    if (n == 0) sp_subsection(doc, number, SP_W_PART_MISSING);
    add_sentence(doc, f, ++n);
  }
}
