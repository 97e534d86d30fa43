/* numbers.h - a code for each number of a column, by runs, by a table of small whole numbers, by
 * a map; many whole numbers by what they are written as. */
#ifndef SP_RECORDS_NUMBERS_H
#define SP_RECORDS_NUMBERS_H

#include "base/error.h"
#include "base/lanes.h"
#include "base/map.h"

enum { SP_RECENT_NUMBER_BITS = 7, SP_N_RECENT_NUMBERS = 1 << SP_RECENT_NUMBER_BITS };

typedef struct sp_numbers {
  sp_map *map;  /* bits of a double -> position in `of` */
  uint32_t *of; /* its code */
  uint64_t capacity;
  uint32_t n;
  uint32_t n_small;
  uint32_t *small; /* of small whole numbers: the code + 1; 0 not yet */
  double last;     /* the value before: files come sorted more often than not */
  uint32_t last_code;
  int32_t has_last;
  const sp_lanes *lanes;
  /* The last number of each hash, and its code + 1. */
  double recent[SP_N_RECENT_NUMBERS];
  uint32_t recent_code[SP_N_RECENT_NUMBERS];
} sp_numbers;

/* A number that is asked for, and how it is written shortest. */
typedef struct sp_number_text {
  double number;
  const char *text;
  uint64_t n_bytes;
  int32_t is_new; /* it was not asked for before */
  int32_t reserved;
} sp_number_text;

/* The code of a number: the same for the same text, also when it is asked for again; SP_MAP_NONE:
 * no memory. */
typedef uint32_t sp_number_code_fn(void *data, const sp_number_text *number);

int32_t sp_numbers_init(sp_numbers *numbers);
void sp_numbers_clear(sp_numbers *numbers);
/* The code of each number, UINT32_MAX where it is absent; -0 is 0. New ones are told in the order
 * of the records. SAMPAN_E_MEMORY or SAMPAN_OK. */
int32_t sp_numbers_codes(sp_numbers *numbers, const double *x, const uint64_t *present, int64_t n,
                         uint32_t *out, sp_number_code_fn *code, void *data) SP_CHECK;
/* The code of one number. */
uint32_t sp_numbers_code(sp_numbers *numbers, double x, sp_number_code_fn *code, void *data);
/* `array` with room for n elements, doubling; NULL: no memory, and the array stays. */
uint32_t *sp_codes_room(uint32_t *array, uint64_t *capacity, uint64_t n);

#endif
