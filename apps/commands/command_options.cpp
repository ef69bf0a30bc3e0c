#include "command_options.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>

namespace tenure::apps {

Option Option::type_name(const std::string& name) const {
  option_->type_name(name);
  return *this;
}

Option Option::group(const std::string& name) const {
  option_->group(name);
  return *this;
}

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::show_default() const {
  option_->capture_default_str();
  return *this;
}

Option Option::default_text(const std::string& text) const {
  option_->default_str(text);
  return *this;
}

Option Option::one_of(const std::vector<std::string>& values) const {
  option_->check(CLI::IsMember(values));
  return *this;
}

Option Option::range(int low, int high) const {
  option_->check(CLI::Range(low, high));
  return *this;
}

Option Option::over_zero() const {
  option_->check(CLI::PositiveNumber);
  return *this;
}

Option Option::expected(int least, int most) const {
  option_->expected(least, most);
  return *this;
}

Option Option::one_value() const {
  option_->allow_extra_args(false);
  return *this;
}

Option Option::delimiter(char mark) const {
  option_->delimiter(mark);
  return *this;
}

Option Option::needs(const Option& other) const {
  option_->needs(other.option_);
  return *this;
}

Option Option::excludes(const std::string& name) const {
  option_->excludes(name);
  return *this;
}

bool Option::given() const { return option_->count() > 0; }

CommandOptions::CommandOptions(CLI::App& app, const std::string& name,
                               const std::string& description)
    : app_(app.add_subcommand(name, description)) {}

template <class Value>
Option CommandOptions::add_option(const std::string& name, Value& value,
                                  const std::string& description) const {
  return Option(*app_->add_option(name, value, description));
}

#define TENURE_VALUE_OF_AN_OPTION(...)                                                             \
  template Option CommandOptions::add_option(const std::string&, __VA_ARGS__&, const std::string&) \
      const
TENURE_VALUE_OF_AN_OPTION(std::string);
TENURE_VALUE_OF_AN_OPTION(std::vector<std::string>);
TENURE_VALUE_OF_AN_OPTION(double);
TENURE_VALUE_OF_AN_OPTION(std::int32_t);
TENURE_VALUE_OF_AN_OPTION(std::uint32_t);
TENURE_VALUE_OF_AN_OPTION(std::uint64_t);
TENURE_VALUE_OF_AN_OPTION(std::vector<std::uint32_t>);
#undef TENURE_VALUE_OF_AN_OPTION

Option CommandOptions::add_flag(const std::string& name, bool& value,
                                const std::string& description) const {
  return Option(*app_->add_flag(name, value, description));
}

void CommandOptions::stand_under(const std::string& heading) const { app_->group(heading); }

void CommandOptions::footer(const std::string& text) const { app_->footer(text); }

void CommandOptions::when_parsed(const std::function<void()>& call) const {
  app_->parse_complete_callback(call);
}

bool CommandOptions::parsed() const { return app_->parsed(); }

bool CommandOptions::given(const std::string& option) const {
  return app_->get_option(option)->count() > 0;
}

}  // namespace tenure::apps
