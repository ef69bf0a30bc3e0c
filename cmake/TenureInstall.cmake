include(CMakePackageConfigHelpers)

# Components: `runtime` is what runs (command, libtenure.so), `development` what is built against.

set(TENURE_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/tenure")
foreach(name core recommender customers simulator report)
  install(TARGETS tenure_${name} EXPORT tenure-targets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime
                  NAMELINK_COMPONENT development
          FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
endforeach()
install(TARGETS tenure_c EXPORT tenure-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime
                NAMELINK_COMPONENT development
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
file(RELATIVE_PATH TENURE_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file("${CMAKE_CURRENT_LIST_DIR}/tenure.pc.in" "${PROJECT_BINARY_DIR}/tenure.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/tenure.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT development)
install(EXPORT tenure-targets NAMESPACE tenure:: DESTINATION ${TENURE_CMAKE_DIR}
        COMPONENT development)
set(TENURE_LIBRARY_FILES ${HDF5_C_LIBRARIES} ${DEFLATE_LIBRARY} ${SODIUM_LIBRARY})
set(TENURE_LIBRARY_PACKAGES "libhdf5-dev, libdeflate-dev, libsodium-dev")
if(TENURE_WITH_XGBOOST)
  list(APPEND TENURE_LIBRARY_FILES ${XGBOOST_LIBRARY})
  string(APPEND TENURE_LIBRARY_PACKAGES ", libxgboost-dev")
endif()
list(FILTER TENURE_LIBRARY_FILES INCLUDE REGEX "^/")
list(JOIN TENURE_LIBRARY_FILES " " TENURE_LIBRARY_FILES)
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/tenure-config.cmake.in" "${PROJECT_BINARY_DIR}/tenure-config.cmake"
  INSTALL_DESTINATION ${TENURE_CMAKE_DIR})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tenure-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/tenure-config.cmake"
              "${PROJECT_BINARY_DIR}/tenure-config-version.cmake"
        DESTINATION ${TENURE_CMAKE_DIR} COMPONENT development)
