// answers.c -- the model of answers: one ability per person for the questionnaire, one propensity
// each for smoking, exercise and chronic conditions.
//
// A trait of a person is drawn once and used in both waves, so that the waves differ by the effect
// of the programme and not by noise. A blank item belongs to the person and wave: it scores 0 in
// the population value too, and so leaves estimates unbiased.
#include "answers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "random.h"

enum Trait {
  T_ABILITY = 1,
  T_ITEM_DIFFICULTY,
  T_ITEM,
  T_ITEM_WRONG,
  T_BLANK,
  T_SMOKE,
  T_SMOKE_KIND,
  T_EXERCISE,
  T_EXERCISE_KIND,
  T_HEALTH,
  T_HYPERTENSION,
  T_DIABETES,
  T_HEIGHT,
  T_BMI,
  T_REFUSE
};

static const uint64_t ITEM_OWNER = UINT64_C(1) << 40;  // apart from every person
static const double ABILITY_MEAN = 0.50, ABILITY_SD = 0.80;
static const double LITERACY_GAIN = 0.24;  // of the ability, between the waves
static const double DIFFICULTY_SD = 0.60, MULTIPLE_HARDER = 0.35;
static const double EDUCATION_EFFECT[] = {-0.55, -0.15, 0.15, 0.55};
// Per domain, in the order of TOPIC_NAME: how much easier, and how much of the gain it gets.
static const double TOPIC_EASIER[N_TOPICS] = {0.25, 0.05, -0.10, 0.45, -0.35, -0.05};
static const double TOPIC_GAIN[N_TOPICS] = {1.0, 1.5, 0.5, 1.1, 0.9, 1.0};

static double ability(const Population *p, uint32_t i, int wave) {
  const Person *person = &p->person[i];
  const Community *c = &p->community[person->community];
  return ABILITY_MEAN + EDUCATION_EFFECT[person->education - 1] - 0.010 * (person->age - 42) +
         (person->sex == 2 ? 0.04 : 0.0) + (c->urban ? 0.06 : -0.12) + c->literacy[wave] +
         ABILITY_SD * trait_normal(i, T_ABILITY, 0);
}

// A set of letters that is neither the key nor empty: the key with one or two options flipped.
static void wrong_set(const char *key, double u, char *out) {
  unsigned set = 0;
  for (const char *k = key; *k != '\0'; k++) set |= 1u << (*k - 'A');
  const unsigned first = 1u << (int)(u * 4.0),
                 second = 1u << (int)(u * 16.0 - floor(u * 4.0) * 4.0);
  unsigned flipped = set ^ first;
  if (second != first && (flipped ^ second) != 0) flipped ^= second;
  if (flipped == 0) flipped = first;
  for (int i = 0; i < 4; i++) {
    if (flipped & 1u << i) *out++ = (char)('A' + i);
  }
  *out = '\0';
}

static void wrong_answer(const Item *item, double u, char *out) {
  const double rest = u < 0.2 ? u / 0.2 : (u - 0.2) / 0.8;
  const bool does_not_know = u < 0.2;
  out[1] = '\0';
  if (item->type == JUDGEMENT) {
    out[0] = does_not_know ? '3' : (char)('1' + '2' - item->key[0]);
  } else if (does_not_know) {
    out[0] = 'E';
  } else if (item->type == SINGLE) {
    out[0] = (char)('A' + (item->key[0] - 'A' + 1 + (int)(rest * 3.0)) % 4);
  } else {
    wrong_set(item->key, rest, out);
  }
}

static void answer_items(const Population *p, const Scoring *scoring, uint32_t person, int wave,
                         Answers *out) {
  const double theta = ability(p, person, wave);
  for (int i = 0; i < N_ITEMS; i++) {
    const Item *item = &scoring->item[i];
    const double easy = DIFFICULTY_SD * trait_normal(ITEM_OWNER, T_ITEM_DIFFICULTY, (uint32_t)i) +
                        TOPIC_EASIER[item->topic] + LITERACY_GAIN * wave * TOPIC_GAIN[item->topic] -
                        (item->type == MULTIPLE ? MULTIPLE_HARDER : 0.0);
    const uint32_t part = (uint32_t)i;
    if (trait_uniform(person, T_BLANK, (uint32_t)(wave * N_ITEMS) + part) < 0.002) {
      out->item[i][0] = '\0';
    } else if (trait_uniform(person, T_ITEM, part) < logistic(theta + easy)) {
      memcpy(out->item[i], item->key, sizeof out->item[i]);
    } else {
      wrong_answer(item, trait_uniform(person, T_ITEM_WRONG, part), out->item[i]);
    }
  }
}

static double smoking_logit(const Person *person, const Community *c, int wave) {
  const double decades = (person->age - 47) / 10.0;
  return (person->sex == 1 ? 0.36 : -3.35) - 0.11 * decades * decades -
         0.10 * (person->education - 2.5) + c->smoking[wave] - 0.12 * wave;
}

// 1 daily, 2 occasional, 3 former, 4 never.
static uint8_t smoking_status(const Population *p, uint32_t i, int wave) {
  const Person *person = &p->person[i];
  const Community *c = &p->community[person->community];
  const double u = trait_uniform(i, T_SMOKE, 0), kind = trait_uniform(i, T_SMOKE_KIND, 0);
  if (u < logistic(smoking_logit(person, c, wave))) return kind < 0.84 ? 1 : 2;
  if (wave > 0 && u < logistic(smoking_logit(person, c, 0))) return 3;
  return kind < (person->sex == 1 ? 0.16 : 0.01) ? 3 : 4;
}

static void exercise(const Population *p, uint32_t i, int wave, Answers *out) {
  static const uint8_t MINUTES[] = {30, 40, 45, 60, 60, 90, 120};
  const Person *person = &p->person[i];
  const Community *c = &p->community[person->community];
  const double decades = (person->age - 42) / 10.0;
  const double logit = -1.06 + 0.07 * decades * decades + 0.15 * (person->education - 2.5) +
                       (c->urban ? 0.06 : -0.12) + (person->sex == 1 ? 0.05 : -0.05) +
                       c->exercise[wave] + 0.27 * wave;
  const double v = trait_uniform(i, T_EXERCISE_KIND, 0), x = trait_uniform(i, T_EXERCISE_KIND, 1),
               y = trait_uniform(i, T_EXERCISE_KIND, 2);
  out->exercise_days = (uint8_t)(3 + (int)(v * 5.0));
  out->exercise_minutes = MINUTES[(int)(x * 7.0)];
  out->exercise_intensity = y < 0.72 ? 2 : 3;
  if (trait_uniform(i, T_EXERCISE, 0) < logistic(logit)) return;
  // Everyone else fails at least one of the three conditions, most of them by not exercising.
  if (v < 0.55) {
    out->exercise_days = 0;
    out->exercise_minutes = 0;
    out->exercise_intensity = 0;
  } else if (v < 0.75) {
    out->exercise_days = (uint8_t)(1 + (int)(x * 2.0));
  } else if (v < 0.88) {
    out->exercise_minutes = y < 0.5 ? 15 : 20;
  } else {
    out->exercise_intensity = 1;
  }
}

static double one_decimal(double x) {
  return floor(x * 10.0 + 0.5) / 10.0;
}

static void conditions(const Population *p, uint32_t i, int wave, Answers *out) {
  const Person *person = &p->person[i];
  const double decades = (person->age - 42) / 10.0;
  const double bmi = 23.6 + 0.45 * decades - 0.20 * decades * decades * (decades > 0) +
                     (person->sex == 1 ? 0.5 : -0.2) + 3.3 * trait_normal(i, T_BMI, 0);
  const double metres =
      ((person->sex == 1 ? 171.0 : 159.5) - 0.9 * decades + 5.6 * trait_normal(i, T_HEIGHT, 0)) /
      100.0;
  out->height = one_decimal(metres * 100.0);
  out->body_weight = one_decimal((bmi < 15.0 ? 15.0 : bmi) * metres * metres);
  const double hypertension = -1.90 + 0.75 * decades + 0.12 * (bmi - 24.0) + 0.06 * wave;
  const double diabetes = -3.35 + 0.55 * decades + 0.10 * (bmi - 24.0) + 0.05 * wave;
  out->hypertension = trait_uniform(i, T_HYPERTENSION, 0) < logistic(hypertension) ? 1 : 2;
  out->diabetes = trait_uniform(i, T_DIABETES, 0) < logistic(diabetes) ? 1 : 2;
  const double poor = 0.30 * decades + (out->hypertension == 1 ? 0.5 : 0.0) +
                      (out->diabetes == 1 ? 0.6 : 0.0) - 0.05 * wave + trait_normal(i, T_HEALTH, 0);
  out->self_rated_health = (uint8_t)(poor < -1.0 ? 1 : poor < 0.1 ? 2 : poor < 1.3 ? 3 : 4);
  if (poor >= 2.3) out->self_rated_health = 5;
}

void answers_give(const Population *p, const Scoring *scoring, uint32_t person, int wave,
                  Answers *out) {
  answer_items(p, scoring, person, wave, out);
  out->smoke = smoking_status(p, person, wave);
  exercise(p, person, wave, out);
  conditions(p, person, wave, out);
}

static bool refuses(uint32_t person, int wave, uint32_t question, double share) {
  return trait_uniform(person, T_REFUSE, (uint32_t)wave * 16 + question) < share;
}

void answers_refuse(uint32_t person, int wave, Answers *answers) {
  if (refuses(person, wave, 0, 0.006)) answers->smoke = REFUSED;
  if (refuses(person, wave, 1, 0.007)) {
    answers->exercise_days = REFUSED;
    answers->exercise_minutes = REFUSED_MINUTES;
    answers->exercise_intensity = REFUSED;
  }
  if (refuses(person, wave, 2, 0.004)) answers->self_rated_health = REFUSED;
  if (refuses(person, wave, 3, 0.008)) answers->hypertension = REFUSED;
  if (refuses(person, wave, 4, 0.008)) answers->diabetes = REFUSED;
  if (refuses(person, wave, 5, 0.015)) answers->height = answers->body_weight = 0.0;
}

Outcome outcome_of(const Scoring *scoring, uint32_t person, int wave, const Answers *a) {
  int points[N_PARTS] = {0};
  for (int i = 0; i < N_ITEMS; i++) {
    const Item *item = &scoring->item[i];
    if (strcmp(a->item[i], item->key) != 0) continue;
    points[0] += item->points;
    points[1 + item->aspect] += item->points;
    points[1 + N_ASPECTS + item->topic] += item->points;
  }
  Outcome out = {.score = (uint8_t)points[0]};
  for (int k = 0; k < N_PARTS; k++) {
    if (points[k] * 5 >= scoring->maximum[k] * 4) out.bits |= 1u << k;  // 80 % without fractions
  }
  const bool exercises =
      a->exercise_days >= 3 && a->exercise_minutes >= 30 && a->exercise_intensity >= 2;
  const double metres = a->height / 100.0;
  out.bits |= (uint32_t)(a->smoke <= 2) << OUT_SMOKING | (uint32_t)exercises << OUT_EXERCISE |
              (uint32_t)(a->self_rated_health <= 2) << OUT_GOOD_HEALTH |
              (uint32_t)(a->hypertension == 1) << OUT_HYPERTENSION |
              (uint32_t)(a->diabetes == 1) << OUT_DIABETES |
              (uint32_t)(a->body_weight >= 28.0 * metres * metres) << OUT_OBESITY;
  Answers told = *a;
  answers_refuse(person, wave, &told);
  out.smoke_refused = told.smoke == REFUSED;
  out.exercise_refused = told.exercise_days == REFUSED;
  return out;
}
