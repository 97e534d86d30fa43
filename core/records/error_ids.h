/* error_ids.h - stable numbers of the messages about records (printed as SMPnnnn). */
#ifndef SP_RECORDS_ERROR_IDS_H
#define SP_RECORDS_ERROR_IDS_H

enum {
  SP_ID_UNKNOWN_COLUMN = 2001,
  SP_ID_COLUMN_TWICE = 2002,
  SP_ID_TYPE = 2003,
  SP_ID_FUNCTION = 2004,
  SP_ID_ARGUMENTS = 2005,
  SP_ID_RANGE = 2006,
  SP_ID_JOIN_KEY = 2010,
  SP_ID_JOIN_DUPLICATE = 2011,
  SP_ID_JOIN_UNMATCHED = 2012,
  SP_ID_ROW_COUNT = 2013,
  SP_ID_DIGEST = 2014,
  SP_ID_NO_RECORDS = 2015,
  SP_ID_WAVE_COLUMN = 2016,
  SP_ID_SETTING = 2017,
  SP_ID_CHANGED = 2018,
  SP_ID_TWO_TEXTS = 2019,
  SP_ID_PIPE_TWICE = 2020,
  SP_ID_SHARD_UNCUT = 2021,

  /* packing */
  SP_ID_PACK = 2040,       /* storing failed */
  SP_ID_PACK_SORT = 2041,  /* a column to sort by that is not there */
  SP_ID_PACK_SPILL = 2042, /* the temporary file */
  SP_ID_PACK_STORE = 2043  /* a source whose format cannot be written */
};

#endif
