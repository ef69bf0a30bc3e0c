#include "import_rows.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <bit>

namespace tenure::detail {

namespace {

constexpr unsigned kDropping = (1U << static_cast<unsigned>(Fault::kNegativeQuantity)) - 1;
constexpr std::array<std::string_view, kFaults> kNames = {
    "bad_row",           "no_customer",  "no_item",        "bad_date",
    "bad_number",        "bad_kind",     "negative_price", "zero_quantity",
    "negative_quantity", "cancellation", "zero_price"};

/// Thrown by a chunk to end its parsing; never leaves parse_log.
struct StopChunk {};

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

std::size_t named_column(const CsvReader& csv, std::string_view name,
                         const ImportOptions& options) {
  if (const auto found = csv.find_column(name)) return *found;
  throw_missing_column(csv, name, options);
}

void throw_missing_column(const CsvReader& csv, std::string_view name,
                          const ImportOptions& options) {
  if (may_quote(options)) throw DataError(csv.path(), 1, csv.missing_column(name));
  throw DataError(csv.path(), 1, "no column '" + std::string(name) + "' in the header");
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
