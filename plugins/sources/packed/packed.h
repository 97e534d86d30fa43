/* packed.h - the parts of the packed source: bytes, directory, encoder, decoder. Private to the
 * plugin. README.md describes the format. */
#ifndef SAMPAN_PACKED_H
#define SAMPAN_PACKED_H

#include <sampan/plugin.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the packed format is little-endian, and so are all machines that it was tried on"
#endif

enum { PACKED_VERSION = 1, PACKED_UNIT = 64, PACKED_HEAD = 64, PACKED_MOST_DECIMALS = 9 };

/* Of a block; so all codes have 16 bits or less. */
enum { PACKED_MOST_RECORDS = 65536 };

/* ---- bytes.c ------------------------------------------------------------------------------ */

/* The checksum of n bytes, n a multiple of PACKED_UNIT. Any change within 8 bytes changes it. */
uint64_t packed_sum(const void *bytes, int64_t n);
/* The next multiple of PACKED_UNIT. */
int64_t packed_round(int64_t n);

/* Bytes being put together, in the host's memory. */
typedef struct packed_bytes {
  const sampan_call *call;
  char *data;
  int64_t n, capacity;
  int32_t failed;
} packed_bytes;

/* Room for n more bytes, zeroed, which it counts as written; NULL when out of memory. */
void *packed_room(packed_bytes *b, int64_t n);
void packed_add(packed_bytes *b, const void *bytes, int64_t n);
void packed_add_u32(packed_bytes *b, uint32_t x);
void packed_add_u64(packed_bytes *b, uint64_t x);
void packed_add_text(packed_bytes *b, const char *text);
void packed_pad(packed_bytes *b, int64_t unit);

/* Bytes being taken apart: past the end all is 0, and `failed`. */
typedef struct packed_cursor {
  const char *at;
  int64_t left;
  int32_t failed;
} packed_cursor;

const void *packed_take(packed_cursor *c, int64_t n);
uint32_t packed_take_u32(packed_cursor *c);
uint64_t packed_take_u64(packed_cursor *c);
/* Stays where it is: a text is stored with its terminator. "" where it is none. */
const char *packed_take_text(packed_cursor *c);

/* What a place of the file holds: mapped, or read into memory that the view keeps. */
typedef struct packed_view {
  const char *bytes;
  int64_t n;
  const void *mapped; /* to be given back; or NULL */
  char *buffer;
  int64_t capacity;
} packed_view;

int32_t packed_open(const sampan_call *call, const sampan_reader *reader, int64_t offset, int64_t n,
                    packed_view *view);
void packed_close(const sampan_reader *reader, packed_view *view);

int32_t packed_fail_memory(const sampan_call *call);
/* A damage at a byte of the file (from 0; -1 unknown), found in block `block` (-1: none) and column
 * `column` (NULL: none). */
int32_t packed_fail_damage(const sampan_call *call, int64_t block, const char *column, int64_t byte,
                           const char *what);

/* ---- directory.c --------------------------------------------------------------------------- */

/* How the numbers of a column were written, and as what it is stored. */
typedef struct packed_kind {
  int32_t type;     /* NUMBER or TEXT: as stored */
  int32_t declared; /* as the schema has it: may be 0 */
  sampan_writing writing;
} packed_kind;

typedef struct packed_block {
  int64_t offset, n_bytes, n_records;
  int64_t head_offset, head_bytes;
  uint64_t head_sum;
} packed_block;

/* The directory, in memory that lives as long as the schema: `piece` follows it. */
typedef struct packed_directory {
  uint64_t cookie;
  const packed_block *blocks;
  const packed_kind *kinds;
  int64_t n_blocks;
  uint64_t sum; /* of the directory as stored: the file's identity */
} packed_directory;

/* Reads header, trailer and directory. */
int32_t packed_read_directory(const sampan_call *call, const sampan_reader *reader,
                              sampan_schema *out);
/* The directory that a schema came from, or NULL where it is not one of ours. */
const packed_directory *packed_directory_of(const sampan_schema *schema);

int32_t packed_store_begin(const sampan_call *call, const sampan_output *out);
int32_t packed_store_end(const sampan_call *call, const sampan_schema *schema,
                         const sampan_stored *stored, const sampan_output *out);

/* ---- chunks: one column of one block -------------------------------------------------------- */

enum {
  PACKED_CODES = 1, /* codes of `width` bits into the dictionary */
  PACKED_RUNS = 2,  /* `base` runs: their ends, and their codes into the dictionary, 32 bits each */
  PACKED_SCALED = 3, /* unsigned integers of `width` bytes: (base + u) / 10^decimals */
  PACKED_RAW = 4     /* doubles */
};
#define PACKED_ENCODINGS 5

enum {
  PACKED_HAS_PRESENT = 1, /* a bitmap; else all records have a value */
  PACKED_HAS_REASONS = 2, /* a byte for each record that has none, in order */
  PACKED_IS_TEXT = 4      /* the dictionary holds texts */
};

/* The head of a chunk, as it is stored: 64 bytes. */
typedef struct packed_chunk {
  uint32_t encoding, width, decimals, flags;
  uint32_t n_entries; /* of the dictionary */
  uint32_t n_absent;
  int64_t base;
  int64_t offset;  /* from the block's beginning */
  int64_t n_bytes; /* a multiple of PACKED_UNIT */
  int64_t dictionary_bytes;
  uint64_t sum;
} packed_chunk;

/* The head of a block: 64 bytes, then the heads of its chunks. */
typedef struct packed_block_head {
  uint64_t n_records, n_columns, n_bytes;
  uint64_t zero[5];
} packed_block_head;

/* 10^d, exact. */
double packed_power(uint32_t d);
const char *packed_encoding_name(uint32_t encoding);

/* ---- encode.c, encode_column.c -------------------------------------------------------------- */

int32_t packed_store_block(const sampan_call *call, const sampan_schema *schema,
                           const sampan_slab *slab, const sampan_output *out,
                           const sampan_output *note);
/* One column into `out`, of which it is all; the head's offset is left to the caller. `codes` is
 * room for as many as there are records. */
int32_t packed_encode(const sampan_call *call, const sampan_slab_column *column, int64_t n_records,
                      uint16_t *codes, packed_chunk *head, packed_bytes *out);

/* ---- scale.c: decimals as integers ---------------------------------------------------------- */

/* The least number of decimals, from `decimals` on, with which every x (of the present ones) is an
 * integer over a power of ten, bit for bit; -1 if none is. The range of the integers. */
int32_t packed_scale(const double *x, const uint64_t *present, int64_t n, int32_t decimals,
                     int64_t *least, int64_t *most);
/* The integer of x at so many decimals. */
int64_t packed_scaled(double x, uint32_t decimals);

/* ---- kernels.c: from stored forms to numbers and codes -------------------------------------- */

/* All of them work on n records of which the first is record `from` (a multiple of 64) of the
 * chunk. `data` can be read 8 bytes past its last element. */
typedef struct packed_kernels {
  const char *name;
  /* Codes of 1, 2, 4, 8 or 16 bits through a table. */
  void (*numbers)(const unsigned char *data, uint32_t width, int64_t from, int64_t n,
                  const double *table, double *out);
  void (*codes)(const unsigned char *data, uint32_t width, int64_t from, int64_t n,
                const uint32_t *table, uint32_t *out);
  void (*scaled)(const unsigned char *data, uint32_t width, int64_t from, int64_t n, int64_t base,
                 uint32_t decimals, double *out);
} packed_kernels;

enum { PACKED_MOST_KERNELS = 3 };
/* The variants that this machine can run, the fastest last; returns how many. */
uint32_t packed_kernels_of_machine(packed_kernels out[PACKED_MOST_KERNELS]);

/* kernels_avx512.c: 1 where the machine can. */
int packed_kernels_avx512(packed_kernels *out);

/* ---- column.c, values.c: a chunk into a fill ------------------------------------------------ */

/* The entries of a dictionary as a fill wants them. */
enum { PACKED_ENTRY_VALUE = 0, PACKED_ENTRY_ABSENT = 1, PACKED_ENTRY_WRONG = 2 };

/* One fill while a block is read. */
typedef struct packed_column {
  const sampan_call *call;
  const sampan_sink *sink;
  sampan_fill *fill;
  uint32_t i_fill;
  uint32_t any_state; /* an entry is no value: records must be looked at one by one */
  const char *name;
  const packed_kind *kind;
  packed_chunk head;
  packed_view view;
  const uint64_t *present;
  const uint8_t *reason; /* of the next absent record */
  const unsigned char *data;
  const double *numbers; /* dictionary, as stored */
  const char *texts;     /* terminated, one after the other */
  const uint32_t *ends, *run_codes;
  int64_t run;     /* the run that the next record lies in */
  double *table;   /* dictionary, as the fill wants it: NUMBER */
  uint32_t *codes; /* TEXT */
  uint8_t *state;  /* PACKED_ENTRY_* */
  int64_t table_room;
  double *missing; /* the fill's missing texts as numbers, NaN where one is none */
  uint32_t *cache; /* codes of small scaled integers read as texts, + 1 */
} packed_column;

/* Checks the chunk against its head and lays out its parts. The file offset of the block is only
 * for errors. */
int32_t packed_column_open(packed_column *c, const packed_block *block, int64_t i_block);
/* Fills records [from, from + n) of the block; *wrong is the first record whose text is no number,
 * or -1. */
int32_t packed_column_fill(packed_column *c, const packed_kernels *kernels, int64_t from, int64_t n,
                           int64_t *wrong);
/* The text of the entry or value at a record that is wrong, for the message. */
const char *packed_column_text(const packed_column *c, int64_t record);
/* The code of a record in a chunk with a dictionary. */
uint32_t packed_code_at(const packed_column *c, int64_t record);
/* Settles for each entry of the dictionary what the fill makes of it. */
int32_t packed_entries(packed_column *c);
/* Whether a number is one of the fill's missing ones. */
int packed_is_missing(const packed_column *c, double x);
/* The number as text, as its file had it; out holds 40 bytes. */
void packed_number_text(const packed_column *c, double x, char *out);
/* Fills TEXT from numbers that have no dictionary. */
int32_t packed_texts_of_numbers(packed_column *c, const double *x, int64_t from, int64_t n);

#endif
