#pragma once

#include "container_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// The two HDF5 filters a container uses, byte for byte what HDF5's own would read: `shuffle` (the
/// first bytes of all elements, then the second bytes, ...) and `deflate` (zlib format).
namespace tenure::detail {

/// Codes and times come in runs, which level 2 finds faster than level 1; mantissas have none.
constexpr unsigned deflate_level(ElementType type) noexcept {
  return type == ElementType::kF32 || type == ElementType::kF64 ? 1 : 2;
}

/// Shuffles and compresses one chunk. One object a thread: it keeps its buffers.
class ChunkEncoder {
 public:
  explicit ChunkEncoder(unsigned level);
  ~ChunkEncoder();
  ChunkEncoder(const ChunkEncoder&) = delete;
  ChunkEncoder& operator=(const ChunkEncoder&) = delete;
  /// Encodes raw, zero-padded to chunk_bytes (at least raw.size(), a multiple of element_size).
  std::vector<std::byte> encode(std::span<const std::byte> raw, std::size_t chunk_bytes,
                                std::size_t element_size);

 private:
  void* compressor_;
  std::vector<std::byte> padded_;
  std::vector<std::byte> shuffled_;
  std::vector<std::byte> deflated_;
};

/// Reverses ChunkEncoder.
class ChunkDecoder {
 public:
  ChunkDecoder();
  ~ChunkDecoder();
  ChunkDecoder(const ChunkDecoder&) = delete;
  ChunkDecoder& operator=(const ChunkDecoder&) = delete;
  /// Fills `out` with the first out.size() bytes of the chunk; false where the stored bytes are not
  /// a whole zlib stream of exactly chunk_bytes.
  bool decode(std::span<const std::byte> stored, std::size_t chunk_bytes, std::size_t element_size,
              std::span<std::byte> out);

 private:
  void* decompressor_;
  std::vector<std::byte> shuffled_;
  std::vector<std::byte> raw_;
};

}  // namespace tenure::detail
