internal import CNetCDF
internal import Glibc

/// An open NetCDF file, read only: its header, and the values of its variables.
///
/// Closed when the last reference goes. Every call goes through ``NetCDFLibrary``.
package final class NetCDFFile: Sendable {
  /// What messages call the file.
  package let name: String
  package let variables: [NetCDFVariable]
  package let attributes: [String: NetCDFAttribute]
  private let handle: Int32
  /// For reading blocks without the library, with a table of where they are.
  private let descriptor: Int32
  private let tables: [Int32: ChunkTable]

  /// - Parameter name: what messages call the file, where that is not its path.
  package init(path: String, name: String? = nil) throws {
    let label = name ?? path
    try ClassicHeader.check(path: path, name: label)
    var handle: Int32 = -1
    (variables, attributes) = try NetCDFLibrary.exclusively { library in
      try NetCDFLibrary.check(library.nc_open(path, NC_NOWRITE, &handle), "cannot open \(label) as NetCDF")
      do {
        return try (
          Self.variables(of: handle, file: label, library),
          Self.attributes(of: handle, variable: NC_GLOBAL, file: label, library)
        )
      } catch {
        _ = library.nc_close(handle)
        throw error
      }
    }
    self.name = label
    self.handle = handle
    descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    tables = descriptor < 0 ? [:] : try ChunkTable.all(path: path, variables: variables)
  }

  deinit {
    // Where a file is open, the library is there.
    _ = try? NetCDFLibrary.exclusively { $0.nc_close(handle) }
    if descriptor >= 0 { close(descriptor) }
  }

  package func variable(_ name: String) -> NetCDFVariable? { variables.first { $0.name == name } }

  /// Values of a block as doubles, just as stored: neither unpacked nor cleared of fill values.
  package func doubles(_ variable: NetCDFVariable, start: [Int]? = nil, count: [Int]? = nil) throws
    -> [Double]
  {
    try read(variable, start, count) { $0.nc_get_vara_double(self.handle, variable.id, $1, $2, $3) }
  }

  /// Values of a block as floats, just as stored.
  package func floats(_ variable: NetCDFVariable, start: [Int]? = nil, count: [Int]? = nil) throws -> [Float]
  {
    try read(variable, start, count) { $0.nc_get_vara_float(self.handle, variable.id, $1, $2, $3) }
  }

  /// Floats of a whole variable or of some of its times in blocks, where the file is laid out for it; else nil.
  func blocks(
    _ variable: NetCDFVariable, times: Range<Int>, marks: ValueMarks<Float>, threads: Int
  ) throws -> BlockValues? {
    guard let table = tables[variable.id], (2...3).contains(variable.dimensions.count) else { return nil }
    let lengths = variable.dimensions.suffix(2).map(\.length)
    // Blocks of several times are inflated whole: not where most of one would be thrown away.
    let depth = table.shape.count == 3 ? table.shape[0] : 1
    let length = variable.dimensions.count == 3 ? variable.dimensions[0].length : 1
    let isLastBlock = times.upperBound == length && times.lowerBound % depth == 0
    guard times.count >= depth || isLastBlock || variable.dimensions.count == 2 else { return nil }
    return try BlockReader.read(
      table, of: "\(variable.name) of \(name)", file: descriptor, times: times,
      grid: (lengths[0], lengths[1]), marks: marks, threads: threads)
  }

  /// How many times one block holds, where the library stores the variable in blocks.
  package func blockDepth(_ variable: NetCDFVariable, dimension: Int) -> Int? {
    // Where a file is open, the library is there.
    try? NetCDFLibrary.exclusively { library in
      var storage: Int32 = 0
      var sizes = [Int](repeating: 0, count: variable.dimensions.count)
      guard library.nc_inq_var_chunking(handle, variable.id, &storage, &sizes) == NC_NOERR,
        storage == NC_CHUNKED
      else {
        return nil
      }
      return sizes[dimension]
    }
  }

  /// The texts of a variable of strings or of characters, its last dimension being the length of each.
  package func texts(_ variable: NetCDFVariable) throws -> [String] {
    if variable.type == .text {
      let width = variable.dimensions.last?.length ?? 1
      let bytes: [CChar] = try read(variable, nil, nil) {
        $0.nc_get_vara_text(self.handle, variable.id, $1, $2, $3)
      }
      return stride(from: 0, to: bytes.count, by: max(width, 1)).map { start in
        let text = bytes[start..<min(start + width, bytes.count)].prefix { $0 != 0 }.map {
          UInt8(bitPattern: $0)
        }
        return String(decoding: text, as: UTF8.self)
      }
    }
    let total = try room(variable.dimensions.map(\.length), of: Int.self, for: variable)
    return try NetCDFLibrary.exclusively { library in
      var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: max(total, 1))
      try NetCDFLibrary.check(
        library.nc_get_var_string(handle, variable.id, &pointers), "cannot read \(variable.name) of \(name)")
      defer { _ = library.nc_free_string(total, &pointers) }
      return pointers.prefix(total).map { $0.map { String(cString: $0) } ?? "" }
    }
  }

  /// How many values a block has.
  ///
  /// - Throws: ``ClimateFailure`` where no memory of this machine holds them: a damaged header may say any number.
  private func room<Number>(
    _ count: [Int], of type: Number.Type, for variable: NetCDFVariable
  ) throws(ClimateFailure) -> Int {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    var total = 1
    var isTooLarge = false
    for length in count {
      let (product, overflow) = total.multipliedReportingOverflow(by: length)
      total = product
      isTooLarge = isTooLarge || overflow
    }
    guard !isTooLarge, total <= memory / MemoryLayout<Number>.stride else {
      throw ClimateFailure(
        "cannot read \(variable.name) of \(name): its \(count.map(String.init).joined(separator: " x ")) values are more than the memory of this machine holds",
        remedy: "The file may be damaged: fetch it again, or ask for a smaller area.")
    }
    return total
  }

  private func read<Number>(
    _ variable: NetCDFVariable, _ start: [Int]?, _ count: [Int]?,
    _ call: (NetCDFFunctions, UnsafePointer<Int>?, UnsafePointer<Int>?, UnsafeMutablePointer<Number>) -> Int32
  ) throws -> [Number] {
    let start = start ?? variable.dimensions.map { _ in 0 }
    let count = count ?? variable.dimensions.map(\.length)
    let total = try room(count, of: Number.self, for: variable)
    guard total > 0 else { return [] }
    return try [Number](unsafeUninitializedCapacity: total) { buffer, filled in
      let target = buffer.baseAddress!
      try NetCDFLibrary.exclusively { library in
        widenCache(variable, library)
        try NetCDFLibrary.check(
          call(library, start, count, target), "cannot read \(variable.name) of \(name)")
      }
      filled = total
    }
  }

  /// Lets the library keep one block at least: it would inflate a block that is larger than its cache again for every
  /// piece that is asked of it.
  private func widenCache(_ variable: NetCDFVariable, _ library: NetCDFFunctions) {
    guard !variable.dimensions.isEmpty else { return }
    var storage: Int32 = 0
    var sizes = [Int](repeating: 0, count: variable.dimensions.count)
    guard library.nc_inq_var_chunking(handle, variable.id, &storage, &sizes) == NC_NOERR,
      storage == NC_CHUNKED
    else {
      return
    }
    let bytes = sizes.reduce(8, *)
    // Where this fails, reading is slower and right all the same.
    if bytes > 8 << 20 {
      _ = library.nc_set_var_chunk_cache(handle, variable.id, min(bytes * 2, 256 << 20), 521, 0.75)
    }
  }

  private static func variables(of handle: Int32, file: String, _ library: NetCDFFunctions) throws
    -> [NetCDFVariable]
  {
    var dimensionCount: Int32 = 0
    var variableCount: Int32 = 0
    try NetCDFLibrary.check(
      library.nc_inq(handle, &dimensionCount, &variableCount, nil, nil), "cannot read the header of \(file)")
    return try (0..<variableCount).map { id in
      var name = [CChar](repeating: 0, count: Int(NC_MAX_NAME) + 1)
      var type: nc_type = 0
      var rank: Int32 = 0
      try NetCDFLibrary.check(
        library.nc_inq_var(handle, id, &name, &type, &rank, nil, nil), "cannot read the header of \(file)")
      var dimensionIDs = [Int32](repeating: 0, count: Int(rank))
      try NetCDFLibrary.check(
        library.nc_inq_vardimid(handle, id, &dimensionIDs), "cannot read the header of \(file)")
      return NetCDFVariable(
        id: id, name: text(name), type: NetCDFType(type),
        isUnsigned: [NC_UBYTE, NC_USHORT, NC_UINT, NC_UINT64].contains(type),
        dimensions: try dimensionIDs.map { try dimension($0, of: handle, file: file, library) },
        attributes: try attributes(of: handle, variable: id, file: file, library),
        defaultFill: defaultFill(type))
    }
  }

  private static func defaultFill(_ type: nc_type) -> Double? {
    switch type {
    case NC_SHORT: Double(NC_FILL_SHORT)
    case NC_USHORT: Double(NC_FILL_USHORT)
    case NC_INT: Double(NC_FILL_INT)
    case NC_UINT: Double(NC_FILL_UINT)
    // NC_FILL_INT64 and NC_FILL_UINT64 of netcdf.h, whose casts keep Swift from importing them.
    case NC_INT64: Double(-9_223_372_036_854_775_806)
    case NC_UINT64: Double(18_446_744_073_709_551_614 as UInt64)
    case NC_FLOAT, NC_DOUBLE: NC_FILL_DOUBLE
    default: nil
    }
  }

  private static func dimension(
    _ id: Int32, of handle: Int32, file: String, _ library: NetCDFFunctions
  ) throws -> NetCDFDimension {
    var name = [CChar](repeating: 0, count: Int(NC_MAX_NAME) + 1)
    var length = 0
    try NetCDFLibrary.check(
      library.nc_inq_dim(handle, id, &name, &length), "cannot read the header of \(file)")
    return NetCDFDimension(name: text(name), length: length)
  }

  private static func attributes(
    of handle: Int32, variable: Int32, file: String, _ library: NetCDFFunctions
  ) throws -> [String: NetCDFAttribute] {
    var count: Int32 = 0
    if variable == NC_GLOBAL {
      try NetCDFLibrary.check(library.nc_inq_natts(handle, &count), "cannot read the header of \(file)")
    } else {
      try NetCDFLibrary.check(
        library.nc_inq_varnatts(handle, variable, &count), "cannot read the header of \(file)")
    }
    var attributes: [String: NetCDFAttribute] = [:]
    for index in 0..<count {
      var name = [CChar](repeating: 0, count: Int(NC_MAX_NAME) + 1)
      try NetCDFLibrary.check(
        library.nc_inq_attname(handle, variable, index, &name), "cannot read the header of \(file)")
      attributes[text(name)] = try attribute(name, of: handle, variable: variable, file: file, library)
    }
    return attributes
  }

  private static func attribute(
    _ name: [CChar], of handle: Int32, variable: Int32, file: String, _ library: NetCDFFunctions
  ) throws -> NetCDFAttribute? {
    var type: nc_type = 0
    var length = 0
    try NetCDFLibrary.check(
      library.nc_inq_att(handle, variable, name, &type, &length),
      "cannot read attribute \(text(name)) of \(file)")
    switch NetCDFType(type) {
    case .text:
      var bytes = [CChar](repeating: 0, count: length + 1)
      try NetCDFLibrary.check(
        library.nc_get_att_text(handle, variable, name, &bytes),
        "cannot read attribute \(text(name)) of \(file)")
      return .text(text(bytes))
    case .string:
      guard length > 0 else { return .text("") }
      var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: length)
      try NetCDFLibrary.check(
        library.nc_get_att_string(handle, variable, name, &pointers),
        "cannot read attribute \(text(name)) of \(file)"
      )
      defer { _ = library.nc_free_string(length, &pointers) }
      return .text(pointers.compactMap { $0.map { String(cString: $0) } }.joined(separator: " "))
    case .other: return nil
    case .integer, .wide, .float, .double:
      guard length > 0 else { return .numbers([], type: NetCDFType(type)) }
      var values = [Double](repeating: 0, count: length)
      try NetCDFLibrary.check(
        library.nc_get_att_double(handle, variable, name, &values),
        "cannot read attribute \(text(name)) of \(file)")
      return .numbers(values, type: NetCDFType(type))
    }
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension NetCDFType {
  init(_ type: nc_type) {
    switch type {
    case NC_BYTE, NC_UBYTE, NC_SHORT, NC_USHORT, NC_INT, NC_UINT: self = .integer
    case NC_INT64, NC_UINT64: self = .wide
    case NC_FLOAT: self = .float
    case NC_DOUBLE: self = .double
    case NC_CHAR: self = .text
    case NC_STRING: self = .string
    default: self = .other
    }
  }
}
