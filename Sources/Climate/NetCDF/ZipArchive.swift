internal import Glibc

/// The NetCDF files of a ZIP, as the Climate Data Store packs them: stored or deflated members, no encryption.
///
/// Format: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end), and
/// 4.5.3 for sizes beyond 4 GiB.
package enum ZipArchive {
  /// A member as the central directory lists it.
  package struct Member: Sendable, Equatable {
    package let name: String
    package let method: Int
    package let checksum: UInt32
    package let packedSize: Int
    package let size: Int
    package let headerOffset: Int
    package let encrypted: Bool
  }

  /// Opens every member that is NetCDF. The members are unpacked into files that lose their names as soon as they are
  /// open, and so are gone with the process.
  package static func netCDFFiles(path: String) throws -> [NetCDFFile] {
    let archive = try ZipReader(path: path)
    let members = try archive.members().filter { !$0.name.hasSuffix("/") }
    let files: [NetCDFFile] = try members.compactMap { member in
      let label = "\(member.name) in \(path)"
      let place = try archive.unpack(member)
      defer { unlink(place) }
      let kind = try FileKind(path: place)
      if kind == .grib, let refusal = kind.refusal(of: label) { throw refusal }
      guard kind == .netCDF else { return nil }
      return try NetCDFFile(path: place, name: label)
    }
    guard !files.isEmpty else {
      throw ClimateFailure(
        "\(path) is a ZIP without a NetCDF file; it has \(members.map(\.name).joined(separator: ", "))")
    }
    return files
  }
}
