/* Writing: whole or not at all. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error_ids.h"
#include "base/output.h"

static char folder[64];
static sampan_error error;

static void set_up(void) {
  strcpy(folder, "/tmp/sampan-output-XXXXXX");
  cr_assert_not_null(mkdtemp(folder));
  sp_error_clear(&error);
}

static void tear_down(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  cr_assert_eq(system(command), 0);
}

TestSuite(base_output, .init = set_up, .fini = tear_down);

static char *path_of(const char *name) {
  static char path[600];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void put(const char *path, const char *text) {
  FILE *f = fopen(path, "wb");
  cr_assert_not_null(f);
  cr_assert_geq(fputs(text, f), 0);
  cr_assert_eq(fclose(f), 0);
}

static void expect_content(const char *path, const char *want) {
  char got[1000];
  FILE *f = fopen(path, "rb");
  cr_assert_not_null(f);
  const size_t n = fread(got, 1, sizeof got - 1, f);
  fclose(f);
  got[n] = '\0';
  cr_expect_str_eq(got, want);
}

/* Entries of the folder: temporary files must be gone. */
static int entries(void) {
  DIR *dir = opendir(folder);
  int n = 0;
  while (readdir(dir)) ++n;
  closedir(dir);
  return n - 2;
}

Test(base_output, new_file) {
  char *path = path_of("table.csv");
  sp_output *out;
  struct stat about;
  umask(027);
  cr_assert_eq(sp_output_open(path, &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, "a,b\n", 4, &error), SAMPAN_OK);
  cr_expect_eq(access(path, F_OK), -1, "not there before it is whole");
  cr_expect_eq(entries(), 1);
  const sampan_output *sink = sp_output_sink(out);
  cr_expect_eq(sink->struct_size, sizeof *sink);
  cr_expect_eq(sink->write(sink->data, "1,2\n", 4, &error), SAMPAN_OK);
  cr_expect_eq(sink->write(sink->data, NULL, 0, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_OK);
  expect_content(path, "a,b\n1,2\n");
  cr_expect_eq(entries(), 1);
  cr_expect_eq(stat(path, &about), 0);
  cr_expect_eq(about.st_mode & 0777, 0640);
}

Test(base_output, large_and_small_writes_mix) {
  enum { N = 500000 };
  char *path = path_of("large"), *want = malloc(N), *got = malloc(N);
  sp_output *out;
  for (int i = 0; i < N; ++i) want[i] = (char)('a' + i % 23);
  cr_assert_eq(sp_output_open(path, &out, &error), SAMPAN_OK);
  int64_t at = 0;
  for (int64_t n = 1; at < N; n = n * 3 % 150001) {
    const int64_t part = n < N - at ? n : N - at;
    cr_assert_eq(sp_output_write(out, want + at, part, &error), SAMPAN_OK);
    at += part;
  }
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_OK);
  FILE *f = fopen(path, "rb");
  cr_expect_eq(fread(got, 1, N, f), N);
  cr_expect_eq(fgetc(f), EOF);
  fclose(f);
  cr_expect_eq(memcmp(got, want, N), 0);
  free(want);
  free(got);
}

/* Several files: each is prepared before the first is published. */
Test(base_output, prepared_and_published) {
  char first[128];
  sp_output *a, *b;
  strcpy(first, path_of("first"));
  char *second = path_of("second");
  put(first, "old");
  cr_assert_eq(sp_output_open(first, &a, &error), SAMPAN_OK);
  cr_assert_eq(sp_output_open(second, &b, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_is_direct(a), 0);
  cr_expect_eq(sp_output_write(a, "new", 3, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(b, "new", 3, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_prepare(a, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_prepare(a, &error), SAMPAN_OK, "once more does no harm");
  cr_expect_eq(sp_output_prepare(b, &error), SAMPAN_OK);
  expect_content(first, "old");
  cr_expect_eq(access(second, F_OK), -1);
  cr_expect_eq(sp_output_seen(a), SP_OUTPUT_NOTHING);
  /* The second cannot come: a folder has taken its place. The first, published, stays. */
  cr_assert_eq(mkdir(second, 0755), 0);
  cr_expect_eq(sp_output_publish(a, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_publish(b, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_OUTPUT_RENAME);
  cr_expect_eq(sp_output_seen(a), SP_OUTPUT_WHOLE);
  cr_expect_eq(sp_output_seen(b), SP_OUTPUT_NOTHING);
  sp_output_abandon(a);
  sp_output_abandon(b);
  expect_content(first, "new");
  cr_expect_eq(entries(), 2, "no temporary file stays");
}

Test(base_output, what_is_seen_of_a_device) {
  static const char zeros[200000];
  sp_output *out;
  cr_assert_eq(sp_output_open("/dev/null", &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_is_direct(out), 1);
  cr_expect_eq(sp_output_write(out, "x", 1, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_seen(out), SP_OUTPUT_NOTHING, "it is in the buffer");
  cr_expect_eq(sp_output_write(out, zeros, sizeof zeros, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_seen(out), SP_OUTPUT_PART);
  cr_expect_eq(sp_output_prepare(out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_seen(out), SP_OUTPUT_WHOLE);
  sp_output_abandon(out);
}

Test(base_output, abandoning_leaves_the_old_file) {
  char *path = path_of("table.csv");
  sp_output *out;
  put(path, "old");
  cr_assert_eq(sp_output_open(path, &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, "new", 3, &error), SAMPAN_OK);
  sp_output_abandon(out);
  expect_content(path, "old");
  cr_expect_eq(entries(), 1);
  sp_output_abandon(NULL);
}

Test(base_output, replacing_keeps_the_mode_and_follows_links) {
  char target[128];
  struct stat about;
  sp_output *out;
  strcpy(target, path_of("real.csv"));
  put(target, "old");
  cr_assert_eq(chmod(target, 0664), 0);
  umask(077);
  char *link_path = path_of("link.csv");
  cr_assert_eq(symlink("real.csv", link_path), 0);
  cr_assert_eq(sp_output_open(link_path, &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, "new", 3, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_OK);
  cr_expect_eq(lstat(link_path, &about), 0);
  cr_expect(S_ISLNK(about.st_mode));
  expect_content(target, "new");
  cr_expect_eq(stat(target, &about), 0);
  cr_expect_eq(about.st_mode & 0777, 0664);
  cr_expect_eq(entries(), 2);
}

Test(base_output, failed_write_is_never_put_in_place) {
  char *path = path_of("table.csv");
  struct rlimit limit = {1000, 1000};
  char block[5000];
  sp_output *out;
  memset(block, 'x', sizeof block);
  put(path, "old");
  signal(SIGXFSZ, SIG_IGN);
  cr_assert_eq(sp_output_open(path, &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, block, sizeof block, &error), SAMPAN_OK, "still buffered");
  cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_OUTPUT_WRITE);
  cr_expect_str_eq(error.file, path);
  expect_content(path, "old");
  cr_expect_eq(entries(), 1);
}

Test(base_output, commit_fails_after_any_failure) {
  char *path = path_of("table.csv");
  sp_output *out;
  put(path, "old");
  cr_assert_eq(sp_output_open(path, &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, "x", -1, &error), SAMPAN_E_PLUGIN);
  cr_expect_eq(sp_output_write(out, "x", 1, &error), SAMPAN_E_PLUGIN, "even if a writer goes on");
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_E_PLUGIN);
  expect_content(path, "old");
  cr_expect_eq(entries(), 1);
}

Test(base_output, failed_rename_leaves_what_was_there) {
  char *path = path_of("table.csv");
  sp_output *out;
  cr_assert_eq(sp_output_open(path, &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, "new", 3, &error), SAMPAN_OK);
  cr_assert_eq(mkdir(path, 0700), 0, "something takes the name meanwhile");
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_OUTPUT_RENAME);
  cr_expect_eq(entries(), 1, "no temporary file stays");
}

Test(base_output, places_that_cannot_be) {
  sp_output *out = (sp_output *)&error;
  cr_expect_eq(sp_output_open(path_of("no/such/file"), &out, &error), SAMPAN_E_IO);
  cr_expect_null(out);
  cr_expect_eq(error.id, SP_ID_OUTPUT_OPEN);
  cr_expect_str_eq(error.file, path_of("no/such/file"));
  cr_expect(error.hint[0] != '\0');
  put(path_of("file"), "x");
  cr_expect_eq(sp_output_open(path_of("file/below"), &out, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_OUTPUT_OPEN);
  cr_expect_eq(sp_output_open(folder, &out, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_OUTPUT_FOLDER);
  cr_expect_eq(sp_output_open(path_of("new/"), &out, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_OUTPUT_FOLDER);
  cr_expect_eq(sp_output_open("", &out, &error), SAMPAN_E_IO);
  cr_expect_eq(sp_output_open("", &out, NULL), SAMPAN_E_IO);
}

Test(base_output, read_only) {
  sp_output *out;
  if (geteuid() == 0) {
    tear_down(); /* a skipped test has none */
    cr_skip_test("root may write anywhere");
  }
  put(path_of("locked"), "old");
  cr_assert_eq(chmod(path_of("locked"), 0444), 0);
  cr_expect_eq(sp_output_open(path_of("locked"), &out, &error), SAMPAN_E_IO);
  cr_assert_eq(chmod(folder, 0500), 0);
  cr_expect_eq(sp_output_open(path_of("new"), &out, &error), SAMPAN_E_IO);
  cr_assert_eq(chmod(folder, 0700), 0);
}

Test(base_output, longest_names) {
  char name[256];
  sp_output *out;
  memset(name, 'n', 255);
  name[255] = '\0';
  cr_assert_eq(sp_output_open(path_of(name), &out, &error), SAMPAN_OK, "%s", error.message);
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_OK);
  expect_content(path_of(name), "");
}

Test(base_output, relative_names) {
  sp_output *out;
  cr_assert_eq(chdir(folder), 0);
  cr_assert_eq(sp_output_open("plain", &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, "x", 1, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_OK);
  expect_content(path_of("plain"), "x");
  cr_assert_eq(chdir("/"), 0);
}

Test(base_output, devices_are_written_to_directly) {
  struct stat about;
  sp_output *out;
  cr_assert_eq(sp_output_open("/dev/null", &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, "x", 1, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_OK);
  cr_assert_eq(stat("/dev/null", &about), 0);
  cr_expect(S_ISCHR(about.st_mode));
  if (access("/dev/full", W_OK) != 0) {
    tear_down();
    cr_skip_test("no /dev/full here");
  }
  cr_assert_eq(sp_output_open("/dev/full", &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, "x", 1, &error), SAMPAN_OK, "buffered");
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_E_IO);
  cr_expect_eq(error.id, SP_ID_OUTPUT_WRITE);
  cr_expect_str_eq(error.file, "/dev/full");
  cr_expect_not_null(strstr(error.message, "No space"));
  char block[70000];
  memset(block, 'x', sizeof block);
  cr_assert_eq(sp_output_open("/dev/full", &out, &error), SAMPAN_OK);
  cr_expect_eq(sp_output_write(out, block, sizeof block, &error), SAMPAN_E_IO);
  cr_expect_eq(sp_output_commit(out, &error), SAMPAN_E_IO);
}

/* In a child: what sp_output does to fd 1 is the child's affair. Returns 0 when as wanted. */
static int on_standard_output(int fd, int64_t n, int32_t wanted, int32_t id) {
  const pid_t child = fork();
  int exit_status = -1;
  if (child == 0) {
    sp_output *out;
    char block[1000];
    int32_t status;
    signal(SIGPIPE, SIG_IGN);
    memset(block, 'y', sizeof block);
    if (fd < 0 ? close(1) != 0 : dup2(fd, 1) != 1) _exit(10);
    status = sp_output_open("-", &out, &error);
    if (status >= 0) {
      for (; status >= 0 && n > 0; n -= 1000) status = sp_output_write(out, block, 1000, &error);
      status = sp_output_commit(out, &error);
      if (fcntl(1, F_GETFD) < 0) _exit(11); /* fd 1 itself stays open */
    }
    if (status != wanted || error.id != id) _exit(12);
    if (status < 0 && strcmp(error.file, "standard output") != 0) _exit(13);
    _exit(0);
  }
  waitpid(child, &exit_status, 0);
  return WIFEXITED(exit_status) ? WEXITSTATUS(exit_status) : -1;
}

Test(base_output, standard_output) {
  int ends[2];
  char *path = path_of("redirected");
  const int fd = open(path, O_WRONLY | O_CREAT, 0600);
  cr_expect_eq(on_standard_output(fd, 3000, SAMPAN_OK, 0), 0);
  struct stat about;
  cr_expect_eq(fstat(fd, &about), 0);
  cr_expect_eq(about.st_size, 3000);
  close(fd);
  const int full = open("/dev/full", O_WRONLY);
  cr_expect_eq(on_standard_output(full, 1000, SAMPAN_E_IO, SP_ID_OUTPUT_WRITE), 0, "ENOSPC");
  close(full);
  cr_assert_eq(pipe(ends), 0);
  close(ends[0]);
  cr_expect_eq(on_standard_output(ends[1], 1000, SAMPAN_E_IO, SP_ID_OUTPUT_WRITE), 0, "EPIPE");
  close(ends[1]);
  cr_expect_eq(on_standard_output(-1, 1000, SAMPAN_E_IO, SP_ID_OUTPUT_OPEN), 0, "closed");
}

Test(base_output, standard_output_that_does_not_block) {
  int ends[2];
  char block[4096];
  int64_t total = 0;
  ssize_t got;
  cr_assert_eq(pipe(ends), 0);
  cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    _exit(on_standard_output(ends[1], 1000000, SAMPAN_OK, 0));
  }
  close(ends[1]);
  usleep(50000); /* let the pipe fill up */
  while ((got = read(ends[0], block, sizeof block)) > 0) total += got;
  int exit_status;
  waitpid(child, &exit_status, 0);
  cr_expect_eq(WEXITSTATUS(exit_status), 0);
  cr_expect_eq(total, 1000000);
}
