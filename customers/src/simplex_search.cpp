#include "simplex_search.hpp"

#include <algorithm>
#include <cmath>

namespace tenure::customers::detail {
namespace {

struct Vertex {
  std::vector<double> x;
  double value;
};

class Simplex {
 public:
  Simplex(FunctionRef<double(std::span<const double>)> function, const std::vector<double>& start,
          double step)
      : function_(function) {
    vertices_.push_back(evaluate(start));
    for (std::size_t i = 0; i < start.size(); ++i) {
      std::vector<double> x = start;
      x[i] += step;
      vertices_.push_back(evaluate(std::move(x)));
    }
    sort();
  }

  const Vertex& best() const { return vertices_.front(); }
  int evaluations() const { return evaluations_; }

  bool settled(double tolerance) const {
    const double spread = vertices_.back().value - best().value;
    if (!(spread <= tolerance * (std::abs(best().value) + tolerance))) return false;
    double size = 0.0;
    for (const Vertex& vertex : vertices_) {
      for (std::size_t i = 0; i < vertex.x.size(); ++i) {
        size = std::max(size, std::abs(vertex.x[i] - best().x[i]));
      }
    }
    return size <= std::sqrt(tolerance);
  }

  void move() {
    const double second_worst = vertices_[vertices_.size() - 2].value;
    const Vertex reflected = evaluate(along(-1.0));
    if (reflected.value < best().value) {
      Vertex expanded = evaluate(along(-2.0));
      vertices_.back() = expanded.value < reflected.value ? std::move(expanded) : reflected;
    } else if (reflected.value < second_worst) {
      vertices_.back() = reflected;
    } else {
      const bool outside = reflected.value < vertices_.back().value;
      Vertex contracted = evaluate(along(outside ? -0.5 : 0.5));
      if (contracted.value < std::min(reflected.value, vertices_.back().value)) {
        vertices_.back() = std::move(contracted);
      } else {
        shrink();
      }
    }
    sort();
  }

 private:
  Vertex evaluate(std::vector<double> x) {
    ++evaluations_;
    const double value = function_(x);
    return {std::move(x), value};
  }

  /// centre + t (worst - centre), the centre being that of all but the worst.
  std::vector<double> along(double t) const {
    const std::vector<double>& worst = vertices_.back().x;
    std::vector<double> x(worst.size(), 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t v = 0; v + 1 < vertices_.size(); ++v) x[i] += vertices_[v].x[i];
      x[i] /= static_cast<double>(vertices_.size() - 1);
      x[i] += t * (worst[i] - x[i]);
    }
    return x;
  }

  void shrink() {
    for (std::size_t v = 1; v < vertices_.size(); ++v) {
      std::vector<double> x = vertices_[v].x;
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = (x[i] + best().x[i]) / 2.0;
      vertices_[v] = evaluate(std::move(x));
    }
  }

  void sort() {
    std::stable_sort(vertices_.begin(), vertices_.end(),
                     [](const Vertex& a, const Vertex& b) { return a.value < b.value; });
  }

  FunctionRef<double(std::span<const double>)> function_;
  std::vector<Vertex> vertices_;
  int evaluations_ = 0;
};

}  // namespace

SimplexMinimum minimize_simplex(FunctionRef<double(std::span<const double>)> function,
                                const std::vector<double>& start, double step, double tolerance,
                                int max_evaluations) {
  Simplex simplex(function, start, step);
  bool converged = simplex.settled(tolerance);
  while (!converged && simplex.evaluations() < max_evaluations) {
    simplex.move();
    converged = simplex.settled(tolerance);
  }
  return {simplex.best().x, simplex.best().value, simplex.evaluations(), converged};
}

}  // namespace tenure::customers::detail
