/* error_ids.h - stable numbers of the messages about designs. */
#ifndef SP_DESIGN_ERROR_IDS_H
#define SP_DESIGN_ERROR_IDS_H

enum {
  SP_ID_FPC = 2101,
  SP_ID_LONELY = 2102,
  SP_ID_WEIGHT = 2103,
  SP_ID_STRATUM_MISSING = 2104,
  SP_ID_PSU_MISSING = 2105,
  SP_ID_NOT_NESTED = 2106,
  SP_ID_FPC_VARIES = 2107,
  SP_ID_NOT_INTEGER = 2108,

  /* replicate weights */
  SP_ID_REPLICATES_SCALE = 2120,   /* scale, rscales, rho or the number of replicates */
  SP_ID_REPLICATES_STRATUM = 2121, /* a stratum that the type cannot have */
  SP_ID_REPLICATES_NUMBER = 2122,  /* how many to make */
  SP_ID_REPLICATES_LARGE = 2123,   /* more than memory is given for */

  /* calibration */
  SP_ID_CALIBRATE_BOUNDS = 2130,        /* bounds that cannot be */
  SP_ID_CALIBRATE_MANY = 2131,          /* too many totals */
  SP_ID_CALIBRATE_TOTAL = 2132,         /* a total that is no number */
  SP_ID_CALIBRATE_ROW = 2133,           /* a value, a weight or a variance that cannot be */
  SP_ID_CALIBRATE_EMPTY = 2134,         /* a total without record */
  SP_ID_CALIBRATE_CONTRADICTION = 2135, /* totals that exclude one another */
  SP_ID_CALIBRATE_UNMET = 2136          /* totals that cannot be met */
};

#endif
