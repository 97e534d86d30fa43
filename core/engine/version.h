/* version.h - the version of the engine, as the build gives it. */
#ifndef SP_ENGINE_VERSION_H
#define SP_ENGINE_VERSION_H

#ifndef SAMPAN_VERSION
#define SAMPAN_VERSION "0.0.0"
#endif

#endif
