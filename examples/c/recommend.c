/* Lists from C: recommend A.h5 B.h5 CUSTOMER */
#include <stdio.h>
#include <stdlib.h>
#include <tenure.h>

static void check(tenure_status status) {
  if (status != TENURE_OK) {
    fprintf(stderr, "recommend: error: %s\n", tenure_last_error());
    exit((int)status);
  }
}

static void print(const char* title, const tenure_list* list) {
  printf("%s:", title);
  for (size_t i = 0; i < tenure_list_size(list); ++i) {
    printf(" %s (%.3f)", tenure_list_item(list, i), (double)tenure_list_score(list, i));
  }
  printf("%s\n", tenure_list_fallback(list) ? "  (popular items)" : "");
}

int main(int argc, char** argv) {
  tenure_service* service = NULL;
  tenure_list* list = NULL;
  tenure_list* neighbours = NULL;
  tenure_list* newcomer = NULL;
  tenure_list* after = NULL;
  tenure_request request = TENURE_REQUEST_INIT;
  const char* history[2];
  if (argc != 4) {
    fputs("usage: recommend A.h5 B.h5 CUSTOMER\n", stderr);
    return 2;
  }
  printf("tenure %s\n", tenure_version());
  check(tenure_service_open(argv[1], NULL, &service));

  request.k = 3;
  check(tenure_recommend(service, argv[3], &request, &list));
  print("next for the customer", list);
  check(tenure_similar_items(service, tenure_list_item(list, 0), 3, &neighbours));
  print("like the first of them", neighbours);

  /* Somebody new, who has just bought those two. */
  history[0] = tenure_list_item(list, 0);
  history[1] = tenure_list_item(list, 1);
  check(tenure_recommend_history(service, history, NULL, 2, &request, &newcomer));
  print("next for who has two of them", newcomer);

  check(tenure_service_swap(service, argv[2], NULL));
  check(tenure_recommend(service, argv[3], &request, &after));
  print("from the new model", after);

  tenure_list_free(list);
  tenure_list_free(neighbours);
  tenure_list_free(newcomer);
  tenure_list_free(after);
  tenure_service_free(service);
  return 0;
}
