/* host_wire_main.c - messages of a source's process, whole, cut at every byte, and with every bit
 * flipped: nothing but the whole ones is taken for whole, and nothing is touched out of bounds (run
 * it with the address sanitizer, too). Prints what failed; 0 if nothing did. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/wire.h"

enum { CAPACITY = 128, RECORDS = 70, MOST = 60000 };

static int n_failed;

static void check(int fine, const char *what, int line, long at) {
  if (fine) return;
  n_failed++;
  fprintf(stderr, "%s:%d: %s (at %ld)\n", __FILE__, line, what, at);
}
#define CHECK(x, at) check((x), #x, __LINE__, (long)(at))

typedef struct table {
  double number[CAPACITY];
  uint32_t code[CAPACITY];
  uint64_t present[2][CAPACITY / 64];
  uint8_t reason[CAPACITY];
  sampan_fill fills[2];
  sampan_sink sink;
  uint32_t n_texts;
} table;

static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  table *t = data;
  CHECK(fill == 1 && strlen(text) == n, fill);
  return 100 + t->n_texts++;
}

static void make(table *t) {
  memset(t, 0, sizeof *t);
  t->fills[0] = (sampan_fill){.struct_size = sizeof t->fills[0],
                              .type = SAMPAN_NUMBER,
                              .number = t->number,
                              .present = t->present[0],
                              .reason = t->reason};
  t->fills[1] = (sampan_fill){.struct_size = sizeof t->fills[1],
                              .type = SAMPAN_TEXT,
                              .code = t->code,
                              .present = t->present[1]};
  t->sink = (sampan_sink){.struct_size = sizeof t->sink,
                          .n_fills = 2,
                          .fills = t->fills,
                          .capacity = CAPACITY,
                          .data = t,
                          .intern = intern};
}

/* The bytes that one of the senders below sends. */
static unsigned char bytes[MOST];
static size_t n_bytes;

static const sampan_label labels[] = {{1, "1", "yes"}, {2, "a", "\xe5\x90\xa6"}};
static const sampan_field fields[] = {
    {sizeof(sampan_field), SAMPAN_NUMBER, "x", "a label", labels, 2, 0},
    {sizeof(sampan_field), SAMPAN_TEXT, "name", NULL, NULL, 0, 0},
    {sizeof(sampan_field), 0, "", "", NULL, 0, 0}};

static void send_one(sp_wire_out *out, int32_t type) {
  if (type == SP_WIRE_SCHEMA) {
    const sampan_schema schema = {sizeof schema, 3, fields, 70, 1, 0};
    sp_wire_send_schema(out, &schema);
  } else if (type == SP_WIRE_BATCH) {
    table t;
    make(&t);
    sp_map *texts[2] = {NULL, sp_map_new(1)};
    uint32_t n_sent[2] = {0, 0};
    for (int64_t i = 0; i < RECORDS; i++) {
      char name[16];
      const int n = snprintf(name, sizeof name, "n%d", (int)i % 5);
      t.code[i] = sp_map_add(texts[1], name, (uint64_t)n);
      t.number[i] = (double)i;
      t.reason[i] = i % 7 == 0 ? 'b' : 0;
      sampan_set_bit(t.present[0], i, i % 7 != 0);
      sampan_set_bit(t.present[1], i, 1);
    }
    sp_wire_send_batch(out, &t.sink, texts, n_sent, RECORDS, 10, 20);
    CHECK(n_sent[1] == 5, n_sent[1]);
    sp_map_free(texts[1]);
  } else if (type == SP_WIRE_NOTE) {
    sp_wire_send_note(out, "a note");
  } else {
    sampan_error error;
    sp_error_clear(&error);
    (void)sp_error_set(&error, SAMPAN_E_DATA, 7, "it is wrong");
    sp_wire_send_done(out, SAMPAN_E_DATA, &error);
  }
}

static void record(int32_t type) {
  int fds[2];
  sp_wire_out out;
  if (pipe(fds) != 0 || sp_wire_out_init(&out, fds[1]) != SAMPAN_OK) exit(2);
  send_one(&out, type);
  CHECK(!out.failed, type);
  sp_wire_out_clear(&out);
  close(fds[1]);
  ssize_t n;
  n_bytes = 0;
  while ((n = read(fds[0], bytes + n_bytes, sizeof bytes - n_bytes)) > 0) n_bytes += (size_t)n;
  close(fds[0]);
}

/* Receives what is in `bytes`, up to `size` of it. */
static int32_t receive(size_t size, int32_t wanted, table *t) {
  int fds[2];
  int32_t type, status, last;
  int64_t n, done, total;
  sp_wire_in in;
  sampan_schema schema;
  sampan_error error;
  sp_wire_codes codes[2] = {{0}, {0}};
  const char *note = NULL;
  sp_arena *arena = sp_arena_new(64 << 20);
  make(t);
  if (arena == NULL || pipe(fds) != 0 || sp_wire_in_init(&in, fds[0], NULL, 1000) != 0) exit(2);
  if (write(fds[1], bytes, size) != (ssize_t)size) exit(2);
  close(fds[1]);
  status = sp_wire_receive(&in, &type);
  if (status == SP_WIRE_OK && type != wanted) status = SP_WIRE_SENSELESS;
  if (status == SP_WIRE_OK) {
    if (type == SP_WIRE_SCHEMA) {
      status = sp_wire_schema(&in, arena, &schema);
      if (status == SP_WIRE_OK && size == n_bytes) {
        for (uint32_t i = 0; i < schema.n_fields; i++) CHECK(schema.fields[i].name != NULL, i);
      }
    } else if (type == SP_WIRE_BATCH) {
      status = sp_wire_batch(&in, &t->sink, codes, &n, &done, &total);
    } else if (type == SP_WIRE_NOTE) {
      status = sp_wire_note(&in, &note);
    } else {
      status = sp_wire_done(&in, &last, &error);
      if (status == SP_WIRE_OK) CHECK(memchr(error.message, 0, sizeof error.message) != NULL, size);
    }
  }
  free(codes[0].code);
  free(codes[1].code);
  sp_wire_in_clear(&in);
  close(fds[0]);
  sp_arena_free(arena);
  return status;
}

static void whole_batch(void) {
  table t;
  record(SP_WIRE_BATCH);
  CHECK(receive(n_bytes, SP_WIRE_BATCH, &t) == SP_WIRE_OK, 0);
  for (int64_t i = 0; i < RECORDS; i++) {
    CHECK(sampan_bit(t.present[0], i) == (i % 7 != 0), i);
    CHECK(t.number[i] == (i % 7 != 0 ? (double)i : 0), i);
    CHECK(t.reason[i] == (i % 7 == 0 ? 'b' : 0), i);
    CHECK(t.code[i] == 100 + (uint32_t)i % 5, i);
  }
}

int main(void) {
  table t;
  whole_batch();
  for (int32_t type = SP_WIRE_SCHEMA; type <= SP_WIRE_DONE; type++) {
    record(type);
    CHECK(receive(n_bytes, type, &t) == SP_WIRE_OK, type);
    for (size_t size = 0; size < n_bytes; size++) {
      CHECK(receive(size, type, &t) == SP_WIRE_GONE, size);
    }
    for (size_t at = 0; at < n_bytes; at++) {
      for (int bit = 0; bit < 8; bit++) {
        bytes[at] ^= (unsigned char)(1 << bit);
        const int32_t status = receive(n_bytes, type, &t);
        /* A changed number or letter is a value like another; a changed length is not. */
        CHECK(status <= SP_WIRE_OK && status != SP_WIRE_IDLE, at * 8 + (size_t)bit);
        if (at < 16) CHECK(status != SP_WIRE_OK, at);
        for (int64_t i = 0; status == SP_WIRE_OK && type == SP_WIRE_BATCH && i < RECORDS; i++) {
          CHECK(t.code[i] == 0 || (t.code[i] >= 100 && t.code[i] < 105), at);
        }
        bytes[at] ^= (unsigned char)(1 << bit);
      }
    }
  }
  if (n_failed > 0) fprintf(stderr, "%d checks failed\n", n_failed);
  return n_failed > 0;
}
