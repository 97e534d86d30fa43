// random.h -- random numbers that are the same on every machine.
//
// Two generators: a stream for drawing (order matters) and a keyed hash for traits of a resident,
// so that an answer can be computed again at any time without storing it. Only + - * / are used:
// libm's exp and log differ between systems in the last bit, and one bit can flip an answer.
#ifndef LIANYUN_RANDOM_H
#define LIANYUN_RANDOM_H

#include <stdint.h>

typedef struct {
  uint64_t state;
} Stream;

uint64_t mix64(uint64_t x);
Stream stream_from(uint64_t seed, uint64_t wave, uint64_t number);
double stream_uniform(Stream *s);                  // in [0, 1)
uint32_t stream_below(Stream *s, uint32_t bound);  // in 0..bound-1, without modulo bias
double stream_normal(Stream *s);

double trait_uniform(uint64_t owner, uint32_t trait, uint32_t part);  // in [0, 1)
double trait_normal(uint64_t owner, uint32_t trait, uint32_t part);

double logistic(double x);

#endif
