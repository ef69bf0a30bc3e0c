#include "calendar.hpp"
#include "command.hpp"
#include "lifetime_fit.hpp"
#include "text_file.hpp"
#include "text_table.hpp"

#include <tenure/core/store.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

namespace {

struct Options {
  std::string store;
  std::string output;
  std::string unit = "week";
  std::string calibration_end;
  std::string cohort_start;
  bool log_gaps = false;
};

/// Numbers in their shortest form that reads back as the same.
void write_counts(const customers::RecencyFrequency& counts, const std::string& path) {
  TextFile file(path);
  const bool gaps = !counts.log_gaps.empty();
  file.write(gaps ? "frequency,recency,T,weights,log_gaps\n" : "frequency,recency,T,weights\n");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    file.write(fmt::format("{},{},{},{}", counts.frequency[i], counts.recency[i], counts.age[i],
                           counts.weight[i]));
    file.write(gaps ? fmt::format(",{}\n", counts.log_gaps[i]) : "\n");
  }
  file.commit();
}

void run_counts(const Options& options, Run& run) {
  CalibrationSpec spec;
  spec.days_per_unit = days_per_unit(options.unit);
  spec.end_day = parse_day("--calibration-end", options.calibration_end);
  spec.cohort_start = parse_day("--cohort-start", options.cohort_start);
  const EventTable events = read_store(run.execution(), options.store);
  Calibration calibration = calibrate(run.execution(), events, options.store, spec);
  customers::RecencyFrequency& all = calibration.summary.counts;
  const std::size_t customers = all.size();
  if (!options.log_gaps) all.log_gaps.clear();
  const customers::RecencyFrequency counts = customers::compress(all);
  const auto alone =
      static_cast<std::size_t>(std::count(counts.weight.begin(), counts.weight.end(), 1.0));
  write_counts(counts, options.output);
  run.print(
      fmt::format("Wrote the counts of {} customers until {} into {}, time in {}s\n"
                  "  {} rows, {} of them of one customer alone\n",
                  with_commas(customers), day_text(calibration.summary.end_day), options.output,
                  options.unit, with_commas(counts.size()), with_commas(alone)));
  run.write_json({{"customers", customers},
                  {"rows", counts.size()},
                  {"rows_of_one_customer", alone},
                  {"unit", options.unit},
                  {"calibration_end", day_text(calibration.summary.end_day)}});
}

}  // namespace

Command add_counts(CLI::App& app) {
  Command command = make_command(
      app, "counts", "Write how often and when customers ordered, without saying who, for fit",
      "  tenure counts north.h5 -o north.csv --calibration-end 2011-06-30\n"
      "  tenure fit --counts north.csv --counts south.csv --model bg-nbd\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("STORE", options->store, "Store to count").required().type_name("STORE.h5");
  sub.add_option("-o,--output", options->output,
                 "File to write: one row for each frequency, recency and T that occurs, with the "
                 "number of customers in weights")
      .required()
      .type_name("COUNTS.csv");
  sub.add_option("--unit", options->unit, "Time unit of recency and T")
      .one_of({"day", "week", "year"})
      .show_default();
  sub.add_option("--calibration-end", options->calibration_end,
                 "Last day to count, inclusive; the same one wherever counts are to be pooled")
      .type_name("DATE");
  sub.add_option("--cohort-start", options->cohort_start,
                 "Leave out customers whose first order is before this date")
      .type_name("DATE");
  sub.add_flag("--log-gaps", options->log_gaps,
               "Also the column log_gaps, which the model mbg-cnbd needs");
  command.run = [options](Run& run) { run_counts(*options, run); };
  return command;
}

}  // namespace tenure::apps
