#pragma once
#include <netcdf.h>
#include <hdf5.h>

/* HDF5 prints every error of its own, also those that netCDF expects and handles, once for each thread that has not
   told it to be quiet. */
static inline void sluice_hdf5_quiet(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/* Macros that Swift does not import. */
static inline int sluice_nc_netcdf4(void) { return NC_NETCDF4; }
static inline int sluice_nc_clobber(void) { return NC_CLOBBER; }
static inline size_t sluice_nc_unlimited(void) { return NC_UNLIMITED; }

/* A file that netCDF has open already: the close degree has to be the same, and which one that is depends on netCDF. */
static inline hid_t sluice_hdf5_open(const char *path) {
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file >= 0) { return file; }
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) { return -1; }
  H5Pset_fclose_degree(access, H5F_CLOSE_SEMI);
  file = H5Fopen(path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  return file;
}
static inline hid_t sluice_hdf5_dataset(hid_t file, const char *name) { return H5Dopen2(file, name, H5P_DEFAULT); }
static inline int sluice_hdf5_is_little_float(hid_t dataset) {
  hid_t type = H5Dget_type(dataset);
  int result = H5Tequal(type, H5T_IEEE_F32LE) > 0;
  H5Tclose(type);
  return result;
}
static inline int sluice_hdf5_filter(hid_t list, unsigned position) {
  unsigned flags = 0;
  size_t count = 0;
  unsigned config = 0;
  return (int)H5Pget_filter2(list, position, &flags, &count, NULL, 0, NULL, &config);
}
static inline int sluice_hdf5_deflate(void) { return H5Z_FILTER_DEFLATE; }
static inline int sluice_hdf5_shuffle(void) { return H5Z_FILTER_SHUFFLE; }
static inline int sluice_hdf5_is_chunked(hid_t list) { return H5Pget_layout(list) == H5D_CHUNKED; }
static inline int sluice_hdf5_chunk_count(hid_t dataset, hsize_t *count) {
  hid_t space = H5Dget_space(dataset);
  int result = H5Dget_num_chunks(dataset, space, count);
  H5Sclose(space);
  return result;
}
static inline int sluice_hdf5_chunk(
    hid_t dataset, hsize_t index, hsize_t *offset, unsigned *mask, haddr_t *address, hsize_t *size) {
  hid_t space = H5Dget_space(dataset);
  int result = H5Dget_chunk_info(dataset, space, index, offset, mask, address, size);
  H5Sclose(space);
  return result;
}
