#include "foreign_file.hpp"

#include <tenure/core/container.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string_view>

namespace tenure::apps {

namespace {

enum class FileKind { kTenure, kHdf5, kZip, kPacked, kJson, kToml, kText, kOther };

bool is_text(std::string_view start) {
  return std::none_of(start.begin(), start.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 32 && c != '\n' && c != '\r' && c != '\t';
  });
}

FileKind kind_of(const std::string& path) {
  std::string start(512, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(file.gcount()));
  if (start.starts_with("tenure ")) return FileKind::kTenure;
  if (start.starts_with("\x89HDF")) return FileKind::kHdf5;
  if (start.starts_with("PK\x03\x04")) return FileKind::kZip;
  for (const char* packed : {"\x1f\x8b", "BZh", "\x28\xb5\x2f\xfd",
                             "\xfd"
                             "7zXZ"}) {
    if (start.starts_with(packed)) return FileKind::kPacked;
  }
  if (start.empty() || !is_text(start)) return FileKind::kOther;
  if (path.ends_with(".toml")) return FileKind::kToml;
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  const bool opens = first != std::string::npos && (start[first] == '{' || start[first] == '[');
  return opens || path.ends_with(".json") ? FileKind::kJson : FileKind::kText;
}

const char* name_of(FileKind kind) {
  switch (kind) {
    case FileKind::kHdf5:
      return "HDF5 of another program";
    case FileKind::kZip:
      return "a zip file or a workbook";
    case FileKind::kPacked:
      return "a packed file";
    case FileKind::kJson:
      return "JSON";
    case FileKind::kToml:
      return "a TOML file";
    case FileKind::kText:
      return "text";
    default:
      return "";
  }
}

/// As a word of a shell command.
std::string word(const std::string& path) {
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./-+").find(c) != std::string_view::npos;
  });
  if (plain) return path;
  std::string safe;
  for (const char c : path) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "'" + safe + "'";
}

/// How one comes by a file of that format.
std::string maker_of(const std::string& wanted, const std::string& store) {
  if (wanted == "model") return fmt::format("tenure train {} -o model.h5 makes a model", store);
  if (wanted == "result") return "tenure simulate SCENARIO.toml -o result.h5 makes a result";
  return {};
}

/// What to do with a file that holds a log, or could be made to.
std::string log_advice(FileKind kind, const FormatError& error) {
  const std::string path = word(error.path());
  const bool model = error.wanted() == "model";
  switch (kind) {
    case FileKind::kText:
      return fmt::format("; tenure import {} -o shop.h5 makes a store of a log of orders{}", path,
                         model ? ", and " + maker_of("model", "shop.h5") : "");
    case FileKind::kZip:
      return "; save the sheet of orders as csv, then tenure import orders.csv -o shop.h5";
    case FileKind::kPacked:
      return "; unpack it, then tenure import orders.csv -o shop.h5";
    case FileKind::kToml:
      return fmt::format(
          "; tenure simulate {} runs a scenario, tenure generate {} -o shop.h5 a "
          "world",
          path, path);
    case FileKind::kJson:
      return "; tenure import reads logs of orders as csv";
    default:
      return {};
  }
}

}  // namespace

std::string foreign_file_text(const FormatError& error) {
  if (!error.found().empty()) {
    const std::string maker = error.wanted() == "model" && error.found() != "store"
                                  ? std::string()
                                  : maker_of(error.wanted(), word(error.path()));
    return std::string(error.what()) + (maker.empty() ? "" : "; " + maker);
  }
  const FileKind kind = kind_of(error.path());
  const std::string name = name_of(kind);
  if (name.empty() || error.wanted() == "result") return error.what();
  const std::string wanted = error.wanted().empty() ? "file of tenure's" : error.wanted();
  return fmt::format("{}: is {}, {} {}{}", error.path(), name,
                     error.wanted().empty() ? "no" : "not a", wanted, log_advice(kind, error));
}

std::string not_a_log(const std::string& path, std::size_t line) {
  const FileKind kind = kind_of(path);
  const std::string is = std::string("is ") + name_of(kind);
  switch (kind) {
    case FileKind::kTenure: {
      const std::string format = container_format(path);
      if (format != "store") return "is a " + format + ", not a log";
      return fmt::format("is a store already; tenure describe {} shows it", word(path));
    }
    case FileKind::kHdf5:
      return is + "; a log is a text file, such as csv";
    case FileKind::kZip:
      return is + "; save the sheet of orders as csv";
    case FileKind::kPacked:
      return "is packed; unpack it first";
    case FileKind::kToml:
      if (line > 1) return {};
      return is + fmt::format(", not a log; tenure simulate {} runs a scenario", word(path));
    case FileKind::kJson:
      if (line > 1) return {};
      return is + ", not a log; tenure import reads csv";
    default:
      return {};
  }
}

}  // namespace tenure::apps
