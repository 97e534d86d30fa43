// sample.h -- the stratified two-stage draw and its weights.
#ifndef LIANYUN_SAMPLE_H
#define LIANYUN_SAMPLE_H

#include "population.h"
#include "random.h"

enum { N_DRAWS = 30, HOUSEHOLDS_PER_DRAW = 48, MAX_SAMPLE = N_DRAWS * HOUSEHOLDS_PER_DRAW };

typedef struct {
  uint32_t person;
  uint8_t community, subdistrict, draw;  // draw: number of the PSU within its stratum, from 1
  double weight;                         // on a grid of four decimals, as the file gives it
} SampledPerson;

// Fills `out` (MAX_SAMPLE places) with the respondents in PSU order; returns how many.
int sample_draw(const Population *p, Stream *s, SampledPerson *out);

#endif
