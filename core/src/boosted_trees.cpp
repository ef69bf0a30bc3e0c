#include <tenure/core/boosted_trees.hpp>
#include <tenure/core/error.hpp>

#include <cmath>
#include <string>

#ifdef TENURE_WITH_XGBOOST
#include <nlohmann/json.hpp>
#include <xgboost/c_api.h>

#include <utility>
#endif

namespace tenure {

bool boosted_trees_available() noexcept {
#ifdef TENURE_WITH_XGBOOST
  return true;
#else
  return false;
#endif
}

namespace {

bool share(double value) { return value > 0.0 && value <= 1.0; }

void check_input(MatrixView<const float> rows, std::span<const float> labels,
                 const BoostedTreesOptions& options) {
  if (!boosted_trees_available()) throw ArgumentError("trees: this build has no XGBoost");
  if (rows.rows == 0 || rows.cols == 0 || labels.size() != rows.rows) {
    throw ArgumentError("trees: rows and labels do not fit together");
  }
  const bool fits = options.depth >= 1 && options.depth <= 16 && share(options.learning_rate) &&
                    options.min_child_weight >= 0.0 && options.l2 >= 0.0 &&
                    share(options.row_share) && share(options.column_share) && options.bins >= 2 &&
                    options.bins <= 1024;
  if (!fits) throw ArgumentError("trees: an option is out of its range");
  for (const float label : labels) {
    if (label != 0.0F && label != 1.0F) throw ArgumentError("trees: a label is not 0 or 1");
  }
}

}  // namespace

#ifdef TENURE_WITH_XGBOOST

namespace {

void check(int status) {
  if (status == 0) return;
  const std::string text = XGBGetLastError();
  throw NumericalError("trees: " + text.substr(0, text.find('\n')));
}

/// XGBoost's copy of a matrix.
class Rows {
 public:
  explicit Rows(MatrixView<const float> rows) {
    std::vector<float> packed;
    packed.reserve(rows.rows * rows.cols);
    for (std::size_t i = 0; i < rows.rows; ++i) {
      for (std::size_t j = 0; j < rows.cols; ++j) {
        if (!std::isfinite(rows(i, j))) throw ArgumentError("trees: a row has no finite number");
        packed.push_back(rows(i, j));
      }
    }
    check(XGDMatrixCreateFromMat_omp(packed.data(), rows.rows, rows.cols,
                                     std::numeric_limits<float>::quiet_NaN(), &handle_, 1));
  }
  ~Rows() { XGDMatrixFree(handle_); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  DMatrixHandle handle() const noexcept { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

class Booster {
 public:
  explicit Booster(const Rows& train) {
    const DMatrixHandle data = train.handle();
    check(XGBoosterCreate(&data, 1, &handle_));
  }
  ~Booster() { XGBoosterFree(handle_); }
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  BoosterHandle handle() const noexcept { return handle_; }

 private:
  BoosterHandle handle_ = nullptr;
};

enum class Prediction { kLogOdds = 1, kContributions = 2 };

void append_tree(const nlohmann::json& tree, TreeEnsemble& out) {
  const auto left = tree.at("left_children").get<std::vector<std::int32_t>>();
  const auto right = tree.at("right_children").get<std::vector<std::int32_t>>();
  const auto feature = tree.at("split_indices").get<std::vector<std::uint32_t>>();
  const auto value = tree.at("split_conditions").get<std::vector<float>>();
  for (std::size_t node = 0; node < left.size(); ++node) {
    const bool leaf = left[node] < 0;
    out.feature.push_back(leaf ? TreeEnsemble::kLeaf : feature[node]);
    out.value.push_back(value[node]);
    out.left.push_back(leaf ? 0 : static_cast<std::uint32_t>(left[node]));
    out.right.push_back(leaf ? 0 : static_cast<std::uint32_t>(right[node]));
  }
  out.start.push_back(static_cast<std::uint32_t>(out.feature.size()));
}

}  // namespace

struct TreeBooster::State {
  State(MatrixView<const float> matrix, std::span<const float> labels,
        const BoostedTreesOptions& options)
      : features(static_cast<std::uint32_t>(matrix.cols)), rows(matrix), booster(rows) {
    check(XGDMatrixSetFloatInfo(rows.handle(), "label", labels.data(), labels.size()));
    const std::pair<const char*, std::string> parameters[] = {
        {"objective", "binary:logistic"},
        {"tree_method", "hist"},
        {"nthread", "1"},
        {"verbosity", "0"},
        {"base_score", "0.5"},
        {"seed", std::to_string(options.seed)},
        {"max_depth", std::to_string(options.depth)},
        {"eta", std::to_string(options.learning_rate)},
        {"min_child_weight", std::to_string(options.min_child_weight)},
        {"lambda", std::to_string(options.l2)},
        {"subsample", std::to_string(options.row_share)},
        {"colsample_bytree", std::to_string(options.column_share)},
        {"max_bin", std::to_string(options.bins)}};
    for (const auto& [name, value] : parameters) {
      check(XGBoosterSetParam(booster.handle(), name, value.c_str()));
    }
  }

  std::vector<double> predict(MatrixView<const float> matrix, Prediction kind) const {
    if (matrix.cols != features) throw ArgumentError("trees: rows of another number of features");
    const Rows asked(matrix);
    const std::string config =
        R"({"type": )" + std::to_string(static_cast<int>(kind)) +
        R"(, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})";
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    check(XGBoosterPredictFromDMatrix(booster.handle(), asked.handle(), config.c_str(), &shape,
                                      &dimensions, &values));
    std::size_t count = 1;
    for (bst_ulong d = 0; d < dimensions; ++d) count *= shape[d];
    return std::vector<double>(values, values + count);
  }

  std::uint32_t features;
  Rows rows;  // the booster refers to it
  Booster booster;
  int grown = 0;
};

TreeBooster::TreeBooster(MatrixView<const float> rows, std::span<const float> labels,
                         const BoostedTreesOptions& options) {
  check_input(rows, labels, options);
  state_ = std::make_unique<State>(rows, labels, options);
}

void TreeBooster::grow() {
  check(XGBoosterUpdateOneIter(state_->booster.handle(), state_->grown++, state_->rows.handle()));
}

std::vector<double> TreeBooster::log_odds(MatrixView<const float> rows) const {
  return state_->predict(rows, Prediction::kLogOdds);
}

std::vector<double> TreeBooster::contributions(MatrixView<const float> rows) const {
  return state_->predict(rows, Prediction::kContributions);
}

TreeEnsemble TreeBooster::trees() const {
  bst_ulong length = 0;
  const char* text = nullptr;
  check(XGBoosterSaveModelToBuffer(state_->booster.handle(), R"({"format": "json"})", &length,
                                   &text));
  const nlohmann::json model = nlohmann::json::parse(text, text + length);
  TreeEnsemble trees;
  trees.features = state_->features;
  trees.start = {0};
  for (const nlohmann::json& tree :
       model.at("learner").at("gradient_booster").at("model").at("trees")) {
    append_tree(tree, trees);
  }
  trees.validate();
  return trees;
}

#else

struct TreeBooster::State {};

TreeBooster::TreeBooster(MatrixView<const float> rows, std::span<const float> labels,
                         const BoostedTreesOptions& options) {
  check_input(rows, labels, options);
}

void TreeBooster::grow() {}
std::vector<double> TreeBooster::log_odds(MatrixView<const float>) const { return {}; }
std::vector<double> TreeBooster::contributions(MatrixView<const float>) const { return {}; }
TreeEnsemble TreeBooster::trees() const { return {}; }

#endif

TreeBooster::~TreeBooster() = default;
TreeBooster::TreeBooster(TreeBooster&&) noexcept = default;
TreeBooster& TreeBooster::operator=(TreeBooster&&) noexcept = default;

}  // namespace tenure
