// The report as a browser shows it: headless Chromium opens the page at two widths, light and dark;
// the page then says of itself what it drew (#check in its address, report/page/report.js).
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>
#include <string>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

constexpr std::uintmax_t kMostBytes = 3'000'000;

/// Debian's program for headless use, wherever PATH has it.
std::optional<std::string> chromium() {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
      const auto file = std::filesystem::path(folder) / name;
      if (std::filesystem::is_regular_file(file)) return file.string();
    }
  }
  return std::nullopt;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("no '" + from + "' in the file");
  for (; at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class ReportPage : public testing::Test {
 protected:
  void run(const std::vector<std::string>& arguments) {
    const Outcome outcome = program_.run(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  /// The five-year scenario with a hundredth of its customers and 8 draws.
  std::string small_five_years() {
    const std::string path = dir_ / "five-years.toml";
    std::string text = read_text(source_file("datasets/scenarios/cross-border-5y.toml"));
    text = replaced(text, "\ncustomers = 4000", "\ncustomers = 200");
    text = replaced(text, "\nparameter_draws = 40", "\nparameter_draws = 8");
    text = replaced(text, "\nper_month = ", "\nper_month = 5 # instead of ");
    write_text(path, text);
    return path;
  }

  /// What the page says of itself in frames so wide, light and dark: one browser for all of them.
  Json checked(const std::string& report, const std::vector<int>& widths) {
    const std::string name = std::filesystem::path(report).filename().string();
    const std::string frame = dir_ / "frame.html";
    std::string html =
        "<!DOCTYPE html><body style='margin:0'><script>const "
        "all=[];addEventListener('message',(e)=>"
        "{all.push(e.data);let p=document.getElementById('said');if(!p){p=document.createElement("
        "'pre');p.id='said';document.body.append(p);}p.textContent=JSON.stringify(all);});</"
        "script>";
    for (const int width : widths) {
      for (const char* theme : {"light", "dark"}) {
        html += "<iframe src='" + name + "#check&theme=" + theme +
                "' style='border:0;display:block;height:900px;width:" + std::to_string(width) +
                "px'></iframe>";
      }
    }
    write_text(frame, html);
    const std::string dom = dir_ / "dom.html";
    // Without a sandbox of its own it also runs as root, in containers.
    const std::string command = "'" + *chromium() +
                                "' --headless=new --no-sandbox --disable-gpu --hide-scrollbars "
                                "--enable-logging=stderr --window-size=1400,4000 "
                                "--virtual-time-budget=20000 --user-data-dir='" +
                                (dir_ / "profile") + "' --dump-dom 'file://" + frame + "' > '" +
                                dom + "' 2> '" + (dir_ / "chromium.log") + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe)
    const std::string log = read_text(dir_ / "chromium.log");
    EXPECT_THAT(log, Not(HasSubstr("CONSOLE"))) << "said on the browser's console";
    const std::string text = read_text(dom);
    const std::string open = "<pre id=\"said\">";
    const std::size_t begin = text.find(open);
    const std::size_t end = text.find("</pre>", begin);
    if (begin == std::string::npos || end == std::string::npos) {
      ADD_FAILURE() << "the page said nothing: " << log;
      return Json::array();
    }
    std::string said = text.substr(begin + open.size(), end - begin - open.size());
    for (const auto& [from, to] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
      if (said.find(from) != std::string::npos) said = replaced(said, from, to);
    }
    return Json::parse(said);
  }

  void expect_good(const Json& page, const std::set<std::string>& charts) {
    SCOPED_TRACE(page.at("theme").get<std::string>() + " at " + page.at("width").dump());
    EXPECT_EQ(page.at("errors"), Json::array());
    EXPECT_EQ(page.at("requests"), Json::array());
    EXPECT_EQ(page.at("faint"), Json::array()) << "contrast under 4.5";
    EXPECT_EQ(page.at("tables"), Json::array()) << "charts without their table";
    EXPECT_LE(page.at("scrollWidth"), page.at("width"));
    std::set<std::string> drawn;
    for (const Json& chart : page.at("charts")) {
      const std::string id = chart.at("id");
      SCOPED_TRACE(id);
      drawn.insert(id);
      EXPECT_GT(chart.at("marks"), 0);
      EXPECT_EQ(chart.at("titles"), Json({true, true})) << "axis titles";
      EXPECT_EQ(chart.at("outside"), Json::array()) << "text cut at the edge";
      EXPECT_EQ(chart.at("covered"), Json::array()) << "text over text";
      EXPECT_GT(chart.at("label"), 40);
    }
    EXPECT_THAT(drawn, IsSupersetOf(charts));
  }

  void expect_good_everywhere(const std::string& report, const std::set<std::string>& charts) {
    std::set<std::pair<int, std::string>> seen;
    for (const Json& page : checked(report, {1280, 390})) {
      seen.emplace(page.at("width"), page.at("theme"));
      expect_good(page, charts);
    }
    EXPECT_EQ(seen, (std::set<std::pair<int, std::string>>{
                        {1280, "light"}, {1280, "dark"}, {390, "light"}, {390, "dark"}}));
  }

  TempDir dir_;
  Program program_{dir_};
};

const std::set<std::string> kResultCharts = {
    "roi",      "ranking",   "frontier",         "waterfall",    "levers", "sensitivity",
    "variance", "retention", "region-retention", "month-orders", "months"};
const std::set<std::string> kStoreCharts = {"regions", "cohorts", "survival",
                                            "tiers",   "health",  "value"};

TEST_F(ReportPage, HoldsAllItNeedsAndEveryNumberInATable) {
  const std::string report = dir_ / "report.html";
  run({"simulate", small_five_years(), "-o", dir_ / "result.h5", "--report", report, "--quiet"});
  EXPECT_LT(std::filesystem::file_size(report), kMostBytes);
  const std::string html = read_text(report);
  const std::string body = html.substr(0, html.find("<script type=\"application/json\""));
  EXPECT_THAT(body, HasSubstr("Content-Security-Policy"));
  EXPECT_THAT(body, HasSubstr("id=\"decision\""));
  EXPECT_LT(body.find("id=\"decision\""), body.find("id=\"roi\""));
  EXPECT_THAT(body, Not(HasSubstr("src=")));
  EXPECT_THAT(body, Not(HasSubstr("http:")));
  for (const std::string& chart : kResultCharts) {
    EXPECT_THAT(body, HasSubstr("<figure id=\"" + chart + "\">"));
    EXPECT_THAT(body, HasSubstr("data-figure=\"" + chart + "\""));
  }
  // From the file alone: the same but the index, whose weights a result does not hold.
  const std::string again = dir_ / "again.html";
  run({"report", dir_ / "result.h5", "-o", again, "--quiet"});
  EXPECT_THAT(read_text(again), HasSubstr("<figure id=\"roi\">"));
}

TEST_F(ReportPage, RefusesWhatIsNoPartOfAReport) {
  write_text(dir_ / "log.csv", "customer,item,time,price\na,x,2024-01-01,5\n");
  run({"import", dir_ / "log.csv", "-o", dir_ / "s.h5", "--quiet"});
  const Outcome twice =
      program_.run({"report", dir_ / "s.h5", dir_ / "s.h5", "-o", dir_ / "r.html"});
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("one of each at most"));
  const Outcome csv = program_.run({"report", dir_ / "log.csv", "-o", dir_ / "r.html"});
  EXPECT_EQ(csv.exit_code, 3);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "r.html"));
}

TEST_F(ReportPage, NamesCannotLeaveTheirPlace) {
  std::string log = "customer,item,time,price,region\n";
  for (int c = 0; c < 60; ++c) {
    for (int i = 0; i <= c % 4; ++i) {
      log += "c" + std::to_string(c) + ",x,2023-" + (i < 2 ? "0" : "") +
             std::to_string(i < 2 ? 1 + 3 * i : 8 + i) + "-0" + std::to_string(1 + c % 9) + "," +
             std::to_string(5 + c % 7) + ",</script><script>alert(1)</script>\n";
    }
  }
  write_text(dir_ / "log.csv", log);
  run({"import", dir_ / "log.csv", "-o", dir_ / "s.h5", "--quiet"});
  const std::string report = dir_ / "report.html";
  run({"report", dir_ / "s.h5", "-o", report, "--title", "<b>bold</b>", "--quiet"});
  const std::string html = read_text(report);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("<b>bold</b></h1>")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert"));
}

TEST_F(ReportPage, FiveYearScenarioIsDrawnAtEveryWidthAndInBothThemes) {
  if (!chromium()) GTEST_SKIP() << "no chromium in PATH (Debian package chromium)";
  const std::string report = dir_ / "report.html";
  run({"simulate", small_five_years(), "--report", report, "--quiet"});
  expect_good_everywhere(report, kResultCharts);
}

TEST_F(ReportPage, OnlineRetailIsDrawnAtEveryWidthAndInBothThemes) {
  if (!chromium()) GTEST_SKIP() << "no chromium in PATH (Debian package chromium)";
  TENURE_REQUIRE_DATA(log, "online-retail-2/online_retail_II.csv");
  const std::string store = dir_ / "shop.h5";
  run({"import", log, "-o", store, "--quiet"});
  run({"simulate", source_file("datasets/scenarios/store.toml"), "--store", store, "-o",
       dir_ / "result.h5", "--quiet"});
  const std::string report = dir_ / "report.html";
  run({"train", store, "-o", dir_ / "model.h5", "--model", "item-knn", "--quiet"});
  run({"report", store, dir_ / "model.h5", dir_ / "result.h5", "-o", report, "--quiet"});
  EXPECT_LT(std::filesystem::file_size(report), kMostBytes);
  // The model file brings the intervals of its held-out figures.
  EXPECT_THAT(read_text(report),
              testing::ContainsRegex("recall@20</th><td class=.n. data-v=.0[^>]*>"
                                     "[^<]*</td><td class=.n. data-v=.0"));
  std::set<std::string> charts = kStoreCharts;
  charts.insert({"roi", "ranking", "months", "frontier", "waterfall", "levers", "sensitivity",
                 "variance", "month-orders", "metrics"});
  expect_good_everywhere(report, charts);
}

}  // namespace
}  // namespace tenure::test
