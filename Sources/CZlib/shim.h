#pragma once
#include <zlib.h>

/* Macros that Swift does not import. */

/* A raw deflate stream, as ZIP members are. */
static inline int sluice_inflate_init_raw(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
/* A stream in zlib's own wrapping, as chunks of HDF5 are. */
static inline int sluice_inflate_init(z_stream *stream) { return inflateInit(stream); }
static inline int sluice_deflate_init_raw(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
