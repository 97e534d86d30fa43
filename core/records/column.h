/* column.h - one column of a batch: values, a bitmap of which are present, and for texts a
 * dictionary. Bits past the last record are garbage; values of absent records are 0. */
#ifndef SP_RECORDS_COLUMN_H
#define SP_RECORDS_COLUMN_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"

enum { SP_RECENT_BITS = 7, SP_N_RECENT = 1 << SP_RECENT_BITS };

/* Texts numbered in order of first appearance, in the form that plugins read. */
typedef struct sp_dictionary {
  sp_map *map;
  const char **text;
  uint32_t n, capacity;
  /* The last short text of each hash, its length in the highest byte, and its code + 1. */
  uint64_t recent[SP_N_RECENT];
  uint32_t recent_code[SP_N_RECENT];
} sp_dictionary;

int32_t sp_dictionary_init(sp_dictionary *d);
void sp_dictionary_clear(sp_dictionary *d);
/* The code of a text, SP_MAP_NONE when out of memory. */
uint32_t sp_dictionary_add(sp_dictionary *d, const char *text, uint64_t n_bytes);

typedef struct sp_column {
  const char *name;
  int32_t type;     /* SAMPAN_NUMBER, SAMPAN_TEXT, SAMPAN_TRUTH */
  int32_t constant; /* all records have the value of the first */
  uint64_t *present;
  double *number;            /* NUMBER */
  uint64_t *truth;           /* TRUTH */
  uint32_t *code;            /* TEXT */
  uint8_t *reason;           /* why absent, or NULL */
  sp_dictionary *dictionary; /* TEXT; borrowed */
  /* Columns that are keys and nothing else may have their values by run: all records have one. */
  const uint32_t *run_end; /* borrowed */
  uint32_t n_runs;         /* 0: a value for each record */
  uint32_t reserved;
} sp_column;

/* Makes room for `capacity` records (a multiple of 64) in the arena. A TEXT column gets its
 * dictionary from its owner. */
int32_t sp_column_init(sp_column *column, const char *name, int32_t type, int64_t capacity,
                       int32_t with_reason, sp_arena *arena) SP_CHECK;

/* Keeps the promise that values of absent records are 0. */
void sp_column_zero_absent(sp_column *column, int64_t n);

/* The column as plugins see it; `view` and `view_dictionary` are the caller's. */
void sp_column_view(const sp_column *column, sampan_column *view,
                    sampan_dictionary *view_dictionary);

#endif
