/* source_foreign_files.h - small files of SAS, SPSS and Stata, made in memory by ReadStat's writer.
 *
 * All have the same four records of ID (number), SEX (labelled number), TOWN (text), BMI (number):
 *     1   1  "朝阳"   21.5
 *     2   2  ""       .            system missing
 *     3   9  "Haidian" .a  (SPSS: 99.9, declared missing)
 *     4   .  "x"      -0.125
 * XPT and sas7bdat carry "Chaoyang" in place of the Chinese name; SEX 9 is declared missing in
 * SPSS.
 */
#ifndef SOURCE_FOREIGN_FILES_H
#define SOURCE_FOREIGN_FILES_H

#include <readstat.h>
#include <stdint.h>

typedef struct foreign_file {
  char *bytes;
  int64_t n_bytes, capacity;
} foreign_file;

typedef enum foreign_kind {
  KIND_XPT,
  KIND_SAS7BDAT,
  KIND_SAV,
  KIND_ZSAV,
  KIND_DTA,
  KIND_POR
} foreign_kind;
#define N_KINDS 6

/* The name of the plugin that reads a kind. */
const char *foreign_plugin(foreign_kind kind);
/* The four records; freed by the caller. */
foreign_file foreign_write(foreign_kind kind);
/* An XPT file of n records of one number column of `width` bytes and one text column. */
foreign_file foreign_write_xpt(int64_t n_records, int text_width);

#endif
