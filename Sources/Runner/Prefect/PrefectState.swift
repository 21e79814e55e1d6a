import Essentials
public import FlowKit
import Foundation
import HTTP
import JSON
import PrefectAPI
public import PrefectClient
import Synchronization

/// State of flows as variables of a Prefect server, so that it does not matter on which machine the next run is:
/// watermarks, ids of jobs, and the variables that people set. Results of tasks, which may be large, stay in files.
///
/// A write while the API is away is kept and made when it is back; see ``settle()``.
public final class PrefectState: StateStore {
  private let client: PrefectClient
  private let files: any StateStore
  /// Writes that have not arrived; nil removes.
  private let pending = Mutex<[String: [UInt8]?]>([:])

  public init(_ client: PrefectClient, files: any StateStore) {
    self.client = client
    self.files = files
  }

  public func read(_ key: String) async throws -> [UInt8]? {
    guard let name = VariableName(key) else { return try await files.read(key) }
    if let waiting = pending.withLock({ $0[key] }) { return waiting }
    guard let value = try await client.variable(name.text)?.value else { return nil }
    return try VariableValue.bytes(value, key)
  }

  public func write(_ key: String, _ bytes: [UInt8]?) async throws {
    guard let name = VariableName(key) else { return try await files.write(key, bytes) }
    let value = try bytes.map { try VariableValue.value($0, key) }
    do {
      try await set(name.text, value)
      pending.withLock { $0[key] = nil }
    } catch  where FailureKind(of: error) == .transient {
      pending.withLock { $0[key] = .some(bytes) }
    }
  }

  /// Makes the writes that are still to be made.
  ///
  /// - Throws: the failure of the first that cannot be made.
  public func settle() async throws {
    for (key, bytes) in pending.withLock({ $0 }) {
      guard let name = VariableName(key) else { continue }
      try await set(name.text, try bytes.map { try VariableValue.value($0, key) })
      pending.withLock { if $0[key] == .some(bytes) { $0[key] = nil } }
    }
  }

  private func set(_ name: String, _ value: JSONValue?) async throws {
    guard let value else {
      do { try await client.deleteVariable(name) } catch let failure as PrefectFailure
        where failure.isNotFound
      {}
      return
    }
    do { try await client.updateVariable(name, Prefect.VariableUpdate(value: value)) } catch let failure
      as PrefectFailure where failure.isNotFound
    {
      do { _ = try await client.createVariable(Prefect.VariableCreate(name: name, value: value)) } catch let
        failure
        as PrefectFailure where failure.isConflict
      {
        // Another run was faster.
        try await client.updateVariable(name, Prefect.VariableUpdate(value: value))
      }
    }
  }
}

/// The variable that keeps what stands under a key. Prefect's names have small letters, digits, dashes and underscores,
/// and no more than 255 of them.
struct VariableName: Equatable {
  let text: String

  /// Nil where the key is kept in files.
  init?(_ key: String) {
    guard !key.hasPrefix("results/") else { return nil }
    // What people set goes by the name they know.
    if key.hasPrefix("variables/"), let name = key.wholeMatch(of: /variables\/([a-z0-9_-]{1,255})/) {
      text = String(name.1)
      return
    }
    let readable = String(
      key.lowercased().map { letter in
        letter.isASCII && (letter.isLetter || letter.isNumber || letter == "-" || letter == "_")
          ? letter : "_"
      })
    // The hash keeps apart what became alike, and makes room where the key is long.
    text = "sluice_\(readable.prefix(200))_\(SHA256.hexadecimal(Array(key.utf8)).prefix(12))"
  }
}

/// Bytes as the JSON value of a variable, and back. Prefect takes 5,000 bytes.
enum VariableValue {
  static let limit = 5000

  static func value(_ bytes: [UInt8], _ key: String) throws -> JSONValue {
    let value = (try? JSONValue(parsing: bytes)) ?? ["base64": .string(Data(bytes).base64EncodedString())]
    guard value.bytes().count <= limit else {
      throw Fault(
        "the state \(key) has \(bytes.count) bytes, and a variable of Prefect takes \(limit)",
        remedy: "Keep large values in files or object storage, and their place here.")
    }
    return value
  }

  static func bytes(_ value: JSONValue, _ key: String) throws -> [UInt8] {
    guard value.object?.count == 1, let text = value["base64"]?.string, let data = Data(base64Encoded: text)
    else {
      return value.bytes()
    }
    return Array(data)
  }
}
