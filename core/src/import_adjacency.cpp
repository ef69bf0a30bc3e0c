#include "import_rows.hpp"

namespace tenure::detail {

namespace {

/// user item item ...: every item is a row. A user without items is known all the same.
class AdjacencyParser : public RowParser {
 public:
  FaultSet parse(const CsvRecord& record, ChunkRows& rows) override {
    const std::uint32_t customer = rows.customers.code(record.fields[0]);
    for (const std::string_view item : record.fields.subspan(1)) {
      rows.keep({});
      rows.customer.push_back(customer);
      rows.item.push_back(rows.items.code(item));
    }
    return {};
  }
};

class Adjacency : public LogReader {
 public:
  using LogReader::LogReader;
  ColumnSet columns() const override { return {}; }
  std::unique_ptr<RowParser> parser() const override { return std::make_unique<AdjacencyParser>(); }
};

}  // namespace

std::unique_ptr<LogReader> open_adjacency(const Execution& execution, const std::string& path,
                                          const ImportOptions&) {
  return std::make_unique<Adjacency>(CsvReader(execution, path, {' ', false}));
}

}  // namespace tenure::detail
