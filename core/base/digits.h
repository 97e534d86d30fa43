/* digits.h - the decimal digits of doubles, fast where results live. */
#ifndef SP_BASE_DIGITS_H
#define SP_BASE_DIGITS_H

#include <stdint.h>

/* Writes a double as printf's %.15g does, or %.16g or %.17g: the first that reads back as x; the
 * same bytes. Returns their number, and ends them with a NUL; "" where x is not finite. `out` holds
 * at least 32 bytes. */
int32_t sp_format_double(double x, char *out);

#endif
