/* dates.h - days and months of a checklist. */
#ifndef SP_ANNEX_DATES_H
#define SP_ANNEX_DATES_H

#include <stdint.h>

/* The first and last day that a text can mean, as yyyymmdd: 2020-08-31 is one day, 2020-08 a whole
 * month. 0 if it is a date, -1 if it is none. */
int32_t sp_date_read(const char *text, int32_t *first, int32_t *last);

#endif
