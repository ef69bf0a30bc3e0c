#pragma once

#include "import_rows.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading single fields, with the caches that make it cheap.
namespace tenure::detail {

/// parse_time() that remembers the last text and the last day.
class TimeCache {
 public:
  std::optional<std::int64_t> parse(std::string_view text) {
    if (text != last_text_ || text.empty()) {
      last_ = parse_new(text);
      last_text_.assign(text);
    }
    return last_;
  }

 private:
  std::optional<std::int64_t> parse_new(std::string_view text);

  std::string last_text_;
  std::optional<std::int64_t> last_;
  std::string day_;  // "YYYY-MM-DD" of a text seen before
  std::int64_t day_seconds_ = 0;
};

/// Largest price, and largest price x quantity, that sums of money can carry.
inline constexpr double kMaxMoney = 1e12;
inline constexpr double kMaxQuantity = 1e9;

/// A number in (-limit, limit).
std::optional<double> parse_number_below(std::string_view text, double limit) noexcept;

/// Quantity and price of a row after the checks that all formats share. Adds bad_number,
/// zero_quantity, negative_quantity, negative_price and zero_price; quantity comes back positive.
struct Amount {
  double quantity = 1;
  double price = 0;
  bool negative = false;  ///< the quantity was negative
};
Amount check_amount(std::optional<double> quantity, std::optional<double> price,
                    FaultSet& faults) noexcept;

/// "13085.0", as spreadsheets write whole numbers, to "13085".
std::string_view without_zero_fraction(std::string_view id) noexcept;

/// Lower case, letters and digits only: how header names are compared with synonyms.
std::string normalised(std::string_view name);

/// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text) noexcept;

/// Usual names of a role (customer, item, time, quantity, price, region, channel, order, kind,
/// text, category), the role itself first, normalised.
const std::vector<std::string_view>& synonyms(std::string_view role);
/// All roles, customer first.
std::vector<std::string> role_names();
/// Whether `role` is one of them.
bool is_role(std::string_view role) noexcept;

/// Column of a role by the first of its synonyms that the header has.
std::optional<std::size_t> find_role(const std::vector<std::string>& header, std::string_view role);
/// Column of any of these normalised names.
std::optional<std::size_t> find_name(const std::vector<std::string>& header,
                                     const std::vector<std::string_view>& names);

/// The delimiter among , ; tab | that the first line holds most often; ',' where it has none.
char guess_delimiter(std::string_view first_line) noexcept;
/// The first lines of a file that are not blank, without line ends, at most `count`.
std::vector<std::string> first_lines(const std::string& path, std::size_t count);

}  // namespace tenure::detail
