/* document_goals.c - how a goal and its results are called. */
#include <string.h>

#include "annex/document_sections.h"

int32_t sp_goal_sort(const sp_finding *f) {
  switch (f->goal->kind) {
    case SP_KIND_REGISTER:
      return SP_SORT_REGISTER;
    case SP_KIND_CHECKLIST:
      return SP_SORT_CHECKLIST;
    default:
      return SP_SORT_SAMPLE;
  }
}

const char *sp_goal_name(const sp_doc *doc, const sp_finding *f) {
  const char *name = sp_doc_label(doc, &f->goal->label);
  if (name[0] != '\0' || f->check == NULL) return name;
  if (!doc->zh && f->check->task_en != NULL && f->check->task_en[0] != '\0')
    return f->check->task_en;
  return f->check->task != NULL ? f->check->task : "";
}

const char *sp_goal_title(sp_doc *doc, const sp_finding *f) {
  return sp_doc_printf(doc, "%s %s", f->goal->number, sp_goal_name(doc, f));
}

const char *sp_goal_lead(const sp_doc *doc, const sp_finding *f) {
  const char *lead = sp_doc_label(doc, &f->goal->lead);
  if (lead[0] == '\0' && f->check != NULL && f->check->department != NULL)
    return f->check->department;
  return lead;
}

static const char *check_word(const sp_doc *doc, int32_t status) {
  switch (status) {
    case SP_CHECK_ON_TIME:
      return SP_WORD(doc, CHECK_ON_TIME);
    case SP_CHECK_LATE:
      return SP_WORD(doc, CHECK_LATE);
    case SP_CHECK_NO_EVIDENCE:
      return SP_WORD(doc, CHECK_NO_EVIDENCE);
    case SP_CHECK_NOT_DONE:
      return SP_WORD(doc, CHECK_NOT_DONE);
    default:
      return SP_WORD(doc, CHECK_UNKNOWN);
  }
}

const char *sp_point_word(const sp_doc *doc, const sp_finding *f) {
  if (sp_goal_sort(f) == SP_SORT_CHECKLIST) return check_word(doc, f->check_status);
  if (f->point == SP_VERDICT_NOT_ASSESSABLE) return SP_WORD(doc, NO_POINT_VERDICT);
  return sp_verdict_word(doc, f->point);
}

const char *sp_statistical_word(const sp_doc *doc, const sp_finding *f) {
  if (sp_goal_sort(f) == SP_SORT_CHECKLIST) return check_word(doc, f->check_status);
  return sp_verdict_word(doc, f->statistical);
}

const char *sp_progress_word(const sp_doc *doc, int32_t progress) {
  switch (progress) {
    case SP_PROGRESS_MET:
      return SP_WORD(doc, PROGRESS_MET);
    case SP_PROGRESS_IMPROVING:
      return SP_WORD(doc, PROGRESS_IMPROVING);
    case SP_PROGRESS_LITTLE:
      return SP_WORD(doc, PROGRESS_LITTLE);
    case SP_PROGRESS_WORSE:
      return SP_WORD(doc, PROGRESS_WORSE);
    case SP_PROGRESS_NOT_ASSESSABLE:
      return SP_WORD(doc, PROGRESS_NOT_ASSESSABLE);
    case SP_PROGRESS_BASELINE_ONLY:
      return SP_WORD(doc, PROGRESS_BASELINE_ONLY);
    default:
      return SP_WORD(doc, PROGRESS_NONE);
  }
}

const char *sp_goal_filter(sp_doc *doc, const sp_finding *f) {
  static const char *const sorts[] = {"survey", "register", "checklist"};
  static const char *const verdicts[] = {"not_assessable", "met", "not_met", "undecided",
                                         "not_assessable"};
  const int32_t v = f->statistical;
  return sp_doc_printf(doc, "%s %s", verdicts[v >= 0 && v <= 4 ? v : 0], sorts[sp_goal_sort(f)]);
}

/* A point in time without the bracket that repeats its word: "2020年初（基线）". */
const char *sp_time_name(sp_doc *doc, const char *word, const sp_label *label) {
  const char *name = sp_doc_label(doc, label);
  const char *bracket = sp_doc_printf(doc, doc->zh ? "（%s）" : " (%s)", word);
  const size_t n = strlen(name), n_bracket = strlen(bracket);
  if (n <= n_bracket || strcmp(name + n - n_bracket, bracket) != 0) return name;
  return sp_doc_printf(doc, "%.*s", (int)(n - n_bracket), name);
}

static const char *timed(sp_doc *doc, const char *word, const char *between,
                         const sp_label *label) {
  const char *name = sp_time_name(doc, word, label);
  return name[0] == '\0' ? word : sp_doc_printf(doc, "%s%s%s", word, between, name);
}

const char *sp_baseline_name(sp_doc *doc, const char *between) {
  return timed(doc, SP_WORD(doc, BASELINE), between, &doc->programme->baseline_name);
}

const char *sp_current_name(sp_doc *doc, const char *between) {
  return timed(doc, SP_WORD(doc, CURRENT), between, &doc->programme->current_name);
}
