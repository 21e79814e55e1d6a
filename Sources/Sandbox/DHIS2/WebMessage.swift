internal import JSON

/// DHIS2's envelope for everything that is not an object (WebMessage).
enum WebMessage {
  private static let reasons = [
    200: "OK", 201: "Created", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 415: "Unsupported Media Type", 500: "Internal Server Error",
  ]

  static func reply(
    _ code: Int, _ message: String?, status: String? = nil, errorCode: String? = nil,
    response: JSONValue? = nil
  ) -> Reply {
    var body: JSONObject = [
      "httpStatus": .string(reasons[code] ?? "Error"), "httpStatusCode": .integer(code),
      "status": .string(status ?? (code < 300 ? "OK" : "ERROR")),
    ]
    body["message"] = message.map { .string($0) }
    body["errorCode"] = errorCode.map { .string($0) }
    body["response"] = response
    return .json(.object(body), status: code)
  }

  static func notFound(_ type: String, _ id: String) -> Reply {
    reply(404, "\(type) with id \(id) could not be found.", errorCode: "E1005")
  }

  static let accessDenied = reply(403, "Access is denied")
}
