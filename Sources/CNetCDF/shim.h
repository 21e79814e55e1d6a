#pragma once
#include <netcdf.h>
/* HDF5's headers include each other by their folder, so no search path is needed for Debian's place of them. */
#if __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#else
#include <hdf5.h>
#endif

/* HDF5's macros for its constants call the library first. Nothing here links to it: the helpers below call H5open. */
#undef H5CHECK
#define H5CHECK
#undef H5OPEN
#define H5OPEN

/* What is used of netCDF and of the HDF5 that it brings, once. The library is loaded when the first of it is wanted;
   a function that is missing here is an error when the program is linked. */
#define SLUICE_NETCDF_SYMBOLS(X) \
  X(nc_close) \
  X(nc_create) \
  X(nc_def_dim) \
  X(nc_def_var) \
  X(nc_def_var_chunking) \
  X(nc_def_var_deflate) \
  X(nc_def_var_fill) \
  X(nc_enddef) \
  X(nc_free_string) \
  X(nc_get_att_double) \
  X(nc_get_att_float) \
  X(nc_get_att_string) \
  X(nc_get_att_text) \
  X(nc_get_var) \
  X(nc_get_var_double) \
  X(nc_get_var_float) \
  X(nc_get_var_string) \
  X(nc_get_vara_double) \
  X(nc_get_vara_float) \
  X(nc_get_vara_text) \
  X(nc_inq) \
  X(nc_inq_att) \
  X(nc_inq_attname) \
  X(nc_inq_dim) \
  X(nc_inq_libvers) \
  X(nc_inq_natts) \
  X(nc_inq_ndims) \
  X(nc_inq_nvars) \
  X(nc_inq_var) \
  X(nc_inq_var_chunking) \
  X(nc_inq_var_deflate) \
  X(nc_inq_vardimid) \
  X(nc_inq_varname) \
  X(nc_inq_varnatts) \
  X(nc_open) \
  X(nc_put_att) \
  X(nc_put_att_double) \
  X(nc_put_att_float) \
  X(nc_put_att_short) \
  X(nc_put_att_text) \
  X(nc_put_var) \
  X(nc_put_var1_string) \
  X(nc_put_var_double) \
  X(nc_put_var_float) \
  X(nc_put_var_int) \
  X(nc_put_var_longlong) \
  X(nc_put_var_short) \
  X(nc_put_var_string) \
  X(nc_set_var_chunk_cache) \
  X(nc_strerror) \
  X(H5open) \
  X(H5Dclose) \
  X(H5Dget_chunk_info) \
  X(H5Dget_create_plist) \
  X(H5Dget_num_chunks) \
  X(H5Dget_space) \
  X(H5Dget_type) \
  X(H5Dopen2) \
  X(H5Eset_auto2) \
  X(H5Fclose) \
  X(H5Fopen) \
  X(H5P_CLS_FILE_ACCESS_ID_g) \
  X(H5Pclose) \
  X(H5Pcreate) \
  X(H5Pget_chunk) \
  X(H5Pget_filter2) \
  X(H5Pget_layout) \
  X(H5Pget_nfilters) \
  X(H5Pset_fclose_degree) \
  X(H5Sclose) \
  X(H5T_IEEE_F32LE_g) \
  X(H5Tclose) \
  X(H5Tequal)

/* Where they are, with the types of the headers: written once, when the library is loaded, and so safe to share. */
typedef struct __attribute__((swift_attr("@Sendable"))) NetCDFFunctions {
#define SLUICE_FIELD(name) __typeof__(&name) _Nonnull name;
  SLUICE_NETCDF_SYMBOLS(SLUICE_FIELD)
#undef SLUICE_FIELD
} NetCDFFunctions;

/* Their names, in the order of the fields. */
static inline const char *_Nonnull const *_Nonnull sluice_netcdf_names(void) {
#define SLUICE_NAME(name) #name,
  static const char *const names[] = {SLUICE_NETCDF_SYMBOLS(SLUICE_NAME)};
#undef SLUICE_NAME
  return names;
}

#define SLUICE_SWIFT(name) __attribute__((swift_name("NetCDFFunctions." name)))

/* HDF5 prints every error of its own, also those that netCDF expects and handles, once for each thread that has not
   told it to be quiet. */
SLUICE_SWIFT("quietHDF5(self:)")
static inline void sluice_hdf5_quiet(const NetCDFFunctions *_Nonnull library) {
  library->H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* Texts that are never missing. */
SLUICE_SWIFT("message(self:_:)")
static inline const char *_Nonnull sluice_nc_message(const NetCDFFunctions *_Nonnull library, int status) {
  return library->nc_strerror(status);
}
SLUICE_SWIFT("version(self:)")
static inline const char *_Nonnull sluice_nc_version(const NetCDFFunctions *_Nonnull library) {
  return library->nc_inq_libvers();
}

/* Macros that Swift does not import. */
static inline int sluice_nc_netcdf4(void) { return NC_NETCDF4; }
static inline int sluice_nc_clobber(void) { return NC_CLOBBER; }
static inline size_t sluice_nc_unlimited(void) { return NC_UNLIMITED; }

/* A file that netCDF has open already: the close degree has to be the same, and which one that is depends on netCDF. */
SLUICE_SWIFT("openHDF5(self:_:)")
static inline hid_t sluice_hdf5_open(const NetCDFFunctions *_Nonnull library, const char *_Nonnull path) {
  if (library->H5open() < 0) { return -1; }
  hid_t file = library->H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file >= 0) { return file; }
  hid_t access = library->H5Pcreate(*library->H5P_CLS_FILE_ACCESS_ID_g);
  if (access < 0) { return -1; }
  library->H5Pset_fclose_degree(access, H5F_CLOSE_SEMI);
  file = library->H5Fopen(path, H5F_ACC_RDONLY, access);
  library->H5Pclose(access);
  return file;
}
SLUICE_SWIFT("openDataset(self:_:_:)")
static inline hid_t sluice_hdf5_dataset(const NetCDFFunctions *_Nonnull library, hid_t file, const char *_Nonnull name) {
  return library->H5Dopen2(file, name, H5P_DEFAULT);
}
SLUICE_SWIFT("isLittleFloat(self:_:)")
static inline _Bool sluice_hdf5_is_little_float(const NetCDFFunctions *_Nonnull library, hid_t dataset) {
  hid_t type = library->H5Dget_type(dataset);
  _Bool result = library->H5Tequal(type, *library->H5T_IEEE_F32LE_g) > 0;
  library->H5Tclose(type);
  return result;
}
SLUICE_SWIFT("filter(self:_:_:)")
static inline int sluice_hdf5_filter(const NetCDFFunctions *_Nonnull library, hid_t list, unsigned position) {
  unsigned flags = 0;
  size_t count = 0;
  unsigned config = 0;
  return (int)library->H5Pget_filter2(list, position, &flags, &count, NULL, 0, NULL, &config);
}
static inline int sluice_hdf5_deflate(void) { return H5Z_FILTER_DEFLATE; }
static inline int sluice_hdf5_shuffle(void) { return H5Z_FILTER_SHUFFLE; }
SLUICE_SWIFT("isChunked(self:_:)")
static inline _Bool sluice_hdf5_is_chunked(const NetCDFFunctions *_Nonnull library, hid_t list) {
  return library->H5Pget_layout(list) == H5D_CHUNKED;
}
SLUICE_SWIFT("chunkCount(self:_:_:)")
static inline int sluice_hdf5_chunk_count(
    const NetCDFFunctions *_Nonnull library, hid_t dataset, hsize_t *_Nonnull count) {
  hid_t space = library->H5Dget_space(dataset);
  int result = library->H5Dget_num_chunks(dataset, space, count);
  library->H5Sclose(space);
  return result;
}
SLUICE_SWIFT("chunk(self:_:_:_:_:_:_:)")
static inline int sluice_hdf5_chunk(
    const NetCDFFunctions *_Nonnull library, hid_t dataset, hsize_t index, hsize_t *_Nonnull offset,
    unsigned *_Nonnull mask, haddr_t *_Nonnull address, hsize_t *_Nonnull size) {
  hid_t space = library->H5Dget_space(dataset);
  int result = library->H5Dget_chunk_info(dataset, space, index, offset, mask, address, size);
  library->H5Sclose(space);
  return result;
}
