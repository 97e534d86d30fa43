// answers.h -- what a person answers in a wave, and the indicators that follow from it.
#ifndef LIANYUN_ANSWERS_H
#define LIANYUN_ANSWERS_H

#include "population.h"
#include "scoring.h"

enum { REFUSED = 9, REFUSED_MINUTES = 999 };

typedef struct {
  char item[N_ITEMS][5];  // "" for a blank
  uint8_t smoke, exercise_days, exercise_intensity, self_rated_health, hypertension, diabetes;
  int exercise_minutes;
  double height, body_weight;  // as written in the file, one decimal
} Answers;

// Bits 0..N_PARTS-1 are the literacy parts: all, 3 aspects, 6 domains.
enum {
  OUT_SMOKING = N_PARTS,
  OUT_EXERCISE,
  OUT_GOOD_HEALTH,
  OUT_HYPERTENSION,
  OUT_DIABETES,
  OUT_OBESITY,
  N_OUTCOMES
};

typedef struct {
  uint8_t score;
  uint32_t bits;
  bool smoke_refused, exercise_refused;
} Outcome;

// True answers of a person; what the person refuses to tell is applied by `answers_refuse`.
void answers_give(const Population *p, const Scoring *scoring, uint32_t person, int wave,
                  Answers *out);
void answers_refuse(uint32_t person, int wave, Answers *answers);
Outcome outcome_of(const Scoring *scoring, uint32_t person, int wave, const Answers *answers);

#endif
