#include <tenure/core/error.hpp>
#include <tenure/core/version.hpp>
#include <tenure/recommender/serving.hpp>

#include <tenure.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

using tenure::ArgumentError;
using tenure::recommender::ListRequest;
using tenure::recommender::ModelSlot;
using tenure::recommender::ServedList;
using tenure::recommender::ServedModel;

struct tenure_service {
  explicit tenure_service(std::shared_ptr<const ServedModel> model) : slot(std::move(model)) {}
  ModelSlot slot;
};

struct tenure_list {
  std::vector<std::string> items;
  std::vector<float> scores;
  bool fallback = false;
};

namespace {

std::string& last_error() {
  thread_local std::string message;
  return message;
}

tenure_status failed(tenure_status status, const char* message) noexcept {
  try {
    last_error() = message;
  } catch (...) {
    last_error().clear();  // no memory for the text
  }
  return status;
}

/// Runs what may throw, and turns what it throws into a status: nothing crosses into C.
template <class Work>
tenure_status guarded(const Work& work) noexcept {
  try {
    work();
    last_error().clear();
    return TENURE_OK;
  } catch (const ArgumentError& error) {
    return failed(TENURE_ARGUMENT, error.what());
  } catch (const tenure::DataError& error) {
    return failed(TENURE_DATA, error.what());
  } catch (const tenure::NumericalError& error) {
    return failed(TENURE_NUMERICAL, error.what());
  } catch (const std::bad_alloc&) {
    return failed(TENURE_INTERNAL, "out of memory");
  } catch (const std::exception& error) {
    return failed(TENURE_INTERNAL, error.what());
  } catch (...) {
    return failed(TENURE_INTERNAL, "unknown fault");
  }
}

template <class T>
const T& required(const T* pointer, const char* name) {
  if (pointer == nullptr) throw ArgumentError(std::string(name) + " is NULL");
  return *pointer;
}

/// A struct of the caller's, which may be shorter or longer than ours.
template <class T>
T taken(const T* given, const T& defaults, const char* name) {
  T ours = defaults;
  if (given == nullptr) return ours;
  std::size_t size = 0;
  std::memcpy(&size, given, sizeof size);
  // A megabyte is no struct: most likely nobody set the size.
  if (size < sizeof size || size > (std::size_t{1} << 20U)) {
    throw ArgumentError(std::string(name) + ": begin with its INIT macro, which sets size");
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  if (size > sizeof(T) &&
      std::any_of(bytes + sizeof(T), bytes + size, [](unsigned char byte) { return byte != 0; })) {
    throw ArgumentError(std::string(name) + " asks for something that this library, version " +
                        tenure_version() + ", does not know");
  }
  std::memcpy(&ours, given, std::min(size, sizeof(T)));
  return ours;
}

std::shared_ptr<const ServedModel> load(const char* path, const tenure_service_options* given) {
  const tenure_service_options options =
      taken(given, TENURE_SERVICE_OPTIONS_INIT, "tenure_service_options");
  tenure::Execution execution;
  execution.threads = options.threads;
  tenure::recommender::RetrieverOptions retrieval;
  retrieval.recall_target = options.recall_target;
  return ServedModel::load(execution, &required(path, "path"), retrieval);
}

std::vector<std::uint8_t> marked(const ServedModel& model, const char* const* ids,
                                 std::size_t count) {
  std::vector<std::uint8_t> marks;
  if (count == 0) return marks;
  required(ids, "a list of ids");
  marks.assign(model.items().size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto code = model.item_code(&required(ids[i], "an id"))) marks[*code] = 1;
  }
  return marks;
}

/// A request with the memory its rules point into.
class Request {
 public:
  Request(const ServedModel& model, const tenure_request* given) {
    const tenure_request request = taken(given, TENURE_REQUEST_INIT, "tenure_request");
    deny_ = marked(model, request.deny, request.deny_count);
    allow_ = marked(model, request.allow, request.allow_count);
    list_.k = request.k;
    list_.allow_seen = request.allow_seen != 0;
    list_.rules.denied = deny_;
    list_.rules.allowed = allow_;
  }
  const ListRequest& list() const { return list_; }

 private:
  std::vector<std::uint8_t> deny_;
  std::vector<std::uint8_t> allow_;
  ListRequest list_;
};

void hand_over(const ServedModel& model, const ServedList& served, tenure_list** out) {
  auto list = std::make_unique<tenure_list>();
  for (const std::uint32_t item : served.items) list->items.emplace_back(model.items()[item]);
  list->scores = served.scores;
  list->fallback = served.fallback;
  *out = list.release();
}

}  // namespace

const char* tenure_version(void) {
  static const std::string text(tenure::version());
  return text.c_str();
}

int tenure_abi_version(void) { return TENURE_ABI_VERSION; }

const char* tenure_last_error(void) { return last_error().c_str(); }

tenure_status tenure_service_open(const char* path, const tenure_service_options* options,
                                  tenure_service** out) {
  return guarded([&] {
    required(out, "out");
    *out = std::make_unique<tenure_service>(load(path, options)).release();
  });
}

tenure_status tenure_service_swap(tenure_service* service, const char* path,
                                  const tenure_service_options* options) {
  return guarded([&] {
    required(service, "service");
    service->slot.swap(load(path, options));
  });
}

uint64_t tenure_service_generation(const tenure_service* service) {
  return service == nullptr ? 0 : service->slot.generation();
}

void tenure_service_free(tenure_service* service) { delete service; }

tenure_status tenure_recommend(const tenure_service* service, const char* customer,
                               const tenure_request* request, tenure_list** out) {
  return guarded([&] {
    required(out, "out");
    const auto model = required(service, "service").slot.current();
    const Request asked(*model, request);
    hand_over(*model, model->recommend(&required(customer, "customer"), asked.list()), out);
  });
}

tenure_status tenure_recommend_history(const tenure_service* service, const char* const* items,
                                       const float* weights, size_t count,
                                       const tenure_request* request, tenure_list** out) {
  return guarded([&] {
    required(out, "out");
    const auto model = required(service, "service").slot.current();
    const Request asked(*model, request);
    std::vector<std::string_view> history;
    if (count > 0) required(items, "items");
    for (std::size_t i = 0; i < count; ++i) history.emplace_back(&required(items[i], "an item"));
    const std::span<const float> given(weights, weights == nullptr ? 0 : count);
    hand_over(*model, model->recommend_history(history, given, asked.list()), out);
  });
}

tenure_status tenure_similar_items(const tenure_service* service, const char* item, uint32_t k,
                                   tenure_list** out) {
  return guarded([&] {
    required(out, "out");
    const auto model = required(service, "service").slot.current();
    hand_over(*model, model->similar_items(&required(item, "item"), k), out);
  });
}

size_t tenure_list_size(const tenure_list* list) {
  return list == nullptr ? 0 : list->items.size();
}

const char* tenure_list_item(const tenure_list* list, size_t place) {
  return place < tenure_list_size(list) ? list->items[place].c_str() : nullptr;
}

float tenure_list_score(const tenure_list* list, size_t place) {
  return place < tenure_list_size(list) ? list->scores[place] : 0.0F;
}

int tenure_list_fallback(const tenure_list* list) {
  return list != nullptr && list->fallback ? 1 : 0;
}

void tenure_list_free(tenure_list* list) { delete list; }
