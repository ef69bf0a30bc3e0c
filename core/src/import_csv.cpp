#include "import_fields.hpp"
#include "import_rows.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/suggest.hpp>

namespace tenure::detail {

namespace {

constexpr std::string_view kNone = "(none)";

struct Columns {
  std::optional<std::size_t> customer;
  std::optional<std::size_t> item;
  std::optional<std::size_t> time;
  std::optional<std::size_t> quantity;
  std::optional<std::size_t> price;
  std::optional<std::size_t> region;
  std::optional<std::size_t> channel;
  std::optional<std::size_t> order;
  std::optional<std::size_t> kind;
  std::optional<std::size_t> text;
  std::optional<std::size_t> category;

  ColumnSet present() const noexcept {
    ColumnSet set;
    set.time = true;
    set.quantity = quantity.has_value();
    set.unit_price = price.has_value();
    set.region = region.has_value();
    set.channel = channel.has_value();
    set.order = order.has_value();
    set.kind = kind.has_value() || quantity.has_value();  // a negative quantity is a return
    set.text = text.has_value();
    set.category = category.has_value();
    return set;
  }
};

class CsvParser : public RowParser {
 public:
  CsvParser(const Columns& columns, std::size_t fields) : columns_(columns), fields_(fields) {}

  FaultSet parse(const CsvRecord& record, ChunkRows& rows) override {
    FaultSet faults;
    if (record.fields.size() != fields_) {
      faults.add(Fault::kBadRow);
      rows.keep(faults);
      return faults;
    }
    const auto text_of = [&](const std::optional<std::size_t>& column) {
      const std::string_view text = column ? record.fields[*column] : std::string_view();
      return text.empty() ? kNone : text;
    };
    const std::string_view customer = without_zero_fraction(record.fields[*columns_.customer]);
    if (customer.empty()) faults.add(Fault::kNoCustomer);
    if (columns_.item && record.fields[*columns_.item].empty()) faults.add(Fault::kNoItem);
    const auto time = times_.parse(record.fields[*columns_.time]);
    if (!time) faults.add(Fault::kBadDate);
    const Amount amount = read_amount(record, faults);
    const EventKind kind = read_kind(record, amount, faults);
    if (!rows.keep(faults)) return faults;
    rows.customer.push_back(rows.customers.code(customer));
    rows.item.push_back(rows.items.code(text_of(columns_.item)));
    rows.time.push_back(*time);
    const ColumnSet present = columns_.present();
    if (present.quantity) rows.quantity.push_back(static_cast<float>(amount.quantity));
    if (present.unit_price) rows.unit_price.push_back(amount.price);
    if (present.region) rows.region.push_back(rows.regions.code(text_of(columns_.region)));
    if (present.channel) rows.channel.push_back(rows.channels.code(text_of(columns_.channel)));
    if (present.order) rows.order.push_back(rows.orders.code(text_of(columns_.order)));
    if (present.kind) rows.kind.push_back(kind);
    if (present.text) rows.text.push_back(rows.texts.code(trimmed(record.fields[*columns_.text])));
    if (present.category) {
      rows.category.push_back(rows.categories.code(trimmed(record.fields[*columns_.category])));
    }
    return faults;
  }

 private:
  Amount read_amount(const CsvRecord& record, FaultSet& faults) const {
    std::optional<double> quantity = 1;
    std::optional<double> price = 0;
    if (columns_.quantity && !record.fields[*columns_.quantity].empty()) {
      quantity = parse_number_below(record.fields[*columns_.quantity], kMaxQuantity);
    }
    if (columns_.price) price = parse_number_below(record.fields[*columns_.price], kMaxMoney);
    const Amount amount = check_amount(quantity, price, faults);
    if (!columns_.price) faults.remove(Fault::kZeroPrice);
    return amount;
  }

  EventKind read_kind(const CsvRecord& record, const Amount& amount, FaultSet& faults) const {
    if (amount.negative) return EventKind::kReturn;
    if (!columns_.kind || record.fields[*columns_.kind].empty()) return EventKind::kPurchase;
    const auto kind = event_kind_from_string(record.fields[*columns_.kind]);
    if (!kind) faults.add(Fault::kBadKind);
    return kind.value_or(EventKind::kPurchase);
  }

  Columns columns_;
  std::size_t fields_;
  TimeCache times_;
};

class GenericCsv : public LogReader {
 public:
  GenericCsv(CsvReader source, const ImportOptions& options) : LogReader(std::move(source)) {
    for (const auto& [role, name] : options.columns) {
      if (!is_role(role)) {
        std::string what = options.columns_option;
        what.append(role).append("=").append(name).append(": the role ");
        throw ArgumentError(what + not_one_of(role, role_names()));
      }
    }
    columns_.customer = need("customer", options);
    columns_.time = need("time", options);
    columns_.item = find("item", options);
    columns_.quantity = find("quantity", options);
    columns_.price = find("price", options);
    columns_.region = find("region", options);
    columns_.channel = find("channel", options);
    columns_.order = find("order", options);
    columns_.kind = find("kind", options);
    columns_.text = find("text", options);
    columns_.category = find("category", options);
  }

  ColumnSet columns() const override { return columns_.present(); }
  std::unique_ptr<RowParser> parser() const override {
    return std::make_unique<CsvParser>(columns_, csv().header().size());
  }

 protected:
  FaultColumns fault_columns() const override {
    return {columns_.time, columns_.quantity, columns_.price, columns_.kind};
  }

 private:
  /// The column the caller names, which must exist, or else the first synonym.
  std::optional<std::size_t> find(const std::string& role, const ImportOptions& options) const {
    const auto named = options.columns.find(role);
    if (named != options.columns.end()) return named_column(csv(), named->second, options);
    return find_role(csv().header(), role);
  }
  std::size_t need(const std::string& role, const ImportOptions& options) const {
    if (const auto found = find(role, options)) return *found;
    throw DataError(csv().path(), 1,
                    "no column for " + role + name_the_columns(csv().header(), {}, options));
  }

  Columns columns_;
};

}  // namespace

std::unique_ptr<LogReader> open_csv(const Execution& execution, const std::string& path,
                                    const ImportOptions& options) {
  const auto lines = first_lines(path, 1);
  const char delimiter = guess_delimiter(lines.empty() ? "" : lines[0]);
  return std::make_unique<GenericCsv>(CsvReader(execution, path, {delimiter, true}), options);
}

}  // namespace tenure::detail
