#pragma once
#include <libxml/xmlversion.h>

// Debian's libxml2 is built with ICU, whose headers declare anew what Foundation's copy of ICU has declared already.
// Only the insides of encoders depend on this, which nobody here looks into.
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
#include <libxml/xmlwriter.h>

// The version that the program was compiled against; a macro that Swift does not import.
static inline const char *sluice_libxml2_version(void) { return LIBXML_DOTTED_VERSION; }
