# tenure_library(NAME SOURCES ... DEPENDS ... PRIVATE_LIBRARIES ... PRIVATE_INCLUDES ...)
# One static library per folder, target tenure::NAME, headers in NAME/include.
function(tenure_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_LIBRARIES;PRIVATE_INCLUDES" ${ARGN})
  set(target tenure_${name})
  add_library(${target} ${ARG_SOURCES})
  add_library(tenure::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} PUBLIC cxx_std_20)
  file(GLOB headers CONFIGURE_DEPENDS include/tenure/${name}/*.hpp)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  target_include_directories(${target} PRIVATE src)
  target_include_directories(${target} SYSTEM PRIVATE ${ARG_PRIVATE_INCLUDES})
  target_link_libraries(${target}
    PUBLIC ${ARG_DEPENDS}
    PRIVATE $<BUILD_INTERFACE:tenure_build> ${ARG_PRIVATE_LIBRARIES})
  tenure_precompile(${target})
endfunction()
