internal import CNetCDF

/// An open NetCDF file, read only: its header, and the values of its variables.
///
/// Closed when the last reference goes. Every call goes through ``NetCDFLibrary``.
package final class NetCDFFile: Sendable {
  /// What messages call the file.
  package let name: String
  package let variables: [NetCDFVariable]
  package let attributes: [String: NetCDFAttribute]
  private let handle: Int32

  /// - Parameter name: what messages call the file, where that is not its path.
  package init(path: String, name: String? = nil) throws {
    let label = name ?? path
    var handle: Int32 = -1
    (variables, attributes) = try NetCDFLibrary.exclusively {
      try NetCDFLibrary.check(nc_open(path, NC_NOWRITE, &handle), "cannot open \(label) as NetCDF")
      do {
        return try (
          Self.variables(of: handle, file: label),
          Self.attributes(of: handle, variable: NC_GLOBAL, file: label)
        )
      } catch {
        nc_close(handle)
        throw error
      }
    }
    self.name = label
    self.handle = handle
  }

  deinit {
    NetCDFLibrary.exclusively { _ = nc_close(handle) }
  }

  package func variable(_ name: String) -> NetCDFVariable? { variables.first { $0.name == name } }

  /// Values of a block as doubles, just as stored: neither unpacked nor cleared of fill values.
  package func doubles(_ variable: NetCDFVariable, start: [Int]? = nil, count: [Int]? = nil) throws
    -> [Double]
  {
    try read(variable, start, count) { nc_get_vara_double(self.handle, variable.id, $0, $1, $2) }
  }

  /// Values of a block as floats, just as stored.
  package func floats(_ variable: NetCDFVariable, start: [Int]? = nil, count: [Int]? = nil) throws -> [Float]
  {
    try read(variable, start, count) { nc_get_vara_float(self.handle, variable.id, $0, $1, $2) }
  }

  /// The texts of a variable of strings or of characters, its last dimension being the length of each.
  package func texts(_ variable: NetCDFVariable) throws -> [String] {
    if variable.type == .text {
      let width = variable.dimensions.last?.length ?? 1
      let bytes: [CChar] = try read(variable, nil, nil) {
        nc_get_vara_text(self.handle, variable.id, $0, $1, $2)
      }
      return stride(from: 0, to: bytes.count, by: max(width, 1)).map { start in
        let text = bytes[start..<min(start + width, bytes.count)].prefix { $0 != 0 }.map {
          UInt8(bitPattern: $0)
        }
        return String(decoding: text, as: UTF8.self)
      }
    }
    let total = variable.count
    return try NetCDFLibrary.exclusively {
      var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: max(total, 1))
      try NetCDFLibrary.check(
        nc_get_var_string(handle, variable.id, &pointers), "cannot read \(variable.name) of \(name)")
      defer { nc_free_string(total, &pointers) }
      return pointers.prefix(total).map { $0.map { String(cString: $0) } ?? "" }
    }
  }

  private func read<Number>(
    _ variable: NetCDFVariable, _ start: [Int]?, _ count: [Int]?,
    _ call: (UnsafePointer<Int>?, UnsafePointer<Int>?, UnsafeMutablePointer<Number>) -> Int32
  ) throws -> [Number] {
    let start = start ?? variable.dimensions.map { _ in 0 }
    let count = count ?? variable.dimensions.map(\.length)
    let total = count.reduce(1, *)
    guard total > 0 else { return [] }
    return try [Number](unsafeUninitializedCapacity: total) { buffer, filled in
      let target = buffer.baseAddress!
      try NetCDFLibrary.exclusively {
        try NetCDFLibrary.check(call(start, count, target), "cannot read \(variable.name) of \(name)")
      }
      filled = total
    }
  }

  private static func variables(of handle: Int32, file: String) throws -> [NetCDFVariable] {
    var dimensionCount: Int32 = 0
    var variableCount: Int32 = 0
    try NetCDFLibrary.check(
      nc_inq(handle, &dimensionCount, &variableCount, nil, nil), "cannot read the header of \(file)")
    return try (0..<variableCount).map { id in
      var name = [CChar](repeating: 0, count: Int(NC_MAX_NAME) + 1)
      var type: nc_type = 0
      var rank: Int32 = 0
      try NetCDFLibrary.check(
        nc_inq_var(handle, id, &name, &type, &rank, nil, nil), "cannot read the header of \(file)")
      var dimensionIDs = [Int32](repeating: 0, count: Int(rank))
      try NetCDFLibrary.check(nc_inq_vardimid(handle, id, &dimensionIDs), "cannot read the header of \(file)")
      return NetCDFVariable(
        id: id, name: text(name), type: NetCDFType(type),
        dimensions: try dimensionIDs.map { try dimension($0, of: handle, file: file) },
        attributes: try attributes(of: handle, variable: id, file: file))
    }
  }

  private static func dimension(_ id: Int32, of handle: Int32, file: String) throws -> NetCDFDimension {
    var name = [CChar](repeating: 0, count: Int(NC_MAX_NAME) + 1)
    var length = 0
    try NetCDFLibrary.check(nc_inq_dim(handle, id, &name, &length), "cannot read the header of \(file)")
    return NetCDFDimension(name: text(name), length: length)
  }

  private static func attributes(
    of handle: Int32, variable: Int32, file: String
  ) throws -> [String: NetCDFAttribute] {
    var count: Int32 = 0
    if variable == NC_GLOBAL {
      try NetCDFLibrary.check(nc_inq_natts(handle, &count), "cannot read the header of \(file)")
    } else {
      try NetCDFLibrary.check(nc_inq_varnatts(handle, variable, &count), "cannot read the header of \(file)")
    }
    var attributes: [String: NetCDFAttribute] = [:]
    for index in 0..<count {
      var name = [CChar](repeating: 0, count: Int(NC_MAX_NAME) + 1)
      try NetCDFLibrary.check(
        nc_inq_attname(handle, variable, index, &name), "cannot read the header of \(file)")
      attributes[text(name)] = try attribute(name, of: handle, variable: variable, file: file)
    }
    return attributes
  }

  private static func attribute(
    _ name: [CChar], of handle: Int32, variable: Int32, file: String
  ) throws -> NetCDFAttribute? {
    var type: nc_type = 0
    var length = 0
    try NetCDFLibrary.check(
      nc_inq_att(handle, variable, name, &type, &length), "cannot read attribute \(text(name)) of \(file)")
    switch NetCDFType(type) {
    case .text:
      var bytes = [CChar](repeating: 0, count: length + 1)
      try NetCDFLibrary.check(
        nc_get_att_text(handle, variable, name, &bytes), "cannot read attribute \(text(name)) of \(file)")
      return .text(text(bytes))
    case .string:
      guard length > 0 else { return .text("") }
      var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: length)
      try NetCDFLibrary.check(
        nc_get_att_string(handle, variable, name, &pointers), "cannot read attribute \(text(name)) of \(file)"
      )
      defer { nc_free_string(length, &pointers) }
      return .text(pointers.compactMap { $0.map { String(cString: $0) } }.joined(separator: " "))
    case .other: return nil
    case .integer, .wide, .float, .double:
      guard length > 0 else { return .numbers([]) }
      var values = [Double](repeating: 0, count: length)
      try NetCDFLibrary.check(
        nc_get_att_double(handle, variable, name, &values), "cannot read attribute \(text(name)) of \(file)")
      return .numbers(values)
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
