/* mortality.h - the plugins of this module, which share their age groups. */
#ifndef SAMPAN_MORTALITY_H
#define SAMPAN_MORTALITY_H

#include <sampan/plugin.h>

extern const sampan_plugin mortality_indirect;
extern const sampan_plugin mortality_life_table;
extern const sampan_plugin mortality_premature;

#endif
