/* model.h - the parts of the estimator `regression`: the model that a plan asks for, the columns
 * of its matrix, its family, and the fit. */
#ifndef SAMPAN_REGRESSION_MODEL_H
#define SAMPAN_REGRESSION_MODEL_H

#include <sampan/plugin.h>

enum { ROLE_OF, ROLE_OFFSET, ROLE_ON }; /* `on` and all columns after it */
enum {
  PARAM_FAMILY,
  PARAM_INTERACTIONS,
  PARAM_INTERCEPT,
  PARAM_DF,
  PARAM_VADJUST,
  PARAM_SHOW,
  PARAM_REFERENCE
};
enum { FAMILY_GAUSSIAN, FAMILY_BINOMIAL, FAMILY_POISSON };
enum { DF_RESIDUAL, DF_DESIGN };
enum { SHOW_COEFFICIENT, SHOW_RATIO };
enum { MOST_PARAMETERS = 200, MOST_READS = 50 };

/* One factor of a column of the model matrix: a number, yes as 1, or being of one level. */
#define WHOLE UINT32_MAX
typedef struct model_part {
  uint32_t column; /* of the batch */
  uint32_t level;  /* code of a TEXT column; else WHOLE */
} model_part;

/* A column of the model matrix is the product of its parts; the intercept has none. */
typedef struct model_term {
  const char *name;
  const model_part *parts;
  uint32_t n_parts;
} model_term;

typedef struct model {
  int32_t family;
  int intercept; /* the first term is the intercept */
  int ratio, vadjust, residual_df;
  uint32_t n; /* parameters */
  const model_term *terms;
} model;

/* Totals: the lower triangle of A row by row, U, and what tells when to stop. */
static inline uint32_t at_a(uint32_t row, uint32_t column) {
  return row >= column ? row * (row + 1) / 2 + column : column * (column + 1) / 2 + row;
}
static inline uint32_t at_u(const model *m, uint32_t j) {
  return m->n * (m->n + 1) / 2 + j;
}
static inline uint32_t at_deviance(const model *m) {
  return at_u(m, m->n);
}
static inline uint32_t at_size(const model *m) { /* sum w v (eta^2 + 1): what rounding goes by */
  return at_u(m, m->n) + 1;
}
static inline uint32_t n_lanes(const model *m) {
  return at_u(m, m->n) + 2;
}

/* State of a group: deviance and decrement of the last step, then centres, coefficients, those
 * before the last step, and the pivots of A there. After the first read the columns are centred, so
 * that a year of 2009 or a score of 700 costs no digits. */
enum { STATE_DEVIANCE, STATE_DECREMENT, STATE_VECTORS };
static inline uint32_t n_state(const model *m) {
  return STATE_VECTORS + 4 * m->n;
}
static inline const double *state_centre(const model *m, const double *state) {
  (void)m;
  return state + STATE_VECTORS;
}
static inline const double *state_beta(const model *m, const double *state) {
  return state + STATE_VECTORS + m->n;
}
static inline const double *state_pivots(const model *m, const double *state) {
  return state + STATE_VECTORS + 3 * (uint64_t)m->n;
}

/* model.c: from parameters and columns; memory of the plan. */
int32_t model_read(const sampan_call *call, const sampan_batch *columns, model **out);

/* names.c: reads `interactions` and `reference`. */
/* Column of the plan's `on` whose name [text, text + n) begins with, ended by one of `ends` or the
 * text's end; 0 if there is none. *used is the length of the name. */
uint32_t name_match(const sampan_batch *columns, const char *text, const char *ends, size_t *used);
/* The reference level of each column of the batch, by code. */
int32_t names_references(const sampan_call *call, const sampan_batch *columns, uint32_t *reference);
/* Bit k of interaction i is set where the k-th column of `on` is in it: how many there are. */
enum { MOST_INTERACTIONS = 200, MOST_ON = 256, ON_WORDS = MOST_ON / 64 };
typedef struct interaction {
  uint64_t on[ON_WORDS];
} interaction;
int32_t names_interactions(const sampan_call *call, const sampan_batch *columns, interaction *out,
                           uint32_t *n);

/* matrix.c: which records have all values, and the columns of their matrix. */
void matrix_complete(const sampan_batch *batch, uint64_t *in);
void matrix_column(const model_term *term, const sampan_batch *batch, double *x);

/* family.c */
typedef struct family_point {
  double working;  /* first read: v (eta - offset) + y - mu; after it y - mu */
  double weight;   /* v = d mu / d eta, squared, over the variance function */
  double deviance; /* 0 in the first read */
  double size;
} family_point;
const char *family_refusal(int32_t family, double y);
void family_start(int32_t family, double y, double offset, family_point *out);
void family_at(int32_t family, double y, double eta, family_point *out);

/* fit.c */
typedef struct fit {
  double *factor; /* n * n: Cholesky factor of A scaled to 1 on the diagonal */
  double *scale;  /* n: roots of A's diagonal */
  double *step;   /* n: A^-1 U */
  double decrement;
  double *pivot;     /* n: of A; zeros from the term on at which it is singular */
  double change;     /* the largest of the pivots since the read before, relative */
  uint32_t furthest; /* the term of that */
  uint32_t fault;    /* the term at which A is singular; n if none */
} fit;
/* First read: centres and start. */
int32_t fit_start(const sampan_call *call, const model *m, const sampan_totals *totals,
                  double *state);
/* Later reads: A^-1 U at the state of the totals. */
int32_t fit_solve(const sampan_call *call, const model *m, const sampan_totals *totals, fit *out);
int fit_settled(const model *m, const sampan_totals *totals, const fit *f);
/* Whether more reads can still help. */
int fit_hopeless(const model *m, const sampan_totals *totals, const fit *f);
/* Halves the last step if it raised the deviance: whether it did. */
int fit_halve(const model *m, const sampan_totals *totals, double *state);
/* Takes the step. */
void fit_step(const model *m, const sampan_totals *totals, const fit *f, double *state);
/* x := A^-1 x */
void fit_apply(const model *m, const fit *f, double *x);
/* A sentence on why there is no estimate. */
void fit_note(const sampan_call *call, const model *m, const sampan_totals *totals, const fit *f);

#endif
