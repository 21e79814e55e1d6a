#pragma once
// By the link beside this file: pkg-config has the search path of these headers only together with the library.
#include <libxml/xmlversion.h>

// Debian's libxml2 is built with ICU, whose headers declare anew what Foundation's copy of ICU has declared already.
// Only the insides of encoders depend on this, which nobody here looks into.
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
#include <libxml/xmlwriter.h>

// A macro for a function of its own in releases where it might have been one for each thread; the variable is in all.
#ifdef xmlParserVersion
#undef xmlParserVersion
extern const char *_Nullable xmlParserVersion;
#endif

// What is used of libxml2, once. The library is loaded when the first of it is wanted; a function that is missing here is
// an error when the program is linked.
#define SLUICE_LIBXML2_SYMBOLS(X) \
  X(xmlBufferContent) \
  X(xmlBufferCreate) \
  X(xmlBufferEmpty) \
  X(xmlBufferFree) \
  X(xmlBufferLength) \
  X(xmlFreeTextReader) \
  X(xmlFreeTextWriter) \
  X(xmlInitParser) \
  X(xmlNewTextWriterMemory) \
  X(xmlParserVersion) \
  X(xmlReaderForMemory) \
  X(xmlTextReaderConstLocalName) \
  X(xmlTextReaderConstName) \
  X(xmlTextReaderConstValue) \
  X(xmlTextReaderIsEmptyElement) \
  X(xmlTextReaderMoveToElement) \
  X(xmlTextReaderMoveToNextAttribute) \
  X(xmlTextReaderNodeType) \
  X(xmlTextReaderRead) \
  X(xmlTextWriterEndDocument) \
  X(xmlTextWriterEndElement) \
  X(xmlTextWriterFlush) \
  X(xmlTextWriterStartDocument) \
  X(xmlTextWriterStartElement) \
  X(xmlTextWriterWriteAttribute) \
  X(xmlTextWriterWriteElement)

// Where they are, with the types of the headers: written once, when the library is loaded, and so safe to share.
typedef struct __attribute__((swift_attr("@Sendable"))) LibXML2Functions {
#define SLUICE_FIELD(name) __typeof__(&name) _Nonnull name;
  SLUICE_LIBXML2_SYMBOLS(SLUICE_FIELD)
#undef SLUICE_FIELD
} LibXML2Functions;

// Their names, in the order of the fields.
const char *_Nonnull const *_Nonnull sluice_libxml2_names(void);
