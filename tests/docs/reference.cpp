#include "reference.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tenure::test {

namespace {

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// "| a | b \| c |" -> {"a", "b | c"}.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cell += line[++i];
    } else if (line[i] == '|') {
      cells.push_back(trimmed(cell));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  return cells;
}

/// "a/{b,c}" -> {"a/b", "a/c"}; braces do not nest.
void expand(const std::string& name, std::vector<std::string>& names) {
  const std::size_t open = name.find('{');
  const std::size_t close = name.find('}', open);
  if (open == std::string::npos || close == std::string::npos) {
    names.push_back(name);
    return;
  }
  std::istringstream words(name.substr(open + 1, close - open - 1));
  for (std::string word; std::getline(words, word, ',');) {
    expand(name.substr(0, open) + trimmed(word) + name.substr(close + 1), names);
  }
}

/// The TOML table that a heading names, "" for none.
std::string table_of(const std::string& heading) {
  for (std::string code : code_in(heading)) {
    if (code.empty() || code.front() != '[') continue;
    code.erase(
        std::remove_if(code.begin(), code.end(), [](char c) { return c == '[' || c == ']'; }),
        code.end());
    return code;
  }
  return "";
}

std::vector<std::string> segments_of(const std::string& name, char separator) {
  std::vector<std::string> segments;
  std::istringstream parts(name);
  for (std::string part; std::getline(parts, part, separator);) segments.push_back(part);
  return segments;
}

/// "METRIC" stands for any segment, "METRIC[]" for any that is an array.
bool stands_for(const std::string& wanted, const std::string& given) {
  if (wanted == given) return true;
  const bool array = wanted.ends_with("[]");
  if (array != given.ends_with("[]")) return false;
  const std::string name = wanted.substr(0, wanted.size() - (array ? 2 : 0));
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isupper(c) != 0 || c == '_';
  });
}

}  // namespace

std::string read_page(const std::string& page) {
  const auto path = std::filesystem::path(TENURE_SOURCE_DIR) / "docs" / page;
  const std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> code_in(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = text.find('`'); at != std::string::npos; at = text.find('`', at)) {
    const std::size_t end = text.find('`', at + 1);
    if (end == std::string::npos) break;
    parts.push_back(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return parts;
}

std::string plain(const std::string& text) {
  std::string bare = text;
  bare.erase(std::remove(bare.begin(), bare.end(), '`'), bare.end());
  return bare;
}

std::vector<ReferenceRow> read_tables(const std::string& page) {
  std::vector<ReferenceRow> rows;
  std::vector<std::string> heads;
  std::string section;
  std::string prefix;
  std::istringstream lines(read_page(page));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) {
      const std::size_t level = line.find_first_not_of('#');
      if (level == 2) section = plain(line.substr(3));
      prefix = table_of(line);
    }
    if (!line.starts_with("|")) {
      heads.clear();
      continue;
    }
    const std::vector<std::string> cells = cells_of(line);
    if (heads.empty()) {
      heads = cells;
      continue;
    }
    if (cells.front().starts_with("---")) continue;
    ReferenceRow row{section, prefix, heads.front(), {}, {}};
    for (const std::string& name : code_in(cells.front())) expand(name, row.names);
    for (std::size_t i = 1; i < std::min(cells.size(), heads.size()); ++i) {
      row.cells[heads[i]] = cells[i];
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<ReferenceRow> read_reference(const std::string& page) {
  return read_tables("reference/" + page);
}

bool fits(const std::string& pattern, const std::string& name, char separator) {
  const auto wanted = segments_of(pattern, separator);
  const auto given = segments_of(name, separator);
  if (wanted.size() > given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!stands_for(wanted[i], given[i])) return false;
  }
  return wanted.size() == given.size() || (!wanted.empty() && wanted.back() == "REST");
}

std::string Agreement::document_of(const std::string& name) const {
  if (documented_.contains(name)) return name;
  for (const auto& [pattern, seen] : documented_) {
    if (fits(pattern, name, separator_)) return pattern;
  }
  return "";
}

void Agreement::found(const std::string& name, const std::string& hint) {
  const std::string document = document_of(name);
  if (document.empty()) {
    missing_[name] = hint;
  } else {
    documented_[document] = true;
  }
}

std::string Agreement::differences(const std::string& page) const {
  std::string text;
  for (const auto& [name, hint] : missing_) {
    text += page + " lacks " + name + (hint.empty() ? "" : ": " + hint) + "\n";
  }
  for (const auto& [name, seen] : documented_) {
    if (!seen) text += page + " has " + name + ", which the program has not\n";
  }
  return text;
}

}  // namespace tenure::test
