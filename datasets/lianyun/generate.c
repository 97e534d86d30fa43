// generate.c -- writes the synthetic survey of Lianyun district: a sample, many samples, the truth.
//
//   lianyun_generate sample   --key FILE --wave 2020|2021 [--seed N] [-o FILE]
//   lianyun_generate many     --key FILE --wave 2020|2021 [--samples N] [--seed N] [-o FILE]
//   lianyun_generate truth    --key FILE [-o FILE]
//   lianyun_generate physique [-o FILE]
//
// The population is always the same; the seed moves the draw alone. `sample` is draw 0 of its seed,
// `many` draws 1 to N.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "physique.h"
#include "sample.h"
#include "truth.h"

enum { EXIT_USAGE = 2, DEFAULT_SEED = 76 };

typedef struct {
  const char *mode, *key, *output;
  int wave;  // 0 or 1; -1 where not given
  uint64_t seed, samples;
} Options;

static int usage(void) {
  fputs(
      "usage: lianyun_generate sample   --key FILE --wave 2020|2021 [--seed N] [-o FILE]\n"
      "       lianyun_generate many     --key FILE --wave 2020|2021 [--samples N] [--seed N]"
      " [-o FILE]\n"
      "       lianyun_generate truth    --key FILE [-o FILE]\n"
      "       lianyun_generate physique [-o FILE]\n",
      stderr);
  return EXIT_USAGE;
}

static bool parse_number(const char *text, uint64_t *out) {
  char *end = NULL;
  errno = 0;
  *out = strtoull(text, &end, 10);
  return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

static bool parse_option(const char *name, const char *value, Options *o) {
  uint64_t year = 0;
  if (strcmp(name, "--key") == 0) {
    o->key = value;
  } else if (strcmp(name, "-o") == 0) {
    o->output = value;
  } else if (strcmp(name, "--seed") == 0) {
    return parse_number(value, &o->seed);
  } else if (strcmp(name, "--samples") == 0) {
    return parse_number(value, &o->samples);
  } else if (strcmp(name, "--wave") == 0) {
    if (!parse_number(value, &year)) return false;
    if (year < BASELINE_YEAR || year >= BASELINE_YEAR + N_WAVES) return false;
    o->wave = (int)(year - BASELINE_YEAR);
  } else {
    return false;
  }
  return true;
}

static bool parse(int argc, char **argv, Options *o) {
  if (argc < 2 || argc % 2 != 0) return false;
  o->mode = argv[1];
  for (int i = 2; i < argc; i += 2) {
    if (!parse_option(argv[i], argv[i + 1], o)) return false;
  }
  if (strcmp(o->mode, "physique") == 0) return true;
  if (o->key == NULL) return false;
  if (strcmp(o->mode, "truth") == 0) return true;
  return o->wave >= 0 && (strcmp(o->mode, "sample") == 0 || strcmp(o->mode, "many") == 0);
}

// Codes are unique over both waves: files that are stacked keep independent samples apart.
static int stratum_code(int wave, const SampledPerson *s) {
  return (BASELINE_YEAR + wave) % 100 * 100 + s->subdistrict + 1;
}

static int psu_code(int wave, const SampledPerson *s) {
  return stratum_code(wave, s) * 100 + s->draw;
}

static void write_code(FILE *out, int code, bool blank) {
  if (blank) {
    fputc(',', out);
  } else {
    fprintf(out, ",%d", code);
  }
}

static void write_interview(FILE *out, const Population *p, const Scoring *scoring, uint32_t person,
                            int wave, bool ended) {
  Answers a = {0};
  answers_give(p, scoring, person, wave, &a);
  answers_refuse(person, wave, &a);
  for (int i = 0; i < N_ITEMS; i++) fprintf(out, ",%s", ended ? "" : a.item[i]);
  write_code(out, a.smoke, ended);
  write_code(out, a.exercise_days, ended);
  write_code(out, a.exercise_minutes, ended);
  write_code(out, a.exercise_intensity, ended);
  write_code(out, a.self_rated_health, ended);
  write_code(out, a.hypertension, ended);
  write_code(out, a.diabetes, ended);
  if (ended || a.height <= 0.0) {
    fputs(",,\n", out);
  } else {
    fprintf(out, ",%.1f,%.1f\n", a.height, a.body_weight);
  }
}

static void write_sample(FILE *out, const Population *p, const Scoring *scoring, const Options *o) {
  static SampledPerson sample[MAX_SAMPLE];
  Stream s = stream_from(o->seed, (uint64_t)o->wave, 0);
  const int n = sample_draw(p, &s, sample);
  fputs("id,wave,subdistrict,community,stratum,psu,weight,resident,sex,age,education,residence",
        out);
  for (int i = 1; i <= N_ITEMS; i++) fprintf(out, ",q%02d", i);
  fputs(
      ",smoke,exercise_days,exercise_minutes,exercise_intensity,self_rated_health,hypertension,"
      "diabetes,height,body_weight\n",
      out);
  for (int i = 0; i < n; i++) {
    const SampledPerson *r = &sample[i];
    const Person *person = &p->person[r->person];
    const Community *c = &p->community[r->community];
    const int year = BASELINE_YEAR + o->wave;
    fprintf(out, "L%d-%04d,%d,%s,%d%02d,%d,%d,%.4f,%d,%d,%d,%d,%d", year % 100, i + 1, year,
            SUBDISTRICT[r->subdistrict].name, r->subdistrict + 1, c->number,
            stratum_code(o->wave, r), psu_code(o->wave, r), r->weight, person->resident ? 1 : 2,
            person->sex, person->age, person->education, c->urban ? 1 : 2);
    // The interview ends where the person turns out not to belong to the surveyed population.
    write_interview(out, p, scoring, r->person, o->wave, !in_scope(person));
  }
}

static void write_flag(FILE *out, bool value, bool blank) {
  fputs(blank ? "," : value ? ",1" : ",0", out);
}

static int write_many(FILE *out, const Population *p, const Scoring *scoring, const Options *o) {
  static SampledPerson sample[MAX_SAMPLE];
  Outcome *outcome = malloc(p->persons * sizeof *outcome);
  if (outcome == NULL) return -1;
  for (uint32_t i = 0; i < p->persons; i++) {
    Answers a = {0};
    answers_give(p, scoring, i, o->wave, &a);
    outcome[i] = outcome_of(scoring, i, o->wave, &a);
  }
  fputs(
      "sample,stratum,psu,weight,sex,age,score,literate,knowledge,behaviour,skills,smoker,"
      "exercise\n",
      out);
  for (uint64_t k = 1; k <= o->samples && !ferror(out); k++) {
    Stream s = stream_from(o->seed, (uint64_t)o->wave, k);
    const int n = sample_draw(p, &s, sample);
    for (int i = 0; i < n; i++) {
      const SampledPerson *r = &sample[i];
      const Person *person = &p->person[r->person];
      if (!in_scope(person)) continue;
      const Outcome *y = &outcome[r->person];
      fprintf(out, "%llu,%d,%d,%.4f,%d,%d,%d", (unsigned long long)k, stratum_code(o->wave, r),
              psu_code(o->wave, r), r->weight, person->sex, person->age, y->score);
      for (int part = 0; part <= N_ASPECTS; part++) write_flag(out, y->bits >> part & 1, false);
      write_flag(out, y->bits >> OUT_SMOKING & 1, y->smoke_refused);
      write_flag(out, y->bits >> OUT_EXERCISE & 1, y->exercise_refused);
      fputc('\n', out);
    }
  }
  free(outcome);
  return 0;
}

static int write_mode(FILE *out, const Options *o) {
  Scoring scoring;
  Population population;
  int status = 0;
  if (strcmp(o->mode, "physique") == 0) {
    physique_write(out);
    return 0;
  }
  if (scoring_read(o->key, &scoring) != 0) return -1;
  if (population_build(&population) != 0) {
    fputs("lianyun_generate: out of memory\n", stderr);
    return -1;
  }
  if (strcmp(o->mode, "sample") == 0) {
    write_sample(out, &population, &scoring, o);
  } else if (strcmp(o->mode, "many") == 0) {
    status = write_many(out, &population, &scoring, o);
  } else {
    truth_write(out, &population, &scoring);
  }
  population_clear(&population);
  return status;
}

int main(int argc, char **argv) {
  Options o = {.wave = -1, .seed = DEFAULT_SEED, .samples = 1000, .output = "-"};
  if (!parse(argc, argv, &o)) return usage();
  FILE *out = strcmp(o.output, "-") == 0 ? stdout : fopen(o.output, "wb");
  if (out == NULL) {
    fprintf(stderr, "%s: %s\n", o.output, strerror(errno));
    return EXIT_FAILURE;
  }
  int status = write_mode(out, &o);
  if (fflush(out) != 0 || ferror(out)) status = -1;
  if (out != stdout && fclose(out) != 0) status = -1;
  if (status != 0) fprintf(stderr, "lianyun_generate: %s is not complete\n", o.output);
  return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
