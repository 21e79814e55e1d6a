import Connectors
import FlowKit

/// The files that org units are written to, one unit after another.
final class OrgUnitExport: Sendable {
  private let depth: Int
  private let columns: [String]
  private let files: [(format: OrgUnitFormat, writer: LocationWriter)]
  private let counter = Counter()

  /// Opens the files. Nothing of them is seen before ``finish()``.
  init(_ run: FlowRun, folder: Location?, formats: [OrgUnitFormat], depth: Int) async throws {
    self.depth = depth
    columns = OrgUnitRow.columns(depth: depth)
    var files: [(format: OrgUnitFormat, writer: LocationWriter)] = []
    if let folder {
      for format in formats {
        do {
          files.append((format, try await run.writer(to: folder.appending("org_units.\(format.rawValue)"))))
        } catch {
          for file in files { await file.writer.abandon() }
          throw error
        }
      }
    }
    self.files = files
    for file in files {
      switch file.format {
      case .csv: try await file.writer.write(OrgUnitRow.csv(columns.map { .string($0) }))
      case .json: try await file.writer.write("[")
      case .geojson: try await file.writer.write("{\"type\":\"FeatureCollection\",\"features\":[")
      }
    }
  }

  func write(_ unit: OrgUnit, above: [String?], geometryType: String?) async throws {
    guard !files.isEmpty else { return }
    guard unit.level <= depth else {
      throw Rejection(
        "org unit \(unit.id) is on level \(unit.level), where the tree had \(depth) levels a moment ago",
        remedy: "The tree was changed in the meantime; run again.")
    }
    let values = OrgUnitRow.values(unit, above: above, geometryType: geometryType, depth: depth)
    let comma = await counter.next() == 0 ? "\n" : ",\n"
    for file in files {
      switch file.format {
      case .csv: try await file.writer.write(OrgUnitRow.csv(values))
      case .json: try await file.writer.write(comma + document(values).text())
      case .geojson:
        var bytes = Array(
          "\(comma){\"type\":\"Feature\",\"id\":\(JSONValue.string(unit.id).text()),\"geometry\":".utf8)
        bytes += unit.geometry ?? Array("null".utf8)
        bytes += Array(",\"properties\":\(document(values).text())}".utf8)
        try await file.writer.write(bytes)
      }
    }
  }

  /// Makes the files seen, whole, and says where they are.
  func finish() async throws -> [Location] {
    for file in files {
      switch file.format {
      case .csv: break
      case .json: try await file.writer.write("\n]\n")
      case .geojson: try await file.writer.write("\n]}\n")
      }
      try await file.writer.finish()
    }
    return files.map(\.writer.location)
  }

  func abandon() async { for file in files { await file.writer.abandon() } }

  private func document(_ values: [JSONValue]) -> JSONValue {
    .object(JSONObject(zip(columns, values).map { (key: $0, value: $1) }))
  }

  private actor Counter {
    private var count = 0
    func next() -> Int {
      defer { count += 1 }
      return count
    }
  }
}
