# sampan_plugin(KIND FOLDER NAME [LIBRARIES ...] [SOURCES ...]): one shared object NAME.so from
# plugins/FOLDER/NAME/NAME.c, that sees plugin.h alone, with the manifest NAME.plugin beside it.
set(SAMPAN_PLUGIN_OUTPUT ${CMAKE_BINARY_DIR}/plugins)
function(sampan_plugin folder name)
  cmake_parse_arguments(P "" "" "LIBRARIES;SOURCES" ${ARGN})
  if(NOT P_SOURCES)
    set(P_SOURCES ${name}.c)
  endif()
  list(TRANSFORM P_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/${name}/)
  set(target plugin_${folder}_${name})
  add_library(${target} MODULE ${P_SOURCES})
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
                        LIBRARY_OUTPUT_DIRECTORY ${SAMPAN_PLUGIN_OUTPUT})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/core/include)
  target_link_libraries(${target} PRIVATE ${P_LIBRARIES} m)
  target_link_options(${target} PRIVATE -Wl,-z,defs)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND sampan_cli manifest $<TARGET_FILE:${target}> -o ${SAMPAN_PLUGIN_OUTPUT}/${name}.plugin
    VERBATIM)
  add_dependencies(${target} sampan_cli)
  install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/sampan/plugins)
  install(FILES ${SAMPAN_PLUGIN_OUTPUT}/${name}.plugin
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/sampan/plugins)
endfunction()
