/* preset.c - the table of conventions. Sources: manuals of R survey 4.5, SAS/STAT, Stata, SUDAAN as
 * compared in docs/methods.md; NCHS: the NHANES tutorials and the presentation standards of 2017;
 * WHO: the analysis of STEPS and GYTS. */
#include "plan/preset.h"

#include <stdio.h>
#include <string.h>

#include "plan/plan_parts.h"

#define ESTIMATOR SAMPAN_ESTIMATOR
#define INTERVAL SAMPAN_INTERVAL
#define COMPARISON SAMPAN_COMPARISON

static const sp_preset_default nchs_defaults[] = {
    {INTERVAL, "korn-graubard", "convention", "nchs"},
    {ESTIMATOR, "quantile", "rule", "sas"}, /* the interpolated distribution, as SUDAAN */
    {ESTIMATOR, "regression", "df", "design"},
    {ESTIMATOR, "regression", "vadjust", "no"},
    {COMPARISON, "association", "statistic", "rao-scott"},
    {COMPARISON, "t-test", "df_less", "0"}};

static const sp_preset_default r_defaults[] = {
    {INTERVAL, "korn-graubard", "convention", "r"},
    {ESTIMATOR, "quantile", "rule", "math"},
    {ESTIMATOR, "regression", "df", "residual"},
    {ESTIMATOR, "regression", "vadjust", "no"},
    {COMPARISON, "association", "statistic", "rao-scott"},
    {COMPARISON, "t-test", "df_less", "1"}};

static const sp_preset_default stata_defaults[] = {
    {ESTIMATOR, "quantile", "rule", "school"}, /* _pctile */
    {ESTIMATOR, "regression", "df", "design"},
    {ESTIMATOR, "regression", "vadjust", "no"},
    {COMPARISON, "association", "statistic", "rao-scott"},
    {COMPARISON, "t-test", "df_less", "0"}};

static const sp_preset_default sas_defaults[] = {
    {INTERVAL, "wald", "bounded", "no"},
    {ESTIMATOR, "quantile", "rule", "sas"},
    {ESTIMATOR, "regression", "df", "design"},
    {ESTIMATOR, "regression", "vadjust", "yes"},
    {COMPARISON, "association", "statistic", "rao-scott-1"},
    {COMPARISON, "t-test", "df_less", "0"}};

static const sp_preset_default who_defaults[] = {
    {ESTIMATOR, "quantile", "rule", "math"},
    {ESTIMATOR, "regression", "df", "design"},
    {ESTIMATOR, "regression", "vadjust", "no"},
    {COMPARISON, "association", "statistic", "rao-scott"},
    {COMPARISON, "t-test", "df_less", "0"}};

#define DOMAIN_DF .df_rule = SP_DF_DOMAIN, .df_name = "domain"
#define DESIGN_DF .df_rule = SP_DF_DESIGN, .df_name = "design"
#define PRESENT_DF .df_rule = SP_DF_STRATA_PRESENT, .df_name = "strata_present"
#define FAIL .lonely = SP_LONELY_FAIL, .lonely_name = "fail"
#define REMOVE .lonely = SP_LONELY_REMOVE, .lonely_name = "remove"
#define ADJUST .lonely = SP_LONELY_ADJUST, .lonely_name = "adjust"
#define WOR .deff_rule = SP_DEFF_WOR, .deff_name = "wor"
#define WR .deff_rule = SP_DEFF_WR, .deff_name = "wr"
#define BY_FPC .deff_rule = SP_DEFF_BY_FPC, .deff_name = "wor with an fpc, else wr"
#define INTERVALS(proportion)                                                             \
  .interval_proportion = (proportion), .interval_mean = "wald", .interval_total = "wald", \
  .interval_rate = "wald"
#define DEFAULTS(list) .defaults = (list), .n_defaults = (int32_t)SP_COUNT(list)

static const sp_preset presets[] = {
    {"nchs", "NCHS", "NCHS（美国国家卫生统计中心）", DOMAIN_DF, FAIL, WR,
     INTERVALS("korn-graubard"), DEFAULTS(nchs_defaults)},
    {"r", "R survey", "R survey 程序包", DOMAIN_DF, FAIL, WOR, INTERVALS("logit"),
     DEFAULTS(r_defaults)},
    {"stata", "Stata", "Stata", PRESENT_DF, FAIL, BY_FPC, INTERVALS("logit"),
     DEFAULTS(stata_defaults)},
    {"sas", "SAS", "SAS", DESIGN_DF, REMOVE, BY_FPC, INTERVALS("wald"), DEFAULTS(sas_defaults)},
    {"who", "WHO (STEPS, GYTS)", "世界卫生组织（STEPS、GYTS）", DESIGN_DF, ADJUST, WR,
     INTERVALS("logit"), DEFAULTS(who_defaults)}};

static const char *const names[] = {"nchs", "r", "stata", "sas", "who"};

const char *const *sp_preset_names(uint32_t *n) {
  *n = SP_COUNT(names);
  return names;
}

const sp_preset *sp_preset_find(const char *name) {
  for (uint32_t i = 0; i < SP_COUNT(presets); i++) {
    if (strcmp(presets[i].name, name) == 0) return &presets[i];
  }
  return NULL;
}

const char *sp_preset_interval(const sp_preset *preset, int32_t unit) {
  switch (unit) {
    case SAMPAN_UNIT_PROPORTION:
      return preset->interval_proportion;
    case SAMPAN_UNIT_COUNT:
      return preset->interval_total;
    case SAMPAN_UNIT_RATE:
      return preset->interval_rate;
    default:
      return preset->interval_mean;
  }
}

const char *sp_preset_parameter(const sp_preset *preset, int32_t kind, const char *plugin,
                                const char *parameter) {
  for (int32_t i = 0; i < preset->n_defaults; i++) {
    const sp_preset_default *d = &preset->defaults[i];
    if (d->kind == kind && strcmp(d->plugin, plugin) == 0 && strcmp(d->parameter, parameter) == 0) {
      return d->text;
    }
  }
  return NULL;
}

const char *sp_preset_choice(const sp_preset *preset, uint32_t i, char *key) {
  const struct {
    const char *key, *value;
  } own[SP_CHOICE_PARAMETER] = {{"design.df", preset->df_name},
                                {"design.lonely", preset->lonely_name},
                                {"design.deff", preset->deff_name},
                                {"interval.proportion", preset->interval_proportion},
                                {"interval.mean", preset->interval_mean},
                                {"interval.total", preset->interval_total},
                                {"interval.rate", preset->interval_rate}};
  if (i < SP_CHOICE_PARAMETER) {
    (void)snprintf(key, 64, "%s", own[i].key);
    return own[i].value;
  }
  if (i - SP_CHOICE_PARAMETER >= (uint32_t)preset->n_defaults) return NULL;
  const sp_preset_default *d = &preset->defaults[i - SP_CHOICE_PARAMETER];
  (void)snprintf(key, 64, "%.31s.%.31s", d->plugin, d->parameter);
  return d->text;
}

/* ---- in a plan ----------------------------------------------------------------------------- */

int32_t sp_plan_preset(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  uint32_t i;
  SP_TRY(sp_read_choice(r, node, "preset", names, SP_COUNT(names), &i));
  const sp_preset *p = &presets[i];
  plan->preset = p;
  plan->design.df_rule = p->df_rule;
  plan->design.df_name = p->df_name;
  plan->design.lonely = p->lonely;
  plan->design.lonely_name = p->lonely_name;
  plan->design.deff_replace = p->deff_rule == SP_DEFF_BY_FPC ? -1 : p->deff_rule == SP_DEFF_WR;
  return SAMPAN_OK;
}

void sp_plan_preset_end(sp_plan *plan) {
  sp_design *d = &plan->design;
  if (d->deff_replace < 0) d->deff_replace = d->fpc == NULL; /* the plan has no `deff` of its own */
}
