// random.c -- splitmix64, uniforms, normals and the logistic function in exact IEEE steps.
#include "random.h"

#include <math.h>

static const double TWO_POW_MINUS_53 = 1.0 / 9007199254740992.0;
static const uint64_t GOLDEN = UINT64_C(0x9e3779b97f4a7c15);

uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

Stream stream_from(uint64_t seed, uint64_t wave, uint64_t number) {
  Stream s = {mix64(mix64(mix64(seed + GOLDEN) + wave * GOLDEN) + number * GOLDEN)};
  return s;
}

static uint64_t stream_next(Stream *s) {
  s->state += GOLDEN;
  return mix64(s->state);
}

double stream_uniform(Stream *s) {
  return (double)(stream_next(s) >> 11) * TWO_POW_MINUS_53;
}

uint32_t stream_below(Stream *s, uint32_t bound) {
  const uint64_t range = UINT64_C(1) << 32;
  const uint64_t limit = range - range % bound;
  uint64_t x = 0;
  do {
    x = stream_next(s) >> 32;
  } while (x >= limit);
  return (uint32_t)(x % bound);
}

// Twelve uniforms less six: tails end at 6 SD, which no trait here reaches, and no log is needed.
double stream_normal(Stream *s) {
  double sum = 0.0;
  for (int i = 0; i < 12; i++) sum += stream_uniform(s);
  return sum - 6.0;
}

double trait_uniform(uint64_t owner, uint32_t trait, uint32_t part) {
  const uint64_t key = mix64(owner * GOLDEN + GOLDEN) ^ ((uint64_t)trait << 32 | part);
  return (double)(mix64(mix64(key + GOLDEN)) >> 11) * TWO_POW_MINUS_53;
}

double trait_normal(uint64_t owner, uint32_t trait, uint32_t part) {
  double sum = 0.0;
  for (uint32_t i = 0; i < 12; i++) sum += trait_uniform(owner, trait, part * 16 + i);
  return sum - 6.0;
}

static double exp_exact_steps(double x) {
  const double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
  const double n = floor(x / (ln2_high + ln2_low) + 0.5);
  const double r = (x - n * ln2_high) - n * ln2_low;
  double term = 1.0, sum = 1.0;
  for (int k = 1; k <= 16; k++) {
    term *= r / k;
    sum += term;
  }
  return ldexp(sum, (int)n);
}

double logistic(double x) {
  if (x > 30.0) x = 30.0;
  if (x < -30.0) x = -30.0;
  return 1.0 / (1.0 + exp_exact_steps(-x));
}
