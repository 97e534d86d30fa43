/* methods_rules.c - the rules of publication and the conventions that plans go by, for the methods
 * section. */
#include <string.h>

#include "annex/document_sections.h"

/* ---- publication ---------------------------------------------------------------------------- */

const char *sp_given_text(sp_doc *doc, const sp_yaml *node) {
  const char *text = "";
  if (node->kind == SP_YAML_SCALAR) return node->text;
  for (uint32_t i = 0; i < node->n; i++) {
    const char *item = sp_given_text(doc, node->items[i]);
    if (node->kind == SP_YAML_MAP)
      item = sp_doc_printf(doc, node->items[i]->kind == SP_YAML_SCALAR ? "%s: %s" : "%s: (%s)",
                           node->keys[i]->text, item);
    text = text[0] == '\0' ? item : sp_doc_printf(doc, "%s, %s", text, item);
  }
  return text;
}

static const char *named_standard(sp_doc *doc, const sp_yaml *rule, const char *name) {
  static const struct {
    const char *name;
    int32_t word;
  } standards[] = {{"nchs", SP_W_PUBLICATION_NCHS},      {"brfss", SP_W_PUBLICATION_BRFSS},
                   {"nchs-3030", SP_W_PUBLICATION_3030}, {"nhhcs", SP_W_PUBLICATION_NHHCS},
                   {"nsduh", SP_W_PUBLICATION_NSDUH},    {"uscs", SP_W_PUBLICATION_USCS},
                   {"vital", SP_W_PUBLICATION_VITAL}};
  if (strcmp(name, "none") == 0 || strcmp(name, "counts") == 0) return ""; /* thresholds alone */
  for (uint32_t i = 0; i < sizeof standards / sizeof standards[0]; i++)
    if (strcmp(standards[i].name, name) == 0) return sp_word(standards[i].word, doc->language);
  return SP_SAY(doc, PUBLICATION_OTHER, sp_given_text(doc, rule));
}

static const char *standard_text(sp_doc *doc, const sp_yaml *rule) {
  static const struct {
    const char *key;
    int32_t word;
  } thresholds[] = {{"minimum_n", SP_W_PUBLICATION_MINIMUM},
                    {"minimum_events", SP_W_PUBLICATION_MIN_EVENTS},
                    {"minimum_effective_n", SP_W_PUBLICATION_MIN_EFFECTIVE},
                    {"maximum_half_width", SP_W_PUBLICATION_MAX_HALF},
                    {"maximum_rse", SP_W_PUBLICATION_MAX_RSE}};
  const int is_map = rule->kind == SP_YAML_MAP;
  const sp_yaml *name = is_map ? sp_yaml_get(rule, "standard") : rule;
  const char *text = "";
  if (name != NULL && name->kind == SP_YAML_SCALAR) text = named_standard(doc, rule, name->text);
  for (uint32_t i = 0; is_map && i < sizeof thresholds / sizeof thresholds[0]; i++) {
    const sp_yaml *given = sp_yaml_get(rule, thresholds[i].key);
    if (given == NULL || given->kind != SP_YAML_SCALAR) continue;
    text = sp_doc_printf(doc, "%s%s", text, sp_doc_say(doc, thresholds[i].word, &given->text, 1));
  }
  return text;
}

/* Rows of an outcome that were withheld with a flag. */
static int64_t count_withheld(const sp_outcome *o, const char *flag) {
  int64_t n = 0;
  for (uint32_t k = 0; o != NULL && k < o->n_estimates; k++) {
    const sp_estimate *e = &o->estimates[k];
    n += e->status == SAMPAN_STATUS_SUPPRESSED && strncmp(e->flags, flag, strlen(flag)) == 0;
  }
  return n;
}

static int any_confidential(const sp_doc *doc) {
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_outcome *o = doc->evaluation->outcomes != NULL ? doc->evaluation->outcomes[i] : NULL;
    for (uint32_t k = 0; o != NULL && k < o->n_estimates; k++)
      if (sp_is_confidential(&o->estimates[k])) return 1;
  }
  return 0;
}

/* What `protect` of the plans withheld; "" where none has it. */
static const char *protected_text(sp_doc *doc) {
  const char *text = "";
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_plan *plan = doc->programme->plans[i].plan;
    const sp_outcome *o = doc->evaluation->outcomes != NULL ? doc->evaluation->outcomes[i] : NULL;
    const sp_yaml *rule = plan != NULL ? plan->suppression : NULL;
    const sp_yaml *below =
        rule != NULL && rule->kind == SP_YAML_MAP ? sp_yaml_get(rule, "protect") : NULL;
    if (below != NULL && below->kind == SP_YAML_MAP) below = sp_yaml_get(below, "below");
    if (o == NULL || below == NULL || below->kind != SP_YAML_SCALAR) continue;
    text = sp_doc_printf(doc, "%s%s", text,
                         SP_SAY(doc, PUBLICATION_PROTECTED, below->text,
                                sp_count(doc, count_withheld(o, "confidential")),
                                sp_count(doc, count_withheld(o, "complement"))));
  }
  return text;
}

/* The standards of the plans, each once, and what was withheld for its count. */
void sp_publication_add(sp_doc *doc, sp_list *facts) {
  const char *rules = "", *protected = protected_text(doc);
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_plan *plan = doc->programme->plans[i].plan;
    if (plan == NULL || plan->suppression == NULL) continue;
    const char *rule = standard_text(doc, plan->suppression);
    if (rules[0] == '\0' || strstr(rules, rule) == NULL)
      rules = sp_doc_printf(doc, "%s%s", rules, rule);
  }
  rules = rules[0] == '\0' ? SP_WORD(doc, PUBLICATION_NONE)
                           : sp_doc_printf(doc, "%s%s", rules, SP_WORD(doc, PUBLICATION_PRECISION));
  const char *counts = any_confidential(doc)  ? SP_WORD(doc, PUBLICATION_CONFIDENTIAL)
                       : protected[0] == '\0' ? SP_WORD(doc, PUBLICATION_UNPROTECTED)
                                              : "";
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_PUBLICATION),
              sp_doc_printf(doc, "%s%s%s", rules, counts, protected));
}

/* ---- conventions ---------------------------------------------------------------------------- */

/* "degrees of freedom: domain". */
static const char *choice_text(sp_doc *doc, const char *key, const char *value) {
  static const struct {
    const char *key;
    int32_t word;
  } choices[] = {{"design.df", SP_W_PRESET_DF},
                 {"design.lonely", SP_W_PRESET_LONELY},
                 {"design.deff", SP_W_PRESET_DEFF},
                 {"interval.proportion", SP_W_PRESET_PROPORTION},
                 {"interval.mean", SP_W_PRESET_MEAN},
                 {"interval.total", SP_W_PRESET_TOTAL},
                 {"interval.rate", SP_W_PRESET_RATE},
                 {"korn-graubard.convention", SP_W_PRESET_CONVENTION},
                 {"wald.bounded", SP_W_PRESET_BOUNDED},
                 {"quantile.rule", SP_W_PRESET_QUANTILE},
                 {"regression.df", SP_W_PRESET_REGRESSION_DF},
                 {"regression.vadjust", SP_W_PRESET_VADJUST},
                 {"association.statistic", SP_W_PRESET_ASSOCIATION},
                 {"t-test.df_less", SP_W_PRESET_TTEST}};
  const char *name = key;
  for (uint32_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
    if (strcmp(choices[i].key, key) == 0) name = sp_word(choices[i].word, doc->language);
  return SP_SAY(doc, COLON, name, value);
}

void sp_conventions_add(sp_doc *doc, sp_list *facts) {
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_plan *plan = doc->programme->plans[i].plan;
    const sp_preset *preset = plan != NULL ? plan->preset : NULL;
    const char *text = "", *value;
    char key[64];
    int before = preset == NULL;
    for (uint32_t k = 0; k < i && !before; k++) {
      const sp_plan *other = doc->programme->plans[k].plan;
      before = other != NULL && other->preset == preset;
    }
    if (before) continue;
    for (uint32_t k = 0; (value = sp_preset_choice(preset, k, key)) != NULL; k++)
      text = sp_doc_join(doc, text, choice_text(doc, key, value));
    sp_fact_add(doc, facts, SP_WORD(doc, FACT_PRESET),
                SP_SAY(doc, PRESET_TEXT, doc->zh ? preset->system_zh : preset->system_en, text));
  }
}
