/* generate.c - survey microdata of any length for benchmarks, the same bytes on every machine.
 *
 *   bench_generate [-n ROWS] [-s SEED] [-p clusters|record] [-q none|labels|all]
 *                  [-o sorted|shuffled] > FILE.csv
 *
 * 32 columns, as of a yearly health survey of 50 states in 10 years. 2000 strata of year, state and
 * region; in each 10 PSUs, or with -p record every record is one. -q labels writes sex, race and
 * education as texts, some of which need quotes; all quotes every field. Sorted is by year and
 * state, as stacked files are; PSUs inside are in no order. A record depends on seed and row alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  N_YEARS = 10,
  N_STATES = 50,
  N_REGIONS = 4,
  N_PSUS = 10, /* in a stratum */
  N_CODES = 11,
  N_DAYS = 4,
  CHUNK = 1 << 20,
  LONGEST = 4096 /* more than a record takes */
};
enum { QUOTE_NONE, QUOTE_LABELS, QUOTE_ALL };

typedef struct settings {
  uint64_t n_rows, seed;
  int psu_is_record, quotes, shuffled;
  uint32_t ends[N_STATES]; /* where the part of each state ends in a year */
} settings;

/* Bytes on their way to standard output. */
typedef struct writer {
  char *bytes, *next;
  int quotes;
} writer;

/* ---- numbers from row and seed ------------------------------------------------------------ */

static uint64_t mix(uint64_t z) { /* the finalizer of splitmix64 */
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static uint64_t next_bits(uint64_t *state) {
  return mix(*state += 0x9E3779B97F4A7C15u);
}

/* The next number below `n`, from 16 bits of *bits. */
static uint32_t below(uint64_t *bits, uint32_t n) {
  const uint32_t drawn = (uint32_t)(*bits & 0xFFFF);
  *bits >>= 16;
  return (drawn * n) >> 16;
}

static int happens(uint64_t *bits, int permille) {
  return (int)below(bits, 1000) < permille;
}

/* ---- text --------------------------------------------------------------------------------- */

static void quote(writer *w, int when) {
  if (w->quotes >= when) *w->next++ = '"';
}

static void digits(writer *w, uint64_t v) {
  char text[20];
  int n = 0;
  do text[n++] = (char)('0' + v % 10);
  while (v /= 10);
  while (n > 0) *w->next++ = text[--n];
}

static void whole(writer *w, uint64_t v) {
  quote(w, QUOTE_ALL);
  digits(w, v);
  quote(w, QUOTE_ALL);
  *w->next++ = ',';
}

static void optional(writer *w, int is_there, uint64_t v) {
  if (is_there) {
    whole(w, v);
    return;
  }
  quote(w, QUOTE_ALL);
  quote(w, QUOTE_ALL);
  *w->next++ = ',';
}

static void decimal(writer *w, uint64_t v, int places) {
  uint64_t unit = 1;
  for (int i = 0; i < places; i++) unit *= 10;
  quote(w, QUOTE_ALL);
  digits(w, v / unit);
  *w->next++ = '.';
  for (v %= unit; (unit /= 10) > 0; v %= unit) *w->next++ = (char)('0' + v / unit);
  quote(w, QUOTE_ALL);
  *w->next++ = ',';
}

static void text(writer *w, const char *s) {
  const int when = strchr(s, ',') != NULL || strchr(s, '"') != NULL ? QUOTE_LABELS : QUOTE_ALL;
  quote(w, when);
  for (; *s; s++) {
    if (*s == '"') *w->next++ = '"';
    *w->next++ = *s;
  }
  quote(w, when);
  *w->next++ = ',';
}

/* A code, or its label. */
static void coded(writer *w, int code, const char *const *labels) {
  if (w->quotes == QUOTE_LABELS)
    text(w, labels[code - 1]);
  else
    whole(w, (uint64_t)code);
}

static void end_line(writer *w) {
  w->next[-1] = '\n';
}

static int flush(writer *w) {
  const size_t n = (size_t)(w->next - w->bytes);
  w->next = w->bytes;
  return fwrite(w->bytes, 1, n, stdout) == n ? 0 : -1;
}

static void header(writer *w) {
  static const char *const names[] = {"id",  "year",     "state", "stratum", "psu",      "weight",
                                      "age", "sex",      "race",  "edu",     "income",   "smoke",
                                      "bmi", "exercise", "hyp",   "diab",    "lit_score"};
  char name[8];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) text(w, names[i]);
  for (int i = 1; i <= N_CODES + N_DAYS; i++) {
    snprintf(name, sizeof name, "c%02d", i);
    text(w, name);
  }
  end_line(w);
}

/* ---- a record ----------------------------------------------------------------------------- */

typedef struct person {
  int year, state, age, sex, race, education, income, bmi;
  uint64_t psu, weight; /* the weight in millionths */
  uint32_t stratum;     /* from 0 */
} person;

static void draw_place(const settings *s, uint64_t row, uint64_t *bits, person *p) {
  const uint64_t per_year = (s->n_rows + N_YEARS - 1) / N_YEARS;
  uint32_t part;
  if (s->shuffled) {
    p->year = (int)below(bits, N_YEARS);
    part = below(bits, s->ends[N_STATES - 1]);
  } else {
    p->year = (int)(row / per_year);
    part = (uint32_t)(row % per_year * s->ends[N_STATES - 1] / per_year);
  }
  for (p->state = 0; part >= s->ends[p->state];) p->state++;
  p->stratum = (uint32_t)((p->year * N_STATES + p->state) * N_REGIONS);
  p->stratum += below(bits, N_REGIONS);
  p->psu = (uint64_t)p->stratum * N_PSUS + below(bits, N_PSUS) + 1;
}

static void draw_person(uint64_t bits, uint64_t more, person *p) {
  static const int races[] = {610, 730, 890, 950, 1000}; /* cumulative, per mille */
  p->age = 18 + (int)below(&bits, 82);
  if (happens(&bits, 400)) p->age = 18 + (p->age - 18) / 2; /* the young are more */
  p->sex = happens(&bits, 530) ? 2 : 1;
  const int race = (int)below(&bits, 1000);
  for (p->race = 1; race >= races[p->race - 1];) p->race++;
  const int schooling = (int)below(&more, 100) + (p->race == 1 ? 5 : 0);
  p->education = schooling < 12 ? 1 : schooling < 40 ? 2 : schooling < 69 ? 3 : 4;
  p->income = 1 + ((int)below(&more, 65) + 8 * p->education - 8) / 15;
  /* Four draws make it nearly normal. */
  p->bmi = 1500 + 100 * (p->age > 35);
  for (int i = 0; i < 2; i++) p->bmi += (int)below(&more, 1200);
}

/* From 40 to 5120, skewed as weights are: a power of two with the broken part made straight, so
 * that no library of mathematics has a say in the digits. */
static uint64_t draw_weight(uint64_t bits) {
  uint32_t exponent = 0; /* in 2^-18 */
  for (int i = 0; i < 4; i++) exponent += below(&bits, 7 << 16);
  const uint64_t broken = (1u << 18) + (exponent & ((1u << 18) - 1));
  return (UINT64_C(40000000) * broken >> 18) << (exponent >> 18);
}

static void write_answers(writer *w, const person *p, uint64_t *state) {
  const int effect = (int)(mix(p->psu) % 60) - 30; /* of the PSU, per mille */
  uint64_t bits = next_bits(state), more = next_bits(state);
  const int smoking = 230 - 110 * (p->age > 64) + 35 * (p->sex == 1) - 35 * (p->education - 1) -
                      5 * p->year + effect;
  const int pressure = 70 + 8 * (p->age - 18) + 110 * (p->bmi > 3000);
  const int sugar = 20 + 3 * (p->age - 18) + 70 * (p->bmi > 3000);
  optional(w, happens(&bits, 880), (uint64_t)p->income);
  const int smokes = happens(&bits, smoking);
  optional(w, happens(&bits, 960), (uint64_t)smokes);
  if (happens(&bits, 930))
    decimal(w, (uint64_t)p->bmi, 2);
  else
    optional(w, 0, 0);
  const int exercises = happens(&more, 680 + 50 * p->education - 90 * (p->age > 60));
  optional(w, happens(&more, 980), (uint64_t)exercises);
  whole(w, (uint64_t)happens(&more, pressure));
  whole(w, (uint64_t)happens(&more, sugar));
  bits = next_bits(state);
  const uint32_t score = 5 * (uint32_t)p->education + below(&bits, 50);
  whole(w, score + below(&bits, 30));
}

/* Columns that most analyses read past: codes from 1 to 6, days in a month with 77 and 99. */
static void write_codes(writer *w, uint64_t *state) {
  uint64_t bits = next_bits(state);
  for (int i = 1; i <= N_CODES; i++, bits >>= 5) {
    optional(w, (bits & 31) != 0, 1 + (bits & 31) % (uint64_t)(2 + i % 5));
  }
  bits = next_bits(state);
  for (int i = 0; i < N_DAYS; i++, bits >>= 8) {
    const uint64_t drawn = bits & 255;
    const uint64_t days = drawn < 90 ? 88 : drawn < 240 ? drawn % 31 : drawn < 248 ? 77 : 99;
    optional(w, drawn < 254, days);
  }
}

static void write_record(writer *w, const settings *s, uint64_t row) {
  static const char states[] =
      "ALAKAZARCACOCTDEFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVA"
      "WAWVWIWY";
  static const char *const sexes[] = {"Male", "Female"};
  static const char *const races[] = {"White, non-Hispanic", "Black, non-Hispanic", "Hispanic",
                                      "Asian, non-Hispanic", "Other"};
  static const char *const schools[] = {"Less than high school", "High school",
                                        "Some college, or \"technical\" school",
                                        "College graduate"};
  uint64_t state = mix(s->seed * 0xD1342543DE82EF95u + row);
  uint64_t bits = next_bits(&state);
  person p;
  draw_place(s, row, &bits, &p);
  const uint64_t about = next_bits(&state), more = next_bits(&state);
  draw_person(about, more, &p);
  p.weight = draw_weight(next_bits(&state)) + mix(p.stratum) % 100000000;
  const char name[3] = {states[2 * p.state], states[2 * p.state + 1], '\0'};
  const uint64_t year = 2011 + (uint64_t)p.year;
  whole(w, row + 1);
  whole(w, year);
  text(w, name);
  whole(w, year * 1000 + (uint64_t)p.state * 10 + 11 + p.stratum % N_REGIONS);
  whole(w, s->psu_is_record ? row + 1 : p.psu);
  decimal(w, p.weight, 6);
  whole(w, (uint64_t)p.age);
  coded(w, p.sex, sexes);
  coded(w, p.race, races);
  coded(w, p.education, schools);
  write_answers(w, &p, &state);
  write_codes(w, &state);
  end_line(w);
}

/* ---- the program -------------------------------------------------------------------------- */

static int usage(void) {
  fputs(
      "usage: bench_generate [-n ROWS] [-s SEED] [-p clusters|record] [-q none|labels|all]\n"
      "                      [-o sorted|shuffled] > FILE.csv\n",
      stderr);
  return 2;
}

/* The place of `given` among the names; -1 where it is none. */
static int choice(const char *given, const char *const *names, int n) {
  for (int i = 0; i < n; i++) {
    if (strcmp(given, names[i]) == 0) return i;
  }
  return -1;
}

static int number(const char *given, uint64_t *out) {
  char *end = NULL;
  *out = strtoull(given, &end, 10);
  return *given >= '0' && *given <= '9' && *end == '\0';
}

static int read_options(int argc, char **argv, settings *s) {
  static const char *const psus[] = {"clusters", "record"};
  static const char *const quotes[] = {"none", "labels", "all"};
  static const char *const orders[] = {"sorted", "shuffled"};
  int option, is_good = 1;
  while ((option = getopt(argc, argv, "n:s:p:q:o:")) != -1) {
    if (option == 'n') is_good &= number(optarg, &s->n_rows);
    if (option == 's') is_good &= number(optarg, &s->seed);
    if (option == 'p') is_good &= (s->psu_is_record = choice(optarg, psus, 2)) >= 0;
    if (option == 'q') is_good &= (s->quotes = choice(optarg, quotes, 3)) >= 0;
    if (option == 'o') is_good &= (s->shuffled = choice(optarg, orders, 2)) >= 0;
    if (option == '?') return 0;
  }
  return is_good && optind == argc;
}

int main(int argc, char **argv) {
  settings s = {.n_rows = 1000000, .seed = 1};
  if (!read_options(argc, argv, &s)) return usage();
  for (uint32_t i = 0, end = 0; i < N_STATES; i++) {
    end += 10 + (uint32_t)(mix(1000 + i) % 21); /* states differ in size */
    s.ends[i] = end;
  }
  writer w = {.bytes = malloc(CHUNK + LONGEST), .quotes = s.quotes};
  if (w.bytes == NULL) return 1;
  w.next = w.bytes;
  header(&w);
  int status = 0;
  for (uint64_t row = 0; row < s.n_rows && status == 0; row++) {
    write_record(&w, &s, row);
    if (w.next - w.bytes >= CHUNK) status = flush(&w);
  }
  if (status == 0) status = flush(&w);
  if (fflush(stdout) != 0) status = -1;
  if (status != 0) perror("bench_generate");
  free(w.bytes);
  return status == 0 ? 0 : 1;
}
