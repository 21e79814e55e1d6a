internal import FoundationEssentials
internal import JSON

extension DHIS2Service {
  func json(_ call: Call) throws -> JSONValue {
    do {
      return try JSONValue(parsing: call.body)
    } catch {
      throw Refusal(reply: WebMessage.reply(version < .v2_43 ? 409 : 400, "\(error)"))
    }
  }

  private func importer(_ user: DHIS2User) -> MetadataImport {
    // What imports know of metadata is stale from here on.
    forgetDerived()
    let held = values
    return MetadataImport(user: user, now: clock(), holdsData: { _, id in held.holds(id) })
  }

  /// `POST /api/metadata`.
  func importMetadata(_ call: Call, _ user: DHIS2User) throws -> Reply {
    guard let bundle = try json(call).object else {
      return WebMessage.reply(409, "A metadata bundle is a JSON object")
    }
    var importer = importer(user)
    func word(_ name: String, _ allowed: [String]) throws -> String {
      guard let given = call.parameter(name) else { return allowed[0] }
      guard allowed.contains(given.uppercased()) else {
        throw Refusal(
          reply: WebMessage.reply(400, "Value '\(given)' is not valid for parameter \(name): \(allowed)"))
      }
      return given.uppercased()
    }
    importer.commits = try word("importMode", ["COMMIT", "VALIDATE"]) == "COMMIT"
    importer.strategy = try word("importStrategy", ["CREATE_AND_UPDATE", "CREATE", "UPDATE", "DELETE"])
    importer.isAtomic = try word("atomicMode", ["ALL", "NONE"]) == "ALL"
    importer.reportsAll = try word("importReportMode", ["ERRORS", "FULL", "DEBUG"]) != "ERRORS"
    importer.skipSharing = call.flag("skipSharing")
    let (report, isFine) = importer.run(bundle, &store)
    if call.flag("async") {
      return tasks.start(
        "METADATA_IMPORT", name: "metadataImport", user: user, now: clock(), base: base,
        end: call.mishap == .lostSummary ? .lost : .done(report))
    }
    // The API of up to 2.41 has another form under the numbers up to 37: the report alone.
    if version < .v2_42, let number = call.segments(after: "/dhis2/api")?.first.flatMap({ Int($0) }),
      number < 38
    {
      return .json(report, status: isFine ? 200 : 409)
    }
    if isFine { return WebMessage.reply(200, nil, response: report) }
    // Whatever went wrong, outside it is a warning.
    return WebMessage.reply(
      409, "One or more errors occurred, please see full details in import report.", status: "WARNING",
      response: report)
  }

  /// `POST /api/{type}`.
  func create(_ call: Call, _ type: MetadataType, _ user: DHIS2User) throws -> Reply {
    var importer = importer(user)
    importer.strategy = "CREATE"
    let (id, errors) = importer.write(try json(call), type, &store)
    return objectReport(errors.isEmpty ? 201 : 409, type, id, errors)
  }

  /// `PUT`, `PATCH` and `DELETE /api/{type}/{id}`.
  func change(_ call: Call, _ type: MetadataType, _ object: JSONObject, _ id: String, _ user: DHIS2User)
    throws -> Reply
  {
    var importer = importer(user)
    switch call.method {
    case "PUT":
      importer.strategy = "UPDATE"
      importer.skipSharing = call.flag("skipSharing")
      guard var body = try json(call).object else {
        return WebMessage.reply(409, "An object is a JSON object")
      }
      body["id"] = .string(id)
      let (_, errors) = importer.write(.object(body), type, &store)
      return objectReport(errors.isEmpty ? 200 : 409, type, id, errors)
    case "PATCH":
      guard call.header("content-type")?.hasPrefix("application/json-patch+json") == true else {
        return WebMessage.reply(415, "Content-Type '\(call.header("content-type") ?? "")' is not supported")
      }
      importer.strategy = "UPDATE"
      let patched = try JSONPatch(try json(call)).apply(to: object)
      let (_, errors) = importer.write(.object(patched), type, &store)
      return objectReport(errors.isEmpty ? 200 : 409, type, id, errors)
    case "DELETE":
      guard MetadataAccess(user: user, type: type, object: object).canUpdate else {
        return WebMessage.accessDenied
      }
      guard !values.holds(id) else {
        return WebMessage.reply(
          409, "Object could not be deleted because it is associated with another object: DataValue",
          errorCode: "E4030")
      }
      store[type, id] = nil
      return objectReport(200, type, id, [])
    default: return WebMessage.reply(405, "Request method '\(call.method)' is not supported")
    }
  }

  private func objectReport(_ status: Int, _ type: MetadataType, _ id: String, _ errors: [MetadataError])
    -> Reply
  {
    var report = JSONObject()
    report["responseType"] = errors.isEmpty ? "ObjectReport" : "ErrorReports"
    report["klass"] = .string(type.klass)
    report["uid"] = .string(id)
    report["errorReports"] = .array(errors.map(\.json))
    return WebMessage.reply(
      status, errors.isEmpty ? nil : "One or more errors occurred, please see full details in import report.",
      status: errors.isEmpty ? "OK" : "WARNING", response: .object(report))
  }
}
