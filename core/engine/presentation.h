/* presentation.h - presentation standards: which estimates are precise enough to be shown. Applied
 * before anything is written, so that no writer sees what must not be shown. */
#ifndef SP_ENGINE_PRESENTATION_H
#define SP_ENGINE_PRESENTATION_H

#include "engine/outcome.h"

enum { SP_STANDARD_NONE = 0, SP_STANDARD_NCHS = 1, SP_STANDARD_BRFSS = 2 };

/* `suppression:` of a plan. */
typedef struct sp_presentation {
  int32_t standard;
  int32_t reserved;
  int64_t minimum_n; /* records; 0: the standard's own */
} sp_presentation;

/* Reads `suppression: nchs`, or {standard: nchs, minimum_n: 50}; NULL: none. */
int32_t sp_presentation_read(const sp_plan *plan, sp_presentation *out,
                             sampan_error *error) SP_CHECK;

/* Gives each estimate with a value its status: ok, review or suppressed, with the flags of NCHS's
 * tables (Px, Rx, Cx suppressed; Pc complement unreliable; Pdf, Rdf, Cdf few degrees of freedom; P0
 * no or only events). What a rule needs and cannot be computed suppresses. NCHS: Parker et al.,
 * Vital Health Stat 2(175), 2017, for proportions (n and effective n at least 30, width of the
 * Korn-Graubard interval; age-adjusted ones by n over the design effect within ages); 2(200), 2023,
 * for rates (10 events over a population of 10, relative width at most 160 %) and survey counts (10
 * records, the same width of the log-t interval). BRFSS: n at least 50, half width at most 10
 * points, relative standard error at most 30 %. Means and ratios have no standard: `minimum_n`
 * alone. These are rules of reliability, not of confidentiality. Full counts are shown as they are.
 */
void sp_presentation_apply(const sp_presentation *rule, sp_outcome *outcome);

#endif
