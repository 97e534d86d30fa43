/* population.c - strata of clusters whose members are alike, with unequal weights.
 *
 * P1. Clusters have effects of their own on every outcome (intraclass correlation), and strata too.
 * P2. The three clusters of a triple hold the same persons but for `group`, which is moved on by
 *     one from cluster to cluster. So each group has exactly the same share of every outcome, in
 *     each stratum, though group and outcomes are clustered within a sample: a test that no group
 *     differs has a null hypothesis that is true of this finite population, not nearly so. */
#include "population.h"

double exact_exp(double x) {
  const double p = logistic(x);
  return p / (1.0 - p);
}

static double grid(double x) {
  const double scaled = x * 1000.0;
  return (double)(long long)(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5) / 1000.0;
}

typedef struct {
  double y[N_BINARY], x, z, preference[3]; /* of a stratum or a cluster */
} Effects;

static Effects draw_effects(Stream *s, double size) {
  Effects e;
  for (int k = 0; k < N_BINARY; k++) e.y[k] = size * stream_normal(s);
  e.x = size * stream_normal(s);
  e.z = size * stream_normal(s);
  for (int k = 0; k < 3; k++) e.preference[k] = exact_exp(size * stream_normal(s));
  return e;
}

static int draw_group(Stream *s, const double preference[3]) {
  double place = stream_uniform(s) * (preference[0] + preference[1] + preference[2]);
  if (place < preference[0]) return 1;
  place -= preference[0];
  return place < preference[1] ? 2 : 3;
}

static Person draw_person(Stream *s, const Effects *stratum, const Effects *cluster) {
  static const double LEVEL[N_BINARY] = {-4.8, -2.6, 0.0, -0.7, -0.8};
  Person p = {0};
  p.sex = 1 + (stream_uniform(s) < logistic(0.1 + 0.3 * cluster->z) ? 1 : 0);
  p.age = 1 + (int)stream_below(s, 3);
  p.group = draw_group(s, cluster->preference);
  p.z = grid(stream_normal(s) + 0.5 * cluster->z + 0.2 * (p.age - 2));
  p.x = grid(10.0 * exact_exp(0.8 * stream_normal(s) + 0.5 * cluster->x + 0.3 * stratum->x +
                              0.3 * (p.age - 2) + 0.3 * (p.sex - 1) + 0.2 * p.z));
  for (int k = 0; k < N_BINARY; k++) {
    double at = LEVEL[k] + 0.5 * stratum->y[k] + cluster->y[k];
    if (k == TENTH || k == HALF) at += 0.6 * (p.age - 2) + 0.3 * (p.sex - 1);
    if (k == MODEL) at += 0.5 * p.z + 0.4 * (p.sex - 1);
    p.y[k] = stream_uniform(s) < logistic(at);
  }
  return p;
}

void population_build(Population *out) {
  Stream s = stream_from(20, 1, 0);
  Cluster *c = out->cluster;
  for (int h = 0; h < N_STRATA; h++) {
    const Effects stratum = draw_effects(&s, 0.7);
    const int least = 30 + (int)stream_below(&s, 50);
    for (int t = 0; t < N_TRIPLES; t++) {
      const Effects cluster = draw_effects(&s, 0.7);
      const int size = least + (int)stream_below(&s, 40);
      for (int i = 0; i < size; i++) {
        Person p = draw_person(&s, &stratum, &cluster);
        for (int turn = 0; turn < 3; turn++) {
          c[turn].person[i] = p;
          p.group = p.group % 3 + 1;
        }
      }
      for (int turn = 0; turn < 3; turn++, c++) {
        c->stratum = h + 1;
        c->size = size;
        c->measure = size * (0.4 + 1.2 * stream_uniform(&s));
      }
    }
  }
}
