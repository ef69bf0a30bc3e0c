#include "import_rows.hpp"

#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <numeric>

namespace tenure::detail {

namespace {

/// Code in the whole table by chunk and by code in the chunk.
using CodeMaps = std::vector<std::vector<std::uint32_t>>;

/// One dictionary out of the chunks', in chunk order: first appearance in the file.
Dictionary merge_codes(const std::vector<ChunkRows>& chunks, ChunkCodes ChunkRows::*codes,
                       CodeMaps& maps) {
  DictionaryBuilder builder;
  maps.resize(chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const Dictionary& local = (chunks[i].*codes).dictionary();
    maps[i].resize(local.size());
    for (std::uint32_t code = 0; code < local.size(); ++code) {
      maps[i][code] = builder.code(local[code]);
    }
  }
  return std::move(builder).take();
}

template <class T>
void copy_column(const std::vector<T>& from, std::vector<T>& to, std::size_t at) {
  std::copy(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(at));
}

void copy_codes(const std::vector<std::uint32_t>& from, const std::vector<std::uint32_t>& map,
                std::vector<std::uint32_t>& to, std::size_t at) {
  for (std::size_t i = 0; i < from.size(); ++i) to[at + i] = map[from[i]];
}

struct Maps {
  CodeMaps customers;
  CodeMaps items;
  CodeMaps orders;
  CodeMaps regions;
  CodeMaps channels;
  CodeMaps texts;
  CodeMaps categories;
};

void merge_dictionaries(const Execution& execution, const std::vector<ChunkRows>& chunks,
                        EventTable& events, Dictionary& texts, Dictionary& categories, Maps& maps) {
  parallel_for(execution, 7, 1, [&](const Chunk& task) {
    switch (task.index) {
      case 0:
        events.customers = merge_codes(chunks, &ChunkRows::customers, maps.customers);
        break;
      case 1:
        events.items = merge_codes(chunks, &ChunkRows::items, maps.items);
        break;
      case 2:
        events.orders = merge_codes(chunks, &ChunkRows::orders, maps.orders);
        break;
      case 3:
        events.regions = merge_codes(chunks, &ChunkRows::regions, maps.regions);
        break;
      case 4:
        texts = merge_codes(chunks, &ChunkRows::texts, maps.texts);
        break;
      case 5:
        categories = merge_codes(chunks, &ChunkRows::categories, maps.categories);
        break;
      default:
        events.channels = merge_codes(chunks, &ChunkRows::channels, maps.channels);
    }
  });
}

/// Takes memory for all columns, several at once: the system has to clear every page.
void resize_columns(const Execution& execution, const ColumnSet& columns, std::size_t rows,
                    EventTable& events) {
  parallel_for(execution, 5, 1, [&](const Chunk& task) {
    switch (task.index) {
      case 0:
        if (columns.time) events.time.resize(rows);
        break;
      case 1:
        if (columns.unit_price) events.unit_price.resize(rows);
        break;
      case 2:
        events.customer.resize(rows);
        events.item.resize(rows);
        break;
      case 3:
        if (columns.quantity) events.quantity.resize(rows);
        if (columns.order) events.order.resize(rows);
        break;
      default:
        if (columns.region) events.region.resize(rows);
        if (columns.channel) events.channel.resize(rows);
        if (columns.kind) events.kind.resize(rows);
    }
  });
}

constexpr std::size_t kItemChunk = 1024;

/// The value most of an item's rows have, for each item; of equal ones the smaller code. Rows and
/// codes are those of the whole table, empty values do not count.
Dictionary most_frequent(const Execution& execution, const EventTable& events,
                         const std::vector<std::uint32_t>& codes, const Dictionary& values) {
  const std::size_t n_items = events.items.size();
  std::vector<std::size_t> start(n_items + 1, 0);
  for (const std::uint32_t item : events.item) ++start[item + 1U];
  std::partial_sum(start.begin(), start.end(), start.begin());
  std::vector<std::uint32_t> by_item(codes.size());
  std::vector<std::size_t> next(start.begin(), start.end() - 1);
  for (std::size_t row = 0; row < codes.size(); ++row) {
    by_item[next[events.item[row]]++] = codes[row];
  }
  std::vector<std::string_view> found(n_items);
  parallel_for(execution, n_items, kItemChunk, [&](const Chunk& chunk) {
    for (std::size_t item = chunk.begin; item < chunk.end; ++item) {
      const auto first = by_item.begin() + static_cast<std::ptrdiff_t>(start[item]);
      const auto last = by_item.begin() + static_cast<std::ptrdiff_t>(start[item + 1]);
      std::sort(first, last);
      std::ptrdiff_t most = 0;
      for (auto run = first; run != last;) {
        const auto end = std::upper_bound(run, last, *run);
        if (end - run > most && !values[*run].empty()) {
          most = end - run;
          found[item] = values[*run];
        }
        run = end;
      }
    }
  });
  Dictionary column;
  const bool any = std::any_of(found.begin(), found.end(),
                               [](std::string_view value) { return !value.empty(); });
  if (!any) return column;
  for (const std::string_view value : found) column.append(value);
  return column;
}

void add_counts(const ChunkRows& rows, ImportCounts& counts) {
  counts.rows += rows.rows;
  counts.kept += rows.customer.size();
  for (std::size_t i = 0; i < kFaults; ++i) {
    const std::string name(to_string(static_cast<Fault>(i)));
    if (rows.dropped[i] > 0) counts.dropped[name] += rows.dropped[i];
    if (rows.flags[i] > 0) counts.flags[name] += rows.flags[i];
    if (rows.examples[i]) counts.examples.emplace(name, *rows.examples[i]);  // the first stays
  }
  ImportedLines& lines = counts.several_lines;
  const std::uint64_t before = lines.rows;
  if (rows.several_lines.longest > lines.longest) lines = rows.several_lines;
  lines.rows = before + rows.several_lines.rows;
}

}  // namespace

EventTable merge_chunks(const Execution& execution, std::vector<ChunkRows> chunks,
                        const ColumnSet& columns) {
  EventTable events;
  std::vector<std::size_t> starts;
  std::size_t total = 0;
  for (const ChunkRows& rows : chunks) {
    starts.push_back(total);
    total += rows.customer.size();
    add_counts(rows, events.counts);
  }
  Maps maps;
  Dictionary texts;
  Dictionary categories;
  std::vector<std::uint32_t> text(columns.text ? total : 0);
  std::vector<std::uint32_t> category(columns.category ? total : 0);
  merge_dictionaries(execution, chunks, events, texts, categories, maps);
  resize_columns(execution, columns, total, events);
  parallel_for(execution, chunks.size(), 1, [&](const Chunk& task) {
    const std::size_t i = task.index;
    ChunkRows& rows = chunks[i];
    copy_codes(rows.customer, maps.customers[i], events.customer, starts[i]);
    copy_codes(rows.item, maps.items[i], events.item, starts[i]);
    copy_codes(rows.order, maps.orders[i], events.order, starts[i]);
    copy_codes(rows.region, maps.regions[i], events.region, starts[i]);
    copy_codes(rows.channel, maps.channels[i], events.channel, starts[i]);
    copy_codes(rows.text, maps.texts[i], text, starts[i]);
    copy_codes(rows.category, maps.categories[i], category, starts[i]);
    copy_column(rows.time, events.time, starts[i]);
    copy_column(rows.quantity, events.quantity, starts[i]);
    copy_column(rows.unit_price, events.unit_price, starts[i]);
    copy_column(rows.kind, events.kind, starts[i]);
    rows = ChunkRows();  // memory goes back as soon as it can
  });
  if (columns.text) events.item_text = most_frequent(execution, events, text, texts);
  if (columns.category) {
    events.item_category = most_frequent(execution, events, category, categories);
  }
  return events;
}

}  // namespace tenure::detail
