# Every dependency of the libraries, found once. docs/ARCHITECTURE.md says why each is there.
find_package(Threads REQUIRED)
find_package(TBB REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(OpenMP REQUIRED COMPONENTS CXX) # FAISS's exported config names it without finding it
find_package(BLAS REQUIRED)
find_package(faiss REQUIRED CONFIG)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(hwy REQUIRED CONFIG)
find_package(fmt REQUIRED CONFIG)
find_package(tomlplusplus REQUIRED CONFIG)
find_package(FastFloat REQUIRED CONFIG)
find_package(Boost REQUIRED) # headers of Boost.Math only
find_path(DEFLATE_INCLUDE_DIR libdeflate.h REQUIRED)
find_library(DEFLATE_LIBRARY deflate REQUIRED)
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
find_package(nlohmann_json REQUIRED CONFIG)
find_path(SODIUM_INCLUDE_DIR sodium.h REQUIRED)
find_library(SODIUM_LIBRARY sodium REQUIRED)
if(TENURE_WITH_XGBOOST)
  # Debian's exported config names a program of another package, so the files are found by hand.
  find_path(XGBOOST_INCLUDE_DIR xgboost/c_api.h REQUIRED)
  find_library(XGBOOST_LIBRARY xgboost REQUIRED)
endif()
