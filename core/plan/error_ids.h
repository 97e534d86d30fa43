/* error_ids.h - the numbers of the messages of core/plan, 3000 to 3199. Stable: a number is never
 * given to another message. */
#ifndef SP_PLAN_ERROR_IDS_H
#define SP_PLAN_ERROR_IDS_H

enum {
  /* the file as YAML */
  SP_ID_YAML_SYNTAX = 3000,      /* libyaml cannot read it */
  SP_ID_YAML_ENCODING = 3001,    /* not UTF-8 */
  SP_ID_YAML_EMPTY = 3002,       /* no document */
  SP_ID_YAML_DOCUMENTS = 3003,   /* a second document */
  SP_ID_YAML_ANCHOR = 3004,      /* &anchor or *alias */
  SP_ID_YAML_TAG = 3005,         /* !tag */
  SP_ID_YAML_MERGE = 3006,       /* << */
  SP_ID_YAML_KEY = 3007,         /* a key that is no text */
  SP_ID_YAML_DUPLICATE = 3008,   /* a key twice in one map */
  SP_ID_YAML_DEPTH = 3009,       /* nested too deep */
  SP_ID_YAML_UNKNOWN_KEY = 3010, /* a key that nothing reads */
  SP_ID_YAML_CONTROL = 3011,     /* a control character in a text */
  SP_ID_YAML_DIRECTIVE = 3012,   /* %TAG or a %YAML of another version */

  /* values */
  SP_ID_VALUE_KIND = 3020,   /* a map where a list belongs, and the like */
  SP_ID_VALUE_EMPTY = 3021,  /* a key without a value */
  SP_ID_VALUE_NUMBER = 3022, /* not a number, or out of range */
  SP_ID_VALUE_TRUTH = 3023,  /* neither yes nor no */
  SP_ID_VALUE_CHOICE = 3024, /* none of the names that are allowed here */
  SP_ID_VALUE_DIGEST = 3025, /* not 64 hexadecimal digits */
  SP_ID_VALUE_PLUGIN = 3026, /* no name that a plugin can have */
  SP_ID_VALUE_TWICE = 3027,  /* a name twice in a list */
  SP_ID_VALUE_RANGE = 3028,  /* a range of columns without an end */

  /* expressions */
  SP_ID_EXPR_CHARACTER = 3040,     /* a character that has no meaning here */
  SP_ID_EXPR_WIDE = 3041,          /* a full-width sign */
  SP_ID_EXPR_TEXT_OPEN = 3042,     /* a text or name whose quote is not closed */
  SP_ID_EXPR_NUMBER = 3043,        /* a number that is none */
  SP_ID_EXPR_SINGLE_EQUALS = 3044, /* = for == */
  SP_ID_EXPR_OPERATOR = 3045,      /* an operator of another language */
  SP_ID_EXPR_UNEXPECTED = 3046,    /* something else was expected here */
  SP_ID_EXPR_EMPTY = 3047,         /* nothing there */
  SP_ID_EXPR_CHAIN = 3048,         /* comparisons that cannot be chained */
  SP_ID_EXPR_RANGE = 3049,         /* a range of columns outside a function */
  SP_ID_EXPR_LIST = 3050,          /* a list that holds something else than numbers and texts */
  SP_ID_EXPR_MISSING = 3051,       /* comparison with `missing` */
  SP_ID_EXPR_DEPTH = 3052,         /* nested too deep */
  SP_ID_EXPR_KEYWORD = 3053,       /* a keyword in upper case */

  /* plans */
  SP_ID_PLAN_VERSION = 3070,      /* version key missing or of another version */
  SP_ID_PLAN_IS_PROGRAMME = 3071, /* a programme where a plan belongs */
  SP_ID_PLAN_NEEDS = 3072,        /* a required key is missing */
  SP_ID_PLAN_CLASH = 3073,        /* two keys that exclude each other */
  SP_ID_PLAN_NAME = 3074,         /* a name of something that the plan does not have */

  /* programmes */
  SP_ID_PROGRAMME_IS_PLAN = 3100,    /* a plan where a programme belongs */
  SP_ID_PROGRAMME_UNKNOWN = 3101,    /* neither a plan nor a programme */
  SP_ID_PROGRAMME_PLAN = 3102,       /* a plan that the programme does not have or cannot read */
  SP_ID_PROGRAMME_INDICATOR = 3103,  /* an indicator that the plan does not have */
  SP_ID_PROGRAMME_PERIOD = 3104,     /* a period too many or too few */
  SP_ID_PROGRAMME_TARGET = 3105,     /* a target that is no rule */
  SP_ID_PROGRAMME_DIRECTION = 3106,  /* a target against the goal's direction */
  SP_ID_PROGRAMME_COMPARATOR = 3107, /* a comparator that the goal does not have */
  SP_ID_PROGRAMME_TWICE = 3108,      /* a number of a group or goal twice */
  SP_ID_PROGRAMME_CROSSING = 3109    /* groups that the plan does not estimate */
};

#endif
