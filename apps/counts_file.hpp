#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <string>
#include <vector>

namespace tenure::apps {

/// Customers already summarised, as `--counts` takes them.
struct CountsFile {
  customers::RecencyFrequency counts;  ///< weighted where the file has weights
  std::vector<double> mean_value;      ///< of the repeat orders; empty where the file has none
};

/// Reads csv files with the columns frequency, recency and T (or age, periods), and optionally
/// weights (or weight), mean_value (or monetary_value) and log_gaps, and pools them: the rows of
/// one after those of the other. A file without weights has one customer a row; mean_value and
/// log_gaps are kept where every file has them.
/// @throws DataError with the line at fault, for an empty file or a missing column.
CountsFile read_counts(const Execution& execution, const std::vector<std::string>& paths,
                       double days_per_unit);

}  // namespace tenure::apps
