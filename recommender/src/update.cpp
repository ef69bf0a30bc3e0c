#include <tenure/core/error.hpp>
#include <tenure/recommender/update.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

/// Codes of a table's ids in a dictionary that grows by those it does not know. Only `wanted` ids
/// are taken in; others get kNewUser.
std::vector<std::uint32_t> join_ids(const Dictionary& ids, const std::vector<std::uint8_t>& wanted,
                                    Dictionary& into) {
  const Dictionary known = into;
  const DictionaryIndex index(known);
  std::vector<std::uint32_t> codes(ids.size(), kNewUser);
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    const auto code = index.find(ids[i]);
    if (code) {
      codes[i] = *code;
    } else if (wanted[i] != 0) {
      codes[i] = into.append(ids[i]);
    }
  }
  return codes;
}

/// The new pairs in the codes of the joined dictionaries; duplicates added up.
Csr recode(const Execution& execution, const CsrView& pairs, std::uint32_t n_customers,
           std::uint32_t n_items, const std::vector<std::uint32_t>& customers,
           const std::vector<std::uint32_t>& items) {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  for (std::uint32_t row = 0; row < pairs.rows(); ++row) {
    for (const std::uint32_t column : pairs.row_columns(row)) {
      rows.push_back(customers[row]);
      columns.push_back(items[column]);
    }
  }
  return csr_from_triplets(execution, n_customers, n_items, rows, columns, pairs.values);
}

struct Merged {
  Csr matrix;
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> items;
  std::uint64_t new_pairs = 0;
};

/// Both matrices in one, and where it differs from the first.
Merged merge(const CsrView& before, const Csr& fresh, bool larger) {
  Merged merged;
  merged.matrix.n_columns = fresh.n_columns;
  std::vector<std::uint8_t> item_changed(fresh.n_columns);
  const CsrView added = fresh.view();
  for (std::uint32_t row = 0; row < fresh.rows(); ++row) {
    const bool old_row = row < before.rows();
    const auto old_columns = old_row ? before.row_columns(row) : std::span<const std::uint32_t>{};
    const auto old_values = old_row ? before.row_values(row) : std::span<const float>{};
    const auto columns = added.row_columns(row);
    const auto values = added.row_values(row);
    bool changed = false;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < old_columns.size() || j < columns.size()) {
      const bool take_old =
          j == columns.size() || (i < old_columns.size() && old_columns[i] <= columns[j]);
      const bool take_new =
          i == old_columns.size() || (j < columns.size() && columns[j] <= old_columns[i]);
      const std::uint32_t column = take_old ? old_columns[i] : columns[j];
      float value = take_old ? old_values[i] : 0.0F;
      if (take_new) value = larger ? std::max(value, values[j]) : value + values[j];
      if (!take_old || value != old_values[i]) {
        changed = true;
        item_changed[column] = 1;
        merged.new_pairs += take_old ? 0U : 1U;
      }
      merged.matrix.columns.push_back(column);
      merged.matrix.values.push_back(value);
      i += take_old ? 1U : 0U;
      j += take_new ? 1U : 0U;
    }
    merged.matrix.row_start.push_back(merged.matrix.columns.size());
    if (changed) merged.users.push_back(row);
  }
  for (std::uint32_t item = 0; item < item_changed.size(); ++item) {
    if (item_changed[item] != 0) merged.items.push_back(item);
  }
  return merged;
}

/// Rows and columns of a matrix that hold anything.
std::pair<std::vector<std::uint8_t>, std::vector<std::uint8_t>> used_codes(const CsrView& pairs) {
  std::vector<std::uint8_t> rows(pairs.rows());
  std::vector<std::uint8_t> columns(pairs.n_columns);
  for (std::size_t row = 0; row < pairs.rows(); ++row) rows[row] = pairs.row_size(row) > 0 ? 1 : 0;
  for (const std::uint32_t column : pairs.columns) columns[column] = 1;
  return {std::move(rows), std::move(columns)};
}

}  // namespace

ModelFile update_model(const Execution& execution, const ModelFile& file, const EventTable& events,
                       const UpdateOptions& options, UpdateReport* report) {
  if (!file.model) throw ArgumentError("update: there is no model");
  if (file.pseudonym_key != events.pseudonym_key) {
    throw ArgumentError("update: the ids of model and events are not pseudonyms of one key");
  }
  const Interactions fresh = build_interactions(execution, events, options.interactions);
  const auto [used_customers, used_items] = used_codes(fresh.user_items);
  ModelFile result;
  result.customers = file.customers;
  result.items = file.items;
  result.pseudonym_key = file.pseudonym_key;
  const auto customers = join_ids(events.customers, used_customers, result.customers);
  const auto items = join_ids(events.items, used_items, result.items);
  const Csr added = recode(execution, fresh.user_items, result.customers.size(),
                           result.items.size(), customers, items);
  const bool binary = options.interactions.value == InteractionValue::kBinary;
  Merged merged = merge(file.train, added, binary);
  ModelChange change;
  change.before = file.train;
  change.after = merged.matrix;
  change.users = merged.users;
  change.items = merged.items;
  change.sweeps = options.sweeps;
  result.model = file.model->updated(execution, change);
  result.item_is_service = file.item_is_service;
  if (!result.item_is_service.empty()) result.item_is_service.resize(result.items.size());
  if (file.newcomers) {
    result.newcomers = file.newcomers->extended(result.customers.size(), result.items.size());
  }
  if (report != nullptr) {
    report->new_customers = result.customers.size() - file.customers.size();
    report->new_items = result.items.size() - file.items.size();
    report->new_pairs = merged.new_pairs;
    report->changed_customers = merged.users.size();
    report->changed_items = merged.items.size();
  }
  result.train = std::move(merged.matrix);
  return result;
}

}  // namespace tenure::recommender
