#include "import_fields.hpp"
#include "import_rows.hpp"

#include <algorithm>

namespace tenure::detail {

namespace {

struct Columns {
  std::size_t invoice = 0;
  std::size_t item = 0;
  std::size_t quantity = 0;
  std::size_t date = 0;
  std::size_t price = 0;
  std::size_t customer = 0;
  std::size_t country = 0;
  std::optional<std::size_t> description;
};

class OnlineRetailParser : public RowParser {
 public:
  OnlineRetailParser(const Columns& columns, std::size_t fields)
      : columns_(columns), fields_(fields) {}

  FaultSet parse(const CsvRecord& record, ChunkRows& rows) override {
    FaultSet faults;
    if (record.fields.size() != fields_) {
      faults.add(Fault::kBadRow);
      rows.keep(faults);
      return faults;
    }
    const auto& fields = record.fields;
    const std::string_view customer = without_zero_fraction(fields[columns_.customer]);
    const std::string_view invoice = fields[columns_.invoice];
    const std::string_view item = fields[columns_.item];
    if (customer.empty()) faults.add(Fault::kNoCustomer);
    if (item.empty()) faults.add(Fault::kNoItem);
    const auto time = times_.parse(fields[columns_.date]);
    if (!time) faults.add(Fault::kBadDate);
    const Amount amount =
        check_amount(parse_number_below(fields[columns_.quantity], kMaxQuantity),
                     parse_number_below(fields[columns_.price], kMaxMoney), faults);
    const bool cancelled = invoice.starts_with('C') || invoice.starts_with('c');
    if (cancelled) faults.add(Fault::kCancellation);
    if (!rows.keep(faults)) return faults;
    rows.customer.push_back(rows.customers.code(customer));
    rows.item.push_back(rows.items.code(item));
    rows.time.push_back(*time);
    rows.quantity.push_back(static_cast<float>(amount.quantity));
    rows.unit_price.push_back(amount.price);
    rows.order.push_back(rows.orders.code(invoice));
    rows.region.push_back(rows.regions.code(fields[columns_.country]));
    if (columns_.description) {
      rows.text.push_back(rows.texts.code(trimmed(fields[*columns_.description])));
    }
    rows.kind.push_back(amount.negative || cancelled ? EventKind::kReturn : EventKind::kPurchase);
    return faults;
  }

 private:
  Columns columns_;
  std::size_t fields_;
  TimeCache times_;
};

class OnlineRetail : public LogReader {
 public:
  OnlineRetail(CsvReader source, const ImportOptions& options) : LogReader(std::move(source)) {
    columns_.invoice = need({"invoice", "invoiceno"}, "Invoice", options);
    columns_.item = need({"stockcode"}, "StockCode", options);
    columns_.quantity = need({"quantity"}, "Quantity", options);
    columns_.date = need({"invoicedate"}, "InvoiceDate", options);
    columns_.price = need({"price", "unitprice"}, "Price", options);
    columns_.customer = need({"customerid"}, "CustomerID", options);
    columns_.country = need({"country"}, "Country", options);
    columns_.description = find_name(csv().header(), {"description"});
  }

  ColumnSet columns() const override {
    ColumnSet set;
    set.time = set.quantity = set.unit_price = set.order = set.region = set.kind = true;
    set.text = columns_.description.has_value();
    return set;
  }
  std::unique_ptr<RowParser> parser() const override {
    return std::make_unique<OnlineRetailParser>(columns_, csv().header().size());
  }
  std::string_view currency() const override { return "GBP"; }
  bool has_services() const override { return true; }

  bool is_service(std::string_view item) const override {
    constexpr std::array<std::string_view, 17> kServices = {
        "ADJUST", "ADJUST2", "AMAZONFEE", "B", "BANK CHARGES", "C2",   "C3", "CRUK", "D",
        "DOT",    "GIFT",    "M",         "m", "PADS",         "POST", "S",  "TEST"};
    return std::find(kServices.begin(), kServices.end(), item) != kServices.end() ||
           item.starts_with("gift_") || item.starts_with("TEST0");
  }

 protected:
  FaultColumns fault_columns() const override {
    return {columns_.date, columns_.quantity, columns_.price, std::nullopt};
  }

 private:
  std::size_t need(const std::vector<std::string_view>& names, std::string_view shown,
                   const ImportOptions& options) const {
    if (const auto found = find_name(csv().header(), names)) return *found;
    throw_missing_column(csv(), shown, options);
  }

  Columns columns_;
};

}  // namespace

std::unique_ptr<LogReader> open_online_retail(const Execution& execution, const std::string& path,
                                              const ImportOptions& options) {
  const auto lines = first_lines(path, 1);
  const char delimiter = guess_delimiter(lines.empty() ? "" : lines[0]);
  return std::make_unique<OnlineRetail>(CsvReader(execution, path, {delimiter, true}), options);
}

}  // namespace tenure::detail
