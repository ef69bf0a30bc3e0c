#pragma once

#include <tenure/simulator/scenario.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// The order rate's multiplier by day: constant pieces.
namespace tenure::simulator {

struct SeasonPiece {
  double from = 0.0;    ///< day
  double factor = 1.0;  ///< until the next piece; for ever in the last one
  double before = 0.0;  ///< integral of the factor over [0, from]
};

class Season {
 public:
  /// Factor 1 for ever.
  Season() : pieces_(1), piece_of_day_(1, 0) {}
  /// Of a region over the horizon, from the calendar; factor 1 after it.
  Season(const SeasonSpec& spec, std::int64_t start_day, double horizon_days);
  /// Factor k > 0 holds on days [k days_each, (k + 1) days_each); factor 1 after the last.
  Season(const std::vector<double>& factors, std::size_t days_each);

  const std::vector<SeasonPiece>& pieces() const noexcept { return pieces_; }
  bool flat() const noexcept { return pieces_.size() == 1; }
  /// Piece that holds on `day` >= 0.
  std::size_t piece_on(double day) const noexcept {
    const std::size_t last = piece_of_day_.size() - 1;
    return day >= static_cast<double>(last) ? pieces_.size() - 1
                                            : piece_of_day_[static_cast<std::size_t>(day)];
  }
  double integral(double day) const noexcept {
    const SeasonPiece& piece = pieces_[piece_on(day)];
    return piece.before + piece.factor * (day - piece.from);
  }

 private:
  std::vector<SeasonPiece> pieces_;
  std::vector<std::uint16_t> piece_of_day_;  ///< the last entry for all later days
};

/// The season of each region name.
std::vector<Season> seasons_of(const Scenario& scenario, const std::vector<std::string>& regions);

/// Days of the simulation, within the horizon, on which the year has one of `days`; in order.
std::vector<double> calendar_days(const std::vector<MonthDay>& days, std::int64_t start_day,
                                  double horizon_days);

}  // namespace tenure::simulator
