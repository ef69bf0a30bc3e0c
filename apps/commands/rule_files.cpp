#include "rule_files.hpp"

#include "text_table.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>

#include <fmt/format.h>

#include <cmath>

namespace tenure::apps {

void add_rule_options(const CommandOptions& sub, RuleOptions& options) {
  const std::string group = "Rules";
  sub.add_option("--allow", options.allow, "List only the items of this file, one id a line")
      .type_name("FILE")
      .group(group);
  sub.add_option("--deny", options.deny, "Never list the items of this file, one id a line")
      .type_name("FILE")
      .group(group);
  sub.add_option("--boost", options.boost,
                 "Columns item and factor (> 0; above 1 raises) or add or both: score * factor + "
                 "add, a score below 0 divided by factor")
      .type_name("FILE.csv")
      .group(group);
  sub.add_option("--stock", options.stock,
                 "Columns item,stock: items of stock 0 or less are not listed, items not in the "
                 "file are in stock")
      .type_name("FILE.csv")
      .group(group);
  sub.add_option("--categories", options.categories,
                 "Columns item,category, for --cap and --diversity")
      .type_name("FILE.csv")
      .group(group);
  sub.add_option("--cap", options.cap,
                 "At most so many items of a category in a list; items without one are not limited")
      .type_name("N")
      .group(group);
  sub.add_option("--diversity", options.diversity,
                 "0 (by score alone) to below 1: how much likeness to items listed already costs")
      .type_name("L")
      .group(group);
}

RuleFiles::RuleFiles(const Execution& execution, const RuleOptions& options,
                     const Dictionary& items)
    : items_(items), index_(items), cap_(options.cap), diversity_(options.diversity) {
  if (cap_ > 0 && options.categories.empty()) throw ArgumentError("--cap needs --categories");
  if (!(diversity_ >= 0.0 && diversity_ < 1.0)) {
    throw ArgumentError("--diversity must be at least 0 and below 1");
  }
  if (!options.allow.empty()) {
    allowed_ = read_ids(execution, options.allow, "allow");
    if (json_["allow"]["items"] == 0) {
      throw ArgumentError(
          fmt::format("none of the items of {} is known to the model: no list "
                      "could be made",
                      options.allow));
    }
  }
  if (!options.deny.empty()) denied_ = read_ids(execution, options.deny, "deny");
  if (!options.boost.empty()) read_boosts(execution, options.boost);
  if (!options.stock.empty()) read_stock(execution, options.stock);
  if (!options.categories.empty()) read_categories(execution, options.categories);
}

recommender::ListRules RuleFiles::rules() const noexcept {
  recommender::ListRules rules;
  rules.allowed = allowed_;
  rules.denied = denied_;
  rules.in_stock = stock_;
  rules.boost_factor = boost_factor_;
  rules.boost_add = boost_add_;
  rules.categories = categories_;
  rules.category_cap = cap_;
  rules.diversity = diversity_;
  return rules;
}

void RuleFiles::tell(const char* what, const std::string& path, std::uint64_t known,
                     std::uint64_t unknown) {
  json_[what] = {{"items", known}, {"unknown", unknown}};
  if (unknown == 0) return;
  text_ += fmt::format("{}: {} of {} items are unknown to the model and left aside\n", path,
                       with_commas(unknown), with_commas(known + unknown));
}

std::vector<std::uint8_t> RuleFiles::read_ids(const Execution& execution, const std::string& path,
                                              const char* what) {
  CsvOptions options;
  options.header = false;
  const CsvReader reader(execution, path, options);
  std::vector<std::uint8_t> marks(items_.size());
  std::uint64_t known = 0;
  std::uint64_t unknown = 0;
  for (std::size_t chunk = 0; chunk + 1 < reader.chunk_bounds().size(); ++chunk) {
    reader.visit(chunk, [&](const CsvRecord& record) {
      if (record.fields.size() != 1) {
        throw DataError(path, record.line, "one item id a line is expected");
      }
      if (const auto code = index_.find(record.fields.front())) {
        known += marks[*code] == 0 ? 1U : 0U;
        marks[*code] = 1;
      } else {
        ++unknown;
      }
    });
  }
  tell(what, path, known, unknown);
  return marks;
}

void RuleFiles::read_boosts(const Execution& execution, const std::string& path) {
  const CsvTable table = read_csv_table(execution, path);
  const std::size_t item = table.column("item");
  const auto factor = table.find_column("factor");
  const auto add = table.find_column("add");
  if (!factor && !add) throw DataError(path, "a boost needs a column factor or add");
  boost_factor_.assign(items_.size(), 1.0F);
  boost_add_.assign(items_.size(), 0.0F);
  std::uint64_t unknown = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto by = static_cast<float>(factor ? table.number(row, *factor) : 1.0);
    const auto plus = static_cast<float>(add ? table.number(row, *add) : 0.0);
    if (!(by > 0.0F) || !std::isfinite(by) || !std::isfinite(plus)) {
      throw DataError(path, table.lines[row], "a factor must be above 0, and both of usual size");
    }
    if (const auto code = index_.find(table.rows[row][item])) {
      boost_factor_[*code] = by;
      boost_add_[*code] = plus;
    } else {
      ++unknown;
    }
  }
  tell("boost", path, table.rows.size() - unknown, unknown);
}

void RuleFiles::read_stock(const Execution& execution, const std::string& path) {
  const CsvTable table = read_csv_table(execution, path);
  const std::size_t item = table.column("item");
  const std::size_t stock = table.column("stock");
  stock_.assign(items_.size(), 1);
  std::uint64_t unknown = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const bool left = table.number(row, stock) > 0.0;
    if (const auto code = index_.find(table.rows[row][item])) {
      stock_[*code] = left ? 1 : 0;
    } else {
      ++unknown;
    }
  }
  tell("stock", path, table.rows.size() - unknown, unknown);
}

void RuleFiles::read_categories(const Execution& execution, const std::string& path) {
  const CsvTable table = read_csv_table(execution, path);
  const std::size_t item = table.column("item");
  const std::size_t category = table.column("category");
  DictionaryBuilder names;
  categories_.assign(items_.size(), recommender::kNoCategory);
  std::uint64_t unknown = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::uint32_t code_of_name = names.code(table.rows[row][category]);
    if (const auto code = index_.find(table.rows[row][item])) {
      categories_[*code] = code_of_name;
    } else {
      ++unknown;
    }
  }
  tell("categories", path, table.rows.size() - unknown, unknown);
}

}  // namespace tenure::apps
