#include "annex/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* ---- numbers ------------------------------------------------------------------------------- */

/* Digits with the typographic minus; "-0.0" has no sign. */
static const char *digits(sp_doc *doc, double x, int32_t decimals, const char *plus) {
  char text[64];
  if (!isfinite(x) || fabs(x) > 1e15) return SP_DASH;
  sp_format_fixed(fabs(x), decimals, SP_THIN_GAP, text);
  const int is_zero = strspn(text, "0.") == strlen(text);
  return sp_doc_printf(doc, "%s%s", is_zero ? "" : x < 0 ? SP_MINUS : plus, text);
}

const char *sp_number(sp_doc *doc, double x, int32_t decimals) {
  return digits(doc, x, decimals, "");
}

const char *sp_signed(sp_doc *doc, double x, int32_t decimals) {
  return digits(doc, x, decimals, "+");
}

const char *sp_count(sp_doc *doc, int64_t n) {
  return n < 0 ? SP_DASH : digits(doc, (double)n, 0, "");
}

const char *sp_plain_number(sp_doc *doc, double x) {
  int32_t decimals = 0;
  double scaled = x;
  while (decimals < 3 && fabs(scaled - round(scaled)) > 1e-7 * fmax(1, fabs(scaled))) {
    decimals++;
    scaled *= 10;
  }
  return digits(doc, x, decimals, "");
}

const char *sp_interval(sp_doc *doc, double low, double high, int32_t decimals) {
  if (!isfinite(low) || !isfinite(high)) return "";
  const char *between = low < 0 || high < 0 ? "," SP_NO_BREAK : SP_EN_DASH;
  return sp_doc_printf(doc, "%s%s%s", sp_number(doc, low, decimals), between,
                       sp_number(doc, high, decimals));
}

const char *sp_share(sp_doc *doc, int64_t n, int64_t of) {
  if (n < 0 || of <= 0) return SP_DASH;
  return sp_doc_printf(doc, "%s%%", sp_number(doc, 100.0 * (double)n / (double)of, 1));
}

const char *sp_operator(int32_t op) {
  switch (op) {
    case SP_TARGET_LT:
      return "<";
    case SP_TARGET_LE:
      return "\xe2\x89\xa4";
    case SP_TARGET_GT:
      return ">";
    case SP_TARGET_GE:
      return "\xe2\x89\xa5";
    default:
      return "=";
  }
}

/* ---- scales -------------------------------------------------------------------------------- */

static int32_t default_decimals(int32_t unit, double value) {
  switch (unit) {
    case SAMPAN_UNIT_PROPORTION:
      return 1;
    case SAMPAN_UNIT_COUNT:
      return 0;
    case SAMPAN_UNIT_RATE:
      return isfinite(value) && fabs(value) < 10 ? 2 : 1;
    default:
      return 2;
  }
}

/* What is counted: the goal's unit where that is a noun, cut before a slash. */
static const char *counted_noun(sp_doc *doc, int32_t unit, const char *label) {
  const char *slash = strchr(label, '/');
  if (strchr(label, '%') != NULL || (unit == SAMPAN_UNIT_RATE && slash == NULL)) return "";
  return slash == NULL ? label : sp_doc_printf(doc, "%.*s", (int)(slash - label), label);
}

sp_scale sp_scale_of(sp_doc *doc, const sp_finding *f) {
  const sp_value *v = f->current.given || !f->baseline.given ? &f->current : &f->baseline;
  const char *label = sp_doc_label(doc, &f->goal->unit);
  sp_scale s = {
      .unit = v->unit, .factor = 1, .name = label, .suffix = "", .points = "", .points_name = ""};
  s.decimals = f->goal->decimals >= 0 ? f->goal->decimals : default_decimals(v->unit, v->value);
  s.noun = counted_noun(doc, v->unit, label);
  if (v->unit == SAMPAN_UNIT_PROPORTION) {
    s.factor = 100;
    s.name = s.suffix = "%";
    s.points = SP_WORD(doc, POINTS);
    s.points_name = SP_WORD(doc, POINTS_NAME);
    return s;
  }
  if (s.name[0] == '\0' && v->unit == SAMPAN_UNIT_RATE)
    s.name = SP_SAY(doc, PER, sp_number(doc, v->per, 0));
  if (s.name[0] != '\0') s.suffix = sp_doc_printf(doc, SP_NO_BREAK "%s", s.name);
  s.points = s.points_name = s.name;
  return s;
}

const char *sp_scaled(sp_doc *doc, const sp_scale *s, double x) {
  return sp_number(doc, s->factor * x, s->decimals);
}

const char *sp_scaled_unit(sp_doc *doc, const sp_scale *s, double x) {
  return isfinite(x) ? sp_doc_printf(doc, "%s%s", sp_scaled(doc, s, x), s->suffix) : SP_DASH;
}

const char *sp_scaled_signed(sp_doc *doc, const sp_scale *s, double x) {
  return sp_signed(doc, s->factor * x, s->decimals);
}

const char *sp_scaled_interval(sp_doc *doc, const sp_scale *s, double low, double high) {
  return sp_interval(doc, s->factor * low, s->factor * high, s->decimals);
}

const char *sp_scaled_limits(sp_doc *doc, const sp_scale *s, double low, double high) {
  if (!isfinite(low) || !isfinite(high)) return "";
  return sp_doc_printf(doc, "%s," SP_NO_BREAK "%s", sp_scaled(doc, s, low),
                       sp_scaled(doc, s, high));
}

const char *sp_scaled_range(sp_doc *doc, const sp_scale *s, double low, double high) {
  if (!isfinite(low) || !isfinite(high)) return SP_DASH;
  return SP_SAY(doc, FROM_TO, sp_scaled(doc, s, low), sp_scaled(doc, s, high));
}

const char *sp_scaled_points(sp_doc *doc, const sp_scale *s, double x) {
  const char *number = sp_number(doc, fabs(s->factor * x), s->decimals);
  return s->points[0] == '\0' ? number
                              : sp_doc_printf(doc, "%s" SP_NO_BREAK "%s", number, s->points);
}

/* ---- what may be shown --------------------------------------------------------------------- */

int sp_is_hidden(const sp_estimate *e) {
  return e != NULL &&
         (e->status == SAMPAN_STATUS_SUPPRESSED || e->status == SAMPAN_STATUS_NOT_ESTIMABLE);
}

int sp_shown(const sp_value *v) {
  return v->given && isfinite(v->value) && !sp_is_hidden(v->estimate);
}

int sp_has_interval(const sp_value *v) {
  return sp_shown(v) && !v->is_full_count && isfinite(v->low) && isfinite(v->high) &&
         v->high > v->low;
}

/* 1 if `flags`, words with blanks between them, has a word that starts with `start`. */
static int has_flag(const char *flags, const char *start) {
  const size_t n = strlen(start);
  for (const char *at = flags; at != NULL && *at != '\0';) {
    if (strncmp(at, start, n) == 0) return 1;
    at = strchr(at, ' ');
    if (at != NULL) at++;
  }
  return 0;
}

/* Why an estimate is too imprecise, as the engine's standards put it. */
static const char *precision_reason(sp_doc *doc, const char *why) {
  static const int32_t reasons[] = {
      SP_W_WHY_RECORDS,         SP_W_WHY_EFFECTIVE,  SP_W_WHY_WIDTH,       SP_W_WHY_RELATIVE,
      SP_W_WHY_EVENTS,          SP_W_WHY_RATE,       SP_W_WHY_HALF,        SP_W_WHY_ERROR,
      SP_W_WHY_NO_ERROR,        SP_W_WHY_POPULATION, SP_W_WHY_TEN_RECORDS, SP_W_WHY_FEW_EVENTS,
      SP_W_WHY_SMALL_EFFECTIVE, SP_W_WHY_WIDE_HALF,  SP_W_WHY_LARGE_ERROR, SP_W_WHY_LOGARITHM};
  for (uint32_t i = 0; why != NULL && i < sizeof reasons / sizeof reasons[0]; i++)
    if (strcmp(why, sp_word(reasons[i], "en")) == 0)
      return SP_SAY(doc, REASON_PRECISION_WHY, sp_word(reasons[i], doc->language));
  return SP_WORD(doc, REASON_PRECISION);
}

int sp_is_confidential(const sp_estimate *e) {
  return e->status == SAMPAN_STATUS_SUPPRESSED &&
         (has_flag(e->flags, "confidential") || has_flag(e->flags, "complement"));
}

const char *sp_hidden_reason(sp_doc *doc, const sp_estimate *e) {
  if (e == NULL) return SP_WORD(doc, REASON_NONE);
  if (e->status == SAMPAN_STATUS_NOT_ESTIMABLE) return SP_WORD(doc, REASON_NOT_ESTIMABLE);
  if (has_flag(e->flags, "complement")) return SP_WORD(doc, REASON_COMPLEMENTARY);
  if (has_flag(e->flags, "confidential")) return SP_WORD(doc, REASON_CONFIDENTIAL);
  return precision_reason(doc, e->why);
}
