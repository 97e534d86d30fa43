/* format.h - numbers, intervals, units and expressions as the annex writes them: U+2212 as minus,
 * en dash in intervals, narrow no-break space between thousands, no break after a comparison sign.
 * Internal to core/annex. A number that is not finite becomes a dash. */
#ifndef SP_ANNEX_FORMAT_H
#define SP_ANNEX_FORMAT_H

#include "annex/document_parts.h"

#define SP_DASH "\xe2\x80\x94"     /* em dash: no value */
#define SP_MINUS "\xe2\x88\x92"    /* U+2212 */
#define SP_EN_DASH "\xe2\x80\x93"  /* U+2013 */
#define SP_NO_BREAK "\xc2\xa0"     /* U+00A0 */
#define SP_THIN_GAP "\xe2\x80\xaf" /* U+202F, narrow and no-break */

/* How the values of a goal are shown. */
typedef struct sp_scale {
  int32_t unit, decimals;  /* SAMPAN_UNIT_* */
  double factor;           /* 100 for a proportion, else 1 */
  const char *name;        /* in a column of units: "%", "户", "per 100 000"; "" for none */
  const char *suffix;      /* after a number in a sentence: "%", " 户" */
  const char *points;      /* after a difference in a sentence: "percentage points" */
  const char *points_name; /* of a column of differences */
  const char *noun;        /* what is counted, for "short by 1 ..."; "" where not said */
} sp_scale;

sp_scale sp_scale_of(sp_doc *doc, const sp_finding *finding);

const char *sp_number(sp_doc *doc, double x, int32_t decimals);
const char *sp_count(sp_doc *doc, int64_t n);
const char *sp_signed(sp_doc *doc, double x, int32_t decimals);
/* No more decimals than the number has, and at most three. */
const char *sp_plain_number(sp_doc *doc, double x);
/* "21.9–28.3"; with a comma where a sign would run into the dash. */
const char *sp_interval(sp_doc *doc, double low, double high, int32_t decimals);
/* n of N as a percentage with one decimal. */
const char *sp_share(sp_doc *doc, int64_t n, int64_t of);

/* A value on its scale, without and with its unit. */
const char *sp_scaled(sp_doc *doc, const sp_scale *scale, double x);
const char *sp_scaled_unit(sp_doc *doc, const sp_scale *scale, double x);
const char *sp_scaled_signed(sp_doc *doc, const sp_scale *scale, double x);
const char *sp_scaled_interval(sp_doc *doc, const sp_scale *scale, double low, double high);
/* Limits of a difference: "3.5, 10.5" in a table, "3.5 to 10.5" in a sentence. */
const char *sp_scaled_limits(sp_doc *doc, const sp_scale *scale, double low, double high);
const char *sp_scaled_range(sp_doc *doc, const sp_scale *scale, double low, double high);
/* "3.5 percentage points", of the absolute value. */
const char *sp_scaled_points(sp_doc *doc, const sp_scale *scale, double x);
/* The sign of SP_OP_*: "≥". */
const char *sp_operator(int32_t op);

/* 1 if the number may be shown: there is one, and it is not suppressed. */
int sp_shown(const sp_value *value);
/* 1 if beside it an interval can be shown: it has a sampling error. */
int sp_has_interval(const sp_value *value);
/* 1 if the value was held back; sp_hidden_reason() says why, without a number of its own. */
int sp_is_hidden(const sp_estimate *estimate);
const char *sp_hidden_reason(sp_doc *doc, const sp_estimate *estimate);

/* 1 if it was held back for a small count, or for another row that was. */
int sp_is_confidential(const sp_estimate *estimate);

/* An expression of a plan as text. */
const char *sp_expression_text(sp_doc *doc, const sp_expr *expr);

#endif
