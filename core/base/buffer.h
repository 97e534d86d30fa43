/* buffer.h - a growing string of bytes. A failed append is remembered: check once, at the end. */
#ifndef SP_BASE_BUFFER_H
#define SP_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

typedef struct sp_buffer {
  char *data; /* terminated where n_bytes > 0; use sp_buffer_text */
  uint64_t n_bytes, capacity;
  int32_t failed;
} sp_buffer;

void sp_buffer_init(sp_buffer *b);
void sp_buffer_clear(sp_buffer *b); /* frees */
void sp_buffer_reset(sp_buffer *b); /* keeps the memory, and a failure */
void sp_buffer_add(sp_buffer *b, const void *bytes, uint64_t n_bytes);
void sp_buffer_text_add(sp_buffer *b, const char *text);
void sp_buffer_char(sp_buffer *b, char c);
void sp_buffer_printf(sp_buffer *b, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* The text so far, terminated; "" when empty. Borrowed until the next change. */
const char *sp_buffer_text(const sp_buffer *b);
/* Appends a JSON string with its quotes; a double shortest-round-trip, or null when not finite. */
void sp_buffer_json_text(sp_buffer *b, const char *text);
void sp_buffer_json_number(sp_buffer *b, double x);

#endif
