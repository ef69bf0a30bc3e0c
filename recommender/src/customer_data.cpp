#include "csr_file.hpp"
#include "model_arrays.hpp"
#include "user_places.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/customer_data.hpp>
#include <tenure/recommender/model_file.hpp>

#include <algorithm>
#include <bit>

namespace tenure::recommender {

namespace {

using detail::UserPlace;
using Layout = detail::UserPlace::Layout;

/// @throws DataError unless an array has one row for each customer.
void check_rows(const ContainerReader& reader, const std::string& name, std::size_t rows,
                std::size_t customers) {
  if (rows == customers) return;
  throw DataError(
      reader.path(), name,
      "has " + std::to_string(rows) + " rows for " + std::to_string(customers) + " customers");
}

Csr read_rows(const ContainerReader& reader, const std::string& name, const ModelFile& file) {
  Csr matrix = detail::read_csr(reader, name, file.items.size());
  check_rows(reader, name, matrix.rows(), file.customers.size());
  return matrix;
}

Matrix<float> read_matrix(const ContainerReader& reader, const std::string& name,
                          const ModelFile& file) {
  Matrix<float> matrix = detail::load_matrix(reader, name);
  check_rows(reader, name, matrix.rows(), file.customers.size());
  return matrix;
}

void add_row(const ContainerReader& reader, const UserPlace& place, const ModelFile& file,
             std::uint32_t customer, CustomerData& data) {
  if (place.layout == Layout::kCsr) {
    const Csr matrix = read_rows(reader, place.name, file);
    const auto items = matrix.view().row_columns(customer);
    const auto values = matrix.view().row_values(customer);
    data.rows.push_back(
        {place.name, true, {items.begin(), items.end()}, {values.begin(), values.end()}});
  } else if (place.layout == Layout::kRows) {
    const Matrix<float> matrix = read_matrix(reader, place.name, file);
    const float* const row = matrix.row(customer);
    data.rows.push_back({place.name, false, {}, {row, row + matrix.cols()}});
  } else if (place.layout == Layout::kGroups) {
    const auto model = RegionalPopularityModel::load(reader, place.name);
    check_rows(reader, place.name, model->n_users(), file.customers.size());
    const std::uint32_t group = model->group_of(customer);
    const auto name = group == kNoRegion ? std::string_view() : model->groups()[group];
    data.groups.emplace_back(place.name, name);
  }
}

/// Codes in rising order, each once.
std::vector<std::uint32_t> checked_codes(std::span<const std::uint32_t> customers,
                                         std::size_t known) {
  std::vector<std::uint32_t> codes(customers.begin(), customers.end());
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  if (!codes.empty() && codes.back() >= known) {
    throw ArgumentError("customer code " + std::to_string(codes.back()) + " is out of range");
  }
  return codes;
}

/// The rows that stay, rising.
std::vector<std::uint32_t> kept_rows(std::span<const std::uint32_t> gone, std::size_t known) {
  std::vector<std::uint32_t> kept;
  for (std::uint32_t row = 0; row < known; ++row) {
    if (!std::binary_search(gone.begin(), gone.end(), row)) kept.push_back(row);
  }
  return kept;
}

Csr picked(const CsrView& matrix, std::span<const std::uint32_t> rows) {
  Csr result;
  result.n_columns = matrix.n_columns;
  for (const std::uint32_t row : rows) {
    const auto columns = matrix.row_columns(row);
    const auto values = matrix.row_values(row);
    result.columns.insert(result.columns.end(), columns.begin(), columns.end());
    result.values.insert(result.values.end(), values.begin(), values.end());
    result.row_start.push_back(result.columns.size());
  }
  return result;
}

/// A model file being written again with some of its rows.
struct Rewriting {
  const ContainerReader& reader;
  const ModelFile& file;
  ContainerWriter& writer;
  std::span<const std::uint32_t> gone;
  std::span<const std::uint32_t> kept;
  const Csr& train;  ///< of those that stay

  void write(const UserPlace& place) const {
    switch (place.layout) {
      case Layout::kRows:
        return write_matrix(place.name);
      case Layout::kCsr:
        return detail::write_csr(writer, place.name,
                                 picked(read_rows(reader, place.name, file), kept));
      case Layout::kCount:
        return writer.attribute(place.name, static_cast<std::int64_t>(kept.size()));
      case Layout::kGroups:
        return RegionalPopularityModel::load(reader, place.name)
            ->without(gone, train)
            ->save(writer, place.name);
    }
  }
  void write_matrix(const std::string& name) const {
    const Matrix<float> all = read_matrix(reader, name, file);
    Matrix<float> some(kept.size(), all.cols());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      std::copy(all.row(kept[i]), all.row(kept[i]) + all.cols(), some.row(i));
    }
    writer.write_matrix<float>(name, {some.data(), some.size()}, some.rows(), some.cols());
  }
  void write_ids() const {
    Dictionary ids;
    for (const std::uint32_t code : kept) ids.append(file.customers[code]);
    writer.write_dictionary("customers", ids);
  }
};

/// The file with some of its rows; all else as it is.
void write_rest(const Execution& execution, const ModelFile& file, const std::string& path,
                std::span<const std::uint32_t> gone, std::span<const std::uint32_t> kept,
                const std::string& target) {
  const ContainerReader reader(execution, path, "model", kModelVersion);
  const std::vector<UserPlace> places = detail::user_places(reader);
  const Csr train = picked(file.train, kept);
  ContainerWriter writer(execution, target, "model", reader.version());
  reader.copy_to(writer, [&](std::string_view name) {
    const bool rewritten = name == "customers/offsets" || name == "customers/bytes" ||
                           name == "train_fingerprint" ||
                           std::any_of(places.begin(), places.end(),
                                       [&](const UserPlace& place) { return place.holds(name); });
    return !rewritten;
  });
  const Rewriting rewriting{reader, file, writer, gone, kept, train};
  rewriting.write_ids();
  writer.attribute("train_fingerprint", std::bit_cast<std::int64_t>(fingerprint(train)));
  for (const UserPlace& place : places) rewriting.write(place);
  writer.commit();
}

}  // namespace

CustomerData customer_data(const Execution& execution, const std::string& path,
                           std::uint32_t customer) {
  const ModelFile file = load_model(execution, path);
  checked_codes({&customer, 1}, file.customers.size());
  const ContainerReader reader(execution, path, "model", kModelVersion);
  CustomerData data;
  for (const UserPlace& place : detail::user_places(reader)) {
    add_row(reader, place, file, customer, data);
  }
  return data;
}

void erase_customers(const Execution& execution, const std::string& path,
                     std::span<const std::uint32_t> customers, const std::string& target) {
  {
    const ModelFile file = load_model(execution, path);
    const std::vector<std::uint32_t> gone = checked_codes(customers, file.customers.size());
    const std::vector<std::uint32_t> kept = kept_rows(gone, file.customers.size());
    if (kept.empty()) {
      throw ArgumentError("erase: nobody would be left; delete the file instead");
    }
    write_rest(execution, file, path, gone, kept, target);
  }
  // Once more through the model, which makes again what it derives from the rows.
  const ModelFile rest = load_model(execution, target);
  save_model(execution, rest, target);
}

}  // namespace tenure::recommender
