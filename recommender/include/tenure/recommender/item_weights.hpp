#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tenure::recommender {

/// A linear model of items with sparse weights: the score of item j for a customer with history x
/// is the sum over i of x_i w_ij. New customers are scored as known ones are.
class ItemWeightsModel final : public Model {
 public:
  /// `weights` is n_items x n_items: row i holds what having i adds to every other item. `options`
  /// are those of the kind `name`, kept for the file.
  /// @throws ArgumentError where weights are not square, ill-formed or not finite.
  ItemWeightsModel(std::string_view name, std::uint32_t n_users, Csr weights, OptionValues options);

  std::string_view name() const noexcept override { return name_; }
  std::uint32_t n_users() const noexcept override { return n_users_; }
  std::uint32_t n_items() const noexcept override { return weights_.n_columns; }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  /// `options` has the defaults of the kind.
  static std::unique_ptr<ItemWeightsModel> load(std::string_view name, OptionValues options,
                                                const ContainerReader& reader,
                                                const std::string& prefix);

  CsrView weights() const noexcept { return weights_; }
  const OptionValues& options() const noexcept { return options_; }

 private:
  std::string name_;
  std::uint32_t n_users_;
  Csr weights_;
  OptionValues options_;
};

}  // namespace tenure::recommender
