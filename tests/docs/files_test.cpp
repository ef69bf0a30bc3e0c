// Every data set and attribute of the files the program writes, held against
// docs/reference/FILES.md by walking real ones.
#include "reference.hpp"
#include "small_shop.hpp"

#include <tenure/recommender/model_kind.hpp>

#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

/// "u32, 1-D" of every data set, "i64" of every attribute of the root, by name.
struct Contents {
  std::map<std::string, std::string> data_sets;
  std::map<std::string, std::string> attributes;
  std::set<std::string> other_attributes;  ///< of data sets and groups
};

std::string type_name(hid_t type) {
  const std::string bits = std::to_string(H5Tget_size(type) * 8);
  std::string name = "text";
  if (H5Tget_class(type) == H5T_FLOAT) name = "f" + bits;
  if (H5Tget_class(type) == H5T_INTEGER) {
    name = (H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "i") + bits;
  }
  H5Tclose(type);
  return name;
}

herr_t note_attribute(hid_t object, const char* name, const H5A_info_t*, void* out) {
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  (*static_cast<std::map<std::string, std::string>*>(out))[name] =
      type_name(H5Aget_type(attribute));
  H5Aclose(attribute);
  return 0;
}

herr_t note_object(hid_t root, const char* name, const H5O_info_t* info, void* out) {
  auto& contents = *static_cast<Contents*>(out);
  const hid_t object = H5Oopen(root, name, H5P_DEFAULT);
  std::map<std::string, std::string> attributes;
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, note_attribute, &attributes);
  if (std::string(name) == ".") {
    contents.attributes = attributes;
  } else {
    for (const auto& [attribute, type] : attributes) contents.other_attributes.insert(attribute);
  }
  if (info->type == H5O_TYPE_DATASET) {
    const hid_t space = H5Dget_space(object);
    contents.data_sets[name] = type_name(H5Dget_type(object)) + ", " +
                               std::to_string(H5Sget_simple_extent_ndims(space)) + "-D";
    H5Sclose(space);
  }
  H5Oclose(object);
  return 0;
}

Contents contents_of(const std::string& path) {
  Contents contents;
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) throw std::runtime_error("HDF5 cannot open " + path);
  H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_NATIVE, note_object, &contents, H5O_INFO_BASIC);
  H5Fclose(file);
  return contents;
}

/// What stands in FILES.md about one kind of file.
class FilesReference {
 public:
  explicit FilesReference(std::string section) : section_(std::move(section)) {
    for (const ReferenceRow& row : read_reference("FILES.md")) {
      if (row.section == section_ || row.section == "Every file") take(row);
    }
  }

  /// `of` is the kind of model that made the file, "" for stores and results.
  void hold(const Contents& contents, const std::string& of) {
    for (const auto& [name, type] : contents.data_sets) expect(data_sets_, name, type, of);
    for (const auto& [name, type] : contents.attributes) expect(attributes_, name, type, of);
    EXPECT_EQ(contents.other_attributes, std::set<std::string>{"checksum"});
  }

  /// After all files: nothing documented that none of them had.
  void finish() const {
    for (const auto* entries : {&data_sets_, &attributes_}) {
      for (const Entry& entry : *entries) {
        for (const std::string& of : entry.of) {
          if (of == "all" && entry.seen.empty()) {
            ADD_FAILURE() << "FILES.md has " << entry.name << ", which no " << section_ << " had";
          } else if (of != "all" && !entry.seen.contains(of)) {
            ADD_FAILURE() << "FILES.md has " << entry.name << " of " << of << ", which it has not";
          }
        }
      }
    }
  }

 private:
  struct Entry {
    std::string name;
    std::string type;
    std::set<std::string> of;  ///< kinds of model, or "all"
    std::set<std::string> seen;
  };

  void take(const ReferenceRow& row) {
    std::set<std::string> of;
    const auto given = row.cells.find("of");
    if (given != row.cells.end()) {
      for (const std::string& kind : code_in(given->second)) of.insert(kind);
    }
    if (of.empty()) of.insert("all");
    for (const std::string& name : row.names) {
      if (row.kind == "attribute") {
        attributes_.push_back({name, plain(row.cells.at("type")), of, {}});
      } else if (row.kind == "data set") {
        take_data_set(name, plain(row.cells.at("type")), row.cells.at("shape"), of);
      }
    }
  }

  void take_data_set(const std::string& name, const std::string& type, const std::string& shape,
                     const std::set<std::string>& of) {
    if (type == "dictionary") {
      data_sets_.push_back({name + "/offsets", "u64, 1-D", of, {}});
      data_sets_.push_back({name + "/bytes", "u8, 1-D", of, {}});
    } else if (type == "CSR") {
      data_sets_.push_back({name + "/row_start", "u64, 1-D", of, {}});
      data_sets_.push_back({name + "/columns", "u32, 1-D", of, {}});
      data_sets_.push_back({name + "/values", "f32, 1-D", of, {}});
    } else {
      const bool matrix = shape.find("×") != std::string::npos;
      data_sets_.push_back({name, type + (matrix ? ", 2-D" : ", 1-D"), of, {}});
    }
  }

  /// OPTION stands for an option of the kind, not for any name.
  static bool is_option(const std::string& pattern, const std::string& name,
                        const std::string& of) {
    if (!pattern.ends_with("/OPTION")) return true;
    const recommender::OptionValues options(recommender::model_kind(of).options);
    return options.has(name.substr(name.rfind('/') + 1));
  }

  void expect(std::vector<Entry>& entries, const std::string& name, const std::string& type,
              const std::string& of) {
    // The reasons of a store stand behind a dot.
    const auto slashed = [](std::string text) {
      std::replace(text.begin(), text.end(), '.', '/');
      return text;
    };
    Entry* best = nullptr;
    for (Entry& entry : entries) {
      const bool about = entry.of.contains("all") || entry.of.contains(of);
      // The name itself goes before a pattern.
      if (about && fits(slashed(entry.name), slashed(name), '/') &&
          is_option(entry.name, name, of) && (best == nullptr || entry.name == name)) {
        best = &entry;
      }
    }
    if (best == nullptr) {
      ADD_FAILURE() << "FILES.md, " << section_ << (of.empty() ? "" : " of " + of) << " lacks `"
                    << name << "`, " << type;
      return;
    }
    best->seen.insert(best->of.contains("all") ? "all" : of);
    if (best->type.starts_with("as ")) return;
    EXPECT_EQ(best->type, type) << section_ << " " << of << ": " << name;
  }

  std::string section_;
  std::vector<Entry> data_sets_;
  std::vector<Entry> attributes_;
};

class FilesOnDisk : public SmallShop {
 protected:
  FilesOnDisk() {
    run({"import", dir_ / "log.csv", "-o", dir_ / "hidden.h5", "--currency", "USD",
         "--pseudonymize", dir_ / "key", "--new-key"});
    std::string retail = "Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID,Country\n";
    for (int i = 0; i < 60; ++i) {
      retail += std::to_string(i) + (i % 7 == 0 ? ",POST" : ",A" + std::to_string(i % 5)) +
                ",2,2024-01-0" + std::to_string(1 + i % 9) + " 10:00,3.5," +
                std::to_string(i % 12) + ",France\n";
    }
    write_text(dir_ / "retail.csv", retail + "61,A1,1,2024-01-03 10:00,3.5,,France\n");
    run({"import", dir_ / "retail.csv", "-o", dir_ / "retail.h5"});
  }
};

TEST_F(FilesOnDisk, StoresHaveWhatTheReferenceSays) {
  FilesReference reference("store.h5");
  for (const char* store : {"shop.h5", "hidden.h5", "retail.h5"}) {
    reference.hold(contents_of(dir_ / store), "");
  }
  reference.finish();
}

TEST_F(FilesOnDisk, ModelsOfEveryKindHaveWhatTheReferenceSays) {
  FilesReference reference("model.h5");
  for (const recommender::ModelKind& kind : recommender::model_kinds()) {
    const std::string name(kind.name);
    const std::string model = dir_ / (name + ".h5");
    run(training_of(kind, model));
    reference.hold(contents_of(model), name);
  }
  for (const char* store : {"hidden.h5", "retail.h5"}) {
    run({"train", dir_ / store, "-o", dir_ / "other.h5", "--model", "popularity"});
    reference.hold(contents_of(dir_ / "other.h5"), "popularity");
  }
  reference.finish();
}

TEST_F(FilesOnDisk, ResultsHaveWhatTheReferenceSays) {
  FilesReference reference("result.h5");
  write_text(dir_ / "scenario.toml", small_scenario());
  run({"simulate", dir_ / "scenario.toml", "-o", dir_ / "result.h5", "--decompose"});
  reference.hold(contents_of(dir_ / "result.h5"), "");
  // Too small for a fit without a prior.
  write_text(dir_ / "few.csv", "customer,item,time,price\na,x,2024-01-01,3\na,x,2024-02-01,3\n");
  run({"import", dir_ / "few.csv", "-o", dir_ / "few.h5"});
  write_text(dir_ / "store.toml", store_scenario());
  run({"simulate", dir_ / "store.toml", "--store", dir_ / "few.h5", "-o", dir_ / "result.h5"});
  reference.hold(contents_of(dir_ / "result.h5"), "");
  reference.finish();
}

}  // namespace
}  // namespace tenure::test
