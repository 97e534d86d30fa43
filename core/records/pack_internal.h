/* pack_internal.h - shared by the files of packing. */
#ifndef SP_RECORDS_PACK_INTERNAL_H
#define SP_RECORDS_PACK_INTERNAL_H

#include <pthread.h>

#include "records/column.h"
#include "records/pack.h"
#include "records/stream_internal.h"

/* ---- cells: 64 bits for a value of any kind -------------------------------------------------
 * A number is its double, a text its code, a missing value a NaN with its reason. */
#define SP_CELL_MISSING UINT64_C(0x7FF8000000000000)

static inline int sp_cell_is_missing(uint64_t cell) {
  return (cell & ~UINT64_C(0xFF)) == SP_CELL_MISSING;
}

/* ---- pack_text.c: how numbers are written --------------------------------------------------- */

/* A number as it was written: k / 10^decimals. */
typedef struct sp_written {
  int64_t k;
  int32_t decimals;
  int32_t whole; /* digits before the point */
} sp_written;

/* 1 if the text is a plain decimal that its number and its decimals give back: digits without
 * leading zeros, at most 15 of them, a minus sign if it is not 0, at least one digit on each side
 * of a point. */
int sp_written_read(const char *text, uint64_t n, sp_written *out);

/* Such a number in 32 bits, where it fits; else SP_WRITTEN_LONG, or SP_WRITTEN_OTHER if it is no
 * plain decimal. */
#define SP_WRITTEN_LONG UINT32_C(0x70000001)
#define SP_WRITTEN_OTHER UINT32_C(0x70000002)
uint32_t sp_written_code(const char *text, uint64_t n);
double sp_written_number(uint32_t code);

/* What is known of how the numbers of a column are written. */
typedef struct sp_writings {
  uint32_t decimals; /* bit d: one has d of them */
  int32_t ends_in_0; /* one has decimals that end in 0 */
  int64_t most[16];  /* of so many decimals: the largest |k| */
} sp_writings;

void sp_writings_add(sp_writings *w, int64_t k, int32_t decimals);
void sp_writings_add_code(sp_writings *w, uint32_t code);
/* The same of a number of which only the digits are known. */
void sp_writings_add_digits(sp_writings *w, int32_t whole, int32_t decimals, int ends_in_0);
void sp_writings_merge(sp_writings *w, const sp_writings *more);
/* 0 if the texts cannot all be told from the numbers. */
int sp_writings_hold(const sp_writings *w);
sampan_writing sp_writings_of(const sp_writings *w);

/* ---- pack_cells.c: distinct cells, numbered -------------------------------------------------- */

typedef struct sp_cell_set {
  uint64_t *cell; /* n of them */
  uint32_t *slot; /* number + 1, or 0 */
  uint32_t n, room, n_slots;
} sp_cell_set;

enum { SP_CELL_SET_MOST = 65536 };

void sp_cell_set_clear(sp_cell_set *c);
/* The number of a cell, UINT32_MAX where it is one too many or memory is out (then c->slot is
 * NULL). */
uint32_t sp_cell_set_add(sp_cell_set *c, uint64_t cell);
uint32_t sp_cell_set_grow(sp_cell_set *c, uint64_t cell); /* the slow part of it */
/* Empties it, but keeps the memory. */
void sp_cell_set_reset(sp_cell_set *c);

static inline uint32_t sp_cell_set_hash(uint64_t cell) {
  const uint64_t x = cell * UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(x >> 32 ^ x >> 50);
}

static inline uint32_t sp_cell_set_number(sp_cell_set *c, uint64_t cell) {
  if (c->n_slots == 0) return sp_cell_set_grow(c, cell);
  for (uint32_t at = sp_cell_set_hash(cell);; at++) {
    const uint32_t number = c->slot[at & (c->n_slots - 1)];
    if (number == 0) return sp_cell_set_grow(c, cell);
    if (c->cell[number - 1] == cell) return number - 1;
  }
}

/* ---- columns -------------------------------------------------------------------------------- */

/* How a column is read. */
enum {
  SP_READ_NUMBER = 0, /* the source says that it is one */
  SP_READ_TEXT = 1,
  SP_READ_CODE = 2, /* texts that are all short plain decimals: intern() gives them in 32 bits */
  SP_READ_BOTH = 3  /* the same, longer: as number, and as text to see how it is written */
};

typedef struct sp_pack_column {
  const sampan_field *field;
  int32_t mode, next_mode; /* of this read, and of the next one */
  sp_writings writings;    /* of all that was read */
  int32_t all_coded;       /* sorted: no run has cells instead of codes */
  sp_dictionary texts;     /* SP_READ_TEXT, sorted: of the whole file; under the lock */
  sp_cell_set codes;       /* the same, of all columns */
  const char **code_text;  /* their texts, once all are read */
} sp_pack_column;

enum { SP_RUN_SMALL = 512 };

/* A column of a run: codes into its distinct cells, or cells. */
typedef struct sp_run_column {
  sp_cell_set cells;
  uint16_t *code;
  uint64_t *cell; /* NULL: `code` has them */
  uint64_t *cell_room;
  const char **text; /* SP_READ_TEXT: of the distinct cells */
  uint32_t text_room;
  uint32_t reserved;
  uint64_t first;               /* the first cell of `small`: of texts and short integers */
  uint32_t small[SP_RUN_SMALL]; /* number + 1 of these cells; 0: not known */
} sp_run_column;

/* As many records as a block has, before they are stored. */
typedef struct sp_run {
  sp_run_column *columns;
  int64_t n, index;
  struct sp_run *next;
} sp_run;

/* Where a column of a sorted run lies in the temporary file. */
typedef struct sp_spilled {
  int64_t offset;
  uint32_t width; /* 1, 2: codes of the whole file; 8: cells */
  uint32_t reserved;
} sp_spilled;

typedef struct sp_spilled_run {
  int64_t n;
  sp_spilled *columns;
} sp_spilled_run;

/* A block that was written. */
typedef struct sp_packed_block {
  int64_t n_records, n_bytes, note_bytes;
  char *note;
} sp_packed_block;

struct sp_pack_state;

/* What a thread reads with. */
typedef struct sp_pack_reader {
  struct sp_pack_state *s;
  sp_run *run; /* being filled */
  sampan_sink sink;
  sampan_fill *fills;
  uint32_t *fill, *shape; /* of each column; shape: of SP_READ_BOTH */
  int32_t *raw;           /* columns with too many distinct values for codes */
  int32_t *next_mode;     /* as in sp_pack_column, or -1 */
  sp_writings *writings;
  sp_dictionary *texts; /* SP_READ_TEXT */
  int64_t n_records;
  int64_t stop_after; /* records after which the sample is large enough; 0: none */
  int32_t again;      /* a column is not what it was taken for: the read is given up */
  int32_t one_run;    /* all has to fit into the run */
  int32_t overflow;   /* and did not */
} sp_pack_reader;

typedef struct sp_pack_state {
  const sp_pack_job *job;
  const sampan_source_ops *ops;
  uint32_t n_columns, n_threads;
  sp_pack_column *columns;
  uint32_t *keys;        /* job->n_sort columns */
  int64_t block;         /* records of a block */
  int32_t again;         /* a column is not what it was taken for: the read is given up */
  sp_pack_reader reader; /* of a read in order, until its runs are stored */
  sp_file_stamp stamp;   /* of the source's file, before it was read */
  double share;          /* of a block, for a stretch */
  int32_t in_order;      /* reading in stretches failed: by one thread, from start to end */
  int64_t n_records;

  /* Shared by the threads, under the lock. */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  sampan_error failure; /* the first */
  sp_run *free_runs, *full_runs;
  int32_t closed; /* no more runs will come */
  int64_t n_runs; /* handed over */
  int64_t turn;   /* the block that is to be written next */
  sp_packed_block *blocks;
  int64_t n_blocks, room_blocks;
  sp_spilled_run *spilled;
  int64_t room_spilled, spill_end;
  int spill_fd;
  int64_t next_block;    /* of those that are put together */
  int64_t *cuts;         /* n_blocks + 1 times n_runs: where the blocks begin in each run */
  const char *map;       /* the temporary file */
  uint32_t **text_rank;  /* of key columns of texts: rank of each code */
  uint64_t **code_order; /* of key columns: order of each code of the whole file */
  uint16_t **code_rank;  /* the same as a dense rank */
  sp_output *output;
} sp_pack_state;

/* The first failure counts. Returns its status. */
int32_t sp_pack_fail(sp_pack_state *s, const sampan_error *error);

/* ---- pack_read.c: from the source to runs ---------------------------------------------------- */

int32_t sp_pack_reader_init(sp_pack_reader *r, sp_pack_state *s) SP_CHECK;
void sp_pack_reader_clear(sp_pack_reader *r);
/* Forgets the texts of a stretch. */
int32_t sp_pack_reader_restart(sp_pack_reader *r) SP_CHECK;
/* What it has learnt of the columns, into the state; under the lock. */
void sp_pack_reader_merge(const sp_pack_reader *r);
/* One read of the source by this thread: SAMPAN_OK, also where s->again is set. */
int32_t sp_pack_read(sp_pack_state *s, sampan_error *error) SP_CHECK;
/* Looks at the first records to see what columns may be. */
int32_t sp_pack_sample(sp_pack_state *s, sampan_error *error) SP_CHECK;

/* ---- pack_deal.c: the same in stretches, by several threads -----------------------------------
 */

/* 1 where the source can be dealt out. */
int sp_pack_deals(const sp_pack_state *s);
/* As sp_pack_read, storing included. Where it fails s->in_order is set, and the caller reads again:
 * for whatever reason, so that errors are those of a read in order. */
int32_t sp_pack_deal(sp_pack_state *s, sampan_error *error) SP_CHECK;

/* ---- pack_run.c ------------------------------------------------------------------------------ */

sp_run *sp_run_new(const sp_pack_state *s);
void sp_run_free(const sp_pack_state *s, sp_run *run);
/* Empties it. */
void sp_run_reset(const sp_pack_state *s, sp_run *run);
/* Adds n records of the fills, from record `from` of the batch. SAMPAN_E_MEMORY, or OK. */
int32_t sp_run_add(sp_pack_reader *r, int64_t from, int64_t n) SP_CHECK;
/* Ends a run: what belongs to the reading thread alone. */
int32_t sp_run_close(sp_pack_reader *r) SP_CHECK;
/* The cell as others see it: a number written in 32 bits becomes its double. */
uint64_t sp_run_value(const sp_pack_column *c, uint64_t cell);

/* ---- pack_block.c: a block to the source, and to the file ------------------------------------ */

/* The columns of a block while they are laid out. */
typedef struct sp_pack_slab sp_pack_slab;
sp_pack_slab *sp_slab_new(const sp_pack_state *s);
void sp_slab_free(sp_pack_slab *slab);
/* A run as it stands. */
int32_t sp_slab_of_run(sp_pack_slab *slab, const sp_run *run, sampan_error *error) SP_CHECK;
/* Column `c` from codes of the whole file, or from cells; n is the block's. */
int32_t sp_slab_column(sp_pack_slab *slab, uint32_t c, const uint16_t *code, const uint64_t *cell,
                       int64_t n, sampan_error *error) SP_CHECK;
/* Encodes, waits for the turn of run `index`, writes; n 0: only lets the next one have its turn. */
int32_t sp_slab_store(sp_pack_slab *slab, sp_pack_state *s, int64_t index, int64_t n,
                      sampan_error *error) SP_CHECK;

/* ---- pack_sort.c ------------------------------------------------------------------------------
 */

/* The stable order of n records by `n_keys` ranks of 16 bits; `order` and `spare` have n items. The
 * result is in `order`. */
int32_t sp_sort_ranks(const uint16_t *const *rank, uint32_t n_keys, int64_t n, uint32_t *order,
                      uint32_t *spare) SP_CHECK;
/* Something that orders as the cell does: numbers by value, texts naturally by their rank, missing
 * last. */
uint64_t sp_cell_order(const sp_pack_state *s, uint32_t key, uint64_t cell);
/* Ranks of a column's records in a run. */
int32_t sp_run_ranks(const sp_pack_state *s, const sp_run *run, uint32_t column,
                     uint16_t *out) SP_CHECK;
/* Ranks of n things by the order of their numbers. */
int32_t sp_rank_orders(const uint64_t *order, int64_t n, uint16_t *out) SP_CHECK;
/* The rank of each text of a dictionary in natural order; NULL when out of memory. */
uint32_t *sp_rank_texts(const char *const *text, uint32_t n);

/* ---- pack_spill.c, pack_merge.c ---------------------------------------------------------------
 */

/* Sorts a run and puts it into the temporary file. */
int32_t sp_spill_run(sp_pack_state *s, const sp_run *run, sampan_error *error) SP_CHECK;
int32_t sp_spill_open(sp_pack_state *s, sampan_error *error) SP_CHECK;
/* Puts the sorted blocks together, by all threads. */
int32_t sp_pack_merge(sp_pack_state *s, sampan_error *error) SP_CHECK;

#endif
