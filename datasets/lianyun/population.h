// population.h -- the finite synthetic population: subdistricts, communities, households, people.
#ifndef LIANYUN_POPULATION_H
#define LIANYUN_POPULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "scoring.h"

enum { N_SUBDISTRICTS = 6, N_COMMUNITIES = 60, N_WAVES = 2, BASELINE_YEAR = 2020 };
enum { SCOPE_FROM = 15, SCOPE_TO = 69, ADULT_FROM = 18 };

typedef struct {
  const char *name;
  int communities, urban_communities, draws, households;  // households: community mean
  double literacy, smoking, exercise;                     // shifts on the logit scale
} Subdistrict;

typedef struct {
  uint8_t subdistrict, number;  // number within its subdistrict, from 1
  bool urban;
  uint32_t first_household, households;
  uint32_t size_measure;  // of the older register that the draw uses
  double literacy[N_WAVES], smoking[N_WAVES], exercise[N_WAVES];
} Community;

typedef struct {
  uint32_t first_person;
  uint8_t size;  // listed persons
} Household;

typedef struct {
  uint8_t community, sex, age, education;
  bool resident;
} Person;

typedef struct {
  Community community[N_COMMUNITIES];
  uint8_t first_community[N_SUBDISTRICTS];
  Household *household;
  Person *person;
  uint32_t households, persons;
} Population;

extern const Subdistrict SUBDISTRICT[N_SUBDISTRICTS];

// Builds the one population of this data set; returns 0, or -1 without memory.
int population_build(Population *out);
void population_clear(Population *population);

bool in_scope(const Person *person);

#endif
