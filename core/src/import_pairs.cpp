#include "import_fields.hpp"
#include "import_rows.hpp"

#include <tenure/core/error.hpp>

namespace tenure::detail {

namespace {

/// customer,item[,value]: the value, where there is one, is the quantity.
class PairsParser : public RowParser {
 public:
  explicit PairsParser(std::size_t fields) : fields_(fields) {}

  FaultSet parse(const CsvRecord& record, ChunkRows& rows) override {
    FaultSet faults;
    if (record.fields.size() != fields_) {
      faults.add(Fault::kBadRow);
      rows.keep(faults);
      return faults;
    }
    if (record.fields[0].empty()) faults.add(Fault::kNoCustomer);
    if (record.fields[1].empty()) faults.add(Fault::kNoItem);
    std::optional<double> value;
    if (fields_ == 3) {
      value = parse_number_below(record.fields[2], kMaxQuantity);
      if (!value || *value < 0) faults.add(Fault::kBadNumber);
      if (value && *value == 0) faults.add(Fault::kZeroQuantity);
    }
    if (!rows.keep(faults)) return faults;
    rows.customer.push_back(rows.customers.code(record.fields[0]));
    rows.item.push_back(rows.items.code(record.fields[1]));
    if (value) rows.quantity.push_back(static_cast<float>(*value));
    return faults;
  }

 private:
  std::size_t fields_;
};

class Pairs : public LogReader {
 public:
  explicit Pairs(CsvReader source) : LogReader(std::move(source)) {
    const std::size_t fields = csv().header().size();
    if (fields != 2 && fields != 3) {
      throw DataError(
          csv().path(), 1,
          "pairs have 2 or 3 columns (customer,item[,value]), not " + std::to_string(fields));
    }
  }
  ColumnSet columns() const override {
    ColumnSet set;
    set.quantity = csv().header().size() == 3;
    return set;
  }
  std::unique_ptr<RowParser> parser() const override {
    return std::make_unique<PairsParser>(csv().header().size());
  }

 protected:
  FaultColumns fault_columns() const override {
    return {std::nullopt, 2, std::nullopt, std::nullopt};
  }
};

}  // namespace

std::unique_ptr<LogReader> open_pairs(const Execution& execution, const std::string& path,
                                      const ImportOptions&) {
  const auto lines = first_lines(path, 1);
  const char delimiter = guess_delimiter(lines.empty() ? "" : lines[0]);
  return std::make_unique<Pairs>(CsvReader(execution, path, {delimiter, true}));
}

}  // namespace tenure::detail
