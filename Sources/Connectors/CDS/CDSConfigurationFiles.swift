import Essentials
public import FlowKit
import FoundationEssentials

/// The files in which the store's own clients keep address and key: `~/.cdsapirc` (or what `CDSAPI_RC` names) and
/// `~/.ecmwfdatastoresrc` (or what `ECMWF_DATASTORES_RC_FILE` names). They make the block `cds`.
///
/// Lines `url: ...` and `key: ...`, parted at the first colon, as `cdsapi` reads them. An address in `CDSAPI_URL` or
/// `ECMWF_DATASTORES_URL` wins over the file's.
public struct CDSConfigurationFiles: BlockSource {
  private let files: [(path: String, url: String?)]

  public init(environment: [String: String]) {
    let home = environment["HOME"] ?? ""
    files = [
      (environment["CDSAPI_RC"] ?? "\(home)/.cdsapirc", environment["CDSAPI_URL"]),
      (
        environment["ECMWF_DATASTORES_RC_FILE"] ?? "\(home)/.ecmwfdatastoresrc",
        environment["ECMWF_DATASTORES_URL"]
      ),
    ]
  }

  public func find(type: any Block.Type, name: String) throws -> BlockValues? {
    guard type is CDSCredentials.Type, name == "cds" else { return nil }
    for (path, url) in files {
      guard FileManager.default.fileExists(atPath: path) else { continue }
      guard let data = FileManager.default.contents(atPath: path) else {
        throw Misconfiguration("\(path) cannot be read", remedy: "Look at its permissions.")
      }
      var values = JSONObject()
      for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let member = ["url": "url", "key": "key"][Self.trimmed(parts[0])] else {
          continue
        }
        values[member] = .string(Self.trimmed(parts[1]))
      }
      if let url, !url.isEmpty { values["url"] = .string(url) }
      guard values["key"] != nil else { continue }
      return BlockValues(typeSlug: CDSCredentials.typeSlug, name: name, values: values, origin: path)
    }
    return nil
  }

  public func placesSearched(type: any Block.Type, name: String) -> [String] {
    guard type is CDSCredentials.Type, name == "cds" else { return [] }
    return files.map { "\($0.path) (no key there)" }
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
