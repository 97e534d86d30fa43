/* csv_cut.c - a fuzz target: whatever the bytes, in stretches the csv source gives what read()
 * gives, or refuses. The last four bytes of the input choose dialect, types, missing texts and the
 * size of the buffer; the others are the file.
 *
 * Where clang has libFuzzer it is built as fuzz_csv_cut; replay.c runs it over files. */
#include "source_csv_both.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const delimiters[] = {",", ";", "tab", " "};
  static const char *const quotes[] = {"\"", "'", "none", "\""};
  static const char *const missing[] = {"7", "NA", "1,5", "-9", "2.50"};
  if (size < 4) return 0;
  const uint8_t *option = data + size - 4;
  sampan_value v[4];
  for (int i = 0; i < 4; i++) v[i] = (sampan_value){.struct_size = sizeof v[i], .is_set = 1};
  v[0].text = delimiters[option[0] & 3];
  v[1].text = quotes[option[0] >> 2 & 3];
  v[3].number = option[0] >> 4 & 1;
  const both_input in = {.bytes = (const char *)data,
                         .n_bytes = (int64_t)size - 4,
                         .values = v,
                         .texts = option[1] | (uint64_t)option[1] << 8,
                         .missing = missing,
                         .n_missing = option[2] % 6,
                         .capacity = option[2] & 64 ? 64 : 0};
  const int64_t buffers[] = {1 + option[3], INT64_C(1) << 20};
  const both_outcome out = both_read(&in, buffers, 2);
  if (out.disagree) {
    fprintf(stderr, "%s\n", out.message);
    abort();
  }
  return 0;
}
