/* annex_document_look.h - a walk over every text of a document. */
#ifndef ANNEX_DOCUMENT_LOOK_H
#define ANNEX_DOCUMENT_LOOK_H

#include <sampan/plugin.h>

/* `text` is NULL for a cell without text, and for a mark that is not on its strip. */
typedef void annex_visit(void *data, const char *text, const char *where);
void annex_visit_document(const sampan_document *document, annex_visit *see, void *data);

#endif
