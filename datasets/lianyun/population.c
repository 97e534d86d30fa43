// population.c -- builds the district, always the same one.
//
// Communities differ by a random effect on the logit scale that lasts over both waves, plus a small
// one of each wave: this is what makes people of one community alike and gives a cluster sample its
// design effect. People do not age or move between the waves.
#include "population.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"

static const uint64_t POPULATION_SEED = 320703;
static const uint32_t MAX_PERSONS = 200000;
static const double COMMUNITY_SD = 0.28, COMMUNITY_WAVE_SD = 0.06;

const Subdistrict SUBDISTRICT[N_SUBDISTRICTS] = {
    {"墟沟街道", 16, 16, 8, 950, 0.18, -0.10, 0.12},
    {"连云街道", 10, 8, 5, 820, 0.05, -0.02, 0.05},
    {"云山街道", 10, 5, 5, 780, -0.08, 0.05, -0.05},
    {"海州湾街道", 9, 9, 5, 900, 0.12, -0.05, 0.10},
    {"板桥街道", 8, 2, 4, 760, -0.15, 0.08, -0.12},
    {"宿城街道", 7, 0, 3, 560, -0.22, 0.10, -0.10},
};

static void build_community(Community *c, int subdistrict, int number, Stream *s) {
  const Subdistrict *d = &SUBDISTRICT[subdistrict];
  c->subdistrict = (uint8_t)subdistrict;
  c->number = (uint8_t)(number + 1);
  c->urban = number < d->urban_communities;
  c->households = (uint32_t)(d->households * (0.6 + 0.8 * stream_uniform(s)));
  c->size_measure = (uint32_t)(c->households * (0.85 + 0.30 * stream_uniform(s)));
  const double literacy = d->literacy + COMMUNITY_SD * stream_normal(s);
  const double smoking = d->smoking + COMMUNITY_SD * stream_normal(s);
  const double exercise = d->exercise + COMMUNITY_SD * stream_normal(s);
  for (int w = 0; w < N_WAVES; w++) {
    c->literacy[w] = literacy + COMMUNITY_WAVE_SD * stream_normal(s);
    c->smoking[w] = smoking + COMMUNITY_WAVE_SD * stream_normal(s);
    c->exercise[w] = exercise + COMMUNITY_WAVE_SD * stream_normal(s);
  }
}

static uint8_t draw_size(Stream *s) {
  static const double CUMULATIVE[] = {0.16, 0.56, 0.82, 0.95};
  const double u = stream_uniform(s);
  uint8_t size = 1;
  while (size < 5 && u >= CUMULATIVE[size - 1]) size++;
  return size;
}

// 1 primary school or less, 2 junior, 3 senior secondary, 4 college and above.
static uint8_t draw_education(int age, bool urban, Stream *s) {
  double z = 2.75 - 0.045 * (age - 40) + (urban ? 0.35 : -0.35) + 0.85 * stream_normal(s);
  if (age < 18 && z > 2.9) z = 2.9;
  if (z < 1.5) return 1;
  if (z < 2.6) return 2;
  return z < 3.4 ? 3 : 4;
}

// The list is kept by year of birth, so that a few listed persons turn out too young or too old.
static uint8_t listed_age(int age, Stream *s) {
  if (age < SCOPE_FROM + 2 && stream_uniform(s) < 0.20) return SCOPE_FROM - 1;
  if (age > SCOPE_TO - 3 && stream_uniform(s) < 0.22) {
    return (uint8_t)(SCOPE_TO + 1 + (int)stream_below(s, 2));
  }
  if (age < SCOPE_FROM) age = SCOPE_FROM;
  return (uint8_t)(age > SCOPE_TO ? SCOPE_TO : age);
}

static void build_household(Population *p, uint8_t community, uint8_t size, Stream *s) {
  const bool urban = p->community[community].urban;
  Household *h = &p->household[p->households++];
  h->first_person = p->persons;
  h->size = size;
  const int head = size == 1 ? 22 + (int)stream_below(s, 48) : 25 + (int)stream_below(s, 45);
  uint8_t head_sex = 1;
  for (int i = 0; i < size; i++) {
    Person *person = &p->person[p->persons++];
    int age = head;
    person->community = community;
    person->sex = (uint8_t)(1 + stream_below(s, 2));
    if (i == 0) {
      head_sex = person->sex;
    } else if (i == 1) {
      if (stream_uniform(s) < 0.9) person->sex = (uint8_t)(3 - head_sex);
      age = head - 5 + (int)stream_below(s, 11);
    } else {
      age =
          stream_uniform(s) < 0.55 ? 15 + (int)stream_below(s, 17) : 30 + (int)stream_below(s, 40);
    }
    person->age = listed_age(age, s);
    person->education = draw_education(person->age, urban, s);
    person->resident = stream_uniform(s) >= 0.018;
  }
}

int population_build(Population *out) {
  memset(out, 0, sizeof *out);
  out->household = calloc(MAX_PERSONS, sizeof *out->household);
  out->person = calloc(MAX_PERSONS, sizeof *out->person);
  if (out->household == NULL || out->person == NULL) {
    population_clear(out);
    return -1;
  }
  Stream s = stream_from(POPULATION_SEED, 0, 0);
  int n = 0;
  for (int d = 0; d < N_SUBDISTRICTS; d++) {
    out->first_community[d] = (uint8_t)n;
    for (int i = 0; i < SUBDISTRICT[d].communities; i++, n++) {
      Community *c = &out->community[n];
      build_community(c, d, i, &s);
      c->first_household = out->households;
      for (uint32_t h = 0; h < c->households; h++) {
        build_household(out, (uint8_t)n, draw_size(&s), &s);
      }
    }
  }
  return 0;
}

void population_clear(Population *population) {
  free(population->household);
  free(population->person);
  memset(population, 0, sizeof *population);
}

bool in_scope(const Person *person) {
  return person->resident && person->age >= SCOPE_FROM && person->age <= SCOPE_TO;
}
