/* Recommendations from C and whatever speaks C: load a model, ask for lists, replace the model
 * while requests are under way. docs/C_API.md shows a whole program.
 *
 * Strings are UTF-8 and end in NUL. Every function may be called from any thread; a service may be
 * used by many at once, freed by one when no other uses it. Functions that return a tenure_status
 * leave *out untouched unless they return TENURE_OK. */
#ifndef TENURE_H
#define TENURE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rises when a function or a meaning changes; new fields at the end of a struct do not raise it. */
#define TENURE_ABI_VERSION 1

typedef enum tenure_status {
  TENURE_OK = 0,
  TENURE_ARGUMENT =
      2,           /* the caller's mistake: a null pointer, an unknown id, a value out of range */
  TENURE_DATA = 3, /* a file that is missing, damaged or no model */
  TENURE_NUMERICAL = 4, /* a computation left the finite numbers */
  TENURE_INTERNAL = 5   /* out of memory, or a fault of the library */
} tenure_status;

typedef struct tenure_service tenure_service; /* a model that answers, and its successors */
typedef struct tenure_list tenure_list;       /* one answer */

/* Structs start with their size as the caller's header knows it: a later library reads what is
 * there and takes defaults for the rest. Begin with the INIT macros. */
typedef struct tenure_service_options {
  size_t size;
  int threads;          /* for loading and indexing; 0: all of the machine */
  double recall_target; /* share of the true best items to find, in (0, 1]; 1: exact search. Below,
                           a catalogue of 50,000 items or more is searched by a graph */
} tenure_service_options;
#define TENURE_SERVICE_OPTIONS_INIT \
  { sizeof(tenure_service_options), 0, 1.0 }

typedef struct tenure_request {
  size_t size;
  uint32_t k;              /* items asked for, 1 or more */
  int allow_seen;          /* not 0: items of the history may come again */
  const char* const* deny; /* ids never listed; unknown ones are ignored */
  size_t deny_count;
  const char* const* allow; /* if any: only these are listed; unknown ones are ignored */
  size_t allow_count;
} tenure_request;
#define TENURE_REQUEST_INIT \
  { sizeof(tenure_request), 10, 0, NULL, 0, NULL, 0 }

/* "MAJOR.MINOR.PATCH". */
const char* tenure_version(void);
/* TENURE_ABI_VERSION of the library that was linked. */
int tenure_abi_version(void);
/* Why the calling thread's last function that returned a status failed; "" after a success. Valid
 * until the thread's next call. */
const char* tenure_last_error(void);

/* Loads model.h5. options may be NULL. */
tenure_status tenure_service_open(const char* path, const tenure_service_options* options,
                                  tenure_service** out);
/* Loads another model and puts it in place: requests from then on are answered by it, those under
 * way by the old one, which is freed after the last of them. Where loading fails the old model
 * stays. */
tenure_status tenure_service_swap(tenure_service* service, const char* path,
                                  const tenure_service_options* options);
/* How many swaps there were; 0 for NULL. */
uint64_t tenure_service_generation(const tenure_service* service);
/* NULL is allowed. Lists stay valid. */
void tenure_service_free(tenure_service* service);

/* Lists; request may be NULL. The caller frees *out. */
tenure_status tenure_recommend(const tenure_service* service, const char* customer,
                               const tenure_request* request, tenure_list** out);
/* For whoever has this history, known to the model or not. Items the model does not know are left
 * out; weights may be NULL (1 each), else are positive. Without a known item: what is popular. */
tenure_status tenure_recommend_history(const tenure_service* service, const char* const* items,
                                       const float* weights, size_t count,
                                       const tenure_request* request, tenure_list** out);
/* The k items nearest to one, for models with factors. */
tenure_status tenure_similar_items(const tenure_service* service, const char* item, uint32_t k,
                                   tenure_list** out);

/* An answer's items, best first. Ids belong to the list. Past the end: NULL and 0. */
size_t tenure_list_size(const tenure_list* list);
const char* tenure_list_item(const tenure_list* list, size_t place);
float tenure_list_score(const tenure_list* list, size_t place);
/* Not 0 where popular items stood in for a history there is not. */
int tenure_list_fallback(const tenure_list* list);
/* NULL is allowed. */
void tenure_list_free(tenure_list* list);

#ifdef __cplusplus
}
#endif

#endif
