# Rules that a compiler does not check. Fails with every offence listed.
# -DROOT=source tree
file(GLOB_RECURSE library_files
  ${ROOT}/core/*.[ch]pp ${ROOT}/recommender/*.[ch]pp ${ROOT}/customers/*.[ch]pp
  ${ROOT}/simulator/*.[ch]pp ${ROOT}/report/*.[ch]pp)
list(LENGTH library_files count)
if(count LESS 20)
  message(FATAL_ERROR "only ${count} library files found under ${ROOT}: the check itself is broken")
endif()

set(offences "")
macro(offence what)
  string(APPEND offences "  ${name}: ${what}\n")
endmacro()

# The libraries: no output, no global state, no unordered iteration, no standard random numbers,
# dependencies one way and hidden.
foreach(file IN LISTS library_files)
  file(READ "${file}" text)
  file(RELATIVE_PATH name "${ROOT}" "${file}")
  foreach(pattern
      "std::cout" "std::cerr" "[^nf]printf[(]" "abort[(]" "std::exit" "getenv[(]"
      "#include <random>" "std::rand[(]" "random_device" "unordered_map" "unordered_set"
      "using namespace" "std::execution::" "#pragma omp")
    if(text MATCHES "${pattern}")
      offence("${pattern}")
    endif()
  endforeach()
  if(name MATCHES "/include/")
    if(text MATCHES "#include <(tbb|oneapi|Eigen|faiss|hdf5|H5|cblas|hwy|toml|nlohmann|fmt|boost|fast_float|xxhash|libdeflate|sodium)")
      offence("a private dependency in a public header")
    endif()
    if(NOT text MATCHES "///")
      offence("a public header without documentation")
    endif()
    if(NOT text MATCHES "#pragma once")
      offence("a header without #pragma once")
    endif()
  endif()
  if(NOT name MATCHES "^core/src/parallel_tbb" AND text MATCHES "#include <(tbb|oneapi)")
    offence("oneTBB is used through tenure/core/parallel.hpp only")
  endif()
  if(NOT name MATCHES "^core/src/parallel_threads" AND text MATCHES "std::(jthread|thread[ (]|async)")
    offence("threads are made by the parallel backend only")
  endif()
  if(name MATCHES "^(core|recommender)/" AND text MATCHES "#include <tenure/(customers|simulator)/")
    offence("dependencies go core <- recommender, core <- customers <- simulator")
  endif()
  if(name MATCHES "^customers/" AND text MATCHES "#include <tenure/simulator/")
    offence("customers does not know the simulator")
  endif()
  if(name MATCHES "^(core|customers|simulator)/" AND text MATCHES "#include <tenure/recommender/")
    offence("only apps and bindings use the recommender")
  endif()
  if(NOT name MATCHES "^report/" AND text MATCHES "#include <tenure/report/")
    offence("only apps and bindings use the report")
  endif()
endforeach()

# Everything that is written by hand: of readable size, finished, without machine-local paths.
file(GLOB_RECURSE code_files
  ${ROOT}/core/*.[ch]pp ${ROOT}/recommender/*.[ch]pp ${ROOT}/customers/*.[ch]pp
  ${ROOT}/simulator/*.[ch]pp ${ROOT}/report/*.[ch]pp ${ROOT}/apps/*.[ch]pp ${ROOT}/capi/*.[ch]pp ${ROOT}/capi/*.h
  ${ROOT}/examples/*.[ch]pp ${ROOT}/examples/*.c ${ROOT}/bench/*.[ch]pp ${ROOT}/tests/*.[ch]pp
  ${ROOT}/python/*.[ch]pp ${ROOT}/python/*.py ${ROOT}/python/*.pyi ${ROOT}/tests/*.py
  ${ROOT}/cmake/*.cmake ${ROOT}/datasets/*.toml ${ROOT}/datasets/*.md ${ROOT}/docs/*.md)
file(GLOB other_files ${ROOT}/*.md ${ROOT}/CMakeLists.txt ${ROOT}/CMakePresets.json
  ${ROOT}/*/CMakeLists.txt ${ROOT}/tests/*/CMakeLists.txt ${ROOT}/scripts/run ${ROOT}/scripts/test
  ${ROOT}/scripts/lint ${ROOT}/scripts/wheel ${ROOT}/scripts/lib/*)
foreach(file IN LISTS code_files other_files)
  file(READ "${file}" text)
  file(RELATIVE_PATH name "${ROOT}" "${file}")
  if(name MATCHES "[.]([ch]pp|pyi?)$")
    string(REGEX MATCHALL "\n" newlines "${text}")
    list(LENGTH newlines lines)
    if(lines GREATER 500)
      offence("${lines} lines; split it by subject (500 at most)")
    endif()
  endif()
  if(text MATCHES "TO[D]O|FIX[M]E")
    offence("unfinished: ${CMAKE_MATCH_0}")
  endif()
  if(text MATCHES "(^|\n)(<<<<<<<|>>>>>>>) ")
    offence("a merge left its marks")
  endif()
  # Paths of the system are the same everywhere; any other absolute path is one machine's.
  string(REGEX MATCHALL "[\"'`= (]/[a-z]+/[A-Za-z0-9_]" paths "${text}")
  foreach(path IN LISTS paths)
    if(NOT path MATCHES "^./(usr|etc|dev|tmp|proc|sys|bin|lib|nonexistent|missing)/")
      offence("an absolute path of one machine: ${path}...")
    endif()
  endforeach()
  if(name MATCHES "CMakeLists|[.]cmake$|Presets" AND text MATCHES "-march=native|-ffast-math|-Ofast")
    offence("${CMAKE_MATCH_0}: the build is portable and its arithmetic exact")
  endif()
endforeach()

if(offences)
  message(FATAL_ERROR "rules broken:\n${offences}")
endif()
