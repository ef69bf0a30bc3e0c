#pragma once

#include "test_data.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

extern char** environ;

namespace tenure::test {

/// How a run of the program ended.
struct Outcome {
  int exit_code = -1;  ///< 128 + signal where a signal ended it
  std::string out;
  std::string err;
};

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

/// The program under test, run as a child process with its output in files.
class Program {
 public:
  explicit Program(const TempDir& scratch) : out_(scratch / ".stdout"), err_(scratch / ".stderr") {}

  Outcome run(const std::vector<std::string>& arguments) const {
    return wait_for(start(arguments));
  }

  /// Starts, waits until `ready` holds or the program ends, sends SIGINT, waits for the end.
  Outcome interrupt_when(const std::vector<std::string>& arguments,
                         const std::function<bool(const Program&)>& ready) const {
    const pid_t child = start(arguments);
    while (!ready(*this)) {
      siginfo_t info{};
      if (waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
          info.si_pid == child) {
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    kill(child, SIGINT);
    return wait_for(child);
  }

  std::string error_so_far() const { return read_text(err_); }

 private:
  pid_t start(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = arguments;
    words.insert(words.begin(), TENURE_PROGRAM);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, 1, out_.c_str(), kWrite, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err_.c_str(), kWrite, 0600);
    pid_t child = 0;
    const int error = posix_spawn(&child, TENURE_PROGRAM, &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error(std::string("cannot start ") + TENURE_PROGRAM);
    return child;
  }

  Outcome wait_for(pid_t child) const {
    int status = 0;
    waitpid(child, &status, 0);
    Outcome outcome;
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    outcome.out = read_text(out_);
    outcome.err = read_text(err_);
    return outcome;
  }

  std::string out_;
  std::string err_;
};

}  // namespace tenure::test
