/* host_isolate_main.c - sources that crash, hang and lie, in a child process and in this one. Not
 * Criterion: its tests must not fork. Prints what failed; 0 if nothing did. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "host/error_ids.h"
#include "host/isolate.h"
#include "host_support.h"

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { CAPACITY = 64, RECORDS = 200, FILLS = 3 };

static int n_failed;
static const char *current = "";

static void check(int fine, const char *what, int line, const sampan_error *e) {
  if (fine) return;
  n_failed++;
  fprintf(stderr, "%s:%d: %s: %s (status %d, id %d: %s)\n", __FILE__, line, current, what,
          e ? e->status : 0, e ? e->id : 0, e ? e->message : "");
}
#define CHECK(x) check((x), #x, __LINE__, &error)

/* What a read is made of, and what it left behind. */
typedef struct job {
  sp_arena *arena;
  sp_context context;
  sp_source source;
  sampan_value value;
  sampan_sink sink;
  sampan_fill fills[FILLS]; /* x with reasons, name, x without */
  double number[2][CAPACITY];
  uint32_t code[CAPACITY];
  uint64_t present[FILLS][1];
  uint8_t reason[CAPACITY];
  const char *texts[8];
  uint32_t n_texts;
  int64_t n_seen, fail_at, n_wrong, done, total;
  volatile int cancel;
  int n_notes;
  char note[64];
} job;

static sampan_error error;
static const sampan_module *module;
static char file[1024];

static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  job *j = data;
  (void)fill;
  for (uint32_t i = 0; i < j->n_texts; i++) {
    if (strlen(j->texts[i]) == n && memcmp(j->texts[i], text, n) == 0) return i;
  }
  if (j->n_texts == 8) return UINT32_MAX;
  j->texts[j->n_texts] = sp_arena_text_n(j->arena, text, n);
  return j->n_texts++;
}

/* Every value of the batch against what a sound read gives. */
static int32_t batch(void *data, int64_t n, sampan_error *e) {
  static const char *const names[] = {"ann", "\xe6\x9d\x8e", "bo"};
  job *j = data;
  if (j->fail_at >= 0 && j->n_seen >= j->fail_at) {
    return sp_error_set(e, SAMPAN_E_PLAN, 77, "the sink is full");
  }
  for (int64_t i = 0; i < n; i++) {
    const int64_t row = j->n_seen + i;
    const int missing = row % 10 == 9;
    j->n_wrong += sampan_bit(j->present[0], i) == missing;
    j->n_wrong += j->reason[i] != (missing ? 'a' : 0);
    if (!missing) j->n_wrong += j->number[0][i] != (double)row;
    j->n_wrong += !sampan_bit(j->present[1], i) || j->code[i] >= j->n_texts ||
                  strcmp(j->texts[j->code[i]], names[row % 3]) != 0;
    j->n_wrong += !sampan_bit(j->present[2], i) || j->number[1][i] != (double)row;
  }
  j->n_seen += n;
  return SAMPAN_OK;
}

static void note(void *data, const char *text) {
  job *j = data;
  j->n_notes++;
  snprintf(j->note, sizeof j->note, "%s", text);
}

static void progress(void *data, int64_t done, int64_t total) {
  job *j = data;
  j->done = done;
  j->total = total;
}

static const char *const hows[] = {
    "none",       "segv",     "abort",  "exit",         "hang",  "spin",        "no-end",
    "silent",     "too-many", "nan",    "fewer",        "error", "schema-segv", "schema-error",
    "bad-status", "bad-text", "memory", "ignores-sink", "note"};

static void begin(job *j, int inside, const char *how) {
  memset(j, 0, sizeof *j);
  current = how;
  j->arena = sp_arena_new(0);
  j->context = (sp_context){.arena = j->arena, .cancel = &j->cancel, .note = note, .note_data = j};
  for (size_t i = 0; i < sizeof hows / sizeof hows[0]; i++) {
    if (strcmp(hows[i], how) == 0) j->value.number = (double)i;
  }
  j->value.struct_size = sizeof j->value;
  j->value.is_set = 1;
  j->source = (sp_source){.plugin = module->plugins[inside], .values = &j->value, .file = file};
  j->fills[0] =
      (sampan_fill){.type = SAMPAN_NUMBER, .field = 0, .number = j->number[0], .reason = j->reason};
  j->fills[1] = (sampan_fill){.type = SAMPAN_TEXT, .field = 1, .code = j->code};
  j->fills[2] = (sampan_fill){.type = SAMPAN_NUMBER, .field = 0, .number = j->number[1]};
  for (int f = 0; f < FILLS; f++) {
    j->fills[f].struct_size = sizeof j->fills[f];
    j->fills[f].present = j->present[f];
  }
  memset(j->present, 0xff, sizeof j->present); /* the host must clear what nobody else did */
  memset(j->reason, 'z', sizeof j->reason);
  j->sink = (sampan_sink){.struct_size = sizeof j->sink,
                          .n_fills = FILLS,
                          .fills = j->fills,
                          .capacity = CAPACITY,
                          .data = j,
                          .intern = intern,
                          .batch = batch};
  j->fail_at = -1;
  sp_error_clear(&error);
}

static int n_open_files(void) {
  int n = 0;
  DIR *dir = opendir("/proc/self/fd");
  if (dir == NULL) return 0;
  while (readdir(dir) != NULL) n++;
  closedir(dir);
  return n;
}

static void finish(job *j) {
  CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD); /* no zombie */
  sp_arena_free(j->arena);
}

/* A read that must fail so, with `part` in the message. */
static void read_fails(int inside, const char *how, int32_t status, int32_t id, const char *part) {
  job j;
  begin(&j, inside, how);
  CHECK(sp_source_schema(&j.source, &j.context, &error) == SAMPAN_OK);
  const int32_t got = sp_source_read(&j.source, &j.sink, &j.context, NULL, NULL, NULL, &error);
  CHECK(got == status);
  CHECK(error.status == status);
  CHECK(error.id == id);
  CHECK(strstr(error.message, part) != NULL);
  CHECK(strcmp(error.file, file) == 0);
  CHECK(strcmp(error.plugin, inside ? "faulty-inside" : "faulty") == 0);
  finish(&j);
}

static void sound(int inside) {
  job j;
  int64_t n = -1;
  begin(&j, inside, inside ? "none" : "note");
  CHECK(sp_source_schema(&j.source, &j.context, &error) == SAMPAN_OK);
  const sampan_schema *s = &j.source.schema;
  CHECK(s->n_fields == 2 && s->n_records == RECORDS && s->complete == 1);
  CHECK(strcmp(s->fields[0].name, "x") == 0 && strcmp(s->fields[0].label, "a number") == 0);
  CHECK(s->fields[0].type == SAMPAN_NUMBER && s->fields[1].type == SAMPAN_TEXT);
  CHECK(s->fields[0].n_labels == 2 && s->fields[0].labels[1].number == 2);
  CHECK(strcmp(s->fields[0].labels[1].value, "2") == 0);
  CHECK(strcmp(s->fields[0].labels[1].text, "no") == 0);
  CHECK(sp_source_read(&j.source, &j.sink, &j.context, progress, &j, &n, &error) == SAMPAN_OK);
  CHECK(n == RECORDS && j.n_seen == RECORDS && j.n_wrong == 0 && j.n_texts == 3);
  CHECK(j.total > 0 && j.done >= 0 && j.done <= j.total);
  CHECK(j.n_notes == !inside && (inside || strcmp(j.note, "halfway") == 0));
  CHECK(j.present[0][0] == 0 && j.reason[9] == 0); /* cleared for the next */
  finish(&j);
}

static void contract(int inside) {
  read_fails(inside, "no-end", SAMPAN_E_PLUGIN, SP_ID_SOURCE_CONTRACT, "without saying");
  read_fails(inside, "silent", SAMPAN_E_DATA, SP_ID_SOURCE_SILENT, "without saying why");
  read_fails(inside, "too-many", SAMPAN_E_PLUGIN, SP_ID_SOURCE_CONTRACT, "65 records where 64");
  read_fails(inside, "nan", SAMPAN_E_PLUGIN, SP_ID_SOURCE_CONTRACT, "not a finite number");
  CHECK(error.row == 71 && strcmp(error.column, "x") == 0);
  read_fails(inside, "fewer", SAMPAN_E_INCOMPLETE, SP_ID_SOURCE_INCOMPLETE, "declares 200");
  read_fails(inside, "bad-status", SAMPAN_E_PLUGIN, SP_ID_SOURCE_CONTRACT, "unknown status -77");
  read_fails(inside, "error", SAMPAN_E_DATA, 0, "the cell is wrong");
  CHECK(error.row == 101 && strcmp(error.column, "x") == 0);
}

static void schema_fails(int inside, const char *how, int32_t status, const char *part) {
  job j;
  begin(&j, inside, how);
  CHECK(sp_source_schema(&j.source, &j.context, &error) == status);
  CHECK(strstr(error.message, part) != NULL && strcmp(error.file, file) == 0);
  finish(&j);
}

/* A sink that fails ends the read with its own error, even if the source goes on. */
static void sink_fails(int inside, const char *how) {
  job j;
  begin(&j, inside, how);
  j.fail_at = CAPACITY;
  CHECK(sp_source_schema(&j.source, &j.context, &error) == SAMPAN_OK);
  CHECK(sp_source_read(&j.source, &j.sink, &j.context, NULL, NULL, NULL, &error) == SAMPAN_E_PLAN);
  CHECK(error.id == 77 && strcmp(error.message, "the sink is full") == 0);
  CHECK(j.n_seen == CAPACITY);
  finish(&j);
}

static volatile int *to_cancel;
static void on_alarm(int number) {
  (void)number;
  *to_cancel = 1;
}

static void cancels(void) {
  job j;
  begin(&j, 0, "hang");
  CHECK(sp_source_schema(&j.source, &j.context, &error) == SAMPAN_OK);
  to_cancel = &j.cancel;
  struct sigaction act = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &act, NULL);
  const struct itimerval soon = {.it_value = {.tv_usec = 200000}};
  setitimer(ITIMER_REAL, &soon, NULL);
  CHECK(sp_source_read(&j.source, &j.sink, &j.context, NULL, NULL, NULL, &error) ==
        SAMPAN_E_CANCELLED);
  finish(&j);
  begin(&j, 1, "none");
  CHECK(sp_source_schema(&j.source, &j.context, &error) == SAMPAN_OK);
  j.cancel = 1;
  CHECK(sp_source_read(&j.source, &j.sink, &j.context, NULL, NULL, NULL, &error) ==
        SAMPAN_E_CANCELLED);
  CHECK(j.n_seen == 0);
  finish(&j);
}

static void limited(const char *how, const sp_isolate_limits *limits, int32_t status, int32_t id) {
  job j;
  begin(&j, 0, how);
  CHECK(sp_isolate_schema(&j.source, &j.context, limits, &error) == SAMPAN_OK);
  CHECK(sp_isolate_read(&j.source, &j.sink, &j.context, limits, NULL, NULL, NULL, &error) ==
        status);
  CHECK(error.id == id);
  CHECK(strcmp(error.file, file) == 0);
  finish(&j);
}

static void limits(void) {
  const sp_isolate_limits idle = {.cpu_seconds = 60, .idle_ms = 300};
  const sp_isolate_limits cpu = {.cpu_seconds = 1, .idle_ms = 60000};
  const sp_isolate_limits memory = {
      .address_bytes = 256 << 20, .cpu_seconds = 60, .idle_ms = 60000};
  limited("hang", &idle, SAMPAN_E_DATA, SP_ID_SOURCE_HANGS);
  limited("spin", &cpu, SAMPAN_E_DATA, SP_ID_SOURCE_LIMIT);
  if (!SANITIZED) limited("memory", &memory, SAMPAN_E_MEMORY, 0);
}

static void files(void) {
  job j;
  char plain[900];
  snprintf(plain, sizeof plain, "%.899s", file);
  for (int inside = 0; inside < 2; inside++) {
    snprintf(file, sizeof file, "%s.missing", plain);
    begin(&j, inside, "none");
    CHECK(sp_source_schema(&j.source, &j.context, &error) == SAMPAN_E_IO);
    CHECK(strstr(error.message, "No such file") != NULL && strcmp(error.file, file) == 0);
    finish(&j);
    /* The source reads nothing; that the rest of the file is damaged is an error all the same. */
    snprintf(file, sizeof file, "%s.gz", plain);
    gzFile out = gzopen(file, "wb");
    for (int i = 0; i < 1000; i++) gzprintf(out, "%d\n", i * i);
    gzclose(out);
    struct stat about;
    CHECK(stat(file, &about) == 0 && truncate(file, about.st_size - 5) == 0);
    begin(&j, inside, "none");
    CHECK(sp_source_schema(&j.source, &j.context, &error) == SAMPAN_OK);
    CHECK(sp_source_read(&j.source, &j.sink, &j.context, NULL, NULL, NULL, &error) ==
          SAMPAN_E_INCOMPLETE);
    CHECK(strcmp(error.file, file) == 0);
    finish(&j);
  }
  snprintf(file, sizeof file, "%s", plain);
}

int main(void) {
  if (host_folder() == NULL) return 77;
  host_copy("faulty");
  host_write("data.bin", "some bytes\n");
  snprintf(file, sizeof file, "%s", host_path("data.bin"));
  if (sp_module_load(host_path("faulty.so"), &module, &error) != SAMPAN_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  const int n_before = n_open_files();
  sound(0);
  sound(1);
  contract(0);
  contract(1);
  read_fails(0, "segv", SAMPAN_E_DATA, SP_ID_SOURCE_CRASHED,
             "crashed (signal 11) after 64 records");
  read_fails(0, "abort", SAMPAN_E_DATA, SP_ID_SOURCE_CRASHED, "crashed (signal 6)");
  read_fails(0, "exit", SAMPAN_E_DATA, SP_ID_SOURCE_EXITED, "exit status 0");
  read_fails(0, "bad-text", SAMPAN_E_PLUGIN, SP_ID_SOURCE_MESSAGE, "make no sense");
  schema_fails(0, "schema-segv", SAMPAN_E_DATA, "crashed (signal 11)");
  for (int inside = 0; inside < 2; inside++) {
    schema_fails(inside, "schema-error", SAMPAN_E_DATA, "the header is wrong");
    CHECK(error.line == 3 && error.line_column == 7);
    sink_fails(inside, "none");
    sink_fails(inside, "ignores-sink");
  }
  cancels();
  limits();
  files();
  CHECK(n_open_files() == n_before);
  host_folder_remove();
  if (n_failed > 0) fprintf(stderr, "%d checks failed\n", n_failed);
  return n_failed > 0;
}
