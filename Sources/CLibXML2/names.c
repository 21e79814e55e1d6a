#include "shim.h"

const char *const *sluice_libxml2_names(void) {
#define SLUICE_NAME(name) #name,
  static const char *const names[] = {SLUICE_LIBXML2_SYMBOLS(SLUICE_NAME)};
  return names;
}
