#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/baskets.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Next-basket neighbours: TIFU-kNN of Hu, He, Gao, Zhang (2020), "Modeling personalized item
/// frequency information for next-basket recommendation". A customer's h baskets b, oldest first,
/// are cut into k groups of `group_size`, the oldest of which may be shorter:
///   v_g = 1/|g| sum_j within_decay^(|g| - j) b_j   (their equation 1: decay inside a group),
///   v_u = 1/k   sum_g group_decay^(k - g)    v_g   (equation 2: decay from group to group),
///   s_u = alpha v_u + (1 - alpha) mean of v_n over the nearest `neighbours` n (equation 3).
/// Two departures: nearest is by cosine, which does not mistake the frequent for the far, and the
/// mean is weighted by cosine^similarity_power (0: the plain mean of the paper). One addition: what
/// sells less than it used to is bought again less, so s_ui is multiplied by trend_i^trend_power,
///   trend_i = (a_i + c) / (b_i + c),
/// with a_i the item's basket lines a day over the last trend_days, b_i over the whole log and c a
/// tenth of the mean of b.
namespace tenure::recommender {

struct NextBasketOptions {
  std::uint32_t neighbours = 300;  ///< >= 1; fewer where fewer share an item with the customer
  std::uint32_t group_size = 100;  ///< >= 1, baskets; by default one group, the paper takes 3 to 7
  double within_decay = 0.9;       ///< in (0, 1]
  double group_decay = 0.7;        ///< in (0, 1]
  double alpha = 0.5;              ///< in [0, 1]: share of the customer's own vector
  double similarity_power = 2.0;   ///< in [0, 16]
  double trend_power = 0.25;       ///< in [0, 4]; 0: as in the paper
  double trend_days = 60.0;        ///< in [1, 1e6]
};

/// @throws ArgumentError that names the option out of range.
void validate(const NextBasketOptions& options);

/// A new user's vector is its history taken as one basket, whatever the values are. Items nobody
/// near bought score by popularity, below all others.
class NextBasketModel final : public Model {
 public:
  /// From given vectors, users x items with values between 2^-50 and 2^50, and factors of the
  /// items' scores, each between 2^-50 and 2^50 (empty: 1).
  /// @throws ArgumentError where they are not valid or an option is out of range.
  NextBasketModel(const Execution& execution, const NextBasketOptions& options, Csr vectors,
                  std::vector<float> item_factors = {});
  ~NextBasketModel() override;

  std::string_view name() const noexcept override { return "next-basket"; }
  std::uint32_t n_users() const noexcept override;
  std::uint32_t n_items() const noexcept override;
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;
  static std::unique_ptr<NextBasketModel> load(const Execution& execution,
                                               const ContainerReader& reader,
                                               const std::string& prefix);

  const NextBasketOptions& options() const noexcept;
  /// The customers' vectors v_u.
  const Csr& vectors() const noexcept;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

/// trend_i^trend_power of each item, from the baskets up to the last day of all.
std::vector<float> item_trends(const Baskets& baskets, const NextBasketOptions& options);

/// @throws ArgumentError (options, a weight over 2^50), Cancelled.
std::unique_ptr<NextBasketModel> train_next_basket(const Execution& execution,
                                                   const Baskets& baskets,
                                                   const NextBasketOptions& options = {});

}  // namespace tenure::recommender
