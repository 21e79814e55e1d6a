internal import CNetCDF

/// Where the compressed blocks of a variable lie in its file.
///
/// Read once, so that the blocks can be fetched and inflated without the HDF5 library: by several threads, and without
/// the further copies that its filters make.
package struct ChunkTable: Sendable {
  package struct Chunk: Sendable {
    /// The position of its first value.
    let origin: [Int]
    let address: Int
    let size: Int
  }

  /// The shape of one block.
  let shape: [Int]
  /// Whether the bytes of the values are sorted by significance before compression.
  let isShuffled: Bool
  let isDeflated: Bool
  let chunks: [Chunk]

  /// With more blocks than that the library is as fast, and its table slow.
  private static let mostChunks = 512

  /// The tables of all variables of little-endian floats for which this works; the others are left to the library.
  static func all(path: String, variables: [NetCDFVariable]) throws -> [Int32: ChunkTable] {
    try NetCDFLibrary.exclusively { library in
      let file = library.openHDF5(path)
      guard file >= 0 else { return [:] }
      defer { _ = library.H5Fclose(file) }
      var tables: [Int32: ChunkTable] = [:]
      for variable in variables
      where variable.type == .float && variable.dimensions.count >= 2 && variable.count < .max {
        tables[variable.id] = table(of: variable, in: file, library)
      }
      return tables
    }
  }

  private static func table(
    of variable: NetCDFVariable, in file: hid_t, _ library: NetCDFFunctions
  ) -> ChunkTable? {
    let dataset = library.openDataset(file, "/" + variable.name)
    guard dataset >= 0 else { return nil }
    defer { _ = library.H5Dclose(dataset) }
    let list = library.H5Dget_create_plist(dataset)
    guard list >= 0 else { return nil }
    defer { _ = library.H5Pclose(list) }
    let rank = variable.dimensions.count
    guard library.isLittleFloat(dataset), library.isChunked(list) else { return nil }
    var shape = [hsize_t](repeating: 0, count: rank)
    guard library.H5Pget_chunk(list, Int32(rank), &shape) == Int32(rank) else { return nil }
    var filters: [Int32] = []
    for position in 0..<max(0, library.H5Pget_nfilters(list)) {
      filters.append(library.filter(list, UInt32(position)))
    }
    let known = [sluice_hdf5_shuffle(), sluice_hdf5_deflate()]
    guard filters == known || filters == [known[1]] else { return nil }
    var count: hsize_t = 0
    let needed = zip(variable.dimensions, shape).reduce(1) {
      $0 * (($1.0.length + Int($1.1) - 1) / Int($1.1))
    }
    // Blocks that were never written have no entry: what stands for them is the library's business.
    guard library.chunkCount(dataset, &count) >= 0, count <= mostChunks, Int(count) == needed else {
      return nil
    }
    var chunks: [Chunk] = []
    for index in 0..<count {
      var origin = [hsize_t](repeating: 0, count: rank)
      var mask: UInt32 = 0
      var address: haddr_t = 0
      var size: hsize_t = 0
      guard library.chunk(dataset, index, &origin, &mask, &address, &size) >= 0, mask == 0 else {
        return nil
      }
      chunks.append(Chunk(origin: origin.map { Int($0) }, address: Int(address), size: Int(size)))
    }
    return ChunkTable(
      shape: shape.map { Int($0) }, isShuffled: filters.count == 2, isDeflated: true, chunks: chunks)
  }
}
