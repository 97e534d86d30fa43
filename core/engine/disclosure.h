/* disclosure.h - confidentiality: small counts are withheld, and with them further cells, so that
 * none can be worked out from those that are published. */
#ifndef SP_ENGINE_DISCLOSURE_H
#define SP_ENGINE_DISCLOSURE_H

#include "engine/outcome.h"

/* `suppression: {protect: ..}` of a plan. */
typedef struct sp_protection {
  double below;  /* counts below it are withheld; 0: none are */
  int32_t zeros; /* 1: counts of 0 as well */
  int32_t reserved;
} sp_protection;

/* Each statistic of an indicator is a row. Withholds the rows whose records, events, or records
 * without the event (of a proportion) are fewer than `below`, with the flag `confidential`; then
 * further rows, flagged `complementary`, until no count of a row withheld for confidentiality is
 * determined by what is left.
 *
 * Counts are tied by sums: a cell is the sum of its finer cells in every other split of the same
 * indicator and period, records are those with and those without the event, and the number of
 * records in all is taken for known, since files and notes tell it. Counts of two indicators that
 * agree in every cell that both have are one count: prevalence and its complement, or several
 * indicators asked of the same records. The check is exact for the sums (elimination); beyond them
 * it sees to it that no small count follows from the limits alone, as 1 + 1 does from a sum of 2.
 * The levels of a distribution are the records where its variable has that value.
 * Relations that a plan makes otherwise - by `where`, by derived groups that nest, by the sum of
 * several indicators - are not seen.
 *
 * Sets status, flags and why of estimates; counts of missing values of an indicator whose records
 * are withheld altogether are withheld, too. */
int32_t sp_disclosure_apply(const sp_protection *rule, sp_outcome *outcome,
                            sampan_error *error) SP_CHECK;

#endif
