/* wire.h - what an isolated source sends: messages of a head and as many bytes as the head says, in
 * the byte order of the machine, as both ends are one program. The receiver takes them for hostile:
 * nothing is allocated, indexed or looped over before it was checked. Internal to core/host. */
#ifndef SP_HOST_WIRE_H
#define SP_HOST_WIRE_H

#include "base/arena.h"
#include "base/map.h"
#include "host/context.h"

enum { SP_WIRE_SCHEMA = 1, SP_WIRE_BATCH = 2, SP_WIRE_NOTE = 3, SP_WIRE_DONE = 4 };

/* ---- sending ------------------------------------------------------------------------------ */

typedef struct sp_wire_out {
  int fd;
  int failed; /* the other end is gone: nothing more is sent */
  uint64_t n_buffered;
  unsigned char *buffer;
} sp_wire_out;

int32_t sp_wire_out_init(sp_wire_out *out, int fd) SP_CHECK;
void sp_wire_out_clear(sp_wire_out *out);

void sp_wire_send_schema(sp_wire_out *out, const sampan_schema *schema);
/* `texts` holds the texts of each fill by code, of which n_sent[fill] were sent before. */
void sp_wire_send_batch(sp_wire_out *out, const sampan_sink *sink, sp_map *const *texts,
                        uint32_t *n_sent, int64_t n_records, int64_t bytes_done,
                        int64_t bytes_total);
void sp_wire_send_note(sp_wire_out *out, const char *text);
/* The last message: the status of the whole, and its error. */
void sp_wire_send_done(sp_wire_out *out, int32_t status, const sampan_error *error);

/* ---- receiving ---------------------------------------------------------------------------- */

/* Why nothing could be received. */
enum {
  SP_WIRE_OK = 0,
  SP_WIRE_GONE = -1,      /* the sender closed its end, in the midst of a message or before one */
  SP_WIRE_IDLE = -2,      /* nothing came for too long */
  SP_WIRE_CANCELLED = -3, /* *cancel was set meanwhile */
  SP_WIRE_SENSELESS = -4, /* a message that no sender of ours sends */
  SP_WIRE_MEMORY = -5
};

typedef struct sp_wire_in {
  int fd;
  const volatile int *cancel; /* may be NULL */
  int64_t idle_ms;
  uint64_t remaining; /* bytes of the current message */
  uint64_t next, end; /* in the buffer */
  unsigned char *buffer;
  char *text; /* the text that came last */
  uint64_t text_capacity;
} sp_wire_in;

/* The codes of the sender in those of the receiver, by fill. */
typedef struct sp_wire_codes {
  uint32_t n, capacity;
  uint32_t *code;
} sp_wire_codes;

int32_t sp_wire_in_init(sp_wire_in *in, int fd, const volatile int *cancel,
                        int64_t idle_ms) SP_CHECK;
void sp_wire_in_clear(sp_wire_in *in);

/* Waits for the head of a message: *type. */
int32_t sp_wire_receive(sp_wire_in *in, int32_t *type) SP_CHECK;
/* The body of a message of each type. */
int32_t sp_wire_schema(sp_wire_in *in, sp_arena *arena, sampan_schema *out) SP_CHECK;
int32_t sp_wire_batch(sp_wire_in *in, const sampan_sink *sink, sp_wire_codes *codes,
                      int64_t *n_records, int64_t *bytes_done, int64_t *bytes_total) SP_CHECK;
/* *text is borrowed until the next message. */
int32_t sp_wire_note(sp_wire_in *in, const char **text) SP_CHECK;
int32_t sp_wire_done(sp_wire_in *in, int32_t *status, sampan_error *error) SP_CHECK;

#endif
