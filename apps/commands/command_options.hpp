#pragma once

#include "cli_fwd.hpp"

#include <functional>
#include <string>
#include <vector>

/// The front of the option parser. The parser's own header costs every file that reads it seconds
/// and its constants; behind this, command_options.cpp alone does.
namespace tenure::apps {

/// An option just added; each call returns the same one, so that they can be chained.
class Option {
 public:
  Option() = default;
  explicit Option(CLI::Option& option) : option_(&option) {}

  /// What stands for its value in the help: "FILE.csv".
  Option type_name(const std::string& name) const;
  /// Heading that it stands under.
  Option group(const std::string& name) const;
  Option required() const;
  /// Tells the variable's present value as the default.
  Option show_default() const;
  Option default_text(const std::string& text) const;
  Option one_of(const std::vector<std::string>& values) const;
  /// Whole numbers low to high, both allowed.
  Option range(int low, int high) const;
  Option over_zero() const;
  /// From `least` to `most` values.
  Option expected(int least, int most) const;
  /// One value each time it is given, any number of times.
  Option one_value() const;
  /// Several values in one word.
  Option delimiter(char mark) const;
  Option needs(const Option& other) const;
  Option excludes(const std::string& name) const;

  /// After parsing: whether it stood on the command line.
  bool given() const;

 private:
  CLI::Option* option_ = nullptr;
};

/// A command's options. Variables must outlive the parsing.
class CommandOptions {
 public:
  CommandOptions() = default;
  /// Adds a command to the program.
  CommandOptions(CLI::App& app, const std::string& name, const std::string& description);

  /// `name`: "--count", "-n,--count", or "STORE" for one that goes by its place. Value is one of
  /// the types that command_options.cpp names.
  template <class Value>
  Option add_option(const std::string& name, Value& value, const std::string& description) const;
  Option add_flag(const std::string& name, bool& value, const std::string& description) const;
  /// Heading that the command stands under in the program's help.
  void stand_under(const std::string& heading) const;
  /// What stands below the help.
  void footer(const std::string& text) const;
  /// Called once all options of the command are read.
  void when_parsed(const std::function<void()>& call) const;

  /// After parsing: whether it is the command that was asked for.
  bool parsed() const;
  /// After parsing: whether the option stood on the command line.
  bool given(const std::string& option) const;

 private:
  CLI::App* app_ = nullptr;
};

}  // namespace tenure::apps
