#include "chunk_codec.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <new>

namespace tenure::detail {

namespace {

/// The width is a constant so that the loops over it unroll.
template <std::size_t Size>
void shuffle_as(const std::byte* in, std::size_t count, std::byte* out) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < Size; ++b) out[b * count + i] = in[i * Size + b];
  }
}

template <std::size_t Size>
void unshuffle_as(const std::byte* in, std::size_t count, std::byte* out) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < Size; ++b) out[i * Size + b] = in[b * count + i];
  }
}

}  // namespace

ChunkEncoder::ChunkEncoder(unsigned level)
    : compressor_(libdeflate_alloc_compressor(static_cast<int>(level))) {
  if (compressor_ == nullptr) throw std::bad_alloc();
}

ChunkEncoder::~ChunkEncoder() {
  libdeflate_free_compressor(static_cast<libdeflate_compressor*>(compressor_));
}

std::vector<std::byte> ChunkEncoder::encode(std::span<const std::byte> raw, std::size_t chunk_bytes,
                                            std::size_t element_size) {
  auto* compressor = static_cast<libdeflate_compressor*>(compressor_);
  const std::byte* source = raw.data();
  if (raw.size() < chunk_bytes) {
    padded_.assign(chunk_bytes, std::byte{0});
    std::copy(raw.begin(), raw.end(), padded_.begin());
    source = padded_.data();
  }
  if (element_size > 1) {
    shuffled_.resize(chunk_bytes);
    const std::size_t count = chunk_bytes / element_size;
    if (element_size == 4) {
      shuffle_as<4>(source, count, shuffled_.data());
    } else {
      shuffle_as<8>(source, count, shuffled_.data());
    }
    source = shuffled_.data();
  }
  // The bound makes room for any input, so the call cannot fail.
  deflated_.resize(libdeflate_zlib_compress_bound(compressor, chunk_bytes));
  const std::size_t bytes =
      libdeflate_zlib_compress(compressor, source, chunk_bytes, deflated_.data(), deflated_.size());
  const std::span<const std::byte> stored(deflated_.data(), bytes);
  return {stored.begin(), stored.end()};
}

ChunkDecoder::ChunkDecoder() : decompressor_(libdeflate_alloc_decompressor()) {
  if (decompressor_ == nullptr) throw std::bad_alloc();
}

ChunkDecoder::~ChunkDecoder() {
  libdeflate_free_decompressor(static_cast<libdeflate_decompressor*>(decompressor_));
}

bool ChunkDecoder::decode(std::span<const std::byte> stored, std::size_t chunk_bytes,
                          std::size_t element_size, std::span<std::byte> out) {
  auto* decompressor = static_cast<libdeflate_decompressor*>(decompressor_);
  shuffled_.resize(chunk_bytes);
  const libdeflate_result result = libdeflate_zlib_decompress(
      decompressor, stored.data(), stored.size(), shuffled_.data(), chunk_bytes, nullptr);
  if (result != LIBDEFLATE_SUCCESS) return false;
  if (element_size == 1) {
    std::copy_n(shuffled_.begin(), out.size(), out.begin());
    return true;
  }
  const std::size_t count = chunk_bytes / element_size;
  std::byte* target = out.data();
  if (out.size() < chunk_bytes) {  // the last chunk is stored with padding
    raw_.resize(chunk_bytes);
    target = raw_.data();
  }
  if (element_size == 4) {
    unshuffle_as<4>(shuffled_.data(), count, target);
  } else {
    unshuffle_as<8>(shuffled_.data(), count, target);
  }
  if (target != out.data()) std::copy_n(raw_.begin(), out.size(), out.begin());
  return true;
}

}  // namespace tenure::detail
