/* error_ids.h - stable numbers of the messages about running a plan. */
#ifndef SP_ENGINE_ERROR_IDS_H
#define SP_ENGINE_ERROR_IDS_H

enum {
  SP_ID_ROLE_MISSING = 2201,
  SP_ID_ROLE = 2202,
  SP_ID_SHAPE = 2203,
  SP_ID_SCORE = 2204,
  SP_ID_VALUE = 2205,
  SP_ID_INTERVAL = 2206,
  SP_ID_COMPARISON = 2207,
  SP_ID_BY = 2208,
  SP_ID_DUPLICATE_BY = 2209,
  SP_ID_NO_INDICATORS = 2210,
  SP_ID_NOTHING_KEPT = 2211,
  SP_ID_KIND = 2212,
  SP_ID_TOO_MANY = 2213
};

#endif
