#include <tenure/core/container.hpp>
#include <tenure/core/csv.hpp>
#include <tenure/core/import.hpp>
#include <tenure/core/random.hpp>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace tenure;

/// A file under the temporary folder, removed with the object.
class ScratchFile {
 public:
  explicit ScratchFile(const char* name)
      : path_((std::filesystem::temp_directory_path() /
               ("tenure-bench-" + std::to_string(getpid()) + "-" + name))
                  .string()) {}
  ~ScratchFile() { std::remove(path_.c_str()); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// 300,000 lines in the layout of Online Retail, about 18 MB; `quoted` puts the country in quotes.
void write_log(const std::string& path, bool quoted) {
  std::ofstream out(path, std::ios::binary);
  out << "Invoice,StockCode,Quantity,InvoiceDate,Price,CustomerID,Country\n";
  const char* quote = quoted ? "\"" : "";
  RandomStream random(1, {});
  for (int i = 0; i < 300'000; ++i) {
    out << 489434 + i / 20 << ',' << 10000 + random.next_u32() % 4600 << ','
        << 1 + random.next_u32() % 24 << ",2010-0" << 1 + i / 40'000 << "-1" << i / 4000 % 10
        << " 1" << i / 400 % 10 << ':' << 10 + i / 20 % 50 << ":00," << random.next_u32() % 20
        << ".95," << 12346 + i / 20 % 5900 << ',' << quote << "United Kingdom" << quote << '\n';
  }
}

void BM_CsvParse(benchmark::State& state) {
  const ScratchFile file("parse.csv");
  write_log(file.path(), state.range(0) != 0);
  Execution execution;
  execution.threads = 1;
  std::size_t fields = 0;
  for (auto _ : state) {
    const CsvReader reader(execution, file.path());
    for (std::size_t chunk = 0; chunk + 1 < reader.chunk_bounds().size(); ++chunk) {
      reader.visit(chunk, [&](const CsvRecord& record) { fields += record.fields.size(); });
    }
  }
  benchmark::DoNotOptimize(fields);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(std::filesystem::file_size(file.path())));
}
BENCHMARK(BM_CsvParse)->ArgName("quoted")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_ImportOnlineRetail(benchmark::State& state) {
  const ScratchFile file("import.csv");
  write_log(file.path(), false);
  Execution execution;
  execution.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(read_events(execution, {file.path()}, {}).rows());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(std::filesystem::file_size(file.path())));
}
BENCHMARK(BM_ImportOnlineRetail)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_ContainerWrite(benchmark::State& state) {
  const ScratchFile file("write.h5");
  std::vector<std::uint32_t> codes(2'000'000);
  RandomStream random(2, {});
  for (std::uint32_t& code : codes) code = random.next_u32() % 6000;
  Execution execution;
  execution.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    ContainerWriter writer(execution, file.path(), "store", 1);
    writer.write<std::uint32_t>("codes", codes);
    writer.commit();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * codes.size() * 4));
}
BENCHMARK(BM_ContainerWrite)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_Philox(benchmark::State& state) {
  RandomStream random(3, {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(random.next_u64());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * 8);
}
BENCHMARK(BM_Philox);

}  // namespace
