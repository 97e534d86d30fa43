/* generate.c - the files of the coverage simulation: coverage_generate WHAT [FIRST LAST] > FILE
 *
 *   population  every person, for the truth
 *   survey      samples of it: in each stratum two clusters drawn with replacement with probability
 *               proportional to their measure, ten persons of each by simple random sampling
 *   simple      samples of 200 independent persons: outcomes of known probability
 *   vital       deaths in five ages of a small and of a middling population: Poisson
 *   series      deaths in 20 years, falling by exactly 1 % a year: Poisson
 *
 * A sample depends on its number alone, so that the first samples of a longer run are those of a
 * shorter one; FIRST and LAST are the numbers that are wanted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "population.h"

enum { PER_CLUSTER = 10, N_SIMPLE = 200, N_AGES = 5, N_YEARS = 20 };
enum { SURVEY = 2, SIMPLE, VITAL, SERIES }; /* streams of random numbers */

static void write_person(const Person *p) {
  static const char *const AGE[] = {"18-39", "40-59", "60+"};
  printf("%d,%s,%d", p->sex, AGE[p->age - 1], p->group);
  for (int k = 0; k < N_BINARY; k++) printf(",%d", p->y[k]);
  printf(",%.3f,%.3f\n", p->x, p->z);
}

#define PERSON_HEADS "sex,age,group,rare,tenth,half,apart,model,x,z\n"

static void write_population(const Population *p) {
  printf("stratum,cluster," PERSON_HEADS);
  for (int c = 0; c < N_CLUSTERS; c++)
    for (int i = 0; i < p->cluster[c].size; i++) {
      printf("%d,%d,", p->cluster[c].stratum, c + 1);
      write_person(&p->cluster[c].person[i]);
    }
}

static void write_cluster(const Cluster *c, int sample, int psu, double total, Stream *s) {
  int list[MAX_SIZE];
  const double weight = total / (2.0 * c->measure) * c->size / PER_CLUSTER;
  for (int i = 0; i < c->size; i++) list[i] = i;
  for (int i = 0; i < PER_CLUSTER; i++) {
    const int j = i + (int)stream_below(s, (uint32_t)(c->size - i));
    const int t = list[i];
    list[i] = list[j];
    list[j] = t;
    printf("%d,%d,%d,%.6f,", sample, c->stratum, psu, weight);
    write_person(&c->person[list[i]]);
  }
}

static void write_survey(const Population *p, int first, int last) {
  const int each = N_TRIPLES * 3;
  printf("sample,stratum,psu,weight," PERSON_HEADS);
  for (int sample = first; sample <= last; sample++) {
    Stream s = stream_from(20, SURVEY, (uint64_t)sample);
    for (int h = 0; h < N_STRATA; h++) {
      const Cluster *c = &p->cluster[h * each];
      double total = 0.0;
      for (int i = 0; i < each; i++) total += c[i].measure;
      for (int psu = 1; psu <= 2; psu++) {
        double place = stream_uniform(&s) * total;
        int i = 0;
        while (i < each - 1 && place >= c[i].measure) place -= c[i++].measure;
        write_cluster(&c[i], sample, psu, total, &s);
      }
    }
  }
}

/* Outcomes of probability 0.01, 0.1, 0.5; risks 0.2 and 0.3 of two groups; 0.3 of four. */
static void write_simple(int first, int last) {
  static const double CHANCE[] = {0.01, 0.1, 0.5};
  printf("sample,two,four,rare,tenth,half,risk,apart\n");
  for (int sample = first; sample <= last; sample++) {
    Stream s = stream_from(20, SIMPLE, (uint64_t)sample);
    for (int i = 0; i < N_SIMPLE; i++) {
      printf("%d,%d,%d", sample, i % 2, i / 2 % 4);
      for (int k = 0; k < 3; k++) printf(",%d", stream_uniform(&s) < CHANCE[k]);
      printf(",%d", stream_uniform(&s) < (i % 2 ? 0.3 : 0.2));
      printf(",%d\n", stream_uniform(&s) < 0.3);
    }
  }
}

/* By inversion; a large mean in parts, each of which loses nothing to rounding. */
static int draw_poisson(Stream *s, double mean) {
  int n = 0;
  for (; mean > 8.0; mean -= 8.0) n += draw_poisson(s, 8.0);
  double chance = exact_exp(-mean), place = stream_uniform(s);
  for (int k = 1; place >= chance && k < 200; k++, n++) {
    place -= chance;
    chance *= mean / k;
  }
  return n;
}

static void write_vital(int first, int last) {
  static const char *const AGE[N_AGES] = {"0-19", "20-39", "40-59", "60-79", "80+"};
  static const int PERSONS[N_AGES] = {3000, 3000, 2500, 1200, 160};
  static const double RATE[N_AGES] = {0.0002, 0.0006, 0.003, 0.015, 0.08};
  printf("sample,area,age,deaths,persons\n");
  for (int sample = first; sample <= last; sample++) {
    Stream s = stream_from(20, VITAL, (uint64_t)sample);
    for (int area = 0; area < 2; area++)
      for (int a = 0; a < N_AGES; a++) {
        const int persons = area ? PERSONS[a] : PERSONS[a] / 8;
        printf("%d,%s,%s,%d,%d\n", sample, area ? "middling" : "small", AGE[a],
               draw_poisson(&s, persons * RATE[a]), persons);
      }
  }
}

static void write_series(int first, int last) {
  printf("sample,year,deaths,persons\n");
  for (int sample = first; sample <= last; sample++) {
    Stream s = stream_from(20, SERIES, (uint64_t)sample);
    double mean = 200.0;
    for (int year = 0; year < N_YEARS; year++, mean *= 0.99)
      printf("%d,%d,%d,100000\n", sample, 2001 + year, draw_poisson(&s, mean));
  }
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  const int first = argc > 3 ? atoi(argv[2]) : 1, last = argc > 3 ? atoi(argv[3]) : 0;
  Population *p = malloc(sizeof *p);
  if (p == NULL) return 1;
  population_build(p);
  if (strcmp(what, "population") == 0)
    write_population(p);
  else if (strcmp(what, "survey") == 0)
    write_survey(p, first, last);
  else if (strcmp(what, "simple") == 0)
    write_simple(first, last);
  else if (strcmp(what, "vital") == 0)
    write_vital(first, last);
  else if (strcmp(what, "series") == 0)
    write_series(first, last);
  else
    what = "";
  free(p);
  if (what[0] != '\0') return ferror(stdout) || fflush(stdout) != 0;
  fprintf(stderr, "usage: coverage_generate population|survey|simple|vital|series [FIRST LAST]\n");
  return 2;
}
