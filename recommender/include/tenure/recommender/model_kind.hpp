#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Every kind of model by name, with its options described: what the command line, configuration
/// files, model files and the search for options are made from. A new model is one entry here.
namespace tenure::recommender {

/// An option of a model kind.
struct OptionSpec {
  enum class Type : std::uint8_t { kInteger, kReal, kChoice };
  std::string_view name;  ///< with underscores, e.g. "unobserved_weight"
  Type type = Type::kReal;
  double fallback = 0.0;  ///< numbers: the default
  double low = 0.0;       ///< numbers: smallest value allowed
  double high = 0.0;      ///< numbers: largest value allowed
  /// Choices: the words allowed, separated by '|', the default first.
  std::string_view choices;
  std::string_view help;
  /// Numbers: where tune() looks; equal bounds mean nowhere.
  double search_low = 0.0;
  double search_high = 0.0;
  bool search_log = false;  ///< evenly in the logarithm
};

/// Values of the options of one kind; what was not set has its default.
class OptionValues {
 public:
  explicit OptionValues(std::span<const OptionSpec> specs);

  std::span<const OptionSpec> specs() const noexcept { return specs_; }
  bool has(std::string_view name) const noexcept;
  /// @throws ArgumentError for an unknown option, a value out of range or of another type.
  void set(std::string_view name, double value);
  void set(std::string_view name, std::string_view word);
  /// @throws ArgumentError for an option that is not there or of another type.
  double real(std::string_view name) const;
  std::uint32_t integer(std::string_view name) const;
  const std::string& word(std::string_view name) const;
  /// As attributes of a container named from `prefix` on, and back.
  /// @throws DataError where one is missing or does not fit.
  void save(ContainerWriter& writer, const std::string& prefix) const;
  void load(const ContainerReader& reader, const std::string& prefix);

 private:
  const OptionSpec& spec(std::string_view name, OptionSpec::Type type) const;
  std::span<const OptionSpec> specs_;
  std::map<std::string, double, std::less<>> numbers_;
  std::map<std::string, std::string, std::less<>> words_;
};

struct ModelKind;

/// Something a saved model holds of each user, so that it can be shown and taken out without
/// knowing the model. Named below the model's prefix.
struct UserArray {
  enum class Layout : std::uint8_t {
    kRows,   ///< an f32 matrix with one row a user
    kCsr,    ///< a CSR matrix NAME/{row_start, columns, values}: one row a user, a column an item
    kCount,  ///< an attribute: how many users there are
  };
  std::string_view name;
  Layout layout = Layout::kRows;
};

/// One part of a model that is made of others.
struct ModelComponent {
  const ModelKind* kind = nullptr;
  OptionValues values;
  double weight = 1.0;  ///< finite, >= 0
};

/// What a model is trained on. `events` may be null where only the matrix is known; `rows` masks
/// its rows as in build_interactions(). The matrix is that of `interactions`, or `matrix` where
/// they are null: memory of a caller that it should not copy.
struct TrainingInput {
  const EventTable* events = nullptr;
  std::span<const std::uint8_t> rows;
  const Interactions* interactions = nullptr;
  /// For kinds that need components: what they are made of.
  std::span<const ModelComponent> components;
  /// How `interactions` was made of the events; kinds that read the events weigh them alike.
  InteractionOptions weights;
  /// Told after each pass of a model that has passes; may be empty.
  std::function<void(std::uint32_t epoch, double seconds)> on_epoch;
  CsrView matrix{};

  CsrView user_items() const noexcept {
    return interactions == nullptr ? matrix : interactions->user_items.view();
  }
};

/// One kind of model.
struct ModelKind {
  std::string_view name;
  std::string_view help;
  std::span<const OptionSpec> options;
  bool needs_events = false;  ///< trains on times, regions or kinds, not on the matrix alone
  /// @throws ArgumentError, DataError (events lack a column), NumericalError, Cancelled.
  std::unique_ptr<Model> (*train)(const Execution&, const TrainingInput&,
                                  const OptionValues&) = nullptr;
  /// Reads what Model::save wrote under the same prefix.
  std::unique_ptr<Model> (*load)(const Execution&, const ContainerReader&,
                                 const std::string& prefix) = nullptr;
  bool needs_components = false;  ///< is made of other models: TrainingInput::components
  bool needs_regions = false;     ///< trains on the regions of the events
  bool needs_text = false;        ///< trains on the texts or categories of the items
  /// All that a saved model holds by user. A kind of components has what they have;
  /// regional-popularity has groups of users and is counted again instead.
  std::span<const UserArray> user_arrays = {};
};

/// All kinds, the floor first.
std::span<const ModelKind> model_kinds();
/// @throws ArgumentError that names the kinds there are.
const ModelKind& model_kind(std::string_view name);

}  // namespace tenure::recommender
