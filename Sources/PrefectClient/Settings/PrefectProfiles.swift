import Essentials
import Foundation
import Glibc
import JSON

/// The settings that a user keeps under names, in `profiles.toml`.
public struct PrefectProfiles: Sendable, Equatable {
  /// The file.
  public let path: String
  /// The name of the profile that counts; nil where the file names none.
  public private(set) var active: String?
  private var text: String
  private var profiles: JSONObject

  /// The profiles that are there without a file, as in Prefect.
  static let builtIn: [String: [String: String]] = [
    "ephemeral": [:], "local": ["PREFECT_API_URL": "http://127.0.0.1:4200/api"], "test": [:], "cloud": [:],
  ]

  /// Reads a file; one that does not exist has no profiles.
  ///
  /// - Throws: a `Misconfiguration` with the line where the file is not as Prefect writes it.
  public init(path: String) throws {
    self.path = path
    text = ""
    profiles = [:]
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Misconfiguration("cannot read \(path)", remedy: "Make it readable, or set PREFECT_PROFILES_PATH.")
    }
    try read(String(decoding: data, as: UTF8.self))
  }

  /// The names, those that are built in included, in order.
  public var names: [String] { Set(profiles.keys).union(Self.builtIn.keys).sorted() }

  /// The settings of a profile; nil where there is none of that name.
  public func settings(of name: String) -> [String: String]? {
    let builtIn = Self.builtIn[name]
    guard let own = profiles[name]?.object else { return builtIn }
    return (builtIn ?? [:]).merging(own.compactMap { key, value in value.asSetting.map { (key, $0) } }) { $1 }
  }

  /// Sets or, with nil, removes a setting of a profile, and writes the file. Comments and other lines stay.
  public mutating func set(_ setting: String, to value: String?, in profile: String) throws {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    let entry = value.map { "\(setting) = \(JSONValue.string($0).text())" }
    let start = lines.firstIndex { Self.isHeader($0, of: profile) }
    if let start {
      let end = lines[(start + 1)...].firstIndex { $0.drop { $0 == " " }.hasPrefix("[") } ?? lines.count
      let place = (start + 1..<end).first { Self.isEntry(lines[$0], of: setting) }
      switch (place, entry) {
      case (let place?, let entry?): lines[place] = entry
      case (let place?, nil): lines.remove(at: place)
      case (nil, let entry?):
        let last = (start..<end).last { !lines[$0].allSatisfy(\.isWhitespace) } ?? start
        lines.insert(entry, at: last + 1)
      case (nil, nil): return
      }
    } else if let entry {
      if lines.isEmpty, active == nil { lines += ["active = \(JSONValue.string(profile).text())"] }
      if !lines.isEmpty { lines.append("") }
      lines += ["[profiles.\(Self.quoted(profile))]", entry]
    } else {
      return
    }
    try write(lines.joined(separator: "\n") + "\n", expecting: value, of: setting, in: profile)
  }

  private mutating func write(
    _ text: String, expecting value: String?, of setting: String, in profile: String
  )
    throws
  {
    var changed = self
    try changed.read(text)
    // Lines were changed without being understood: a value of several lines would not have come out right.
    guard changed.profiles[profile]?[setting]?.asSetting == value else {
      throw Misconfiguration(
        "\(path): \(setting) of the profile \(profile) cannot be changed by itself",
        remedy: "Change it in an editor.")
    }
    try? FileManager.default.createDirectory(
      atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    if let problem = Self.replace(path, with: Array(text.utf8)) {
      throw Misconfiguration(
        "cannot write \(path): \(problem)", remedy: "Make it writable, or set PREFECT_PROFILES_PATH.")
    }
    self = changed
  }

  /// Writes a file that only this user may read, for a profile may have an API key; what the system says where it
  /// cannot. Whoever reads at the same time sees the old file or the new one.
  private static func replace(_ path: String, with bytes: [UInt8]) -> String? {
    let temporary = "\(path).\(UUID().uuidString.prefix(8)).tmp"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    guard file >= 0 else { return String(cString: strerror(errno)) }
    let isWritten = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, bytes.count) } == bytes.count
    let isClosed = close(file) == 0
    if isWritten, isClosed, rename(temporary, path) == 0 { return nil }
    let problem = String(cString: strerror(errno))
    unlink(temporary)
    return problem
  }

  private mutating func read(_ text: String) throws {
    let document = try TOMLReader.read(text, file: path)
    for key in document.keys where key != "active" && key != "profiles" {
      throw Misconfiguration("\(path): \(key) is unknown", remedy: "It may have active and [profiles.NAME].")
    }
    if let active = document["active"], active.string == nil {
      throw Misconfiguration("\(path): active is \(active.typeInWords), not the name of a profile")
    }
    let profiles = document["profiles"]?.object ?? [:]
    for (name, settings) in profiles {
      guard let settings = settings.object else {
        throw Misconfiguration("\(path): profiles.\(name) is no table")
      }
      for (setting, value) in settings where value.asSetting == nil {
        throw Misconfiguration("\(path): \(setting) of the profile \(name) is \(value.typeInWords)")
      }
    }
    self.text = text
    self.profiles = profiles
    active = document["active"]?.string
  }

  private static func isHeader(_ line: String, of profile: String) -> Bool {
    let line = line.trimmingCharacters(in: .whitespaces)
    guard line.hasPrefix("["), let document = try? TOMLReader.read(line, file: "") else { return false }
    return document["profiles"]?[profile] != nil
  }

  private static func isEntry(_ line: String, of setting: String) -> Bool {
    let key = line.prefix { $0 != "=" }.trimmingCharacters(in: .whitespaces)
    return line.contains("=") && (key == setting || key == "\"\(setting)\"" || key == "'\(setting)'")
  }

  private static func quoted(_ name: String) -> String {
    name.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil ? name : JSONValue.string(name).text()
  }
}

extension JSONValue {
  /// The value as the environment would have it; nil where it is null.
  var asSetting: String? {
    switch self {
    case .null: nil
    case .string(let text): text
    default: text()
    }
  }
}
