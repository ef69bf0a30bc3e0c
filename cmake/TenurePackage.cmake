# Two Debian packages: tenure (the command, libtenure.so) and tenure-dev (headers, static libraries,
# CMake package, tenure.pc). `scripts/package` makes them.
if(NOT PROJECT_IS_TOP_LEVEL OR NOT TENURE_BUILD_APPS)
  return()
endif()

# What a program linked to the static libraries needs: the packages that built them.
file(STRINGS "${PROJECT_SOURCE_DIR}/scripts/lib/packages.txt" package_lines
     REGEX "^lib[^ ]+-dev +build ")
set(development_packages "g++")
foreach(line IN LISTS package_lines)
  string(REGEX MATCH "^[^ ]+" package "${line}")
  if(NOT package MATCHES "^lib(cli11)-dev$")
    string(APPEND development_packages ", ${package}")
  endif()
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tenure)
set(CPACK_PACKAGE_VENDOR Tenure)
set(CPACK_PACKAGE_CONTACT "Tenure developers <tenure@localhost>")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME tenure)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
  "Customer retention engine: recommendations, lifetimes, return of programmes
 The tenure command and libtenure.so, its C interface.")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME tenure-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "Customer retention engine: headers and libraries
 What C++ and C programs are built against: find_package(tenure), pkg-config tenure.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "tenure (= ${PROJECT_VERSION}), ${development_packages}")
include(CPack)
