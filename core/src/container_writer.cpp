#include "atomic_file.hpp"
#include "chunk_codec.hpp"
#include "container_layout.hpp"
#include "container_seal.hpp"
#include "hdf5_array.hpp"
#include "hdf5_handle.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/version.hpp>

#include <algorithm>
#include <array>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tenure {

namespace {

constexpr std::size_t kBatchChunks = 256;  // chunks compressed before they are written
constexpr std::size_t kMaxRowElements = std::size_t{1} << 26;

void check_name(std::string_view name) {
  if (!detail::is_array_name(name)) {
    throw ArgumentError("container: \"" + std::string(name) + "\" is no name for an array");
  }
}

detail::ArrayShape checked_shape(std::string_view name, std::size_t values, std::size_t rows,
                                 std::size_t cols) {
  const std::size_t per_row = std::max<std::size_t>(1, cols);
  if (rows > std::numeric_limits<std::size_t>::max() / per_row || rows * per_row != values ||
      cols > kMaxRowElements) {
    throw ArgumentError("container: " + std::string(name) + " has " + std::to_string(values) +
                        " values for " + std::to_string(rows) + " x " + std::to_string(cols));
  }
  return {rows, cols, cols != 0};
}

}  // namespace

struct ContainerWriter::State {
  State(const Execution& run, std::string target, std::string_view container_format)
      : execution(run),
        path(std::move(target)),
        format(container_format),
        temporary(path),
        encoders(static_cast<std::size_t>(run.concurrency())) {
    const detail::Hdf5Lock lock;
    file = detail::create_file(temporary.temporary());
    if (!file) throw DataError(path, "cannot be written");
  }
  ~State() {
    const detail::Hdf5Lock lock;
    file.reset();
  }

  void set(std::string_view name, detail::AttributeValue value) {
    if (!detail::is_array_name(name)) {
      throw ArgumentError("container: \"" + std::string(name) + "\" is no name for an attribute");
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
      if (text->size() > detail::kMaxAttributeBytes || text->find('\0') != std::string::npos) {
        throw ArgumentError("container: attribute " + std::string(name) +
                            " is longer than 60000 bytes or holds a zero byte");
      }
    }
    if (!attributes.emplace(name, std::move(value)).second) {
      throw ArgumentError("container: attribute " + std::string(name) + " is set twice");
    }
  }

  void write_array(std::string_view name, detail::ElementType type, const std::byte* data,
                   const detail::ArrayShape& shape);
  std::vector<std::uint64_t> write_chunks(const detail::Hdf5Handle& dataset, std::string_view name,
                                          detail::ElementType type, const std::byte* data,
                                          const detail::ArrayShape& shape);

  Execution execution;
  std::string path;
  std::string format;
  detail::AtomicFile temporary;
  detail::Hdf5Handle file;
  /// By worker and level; they keep their buffers from array to array.
  std::vector<std::array<std::unique_ptr<detail::ChunkEncoder>, 3>> encoders;
  detail::AttributeMap attributes;
  std::map<std::string, std::uint64_t, std::less<>> checksums;
  bool committed = false;
};

std::vector<std::uint64_t> ContainerWriter::State::write_chunks(const detail::Hdf5Handle& dataset,
                                                                std::string_view name,
                                                                detail::ElementType type,
                                                                const std::byte* data,
                                                                const detail::ArrayShape& shape) {
  const std::size_t size = detail::element_size(type);
  const std::size_t chunk_bytes = detail::chunk_rows(shape) * shape.row_elements() * size;
  const std::size_t bytes = shape.elements() * size;
  const std::size_t chunks = bytes == 0 ? 0 : (bytes + chunk_bytes - 1) / chunk_bytes;
  std::vector<std::uint64_t> hashes(chunks);
  const unsigned level = detail::deflate_level(type);
  for (std::size_t first = 0; first < chunks; first += kBatchChunks) {
    const std::size_t batch = std::min(kBatchChunks, chunks - first);
    std::vector<std::vector<std::byte>> stored(batch);
    parallel_for(execution, batch, 1, [&](const Chunk& task) {
      auto& encoder = encoders[static_cast<std::size_t>(task.worker)][level];
      if (!encoder) encoder = std::make_unique<detail::ChunkEncoder>(level);
      const std::size_t begin = (first + task.index) * chunk_bytes;
      const std::span raw(data + begin, std::min(chunk_bytes, bytes - begin));
      hashes[first + task.index] = XXH3_64bits(raw.data(), raw.size());
      stored[task.index] = encoder->encode(raw, chunk_bytes, size);
    });
    const detail::Hdf5Lock lock;
    for (std::size_t i = 0; i < batch; ++i) {
      const std::size_t row = (first + i) * detail::chunk_rows(shape);
      if (!detail::write_chunk(dataset, row, stored[i])) {
        throw DataError(path, std::string(name), "cannot be written (is the disk full?)");
      }
    }
  }
  return hashes;
}

void ContainerWriter::State::write_array(std::string_view name, detail::ElementType type,
                                         const std::byte* data, const detail::ArrayShape& shape) {
  check_name(name);
  if (committed) throw ArgumentError("container: written to after commit");
  if (checksums.contains(name)) {
    throw ArgumentError("container: " + std::string(name) + " is written twice");
  }
  const std::string object(name);
  detail::Hdf5Handle dataset;
  {
    const detail::Hdf5Lock lock;
    dataset = detail::create_array(file, object, type, shape);
    if (!dataset) throw DataError(path, object, "cannot be created");
  }
  // The handle is closed under the lock, whatever happens before.
  try {
    const auto hashes = write_chunks(dataset, name, type, data, shape);
    const std::uint64_t checksum = detail::array_checksum(name, type, shape, hashes);
    checksums.emplace(name, checksum);
    const detail::Hdf5Lock lock;
    if (!detail::write_attribute(dataset, detail::kChecksumAttribute, detail::hex_of(checksum)) ||
        !dataset.reset()) {
      throw DataError(path, object, "cannot be written (is the disk full?)");
    }
  } catch (...) {
    const detail::Hdf5Lock lock;
    dataset.reset();
    throw;
  }
}

ContainerWriter::ContainerWriter(const Execution& execution, std::string path,
                                 std::string_view format, std::int64_t version)
    : state_(std::make_unique<State>(execution, std::move(path), format)) {
  state_->set(detail::kFormatAttribute, std::string(format));
  state_->set(detail::kVersionAttribute, version);
  state_->set(detail::kCreatorAttribute, "tenure " + std::string(tenure::version()));
}

ContainerWriter::~ContainerWriter() = default;

template <class T>
void ContainerWriter::write_matrix(std::string_view name, std::span<const T> values,
                                   std::size_t rows, std::size_t cols) {
  const auto shape = checked_shape(name, values.size(), rows, cols);
  state_->write_array(name, detail::element_type_of<T>(), std::as_bytes(values).data(), shape);
}

template void ContainerWriter::write_matrix(std::string_view, std::span<const std::uint8_t>,
                                            std::size_t, std::size_t);
template void ContainerWriter::write_matrix(std::string_view, std::span<const std::uint32_t>,
                                            std::size_t, std::size_t);
template void ContainerWriter::write_matrix(std::string_view, std::span<const std::uint64_t>,
                                            std::size_t, std::size_t);
template void ContainerWriter::write_matrix(std::string_view, std::span<const std::int64_t>,
                                            std::size_t, std::size_t);
template void ContainerWriter::write_matrix(std::string_view, std::span<const float>, std::size_t,
                                            std::size_t);
template void ContainerWriter::write_matrix(std::string_view, std::span<const double>, std::size_t,
                                            std::size_t);

void ContainerWriter::write_dictionary(std::string_view name, const Dictionary& dictionary) {
  const std::string base(name);
  write<std::uint64_t>(base + "/offsets", dictionary.offsets());
  const std::string& bytes = dictionary.bytes();
  // unsigned char may alias the characters.
  write<std::uint8_t>(base + "/bytes",
                      std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

void ContainerWriter::attribute(std::string_view name, std::string_view value) {
  state_->set(name, std::string(value));
}
void ContainerWriter::attribute(std::string_view name, std::int64_t value) {
  state_->set(name, value);
}
void ContainerWriter::attribute(std::string_view name, double value) { state_->set(name, value); }

void ContainerWriter::commit() {
  State& state = *state_;
  if (state.committed) throw ArgumentError("container: committed twice");
  state.execution.check_cancelled();
  const std::uint64_t checksum = detail::root_checksum(state.attributes, state.checksums);
  state.set(detail::kChecksumAttribute, detail::hex_of(checksum));
  {
    const detail::Hdf5Lock lock;
    bool good = true;
    for (const auto& [name, value] : state.attributes) {
      good = good && detail::write_attribute(state.file, name, value);
    }
    good = state.file.reset() && good;
    if (!good) throw DataError(state.path, "cannot be written (is the disk full?)");
  }
  detail::write_seal(state.temporary.temporary(), state.path, state.format);
  state.temporary.commit();
  state.committed = true;
}

}  // namespace tenure
