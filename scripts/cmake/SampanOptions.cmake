# Compiler, warnings and dependencies that every target shares.
include(GNUInstallDirs)
option(SAMPAN_TESTS "build the tests" ON)
option(SAMPAN_WERROR "treat warnings as errors" OFF)

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
add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
                    -Wno-missing-field-initializers -ffp-contract=off -fno-fast-math
                    -fstack-protector-strong)
add_compile_definitions(_POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
if(SAMPAN_WERROR)
  add_compile_options(-Werror)
endif()
add_link_options(-Wl,-z,relro,-z,now)

find_package(PkgConfig REQUIRED)
pkg_check_modules(GSL REQUIRED IMPORTED_TARGET gsl)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(READSTAT IMPORTED_TARGET readstat)
pkg_check_modules(CAIRO IMPORTED_TARGET pangocairo)
pkg_check_modules(CRITERION IMPORTED_TARGET criterion)
find_library(CSV_LIBRARY csv REQUIRED)
