import Essentials
public import FlowKit
import FoundationEssentials

/// The files in which the store's own clients keep address and key: `~/.cdsapirc` (or what `CDSAPI_RC` names) and
/// `~/.ecmwfdatastoresrc` (or what `ECMWF_DATASTORES_RC_FILE` names). They make the block `cds`.
///
/// Lines `url: ...` and `key: ...`, parted at the first colon, as `cdsapi` reads them. What `CDSAPI_URL` and `CDSAPI_KEY`,
/// or `ECMWF_DATASTORES_URL` and `ECMWF_DATASTORES_KEY`, say wins over the file, one by one; a key in the environment
/// is the matter of ``CDSEnvironmentKey``. `verify: 0` is not followed: the key would go to whoever answers.
public struct CDSConfigurationFiles: BlockSource {
  struct Family {
    let path: String
    let url: String?
    let key: String?
  }

  let families: [Family]

  public init(environment: [String: String]) {
    let home = environment["HOME"] ?? ""
    func family(_ prefix: String, file: String, default path: String) -> Family {
      func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
      return Family(
        path: variable("\(prefix)_\(file)") ?? "\(home)/\(path)", url: variable("\(prefix)_URL"),
        key: variable("\(prefix)_KEY"))
    }
    families = [
      family("CDSAPI", file: "RC", default: ".cdsapirc"),
      family("ECMWF_DATASTORES", file: "RC_FILE", default: ".ecmwfdatastoresrc"),
    ]
  }

  public func find(type: any Block.Type, name: String) throws -> BlockValues? {
    guard type is CDSCredentials.Type, name == "cds" else { return nil }
    for family in families {
      let file = try Self.members(of: family.path)
      guard file.values["key"] != nil else { continue }
      var values = file.values
      if let url = family.url { values["url"] = .string(url) }
      return BlockValues(
        typeSlug: CDSCredentials.typeSlug, name: name, values: values, origin: family.path,
        remarks: file.remarks)
    }
    return nil
  }

  /// Address and key of a file, and what is to be said of it; empty where there is none.
  static func members(of path: String) throws -> (values: JSONObject, remarks: [String]) {
    guard FileManager.default.fileExists(atPath: path) else { return ([:], []) }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Misconfiguration("\(path) cannot be read", remedy: "Look at its permissions.")
    }
    var values = JSONObject()
    var remarks: [String] = []
    for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      let (member, value) = (trimmed(parts[0]), trimmed(parts[1]))
      switch member {
      case "url", "key": values[member] = .string(value)
      case "verify" where Int(value) == 0:
        remarks = [
          "\(path) says verify: \(value), which is not followed: the certificate of the Climate Data Store is always verified"
        ]
      default: continue
      }
    }
    return (values, remarks)
  }

  public func placesSearched(type: any Block.Type, name: String) -> [String] {
    guard type is CDSCredentials.Type, name == "cds" else { return [] }
    return families.map { "\($0.path) (no key there)" }
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
