/* error_ids.h - the numbers of the messages of core/base, 1000 to 1099. Stable: a number is never
 * given to another message. */
#ifndef SP_BASE_ERROR_IDS_H
#define SP_BASE_ERROR_IDS_H

enum {
  SP_ID_MEMORY = 1000,          /* out of memory */
  SP_ID_INPUT_OPEN = 1001,      /* an input cannot be opened */
  SP_ID_INPUT_FOLDER = 1002,    /* an input is a folder */
  SP_ID_INPUT_READ = 1003,      /* reading failed */
  SP_ID_INPUT_SHRANK = 1004,    /* the file ended before the size it had when it was opened */
  SP_ID_INPUT_SEEK = 1005,      /* a move that this input does not allow */
  SP_ID_INPUT_CLOSE = 1006,     /* closing an input failed */
  SP_ID_GZIP_NONE = 1007,       /* named .gz, but no gzip file */
  SP_ID_GZIP_GARBAGE = 1008,    /* bytes after the last gzip member */
  SP_ID_GZIP_CORRUPT = 1009,    /* gzip data or checksum wrong */
  SP_ID_GZIP_TRUNCATED = 1010,  /* the file ends inside a gzip member */
  SP_ID_GZIP_RATIO = 1011,      /* inflates beyond the allowed ratio */
  SP_ID_SPOOL = 1012,           /* the temporary copy of an input cannot be made */
  SP_ID_TEXT_SIZE = 1013,       /* a text file is too large */
  SP_ID_DIGEST_STREAM = 1014,   /* a digest of something that can be read only once */
  SP_ID_INPUT_CANCELLED = 1015, /* cancelled while waiting for bytes */
  SP_ID_OUTPUT_OPEN = 1020,     /* an output cannot be opened */
  SP_ID_OUTPUT_FOLDER = 1021,   /* an output is a folder */
  SP_ID_OUTPUT_WRITE = 1022,    /* writing failed */
  SP_ID_OUTPUT_SYNC = 1023,     /* the written bytes could not be made durable */
  SP_ID_OUTPUT_CLOSE = 1024,    /* closing an output failed */
  SP_ID_OUTPUT_RENAME = 1025,   /* the finished file could not be put in its place */
  SP_ID_OUTPUT_LENGTH = 1026,   /* a writer gave a negative number of bytes */
  SP_ID_OUTPUT_CANCELLED = 1027 /* cancelled while waiting for a reader */
};

#endif
