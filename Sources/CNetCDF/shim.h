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
