#pragma once
#include <libxml/xmlversion.h>

// The version that the program was compiled against; a macro that Swift does not import.
static inline const char *sluice_libxml2_version(void) { return LIBXML_DOTTED_VERSION; }
