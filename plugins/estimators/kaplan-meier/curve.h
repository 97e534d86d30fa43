/* curve.h - a survival curve from the tallies of event and exit times. */
#ifndef SAMPAN_KAPLAN_MEIER_CURVE_H
#define SAMPAN_KAPLAN_MEIER_CURVE_H

#include <sampan/plugin.h>

/* Steps at the n event times; after[k] holds behind the first k steps, after[0] before them all. */
typedef struct curve {
  int64_t n;
  const double *time; /* n */
  double *survival;   /* n + 1: S */
  double *influence;  /* n + 1: what being at risk so far adds, sum d / (Y (Y - d)) */
  double *variance;   /* n + 1: of log S in counts, Greenwood's sum */
  double *jump;       /* n: what an event at this step takes away, 1 / (Y - d) */
  double last;        /* the longest time of all records; NaN where there is none */
} curve;

/* `entries` may be NULL; `aalen`: exp(-sum d / Y) in place of prod (1 - d / Y). */
int32_t curve_make(const sampan_call *call, const sampan_tally *events, const sampan_tally *times,
                   const sampan_tally *entries, int aalen, curve *out);

/* How many steps are at or before this time. */
int64_t curve_steps(const curve *c, double time);

#endif
