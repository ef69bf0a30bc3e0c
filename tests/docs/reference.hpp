#pragma once

#include <map>
#include <string>
#include <vector>

/// The reference pages read as what they are: tables in Markdown.
namespace tenure::test {

/// A row of a table.
struct ReferenceRow {
  std::string section;  ///< heading of level 2 it stands under, without the marks
  std::string
      prefix;        ///< the TOML table the nearest heading names: "[[lever.step]]" -> "lever.step"
  std::string kind;  ///< heading of the first column: "key", "data set", ...
  std::vector<std::string> names;            ///< in the first cell, as code; {a,b} made two
  std::map<std::string, std::string> cells;  ///< the others by the heading of their column
};

/// All rows of a page of docs/reference. @throws std::runtime_error where it cannot be read.
std::vector<ReferenceRow> read_reference(const std::string& page);

/// The same of any page of docs/.
std::vector<ReferenceRow> read_tables(const std::string& page);

/// The text of a page of docs/.
std::string read_page(const std::string& page);

/// What stands between backticks in `text`.
std::vector<std::string> code_in(const std::string& text);

/// `text` without its backticks.
std::string plain(const std::string& text);

/// Whether `name` is what `pattern` says. Both are cut into segments at `separator`; a segment of
/// capitals, such as REASON, stands for any one segment, REST at the end for all that follow.
bool fits(const std::string& pattern, const std::string& name, char separator);

/// Two sets of names held against each other, both ways. Documented names may be patterns.
class Agreement {
 public:
  explicit Agreement(char separator) : separator_(separator) {}
  void documented(const std::string& name) { documented_[name]; }
  /// `hint` is the row the page lacks, for the message.
  void found(const std::string& name, const std::string& hint = "");
  /// What is only in one of the two, a line each; empty where they agree.
  std::string differences(const std::string& page) const;
  /// The documented name that fits, "" for none.
  std::string document_of(const std::string& name) const;

 private:
  char separator_;
  std::map<std::string, bool> documented_;  ///< whether it was found
  std::map<std::string, std::string> missing_;
};

}  // namespace tenure::test
