import Climate
import Sandbox

extension Sandbox {
  /// The variables that make clients use the stand-ins.
  var environment: [String: String] {
    [
      "DHIS2_BASE_URL": dhis2URL, "DHIS2_USERNAME": dhis2Username, "DHIS2_PASSWORD": dhis2Password,
      "CDSAPI_URL": cdsURL, "CDSAPI_KEY": cdsKey, "GITHUB_API_URL": githubURL,
    ]
  }
}

extension SandboxOptions {
  /// Options for a sandbox in a process that reads NetCDF itself: both sides hold the same lock.
  init(sharingNetCDF: Void) {
    self.init()
    holdingNetCDF = { work in try NetCDFLibrary.exclusively { _ in try work() } }
  }
}
