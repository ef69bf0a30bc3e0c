#include "textbook_als.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace tenure::bench {

namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void solve_rows(const CsrView& pairs, const recommender::IalsOptions& options,
                const Eigen::Map<const Rows>& fixed, const Eigen::MatrixXf& gram,
                Eigen::Map<Rows>& solved, std::size_t begin, std::size_t end) {
  const Eigen::Index d = fixed.cols();
  Rows known;
  for (std::size_t row = begin; row < end; ++row) {
    const auto columns = pairs.row_columns(row);
    const auto out = static_cast<Eigen::Index>(row);
    if (columns.empty()) {
      solved.row(out).setZero();
      continue;
    }
    known.resize(static_cast<Eigen::Index>(columns.size()), d);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      known.row(static_cast<Eigen::Index>(i)) = fixed.row(static_cast<Eigen::Index>(columns[i]));
    }
    const double scale = static_cast<double>(columns.size()) +
                         options.unobserved_weight * static_cast<double>(fixed.rows());
    Eigen::MatrixXf system = gram;
    system.diagonal().array() += static_cast<float>(
        options.regularization * std::pow(scale, options.regularization_exponent));
    system.selfadjointView<Eigen::Lower>().rankUpdate(known.transpose());
    const Eigen::VectorXf right = known.colwise().sum().transpose();
    solved.row(out) = system.selfadjointView<Eigen::Lower>().llt().solve(right).transpose();
  }
}

}  // namespace

void textbook_half_epoch(const CsrView& pairs, const recommender::IalsOptions& options,
                         std::size_t d, const std::vector<float>& fixed_values,
                         std::vector<float>& solved_values) {
  const auto width = static_cast<Eigen::Index>(d);
  const Eigen::Map<const Rows> fixed(fixed_values.data(),
                                     static_cast<Eigen::Index>(fixed_values.size() / d), width);
  Eigen::Map<Rows> solved(solved_values.data(), static_cast<Eigen::Index>(pairs.rows()), width);
  Eigen::MatrixXf gram = Eigen::MatrixXf::Zero(width, width);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(fixed.transpose(),
                                                  static_cast<float>(options.unobserved_weight));
  constexpr std::size_t kRows = 64;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t begin = next.fetch_add(kRows); begin < pairs.rows();
         begin = next.fetch_add(kRows)) {
      solve_rows(pairs, options, fixed, gram, solved, begin, std::min(begin + kRows, pairs.rows()));
    }
  };
  std::thread second(work);
  work();
  second.join();
}

void textbook_epoch(const CsrView& by_user, const CsrView& by_item,
                    const recommender::IalsOptions& options, std::vector<float>& users,
                    std::vector<float>& items) {
  textbook_half_epoch(by_user, options, options.factors, items, users);
  textbook_half_epoch(by_item, options, options.factors, users, items);
}

}  // namespace tenure::bench
