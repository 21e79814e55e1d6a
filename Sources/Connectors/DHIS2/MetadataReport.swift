import JSON

/// The answer to a metadata import. DHIS2 answers 409 for everything but full success, with the outer status always
/// WARNING: the inner status and the counts decide.
struct MetadataReport {
  let isOK: Bool
  /// Each refusal with its code: `E5003: Property shortName ... already exists`.
  let problems: [String]

  init(_ answer: JSONValue) {
    // Before 2.38, and on versioned paths up to 2.41, the report stands at the top level.
    let report = answer["response"] ?? answer
    let ignored = report["stats"]?["ignored"]?.integer ?? 0
    isOK = report["status"]?.string == "OK" && ignored == 0
    let errors = (report["typeReports"]?.array ?? []).flatMap { $0["objectReports"]?.array ?? [] }
      .flatMap { $0["errorReports"]?.array ?? [] }
    let texts = errors.map {
      "\($0["errorCode"]?.string ?? "error"): \($0["message"]?.string ?? "no message")"
    }
    problems = texts.isEmpty ? [answer["message"]?.string ?? "refused without a reason"] : texts
  }
}
