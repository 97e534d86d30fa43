# What `cmake --install` lays down beside the targets: what a plugin author needs, and the licence.
file(RELATIVE_PATH up "/top/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/top")
string(REGEX REPLACE "/$" "" up "${up}")

# Two sampan-plugin.pc: one for the installation, which may be moved as a whole, and one that makes
# plugins against this build tree.
set(PC_PREFIX "\${pcfiledir}/${up}")
set(PC_INCLUDE "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
set(PC_PROGRAM "\${prefix}/${CMAKE_INSTALL_BINDIR}/sampan")
set(PC_PLUGINS "\${prefix}/${SAMPAN_PLUGIN_INSTALL}")
set(PC_DATASETS "\${prefix}/${CMAKE_INSTALL_DATADIR}/sampan/datasets")
configure_file(${CMAKE_CURRENT_LIST_DIR}/sampan-plugin.pc.in
               ${CMAKE_BINARY_DIR}/install/sampan-plugin.pc @ONLY)
set(PC_PREFIX "\${pcfiledir}")
set(PC_INCLUDE ${PROJECT_SOURCE_DIR}/core/include)
set(PC_PROGRAM "\${prefix}/sampan")
set(PC_PLUGINS "\${prefix}/plugins")
set(PC_DATASETS ${PROJECT_SOURCE_DIR}/datasets)
configure_file(${CMAKE_CURRENT_LIST_DIR}/sampan-plugin.pc.in ${CMAKE_BINARY_DIR}/sampan-plugin.pc
               @ONLY)

# The program in the build folder finds the standard populations beside itself.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/datasets ${CMAKE_BINARY_DIR}/share/datasets SYMBOLIC)

install(FILES ${CMAKE_BINARY_DIR}/install/sampan-plugin.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/scripts/new-plugin
        DESTINATION ${CMAKE_INSTALL_BINDIR} RENAME sampan-new-plugin)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts/templates
        DESTINATION ${CMAKE_INSTALL_DATADIR}/sampan)
# An example that users build themselves; datasets/CMakeLists.txt installs its page.
install(FILES ${PROJECT_SOURCE_DIR}/datasets/literacy/plugin/health-literacy.c
              ${PROJECT_SOURCE_DIR}/datasets/literacy/plugin/Makefile
        DESTINATION ${CMAKE_INSTALL_DATADIR}/sampan/datasets/literacy/plugin)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
