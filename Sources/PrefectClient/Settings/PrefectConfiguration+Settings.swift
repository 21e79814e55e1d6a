import Essentials
import HTTP
import JSON

extension PrefectConfiguration {
  /// The API that the settings name.
  ///
  /// - Throws: a `Misconfiguration` that names every place where the address was looked for, or the setting that is
  ///   not as it must be.
  public init(_ settings: PrefectSettings) throws {
    guard let url = settings.setting("PREFECT_API_URL") else {
      throw Misconfiguration(
        "PREFECT_API_URL is not set: looked in \(settings.placesInWords)",
        remedy:
          "Set it to the address of the server's API, http://localhost:4200/api for one on this machine.")
    }
    guard url.value.hasPrefix("http://") || url.value.hasPrefix("https://") else {
      throw settings.fault(url, "does not begin with http:// or https://")
    }
    self.init(apiURL: url.value)
    if let auth = settings["PREFECT_API_AUTH_STRING"] {
      authentication = Self.basic(Secret(auth))
      authenticationSetting = "PREFECT_API_AUTH_STRING"
    } else if let key = settings["PREFECT_API_KEY"] {
      authentication = .bearer(Secret(key))
      authenticationSetting = "PREFECT_API_KEY"
    }
    try readHeaders(settings)
    uiURL = settings["PREFECT_UI_URL"] ?? uiURL
    supportsCSRF = try settings.bool("PREFECT_CLIENT_CSRF_SUPPORT_ENABLED") ?? true
    maxRetries = try settings.number("PREFECT_CLIENT_MAX_RETRIES").map { Int($0) } ?? maxRetries
    retryJitter = try settings.number("PREFECT_CLIENT_RETRY_JITTER_FACTOR") ?? retryJitter
    timeout = try settings.number("PREFECT_API_REQUEST_TIMEOUT").map { .seconds($0) } ?? timeout
    certificateAuthorities = settings["PREFECT_API_SSL_CERT_FILE"]
    if let codes = settings.setting("PREFECT_CLIENT_RETRY_EXTRA_CODES") {
      extraRetryStatuses = Set(
        try codes.value.split { !$0.isNumber }.map {
          guard let status = Int($0), (100...599).contains(status) else {
            throw settings.fault(codes, "is no list of statuses such as 404,500")
          }
          return status
        })
    }
    if try settings.bool("PREFECT_API_TLS_INSECURE_SKIP_VERIFY") == true {
      throw Misconfiguration(
        "PREFECT_API_TLS_INSECURE_SKIP_VERIFY is true, and this program always verifies",
        remedy: "Name the authority that signed the server's certificate in PREFECT_API_SSL_CERT_FILE.")
    }
  }

  private mutating func readHeaders(_ settings: PrefectSettings) throws {
    guard let setting = settings.setting("PREFECT_CLIENT_CUSTOM_HEADERS") else { return }
    guard let headers = (try? JSONValue(parsing: setting.value))?.object else {
      // Without the value, which may have a secret in it.
      throw Misconfiguration("PREFECT_CLIENT_CUSTOM_HEADERS in \(setting.source) is no JSON object of texts")
    }
    for (name, value) in headers {
      guard let value = value.asSetting else { continue }
      switch name.lowercased() {
      case "user-agent", "prefect-csrf-token", "prefect-csrf-client": continue
      case "authorization":
        authentication = .header(name: name, value: Secret(value))
        authenticationSetting = "PREFECT_CLIENT_CUSTOM_HEADERS"
      default:
        // What a proxy wants is a secret as a rule; what is short (true, a language) would mask half of every line.
        if value.utf8.count >= 12 { Redaction.register(value) }
        customHeaders.add(name, value)
      }
    }
  }
}
