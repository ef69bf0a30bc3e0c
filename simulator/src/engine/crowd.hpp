#pragma once

#include "engine/state.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

/// The states of many customers between visits, what contacts use apart from the rest.
namespace tenure::simulator {

/// What contacts use of a customer: half a cache line, words for vector lanes.
struct alignas(32) ContactCard {
  enum Word : std::size_t {
    kFirstOrder,  ///< the words of ContactState
    kLastOrder,
    kPlaced,
    kRecent,
    kTired,
    kAnswered,
    kLeaveDay,
    kNextOrder,
    kWords
  };
  // What is where within the words.
  static constexpr std::uint32_t kOrders = 0xFFFFU;  // of kPlaced
  static constexpr int kRegion = 19;
  static constexpr std::uint32_t kUnsubscribed = 1U << 29U;
  static constexpr std::uint32_t kWarning = 1U << 31U;
  static constexpr int kContacted = 16;  // of kRecent, below it last_contact
  static constexpr int kPause = 8;       // the first of kTired, below it fatigue

  std::array<std::uint32_t, kWords> words;

  ContactState seen() const noexcept { return std::bit_cast<Parts>(words).seen; }
  bool active(double day) const noexcept {
    return day < static_cast<double>(std::bit_cast<float>(words[kLeaveDay]));
  }
  /// What a contact changes.
  void remember(const ContactState& seen) noexcept {
    const auto changed = std::bit_cast<std::array<std::uint32_t, kLeaveDay>>(seen);
    words[kRecent] = changed[kRecent];
    words[kTired] = changed[kTired];
  }

 private:
  friend class Crowd;
  struct Parts {
    ContactState seen;
    float leave_day;
    float next_order;
  };
};
static_assert(sizeof(ContactCard) == 32 && std::endian::native == std::endian::little);

class Crowd {
 public:
  std::size_t size() const noexcept { return cards.size(); }
  void reserve(std::size_t customers) {
    cards.reserve(customers);
    rest_.reserve(customers);
    for (std::vector<float>* days : {&own, &contact, &asked_until}) days->reserve(customers);
  }
  /// A customer with no contact to come.
  void add(const CustomerState& state, float own_day, float asked_until_day) {
    cards.emplace_back();
    rest_.emplace_back();
    save(cards.size() - 1, state);
    own.push_back(own_day);
    contact.push_back(kNever);
    asked_until.push_back(asked_until_day);
    first_day_ = std::min(first_day_, own_day);
  }
  CustomerState load(std::size_t place) const noexcept {
    const Rest& rest = rest_[place];
    const auto card = std::bit_cast<ContactCard::Parts>(cards[place].words);
    CustomerState state;
    state.latent = {rest.rate, rest.dropout, rest.value_scale, card.next_order, card.leave_day};
    static_cast<ContactState&>(state.seen) = card.seen;
    static_cast<OrderState&>(state.seen) = rest.seen;
    return state;
  }
  void save(std::size_t place, const CustomerState& state) noexcept {
    const LatentState& latent = state.latent;
    rest_[place] = {latent.rate, latent.dropout, latent.value_scale, state.seen};
    cards[place].words = std::bit_cast<decltype(ContactCard::words)>(
        ContactCard::Parts{state.seen, latent.leave_day, latent.next_order});
  }
  /// Asks the memory for a customer's card, or for the rest of its state.
  void fetch_card(std::size_t place) const noexcept { __builtin_prefetch(&cards[place]); }
  void fetch_rest(std::size_t place) const noexcept {
    __builtin_prefetch(&rest_[place]);
    __builtin_prefetch(&rest_[place].seen.previous_gap);
  }
  /// Nothing happens to anybody before this day.
  float first_day() const noexcept { return first_day_; }

  // By customer.
  std::vector<ContactCard> cards;
  std::vector<float> own;          ///< day of its next order or lapse, or before
  std::vector<float> contact;      ///< day of the next contact that is to be asked for, or before
  std::vector<float> asked_until;  ///< day after which no weekly lever asks for it

 private:
  struct Rest {
    float rate;
    float dropout;
    float value_scale;
    OrderState seen;
  };
  std::vector<Rest> rest_;
  float first_day_ = kNever;
};

}  // namespace tenure::simulator
