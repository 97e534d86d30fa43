// scoring.h -- the scoring map of the health-literacy questionnaire.
#ifndef LIANYUN_SCORING_H
#define LIANYUN_SCORING_H

#include <stdint.h>

enum { N_ITEMS = 50, N_ASPECTS = 3, N_TOPICS = 6, N_PARTS = 1 + N_ASPECTS + N_TOPICS };

typedef enum { JUDGEMENT, SINGLE, MULTIPLE } ItemType;

typedef struct {
  ItemType type;
  char key[5];
  uint8_t points, aspect, topic;
} Item;

typedef struct {
  Item item[N_ITEMS];
  uint8_t maximum[N_PARTS];  // points of: all, the 3 aspects, the 6 domains
} Scoring;

extern const char *const ASPECT_NAME[N_ASPECTS];
extern const char *const TOPIC_NAME[N_TOPICS];

// Reads `item,type,key,points,aspect,domain`; returns 0, or -1 with a message on stderr.
int scoring_read(const char *path, Scoring *out);

#endif
