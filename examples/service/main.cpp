// A service in miniature: threads answer requests from one model while another thread replaces it.
//   service A.h5 B.h5 [REQUESTS] [THREADS] [SWAPS]
// Every answer is compared with what each model says on its own: one that is neither is torn.
#include <tenure/core/error.hpp>
#include <tenure/recommender/serving.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using tenure::recommender::ModelSlot;
using tenure::recommender::ServedList;
using tenure::recommender::ServedModel;
using Clock = std::chrono::steady_clock;

struct Load {
  int requests = 10'000;
  int threads = 8;
  int swaps = 100;
};

/// Ids of the items, which mean the same whichever model is in place.
std::vector<std::string> ids_of(const ServedModel& model, const ServedList& list) {
  std::vector<std::string> ids;
  for (const std::uint32_t item : list.items) ids.emplace_back(model.items()[item]);
  return ids;
}

std::vector<std::vector<std::string>> all_lists(const ServedModel& model) {
  std::vector<std::vector<std::string>> lists;
  for (std::uint32_t customer = 0; customer < model.file().customers.size(); ++customer) {
    lists.push_back(ids_of(model, model.recommend(model.file().customers[customer], {})));
  }
  return lists;
}

struct Answers {
  std::vector<double> microseconds;
  int torn = 0;
};

/// One caller: takes the next request until there is none.
void answer(const ModelSlot& slot, const Load& load, std::atomic<int>& next,
            const std::vector<std::vector<std::string>>* expected, Answers& answers) {
  const int between = std::max(1, load.requests / (load.swaps + 1));
  for (int i = next++; i < load.requests; i = next++) {
    // The swaps are to fall among the requests, so requests do not run away from them.
    while (static_cast<int>(slot.generation()) + 2 < std::min(i / between, load.swaps)) {
      std::this_thread::yield();
    }
    const auto start = Clock::now();
    const auto model = slot.current();  // held for as long as its lists are read
    const auto customer = static_cast<std::uint32_t>(i) % model->file().customers.size();
    const auto ids = ids_of(*model, model->recommend(model->file().customers[customer], {}));
    const std::chrono::duration<double, std::micro> took = Clock::now() - start;
    answers.microseconds.push_back(took.count());
    if (ids != expected[0][customer] && ids != expected[1][customer]) ++answers.torn;
  }
}

int serve(const std::string* paths, const Load& load) {
  tenure::Execution execution;
  const auto a = ServedModel::load(execution, paths[0]);
  const auto b = ServedModel::load(execution, paths[1]);
  const std::vector<std::vector<std::string>> expected[] = {all_lists(*a), all_lists(*b)};
  if (expected[0].size() != expected[1].size()) {
    throw tenure::ArgumentError("the models are of different shops");
  }
  ModelSlot slot(a);
  std::atomic<int> next{0};
  std::vector<Answers> answers(static_cast<std::size_t>(load.threads));
  {
    std::vector<std::jthread> callers;
    for (Answers& mine : answers) {
      callers.emplace_back([&] { answer(slot, load, next, expected, mine); });
    }
    for (int s = 1; s <= load.swaps; ++s) {
      while (next.load() <
             std::min(load.requests, s * std::max(1, load.requests / (load.swaps + 1)))) {
        std::this_thread::yield();
      }
      slot.swap(ServedModel::load(execution, paths[s % 2]));
    }
  }
  std::vector<double> all;
  int torn = 0;
  for (const Answers& mine : answers) {
    all.insert(all.end(), mine.microseconds.begin(), mine.microseconds.end());
    torn += mine.torn;
  }
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all[std::min(all.size() - 1, static_cast<std::size_t>(share * all.size()))];
  };
  std::printf("%zu requests, %d threads, %llu swaps: p50 %.0f us, p99 %.0f us, torn %d\n",
              all.size(), load.threads, static_cast<unsigned long long>(slot.generation()), at(0.5),
              at(0.99), torn);
  return torn == 0 && all.size() == static_cast<std::size_t>(load.requests) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) {
    std::fputs("usage: service A.h5 B.h5 [REQUESTS] [THREADS] [SWAPS]\n", stderr);
    return 2;
  }
  try {
    Load load;
    if (arguments.size() > 2) load.requests = std::stoi(arguments[2]);
    if (arguments.size() > 3) load.threads = std::stoi(arguments[3]);
    if (arguments.size() > 4) load.swaps = std::stoi(arguments[4]);
    if (load.requests < 1 || load.threads < 1 || load.swaps < 0) {
      throw tenure::ArgumentError("requests and threads are at least 1");
    }
    return serve(arguments.data(), load);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "service: error: %s\n", error.what());
    return 1;
  }
}
