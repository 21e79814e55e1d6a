import Essentials
import PrefectClient
import Worker

/// The settings of a health server, by Prefect's names.
struct HealthServerSettings {
  let host: String
  let port: String

  /// Of `sluice serve`.
  static let runner = HealthServerSettings(
    host: "PREFECT_RUNNER_SERVER_HOST", port: "PREFECT_RUNNER_SERVER_PORT")
  /// Of `sluice worker start`.
  static let worker = HealthServerSettings(
    host: "PREFECT_WORKER_WEBSERVER_HOST", port: "PREFECT_WORKER_WEBSERVER_PORT")

  /// Where the server listens; by default at localhost:8080.
  func address(_ settings: PrefectSettings) throws -> HealthServer.Address {
    let number = try settings.number(port) ?? 8080
    guard let place = Int(exactly: number), (0...65535).contains(place) else {
      throw Misconfiguration("\(port) is \(number), which is no port")
    }
    return HealthServer.Address(host: settings[host] ?? "localhost", port: place)
  }

  /// Where a health server of this machine may be asked, without its being known whether that is a worker's or the one
  /// of served flows: as the settings have it, of both where both are set.
  static func addresses(_ settings: PrefectSettings, port: Int? = nil) throws -> [HealthServer.Address] {
    let all = [runner, worker]
    let set = all.filter { settings[$0.host] != nil || settings[$0.port] != nil }
    var addresses: [HealthServer.Address] = []
    for names in set.isEmpty ? all : set {
      // With a port of its own the command does not mind what the settings say of theirs.
      var address =
        try port.map { HealthServer.Address(host: settings[names.host] ?? "localhost", port: $0) }
        ?? names.address(settings)
      // One that listens on every address is asked at this machine's own.
      if ["0.0.0.0", "::", ""].contains(address.host) { address.host = "localhost" }
      if !addresses.contains(address) { addresses.append(address) }
    }
    return addresses
  }
}
