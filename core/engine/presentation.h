/* presentation.h - presentation standards: which estimates are precise enough to be shown. Applied
 * before anything is written, so that no writer sees what must not be shown. */
#ifndef SP_ENGINE_PRESENTATION_H
#define SP_ENGINE_PRESENTATION_H

#include "engine/disclosure.h"

enum {
  SP_STANDARD_NONE = 0,
  SP_STANDARD_NCHS = 1,
  SP_STANDARD_BRFSS = 2,
  SP_STANDARD_COUNTS = 3,
  SP_STANDARD_NCHS_3030 = 4,
  SP_STANDARD_NHHCS = 5,
  SP_STANDARD_NSDUH = 6,
  SP_STANDARD_USCS = 7,
  SP_STANDARD_VITAL = 8,
  SP_N_STANDARDS = 9
};

/* `suppression:` of a plan. A threshold of 0 is the standard's own, or none where the standard has
 * none; a minimum below 0 and a maximum of HUGE_VAL ask for nothing (`none` in the plan). */
typedef struct sp_presentation {
  int32_t standard;
  int32_t reserved;
  int64_t minimum_n;      /* records */
  int64_t minimum_events; /* records with the event; events of data in rows */
  double minimum_effective_n;
  double maximum_half_width; /* of the interval of a proportion, 0.10: 10 points */
  double maximum_rse;        /* relative standard error, 0.30 */
  sp_protection protect;
} sp_presentation;

/* Reads `suppression: nchs`, or a map with the keys of sp_presentation; NULL: none. */
int32_t sp_presentation_read(const sp_plan *plan, sp_presentation *out,
                             sampan_error *error) SP_CHECK;

/* Gives each estimate with a value its status: ok, review or suppressed, with the flags of NCHS's
 * tables (Px, Rx, Cx suppressed; Pc complement unreliable; Pdf, Rdf, Cdf few degrees of freedom; P0
 * no or only events; Ue unreliable by an older rule). What a rule needs and cannot be computed
 * suppresses.
 *
 * nchs: Parker et al., Vital Health Stat 2(175), 2017, for proportions (n and effective n at least
 *   30, width of the Korn-Graubard interval; age-adjusted ones by n over the design effect within
 *   ages); 2(200), 2023, for rates (10 events over a population of 10, relative width at most 160
 *   %) and survey counts (10 records, and 10 over Kish's effect of the weights; the same width of
 *   the log-t interval).
 * brfss: proportions: n at least 50, half width at most 10 points, relative standard error at most
 *   30 %; each can be changed or left out.
 * counts: `minimum_n` and `minimum_events` alone.
 * nchs-3030: n at least 30; review where the relative standard error is 30 % or more. nhhcs: the
 *   same, and review below 60 records. nsduh: se of -ln p (p at most 0.5; else of -ln(1 - p)) over
 *   it above 0.175. uscs: 16 events. vital: review below 20 events.
 *
 * Thresholds that the plan gives hold for estimates that the standard says nothing of, too. These
 * are rules of reliability; confidentiality is that of disclosure.h. Full counts are shown as they
 * are. */
void sp_presentation_apply(const sp_presentation *rule, sp_outcome *outcome);

/* The standard, and then `protect`. */
int32_t sp_presentation_withhold(const sp_presentation *rule, sp_outcome *outcome,
                                 sampan_error *error) SP_CHECK;

/* The rule and how many rows it withheld, as a member of the manifest: ,"suppression":{...};
 * nothing where the plan has none. */
struct sp_buffer;
void sp_presentation_manifest(const sp_presentation *rule, const sp_outcome *outcome,
                              struct sp_buffer *out);

#endif
