#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/baskets.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::recommender {

struct PersonalFrequencyOptions {
  /// > 0: days in which the weight of a day's purchase halves, back from the last basket of all.
  /// Empty: every day counts alike.
  std::optional<double> half_life_days;
};

/// What a customer bought before, by the (decayed) number of days it bought it on, filled up with
/// what is popular: the floor of shops where people rebuy. Scores of a trained user come from its
/// own counts, whatever its history's values are; a new user's from the values of its history,
/// which should be InteractionValue::kCount. An item of the user's own scores 1 + count (ties:
/// popularity); another its popularity, below 1.
class PersonalFrequencyModel final : public Model {
 public:
  /// Counts are users x items, values > 0 and finite.
  /// @throws ArgumentError where the matrix is not valid.
  explicit PersonalFrequencyModel(Csr counts);

  std::string_view name() const noexcept override { return "personal-frequency"; }
  std::uint32_t n_users() const noexcept override;
  std::uint32_t n_items() const noexcept override { return counts_.n_columns; }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<PersonalFrequencyModel> load(const ContainerReader& reader,
                                                      const std::string& prefix);

  const Csr& counts() const noexcept { return counts_; }

 private:
  Csr counts_;
  std::vector<float> popularity_;  // users with the item over one more than the most of any item
};

/// @throws ArgumentError where the half-life is not positive and finite, Cancelled.
std::unique_ptr<PersonalFrequencyModel> train_personal_frequency(
    const Execution& execution, const Baskets& baskets,
    const PersonalFrequencyOptions& options = {});

}  // namespace tenure::recommender
