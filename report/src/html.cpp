#include "sections.hpp"

#include <fmt/format.h>

#include <string_view>

namespace tenure::report {

extern const std::string_view page_part_report_css;
extern const std::string_view page_part_charts_js;
extern const std::string_view page_part_report_js;
extern const std::string_view page_part_echarts_min_js;

namespace {

/// Tables with more are printed smaller.
constexpr std::size_t kColumnsOnPaper = 12;

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

/// JSON that may stand in a script element: nothing in it can end the element or begin a comment.
std::string script_json(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

/// Escaped, with `commands` between backticks set apart.
std::string marked(std::string_view text) {
  std::string html;
  bool inside = false;
  for (const char c : escape(text)) {
    if (c == '`') {
      html += inside ? "</code>" : "<code>";
      inside = !inside;
    } else {
      html += c;
    }
  }
  return html;
}

std::string table_html(const Figure& figure) {
  std::string html = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table: {0}\"><table{1}>"
      "<caption class=\"hidden\">{0}</caption>\n<thead><tr>",
      escape(figure.title), figure.table.header.size() > kColumnsOnPaper ? " class=\"wide\"" : "");
  // Columns of numbers stand to the right, whatever is missing in them.
  std::vector<bool> number(figure.table.header.size(), false);
  for (const auto& row : figure.table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) number[i] = number[i] || row[i].value.has_value();
  }
  for (std::size_t i = 0; i < number.size(); ++i) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>", number[i] && i > 0 ? " class=\"n\"" : "",
                        escape(figure.table.header[i]));
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : figure.table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == 0) {
        html += "<th scope=\"row\">" + escape(row[i].text) + "</th>";
      } else if (row[i].value) {
        html += fmt::format("<td class=\"n\" data-v=\"{:.10g}\">{}</td>", *row[i].value,
                            escape(row[i].text));
      } else {
        // A gap is copied as a gap.
        html += fmt::format("<td{}>{}</td>", number[i] ? " class=\"n\" data-v=\"\"" : "",
                            escape(row[i].text));
      }
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string terms_html(const std::vector<Term>& terms, const char* look) {
  if (terms.empty()) return {};
  std::string html = fmt::format("<dl class=\"{}\">\n", look);
  for (const Term& term : terms) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape(term.word), marked(term.meaning));
  }
  return html + "</dl>\n";
}

std::string figure_html(const Figure& figure) {
  std::string html = fmt::format("<figure id=\"{}\">\n<h3>{}</h3>\n<p class=\"finding\">{}</p>\n",
                                 figure.id, escape(figure.title), marked(figure.finding));
  if (!figure.chart.is_null()) {
    html += fmt::format(
        "<div class=\"chart\" data-figure=\"{}\" role=\"img\" tabindex=\"0\" aria-label=\"Chart, "
        "{}. {} "
        "All numbers are in the table below.\"></div>\n",
        figure.id, escape(figure.title), escape(figure.finding));
  }
  if (!figure.note.empty()) html += "<p class=\"note\">" + marked(figure.note) + "</p>\n";
  if (!figure.table.rows.empty()) {
    html += fmt::format(
        "<details{}><summary>All numbers</summary>\n"
        "<button type=\"button\" class=\"copy\">Copy table</button>"
        "<span class=\"copied\" role=\"status\"></span>\n{}</details>\n",
        figure.chart.is_null() ? " open" : "", table_html(figure));
  }
  return html + terms_html(figure.terms, "terms small") + "</figure>\n";
}

std::string section_html(const Section& section) {
  std::string html = fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n"
      "<h2 id=\"{0}-title\">{1}</h2>\n",
      section.id, escape(section.title));
  if (!section.source.empty()) {
    html += "<p class=\"note\">" + escape(section.source) + "</p>\n";
  }
  for (std::size_t i = 0; i < section.sentences.size(); ++i) {
    const bool lead = i == 0 && section.id == "decision";
    html +=
        fmt::format("<p{}>{}</p>\n", lead ? " class=\"lead\"" : "", escape(section.sentences[i]));
  }
  if (!section.cards.empty()) {
    html += "<dl class=\"cards\">\n";
    for (const Card& card : section.cards) {
      html += fmt::format("<div><dt>{}</dt><dd>{}<span>{}</span></dd></div>\n", escape(card.label),
                          escape(card.value), escape(card.range));
    }
    html += "</dl>\n";
  }
  for (const Figure& figure : section.figures) html += figure_html(figure);
  html += terms_html(section.terms, "terms");
  return html + "</section>\n";
}

std::string navigation(const std::vector<Section>& sections) {
  std::string html = "<nav aria-label=\"Sections\"><ul>\n";
  for (const Section& section : sections) {
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, escape(section.title));
  }
  return html + "</ul></nav>\n";
}

}  // namespace

std::string page_html(const std::string& title, const std::vector<Section>& sections) {
  Json charts = Json::object();
  std::string body;
  for (const Section& section : sections) {
    body += section_html(section);
    for (const Figure& figure : section.figures) {
      if (!figure.chart.is_null()) charts[figure.id] = figure.chart;
    }
  }
  std::string html;
  // The policy leaves the page no way to any network, whatever stands in it.
  html +=
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
      escape(title) + "</title>\n<style>\n";
  html += page_part_report_css;
  html +=
      "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the "
      "report</a>\n<header>\n<h1>" +
      escape(title) +
      "</h1>\n<button type=\"button\" id=\"theme\" "
      "aria-pressed=\"false\">Dark</button>\n</header>\n" +
      navigation(sections) + "<main id=\"main\">\n" + body +
      "</main>\n<footer><p>Made by Tenure. Intervals are of 95\u00a0%. Charts drawn with Apache "
      "ECharts, "
      "Apache License 2.0.</p></footer>\n"
      "<noscript><p>Charts need scripts; every number is in the tables.</p></noscript>\n"
      "<script type=\"application/json\" id=\"data\">" +
      script_json(charts) + "</script>\n<script>\n";
  html += page_part_echarts_min_js;
  html += "\n</script>\n<script>\n";
  html += page_part_charts_js;
  html += "</script>\n<script>\n";
  html += page_part_report_js;
  return html + "</script>\n</body>\n</html>\n";
}

}  // namespace tenure::report
