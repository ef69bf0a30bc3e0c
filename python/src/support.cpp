#include "support.hpp"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

extern "C" {
int openblas_get_num_threads(void);
void openblas_set_num_threads(int threads);
}

namespace tenure::python {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(50);

/// The libraries set OpenBLAS to one thread, and numpy uses the same OpenBLAS: the first call in
/// remembers the number of threads, the last one out puts it back.
class BlasThreads {
 public:
  BlasThreads() {
    const std::lock_guard lock(mutex);
    if (calls++ == 0) before = openblas_get_num_threads();
  }
  ~BlasThreads() {
    const std::lock_guard lock(mutex);
    if (--calls == 0) openblas_set_num_threads(before);
  }
  BlasThreads(const BlasThreads&) = delete;
  BlasThreads& operator=(const BlasThreads&) = delete;

 private:
  inline static std::mutex mutex;
  inline static int calls = 0;
  inline static int before = 1;
};

/// The last thing a call has said of itself: written by its threads, read by the waiting one.
class Board {
 public:
  void post(const ProgressUpdate& update) {
    const std::lock_guard lock(mutex_);
    stage_ = update.stage;
    done_ = update.done;
    total_ = update.total;
    news_ = true;
  }
  void finish() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  /// True once finished.
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPoll, [this] { return finished_; });
  }
  /// Hands on what is new. Needs the interpreter lock; Python's code runs without ours.
  void deliver(const py::object& progress) {
    if (progress.is_none()) return;
    std::unique_lock lock(mutex_);
    if (!news_) return;
    news_ = false;
    const std::string stage = stage_;
    const std::uint64_t done = done_;
    const std::uint64_t total = total_;
    lock.unlock();
    progress(stage, done, total);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string stage_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  bool news_ = false;
  bool finished_ = false;
};

Execution execution_of(const RunOptions& options) {
  Execution execution;
  execution.threads = options.threads;
  execution.seed = options.seed;
  execution.concurrency();  // checks
  return execution;
}

/// Waits for the work; what Python raised on the way, if anything.
std::exception_ptr attend(Board& board, const py::object& progress, std::stop_source& source) {
  std::exception_ptr raised;
  while (true) {
    {
      const py::gil_scoped_release release;
      if (board.wait()) break;
    }
    if (raised) continue;
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      board.deliver(progress);
    } catch (...) {
      raised = std::current_exception();
      source.request_stop();
    }
  }
  return raised;
}

}  // namespace

void run_long(const RunOptions& options, FunctionRef<void(const Execution&)> work) {
  Execution execution = execution_of(options);
  Board board;
  std::stop_source source;
  execution.stop = source.get_token();
  if (!options.progress.is_none()) {
    execution.progress = [&board](const ProgressUpdate& update) { board.post(update); };
  }
  std::exception_ptr fault;
  const BlasThreads blas;
  std::thread worker([&] {
    try {
      work(execution);
    } catch (...) {
      fault = std::current_exception();
    }
    board.finish();
  });
  const std::exception_ptr raised = attend(board, options.progress, source);
  worker.join();
  if (raised) std::rethrow_exception(raised);
  if (fault) std::rethrow_exception(fault);
  board.deliver(options.progress);
}

void run_short(const RunOptions& options, FunctionRef<void(const Execution&)> work) {
  const Execution execution = execution_of(options);
  const py::gil_scoped_release release;
  const BlasThreads blas;
  work(execution);
}

py::array borrowed(MatrixView<const float> matrix, py::handle owner) {
  const std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(matrix.rows),
                                       static_cast<py::ssize_t>(matrix.cols)};
  const std::vector<py::ssize_t> strides{static_cast<py::ssize_t>(matrix.stride * sizeof(float)),
                                         static_cast<py::ssize_t>(sizeof(float))};
  py::array_t<float> array(shape, strides, matrix.data, owner);
  array.attr("flags").attr("writeable") = false;
  return array;
}

py::tuple csr_parts(Csr&& matrix) {
  return py::make_tuple(to_array(std::move(matrix.row_start)), to_array(std::move(matrix.columns)),
                        to_array(std::move(matrix.values)));
}

CsrArrays::CsrArrays(Array<std::uint64_t> row_start, Array<std::uint32_t> columns,
                     Array<float> values, std::uint32_t n_columns)
    : row_start_(std::move(row_start)),
      columns_(std::move(columns)),
      values_(std::move(values)),
      view_{view(row_start_), view(columns_), view(values_), n_columns} {
  csr_validate(view_);
}

py::list to_list(const Dictionary& dictionary) {
  py::list ids(dictionary.size());
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    const std::string_view id = dictionary[code];
    // A log may hold any bytes.
    PyObject* const text =
        PyUnicode_DecodeUTF8(id.data(), static_cast<py::ssize_t>(id.size()), "surrogateescape");
    if (text == nullptr) throw py::error_already_set();
    ids[code] = py::reinterpret_steal<py::object>(text);
  }
  return ids;
}

Dictionary to_dictionary(const std::vector<std::string>& ids) {
  DictionaryBuilder builder;
  for (const std::string& id : ids) builder.code(id);
  return std::move(builder).take();
}

}  // namespace tenure::python
