// truth.h -- the population value of every indicator, by wave and domain.
#ifndef LIANYUN_TRUTH_H
#define LIANYUN_TRUTH_H

#include <stdio.h>

#include "population.h"
#include "scoring.h"

void truth_write(FILE *out, const Population *p, const Scoring *scoring);

#endif
