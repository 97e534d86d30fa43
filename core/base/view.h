/* view.h - parts of a file seen in memory, by any number of threads. */
#ifndef SP_BASE_VIEW_H
#define SP_BASE_VIEW_H

#include <sampan/plugin.h>

#include "base/error.h"

typedef struct sp_view sp_view;

/* Opens a regular file. *out is owned. */
int32_t sp_view_open(const char *path, sp_view **out, sampan_error *error) SP_CHECK;
void sp_view_close(sp_view *view);
/* A reader with map and unmap alone. A view stays what it was although the file is replaced; one
 * that is cut while it is read ends the process, so do not write into a file that is being read. */
const sampan_reader *sp_view_reader(const sp_view *view);

#endif
