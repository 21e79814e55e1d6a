import Climate
import Testing

/// What stands for "no value" is none, however the file writes it.
@Suite("Numbers that mean no value") struct FillTests {
  /// One time, one row, the numbers side by side.
  private func values(
    _ numbers: NetCDFMaker.Values, _ attributes: [(String, [Double], Bool)] = [], count: Int = 4,
    chunks: [Int]? = nil
  ) throws -> [Double?] {
    var maker = NetCDFMaker.modern(
      times: [0], latitudes: [0], longitudes: (0..<count).map(Double.init), fields: [])
    maker.variables.append(
      .init(
        name: "t2m", dimensions: ["valid_time", "latitude", "longitude"], values: numbers,
        numbers: attributes.map { (name: $0.0, values: $0.1, ofOwnType: $0.2) }, chunks: chunks))
    return try withClimateFile(maker) { file throws in
      let field = try file.read("t2m")
      return (0..<count).map { column in
        let value = field[time: 0, row: 0, column: column]
        return value.isNaN ? nil : value
      }
    }
  }

  @Test("A mark with more digits than the numbers have is found among them")
  func marksOfDoublesAmongFloats() throws {
    // Packed: the numbers are unpacked as doubles, where the nearest float to 1e20 is 100000002004087734272.
    let packed: [(String, [Double], Bool)] = [
      ("scale_factor", [2], false), ("missing_value", [1e20, -9999.9], false),
    ]
    #expect(try values(.floats([1, 1e20, -9999.9, 4], fill: nil), packed) == [2, nil, nil, 8])
    let plain: [(String, [Double], Bool)] = [("missing_value", [-9999.9], false)]
    #expect(try values(.floats([1, 2, -9999.9, 4], fill: .nan), plain) == [1, 2, nil, 4])
  }

  @Test("Every number of missing_value is a mark", arguments: [nil, [1, 1, 4]] as [[Int]?])
  func severalMarks(chunks: [Int]?) throws {
    let marks: [(String, [Double], Bool)] = [("missing_value", [-1, -2], true)]
    #expect(try values(.floats([1, -1, -2, 4], fill: .nan), marks, chunks: chunks) == [1, nil, nil, 4])
  }

  @Test("Where whole numbers were never written, the library's own mark stands")
  func libraryFill() throws {
    #expect(try values(.bareShorts([1, -32767, 3, -32768])) == [1, nil, 3, -32768])
    #expect(try values(.integers([1, -2_147_483_647, 3, 4])) == [1, nil, 3, 4])
    #expect(try values(.wide([1, -9_223_372_036_854_775_806, 3, 4])) == [1, nil, 3, 4])
    // A mark of the file's own stands instead of it.
    #expect(try values(.bareShorts([1, -32767, 3, 9]), [("_FillValue", [9], true)]) == [1, -32767, 3, nil])
  }

  @Test(
    "What lies beyond valid_min, valid_max or valid_range is no value",
    arguments: [nil, [1, 1, 4]] as [[Int]?])
  func limits(chunks: [Int]?) throws {
    let floats = NetCDFMaker.Values.floats([-1, 0, 400, 401], fill: .nan)
    #expect(try values(floats, [("valid_range", [0, 400], true)], chunks: chunks) == [nil, 0, 400, nil])
    #expect(try values(floats, [("valid_min", [0], true)], chunks: chunks) == [nil, 0, 400, 401])
    #expect(try values(floats, [("valid_max", [400], false)], chunks: chunks) == [-1, 0, 400, nil])
    // 0.1 as a float is more than 0.1 as a double, and the limit itself is a value.
    let tenth = NetCDFMaker.Values.floats([0.1, 0.2, 0, 0], fill: .nan)
    #expect(
      try values(tenth, [("valid_max", [0.1], false)], chunks: chunks) == [Double(Float(0.1)), nil, 0, 0])
  }

  @Test("Limits are of stored numbers, unless they have the wider type of the packing")
  func limitsOfPackedNumbers() throws {
    let numbers = NetCDFMaker.Values.bareShorts([-10, 0, 100, 101])
    let packing: [(String, [Double], Bool)] = [("scale_factor", [0.5], false), ("add_offset", [250], false)]
    #expect(
      try values(numbers, packing + [("valid_range", [0, 100], true)]) == [nil, 250, 300, nil])
    #expect(
      try values(numbers, packing + [("valid_range", [250, 300], false)]) == [nil, 250, 300, nil])
  }
}
