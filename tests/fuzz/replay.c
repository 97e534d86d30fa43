/* replay.c - runs a fuzz target over files, each with many settings: a few bytes behind the file's
 * own, which the target takes its settings from. For machines without libFuzzer.
 * usage: replay FOLDER... */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path) {
  static const uint8_t settings[][4] = {{0, 1, 1, 0},  {0, 2, 0, 255},  {0, 0, 65, 7},
                                        {1, 2, 2, 30}, {2, 255, 3, 63}, {8, 2, 4, 1},
                                        {16, 1, 5, 9}, {17, 0, 5, 64}};
  FILE *f = fopen(path, "rb");
  if (f == NULL) return -1;
  fseek(f, 0, SEEK_END);
  const size_t n = (size_t)ftell(f);
  rewind(f);
  uint8_t *data = (uint8_t *)malloc(n + 4);
  const int is_whole = data != NULL && fread(data, 1, n, f) == n;
  fclose(f);
  for (size_t i = 0; is_whole && i < sizeof settings / sizeof settings[0]; i++) {
    memcpy(data + n, settings[i], 4);
    LLVMFuzzerTestOneInput(data, n + 4);
  }
  if (is_whole) LLVMFuzzerTestOneInput(data, n); /* as the fuzzer wrote it */
  free(data);
  return is_whole ? 0 : -1;
}

int main(int n_args, char **args) {
  int n_files = 0;
  for (int i = 1; i < n_args; i++) {
    DIR *folder = opendir(args[i]);
    if (folder == NULL) {
      fprintf(stderr, "%s: no such folder\n", args[i]);
      return 1;
    }
    for (const struct dirent *e; (e = readdir(folder)) != NULL;) {
      char path[4096];
      if (e->d_name[0] == '.') continue;
      snprintf(path, sizeof path, "%s/%s", args[i], e->d_name);
      if (replay(path) != 0) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return 1;
      }
      n_files++;
    }
    closedir(folder);
  }
  printf("%d files\n", n_files);
  return n_files > 0 ? 0 : 1;
}
