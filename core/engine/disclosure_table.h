/* disclosure_table.h - the published counts of an outcome as cells, and the sums that tie them.
 * Internal to disclosure*.c. */
#ifndef SP_ENGINE_DISCLOSURE_TABLE_H
#define SP_ENGINE_DISCLOSURE_TABLE_H

#include "base/map.h"
#include "engine/disclosure.h"

enum {
  SP_RECORDS = 0,
  SP_EVENTS = 1,
  SP_OTHERS = 2,  /* records without the event */
  SP_CONTENT = 3, /* what else adds up: the sum behind a mean; never published by itself */
  SP_LEVEL = 4,   /* the events of a distribution's level: the records of a finer place */
  SP_N_MEASURES = 5
};

enum { SP_SHOWN = 0, SP_IMPRECISE = 1, SP_CONFIDENTIAL = 2, SP_COMPLEMENTARY = 3 };

/* A place in the tables: a period and values of some of the variables. */
typedef struct sp_cell_place {
  uint64_t variables; /* bits */
  const char *period;
  const char **values; /* by variable; NULL: not split by it */
} sp_cell_place;

/* One estimate: a statistic of an indicator in one place. */
typedef struct sp_cell_row {
  uint32_t estimate; /* of the outcome */
  uint32_t series;   /* of the indicator and the statistic */
  uint32_t place, level_place;
  int32_t hidden;
  uint32_t has; /* bits of measures */
  double count[SP_N_MEASURES];
  uint32_t quantity[SP_N_MEASURES];
} sp_cell_row;

/* A count that adds up, in one place: the same for all rows of measures that agree. */
typedef struct sp_quantity {
  uint32_t measure, place; /* the first of the measures that are the same */
  uint32_t first_row;      /* a list of rows that publish it, through `next` */
  int32_t sensitive;
  int32_t has_value;
  uint32_t unknown; /* its number, or SP_MAP_NONE while it is known */
  double value;
} sp_quantity;

typedef struct sp_listed_row {
  uint32_t row, next;
} sp_listed_row;

typedef struct sp_term {
  uint32_t equation, quantity;
  int32_t sign;
} sp_term;

typedef struct sp_cells {
  sp_arena *arena; /* of the working memory */
  const sp_outcome *outcome;
  const sp_protection *rule;
  const char **variables;
  uint32_t n_variables;
  uint32_t n_rows;
  sp_cell_row *rows;
  sp_map *place_keys, *quantity_keys, *equation_keys;
  sp_cell_place *places;
  uint32_t *first_series; /* by indicator, and the end: one series for each of its statistics */
  uint32_t n_series;
  uint32_t *level_variable; /* by indicator: what its levels are values of, or SP_MAP_NONE */
  uint32_t *same;           /* by measure (series * SP_N_MEASURES + kind): union-find */
  uint8_t *is_records;      /* by measure that others are the same as: of records, among others */
  sp_quantity *quantities;
  sp_listed_row *listed;
  uint32_t n_listed;
  uint32_t n_terms;
  sp_term *terms; /* ordered by equation once built */
  uint32_t *start;
  uint32_t n_equations;
} sp_cells;

/* Rows, the quantities that they publish, and all sums. Free the maps with sp_cells_clear. */
int32_t sp_cells_build(sp_cells *cells, sampan_error *error) SP_CHECK;
void sp_cells_clear(sp_cells *cells);
int sp_is_sensitive(const sp_protection *rule, double count);
uint32_t sp_same_measure(const sp_cells *cells, uint32_t series, uint32_t kind);

#endif
