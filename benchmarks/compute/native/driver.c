// Runs functions of a module that wasm2c made C of: for each line of input, which names one, the line "CHECKSUM NANOSECONDS" (of processor time).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "module.h"

static Z_compute_instance_t instance;

static const struct {
  const char *name;
  u32 (*run)(Z_compute_instance_t *);
} functions[] = {
    {"matrix", Z_computeZ_matrix},
    {"sha256", Z_computeZ_sha256},
    {"json", Z_computeZ_json},
#ifdef HAS_NBODY
    {"nbody", Z_computeZ_nbody},
#endif
};

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  char line[64];
  wasm_rt_init();
  Z_compute_init_module();
  Z_compute_instantiate(&instance IMPORTS);
#ifdef START
  START(&instance);
#endif
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
      if (strcmp(line, functions[i].name) != 0) continue;
      long long begin = now();
      u32 checksum = functions[i].run(&instance);
      printf("%u %lld\n", checksum, now() - begin);
      fflush(stdout);
    }
  }
  return 0;
}
