/* document_clause.c - a target in words, what it is held against, and how much is missing. */
#include <math.h>
#include <string.h>

#include "annex/document_sections.h"

const sp_value *sp_clause_comparator(const sp_finding *f, const sp_clause *clause,
                                     const sp_label **label) {
  const sp_goal *goal = f->goal;
  if (clause->target == NULL || clause->target->kind != SP_TARGET_COMPARATOR) return NULL;
  for (uint32_t i = 0; i < goal->n_comparators; i++) {
    if (strcmp(goal->comparators[i].name, clause->target->comparator) != 0) continue;
    if (label != NULL) *label = &goal->comparators[i].label;
    return f->comparators != NULL ? &f->comparators[i] : NULL;
  }
  return NULL;
}

/* 1 if what the clause holds the current value against may be shown. */
static int side_shown(const sp_finding *f, const sp_clause *clause) {
  const sp_value *other;
  switch (clause->target->kind) {
    case SP_TARGET_VALUE:
      return 1;
    case SP_TARGET_BASELINE:
    case SP_TARGET_CHANGE:
      return sp_shown(&f->baseline);
    case SP_TARGET_COMPARATOR:
      other = sp_clause_comparator(f, clause, NULL);
      return other != NULL && sp_shown(other);
    default:
      return 0;
  }
}

int sp_gap_shown(const sp_finding *f, const sp_clause *clause) {
  return clause->n_parts == 0 && clause->target != NULL && clause->gap.given &&
         isfinite(clause->gap.value) && sp_shown(&f->current) && side_shown(f, clause);
}

int sp_change_shown(const sp_finding *f) {
  return f->change.given && isfinite(f->change.value) && sp_shown(&f->current) &&
         sp_shown(&f->baseline);
}

const char *sp_other_definition_text(sp_doc *doc, const sp_value *a, const sp_value *b) {
  const char *const none = SP_WORD(doc, NO_VERSION);
  return SP_SAY(doc, OTHER_DEFINITION, a->definition_version != NULL ? a->definition_version : none,
                b->definition_version != NULL ? b->definition_version : none);
}

const char *sp_clause_threshold_text(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                                     const sp_clause *clause) {
  const char *number;
  if (!isfinite(clause->threshold) || !side_shown(f, clause)) return "";
  number = clause->target->kind == SP_TARGET_VALUE
               ? sp_doc_printf(doc, "%s%s", sp_plain_number(doc, s->factor * clause->threshold),
                               s->suffix)
               : sp_scaled_unit(doc, s, clause->threshold);
  return sp_doc_printf(doc, "%s" SP_NO_BREAK "%s", sp_operator(clause->target->op), number);
}

/* "no lower than X": the operator in words about a named other side. */
static const char *against(sp_doc *doc, int32_t op, const char *other) {
  switch (op) {
    case SP_TARGET_LT:
      return SP_SAY(doc, BELOW_OTHER, other);
    case SP_TARGET_LE:
      return SP_SAY(doc, AT_MOST_OTHER, other);
    case SP_TARGET_GT:
      return SP_SAY(doc, ABOVE_OTHER, other);
    case SP_TARGET_GE:
      return SP_SAY(doc, AT_LEAST_OTHER, other);
    default:
      return SP_SAY(doc, EQUAL_OTHER, other);
  }
}

/* The rule in words where the programme gives none, without the number that it comes to. */
static const char *rule_words(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                              const sp_clause *clause) {
  const sp_target *t = clause->target;
  const sp_label *label = NULL;
  switch (t->kind) {
    case SP_TARGET_BASELINE:
      if (fabs(t->value - 1) < 1e-12) return against(doc, t->op, SP_WORD(doc, THE_BASELINE));
      if (t->value > 1) return SP_SAY(doc, UP_BY, sp_plain_number(doc, 100 * (t->value - 1)));
      return SP_SAY(doc, DOWN_BY, sp_plain_number(doc, 100 * (1 - t->value)));
    case SP_TARGET_CHANGE:
      if (t->value == 0) return against(doc, t->op, SP_WORD(doc, THE_BASELINE));
      return t->value >= 0 ? SP_SAY(doc, UP_POINTS, sp_scaled_points(doc, s, t->value))
                           : SP_SAY(doc, DOWN_POINTS, sp_scaled_points(doc, s, t->value));
    case SP_TARGET_COMPARATOR:
      sp_clause_comparator(f, clause, &label);
      return against(doc, t->op, label != NULL ? sp_doc_label(doc, label) : t->comparator);
    default:
      return "";
  }
}

/* The numbers of all parts, "≥ 21.6%; > 26.1%". */
static const char *all_thresholds(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                                  const sp_clause *clause) {
  const char *list = "";
  if (clause->n_parts == 0) return sp_clause_threshold_text(doc, f, s, clause);
  for (uint32_t i = 0; i < clause->n_parts; i++) {
    const char *one = all_thresholds(doc, f, s, &clause->parts[i]);
    if (one[0] == '\0') continue;
    list = list[0] == '\0' ? one : sp_doc_printf(doc, "%s%s%s", list, SP_WORD(doc, SEMICOLON), one);
  }
  return list;
}

/* Then the whole is put together from its parts, so that each number stands beside its words. */
static int parts_have_texts(const sp_doc *doc, const sp_clause *clause) {
  for (uint32_t i = 0; i < clause->n_parts; i++)
    if (sp_doc_label(doc, &clause->parts[i].target->text)[0] == '\0') return 0;
  return 1;
}

const char *sp_clause_words(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                            const sp_clause *clause) {
  const sp_target *t = clause->target != NULL ? clause->target : f->goal->target;
  const char *text = sp_doc_label(doc, &t->text), *number;
  if (t->kind == SP_TARGET_NONE) return text[0] != '\0' ? text : SP_WORD(doc, NO_NUMBER);
  if (clause->target == NULL) return text[0] != '\0' ? text : SP_DASH;
  if (clause->n_parts > 0 && (text[0] == '\0' || parts_have_texts(doc, clause))) {
    const char *joined = "";
    for (uint32_t i = 0; i < clause->n_parts; i++) {
      const char *one = sp_clause_words(doc, f, s, &clause->parts[i]);
      const char *between = t->kind == SP_TARGET_ANY ? SP_WORD(doc, OR) : SP_WORD(doc, AND);
      joined = i == 0 ? one : sp_doc_printf(doc, "%s%s%s", joined, between, one);
    }
    return joined;
  }
  number = all_thresholds(doc, f, s, clause);
  if (t->kind == SP_TARGET_VALUE) return text[0] != '\0' ? text : number;
  if (text[0] == '\0') text = rule_words(doc, f, s, clause);
  return number[0] != '\0' ? SP_SAY(doc, IN_BRACKETS, text, number) : text;
}

const char *sp_clause_difference(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                                 const sp_clause *clause) {
  const sp_target *t = clause->target;
  const sp_label *label = NULL;
  const char *current = SP_WORD(doc, CURRENT_IN_TEXT), *other = SP_WORD(doc, BASELINE_IN_TEXT);
  switch (t->kind) {
    case SP_TARGET_VALUE:
      other = sp_doc_printf(doc, "%s%s", sp_plain_number(doc, s->factor * t->value), s->suffix);
      break;
    case SP_TARGET_BASELINE:
      if (fabs(t->value - 1) >= 1e-12)
        other = sp_doc_printf(doc, "%s" SP_NO_BREAK "\xc3\x97" SP_NO_BREAK "%s",
                              sp_number(doc, t->value, 2), other);
      break;
    case SP_TARGET_CHANGE:
      if (t->value == 0) break;
      other = sp_doc_printf(doc, "%s" SP_NO_BREAK "%s" SP_NO_BREAK "%s", other,
                            t->value < 0 ? "+" : SP_MINUS,
                            sp_plain_number(doc, fabs(s->factor * t->value)));
      break;
    case SP_TARGET_COMPARATOR:
      sp_clause_comparator(f, clause, &label);
      other = label != NULL ? sp_doc_label(doc, label) : t->comparator;
      break;
    default:
      return "";
  }
  return sp_doc_printf(doc, "%s" SP_NO_BREAK SP_MINUS SP_NO_BREAK "%s", current, other);
}

const sp_clause *sp_clause_deciding(const sp_finding *f, const sp_clause *clause) {
  const sp_clause *best = NULL;
  if (clause->target == NULL) return NULL;
  if (clause->n_parts == 0) return sp_gap_shown(f, clause) ? clause : NULL;
  for (uint32_t i = 0; i < clause->n_parts; i++) {
    const sp_clause *part = sp_clause_deciding(f, &clause->parts[i]);
    if (part == NULL) continue;
    if (best == NULL) {
      best = part;
      continue;
    }
    /* Distance to go: 0 where the point is there already. */
    const double here = part->point == SP_VERDICT_MET ? 0 : fabs(part->gap.value);
    const double there = best->point == SP_VERDICT_MET ? 0 : fabs(best->gap.value);
    if (clause->target->kind == SP_TARGET_ANY ? here < there : here > there) best = part;
  }
  return best;
}

int64_t sp_clause_short_by(const sp_finding *f, const sp_clause *clause) {
  const sp_value *v = &f->current;
  const double slack = 1e-9;
  double per_unit, have, need;
  if (clause->point != SP_VERDICT_NOT_MET || !v->is_full_count || !sp_shown(v)) return -1;
  if (isfinite(v->numerator) && isfinite(v->denominator) && v->denominator > 0) {
    per_unit = (v->unit == SAMPAN_UNIT_RATE ? v->per : 1) / v->denominator;
    have = v->numerator;
  } else if (v->unit == SAMPAN_UNIT_COUNT || v->unit == SAMPAN_UNIT_NONE) {
    per_unit = 1;
    have = v->value;
  } else {
    return -1;
  }
  need = clause->threshold / per_unit;
  switch (clause->target->op) {
    case SP_TARGET_GT:
      need = floor(need + slack) + 1;
      break;
    case SP_TARGET_LT:
      need = ceil(need - slack) - 1;
      break;
    case SP_TARGET_LE:
      need = floor(need + slack);
      break;
    case SP_TARGET_GE:
      need = ceil(need - slack);
      break;
    default:
      need = round(need);
      break;
  }
  const double k = fabs(need - have);
  return isfinite(k) && k < 1e15 && k >= 1 ? (int64_t)round(k) : -1;
}

const char *sp_short_by_text(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  const sp_clause *clause = sp_clause_deciding(f, &f->clause);
  const int64_t k =
      clause != NULL && f->point == SP_VERDICT_NOT_MET ? sp_clause_short_by(f, clause) : -1;
  if (k < 0) return "";
  const char *number = sp_count(doc, k);
  if (s->noun[0] != '\0')
    return clause->gap.value > 0 ? SP_SAY(doc, TOO_MANY_BY_NOUN, number, s->noun)
                                 : SP_SAY(doc, SHORT_BY_NOUN, number, s->noun);
  return clause->gap.value > 0 ? SP_SAY(doc, TOO_MANY_BY, number) : SP_SAY(doc, SHORT_BY, number);
}
