/* Reading: plain and compressed files, what is wrong with them, and streams. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error_ids.h"
#include "base/input.h"

enum { BIG = 700001 };

static char folder[64];
static sampan_error error;

static void set_up(void) {
  strcpy(folder, "/tmp/sampan-input-XXXXXX");
  cr_assert_not_null(mkdtemp(folder));
  sp_error_clear(&error);
}

static void tear_down(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  cr_assert_eq(system(command), 0);
}

TestSuite(base_input, .init = set_up, .fini = tear_down);

static char *path_of(const char *name) {
  static char path[160];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static char *put(const char *name, const void *bytes, size_t n) {
  char *path = path_of(name);
  FILE *f = fopen(path, "wb");
  cr_assert_not_null(f);
  cr_assert_eq(fwrite(bytes, 1, n, f), n);
  cr_assert_eq(fclose(f), 0);
  return path;
}

/* One gzip member. */
static size_t compressed(const void *bytes, size_t n, unsigned char *out, size_t room) {
  z_stream z;
  memset(&z, 0, sizeof z);
  cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = (Bytef *)(uintptr_t)bytes;
  z.avail_in = (uInt)n;
  z.next_out = out;
  z.avail_out = (uInt)room;
  cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
  const size_t used = z.total_out;
  deflateEnd(&z);
  return used;
}

static unsigned char *pattern(size_t n) {
  unsigned char *p = malloc(n);
  uint32_t x = 12345;
  cr_assert_not_null(p);
  for (size_t i = 0; i < n; ++i) {
    x = x * 1664525 + 1013904223;
    p[i] = (unsigned char)('a' + (x >> 24) % 16);
  }
  return p;
}

/* Reads all in pieces of `step`: how many bytes, or the error. Checks them where want is given. */
static int64_t drain(sp_input *in, int64_t step, const unsigned char *want) {
  const sampan_reader *reader = sp_input_reader(in);
  unsigned char *block = malloc((size_t)step);
  int64_t total = 0, got;
  while ((got = reader->read(reader->data, block, step, &error)) > 0) {
    if (want) cr_assert_eq(memcmp(block, want + total, (size_t)got), 0);
    total += got;
  }
  free(block);
  return got < 0 ? got : total;
}

static int32_t status_of_whole(const char *path) {
  sp_input *in;
  int32_t status = sp_input_open(path, 0, &in, &error);
  if (status < 0) {
    cr_expect_null(in);
    return status;
  }
  const int64_t got = drain(in, 1000, NULL);
  status = sp_input_close(in, &error);
  if (got < 0) cr_expect_eq(status, got, "close repeats an error that a source may have swallowed");
  return status;
}

Test(base_input, plain_in_every_step) {
  static const int64_t steps[] = {1, 7, 4096, 262143, 262144, 262145, BIG, BIG * 2};
  unsigned char *want = pattern(BIG);
  char *path = put("plain", want, BIG);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; ++i) {
    sp_input *in;
    int64_t done, total;
    cr_assert_eq(sp_input_open(path, 0, &in, &error), SAMPAN_OK);
    cr_expect_eq(sp_input_reader(in)->size, BIG);
    cr_expect_eq(sp_input_reader(in)->struct_size, sizeof(sampan_reader));
    sp_input_progress(in, &done, &total);
    cr_expect_eq(done, 0);
    cr_expect_eq(total, BIG);
    cr_expect_eq(drain(in, steps[i], want), BIG);
    sp_input_progress(in, &done, &total);
    cr_expect_eq(done, BIG);
    cr_expect_eq(sp_input_rewind(in, &error), SAMPAN_OK);
    cr_expect_eq(drain(in, 5000, want), BIG);
    cr_expect_eq(sp_input_close(in, &error), SAMPAN_OK);
  }
  free(want);
}

Test(base_input, reads_fill_the_buffer) {
  unsigned char *want = pattern(BIG), *got = malloc(BIG);
  put("plain", want, BIG);
  sp_input *in;
  cr_assert_eq(sp_input_open(path_of("plain"), 0, &in, &error), SAMPAN_OK);
  const sampan_reader *r = sp_input_reader(in);
  cr_expect_eq(r->read(r->data, got, 3, &error), 3);
  cr_expect_eq(r->read(r->data, got + 3, BIG, &error), BIG - 3);
  cr_expect_eq(memcmp(got, want, BIG), 0);
  cr_expect_eq(r->read(r->data, got, 0, &error), 0);
  sp_input_abandon(in);
  free(want);
  free(got);
}

Test(base_input, seeks) {
  unsigned char *want = pattern(BIG), block[100];
  sp_input *in;
  uint32_t x = 1;
  put("plain", want, BIG);
  cr_assert_eq(sp_input_open(path_of("plain"), 1, &in, &error), SAMPAN_OK);
  const sampan_reader *r = sp_input_reader(in);
  for (int i = 0; i < 5000; ++i) {
    x = x * 1664525 + 1013904223;
    const int64_t at = i % 3 ? (int64_t)(x % (BIG - 100)) : (int64_t)(x >> 8) % 3000;
    cr_assert_eq(r->seek(r->data, at, &error), SAMPAN_OK);
    cr_assert_eq(r->read(r->data, block, 100, &error), 100);
    cr_assert_eq(memcmp(block, want + at, 100), 0);
  }
  cr_expect_eq(r->seek(r->data, BIG + 10, &error), SAMPAN_OK);
  cr_expect_eq(r->read(r->data, block, 100, &error), 0);
  cr_expect_eq(r->seek(r->data, -1, &error), SAMPAN_E_PLUGIN);
  cr_expect_eq(error.id, SP_ID_INPUT_SEEK);
  cr_expect_eq(sp_input_close(in, &error), SAMPAN_OK);
  free(want);
}

Test(base_input, missing_and_folders) {
  sp_input *in;
  char *path = path_of("no-such-file");
  cr_expect_eq(sp_input_open(path, 0, &in, &error), SAMPAN_E_IO);
  cr_expect_null(in);
  cr_expect_eq(error.id, SP_ID_INPUT_OPEN);
  cr_expect_str_eq(error.file, path);
  cr_expect_not_null(strstr(error.message, "No such file"));
  cr_expect(error.hint[0] != '\0');
  cr_expect_eq(sp_input_open(folder, 0, &in, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_INPUT_FOLDER);
  cr_expect_str_eq(error.file, folder);
  put("file", "x", 1);
  cr_expect_eq(sp_input_open(path_of("file/below"), 0, &in, &error), SAMPAN_E_IO);
  cr_expect_eq(sp_input_open("", 0, &in, &error), SAMPAN_E_IO);
  cr_expect_eq(sp_input_open(path, 0, &in, NULL), SAMPAN_E_IO, "nobody need listen");
  cr_expect_eq(sp_input_close(NULL, &error), SAMPAN_OK);
  sp_input_abandon(NULL);
}

Test(base_input, shrinking_file) {
  unsigned char *want = pattern(BIG);
  char *path = put("shrinks", want, BIG);
  sp_input *in;
  cr_assert_eq(sp_input_open(path, 0, &in, &error), SAMPAN_OK);
  const sampan_reader *r = sp_input_reader(in);
  unsigned char block[10];
  cr_assert_eq(r->read(r->data, block, 10, &error), 10);
  cr_assert_eq(truncate(path, 300000), 0);
  cr_expect_eq(drain(in, 100, NULL), SAMPAN_E_INCOMPLETE);
  cr_expect_eq(error.id, SP_ID_INPUT_SHRANK);
  cr_expect_str_eq(error.file, path);
  cr_expect_eq(error.byte, 300000);
  sp_error_clear(&error);
  cr_expect_eq(r->read(r->data, block, 10, &error), SAMPAN_E_INCOMPLETE, "it stays failed");
  cr_expect_eq(sp_input_close(in, &error), SAMPAN_E_INCOMPLETE);
  free(want);
}

Test(base_input, close_reads_the_rest) {
  unsigned char *want = pattern(BIG);
  char *path = put("shrinks", want, BIG);
  sp_input *in;
  cr_assert_eq(sp_input_open(path, 0, &in, &error), SAMPAN_OK);
  cr_assert_eq(truncate(path, BIG - 1), 0);
  cr_expect_eq(sp_input_close(in, &error), SAMPAN_E_INCOMPLETE);
  free(want);
}

Test(base_input, gzip_members_follow_each_other) {
  static const int64_t steps[] = {1, 1000, 262144, BIG * 3};
  unsigned char *want = pattern(BIG), *packed = malloc(BIG * 2);
  size_t n = compressed(want, 1000, packed, BIG);
  n += compressed("", 0, packed + n, BIG);
  n += compressed(want + 1000, BIG - 1000, packed + n, BIG);
  char *path = put("members.gz", packed, n);
  for (size_t i = 0; i < sizeof steps / sizeof *steps; ++i) {
    for (int seeks = 0; seeks < 2; ++seeks) {
      sp_input *in;
      cr_assert_eq(sp_input_open(path, seeks, &in, &error), SAMPAN_OK);
      cr_expect_eq(sp_input_reader(in)->size, seeks ? BIG : -1);
      cr_expect_eq(drain(in, steps[i], want), BIG);
      cr_expect_eq(sp_input_rewind(in, &error), SAMPAN_OK);
      cr_expect_eq(drain(in, 5000, want), BIG);
      const sampan_reader *r = sp_input_reader(in);
      if (seeks) {
        unsigned char block[9];
        cr_expect_eq(r->seek(r->data, 654321, &error), SAMPAN_OK);
        cr_expect_eq(r->read(r->data, block, 9, &error), 9);
        cr_expect_eq(memcmp(block, want + 654321, 9), 0);
      } else {
        cr_expect_eq(r->seek(r->data, 5, &error), SAMPAN_E_PLUGIN);
      }
      cr_expect_eq(sp_input_close(in, &error), SAMPAN_OK);
    }
  }
  free(want);
  free(packed);
}

Test(base_input, gzip_cut_off_anywhere) {
  unsigned char *want = pattern(2000), packed[8000];
  const size_t first = compressed(want, 900, packed, 4000);
  const size_t n = first + compressed(want + 900, 1100, packed + first, 4000);
  for (size_t cut = 0; cut < n; ++cut) {
    char *path = put("cut.gz", packed, cut);
    sp_error_clear(&error);
    const int32_t status = status_of_whole(path);
    if (cut == first) {
      cr_expect_eq(status, SAMPAN_OK, "what ends after a member is whole");
      continue;
    }
    cr_expect_eq(status, SAMPAN_E_INCOMPLETE, "cut at %zu", cut);
    cr_expect_eq(error.id, SP_ID_GZIP_TRUNCATED, "cut at %zu", cut);
    cr_expect_str_eq(error.file, path);
    sp_input *in;
    cr_expect_eq(sp_input_open(path, 1, &in, &error), SAMPAN_E_INCOMPLETE, "spooled, cut at %zu",
                 cut);
  }
  cr_expect_eq(status_of_whole(put("cut.gz", packed, n)), SAMPAN_OK);
  free(want);
}

Test(base_input, gzip_cut_off_is_found_by_close) {
  unsigned char *want = pattern(2000), packed[8000];
  const size_t n = compressed(want, 2000, packed, 8000);
  sp_input *in;
  cr_assert_eq(sp_input_open(put("cut.gz", packed, n - 1), 0, &in, &error), SAMPAN_OK);
  const sampan_reader *r = sp_input_reader(in);
  unsigned char block[2000];
  cr_expect_eq(r->read(r->data, block, 2000, &error), 2000, "every byte is there");
  cr_expect_eq(sp_input_close(in, &error), SAMPAN_E_INCOMPLETE, "but the checksum is not");
  free(want);
}

Test(base_input, gzip_garbage_after_the_end) {
  static const char *const garbage[] = {"x",     "\x1f",    "\x1f\x8b",
                                        "\x1fx", "garbage", "\x1f\x8b\x09\x09\x09"};
  static const int32_t wanted[] = {SAMPAN_E_DATA, SAMPAN_E_INCOMPLETE, SAMPAN_E_INCOMPLETE,
                                   SAMPAN_E_DATA, SAMPAN_E_DATA,       SAMPAN_E_DATA};
  unsigned char packed[4000];
  const size_t n = compressed("some text", 9, packed, 2000);
  for (size_t i = 0; i < sizeof garbage / sizeof *garbage; ++i) {
    strcpy((char *)packed + n, garbage[i]);
    cr_expect_eq(status_of_whole(put("tail.gz", packed, n + strlen(garbage[i]))), wanted[i], "%zu",
                 i);
    if (wanted[i] == SAMPAN_E_DATA) cr_expect_eq(error.id, SP_ID_GZIP_GARBAGE, "%zu", i);
  }
  memset(packed + n, 0, 512);
  cr_expect_eq(status_of_whole(put("tail.gz", packed, n + 512)), SAMPAN_E_DATA, "zeros too");
}

Test(base_input, gzip_damage_anywhere_is_found) {
  unsigned char *want = pattern(2000), packed[8000];
  const size_t n = compressed(want, 2000, packed, 8000);
  for (size_t i = 0; i < n; ++i) {
    if (i >= 4 && i < 10) continue; /* time, flags and system of the header say nothing */
    packed[i] ^= 0x40;
    char *path = put("bad.gz", packed, n);
    packed[i] ^= 0x40;
    sp_error_clear(&error);
    const int32_t status = status_of_whole(path);
    if (status == SAMPAN_OK) {
      /* Padding, or another way to write the same data. */
      sp_input *in;
      cr_assert_eq(sp_input_open(path, 0, &in, &error), SAMPAN_OK);
      cr_expect_eq(drain(in, 100, want), 2000, "byte %zu", i);
      cr_expect_eq(sp_input_close(in, &error), SAMPAN_OK);
      continue;
    }
    cr_expect(status == SAMPAN_E_DATA || status == SAMPAN_E_INCOMPLETE, "byte %zu gave %d", i,
              status);
    cr_expect_str_eq(error.file, path);
  }
  cr_expect_eq(status_of_whole(put("no.gz", "a,b\n1,2\n", 8)), SAMPAN_E_DATA);
  cr_expect_eq(error.id, SP_ID_GZIP_NONE);
  free(want);
}

Test(base_input, gzip_bomb) {
  const size_t room = 64 * 1024, n_zeros = 48 * 1024 * 1024;
  unsigned char *zeros = calloc(1, n_zeros), *packed = malloc(room);
  const size_t n = compressed(zeros, n_zeros, packed, room);
  cr_expect_eq(status_of_whole(put("bomb.gz", packed, n)), SAMPAN_E_DATA);
  cr_expect_eq(error.id, SP_ID_GZIP_RATIO);
  const size_t m = compressed(zeros, 15 * 1024 * 1024, packed, room);
  cr_expect_eq(status_of_whole(put("small.gz", packed, m)), SAMPAN_OK,
               "below 16 MiB anything goes");
  free(zeros);
  free(packed);
}

/* A pipe that gives the bytes. */
static char *pipe_of(const char *name, const void *bytes, size_t n, pid_t *child) {
  char *path = path_of(name);
  cr_assert_eq(mkfifo(path, 0600), 0);
  *child = fork();
  if (*child == 0) {
    const int fd = open(path, O_WRONLY);
    const char *p = bytes;
    while (n > 0) {
      const ssize_t put_bytes = write(fd, p, n);
      if (put_bytes <= 0) _exit(1);
      p += put_bytes;
      n -= (size_t)put_bytes;
    }
    _exit(0);
  }
  return path;
}

Test(base_input, pipes_are_spooled) {
  unsigned char *want = pattern(BIG), *packed = malloc(BIG * 2);
  const size_t n = compressed(want, BIG, packed, BIG * 2);
  for (int kind = 0; kind < 4; ++kind) {
    const int gzip = kind & 1, seeks = kind >> 1;
    char name[32];
    pid_t child;
    int exit_status;
    sp_input *in;
    snprintf(name, sizeof name, "pipe%d%s", kind, gzip ? ".gz" : "");
    char *path = pipe_of(name, gzip ? packed : want, gzip ? n : BIG, &child);
    cr_assert_eq(sp_input_open(path, seeks, &in, &error), SAMPAN_OK);
    cr_expect_eq(waitpid(child, &exit_status, 0), child);
    cr_expect_eq(sp_input_reader(in)->size, gzip && !seeks ? -1 : BIG);
    cr_expect_eq(drain(in, 10000, want), BIG);
    cr_expect_eq(sp_input_rewind(in, &error), SAMPAN_OK);
    cr_expect_eq(drain(in, 10000, want), BIG);
    cr_expect_eq(sp_input_close(in, &error), SAMPAN_OK);
  }
  pid_t child;
  sp_input *in;
  char *path = pipe_of("cut.gz", packed, n / 2, &child);
  cr_assert_eq(sp_input_open(path, 0, &in, &error), SAMPAN_OK);
  cr_expect_eq(sp_input_close(in, &error), SAMPAN_E_INCOMPLETE);
  waitpid(child, NULL, 0);
  free(want);
  free(packed);
}

/* The SHA-256 of the bytes. */
static void digest_of(const void *bytes, size_t n, char out[65]) {
  sp_sha256 s;
  sp_sha256_init(&s);
  sp_sha256_add(&s, bytes, n);
  sp_sha256_hex(&s, out);
}

/* A header, back to the start, and then all of it: as it comes, or spooled. */
Test(base_input, a_pipe_once) {
  unsigned char *want = pattern(BIG), *packed = malloc(BIG * 2);
  const size_t n = compressed(want, BIG, packed, BIG * 2);
  for (int kind = 0; kind < 4; ++kind) {
    const int gzip = kind & 1, spools = kind >> 1;
    char name[32], expected[65], got[65], header[5000], copy[64];
    const volatile int cancel = 0;
    pid_t child;
    sp_input *in, *again;
    sp_sha256 s;
    snprintf(name, sizeof name, "once%d%s", kind, gzip ? ".gz" : "");
    char *path = pipe_of(name, gzip ? packed : want, gzip ? n : BIG, &child);
    sp_sha256_init(&s);
    cr_assert_eq(sp_input_open_once(path, &cancel, &s, &in, &error), SAMPAN_OK);
    const sampan_reader *reader = sp_input_reader(in);
    cr_expect_eq(reader->size, -1);
    for (int i = 0; i < 3; ++i) {
      cr_assert_eq(reader->read(reader->data, header, sizeof header, &error), sizeof header);
      cr_expect_eq(memcmp(header, want + i * sizeof header, sizeof header), 0);
    }
    if (spools) {
      cr_assert_eq(sp_input_spool(in, copy, sizeof copy, &error), SAMPAN_OK);
      for (int i = 0; i < 2; ++i) {
        cr_assert_eq(sp_input_open(copy, 1, &again, &error), SAMPAN_OK);
        cr_expect_eq(drain(again, 10000, want), BIG);
        cr_expect_eq(sp_input_close(again, &error), SAMPAN_OK);
      }
      sp_input_abandon(in);
    } else {
      cr_assert_eq(sp_input_rewind(in, &error), SAMPAN_OK);
      cr_expect_eq(drain(in, 10000, want), BIG);
      cr_expect_eq(sp_input_rewind(in, &error), SAMPAN_E_PLUGIN, "what has gone has gone");
      cr_expect_eq(sp_input_close(in, &error), SAMPAN_OK);
    }
    cr_expect_eq(waitpid(child, NULL, 0), child);
    sp_sha256_hex(&s, got);
    digest_of(gzip ? packed : want, gzip ? n : BIG, expected);
    cr_expect_str_eq(got, expected, "of the bytes in the pipe");
  }
  free(want);
  free(packed);
}

Test(base_input, waiting_is_cancelled) {
  const volatile int cancel = 1;
  char *path = path_of("silent"), byte;
  sp_input *in;
  cr_assert_eq(mkfifo(path, 0600), 0);
  cr_assert_eq(sp_input_open_once(path, &cancel, NULL, &in, &error), SAMPAN_OK);
  const sampan_reader *reader = sp_input_reader(in);
  cr_expect_eq(reader->read(reader->data, &byte, 1, &error), SAMPAN_E_CANCELLED);
  cr_expect_str_eq(error.file, path);
  sp_input_abandon(in);
}

static int32_t always(void *data) {
  ++*(int *)data;
  return 1;
}

Test(base_input, digest_is_cancelled) {
  char out[65];
  int n_asked = 0;
  cr_expect_eq(sp_input_digest_until(put("abc", "abc", 3), always, &n_asked, out, NULL, &error),
               SAMPAN_E_CANCELLED);
  cr_expect_eq(n_asked, 1);
  cr_expect_str_eq(out, "");
}

Test(base_input, spool_failure_is_told) {
  unsigned char packed[4000];
  const size_t n = compressed("text", 4, packed, sizeof packed);
  sp_input *in;
  char *path = put("a.gz", packed, n);
  cr_assert_eq(setenv("TMPDIR", "/no/such/folder", 1), 0);
  cr_expect_eq(sp_input_open(path, 1, &in, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_SPOOL);
  cr_expect_not_null(strstr(error.message, "/no/such/folder"));
  cr_expect_str_eq(error.file, path);
}

Test(base_input, digest_is_of_the_disk) {
  char out[65];
  int64_t n = 0;
  cr_expect_eq(sp_input_digest(put("abc", "abc", 3), out, &n, &error), SAMPAN_OK);
  cr_expect_str_eq(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  cr_expect_eq(n, 3);
  cr_expect_eq(sp_input_digest(put("abc.gz", "abc", 3), out, &n, &error), SAMPAN_OK);
  cr_expect_str_eq(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  cr_expect_eq(sp_input_digest(put("empty", "", 0), out, NULL, &error), SAMPAN_OK);
  cr_expect_str_eq(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  cr_expect_eq(sp_input_digest(path_of("none"), out, &n, &error), SAMPAN_E_IO);
  cr_expect_str_eq(out, "");
  cr_expect_eq(sp_input_digest("/dev/null", out, &n, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_DIGEST_STREAM);
}

Test(base_input, text) {
  sp_arena *arena = sp_arena_new(0);
  char *text;
  uint64_t n;
  char *path = put("plan", "title: x\n", 9);
  cr_expect_eq(sp_input_text(path, 9, arena, &text, &n, &error), SAMPAN_OK);
  cr_expect_str_eq(text, "title: x\n");
  cr_expect_eq(n, 9);
  cr_expect_eq(sp_input_text(path, 8, arena, &text, &n, &error), SAMPAN_E_DATA);
  cr_expect_eq(error.id, SP_ID_TEXT_SIZE);
  cr_expect_str_eq(error.file, path);
  cr_expect_null(text);
  cr_expect_eq(sp_input_text(put("empty", "", 0), 8, arena, &text, &n, &error), SAMPAN_OK);
  cr_expect_str_eq(text, "");
  cr_expect_eq(sp_input_text("/dev/zero", 100000, arena, &text, &n, &error), SAMPAN_E_DATA);
  cr_expect_eq(sp_input_text(folder, 100, arena, &text, &n, &error), SAMPAN_E_IO);
  sp_arena *small = sp_arena_new(4);
  cr_expect_eq(sp_input_text(put("plan", "title: x\n", 9), 9, small, &text, &n, &error),
               SAMPAN_E_MEMORY);
  sp_arena_free(small);
  sp_arena_free(arena);
}
