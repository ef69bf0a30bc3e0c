#include "chunk_codec.hpp"
#include "container_layout.hpp"
#include "container_seal.hpp"
#include "hdf5_array.hpp"
#include "hdf5_handle.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tenure {

namespace {

constexpr std::size_t kBatchChunks = 256;
constexpr std::size_t kMaxObjects = 4096;
constexpr int kMaxDepth = 8;

using detail::ArrayInfo;
using ArrayMap = std::map<std::string, ArrayInfo, std::less<>>;

/// Lists and examines every array below a group.
void examine_group(const std::string& path, const detail::Hdf5Handle& group,
                   const std::string& prefix, int depth, std::uint64_t file_bytes,
                   ArrayMap& arrays) {
  const auto links = depth > kMaxDepth ? std::nullopt : detail::list_group(group, kMaxObjects);
  if (!links || arrays.size() + links->size() > kMaxObjects) {
    throw DataError(path, prefix.empty() ? "/" : prefix, "holds objects that no container has");
  }
  for (const detail::Link& link : *links) {
    const std::string name = prefix.empty() ? link.name : prefix + "/" + link.name;
    if (link.is_group) {
      examine_group(path, link.object, name, depth + 1, file_bytes, arrays);
      continue;
    }
    std::string fault;
    auto info = detail::examine_array(link.object, file_bytes, fault);
    if (!info) throw DataError(path, name, fault);
    arrays.emplace(name, *info);
  }
}

/// The root attributes, which must be those of a container.
detail::AttributeMap container_attributes(const std::string& path, const detail::Hdf5Handle& file) {
  auto attributes = detail::read_attributes(file);
  if (!attributes) throw DataError(path, "/", "holds attributes that no container has");
  const auto format = attributes->find(detail::kFormatAttribute);
  if (format == attributes->end() || !std::holds_alternative<std::string>(format->second)) {
    throw DataError(path, "is no tenure file");
  }
  return std::move(*attributes);
}

template <class T>
std::optional<T> attribute_as(const detail::AttributeMap& attributes, std::string_view name) {
  const auto it = attributes.find(name);
  if (it == attributes.end()) return std::nullopt;
  const T* value = std::get_if<T>(&it->second);
  return value == nullptr ? std::nullopt : std::optional<T>(*value);
}

std::string shape_text(const detail::ArrayShape& shape) {
  std::string text = std::to_string(shape.rows);
  if (shape.is_matrix) text += " x " + std::to_string(shape.cols);
  return text;
}

}  // namespace

struct ContainerReader::State {
  State(const Execution& run, std::string source, std::string_view format,
        std::int64_t newest_version);
  ~State() {
    const detail::Hdf5Lock lock;
    file.reset();
  }

  const ArrayInfo& find(std::string_view name) const {
    const auto it = arrays.find(name);
    if (it == arrays.end()) throw DataError(path, std::string(name), "is missing");
    return it->second;
  }
  /// Info of an array that must be of that type.
  const ArrayInfo& find(std::string_view name, detail::ElementType type) const {
    const ArrayInfo& info = find(name);
    if (info.type != type) {
      throw DataError(path, std::string(name),
                      "holds " + std::string(detail::to_string(info.type)) + ", not " +
                          std::string(detail::to_string(type)));
    }
    return info;
  }
  void read_into(std::string_view name, const ArrayInfo& info, std::byte* out) const;
  std::vector<std::uint64_t> read_chunks(const std::string& name, const ArrayInfo& info,
                                         const detail::Hdf5Handle& dataset, std::byte* out) const;

  Execution execution;
  std::string path;
  std::uint64_t file_bytes = 0;
  std::int64_t version = 0;
  detail::Hdf5Handle file;
  detail::AttributeMap attributes;
  ArrayMap arrays;
};

ContainerReader::State::State(const Execution& run, std::string source, std::string_view format,
                              std::int64_t newest_version)
    : execution(run), path(std::move(source)) {
  const detail::SealInfo seal = detail::check_seal(path, true, format);
  file_bytes = seal.bytes;
  const detail::Hdf5Lock lock;
  // A local, so that a throw below closes it under the lock.
  detail::Hdf5Handle opened = detail::open_file(path);
  if (!opened) throw DataError(path, "is damaged: HDF5 cannot open it");
  attributes = container_attributes(path, opened);
  const auto found = attribute_as<std::string>(attributes, detail::kFormatAttribute).value_or("");
  if (found != format) {
    throw FormatError(path, std::string(format), found);
  }
  version = attribute_as<std::int64_t>(attributes, detail::kVersionAttribute).value_or(0);
  if (version < 1 || version > newest_version) {
    throw DataError(path, "is a " + found + " of layout " + std::to_string(version) +
                              "; this program reads up to " + std::to_string(newest_version));
  }
  examine_group(path, opened, "", 1, file_bytes, arrays);
  std::map<std::string, std::uint64_t, std::less<>> checksums;
  for (const auto& [name, info] : arrays) checksums.emplace(name, info.checksum);
  const auto stored = attribute_as<std::string>(attributes, detail::kChecksumAttribute);
  if (!stored || *stored != detail::hex_of(detail::root_checksum(attributes, checksums))) {
    throw DataError(path, "/", "does not match its checksum");
  }
  file = std::move(opened);
}

std::vector<std::uint64_t> ContainerReader::State::read_chunks(const std::string& name,
                                                               const ArrayInfo& info,
                                                               const detail::Hdf5Handle& dataset,
                                                               std::byte* out) const {
  const std::size_t size = detail::element_size(info.type);
  const std::size_t rows = detail::chunk_rows(info.shape);
  const std::size_t chunk_bytes = rows * info.shape.row_elements() * size;
  const std::size_t bytes = info.shape.elements() * size;
  const std::size_t chunks = (bytes + chunk_bytes - 1) / chunk_bytes;
  std::vector<std::uint64_t> hashes(chunks);
  std::vector<std::unique_ptr<detail::ChunkDecoder>> decoders(
      static_cast<std::size_t>(execution.concurrency()));
  for (std::size_t first = 0; first < chunks; first += kBatchChunks) {
    const std::size_t batch = std::min(kBatchChunks, chunks - first);
    std::vector<std::vector<std::byte>> stored(batch);
    {
      const detail::Hdf5Lock lock;
      for (std::size_t i = 0; i < batch; ++i) {
        auto chunk = detail::read_chunk(dataset, (first + i) * rows, file_bytes);
        if (!chunk) throw DataError(path, name, "is damaged: a chunk is missing");
        stored[i] = std::move(*chunk);
      }
    }
    parallel_for(execution, batch, 1, [&](const Chunk& task) {
      auto& decoder = decoders[static_cast<std::size_t>(task.worker)];
      if (!decoder) decoder = std::make_unique<detail::ChunkDecoder>();
      const std::size_t begin = (first + task.index) * chunk_bytes;
      const std::span raw(out + begin, std::min(chunk_bytes, bytes - begin));
      if (!decoder->decode(stored[task.index], chunk_bytes, size, raw)) {
        throw DataError(path, name, "is damaged: a chunk cannot be decompressed");
      }
      hashes[first + task.index] = XXH3_64bits(raw.data(), raw.size());
    });
  }
  return hashes;
}

void ContainerReader::State::read_into(std::string_view name, const ArrayInfo& info,
                                       std::byte* out) const {
  const std::string object(name);
  detail::Hdf5Handle dataset;
  {
    const detail::Hdf5Lock lock;
    dataset = detail::open_array(file, object);
    if (!dataset) throw DataError(path, object, "is damaged: HDF5 cannot open it");
  }
  std::vector<std::uint64_t> hashes;
  try {
    if (info.shape.elements() > 0) hashes = read_chunks(object, info, dataset, out);
  } catch (...) {
    const detail::Hdf5Lock lock;
    dataset.reset();
    throw;
  }
  {
    const detail::Hdf5Lock lock;
    dataset.reset();
  }
  if (detail::array_checksum(name, info.type, info.shape, hashes) != info.checksum) {
    throw DataError(path, object, "does not match its checksum");
  }
}

ContainerReader::ContainerReader(const Execution& execution, std::string path,
                                 std::string_view format, std::int64_t newest_version)
    : state_(std::make_unique<State>(execution, std::move(path), format, newest_version)) {}

ContainerReader::~ContainerReader() = default;

const std::string& ContainerReader::path() const noexcept { return state_->path; }
std::int64_t ContainerReader::version() const noexcept { return state_->version; }
bool ContainerReader::has(std::string_view name) const { return state_->arrays.contains(name); }

std::pair<std::size_t, std::size_t> ContainerReader::shape(std::string_view name) const {
  const ArrayInfo& info = state_->find(name);
  return {info.shape.rows, info.shape.cols};
}

template <class T>
std::vector<T> ContainerReader::read(std::string_view name) const {
  const ArrayInfo& info = state_->find(name, detail::element_type_of<T>());
  std::vector<T> values(info.shape.elements());
  state_->read_into(name, info, std::as_writable_bytes(std::span(values)).data());
  return values;
}

template <class T>
std::vector<T> ContainerReader::read(std::string_view name, std::size_t expected) const {
  const ArrayInfo& info = state_->find(name, detail::element_type_of<T>());
  if (info.shape.elements() != expected) {
    throw DataError(state_->path, std::string(name),
                    "holds " + shape_text(info.shape) + " values, not " + std::to_string(expected));
  }
  return read<T>(name);
}

template <class T>
void ContainerReader::read_into(std::string_view name, std::span<T> out) const {
  const ArrayInfo& info = state_->find(name, detail::element_type_of<T>());
  if (info.shape.elements() != out.size()) {
    throw DataError(
        state_->path, std::string(name),
        "holds " + shape_text(info.shape) + " values, not " + std::to_string(out.size()));
  }
  state_->read_into(name, info, std::as_writable_bytes(out).data());
}

#define TENURE_INSTANTIATE(T)                                                            \
  template std::vector<T> ContainerReader::read<T>(std::string_view) const;              \
  template std::vector<T> ContainerReader::read<T>(std::string_view, std::size_t) const; \
  template void ContainerReader::read_into<T>(std::string_view, std::span<T>) const
TENURE_INSTANTIATE(std::uint8_t);
TENURE_INSTANTIATE(std::uint32_t);
TENURE_INSTANTIATE(std::uint64_t);
TENURE_INSTANTIATE(std::int64_t);
TENURE_INSTANTIATE(float);
TENURE_INSTANTIATE(double);
#undef TENURE_INSTANTIATE

Dictionary ContainerReader::read_dictionary(std::string_view name) const {
  const std::string base(name);
  auto offsets = read<std::uint64_t>(base + "/offsets");
  const ArrayInfo& info = state_->find(base + "/bytes", detail::ElementType::kU8);
  std::string bytes(info.shape.elements(), '\0');
  state_->read_into(base + "/bytes", info, std::as_writable_bytes(std::span(bytes)).data());
  try {
    return Dictionary::from_parts(std::move(offsets), std::move(bytes));
  } catch (const ArgumentError& error) {
    throw DataError(state_->path, base, error.what());
  }
}

std::optional<std::string> ContainerReader::string_attribute(std::string_view name) const {
  return attribute_as<std::string>(state_->attributes, name);
}
std::optional<std::int64_t> ContainerReader::integer_attribute(std::string_view name) const {
  return attribute_as<std::int64_t>(state_->attributes, name);
}
std::optional<double> ContainerReader::real_attribute(std::string_view name) const {
  return attribute_as<double>(state_->attributes, name);
}

std::vector<std::pair<std::string, std::int64_t>> ContainerReader::integer_attributes(
    std::string_view prefix) const {
  std::vector<std::pair<std::string, std::int64_t>> found;
  for (const auto& [name, value] : state_->attributes) {
    const auto* integer = std::get_if<std::int64_t>(&value);
    if (integer != nullptr && name.starts_with(prefix)) found.emplace_back(name, *integer);
  }
  return found;
}

namespace {

template <class T>
void copy_array(const ContainerReader& from, ContainerWriter& to, const std::string& name) {
  const auto [rows, cols] = from.shape(name);
  const std::vector<T> values = from.read<T>(name);
  to.write_matrix<T>(name, values, rows, cols);
}

void copy_array(const ContainerReader& from, ContainerWriter& to, const std::string& name,
                detail::ElementType type) {
  switch (type) {
    case detail::ElementType::kU8:
      return copy_array<std::uint8_t>(from, to, name);
    case detail::ElementType::kU32:
      return copy_array<std::uint32_t>(from, to, name);
    case detail::ElementType::kU64:
      return copy_array<std::uint64_t>(from, to, name);
    case detail::ElementType::kI64:
      return copy_array<std::int64_t>(from, to, name);
    case detail::ElementType::kF32:
      return copy_array<float>(from, to, name);
    case detail::ElementType::kF64:
      return copy_array<double>(from, to, name);
  }
}

bool is_own_attribute(std::string_view name) {
  return name == detail::kFormatAttribute || name == detail::kVersionAttribute ||
         name == detail::kCreatorAttribute || name == detail::kChecksumAttribute;
}

}  // namespace

void ContainerReader::copy_to(ContainerWriter& writer,
                              FunctionRef<bool(std::string_view name)> wanted) const {
  for (const auto& [name, info] : state_->arrays) {
    if (wanted(name)) copy_array(*this, writer, name, info.type);
  }
  for (const auto& attribute : state_->attributes) {
    const std::string& name = attribute.first;
    if (is_own_attribute(name) || !wanted(name)) continue;
    std::visit([&](const auto& value) { writer.attribute(name, value); }, attribute.second);
  }
}

std::string container_format(const std::string& path) {
  return detail::check_seal(path, false, "").format;
}

}  // namespace tenure
