import Essentials
import Testing

@Suite("Libraries that are loaded on use") struct SharedLibraryTests {
  /// One field, as the table of a library with one symbol.
  private typealias Table = @convention(c) () -> UnsafePointer<CChar>?

  private func load(_ files: String..., symbol: StaticString = "zlibVersion") throws -> Table {
    let library = SharedLibrary(name: "zlib", files: files, debianPackage: "zlib1g")
    let name = UnsafeRawPointer(symbol.utf8Start).assumingMemoryBound(to: CChar.self)
    return try withUnsafePointer(to: name) { try library.load(Table.self, names: $0) }
  }

  @Test("The first of its files that is there fills the table")
  func loading() throws {
    let version = try #require(try load("libz.so.999", "libz.so.1")())
    #expect(String(cString: version).hasPrefix("1."))
  }

  @Test("A library that is not there is named, with the reason for each of its files and what to install")
  func missing() {
    #expect {
      try load("libz.so.998", "libz.so.999")
    } throws: {
      FailureKind(of: $0) == .configuration
        && "\($0)"
          == "loading zlib: libz.so.998: cannot open shared object file: No such file or directory; libz.so.999: cannot open shared object file: No such file or directory. Install it where this runs: apt-get install zlib1g."
    }
  }

  @Test("A library that lacks a function is refused by its name")
  func lacking() {
    #expect {
      try load("libz.so.1", symbol: "nc_open")
    } throws: {
      FailureKind(of: $0) == .configuration
        && "\($0)".hasPrefix("loading zlib: libz.so.1 has no nc_open. Install")
    }
  }
}
