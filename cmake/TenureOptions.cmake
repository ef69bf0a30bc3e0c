# Options, default build type, and one interface target that carries warnings and
# sanitizers. It is linked privately and never exported.
option(TENURE_BUILD_APPS "Build the tenure command" ${PROJECT_IS_TOP_LEVEL})
option(TENURE_BUILD_BENCHMARKS "Build the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(TENURE_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(TENURE_WITH_XGBOOST "Gradient-boosted trees for the risk of churn and for stacks" ON)
option(TENURE_WERROR "Treat warnings as errors" OFF)
set(TENURE_SANITIZE "" CACHE STRING "Value for -fsanitize=, e.g. address,undefined")
set(TENURE_PARALLEL_BACKEND "tbb" CACHE STRING "tbb, or threads (for the thread sanitizer)")
set_property(CACHE TENURE_PARALLEL_BACKEND PROPERTY STRINGS tbb threads)

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(PROJECT_IS_TOP_LEVEL)
  find_program(TENURE_CCACHE ccache)
  if(TENURE_CCACHE)
    # The sloppiness is what ccache asks for to keep files compiled with a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros "${TENURE_CCACHE}")
  endif()
endif()

add_library(tenure_build INTERFACE)
target_compile_options(tenure_build INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wfloat-conversion -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
  -Woverloaded-virtual -Wformat=2
  # GCC 12 takes "text" + std::string for overlapping memory.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # Contraction into FMA would make bytes depend on the compiler's mood; kernels ask for it by name.
  -ffp-contract=off)
if(TENURE_WERROR)
  target_compile_options(tenure_build INTERFACE -Werror)
endif()
if(TENURE_SANITIZE)
  # Undefined behaviour is looked for in the libraries, not in the code of tests, where it would
  # double the compiler's time.
  string(REGEX REPLACE ",?undefined" "" in_tests "${TENURE_SANITIZE}")
  set(test_code $<BOOL:$<TARGET_PROPERTY:TENURE_TEST_CODE>>)
  target_compile_options(tenure_build INTERFACE
    $<$<NOT:${test_code}>:-fsanitize=${TENURE_SANITIZE}>
    $<$<AND:${test_code},$<BOOL:${in_tests}>>:-fsanitize=${in_tests}>
    -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  # GCC 12 warns of memory that only the sanitizers' own code touches.
  target_compile_options(tenure_build INTERFACE -Wno-maybe-uninitialized)
  target_link_options(tenure_build INTERFACE -fsanitize=${TENURE_SANITIZE})
endif()
