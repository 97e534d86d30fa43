/* marks.c - leaves a file when its code runs: nothing but a plan that names it may do that. */
#include "fault.h"

#include <stdlib.h>

static void mark(void) __attribute__((constructor));
static void mark(void) {
  const char *path = getenv("SAMPAN_TEST_MARK");
  FILE *file = path != NULL ? fopen(path, "w") : NULL;
  if (file != NULL) fclose(file);
}

static const sampan_plugin plugin = {FAULT_PLUGIN("marks")};
SAMPAN_MODULE("marks", "none", &plugin);
