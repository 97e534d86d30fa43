/* replicates_make.c - replicates of a design: jackknives, balanced halves, bootstraps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design/error_ids.h"
#include "design/hadamard.h"
#include "design/replicates.h"

/* The PSUs of a stratum that varies, and those at hand of it. */
typedef struct group {
  uint32_t stratum, n;
  uint32_t first; /* of its PSUs in `members` */
  uint32_t filled;
  double kept; /* 1 - f */
} group;

typedef struct maker {
  const sp_design *design;
  const sp_replicates *spec;
  const sp_units *units;
  const uint32_t *order;
  const char *file;
  sp_replicate_set *out;
  sampan_error *error;
  group *groups; /* strata that add variance, in the order of their first PSU */
  uint32_t n_groups;
  uint32_t n_members;
  uint32_t *members; /* PSUs of all groups */
} maker;

static int32_t placed(const maker *m) {
  const sp_yaml *place = m->spec->place != NULL ? m->spec->place : m->design->place;
  return place != NULL ? sp_error_text_place(m->error, m->file, place->line, place->column)
                       : sp_error_file(m->error, m->file);
}

static int32_t refuse_stratum(const maker *m, const sp_stratum *s) {
  if (s->n_psu == 1 && s->text[0] == '\0') {
    sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_STRATUM,
                 "the sample has only one PSU, so that no %s replicates can be made of it",
                 m->spec->name);
    sp_error_hint(m->error, "is `psu` of the design the right column?");
  } else if (s->n_psu == 1) {
    sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_STRATUM,
                 "stratum '%s' has only one PSU, so that no %s replicates can be made of it",
                 s->text, m->spec->name);
    sp_error_hint(m->error,
                  "merge it with a neighbour, or choose a rule that leaves it out of the variance: "
                  "design: {lonely: remove | certainty}");
  } else {
    sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_STRATUM,
                 "stratum '%s' has %u PSUs, and %s replicates are made of two in each stratum",
                 s->text, s->n_psu, m->spec->name);
    sp_error_hint(m->error, "take type: JKn or bootstrap, which any number of PSUs goes with");
  }
  return placed(m);
}

/* Which strata vary, and whether the type goes with them. */
static int32_t admit(const maker *m, const sp_stratum *s, int32_t *varies) {
  const int32_t left_out =
      m->design->lonely == SP_LONELY_REMOVE || m->design->lonely == SP_LONELY_CERTAINTY;
  const int32_t halves = m->spec->type == SP_REPLICATES_BRR || m->spec->type == SP_REPLICATES_FAY;
  *varies = 0;
  if (s->n_psu == 1) return s->fpc >= 1 || left_out ? SAMPAN_OK : refuse_stratum(m, s);
  if (halves && s->fpc >= 1) return SAMPAN_OK;
  if (halves && s->n_psu != 2) return refuse_stratum(m, s);
  *varies = 1;
  return SAMPAN_OK;
}

static uint32_t psu_at(const maker *m, uint32_t i) {
  return m->order != NULL ? m->order[i] : i;
}

static int32_t find_groups(maker *m) {
  const sp_units *u = m->units;
  m->groups = calloc((uint64_t)u->n_strata + 1, sizeof *m->groups);
  m->members = calloc((uint64_t)u->n_psu + 1, sizeof *m->members);
  uint32_t *group_of = malloc(((uint64_t)u->n_strata + 1) * sizeof *group_of);
  int32_t status =
      m->groups == NULL || m->members == NULL || group_of == NULL ? sp_error_memory(m->error) : 0;
  for (uint32_t h = 0; h < u->n_strata && status == 0; h++) group_of[h] = UINT32_MAX;
  for (uint32_t i = 0; i < u->n_psu && status == 0; i++) {
    const uint32_t psu = psu_at(m, i), h = u->psus[psu].stratum;
    const sp_stratum *s = &u->strata[h];
    int32_t varies = 0;
    if (group_of[h] == UINT32_MAX) status = admit(m, s, &varies);
    if (varies) {
      group_of[h] = m->n_groups;
      m->groups[m->n_groups++] =
          (group){.stratum = h, .n = s->n_psu, .first = m->n_members, .kept = 1 - s->fpc};
      m->n_members += s->n_psu;
    }
    if (status != 0 || group_of[h] == UINT32_MAX) continue;
    group *g = &m->groups[group_of[h]];
    m->members[g->first + g->filled++] = psu;
  }
  free(group_of);
  if (status == 0 && m->n_groups == 0) {
    sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_STRATUM,
                 "no stratum has two PSUs, of which replicates could be made");
    sp_error_hint(m->error, "give the design's psu and strata, or leave make_replicates out");
    return placed(m);
  }
  return status;
}

/* Room for n replicates with all multipliers 1 and all factors `scale`. */
static int32_t make_set(const maker *m, uint64_t n, double scale) {
  sp_replicate_set *out = m->out;
  const uint64_t cells = n * m->units->n_psu;
  if (n > UINT32_MAX || cells > SP_REPLICATES_MOST) {
    sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_LARGE,
                 "%llu %s replicates of %u PSUs are more than memory is given for",
                 (unsigned long long)n, m->spec->name, m->units->n_psu);
    sp_error_hint(m->error, "make fewer (type: bootstrap, n: 500), or leave make_replicates out");
    return placed(m);
  }
  out->n = (uint32_t)n;
  out->n_psu = m->units->n_psu;
  out->multipliers = malloc((cells + 1) * sizeof *out->multipliers);
  out->factors = malloc((n + 1) * sizeof *out->factors);
  if (out->multipliers == NULL || out->factors == NULL) return sp_error_memory(m->error);
  for (uint64_t i = 0; i < cells; i++) out->multipliers[i] = 1;
  for (uint64_t r = 0; r < n; r++) out->factors[r] = scale;
  return SAMPAN_OK;
}

static double given_or(const maker *m, double scale) {
  return isnan(m->spec->scale) ? scale : m->spec->scale;
}

/* JK1 and JKn: a replicate for each PSU, the stratum's other PSUs stand for it. */
static int32_t jackknife(const maker *m) {
  if (m->spec->type == SP_REPLICATES_JK1 && m->units->n_strata > 1) {
    sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_STRATUM,
                 "JK1 replicates are for designs without strata, and this one has %u",
                 m->units->n_strata);
    sp_error_hint(m->error, "take type: JKn, the jackknife of stratified designs");
    return placed(m);
  }
  const int32_t one = m->spec->type == SP_REPLICATES_JK1;
  SP_TRY(make_set(m, m->n_members, 1));
  uint32_t r = 0;
  for (const group *g = m->groups; g < m->groups + m->n_groups; g++) {
    const double n = g->n, share = (n - 1) / n;
    for (uint32_t left = 0; left < g->n; left++, r++) {
      double *row = m->out->multipliers + (uint64_t)r * m->out->n_psu;
      for (uint32_t i = 0; i < g->n; i++)
        row[m->members[g->first + i]] = i == left ? 0 : n / (n - 1);
      m->out->factors[r] = one ? given_or(m, share * g->kept) : given_or(m, 1) * (share * g->kept);
    }
  }
  return SAMPAN_OK;
}

/* BRR and Fay. With FPC the halves move less (Wolter, Introduction to Variance Estimation, 2nd ed.,
 * 3.5). */
static int32_t halves(const maker *m) {
  const double rho = m->spec->type == SP_REPLICATES_FAY ? m->spec->rho : 0;
  if (!(rho >= 0 && rho < 1)) {
    sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_SCALE,
                 "Fay's rho of %.10g is not at least 0 and less than 1", rho);
    sp_error_hint(m->error, "rho: what is taken from the weights of half of the sample, often 0.3");
    return placed(m);
  }
  const uint32_t wanted = m->spec->n_made > m->n_groups ? m->spec->n_made : m->n_groups + 1;
  sp_hadamard matrix;
  int32_t status = sp_hadamard_init(&matrix, wanted);
  if (status == SAMPAN_E_PLAN) {
    sp_error_set(m->error, status, SP_ID_REPLICATES_LARGE,
                 "%s replicates of %u strata need a Hadamard matrix of more than %d rows",
                 m->spec->name, m->n_groups, SP_HADAMARD_MOST);
    sp_error_hint(m->error, "take type: bootstrap, n: 500");
    return placed(m);
  }
  if (status != 0) return sp_error_memory(m->error);
  const double scale = 1 / (matrix.order * (1 - rho) * (1 - rho));
  status = make_set(m, matrix.order, given_or(m, scale));
  for (uint32_t r = 0; r < matrix.order && status == 0; r++) {
    double *row = m->out->multipliers + (uint64_t)r * m->out->n_psu;
    for (uint32_t k = 0; k < m->n_groups; k++) {
      const group *g = &m->groups[k];
      const double move = (1 - rho) * sqrt(g->kept) * sp_hadamard_at(&matrix, r, k + 1);
      row[m->members[g->first]] = 1 + move;
      row[m->members[g->first + 1]] = 1 - move;
    }
  }
  sp_hadamard_clear(&matrix);
  return status;
}

/* Steele, Lea and Flood's SplitMix64 (OOPSLA 2014): any state is a good seed. */
static uint64_t next(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* 0 .. n-1, all alike: what would favour small numbers is drawn again. */
static uint32_t below(uint64_t *state, uint32_t n) {
  const uint64_t most = UINT64_MAX - UINT64_MAX % n;
  uint64_t x = next(state);
  while (x >= most) x = next(state);
  return (uint32_t)(x % n);
}

static int32_t bootstrap(const maker *m) {
  const uint32_t n = m->spec->n_made;
  if (n < 2) {
    sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_NUMBER,
                 "a bootstrap of %u replicates tells no variance", n);
    sp_error_hint(m->error, "say how many to make: make_replicates: {type: bootstrap, n: 500}");
    return placed(m);
  }
  SP_TRY(make_set(m, n, given_or(m, 1 / ((double)n - 1))));
  for (uint32_t r = 0; r < n; r++) {
    double *row = m->out->multipliers + (uint64_t)r * m->out->n_psu;
    for (uint32_t k = 0; k < m->n_groups; k++) {
      const group *g = &m->groups[k];
      const uint32_t *psus = m->members + g->first;
      const double root = sqrt(g->kept), each = root * g->n / ((double)g->n - 1);
      uint64_t state = m->spec->seed; /* a stream of its own for each stratum and replicate */
      state = next(&state) ^ r;
      state = next(&state) ^ k;
      for (uint32_t i = 0; i < g->n; i++) row[psus[i]] = 0;
      for (uint32_t i = 1; i < g->n; i++) row[psus[below(&state, g->n)]] += 1;
      for (uint32_t i = 0; i < g->n; i++) row[psus[i]] = 1 - root + each * row[psus[i]];
    }
  }
  return SAMPAN_OK;
}

static int32_t make(maker *m) {
  SP_TRY(find_groups(m));
  switch (m->spec->type) {
    case SP_REPLICATES_JK1:
    case SP_REPLICATES_JKN:
      return jackknife(m);
    case SP_REPLICATES_BRR:
    case SP_REPLICATES_FAY:
      return halves(m);
    case SP_REPLICATES_BOOTSTRAP:
      return bootstrap(m);
    default:
      sp_error_set(m->error, SAMPAN_E_PLAN, SP_ID_REPLICATES_NUMBER,
                   "replicates of type %s can be read from the data, but not be made",
                   m->spec->name);
      sp_error_hint(m->error, "make_replicates: {type: JK1 | JKn | BRR | Fay | bootstrap}");
      return placed(m);
  }
}

int32_t sp_replicates_make(const sp_design *design, const sp_units *units, const uint32_t *order,
                           const char *file, sp_replicate_set *out, sampan_error *error) {
  maker m = {.design = design,
             .spec = design->replicates,
             .units = units,
             .order = order,
             .file = file,
             .out = out,
             .error = error};
  memset(out, 0, sizeof *out);
  const int32_t status = make(&m);
  free(m.groups);
  free(m.members);
  if (status != 0) sp_replicate_set_clear(out);
  return status;
}

void sp_replicate_set_clear(sp_replicate_set *set) {
  free(set->multipliers);
  free(set->factors);
  memset(set, 0, sizeof *set);
}
