#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>
#include <tenure/core/matrix.hpp>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// What all parts of the binding share: long calls without the interpreter lock, and numpy arrays
/// over memory of either side. Where nothing else is said, functions need the lock.
namespace tenure::python {

namespace py = pybind11;

/// An array of exactly this type and C order; the caller has converted what was otherwise.
template <class T>
using Array = py::array_t<T, py::array::c_style>;

/// How a call runs, as Python gives it.
struct RunOptions {
  int threads = 0;
  std::uint64_t seed = 0;
  py::object progress = py::none();  ///< callable (stage, done, total), or None
};

/// Runs `work` on a thread of its own, without the interpreter lock. The calling thread looks for
/// signals and hands progress on, several times a second: after Ctrl-C, or where `progress` raises,
/// `work` is asked to stop, waited for, and the exception raised.
void run_long(const RunOptions& options, FunctionRef<void(const Execution&)> work);

/// Runs `work` in the calling thread without the interpreter lock: for what takes milliseconds.
void run_short(const RunOptions& options, FunctionRef<void(const Execution&)> work);

/// The same, with a result.
template <class Work>
auto result_of_long(const RunOptions& options, Work&& work) {
  std::optional<std::invoke_result_t<Work&, const Execution&>> result;
  run_long(options, [&](const Execution& execution) { result.emplace(work(execution)); });
  return std::move(*result);
}

/// A view for as long as the array lives.
template <class T>
std::span<const T> view(const Array<T>& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}

/// The vector's memory as an array, not copied.
template <class T, class Allocator>
py::array_t<T> to_array(std::vector<T, Allocator>&& values) {
  auto owner = std::make_unique<std::vector<T, Allocator>>(std::move(values));
  const auto size = static_cast<py::ssize_t>(owner->size());
  T* const data = owner->data();
  const py::capsule capsule(owner.release(), [](void* memory) {
    delete static_cast<std::vector<T, Allocator>*>(memory);
  });
  return py::array_t<T>(size, data, capsule);
}

/// A read-only array over memory that `owner` keeps alive.
template <class T>
py::array borrowed(std::span<const T> values, py::handle owner) {
  py::array_t<T> array(static_cast<py::ssize_t>(values.size()), values.data(), owner);
  array.attr("flags").attr("writeable") = false;
  return array;
}
py::array borrowed(MatrixView<const float> matrix, py::handle owner);

/// (row_start, columns, values), moved out of the matrix.
py::tuple csr_parts(Csr&& matrix);

/// A matrix whose arrays Python owns; keeps them.
class CsrArrays {
 public:
  /// @throws ArgumentError where the arrays are no CSR matrix.
  CsrArrays(Array<std::uint64_t> row_start, Array<std::uint32_t> columns, Array<float> values,
            std::uint32_t n_columns);
  const CsrView& matrix() const noexcept { return view_; }

 private:
  Array<std::uint64_t> row_start_;
  Array<std::uint32_t> columns_;
  Array<float> values_;
  CsrView view_;
};

/// The ids as a list of str.
py::list to_list(const Dictionary& dictionary);
Dictionary to_dictionary(const std::vector<std::string>& ids);

/// A log of events, shared by the Python objects that are made from it.
using SharedEvents = std::shared_ptr<const EventTable>;

}  // namespace tenure::python
