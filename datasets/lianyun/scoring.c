// scoring.c -- reads the scoring map, so that keys live in one file only.
#include "scoring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ASPECT_NAME[N_ASPECTS] = {"knowledge", "behaviour", "skills"};
const char *const TOPIC_NAME[N_TOPICS] = {"science", "infectious", "chronic",
                                          "safety",  "medical",    "information"};
static const char *const TYPE_NAME[] = {"judgement", "single", "multiple"};

static int index_of(const char *name, const char *const *names, int n) {
  for (int i = 0; i < n; i++) {
    if (strcmp(name, names[i]) == 0) return i;
  }
  return -1;
}

static int read_item(const char *line, int number, Item *out) {
  char name[8], type[16], key[8], digits[8], aspect[16], topic[16], want[8], *end;
  if (sscanf(line, "%7[^,],%15[^,],%7[^,],%7[0-9],%15[^,],%15[^,\r\n]", name, type, key, digits,
             aspect, topic) != 6) {
    return -1;
  }
  const int points = (int)strtol(digits, &end, 10);
  snprintf(want, sizeof want, "q%02d", number + 1);
  const int i_type = index_of(type, TYPE_NAME, 3);
  const int i_aspect = index_of(aspect, ASPECT_NAME, N_ASPECTS);
  const int i_topic = index_of(topic, TOPIC_NAME, N_TOPICS);
  const size_t letters = strlen(key);
  if (strcmp(name, want) != 0 || i_type < 0 || i_aspect < 0 || i_topic < 0) return -1;
  if (points != (i_type == MULTIPLE ? 2 : 1)) return -1;
  if (i_type == MULTIPLE ? (letters < 2 || letters > 4) : letters != 1) return -1;
  if (strspn(key, i_type == JUDGEMENT ? "12" : "ABCD") != letters) return -1;
  out->type = (ItemType)i_type;
  memcpy(out->key, key, letters + 1);
  out->points = (uint8_t)points;
  out->aspect = (uint8_t)i_aspect;
  out->topic = (uint8_t)i_topic;
  return 0;
}

int scoring_read(const char *path, Scoring *out) {
  char line[256];
  FILE *in = fopen(path, "r");
  if (in == NULL) {
    fprintf(stderr, "%s: cannot open the scoring map\n", path);
    return -1;
  }
  memset(out, 0, sizeof *out);
  int n = -1;  // the first line is the header
  int status = 0;
  while (status == 0 && fgets(line, sizeof line, in) != NULL) {
    if (n >= N_ITEMS || (n >= 0 && read_item(line, n, &out->item[n]) != 0)) {
      fprintf(stderr, "%s:%d: not a valid item of the scoring map\n", path, n + 2);
      status = -1;
    }
    n++;
  }
  fclose(in);
  if (status == 0 && n != N_ITEMS) {
    fprintf(stderr, "%s: %d items, %d expected\n", path, n, N_ITEMS);
    status = -1;
  }
  for (int i = 0; status == 0 && i < N_ITEMS; i++) {
    const Item *item = &out->item[i];
    out->maximum[0] = (uint8_t)(out->maximum[0] + item->points);
    out->maximum[1 + item->aspect] = (uint8_t)(out->maximum[1 + item->aspect] + item->points);
    uint8_t *topic = &out->maximum[1 + N_ASPECTS + item->topic];
    *topic = (uint8_t)(*topic + item->points);
  }
  return status;
}
