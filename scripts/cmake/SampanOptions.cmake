# Compiler, warnings and dependencies that every target shares.
include(GNUInstallDirs)
option(SAMPAN_TESTS "build the tests" ON)
option(SAMPAN_WERROR "treat warnings as errors" OFF)
option(SAMPAN_COVERAGE "count the lines that run, for gcovr" OFF)
set(SAMPAN_SANITIZE "" CACHE STRING "sanitizers, as in address,undefined or thread")

# -O3 finds more to inline than to warn about rightly, and is not faster here.
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
if(CMAKE_C_COMPILER_ID STREQUAL "GNU") # loops over batches gain, whose length it does not know
  set(CMAKE_C_FLAGS_RELEASE "-O2 -fvect-cost-model=dynamic -DNDEBUG")
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# One value per record is rounded once, and never fused: the same bits on every machine.
add_compile_options(-pedantic -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
                    -Wno-missing-field-initializers -ffp-contract=off -fno-fast-math
                    -fstack-protector-strong)
add_compile_definitions(_POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
if(SAMPAN_WERROR)
  add_compile_options(-Werror)
endif()
add_link_options(-Wl,-z,relro,-z,now)
if(SAMPAN_SANITIZE)
  add_compile_options(-fsanitize=${SAMPAN_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -Wno-maybe-uninitialized) # instrumented code is unclear to gcc
  add_link_options(-fsanitize=${SAMPAN_SANITIZE})
endif()
if(SAMPAN_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(GSL REQUIRED IMPORTED_TARGET gsl)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
find_library(CSV_LIBRARY csv REQUIRED)
# What only some plugins need: without it those plugins are left out.
find_library(READSTAT_LIBRARY readstat) # Debian's has no .pc file
find_path(READSTAT_INCLUDE_DIR readstat.h)
if(READSTAT_LIBRARY AND READSTAT_INCLUDE_DIR)
  set(READSTAT_FOUND ON)
endif()
pkg_check_modules(CAIRO IMPORTED_TARGET pangocairo)
if(SAMPAN_TESTS)
  pkg_check_modules(CRITERION IMPORTED_TARGET criterion)
endif()
