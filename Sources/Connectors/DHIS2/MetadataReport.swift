import JSON

/// The answer to a metadata import. DHIS2 answers 409 for everything but full success, with the outer status always
/// WARNING: the inner status and the counts decide.
struct MetadataReport: Sendable {
  /// One refusal.
  struct Problem: Sendable, Hashable {
    /// `E5003` ...
    let code: String?
    let message: String
    /// The object that was to be written.
    let uid: String?
    /// The property that is wrong.
    let property: String?
  }

  let isOK: Bool
  let created: Int
  let updated: Int
  let deleted: Int
  let ignored: Int
  let errors: [Problem]
  /// Each refusal with its code: `E5003: Property shortName ... already exists`.
  let problems: [String]

  init(_ answer: JSONValue) {
    // Before 2.38, and on versioned paths up to 2.41, the report stands at the top level.
    let report = answer["response"] ?? answer
    let stats = report["stats"] ?? report["importCount"]
    func count(_ key: String) -> Int { stats?[key]?.integer ?? 0 }
    created = stats?["created"]?.integer ?? count("imported")
    updated = count("updated")
    deleted = count("deleted")
    ignored = count("ignored")
    func problems(_ report: JSONValue) -> [Problem] {
      (report["errorReports"]?.array ?? []).map { error in
        Problem(
          code: error["errorCode"]?.string, message: error["message"]?.string ?? "no message",
          uid: report["uid"]?.string, property: error["errorProperty"]?.string)
      }
    }
    errors =
      problems(report)
      + (report["typeReports"]?.array ?? []).flatMap { $0["objectReports"]?.array ?? [] }.flatMap(problems)
    // The answer about a single object has its status outside.
    let status = report["status"]?.string ?? answer["status"]?.string
    isOK = status == "OK" && ignored == 0 && errors.isEmpty
    let texts = errors.map { "\($0.code ?? "error"): \($0.message)" }
    self.problems = texts.isEmpty ? [answer["message"]?.string ?? "refused without a reason"] : texts
  }
}
