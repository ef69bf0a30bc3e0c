#pragma once

#include <tenure/core/execution.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <string>

// What a command is while it runs. Without the option parser, which is dear to compile.
namespace tenure::apps {

using Json = nlohmann::ordered_json;

class ProgressBar;

/// Options every command has.
struct CommonOptions {
  int threads = 0;
  std::uint64_t seed = 1;
  std::string json;               ///< empty: none; "-": stdout alone; else a file
  std::string csv;                ///< as json
  std::string progress = "auto";  ///< auto, always, never
  bool quiet = false;
};

/// One run of a command: how to execute, where output goes.
class Run {
 public:
  Run(const CommonOptions& options, std::stop_token stop);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  const Execution& execution() const noexcept { return execution_; }
  /// False where JSON or csv has stdout for itself, or --quiet was given.
  bool human() const noexcept { return human_; }
  /// Prints to stdout where human() holds.
  void print(const std::string& text) const;
  /// A line "tenure: warning: TEXT" on stderr, unless --quiet was given; nothing for no text.
  void warn(const std::string& text) const;
  /// Takes the progress bar off the terminal: before anything is printed.
  void end_progress() const;
  /// Writes the JSON object where --json and --csv said; once, at the end.
  void write_json(const Json& object) const;

 private:
  CommonOptions options_;
  bool human_;
  bool style_;
  std::unique_ptr<ProgressBar> bar_;
  Execution execution_;
};

}  // namespace tenure::apps
