#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/pseudonym.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenure {

/// Layouts of logs that can be read; docs/FORMATS.md describes each.
enum class LogFormat {
  kAuto,          ///< told from the first lines
  kOnlineRetail,  ///< UCI Online Retail (II): Invoice, StockCode, Quantity, InvoiceDate, Price, ...
  kCdnow,         ///< CDNOW, master or 1/10 sample layout, white-space separated
  kAdjacency,     ///< user item item item ..., one line a user
  kPairs,         ///< header, then customer,item[,value] a line
  kCsv,           ///< any header, columns named by ImportOptions::columns
};

struct ImportOptions {
  LogFormat format = LogFormat::kAuto;
  /// Role -> column name of the header: customer, item, time, quantity, price, region, channel,
  /// order, kind, text, category (the last two of the item). For kCsv; an unnamed role is looked up
  /// by its own name and usual synonyms.
  std::map<std::string, std::string> columns;
  /// What a message puts before an example of `columns`, as the caller's users give them.
  std::string columns_option = "columns ";
  std::string currency;  ///< kept with the store
  /// A catalogue: a csv with the columns item and text, category or both (or their synonyms). What
  /// it says of an item replaces what the log says; items the log lacks come behind its own, in the
  /// order of the catalogue. Empty: none.
  std::string items;
  bool strict = false;  ///< the first faulty row is an error with file and line
  /// Customers become pseudonyms of this key, and no message quotes the log.
  std::optional<PseudonymKey> pseudonym_key;
};

/// Reads one or several logs, in the order given, as one table. Faulty rows are counted and left
/// out (see ImportCounts). Codes follow first appearance, whatever the number of threads. Where
/// rows of an item differ in text (or category), the one on most kept rows is taken, of equal ones
/// the one that any item had first; empty ones do not count.
/// @throws DataError (missing file, directory, empty file, header only, missing column, a line over
/// 1 MiB, binary content, no row kept; with strict any faulty row; a catalogue row without an item,
/// or a second one of an item; two customers of one pseudonym), ArgumentError, Cancelled.
EventTable read_events(const Execution& execution, const std::vector<std::string>& paths,
                       const ImportOptions& options);

/// What a field must be like so that no row is dropped (or flagged) for that reason of
/// ImportCounts: "dates are YYYY-MM-DD, ..."; empty where the reason says it all.
std::string_view import_advice(std::string_view reason) noexcept;

}  // namespace tenure
