/* text.h - texts and numbers, independent of the locale. */
#ifndef SP_BASE_TEXT_H
#define SP_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Reads a decimal number (sign, digits, point, exponent) that fills all n bytes, surrounding blanks
 * allowed; correctly rounded; no hex, inf or nan. 0 if it did, -1 if it is none. */
int32_t sp_parse_number(const char *text, uint64_t n, double *out);
/* The same for a decimal integer within int64_t. */
int32_t sp_parse_integer(const char *text, uint64_t n, int64_t *out);

/* Writes the shortest decimal that reads back as x ("1", "0.1", "1e-300"; "" when not finite) and
 * returns its length; out holds at least 32 bytes. */
int32_t sp_format_number(double x, char *out);
/* Writes x rounded half away from zero to `decimals` (0 to 12), '.' as the mark. `thousands` is put
 * between groups of three, "" for none. out holds at least 64 bytes. */
int32_t sp_format_fixed(double x, int32_t decimals, const char *thousands, char *out);

/* Offset of the first byte that is not valid UTF-8 (RFC 3629; no surrogates), or -1. NUL is valid.
 */
int64_t sp_utf8_invalid(const char *text, uint64_t n);
/* Display columns: 2 for wide CJK, 0 for combining, else 1. */
int32_t sp_utf8_width(const char *text);
/* Characters before the given byte. */
int32_t sp_utf8_characters(const char *text, uint64_t n_bytes);

/* Orders texts as people do: runs of digits by value, so "9" < "10"; then bytes. Total order. */
int sp_compare_natural(const char *a, const char *b);

/* The candidate nearest to `text` by edit distance, close enough to suggest, or NULL. */
const char *sp_nearest(const char *text, const char *const *candidates, uint32_t n);

/* 1 if `name` matches [a-z][a-z0-9_-]{0,31}. */
int sp_is_plugin_name(const char *name);

#endif
