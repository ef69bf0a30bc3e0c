#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What the page is made of. All text is plain: html.cpp escapes it.
namespace tenure::report {

using Json = nlohmann::ordered_json;

/// A cell of a table: what is read, and for numbers what is copied.
struct Cell {
  std::string text;
  std::optional<double> value{};
};

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<Cell>> rows;
};

/// A word and what it means here.
struct Term {
  std::string word;
  std::string meaning;
};

/// A chart with all its numbers in a table.
struct Figure {
  std::string id;
  std::string title;
  std::string finding;  ///< what it shows, in a sentence: also the chart's description
  std::string note;     ///< how to read it; may be empty
  Json chart;           ///< charts.js says what it takes; null: the table alone
  Table table;
  std::vector<Term> terms{};  ///< of the table, explained under it
};

/// One number at the head of a section.
struct Card {
  std::string label;
  std::string value;
  std::string range;  ///< interval or remark; may be empty
};

struct Section {
  std::string id;
  std::string title;
  std::string source;  ///< small print under the title; may be empty
  std::vector<std::string> sentences;
  std::vector<Card> cards;
  std::vector<Figure> figures;
  std::vector<Term> terms{};
};

}  // namespace tenure::report
