# sampan_plugin(FOLDER NAME [HOME DIR] [LIBRARIES ...]): one shared object from all the .c files of
# plugins/FOLDER/NAME (or of HOME), that sees plugin.h alone, with its manifest beside it.
#
# The file is called as its SAMPAN_MODULE line says: names are unique within a kind only, so the
# module of a writer `csv` cannot be `csv` as well.
set(SAMPAN_PLUGIN_OUTPUT ${CMAKE_BINARY_DIR}/plugins)
set(SAMPAN_PLUGIN_INSTALL ${CMAKE_INSTALL_LIBDIR}/sampan/plugins)
add_custom_target(sampan_plugins ALL)

# Reads the name of the module from the sources.
function(sampan_module_name out folder)
  foreach(source IN LISTS ARGN)
    file(STRINGS ${source} lines REGEX "^SAMPAN_MODULE\\(\"")
    if(lines)
      string(REGEX REPLACE "^SAMPAN_MODULE\\(\"([^\"]+)\".*" "\\1" name "${lines}")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
      set(${out} ${name} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "no SAMPAN_MODULE(\"...\") in ${folder}")
endfunction()

function(sampan_plugin folder name)
  cmake_parse_arguments(P "" "HOME" "LIBRARIES" ${ARGN})
  set(home ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${name})
  if(P_HOME)
    set(home ${P_HOME})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${home}/*.c)
  if(NOT sources)
    message(FATAL_ERROR "${home} has no sources")
  endif()
  sampan_module_name(module ${home} ${sources})
  get_property(modules GLOBAL PROPERTY SAMPAN_MODULES)
  if(module IN_LIST modules)
    message(FATAL_ERROR "${home}: another plugin's module is called ${module}, too; "
                        "call this one KIND-${module} in its SAMPAN_MODULE line")
  endif()
  set_property(GLOBAL APPEND PROPERTY SAMPAN_MODULES ${module})

  set(target plugin_${folder}_${name})
  set(manifest ${SAMPAN_PLUGIN_OUTPUT}/${module}.plugin)
  add_library(${target} MODULE ${sources})
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${module}
                        LIBRARY_OUTPUT_DIRECTORY ${SAMPAN_PLUGIN_OUTPUT})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/core/include)
  target_link_libraries(${target} PRIVATE ${P_LIBRARIES} m)
  target_link_options(${target} PRIVATE -Wl,-z,defs)
  add_custom_command(OUTPUT ${manifest}
    COMMAND sampan_cli manifest $<TARGET_FILE:${target}> -o ${manifest}
    DEPENDS ${target} sampan_cli VERBATIM)
  add_custom_target(${target}_manifest ALL DEPENDS ${manifest})
  add_dependencies(sampan_plugins ${target}_manifest)
  # Not stripped or relinked: the manifest holds the file's SHA-256.
  install(FILES $<TARGET_FILE:${target}> ${manifest} DESTINATION ${SAMPAN_PLUGIN_INSTALL})
endfunction()

# sampan_plugin_if(FOUND FOLDER NAME WHAT ...): the same, where the library WHAT is there.
function(sampan_plugin_if found folder name what)
  if(${found})
    sampan_plugin(${folder} ${name} ${ARGN})
  else()
    message(STATUS "Leaving out the plugin ${folder}/${name}: ${what} is missing")
  endif()
endfunction()
