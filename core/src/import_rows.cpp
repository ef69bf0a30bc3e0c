#include "import_rows.hpp"

#include "import_fields.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/suggest.hpp>

#include <algorithm>
#include <bit>

namespace tenure::detail {

namespace {

constexpr unsigned kDropping = (1U << static_cast<unsigned>(Fault::kNegativeQuantity)) - 1;
constexpr std::array<std::string_view, kFaults> kNames = {
    "bad_row",           "no_customer",  "no_item",        "bad_date",
    "bad_number",        "bad_kind",     "negative_price", "zero_quantity",
    "negative_quantity", "cancellation", "zero_price",     "stray_quote"};
constexpr std::size_t kMostShown = 60;  // bytes of a value

/// Thrown by a chunk to end its parsing; never leaves parse_log.
struct StopChunk {};

/// Short, and without what would upset a line of text.
std::string shown(std::string_view value) {
  std::string text(value.substr(0, kMostShown));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return value.size() > kMostShown ? text + "..." : text;
}

/// The one of the two that is no number in range; both where only their product is out of range.
std::string number_at_fault(std::string_view quantity, std::string_view price) {
  const bool bad_price = !price.empty() && !parse_number_below(price, kMaxMoney);
  const bool bad_quantity = !quantity.empty() && !parse_number_below(quantity, kMaxQuantity);
  if (bad_quantity || price.empty()) return std::string(quantity);
  if (bad_price || quantity.empty()) return std::string(price);
  return std::string(quantity) + " x " + std::string(price);
}

/// What has to be said of a record that is no ordinary one.
void note_record(const LogReader& log, const CsvRecord& record, FaultSet faults, bool quote,
                 ChunkRows& rows) {
  if (record.lines > 1) rows.note_lines(log.csv().path(), record);
  const auto note = [&](Fault fault) {
    auto& example = rows.examples[static_cast<std::size_t>(fault)];
    if (!example) example = log.example(fault, record, quote);
  };
  if (record.stray_quote) {
    ++rows.flags[static_cast<std::size_t>(Fault::kStrayQuote)];
    note(Fault::kStrayQuote);
  }
  if (const auto reason = faults.reason()) note(*reason);
}

}  // namespace

std::string_view to_string(Fault fault) noexcept { return kNames[static_cast<std::size_t>(fault)]; }

std::optional<Fault> FaultSet::reason() const noexcept {
  const unsigned dropping = bits_ & kDropping;
  if (dropping == 0) return std::nullopt;
  return static_cast<Fault>(std::countr_zero(dropping));
}

void ChunkRows::reserve(const ColumnSet& columns, std::size_t rows_at_most) {
  customer.reserve(rows_at_most);
  item.reserve(rows_at_most);
  if (columns.time) time.reserve(rows_at_most);
  if (columns.quantity) quantity.reserve(rows_at_most);
  if (columns.unit_price) unit_price.reserve(rows_at_most);
  if (columns.order) order.reserve(rows_at_most);
  if (columns.region) region.reserve(rows_at_most);
  if (columns.channel) channel.reserve(rows_at_most);
  if (columns.kind) kind.reserve(rows_at_most);
  if (columns.text) text.reserve(rows_at_most);
  if (columns.category) category.reserve(rows_at_most);
}

bool ChunkRows::count(const FaultSet& faults) noexcept {
  for (std::size_t i = 0; i < kFaults; ++i) {
    if (faults.has(static_cast<Fault>(i))) ++flags[i];
  }
  const auto reason = faults.reason();
  if (reason) ++dropped[static_cast<std::size_t>(*reason)];
  return !reason;
}

void ChunkRows::note_lines(const std::string& path, const CsvRecord& record) {
  ++several_lines.rows;
  if (record.lines <= several_lines.longest) return;
  several_lines.longest = record.lines;
  several_lines.path = path;
  several_lines.line = record.line;
}

std::size_t named_column(const CsvReader& csv, std::string_view name,
                         const ImportOptions& options) {
  if (const auto found = csv.find_column(name)) return *found;
  throw_missing_column(csv, name, options);
}

void throw_missing_column(const CsvReader& csv, std::string_view name,
                          const ImportOptions& options) {
  if (!may_quote(options)) {
    throw DataError(csv.path(), 1, "no column '" + std::string(name) + "' in the header");
  }
  const std::string near = nearest_name(name, csv.header());
  throw DataError(
      csv.path(), 1,
      csv.missing_column(name) + (near.empty() ? std::string() : "; did you mean '" + near + "'?"));
}

std::string LogReader::describe(Fault fault, const CsvRecord& record, bool quote) const {
  std::string text(to_string(fault));
  if (!quote) return text;
  text += ": ";
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    if (i > 0) text += ',';
    text.append(record.fields[i].substr(0, 100));
    if (text.size() > 300) return text + "...";
  }
  return text;
}

std::string LogReader::value_at_fault(Fault fault, const CsvRecord& record) const {
  const FaultColumns columns = fault_columns();
  const auto field = [&](const std::optional<std::size_t>& column) {
    return column && *column < record.fields.size() ? record.fields[*column] : std::string_view();
  };
  switch (fault) {
    case Fault::kBadRow:
      return std::to_string(record.fields.size()) + " fields" +
             (record.lines > 1 ? " over " + std::to_string(record.lines) + " lines" : "");
    case Fault::kBadDate:
      return shown(field(columns.time));
    case Fault::kBadKind:
      return shown(field(columns.kind));
    case Fault::kNegativePrice:
      return shown(field(columns.price));
    case Fault::kZeroQuantity:
      return shown(field(columns.quantity));
    case Fault::kBadNumber:
      return shown(number_at_fault(field(columns.quantity), field(columns.price)));
    default:
      return {};  // an empty field, or a flag
  }
}

ImportExample LogReader::example(Fault fault, const CsvRecord& record, bool quote) const {
  return {csv().path(), record.line, quote ? value_at_fault(fault, record) : std::string()};
}

std::vector<ChunkRows> parse_log(const Execution& execution, const LogReader& log,
                                 const ImportOptions& options) {
  const auto bounds = log.csv().chunk_bounds();
  std::vector<ChunkRows> chunks(bounds.size() - 1);
  const ColumnSet columns = log.columns();
  parallel_for_bounds(
      execution, bounds,
      [&](const Chunk& chunk) {
        ChunkRows& rows = chunks[chunk.index];
        rows.reserve(columns, log.csv().lines_in(chunk.index));
        const auto parser = log.parser();
        const auto visit = [&](const CsvRecord& record) {
          const FaultSet faults = parser->parse(record, rows);
          if (!faults.empty() || record.lines > 1 || record.stray_quote) {
            note_record(log, record, faults, may_quote(options), rows);
          }
          if (!options.strict || faults.empty()) return;
          if (const auto reason = faults.reason()) {
            rows.first_fault.emplace(record.line,
                                     log.describe(*reason, record, may_quote(options)));
            throw StopChunk{};
          }
        };
        try {
          log.csv().visit(chunk.index, visit);
        } catch (const StopChunk&) {  // the others go on: an earlier chunk may have a fault too
        }
      },
      "import");
  for (const ChunkRows& rows : chunks) {
    if (rows.first_fault) {
      throw DataError(log.csv().path(), rows.first_fault->first, rows.first_fault->second);
    }
  }
  return chunks;
}

}  // namespace tenure::detail
