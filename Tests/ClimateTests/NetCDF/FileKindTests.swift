import CNetCDF
import CZlib
import Climate
import Essentials
import FoundationEssentials
import Testing

/// What a file is, whatever its name says: ZIPs, foreign files, damaged files, several files as one.
@Suite struct FileKindTests {
  private func maker(
    _ name: String, times: [Int64] = [0, 3600], longitudes: [Double] = [0, 1], first: Float = 0
  ) -> NetCDFMaker {
    let count = times.count * 2 * longitudes.count
    return .modern(
      times: times, latitudes: [1, 0], longitudes: longitudes,
      fields: [(name, "K", (0..<count).map { first + Float($0) })], chunks: [1, 2, 2])
  }

  private func bytes(_ maker: NetCDFMaker) throws -> [UInt8] {
    try withTemporaryFile { path in
      try maker.write(to: path)
      return try FileOutput.read(path)
    }
  }

  /// A ZIP by hand: local headers, members, central directory, end.
  private func zip(_ members: [(name: String, bytes: [UInt8], level: Int32?)]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    func little(_ number: Int, _ width: Int) -> [UInt8] {
      (0..<width).map { UInt8(number >> (8 * $0) & 0xFF) }
    }
    for member in members {
      let packed = member.level.map { deflate(member.bytes, $0) } ?? member.bytes
      let common =
        little(20, 2) + little(0, 2) + little(member.level == nil ? 0 : 8, 2) + little(0, 4)
        + little(Int(crc32(0, member.bytes, UInt32(member.bytes.count))), 4) + little(packed.count, 4)
        + little(member.bytes.count, 4) + little(member.name.utf8.count, 2) + little(0, 2)
      directory +=
        little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 10) + little(archive.count, 4)
        + Array(member.name.utf8)
      archive += little(0x0403_4B50, 4) + common + Array(member.name.utf8) + packed
    }
    let end =
      little(0x0605_4B50, 4) + little(0, 4) + little(members.count, 2) + little(members.count, 2)
      + little(directory.count, 4) + little(archive.count, 4) + little(0, 2)
    return archive + directory + end
  }

  private func deflate(_ bytes: [UInt8], _ level: Int32) -> [UInt8] {
    var stream = z_stream()
    sluice_deflate_init_raw(&stream, level)
    defer { deflateEnd(&stream) }
    var bytes = bytes
    var packed = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 1000)
    let left = bytes.withUnsafeMutableBufferPointer { source in
      packed.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        _ = CZlib.deflate(&stream, Z_FINISH)
        return Int(stream.avail_out)
      }
    }
    return Array(packed.prefix(packed.count - left))
  }

  @Test(arguments: [nil, 0, 6] as [Int32?]) func aZIPOfTwoStepTypesIsOneFile(level: Int32?) throws {
    let archive = zip([
      ("data_stream-oper_stepType-instant.nc", try bytes(maker("t2m")), level),
      ("data_stream-oper_stepType-accum.nc", try bytes(maker("tp", first: 100)), level),
      ("readme.txt", Array("nothing".utf8), level),
    ])
    try withTemporaryFile(archive) { path in
      let file = try ClimateFile(path: path)
      #expect(file.variables.map(\.name) == ["t2m", "tp"])
      #expect(try file.read("t2m")[time: 1, row: 1, column: 1] == 7)
      #expect(try file.read("tp")[time: 1, row: 0, column: 1] == 105)
      #expect(try file.grid.longitudes == [0, 1])
    }
  }

  @Test func oneVariableInTwoFilesIsPutTogetherByTime() throws {
    let late = try bytes(maker("t2m", times: [7200, 10800], first: 50))
    let archive = zip([("b.nc", late, 6), ("a.nc", try bytes(maker("t2m")), 6)])
    try withTemporaryFile(archive) { path in
      let file = try ClimateFile(path: path)
      let variable = try file.variable("t2m")
      #expect(variable.times.map(\.timeIntervalSince1970) == [0, 3600, 7200, 10800])
      let field = try file.read("t2m")
      #expect((0..<4).map { field[time: $0, row: 0, column: 0] } == [0, 4, 50, 54])
    }
  }

  @Test func theHalvesOfAnAreaOverTheAntimeridianAreOneGrid() throws {
    let west = try bytes(maker("t2m", longitudes: [178, 179, 180]))
    let east = try bytes(maker("t2m", longitudes: [-180, -179, -178], first: 100))
    try withTemporaryFile(east) { eastPath in
      try withTemporaryFile(west) { westPath in
        let file = try ClimateFile(paths: [eastPath, westPath])
        let grid = try file.grid
        #expect(grid.longitudes == [178, 179, 180, 181, 182])
        let field = try file.read("t2m")
        // The meridian that both have is the western file's.
        #expect((0..<5).map { field[time: 1, row: 0, column: $0] } == [6, 7, 8, 107, 108])
        let weights = ZonalWeights(grid: grid, zones: [Zone(id: "a", shape: .box(179.5, 0.5, 181.5, 1.5))])
        #expect(weights.inGridFractions == [1])
        #expect(try file.zonalSeries("t2m", weights: weights)[zone: 0, time: 1].value == (8 + 107) / 2.0)
      }
    }
  }

  @Test func foreignFilesAreNamed() throws {
    let cases: [([UInt8], String)] = [
      (Array("GRIB\0\0\0\u{2}".utf8), "GRIB"), ([], "an empty file"), (Array("{\"error\": 1}".utf8), "JSON"),
      (Array(" \n<html>".utf8), "HTML"), ([0x1F, 0x8B, 8], "gzip"), ([1, 2, 0xAB], "01 02 ab"),
    ]
    for (content, words) in cases {
      try withTemporaryFile(content) { path in
        #expect {
          try ClimateFile(path: path)
        } throws: {
          ($0 as? any Failure)?.kind == .rejected && "\($0)".contains(words) && "\($0)".contains("netcdf")
        }
      }
    }
    #expect { try ClimateFile(path: "/nowhere/a.nc") } throws: { FailureKind(of: $0) == .configuration }
    try withTemporaryFile(zip([("a.txt", [1], nil)])) { path in
      #expect { try ClimateFile(path: path) } throws: { "\($0)".contains("a.txt") }
    }
    try withTemporaryFile(zip([("a.grib", Array("GRIB\0\0\0\0".utf8), 6)])) { path in
      #expect { try ClimateFile(path: path) } throws: {
        "\($0)".contains("a.grib") && "\($0)".contains("GRIB")
      }
    }
  }

  @Test("Truncated files are said to be truncated") func truncatedFilesAreSaidToBe() throws {
    let whole = try bytes(
      .modern(
        times: [0, 3600], latitudes: [1, 0], longitudes: [0, 1],
        fields: [("t2m", "K", (0..<8).map { Float($0) })], chunks: [2, 2, 2]))
    for share in [0.3, 0.6, 0.95] {
      try withTemporaryFile(Array(whole.prefix(Int(Double(whole.count) * share)))) { path in
        #expect {
          _ = try ClimateFile(path: path).read("t2m")
        } throws: {
          FailureKind(of: $0) == .rejected && "\($0)".contains("truncated")
        }
      }
    }
    var classic = maker("t2m")
    classic.classic = true
    classic.variables[4].chunks = nil
    classic.variables.removeAll { $0.name == "number" }
    classic.variables[0] = .init(
      name: "valid_time", dimensions: ["valid_time"], values: .integers([0, 3600]),
      attributes: [("units", "seconds since 1970-01-01")])
    let old = try bytes(classic)
    // Wherever it is cut: in the header, between variables, within one.
    for length in stride(from: 12, to: old.count, by: 4) {
      try withTemporaryFile(Array(old.prefix(length))) { path in
        #expect("\(length) of \(old.count) bytes") {
          _ = try ClimateFile(path: path).read("t2m")
        } throws: {
          FailureKind(of: $0) == .rejected && "\($0)".contains("truncated")
        }
      }
    }
  }

  @Test func aDamagedBlockIsSaidToBe() throws {
    // Numbers that do not compress, so that most of the file is their blocks.
    var random = SteadyRandom(3)
    let whole = try bytes(
      .modern(
        times: [0, 3600], latitudes: (0..<50).map { 50 - Double($0) }, longitudes: (0..<50).map(Double.init),
        fields: [("t2m", "K", (0..<5000).map { _ in Float.random(in: 1...2, using: &random) })],
        chunks: [1, 50, 50]))
    for place in [whole.count / 2, whole.count * 3 / 4] {
      var damaged = whole
      damaged[place] ^= 0xFF
      try withTemporaryFile(damaged) { path in
        #expect {
          _ = try ClimateFile(path: path).read("t2m")
        } throws: {
          FailureKind(of: $0) == .rejected && "\($0)".contains("t2m") && "\($0)".contains("damaged")
        }
      }
    }
  }

  @Test func damagedZIPsAreSaidToBe() throws {
    let good = zip([("a.nc", try bytes(maker("t2m")), 6)])
    var flipped = good
    flipped[good.count / 3] ^= 0x55
    for content in [Array(good.prefix(good.count - 30)), flipped, Array(good.prefix(40))] {
      try withTemporaryFile(content) { path in
        #expect { try ClimateFile(path: path) } throws: {
          "\($0)".contains("damaged") && FailureKind(of: $0) == .rejected
        }
      }
    }
  }

  /// The header of a NetCDF-3 file with one variable of floats, and 200 bytes behind it.
  private func classicHeader(version: UInt8, dimensions: [UInt64], records: UInt64 = 0, begin: UInt64)
    -> [UInt8]
  {
    func big(_ number: UInt64, _ width: Int) -> [UInt8] {
      (0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    }
    let count = { big($0, version == 5 ? 8 : 4) }
    let name = count(1) + Array("a\0\0\0".utf8)
    let none = big(0, 4) + count(0)
    var bytes = Array("CDF".utf8) + [version] + count(records)
    bytes += big(10, 4) + count(UInt64(dimensions.count)) + dimensions.flatMap { name + count($0) } + none
    bytes += big(11, 4) + count(1) + name + count(UInt64(dimensions.count))
    bytes += dimensions.indices.flatMap { count(UInt64($0)) } + none
    return bytes + big(5, 4) + count(64) + big(begin, version == 1 ? 4 : 8)
      + [UInt8](repeating: 0, count: 200)
  }

  @Test("A header whose numbers no file can have is said to be damaged")
  func impossibleHeaders() throws {
    let cases: [[UInt8]] = [
      // 0xFFFFFFFF x 0xFFFFFFFF floats, and 0x7FFFFFFF of them three times over.
      classicHeader(version: 1, dimensions: [0xFFFF_FFFF, 0xFFFF_FFFF], begin: 200),
      classicHeader(version: 1, dimensions: Array(repeating: 0x7FFF_FFFF, count: 3), begin: 200),
      // A place behind which nothing can be.
      classicHeader(version: 2, dimensions: [2], begin: UInt64(Int.max)),
      classicHeader(version: 5, dimensions: [1 << 62, 4], begin: 300),
      // Records: their length, their number, and the last one's place.
      classicHeader(version: 5, dimensions: [0, 1 << 62], records: 2, begin: 300),
      classicHeader(version: 5, dimensions: [0, 4], records: 1 << 60, begin: 300),
      classicHeader(version: 5, dimensions: [0, 4], records: 3, begin: UInt64(Int.max) - 20),
    ]
    for (number, bytes) in cases.enumerated() {
      try withTemporaryFile(bytes) { path in
        #expect("case \(number)") {
          try ClimateFile(path: path)
        } throws: {
          FailureKind(of: $0) == .rejected && "\($0)".contains("truncated or damaged")
        }
      }
    }
  }

  @Test("More values than any memory holds are refused, not asked for")
  func moreThanMemoryHolds() throws {
    try withTemporaryFile { path in
      try NetCDFLibrary.exclusively { library in
        func check(_ status: Int32) throws { try NetCDFLibrary.check(status, "writing a test file") }
        var file: Int32 = 0
        try check(library.nc_create(path, sluice_nc_netcdf4(), &file))
        defer { _ = library.nc_close(file) }
        var dimensions: [Int32] = [0, 0]
        try check(library.nc_def_dim(file, "latitude", 1 << 45, &dimensions[0]))
        try check(library.nc_def_dim(file, "longitude", 1 << 45, &dimensions[1]))
        // Their product is more than any number, and nothing of them is ever written.
        for (name, rank) in [("latitude", 1), ("longitude", 1), ("t2m", 2)] {
          var id: Int32 = 0
          let places = name == "longitude" ? [dimensions[1]] : Array(dimensions.prefix(rank))
          try check(library.nc_def_var(file, name, NC_FLOAT, Int32(rank), places, &id))
          try check(library.nc_def_var_chunking(file, id, NC_CHUNKED, Array(repeating: 1024, count: rank)))
        }
      }
      #expect {
        try ClimateFile(path: path)
      } throws: {
        FailureKind(of: $0) == .rejected
          && "\($0)".contains("its 35184372088832 values are more than the memory of this machine holds")
      }
    }
  }
}
