#include "run.hpp"

#include "csv_output.hpp"
#include "output_file.hpp"
#include "progress_bar.hpp"
#include "terminal_style.hpp"

#include <tenure/core/error.hpp>

#include <unistd.h>

#include <iostream>

namespace tenure::apps {

namespace {

bool bar_wanted(const CommonOptions& options) {
  if (options.progress == "always") return true;
  return options.progress == "auto" && !options.quiet && isatty(STDERR_FILENO) != 0;
}

/// To a file, to stdout for "-", to nobody for "".
template <class Text>
void write_to(const std::string& target, const Text& text) {
  if (target.empty()) return;
  if (target == "-") {
    std::cout << text() << std::flush;
  } else {
    write_text_file(target, text());
  }
}

}  // namespace

Run::Run(const CommonOptions& options, std::stop_token stop)
    : options_(options),
      human_(!options.quiet && options.json != "-" && options.csv != "-"),
      style_(stdout_takes_style()) {
  if (options.json == "-" && options.csv == "-") {
    throw ArgumentError("--json and --csv cannot both have standard output");
  }
  if (!options.csv.empty() && options.csv != "-") check_text_target(options.csv);
  if (!options.json.empty() && options.json != "-") check_text_target(options.json);
  execution_.threads = options.threads;
  execution_.seed = options.seed;
  execution_.stop = std::move(stop);
  if (bar_wanted(options)) {
    bar_ = std::make_unique<ProgressBar>();
    execution_.progress = [this](const ProgressUpdate& update) { bar_->update(update); };
  }
  static_cast<void>(execution_.concurrency());  // refuses a bad --threads before any work
}

Run::~Run() = default;

void Run::end_progress() const {
  if (bar_) bar_->clear();
}

void Run::print(const std::string& text) const {
  if (!human_) return;
  end_progress();
  std::cout << (style_ ? styled(text) : text) << std::flush;
}

void Run::warn(const std::string& text) const {
  if (options_.quiet || text.empty()) return;
  end_progress();
  std::cerr << "tenure: warning: " << text << '\n' << std::flush;
}

void Run::write_json(const Json& object) const {
  end_progress();
  // An id or text of the log may be of any encoding; JSON is UTF-8.
  write_to(options_.json,
           [&] { return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; });
  write_to(options_.csv, [&] { return csv_of(object); });
}

}  // namespace tenure::apps
