# Rules that a compiler does not check. Fails with every offence listed.
file(GLOB_RECURSE library_files
  ${ROOT}/core/*.[ch]pp ${ROOT}/recommender/*.[ch]pp ${ROOT}/customers/*.[ch]pp
  ${ROOT}/simulator/*.[ch]pp)
list(LENGTH library_files count)
if(count LESS 20)
  message(FATAL_ERROR "only ${count} library files found under ${ROOT}: the check itself is broken")
endif()

set(offences "")
foreach(file IN LISTS library_files)
  file(READ "${file}" text)
  file(RELATIVE_PATH name "${ROOT}" "${file}")
  foreach(pattern
      "std::cout" "std::cerr" "[^nf]printf[(]" "abort[(]" "std::exit" "getenv[(]"
      "#include <random>" "std::rand[(]" "random_device" "unordered_map" "unordered_set")
    if(text MATCHES "${pattern}")
      string(APPEND offences "  ${name}: ${pattern}\n")
    endif()
  endforeach()
  if(name MATCHES "/include/" AND text MATCHES
      "#include <(tbb|oneapi|Eigen|faiss|hdf5|H5|cblas|hwy|toml|nlohmann|fmt)")
    string(APPEND offences "  ${name}: a private dependency in a public header\n")
  endif()
  if(NOT name MATCHES "^core/src/parallel_tbb" AND text MATCHES "#include <(tbb|oneapi)")
    string(APPEND offences "  ${name}: oneTBB is used through tenure/core/parallel.hpp only\n")
  endif()
  if(name MATCHES "^(core|recommender)/" AND text MATCHES "#include <tenure/(customers|simulator)/")
    string(APPEND offences "  ${name}: dependencies go core <- recommender, core <- customers <- simulator\n")
  endif()
  if(name MATCHES "^(core|customers|simulator)/" AND text MATCHES "#include <tenure/recommender/")
    string(APPEND offences "  ${name}: only apps and bindings use the recommender\n")
  endif()
endforeach()
if(offences)
  message(FATAL_ERROR "rules broken:\n${offences}")
endif()
