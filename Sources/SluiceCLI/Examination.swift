import Climate
import Connectors
import FlowKit
import Foundation
import HTTP
import JSON
import Runner

/// What `sluice doctor` looks at.
struct Examination {
  /// What was found of one thing.
  struct Finding {
    let subject: String
    let text: String
    /// Nil where it is well.
    let problem: FailureKind?

    var mark: String { problem == nil ? "ok     " : "problem" }

    var json: JSONValue {
      [
        "subject": .string(subject), "ok": .bool(problem == nil), "text": .string(text),
        "kind": problem.map { .string($0.rawValue) } ?? .null,
      ]
    }
  }

  let blocks: BlockStore
  let folders: ProgramFolders
  let http: HTTPClient

  func run(dhis2: BlockReference<DHIS2Credentials>, cds: BlockReference<CDSCredentials>) async -> [Finding] {
    var findings = [Finding(subject: "libcurl", text: HTTPClient.libraryVersion, problem: nil)]
    findings += [await find("libnetcdf") { try ClimateFile.libraryVersion }]
    findings += [await find("libxml2") { try XMLLibrary.version }]
    findings += [await find("state folder") { try writable(folders.state) }]
    findings += [await find("cache folder") { try writable(folders.cache) }]
    findings += [
      await find("DHIS2 (\(dhis2.name))") {
        let server = DHIS2(try await blocks.load(dhis2), http: http)
        let (info, user) = (try await server.systemInfo(), try await server.currentUser())
        guard user.has("F_DATAVALUE_ADD") else {
          throw Misconfiguration(
            "user \(user.username) may not add data values (authority F_DATAVALUE_ADD)",
            remedy: "Give the user a role with it, or use the server for reading only.")
        }
        return "\(server.baseURL), version \(info.version), user \(user.username), calendar \(info.calendar)"
      }
    ]
    findings += [
      await find("Climate Data Store (\(cds.name))") {
        let store = CDS(try await blocks.load(cds), http: http)
        try await store.checkKey()
        let licences = try await store.acceptedLicences()
        guard !licences.isEmpty else {
          throw Misconfiguration(
            "the key is good, but no licence was accepted with this account",
            remedy:
              "Accept the licence of ERA5-Land at https://cds.climate.copernicus.eu/datasets/reanalysis-era5-land-monthly-means?tab=download#manage-licences."
          )
        }
        return "the key is good; licences accepted: \(licences.joined(separator: ", "))"
      }
    ]
    return findings
  }

  private func find(_ subject: String, _ look: () async throws -> String) async -> Finding {
    do { return Finding(subject: subject, text: try await look(), problem: nil) } catch {
      return Finding(subject: subject, text: Redaction.redact("\(error)"), problem: FailureKind(of: error))
    }
  }

  private func writable(_ folder: String) throws -> String {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let probe = "\(folder)/.probe-\(UUID().uuidString)"
      try Data("x".utf8).write(to: URL(filePath: probe))
      try FileManager.default.removeItem(atPath: probe)
      return folder
    } catch {
      throw Misconfiguration(
        "\(folder) cannot be written: \(error.systemReason)", remedy: "Set XDG_STATE_HOME and XDG_CACHE_HOME."
      )
    }
  }
}
