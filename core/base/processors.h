/* processors.h - how many processors the process may use. */
#ifndef SP_BASE_PROCESSORS_H
#define SP_BASE_PROCESSORS_H

#include <stdint.h>

/* At least 1: those of its affinity where that is known, else those of the machine. */
uint32_t sp_processors(void);

#endif
