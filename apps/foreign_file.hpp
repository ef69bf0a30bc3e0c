#pragma once

#include <tenure/core/error.hpp>

#include <string>
#include <vector>

/// What a file is that is not what a command asked for, and which command helps.
namespace tenure::apps {

/// The message for a file of another format than a store, a model or a result: "orders.csv: is
/// text, not a store; tenure import orders.csv -o shop.h5 makes a store of a log of orders".
std::string foreign_file_text(const FormatError& error);

/// Why an input of `tenure import` is no log: a store, a workbook, JSON, ...; empty where it may be
/// one. `line`: where reading it failed, 0 for nowhere.
std::string not_a_log(const std::string& path, std::size_t line);

}  // namespace tenure::apps
