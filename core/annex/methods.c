/* methods.c - the methods section, written from the plans: what was done, not what could be. */
#include <string.h>

#include "annex/document_sections.h"

const sp_outcome *sp_finding_outcome(const sp_finding *f) {
  return f->current.outcome != NULL ? f->current.outcome : f->baseline.outcome;
}

const sp_indicator *sp_finding_indicator(const sp_finding *f) {
  const sp_outcome *o = sp_finding_outcome(f);
  const char *name = f->goal->current.indicator;
  for (uint32_t i = 0; o != NULL && name != NULL && i < o->plan->n_indicators; i++)
    if (strcmp(o->plan->indicators[i].name, name) == 0) return &o->plan->indicators[i];
  return NULL;
}

static int refers(const sp_reference *r, const char *plan, const char *indicator) {
  return r->given && r->plan != NULL && r->indicator != NULL && strcmp(r->plan, plan) == 0 &&
         strcmp(r->indicator, indicator) == 0;
}

int sp_indicator_is_used(const sp_doc *doc, uint32_t plan, const char *indicator) {
  const char *name = doc->programme->plans[plan].name;
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_goal *goal = doc->evaluation->findings[i].goal;
    if (refers(&goal->current, name, indicator) || refers(&goal->baseline, name, indicator))
      return 1;
    for (uint32_t k = 0; k < goal->n_comparators; k++)
      if (refers(&goal->comparators[k].reference, name, indicator)) return 1;
  }
  return 0;
}

/* ---- one plan ------------------------------------------------------------------------------- */

/* "age < 15: not in the population": the records that never reach the design. */
static const char *scope_text(sp_doc *doc, const sp_plan *plan) {
  const char *text = "";
  if (plan->keep != NULL) text = SP_SAY(doc, SCOPE_KEEP, sp_expression_text(doc, plan->keep));
  if (plan->n_drops > 0) {
    const char *reasons = "";
    for (uint32_t i = 0; i < plan->n_drops; i++) {
      const char *label =
          plan->drop_reasons != NULL ? sp_doc_label(doc, &plan->drop_reasons[i]) : "";
      reasons = sp_doc_join(doc, reasons, label[0] != '\0' ? label : plan->drops[i].name);
    }
    text = sp_doc_printf(doc, "%s%s", text, SP_SAY(doc, SCOPE_DROP, reasons));
  }
  if (plan->domain != NULL)
    text = sp_doc_printf(doc, "%s%s", text,
                         SP_SAY(doc, SCOPE_DOMAIN, sp_expression_text(doc, plan->domain)));
  return text;
}

static const char *title_of(const sp_doc *doc, uint32_t i) {
  const char *title = sp_doc_label(doc, &doc->programme->plans[i].plan->title);
  return title[0] != '\0' ? title : doc->programme->plans[i].name;
}

static const sp_outcome *outcome_at(const sp_doc *doc, uint32_t plan) {
  return doc->evaluation->outcomes != NULL ? doc->evaluation->outcomes[plan] : NULL;
}

/* A survey; its title is said only where there are several. */
static void add_survey(sp_doc *doc, sp_list *facts, uint32_t i, int32_t is_one) {
  const sp_plan *plan = doc->programme->plans[i].plan;
  sp_design_add(doc, facts, plan, is_one ? "" : title_of(doc, i));
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_SCOPE), scope_text(doc, plan));
  sp_design_variance_add(doc, facts, plan, outcome_at(doc, i));
}

static void add_plans(sp_doc *doc, sp_list *facts) {
  const char *titles[4] = {"", "", "", ""};
  uint32_t n[4] = {0};
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_plan *plan = doc->programme->plans[i].plan;
    if (plan == NULL || plan->kind < 0 || plan->kind > SP_KIND_CHECKLIST) continue;
    titles[plan->kind] = sp_doc_join(doc, titles[plan->kind], title_of(doc, i));
    n[plan->kind]++;
  }
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_plan *plan = doc->programme->plans[i].plan;
    if (plan != NULL && plan->kind == SP_KIND_SURVEY)
      add_survey(doc, facts, i, n[SP_KIND_SURVEY] == 1);
  }
  if (n[SP_KIND_VITAL] > 0)
    sp_fact_add(doc, facts, SP_WORD(doc, SOURCE_VITAL),
                SP_SAY(doc, VITAL_METHOD, titles[SP_KIND_VITAL]));
  if (n[SP_KIND_REGISTER] > 0)
    sp_fact_add(doc, facts, SP_WORD(doc, KIND_REGISTER),
                SP_SAY(doc, REGISTER_METHOD, titles[SP_KIND_REGISTER]));
  if (n[SP_KIND_CHECKLIST] > 0)
    sp_fact_add(doc, facts, SP_WORD(doc, KIND_CHECKLIST),
                SP_SAY(doc, CHECKLIST_METHOD, titles[SP_KIND_CHECKLIST]));
}

/* ---- estimators and intervals ------------------------------------------------------------------
 */

static const char *plugin_label(const sp_doc *doc, const sampan_plugin *p) {
  const char *label = doc->zh ? p->label_zh : p->label_en;
  return label != NULL && label[0] != '\0' ? label : p->name;
}

/* Summary, formula and reference of a plugin. */
static const char *plugin_text(sp_doc *doc, const sampan_plugin *p) {
  const char *summary = doc->zh ? p->summary_zh : p->summary_en;
  const char *text = summary != NULL ? summary : "";
  if (p->formula != NULL && p->formula[0] != '\0')
    text = sp_doc_printf(doc, "%s%s", text, SP_SAY(doc, FORMULA, p->formula));
  if (p->reference != NULL && p->reference[0] != '\0')
    text = sp_doc_printf(doc, "%s%s", text, SP_SAY(doc, REFERENCE, p->reference));
  return text;
}

/* The parameters that a plan gives a plugin, as it gives them: numbers hang on them. */
static const char *parameters_text(sp_doc *doc, const sampan_plugin *plugin,
                                   const sp_yaml *options) {
  const char *text = "";
  if (plugin == NULL || options == NULL || options->kind != SP_YAML_MAP) return text;
  for (uint32_t i = 0; i < options->n; i++) {
    const char *key = options->keys[i]->text;
    for (uint32_t k = 0; k < plugin->n_params; k++) {
      if (strcmp(plugin->params[k].name, key) != 0) continue;
      text = sp_doc_join(doc, text, SP_SAY(doc, COLON, key, sp_given_text(doc, options->items[i])));
    }
  }
  return text;
}

/* A plugin with the indicators that use it with the same parameters. */
typedef struct use {
  const sampan_plugin *plugin;
  const char *parameters, *indicators;
  uint32_t n, reserved;
} use;

static void add_use(sp_doc *doc, sp_list *uses, const sampan_plugin *plugin, const sp_yaml *options,
                    const char *name) {
  use *u = uses->items;
  if (plugin == NULL) return;
  const char *parameters = parameters_text(doc, plugin, options);
  for (uint32_t i = 0; i < uses->n; i++) {
    if (u[i].plugin != plugin || strcmp(u[i].parameters, parameters) != 0) continue;
    u[i].indicators = sp_doc_join(doc, u[i].indicators, name);
    u[i].n++;
    return;
  }
  u = SP_ADD(doc, uses, use);
  u->plugin = plugin;
  u->parameters = parameters;
  u->indicators = name;
  u->n = 1;
}

static void collect_uses(sp_doc *doc, sp_list *estimators, sp_list *intervals) {
  for (uint32_t i = 0; i < doc->programme->n_plans; i++) {
    const sp_outcome *o = outcome_at(doc, i);
    for (uint32_t k = 0; o != NULL && k < o->plan->n_indicators; k++) {
      const sp_indicator *indicator = &o->plan->indicators[k];
      if (!sp_indicator_is_used(doc, i, indicator->name)) continue;
      const char *label = sp_doc_label(doc, &indicator->label);
      const char *name = label[0] != '\0' ? label : indicator->name;
      if (o->estimators != NULL)
        add_use(doc, estimators, o->estimators[k], indicator->estimator.options, name);
      if (o->intervals != NULL && o->plan->kind != SP_KIND_REGISTER)
        add_use(doc, intervals, o->intervals[k], indicator->interval.options, name);
    }
  }
}

/* "a, b (each unit: rate); c". */
static const char *indicators_of(sp_doc *doc, const sp_list *uses, const sampan_plugin *plugin) {
  const use *u = uses->items;
  const char *text = "";
  for (uint32_t i = 0; i < uses->n; i++) {
    if (u[i].plugin != plugin) continue;
    const char *item = u[i].indicators;
    if (u[i].parameters[0] != '\0')
      item = u[i].n > 1 ? SP_SAY(doc, WITH_PARAMETERS_EACH, item, u[i].parameters)
                        : SP_SAY(doc, WITH_PARAMETERS, item, u[i].parameters);
    text =
        text[0] == '\0' ? item : sp_doc_printf(doc, "%s%s%s", text, SP_WORD(doc, SEMICOLON), item);
  }
  return text;
}

static int is_first_use(const use *u, uint32_t i) {
  for (uint32_t k = 0; k < i; k++)
    if (u[k].plugin == u[i].plugin) return 0;
  return 1;
}

static void add_uses(sp_doc *doc, sp_list *facts, const sp_list *uses, int32_t is_interval) {
  const use *u = uses->items;
  for (uint32_t i = 0; i < uses->n; i++) {
    if (!is_first_use(u, i)) continue;
    const char *label = plugin_label(doc, u[i].plugin);
    sp_fact_add(
        doc, facts,
        is_interval ? SP_SAY(doc, FACT_INTERVAL, label) : SP_SAY(doc, FACT_ESTIMATOR, label),
        sp_doc_printf(doc, "%s%s", plugin_text(doc, u[i].plugin),
                      SP_SAY(doc, USED_FOR, indicators_of(doc, uses, u[i].plugin))));
  }
}

/* ---- definitions, publication ------------------------------------------------------------------
 */

static void add_definitions(sp_doc *doc, sp_list *facts) {
  sp_list runs = {0};
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    const sp_indicator *indicator = sp_finding_indicator(f);
    const char *definition = sp_doc_label(doc, &f->goal->definition);
    if (definition[0] == '\0') continue;
    if (indicator != NULL && indicator->definition_version != NULL &&
        indicator->definition_version[0] != '\0')
      definition = sp_doc_printf(doc, "%s%s", sp_doc_sentence(doc, definition),
                                 SP_SAY(doc, DEFINITION_VERSION, indicator->definition_version));
    sp_rich_add(doc, &runs,
                SP_SAY(doc, COLON, sp_goal_title(doc, f), sp_doc_sentence(doc, definition)),
                runs.n > 0 ? SAMPAN_RUN_BREAK : 0, 0);
  }
  if (runs.n == 0) return;
  sampan_fact *fact = SP_ADD(doc, facts, sampan_fact);
  fact->name = SP_WORD(doc, FACT_DEFINITIONS);
  fact->text = sp_rich(&runs);
}

void sp_section_methods(sp_doc *doc) {
  sp_list facts = {0}, estimators = {0}, intervals = {0};
  sp_section(doc, "methods", SP_W_SECTION_METHODS);
  add_plans(doc, &facts);
  collect_uses(doc, &estimators, &intervals);
  add_uses(doc, &facts, &estimators, 0);
  add_uses(doc, &facts, &intervals, 1);
  sp_conventions_add(doc, &facts);
  add_definitions(doc, &facts);
  sp_fact_add(doc, &facts, SP_WORD(doc, FACT_POINT_RULE), SP_WORD(doc, POINT_RULE));
  sp_fact_add(doc, &facts, SP_WORD(doc, FACT_STATISTICAL_RULE), SP_SAY(doc, STATISTICAL_RULE, ""));
  sp_fact_add(doc, &facts, SP_WORD(doc, FACT_PROGRESS_RULE), SP_WORD(doc, PROGRESS_RULE));
  sp_fact_add(doc, &facts, SP_WORD(doc, FACT_NEXT_RULE), SP_WORD(doc, NEXT_RULE));
  sp_publication_add(doc, &facts);
  sp_fact_add(doc, &facts, SP_WORD(doc, FACT_LIMITS), SP_WORD(doc, LIMITS));
  sp_facts_close(doc, &facts, 0);
}
