// physique.c -- one row per wave, school and sex: pupils enrolled, tested, passed, good or
// excellent.
#include "physique.h"

#include "population.h"
#include "random.h"

enum { N_SCHOOLS = 34 };

static const uint64_t SCHOOL_SEED = 2014;
static const char *const STAGE[] = {"primary", "junior", "senior"};
static const double PASS_LOGIT[] = {2.75, 2.30, 2.05}, GOOD_LOGIT[] = {0.05, -0.20, -0.45};
static const int ENROLLED[] = {330, 300, 410};  // of one sex, mean of a school

static void write_row(FILE *out, int wave, int school, int sex) {
  const int stage = school < 22 ? 0 : school < 31 ? 1 : 2;
  const uint64_t owner = SCHOOL_SEED << 32 | (uint64_t)school;
  const double quality = 0.25 * trait_normal(owner, 1, 0) + 0.05 * trait_normal(owner, 2, 1 + wave);
  const double female = sex == 2 ? 0.28 : 0.0;
  const double pass = logistic(PASS_LOGIT[stage] + quality + female + 0.14 * wave);
  const double good = logistic(GOOD_LOGIT[stage] + quality + female + 0.12 * wave);
  const int enrolled = (int)(ENROLLED[stage] * (0.5 + trait_uniform(owner, 3, 0))) +
                       (int)(20.0 * trait_uniform(owner, 4, (uint32_t)(wave * 2 + sex)));
  Stream s = stream_from(SCHOOL_SEED, (uint64_t)wave, (uint64_t)school * 2 + (uint64_t)sex);
  int tested = 0, passed = 0, well = 0;
  for (int i = 0; i < enrolled; i++) {
    const double present = stream_uniform(&s), u = stream_uniform(&s);
    if (present >= 0.975) continue;
    tested++;
    passed += u < pass;
    well += u < good;  // one mark decides both: who is good has passed
  }
  fprintf(out, "%d,S%02d,%s,%d,%d,%d,%d,%d\n", BASELINE_YEAR + wave, school + 1, STAGE[stage], sex,
          enrolled, tested, passed, well);
}

void physique_write(FILE *out) {
  fputs("wave,school,stage,sex,enrolled,tested,passed,good\n", out);
  for (int wave = 0; wave < N_WAVES; wave++) {
    for (int school = 0; school < N_SCHOOLS; school++) {
      for (int sex = 1; sex <= 2; sex++) write_row(out, wave, school, sex);
    }
  }
}
