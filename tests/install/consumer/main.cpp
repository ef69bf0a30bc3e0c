// Uses the installed libraries the way a service would: public headers only, every library linked.
#include <tenure/core/csr.hpp>
#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>
#include <tenure/core/time.hpp>
#include <tenure/core/version.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/retriever.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>
#include <tenure/simulator/scenario.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

int failures = 0;

void check(bool good, std::string_view what) {
  if (good) return;
  std::cerr << "failed: " << what << '\n';
  ++failures;
}

void use_core() {
  const std::array<std::uint32_t, 4> zeros =
      tenure::philox4x32_10(std::array<std::uint32_t, 4>{}, std::array<std::uint32_t, 2>{});
  check(zeros[0] == 0x6627e8d5U, "Philox gives its published vector");
  check(tenure::parse_time("2011-12-09 12:50") == 1323435000, "a date is read");

  tenure::Execution execution;
  execution.threads = 2;
  const std::vector<std::uint32_t> rows{1, 0, 1};
  const std::vector<std::uint32_t> columns{2, 0, 0};
  const tenure::Csr matrix = tenure::csr_from_triplets(execution, 2, 3, rows, columns, {});
  check(matrix.columns == std::vector<std::uint32_t>{0, 0, 2}, "a matrix is built");

  const double sum = tenure::parallel_reduce(
      execution, 10000, 100, 0.0,
      [](const tenure::Chunk& chunk) {
        double part = 0.0;
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
          tenure::RandomStream stream(
              1, {tenure::Purpose::kTest, 0, static_cast<std::uint32_t>(i), 0});
          part += tenure::draw_gamma(stream, 2.0);
        }
        return part;
      },
      [](double& into, double&& from) { into += from; });
  // Gamma(2, 1): mean 2, standard error of the mean sqrt(2 / 10000).
  check(sum / 10000.0 > 1.93 && sum / 10000.0 < 2.07, "a parallel sum of gamma draws");

  execution.threads = -1;
  try {
    tenure::parallel_for(execution, 1, 1, [](const tenure::Chunk&) {});
    check(false, "a negative number of threads is refused");
  } catch (const tenure::ArgumentError&) {
  }
}

/// Two groups of users, each with its own half of the items: what is missing of a user's half must
/// come first in its list, from the exact scan and from FAISS alike, before and after the model
/// went through a file (HDF5, BLAS and FAISS are linked privately and all needed here).
void use_recommender(const std::string& path) {
  namespace rec = tenure::recommender;
  constexpr std::uint32_t kUsers = 40;
  constexpr std::uint32_t kItems = 20;
  tenure::Execution execution;
  execution.threads = 2;
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> items;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    for (std::uint32_t item = user % 2; item < kItems; item += 2) {
      if (item / 2 == user % 10) continue;
      users.push_back(user);
      items.push_back(item);
    }
  }
  rec::ModelFile file;
  file.train = tenure::csr_from_triplets(execution, kUsers, kItems, users, items, {});
  rec::IalsOptions options;
  options.factors = 4;
  options.epochs = 5;
  file.model = rec::train_ials(execution, file.train, options);
  for (std::uint32_t user = 0; user < kUsers; ++user) file.customers.append(std::to_string(user));
  for (std::uint32_t item = 0; item < kItems; ++item) file.items.append(std::to_string(item));
  rec::save_model(execution, file, path);
  const rec::ModelFile loaded = rec::load_model(execution, path);
  std::remove(path.c_str());

  const auto factors = loaded.model->factors();
  check(factors.has_value(), "a factor model has factors");
  if (!factors) return;
  std::vector<std::uint32_t> rows(kUsers);
  for (std::uint32_t user = 0; user < kUsers; ++user) rows[user] = user;
  rec::SearchFilter filter;
  filter.seen_rows = rows;
  filter.seen = loaded.train;
  for (const auto kind : {rec::RetrieverKind::kExact, rec::RetrieverKind::kFlat}) {
    rec::RetrieverOptions retriever_options;
    retriever_options.kind = kind;
    const auto retriever = rec::make_retriever(execution, factors->items, retriever_options);
    const rec::TopLists lists = retriever->search(execution, factors->users, 1, filter);
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      const std::uint32_t missing = user % 10 * 2 + user % 2;
      check(lists.counts[user] == 1 && lists.ids[user] == missing,
            "the missing item comes first: " + std::string(rec::to_string(kind)));
    }
  }
}

/// Customers summarised by hand, a fit on them, and a simulation from the fit.
void use_customers_and_simulator() {
  namespace sim = tenure::simulator;
  tenure::Execution execution;
  tenure::customers::RecencyFrequency counts;
  for (int i = 0; i < 2000; ++i) {
    tenure::RandomStream stream(7, {tenure::Purpose::kTest, 1, static_cast<std::uint32_t>(i), 0});
    double t = 0.0;
    double last = 0.0;
    double orders = 0.0;
    const double rate = tenure::draw_gamma(stream, 0.8, 5.0);
    const double leave = tenure::draw_beta(stream, 1.0, 3.0);
    while ((t += tenure::draw_exponential(stream, rate)) < 40.0) {
      last = t;
      ++orders;
      if (tenure::draw_bernoulli(stream, leave)) break;
    }
    counts.frequency.push_back(orders);
    counts.recency.push_back(last);
    counts.age.push_back(40.0);
  }
  const auto fit = tenure::customers::fit_bg_nbd(execution, counts);
  check(fit.parameters.r > 0.6 && fit.parameters.r < 1.1, "a lifetime model is fitted");

  sim::Scenario scenario;
  scenario.gross_margin = 0.5;
  scenario.horizon_days = 365.0;
  scenario.replications = 4;
  scenario.population.customers = 500;
  sim::RegionSpec region{"all", 1.0, {}};
  region.model.orders = fit.parameters;
  region.model.spend = {6.0, 4.0, 15.0};
  scenario.population.regions.push_back(region);
  sim::LeverSpec lever;
  lever.name = "voucher";
  lever.trigger.days_idle = 30.0;
  lever.cost.contact = 0.1;
  lever.effect.rate = 1.5;
  scenario.levers.push_back(lever);
  scenario.strategies.push_back({"voucher", {0}});
  const auto report = sim::assess_returns(sim::simulate(execution, scenario));
  check(report.strategies.at(0).incremental_margin.value > 0.0, "a lever that helps brings margin");
}

}  // namespace

int main(int argc, char** argv) {
  check(argc == 2 && tenure::version() == argv[1], "the version is that of the package");
  use_core();
  use_recommender("consumer-model.h5");
  use_customers_and_simulator();
  std::cout << "tenure " << tenure::version() << (failures == 0 ? ": ok\n" : ": FAILED\n");
  return failures == 0 ? 0 : 1;
}
