/* document.h - an evaluation as a finished document, in Chinese or English. */
#ifndef SP_ANNEX_DOCUMENT_H
#define SP_ANNEX_DOCUMENT_H

#include "annex/evaluate.h"

/* Builds the document; everything lives in the arena. */
int32_t sp_document_build(const sp_evaluation *evaluation, sp_registry *registry,
                          const char *language, sp_arena *arena, const sampan_document **out,
                          sampan_error *error) SP_CHECK;

#endif
