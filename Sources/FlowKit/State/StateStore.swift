/// Where runs keep what later runs want to know: watermarks, variables, results of tasks, job ids.
///
/// Keys are paths of lower-case words: `watermarks/dhis2_era5_climate_import/last-month`. A write is complete or it
/// has not happened.
public protocol StateStore: Sendable {
  /// What was written last under a key; nil where nothing was.
  func read(_ key: String) async throws -> [UInt8]?
  /// Replaces what stands under a key; nil removes it.
  func write(_ key: String, _ bytes: [UInt8]?) async throws
}

/// The keys of what flows keep.
enum StateKey {
  static func variable(_ name: String) -> String { "variables/\(escape(name))" }
  static func watermark(_ name: String, flow: String) -> String { "watermarks/\(flow)/\(escape(name))" }
  static func taskResult(_ key: String, task: String, flow: String) -> String {
    "results/\(flow)/\(escape(task))/\(escape(key))"
  }

  /// One step of a path from any text: everything but letters, digits, dash and underscore becomes its code, so that
  /// different names stay different and none leaves its folder.
  static func escape(_ name: String) -> String {
    name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        String(UnicodeScalar(byte))
      default: "%\(String(byte, radix: 16, uppercase: true))"
      }
    }.joined()
  }
}
