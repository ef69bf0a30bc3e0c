#include "completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tenure::apps {

namespace {

std::vector<std::string> option_names(const CommandEntry& command) {
  std::vector<std::string> names = {"--help"};
  for (const OptionEntry& option : command.options) {
    for (const std::string& name : option.names) {
      if (name != "--help" && name != "-h") names.push_back(name);
    }
  }
  return names;
}

/// Words that may stand where no option's name or value does.
std::vector<std::string> places(const CommandEntry& command) {
  std::vector<std::string> words;
  for (const OptionEntry& place : command.positionals) {
    words.insert(words.end(), place.choices.begin(), place.choices.end());
  }
  return words;
}

/// Between single quotes of a shell.
std::string in_quotes(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return safe + "'";
}

std::string bash_script(const std::vector<CommandEntry>& commands) {
  std::string names;
  std::string cases;
  for (const CommandEntry& command : commands) {
    names += command.name + " ";
    std::string choices;
    for (const OptionEntry& option : command.options) {
      if (option.choices.empty()) continue;
      choices += fmt::format("        {}) words='{}' ;;\n", fmt::join(option.names, "|"),
                             fmt::join(option.choices, " "));
    }
    cases += fmt::format("    {})\n      options='{}'\n", command.name,
                         fmt::join(option_names(command), " "));
    if (const auto words = places(command); !words.empty()) {
      cases += fmt::format("      places='{}'\n", fmt::join(words, " "));
    }
    if (!choices.empty()) cases += "      case $before in\n" + choices + "      esac\n";
    cases += "      ;;\n";
  }
  return fmt::format(R"(# Completion of tenure for bash: source this, or put it into
# /usr/share/bash-completion/completions/tenure.
_tenure() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
  local options='' words='' places=''
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '{}--help --version' -- "$current")
    return
  fi
  case ${{COMP_WORDS[1]}} in
{}  esac
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [[ -n $places ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$places" -- "$current")
  fi
}}
complete -o default -F _tenure tenure
)",
                     names, cases);
}

std::string zsh_script(const std::vector<CommandEntry>& commands) {
  std::string names;
  std::string cases;
  const auto plain = [](std::string text) {
    for (char& c : text) {
      if (c == '[' || c == ']' || c == ':' || c == '\'') c = ' ';
    }
    return text;
  };
  for (const CommandEntry& command : commands) {
    names += "    " + in_quotes(command.name + ":" + plain(command.description)) + "\n";
    cases += fmt::format("    {})\n      _arguments \\\n", command.name);
    for (const OptionEntry& option : command.options) {
      for (const std::string& name : option.names) {
        std::string spec =
            (option.repeats ? "*" : "") + name + "[" + plain(option.description) + "]";
        if (!option.choices.empty()) {
          spec += fmt::format(":{}:({})", plain(option.value), fmt::join(option.choices, " "));
        } else if (!option.value.empty()) {
          spec += ":" + plain(option.value) + ":_files";
        }
        cases += "        " + in_quotes(spec) + " \\\n";
      }
    }
    if (const auto words = places(command); !words.empty()) {
      cases += "        " + in_quotes(fmt::format("1:word:({})", fmt::join(words, " "))) + " \\\n";
    }
    cases += "        '*:file:_files'\n      ;;\n";
  }
  return fmt::format(R"(#compdef tenure
# Completion of tenure for zsh: put it as _tenure into a folder of $fpath.
_tenure() {{
  local -a commands=(
{}  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
{}  esac
}}
_tenure "$@"
)",
                     names, cases);
}

std::string fish_script(const std::vector<CommandEntry>& commands) {
  std::string text =
      "# Completion of tenure for fish: put it as tenure.fish into\n"
      "# ~/.config/fish/completions.\n";
  for (const CommandEntry& command : commands) {
    text += fmt::format("complete -c tenure -n __fish_use_subcommand -f -a {} -d {}\n",
                        command.name, in_quotes(command.description));
    if (const auto words = places(command); !words.empty()) {
      text += fmt::format("complete -c tenure -n '__fish_seen_subcommand_from {}' -f -a '{}'\n",
                          command.name, fmt::join(words, " "));
    }
    for (const OptionEntry& option : command.options) {
      text += fmt::format("complete -c tenure -n '__fish_seen_subcommand_from {}'", command.name);
      for (const std::string& name : option.names) {
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!option.choices.empty()) {
        text += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
      } else if (!option.value.empty()) {
        text += " -r";
      }
      text += " -d " + in_quotes(option.description) + "\n";
    }
  }
  return text;
}

/// Text of a page: a backslash, and a dot or quote that begins a line, are commands to troff.
std::string troff(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\') {
      safe += "\\e";
    } else if (c == '-') {
      safe += "\\-";
    } else {
      safe += c;
    }
  }
  return !safe.empty() && (safe[0] == '.' || safe[0] == '\'') ? "\\&" + safe : safe;
}

std::string manual_option(const OptionEntry& option) {
  std::string head = "\\fB" + troff(fmt::format("{}", fmt::join(option.names, ", "))) + "\\fR";
  if (option.names.empty()) head = "\\fI" + troff(option.value) + "\\fR";
  if (!option.names.empty() && !option.value.empty()) {
    head += option.choices.empty() ? " \\fI" + troff(option.value) + "\\fR"
                                   : " " + troff(fmt::format("{}", fmt::join(option.choices, "|")));
  }
  std::string text = ".TP\n" + head + "\n" + troff(option.description);
  if (!option.initial.empty()) text += " (" + troff(option.initial) + ")";
  if (option.required) text += ". Required";
  return text + ".\n";
}

std::string manual_command(const CommandEntry& command) {
  std::string text = fmt::format(".SS tenure {}\n{}.\n", command.name, troff(command.description));
  for (const OptionEntry& option : command.positionals) text += manual_option(option);
  for (const OptionEntry& option : command.options) {
    if (option.group != "Common options" && option.names.front() != "-h") {
      text += manual_option(option);
    }
  }
  std::string line;
  text += ".PP\n.nf\n";
  for (const char c : command.examples + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (!line.empty()) text += troff(line) + "\n";
    line.clear();
  }
  return text + ".fi\n";
}

}  // namespace

std::string completion_script(const std::string& shell, const std::vector<CommandEntry>& commands) {
  if (shell == "zsh") return zsh_script(commands);
  if (shell == "fish") return fish_script(commands);
  return bash_script(commands);
}

std::string manual_page(const std::vector<CommandEntry>& commands) {
  std::string text =
      ".TH TENURE 1 \"\" Tenure \"User commands\"\n"
      ".SH NAME\ntenure \\- who is about to leave, what to show them, what keeping them pays back\n"
      ".SH SYNOPSIS\n.B tenure\n.I COMMAND\n[\\fIOPTIONS\\fR]\n"
      ".SH COMMON OPTIONS\nEvery command has these.\n";
  for (const CommandEntry& command : commands) {
    if (command.options.size() < 5) continue;  // completion and manual have none
    for (const OptionEntry& option : command.options) {
      if (option.group == "Common options") text += manual_option(option);
    }
    break;
  }
  text += ".SH COMMANDS\n";
  for (const CommandEntry& command : commands) text += manual_command(command);
  return text +
         ".SH EXIT STATUS\n"
         ".TP\n0\nSuccess.\n.TP\n2\nThe arguments are wrong.\n.TP\n3\nA file is missing or at "
         "fault.\n.TP\n4\nA computation did not converge or left the finite numbers.\n"
         ".TP\n130\nInterrupted; nothing half\\-written is left.\n";
}

}  // namespace tenure::apps
