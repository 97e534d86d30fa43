// truth.c -- counts the whole population: what a survey without sampling error would find.
#include "truth.h"

#include <string.h>

#include "answers.h"

enum { N_AGE_GROUPS = 6, N_LEVELS = 1 + 2 + N_AGE_GROUPS + N_SUBDISTRICTS + 2 + 4 };

typedef struct {
  const char *name;
  int outcome;  // bit of Outcome, or -1 for the mean score
  int age_from;
} Indicator;

static const Indicator INDICATOR[] = {
    {"health_literacy", 0, SCOPE_FROM},
    {"literacy_knowledge", 1, SCOPE_FROM},
    {"literacy_behaviour", 2, SCOPE_FROM},
    {"literacy_skills", 3, SCOPE_FROM},
    {"literacy_science", 4, SCOPE_FROM},
    {"literacy_infectious", 5, SCOPE_FROM},
    {"literacy_chronic", 6, SCOPE_FROM},
    {"literacy_safety", 7, SCOPE_FROM},
    {"literacy_medical", 8, SCOPE_FROM},
    {"literacy_information", 9, SCOPE_FROM},
    {"literacy_score", -1, SCOPE_FROM},
    {"smoking", OUT_SMOKING, ADULT_FROM},
    {"smoking_15", OUT_SMOKING, SCOPE_FROM},
    {"exercise", OUT_EXERCISE, ADULT_FROM},
    {"exercise_15", OUT_EXERCISE, SCOPE_FROM},
    {"good_health", OUT_GOOD_HEALTH, SCOPE_FROM},
    {"hypertension", OUT_HYPERTENSION, ADULT_FROM},
    {"diabetes", OUT_DIABETES, ADULT_FROM},
    {"obesity", OUT_OBESITY, ADULT_FROM},
};
enum { N_INDICATORS = sizeof INDICATOR / sizeof INDICATOR[0] };

static const struct {
  const char *domain, *level;
} LEVEL[N_LEVELS] = {
    {"total", "total"},     {"sex", "1"},           {"sex", "2"},           {"age_group", "15-24"},
    {"age_group", "25-34"}, {"age_group", "35-44"}, {"age_group", "45-54"}, {"age_group", "55-64"},
    {"age_group", "65-69"}, {"subdistrict", NULL},  {"subdistrict", NULL},  {"subdistrict", NULL},
    {"subdistrict", NULL},  {"subdistrict", NULL},  {"subdistrict", NULL},  {"residence", "1"},
    {"residence", "2"},     {"education", "1"},     {"education", "2"},     {"education", "3"},
    {"education", "4"},
};

typedef struct {
  uint32_t population[N_LEVELS], total[N_LEVELS];
} Count;

static void add(Count *count, const Population *p, const Person *person, uint32_t value) {
  const Community *c = &p->community[person->community];
  const int group = (person->age - SCOPE_FROM) / 10;
  const int first_subdistrict = 3 + N_AGE_GROUPS, residence = first_subdistrict + N_SUBDISTRICTS;
  const int levels[] = {0,
                        person->sex,
                        3 + group,
                        first_subdistrict + c->subdistrict,
                        residence + (c->urban ? 0 : 1),
                        residence + 1 + person->education};
  for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
    count->population[levels[i]]++;
    count->total[levels[i]] += value;
  }
}

static void write_wave(FILE *out, const Population *p, const Scoring *scoring, int wave) {
  static Count count[N_INDICATORS];
  memset(count, 0, sizeof count);
  for (uint32_t i = 0; i < p->persons; i++) {
    const Person *person = &p->person[i];
    if (!in_scope(person)) continue;
    Answers a = {0};
    answers_give(p, scoring, i, wave, &a);
    const Outcome y = outcome_of(scoring, i, wave, &a);
    for (size_t k = 0; k < N_INDICATORS; k++) {
      const int bit = INDICATOR[k].outcome;
      if (person->age < INDICATOR[k].age_from) continue;
      add(&count[k], p, person, bit < 0 ? y.score : y.bits >> bit & 1);
    }
  }
  for (size_t k = 0; k < N_INDICATORS; k++) {
    for (int d = 0; d < N_LEVELS; d++) {
      const int subdistrict = d - 3 - N_AGE_GROUPS;
      const char *level = LEVEL[d].level != NULL ? LEVEL[d].level : SUBDISTRICT[subdistrict].name;
      fprintf(out, "%s,%d,%s,%s,%u,%u,%.10f\n", INDICATOR[k].name, BASELINE_YEAR + wave,
              LEVEL[d].domain, level, count[k].population[d], count[k].total[d],
              (double)count[k].total[d] / count[k].population[d]);
    }
  }
}

void truth_write(FILE *out, const Population *p, const Scoring *scoring) {
  fputs("indicator,period,domain,level,population,total,value\n", out);
  for (int wave = 0; wave < N_WAVES; wave++) write_wave(out, p, scoring, wave);
}
