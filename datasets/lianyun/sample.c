// sample.c -- communities PPS with replacement in each subdistrict, households by simple random
// sampling, one listed person per household.
//
// Requirements:
// S1. A community that is drawn twice gives two PSUs with households of their own. Drawing with
//     replacement is what makes the usual variance between PSUs right, not merely conservative,
//     although half of the communities of a subdistrict may be in the sample. Even one that gets
//     all draws of its subdistrict has households enough.
// S2. Base weight = M / (a m_i) * H_i / h * k: size measures M and m_i, a draws, H_i households
//     listed, h selected, k persons listed in the household.
// S3. Response depends on sex, age and residence, all known from the list; the weights of
//     respondents are raised within these classes to the weighted total of the selected.
#include "sample.h"

#include <math.h>
#include <string.h>

enum { N_CLASSES = 12, MAX_HOUSEHOLDS = 2048 };

static int response_class(const Population *p, uint32_t i) {
  const Person *person = &p->person[i];
  const int age = person->age < 35 ? 0 : person->age < 55 ? 1 : 2;
  return (person->sex - 1) * 6 + age * 2 + (p->community[person->community].urban ? 1 : 0);
}

static double response_chance(int class) {
  static const double CHANCE[N_CLASSES] = {0.85, 0.80, 0.89, 0.86, 0.95, 0.92,   // men
                                           0.90, 0.86, 0.94, 0.91, 0.97, 0.95};  // women
  return CHANCE[class];
}

static int draw_community(const Population *p, int subdistrict, uint32_t total, Stream *s) {
  int n = p->first_community[subdistrict];
  uint32_t place = stream_below(s, total);
  while (place >= p->community[n].size_measure) place -= p->community[n++].size_measure;
  return n;
}

// The first `n` of `list` become a simple random sample without replacement of it.
static void shuffle_first(uint32_t *list, uint32_t size, uint32_t n, Stream *s) {
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t j = i + stream_below(s, size - i);
    const uint32_t t = list[i];
    list[i] = list[j];
    list[j] = t;
  }
}

typedef struct {
  SampledPerson selected[MAX_SAMPLE];
  int n;
} Selection;

static void select_households(const Population *p, int subdistrict, uint32_t total, int community,
                              const int *draw, int n_draws, Stream *s, Selection *out) {
  static uint32_t list[MAX_HOUSEHOLDS];
  const Community *c = &p->community[community];
  const uint32_t wanted = (uint32_t)(n_draws * HOUSEHOLDS_PER_DRAW);
  for (uint32_t i = 0; i < c->households; i++) list[i] = c->first_household + i;
  shuffle_first(list, c->households, wanted, s);
  const double base = (double)total / SUBDISTRICT[subdistrict].draws / c->size_measure *
                      c->households / HOUSEHOLDS_PER_DRAW;
  for (uint32_t i = 0; i < wanted; i++) {
    const Household *h = &p->household[list[i]];
    SampledPerson *person = &out->selected[out->n++];
    person->person = h->first_person + stream_below(s, h->size);
    person->community = (uint8_t)community;
    person->subdistrict = (uint8_t)subdistrict;
    person->draw = (uint8_t)(draw[i / HOUSEHOLDS_PER_DRAW] + 1);
    person->weight = base * h->size;
  }
}

static void select_subdistrict(const Population *p, int subdistrict, Stream *s, Selection *out) {
  const int draws = SUBDISTRICT[subdistrict].draws;
  const int first = p->first_community[subdistrict];
  int drawn[N_DRAWS];
  uint32_t total = 0;
  for (int i = 0; i < SUBDISTRICT[subdistrict].communities; i++) {
    total += p->community[first + i].size_measure;
  }
  for (int i = 0; i < draws; i++) drawn[i] = draw_community(p, subdistrict, total, s);
  for (int i = 0; i < draws; i++) {
    int same[N_DRAWS], n_same = 0;
    bool seen = false;
    for (int j = 0; j < draws; j++) {
      if (drawn[j] != drawn[i]) continue;
      seen = seen || j < i;
      same[n_same++] = j;
    }
    if (!seen) select_households(p, subdistrict, total, drawn[i], same, n_same, s, out);
  }
}

int sample_draw(const Population *p, Stream *s, SampledPerson *out) {
  static Selection selection;
  double selected[N_CLASSES] = {0}, responded[N_CLASSES] = {0};
  int n = 0;
  selection.n = 0;
  for (int d = 0; d < N_SUBDISTRICTS; d++) select_subdistrict(p, d, s, &selection);
  for (int i = 0; i < selection.n; i++) {
    const SampledPerson *person = &selection.selected[i];
    const int class = response_class(p, person->person);
    selected[class] += person->weight;
    if (stream_uniform(s) >= response_chance(class)) continue;
    responded[class] += person->weight;
    out[n++] = *person;
  }
  for (int i = 0; i < n; i++) {
    const int class = response_class(p, out[i].person);
    const double weight = out[i].weight * (selected[class] / responded[class]);
    out[i].weight = floor(weight * 10000.0 + 0.5) / 10000.0;
  }
  return n;
}
