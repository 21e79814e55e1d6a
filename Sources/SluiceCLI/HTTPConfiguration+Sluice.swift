import HTTP

extension HTTPConfiguration {
  /// How this program presents itself.
  static var sluice: HTTPConfiguration {
    var configuration = HTTPConfiguration()
    configuration.userAgent = "sluice/\(SluiceProgram.version)"
    return configuration
  }
}
