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
  SP_ID_NOT_INTEGER = 2108
};

#endif
