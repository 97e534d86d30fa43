/* source_csv_cut_test.c - in stretches the csv source gives what read() gives, or refuses; and it
 * refuses wherever read() does. */
#include <criterion/criterion.h>
#include <dirent.h>

#include "source_csv_both.h"

#define FOLDER SAMPAN_SOURCE_DIR "/tests/bad-input/csv/"

static const int64_t buffers[] = {1, 2, 3, 7, 16, 33, 64, 100, 257, 1000, 4096, 65537, 1 << 20};
static const int64_t some[] = {1, 16, 33, 1 << 20};
enum { N_BUFFERS = sizeof buffers / sizeof buffers[0], N_SOME = sizeof some / sizeof some[0] };

static const char *const missing[] = {"NA", "7", "99", "1,5", "-9", "2.50", "不详", "x y", "1e3"};

static void set_values(sampan_value v[4], const char *delimiter, const char *quote, int encoding,
                       int decimal) {
  for (int i = 0; i < 4; i++) v[i] = (sampan_value){.struct_size = sizeof v[i], .is_set = 1};
  v[0].text = delimiter;
  v[1].text = quote;
  v[2].number = encoding;
  v[3].number = decimal;
}

/* By every type of the first columns; the readings that succeeded, over all of them. */
static int32_t check(const char *bytes, int64_t n, const sampan_value *values, const char *what,
                     int32_t with_all) {
  int32_t n_read = 0;
  for (uint64_t texts = 0; texts < 4; texts++) {
    const both_input in = {.bytes = bytes,
                           .n_bytes = n,
                           .values = values,
                           .texts = texts == 3 ? ~UINT64_C(0) : texts,
                           .missing = missing,
                           .n_missing = texts == 1 ? 0 : sizeof missing / sizeof missing[0],
                           .capacity = texts == 0 ? 64 : 0};
    const both_outcome out =
        both_read(&in, with_all ? buffers : some, with_all ? N_BUFFERS : N_SOME);
    cr_assert_not(out.disagree, "%s: %s", what, out.message);
    n_read += out.n_read;
  }
  return n_read;
}

Test(source_csv_cut, broken_files) {
  static const char *const quotes[] = {"\"", "none", "'"};
  static const char *const delimiters[] = {",", ";", "tab"};
  DIR *folder = opendir(FOLDER);
  int32_t n_files = 0;
  cr_assert_not_null(folder);
  for (const struct dirent *e; (e = readdir(folder)) != NULL;) {
    char path[600];
    int64_t n;
    if (strstr(e->d_name, ".csv") == NULL) continue;
    snprintf(path, sizeof path, FOLDER "%s", e->d_name);
    char *bytes = source_slurp(path, &n);
    cr_assert_not_null(bytes);
    for (int i = 0; i < 6; i++) {
      sampan_value v[4];
      set_values(v, delimiters[i % 3], quotes[i / 2], 0, i > 3);
      check(bytes, n, v, e->d_name, i == 0);
    }
    free(bytes);
    n_files++;
  }
  closedir(folder);
  cr_assert_geq(n_files, 60);
}

typedef struct handmade {
  const char *delimiter, *quote;
  int decimal, must_read; /* in stretches, as read() does */
  const char *bytes;
} handmade;

static const handmade cases[] = {
    {",", "\"", 0, 1, "a,b\n1,x\n-2.5e1, y \n,\"\"\n\"3\",\"q\"\"q\nr\"\n"},
    {",", "\"", 0, 1, "a,b\r\n1,x\r\n2,\"y\r\n,\"\r\n"},
    {",", "\"", 0, 1, "a,b\r\n1,x\n2,y\r\n3,z"},
    {",", "\"", 0, 1, "a,b\r\n1,x\r\n2,y\r"},
    {",", "\"", 0, 1, "a,b\n1,x\r\n2,\"y\"\r"},
    {",", "\"", 0, 1, "\xEF\xBB\xBF\"a\",\"b\"\n1,\"x\"\n2,\"y\""},
    {",", "\"", 0, 1, "\"a,\"\"\n\",b\n1,2\n"},
    {",", "\"", 0, 1, "a\n1\n\"\"\n 2 \n\"3\"\n"},
    {",", "\"", 0, 1, "a\r\n1\r\n\"\"\r\n7\r\n"},
    {",", "\"", 0, 1, "a,b\n1,2\n\n\r\n\n"},
    {",", "\"", 0, 1, "a,b,c\n,,\n,,\n \t,  ,\t\n,,"},
    {";", "\"", 1, 1, "a;b\n1,5;x\n2;1,5\n7,25;\n0,5;\"1,5\"\n"},
    {",", "\"", 1, 1, "a,b\n\"1,5\",x\n\"2,25\",7\n 3 ,1\n"},
    {"tab", "\"", 0, 1, "a\tb\n1\tx\n\" 2\"\t\"y\tz\"\n"},
    {"|", "none", 0, 1, "a|b\n1|\"x\n2|\"y\"z\"\n"},
    {",", "'", 0, 1, "a,b\n1.5,'x,'''\n2,\"y\n"},
    {" ", "\"", 0, 1, "a b\n1 x\n2 \n"},
    {",", "\"", 0, 1, "a,b\n,\n"},
    {",", "\"", 0, 1, "a,b\n"},
    {",", "\"", 0, 1, "区,乡\n1,区\n2,\"区,\"\"乡\"\n3,𠮷\n4,不详\n"},
    {",", "\"", 0, 1,
     "a,b\n0,0\n00,7.0\n007,07\n99,9.9e1\n-0,+1\n1.,x\n.5,NA\n12345678,123456789\n"
     "9007199254740993,9007199254740992\n1234567890123456789,0.1\n0.30000000000000004,1e-300\n"
     "123456.789012,1234567.12345678\n-12.25,-9\n0000000000000000000001,1e3\n1000,2.5\n"},
    {",", "\"", 0, 1,
     "a,b\nsixteen-1-sixteen,sixteen-2-sixteen\nsixteen-2-sixteen,sixteen-1-sixteen\n"
     "sixteen-1-sixteen,sixteen-1-sixteem\nsixteen--sixteen,xixteen-1-sixteen\n"},
    {",", "\"", 0, 0, "a,b\n1,x\n2,y\r"},
    {",", "\"", 0, 0, "a,b\r\n1,x\n2,y\r"},
    {",", "\"", 0, 0, "a,b\r\n1,x\r\n\r"},
    {",", "\"", 0, 0, "a,b\r\n1,x\r\n2,y\r\r"},
    {",", "\"", 0, 0, "a,b\n1,x\n\n2,y\n"},
    {",", "\"", 0, 0, "a\n1\n\n"},
    {",", "\"", 0, 0, "a,b"},
    {",", "\"", 0, 0, ""},
    {",", "\"", 0, 0, "\n"},
    {",", "\"", 0, 0, "a,b\n1\n2,3,4\n"}, /* in all as many fields as there should be */
    {",", "\"", 0, 0, "a,b\n1,2,3\n4\n"},
    {",", "\"", 0, 0, "a,b\n1,2\"\"\n"},
    {",", "\"", 0, 0, "a,b\n1,\"2\" \n"},
    {",", "\"", 0, 0, "a,b\n1,\"\"\"\n"},
    {",", "\"", 0, 0, "a,b\n1,\"2\n"},
    {",", "\"", 0, 0, "a,b\n1,2\r3\n"},
    {",", "\"", 0, 0, "a,b\n1,\xE5\x8C\n"},
    {",", "\"", 0, 0, "a,b\n1,\xED\xA0\x80\n"},
    {",", "none", 0, 0, "a,b\n1,\xF5\x80\x80\x80"},
};

Test(source_csv_cut, handmade) {
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sampan_value v[4];
    set_values(v, cases[i].delimiter, cases[i].quote, 0, cases[i].decimal);
    const int64_t n = (int64_t)strlen(cases[i].bytes);
    const int32_t n_read = check(cases[i].bytes, n, v, cases[i].bytes, 1);
    cr_assert_eq(n_read > 0, cases[i].must_read, "%s: %d", cases[i].bytes, (int)n_read);
    for (int64_t m = 0; m < n; m++) check(cases[i].bytes, m, v, cases[i].bytes, 0);
  }
}

/* Each of them behind so many good records that blocks, groups and chunks end anywhere. */
Test(source_csv_cut, handmade_far_in) {
  char *bytes = (char *)malloc(1 << 18);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *rest = strchr(cases[i].bytes, '\n');
    if (cases[i].bytes[0] == '"' || rest == NULL || strchr("\n", cases[i].bytes[0])) continue;
    for (int32_t n_before = 1; n_before < 9000; n_before = n_before * 3 + 1) {
      sampan_value v[4];
      const char delimiter = strcmp(cases[i].delimiter, "tab") == 0 ? '\t' : cases[i].delimiter[0];
      int64_t n = rest + 1 - cases[i].bytes, n_fields = 1;
      memcpy(bytes, cases[i].bytes, (size_t)n);
      for (int64_t k = 0; k < n; k++) n_fields += bytes[k] == delimiter;
      for (int32_t k = 0; k < n_before; k++) {
        for (int64_t j = 0; j < n_fields; j++) {
          n += sprintf(bytes + n, "%d%c", (int)(k % 13), j + 1 < n_fields ? delimiter : '\n');
        }
      }
      strcpy(bytes + n, rest + 1);
      set_values(v, cases[i].delimiter, cases[i].quote, 0, cases[i].decimal);
      const both_input in = {.bytes = bytes,
                             .n_bytes = n + (int64_t)strlen(rest + 1),
                             .values = v,
                             .texts = (uint64_t)n_before,
                             .capacity = 64};
      static const int64_t few[] = {1 << 20, 3001, 63};
      const both_outcome out = both_read(&in, few, n_before < 4000 ? 3 : 2);
      cr_assert_not(out.disagree, "%s: %s", cases[i].bytes, out.message);
    }
  }
  free(bytes);
}

/* ---- generated ---------------------------------------------------------------------------- */

static uint64_t next(uint64_t *state) {
  uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static int below(uint64_t *state, int n) {
  return (int)(next(state) % (uint64_t)n);
}

typedef struct style {
  char delimiter, quote;    /* 0: none */
  int comma, crlf, quoting; /* quoting: of 10 fields */
} style;

static int64_t put_number(char *out, const style *s, uint64_t *state, int kind) {
  const char mark = s->comma ? ',' : '.';
  switch (kind) {
    case 0:
      return sprintf(out, "%d", below(state, 10));
    case 1:
      return sprintf(out, "%d", below(state, 100));
    case 2:
      return sprintf(out, "%d%c%02d", below(state, 60), mark, below(state, 100));
    case 3:
      return sprintf(out, "%d%c%06d", below(state, 20000), mark, below(state, 1000000));
    case 4:
      return sprintf(out, "%lld", (long long)(next(state) >> (1 + below(state, 63))));
    case 5:
      return sprintf(out, "-%d", below(state, 1000));
    case 6:
      return sprintf(out, "%s%d%s", below(state, 2) ? " " : "\t", below(state, 300),
                     below(state, 2) ? "  " : "");
    case 7:
      return sprintf(out, "%d%c%de%d", below(state, 10), mark, below(state, 1000),
                     below(state, 40) - 20);
    default:
      return sprintf(out, "%s", below(state, 3) ? "" : below(state, 2) ? "NA" : " ");
  }
}

static int64_t put_text(char *out, const style *s, uint64_t *state, int quoted) {
  static const char *const words[] = {"AL",
                                      "Female",
                                      "男",
                                      "White, non-Hispanic",
                                      "不详",
                                      "7",
                                      "乡镇 longer than sixteen bytes",
                                      "x y",
                                      "2.50",
                                      "",
                                      "'",
                                      "é"};
  int64_t n = 0;
  for (int k = 1 + below(state, 2); k > 0; k--) {
    for (const char *p = words[below(state, 12)]; *p; p++) {
      if (!quoted && (*p == s->delimiter || *p == s->quote)) continue;
      if (quoted && *p == s->quote) out[n++] = *p;
      out[n++] = *p;
    }
    if (!quoted || s->quote == 0) continue;
    const int extra = below(state, 8);
    if (extra == 0) out[n++] = s->quote, out[n++] = s->quote;
    if (extra == 1) out[n++] = '\n';
    if (extra == 2) out[n++] = '\r', out[n++] = '\n';
    if (extra == 3) out[n++] = s->delimiter;
  }
  return n;
}

/* A well-formed file. */
static int64_t generate(char *out, const style *s, uint64_t *state, int n_fields, int n_records,
                        uint64_t texts) {
  int64_t n = 0;
  if (below(state, 8) == 0) n += sprintf(out, "\xEF\xBB\xBF");
  for (int i = 0; i < n_fields; i++) {
    n += sprintf(out + n, "c%d%c", i, i + 1 < n_fields ? s->delimiter : '\n');
  }
  for (int r = 0; r < n_records; r++) {
    for (int i = 0; i < n_fields; i++) {
      const int is_text = (texts >> i) & 1;
      const int needs = n_fields == 1 || (!is_text && s->comma && s->delimiter == ',');
      const int quoted = s->quote != 0 && (needs || below(state, 10) < s->quoting);
      if (quoted) out[n++] = s->quote;
      n += is_text ? put_text(out + n, s, state, quoted)
                   : put_number(out + n, s, state,
                                below(state, 4) ? (i + r / 100) % 4 : below(state, 9));
      if (n_fields == 1 && s->quote == 0) out[n++] = '1';
      if (quoted) out[n++] = s->quote;
      if (i + 1 < n_fields) out[n++] = s->delimiter;
    }
    if (r + 1 == n_records && below(state, 3) == 0) break;
    if (s->crlf == 1 || (s->crlf == 2 && below(state, 2))) out[n++] = '\r';
    out[n++] = '\n';
  }
  return n;
}

/* Edits that a reader must notice, or that mean something else than they seem to. */
static int64_t mutate(char *bytes, int64_t n, const style *s, uint64_t *state) {
  static const char odd[] = "\",;\n\r\0x1 .-e'\x80\xC3\xE5\t|";
  for (int k = 1 + below(state, 3); k > 0 && n > 0; k--) {
    const int64_t at = (int64_t)(next(state) % (uint64_t)n);
    const char c = below(state, 3) == 0 && s->quote ? s->quote : odd[below(state, sizeof odd - 1)];
    switch (below(state, 4)) {
      case 0:
        bytes[at] = c;
        break;
      case 1:
        memmove(bytes + at + 1, bytes + at, (size_t)(n - at));
        bytes[at] = c;
        n++;
        break;
      case 2:
        memmove(bytes + at, bytes + at + 1, (size_t)(n - at - 1));
        n--;
        break;
      default:
        if (below(state, 8) == 0) n = at;
    }
  }
  return n;
}

Test(source_csv_cut, generated, .timeout = 100) {
  uint64_t state = 20261122;
  int32_t n_good = 0, n_refused = 0, n_broken_read = 0;
  char *bytes = (char *)malloc(1 << 20);
  for (int round = 0; round < 4000; round++) {
    static const char *const delimiters[] = {",", ",", ",", ";", "\t", "|"};
    static const char *const quotes[] = {"\"", "\"", "\"", "'", "none"};
    const char *delimiter = delimiters[below(&state, 6)], *quote = quotes[below(&state, 5)];
    const style s = {.delimiter = delimiter[0],
                     .quote = (char)(quote[0] == 'n' ? 0 : quote[0]),
                     .comma = below(&state, 4) == 0 && (delimiter[0] != ',' || quote[0] != 'n'),
                     .crlf = below(&state, 3),
                     .quoting = below(&state, 3) * below(&state, 6)};
    const int n_fields = 1 + below(&state, round % 10 == 0 ? 40 : 6);
    const uint64_t texts = next(&state) & next(&state);
    const int n_records = below(&state, round % 20 == 0 ? 500 : 12);
    const int is_broken = round % 2;
    sampan_value v[4];
    int64_t n = generate(bytes, &s, &state, n_fields, n_records, texts);
    if (is_broken) n = mutate(bytes, n, &s, &state);
    set_values(v, delimiter[0] == '\t' ? "tab" : delimiter, quote, 0, s.comma);
    const int64_t sizes[] = {1 + below(&state, n_records > 12 ? 1500 : 40), 1 + below(&state, 4000),
                             1 << 20};
    const both_input in = {.bytes = bytes,
                           .n_bytes = n,
                           .values = v,
                           .texts = texts,
                           .missing = missing,
                           .n_missing = (uint32_t)below(&state, sizeof missing / sizeof missing[0]),
                           .capacity = below(&state, 2) ? 64 : 0};
    const both_outcome out = both_read(&in, sizes, 3);
    cr_assert_not(out.disagree, "round %d: %s\n%.2000s", round, out.message, bytes);
    if (!is_broken && out.read_status == SAMPAN_END) {
      n_good++;
      n_refused += out.n_refused > 0;
    }
    n_broken_read += is_broken && out.n_read > 0;
  }
  free(bytes);
  cr_assert_gt(n_good, 1500, "%d", (int)n_good);
  cr_assert_eq(n_refused, 0, "%d", (int)n_refused);
  cr_assert_gt(n_broken_read, 200, "%d", (int)n_broken_read);
}

/* Empty lines at the end are read in stretches, however many they are and wherever a cut falls. */
Test(source_csv_cut, blank_lines_at_the_end) {
  char bytes[400] = "a,b\n1,2\n3,4\r\n";
  for (int i = 0; i < 60; i++) {
    const both_input in = {.bytes = bytes, .n_bytes = (int64_t)strlen(bytes)};
    const both_outcome out = both_read(&in, buffers, N_BUFFERS);
    cr_assert_not(out.disagree, "%s", out.message);
    cr_assert_eq(out.n_refused, 0, "%d lines", i);
    strcat(bytes, i % 3 == 0 ? "\r\n" : "\n");
  }
}

/* C7, in a stretch of its own size. */
Test(source_csv_cut, field_limit) {
  const int64_t limit = INT64_C(1) << 20;
  for (int64_t over = 0; over <= 1; over++) {
    const int64_t n = 6 + limit + over + 1;
    char *bytes = (char *)malloc((size_t)n);
    memcpy(bytes, "a,b\n1,", 6);
    memset(bytes + 6, 'x', (size_t)(limit + over));
    bytes[n - 1] = '\n';
    const both_input in = {.bytes = bytes, .n_bytes = n, .texts = 2};
    const both_outcome out = both_read(&in, buffers + 11, 2);
    cr_assert_not(out.disagree, "%s", out.message);
    cr_assert_eq(out.n_read > 0, !over);
    free(bytes);
  }
}

Test(source_csv_cut, gb18030_is_not_cut) {
  sampan_value v[4];
  set_values(v, ",", "\"", 1, 0);
  const both_input in = {.bytes = "a,b\n1,2\n", .n_bytes = 8, .values = v};
  const both_outcome out = both_read(&in, buffers, 5);
  cr_assert_eq(out.read_status, SAMPAN_END);
  cr_assert_gt(out.n_uncut, 0);
  cr_assert_eq(out.n_uncut + out.n_refused, 5 * (dsv_machine_at(1) == NULL   ? 1
                                                 : dsv_machine_at(2) == NULL ? 2
                                                                             : 3));
}

/* Whatever the host's memory allows. */
Test(source_csv_cut, budgets) {
  static const source_column columns[] = {
      {"a", SAMPAN_NUMBER, NULL, 0}, {"b", SAMPAN_TEXT, NULL, 0}, {0}};
  int32_t n_whole = 0;
  for (uint64_t budget = 256; budget < 100000; budget += 256) {
    const source_job job = {.plugin = sampan_module_v1.plugins[0],
                            .bytes = "a,b\n1,\"x\"\"\"\n1e2,y\n",
                            .n_bytes = 18,
                            .columns = columns,
                            .budget = budget,
                            .buffer = 8};
    source_result r;
    const int32_t status = source_run(&job, &r);
    cr_assert(status == SAMPAN_E_MEMORY || status == SAMPAN_END, "%d", (int)status);
    if (status == SAMPAN_END) cr_assert_eq(r.n_records, 2);
    n_whole += status == SAMPAN_END;
    source_result_clear(&r);
  }
  cr_assert_gt(n_whole, 0);
}

Test(source_csv_cut, cancelled) {
  const source_job job = {.plugin = sampan_module_v1.plugins[0],
                          .bytes = "a,b\n1,2\n",
                          .n_bytes = 8,
                          .cancel_from = 1,
                          .buffer = 64};
  source_result r;
  cr_assert_eq(source_run(&job, &r), SAMPAN_E_CANCELLED);
  source_result_clear(&r);
}
