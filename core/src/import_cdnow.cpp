#include "import_fields.hpp"
#include "import_rows.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>

namespace tenure::detail {

namespace {

constexpr std::string_view kItem = "CD";

/// customer date count value; the 1/10 sample has the customer of the full set before that.
class CdnowParser : public RowParser {
 public:
  explicit CdnowParser(std::size_t fields) : fields_(fields) {}

  FaultSet parse(const CsvRecord& record, ChunkRows& rows) override {
    FaultSet faults;
    if (record.fields.size() != fields_) {
      faults.add(Fault::kBadRow);
      rows.keep(faults);
      return faults;
    }
    const std::size_t first = fields_ - 4;
    const std::string_view date = record.fields[first + 1];
    const auto time = date.size() == 8 ? times_.parse(date) : std::nullopt;
    if (!time) faults.add(Fault::kBadDate);
    const auto count = parse_number_below(record.fields[first + 2], kMaxQuantity);
    const auto value = parse_number_below(record.fields[first + 3], kMaxMoney);
    // A number of CDs below 0 means nothing here: the log has no returns.
    if (!count || !value || *count < 0) faults.add(Fault::kBadNumber);
    if (value && *value < 0) faults.add(Fault::kNegativePrice);
    if (value && *value == 0) faults.add(Fault::kZeroPrice);
    if (!rows.keep(faults)) return faults;
    // The value is that of the line: it stays even where no CD was counted.
    const double quantity = *count == 0 ? 1 : *count;
    rows.customer.push_back(rows.customers.code(record.fields[first]));
    rows.item.push_back(rows.items.code(kItem));
    rows.time.push_back(*time);
    rows.quantity.push_back(static_cast<float>(quantity));
    rows.unit_price.push_back(*value / quantity);
    return faults;
  }

 private:
  std::size_t fields_;
  TimeCache times_;
};

class Cdnow : public LogReader {
 public:
  Cdnow(CsvReader source, std::size_t fields) : LogReader(std::move(source)), fields_(fields) {}

  ColumnSet columns() const override {
    ColumnSet set;
    set.time = set.quantity = set.unit_price = true;
    return set;
  }
  std::unique_ptr<RowParser> parser() const override {
    return std::make_unique<CdnowParser>(fields_);
  }
  std::string_view currency() const override { return "USD"; }

 protected:
  FaultColumns fault_columns() const override {
    return {fields_ - 3, fields_ - 2, fields_ - 1, std::nullopt};
  }

 private:
  std::size_t fields_;
};

std::size_t count_words(std::string_view line) noexcept {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : line) {
    const bool space = c == ' ' || c == '\t';
    if (!space && !inside) ++words;
    inside = !space;
  }
  return words;
}

}  // namespace

std::unique_ptr<LogReader> open_cdnow(const Execution& execution, const std::string& path,
                                      const ImportOptions&) {
  const auto lines = first_lines(path, 2);
  if (lines.empty()) throw DataError(path, "is empty");
  const bool header =
      std::any_of(lines[0].begin(), lines[0].end(), [](char c) { return (c >= 'a' && c <= 'z'); });
  if (header && lines.size() < 2) throw DataError(path, "has a header and no rows");
  const std::size_t fields = count_words(lines[header ? 1 : 0]);
  if (fields != 4 && fields != 5) {
    throw DataError(path, header ? 2 : 1,
                    "a CDNOW line has 4 or 5 fields, not " + std::to_string(fields));
  }
  return std::make_unique<Cdnow>(CsvReader(execution, path, {' ', header}), fields);
}

}  // namespace tenure::detail
