/* preset.h - the conventions of other systems: what holds where a plan says nothing itself. */
#ifndef SP_PLAN_PRESET_H
#define SP_PLAN_PRESET_H

#include "base/error.h"

/* The value of a plugin's parameter that stands in for the plugin's own default. */
typedef struct sp_preset_default {
  int32_t kind; /* SAMPAN_ESTIMATOR, ... */
  const char *plugin, *parameter, *text;
} sp_preset_default;

enum { SP_DEFF_WOR = 0, SP_DEFF_WR = 1, SP_DEFF_BY_FPC = 2 };

/* `preset:` of a plan. Keys that the plan gives win over it. */
typedef struct sp_preset {
  const char *name;
  const char *system_en, *system_zh; /* whose conventions they are */
  int32_t df_rule, lonely, deff_rule, n_defaults;
  const char *df_name, *lonely_name, *deff_name;
  /* of surveys, by the unit of the first statistic */
  const char *interval_proportion, *interval_mean, *interval_total, *interval_rate;
  const sp_preset_default *defaults;
} sp_preset;

/* A preset by its name, or NULL. */
const sp_preset *sp_preset_find(const char *name);
/* The names, for messages; *n of them. */
const char *const *sp_preset_names(uint32_t *n);

/* The interval for a unit (SAMPAN_UNIT_*) of a survey. */
const char *sp_preset_interval(const sp_preset *preset, int32_t unit);
/* The text for a parameter, or NULL. */
const char *sp_preset_parameter(const sp_preset *preset, int32_t kind, const char *plugin,
                                const char *parameter);

/* What a choice is about; those of parameters carry the parameter. */
enum {
  SP_CHOICE_DF = 0,
  SP_CHOICE_LONELY = 1,
  SP_CHOICE_DEFF = 2,
  SP_CHOICE_PROPORTION = 3,
  SP_CHOICE_MEAN = 4,
  SP_CHOICE_TOTAL = 5,
  SP_CHOICE_RATE = 6,
  SP_CHOICE_PARAMETER = 7 /* and on, one for each default */
};

/* The choices of a preset one by one, for manifest and annex: NULL after the last. `key` is what a
 * plan would call it: "design.df", "interval.mean", "quantile.rule" (at most 64 bytes). */
const char *sp_preset_choice(const sp_preset *preset, uint32_t i, char *key);

#endif
