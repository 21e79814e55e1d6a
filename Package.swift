// swift-tools-version: 6.2
import PackageDescription

// Every target is held to the same rules; a warning is an error.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

// A process of the program starts for every run: without exported symbols, which nobody loads, and with packed
// relocations it does so with 5 MiB less memory. Unsafe are the flags to SwiftPM, which does not know them.
let lean: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
    ], .when(configuration: .release))
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies, swiftSettings: strict)
}

func benchmark(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Benchmarks/\(folder)", swiftSettings: strict,
    linkerSettings: lean)
}

func system(_ name: String, _ module: String, _ debian: String) -> Target {
  .systemLibrary(name: name, pkgConfig: module, providers: [.apt([debian])])
}

let package = Package(
  name: "sluice",
  products: [
    .executable(name: "sluice", targets: ["sluice"]),
    .library(name: "FlowKit", targets: ["FlowKit"]),
    .library(name: "FlowKitTesting", targets: ["FlowKitTesting"]),
    .library(name: "Flows", targets: ["Flows"]),
    .library(name: "Connectors", targets: ["Connectors"]),
    .library(name: "Climate", targets: ["Climate"]),
    .library(name: "Deployments", targets: ["Deployments", "PrefectClient"]),
    .library(name: "SluiceCLI", targets: ["SluiceCLI"]),
  ],
  // Exact versions: Package.resolved is not kept, and a build must not change by itself.
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
  ],
  // From the bottom up; ARCHITECTURE.md has the reasons, and a test holds the imports against its table.
  targets: [
    system("CCurl", "libcurl", "libcurl4-openssl-dev"),
    system("CZlib", "zlib", "zlib1g-dev"),
    // Without pkg-config, which would link the libraries: they are loaded when something of them is first wanted.
    .systemLibrary(name: "CNetCDF", providers: [.apt(["libnetcdf-dev"])]),
    .target(name: "CLibXML2"),
    // Without pkg-config, which would link the shared library: Connectors and Climate take the archive into the program.
    .systemLibrary(name: "CDeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CLinux"),

    library("Essentials", [logging]),
    library("JSON", ["Essentials", collections]),
    library("FlowKit", ["Essentials", "JSON"]),
    library("FlowKitTesting", ["Essentials", "FlowKit", "JSON"]),
    library("HTTP", ["CCurl", "Essentials"]),
    .target(
      name: "Connectors",
      dependencies: ["CDeflate", "CLibXML2", "CLinux", "CZlib", "Essentials", "FlowKit", "HTTP", "JSON"],
      swiftSettings: strict,
      linkerSettings: [.linkedLibrary(":libdeflate.a")]),
    .target(
      name: "Climate", dependencies: ["CDeflate", "CNetCDF", "CZlib", "Essentials", "JSON"],
      swiftSettings: strict,
      linkerSettings: [.linkedLibrary(":libdeflate.a")]),
    library("Flows", ["Climate", "Connectors", "FlowKit"]),
    library("PrefectAPI", ["Essentials", "JSON"]),
    library("PrefectClient", ["Essentials", "HTTP", "JSON", "PrefectAPI"]),
    library("Deployments", ["Essentials", "FlowKit", "JSON", "PrefectAPI", "PrefectClient", yams]),
    library(
      "Runner",
      ["Connectors", "Essentials", "FlowKit", "HTTP", "JSON", "PrefectAPI", "PrefectClient", yams]),
    library(
      "Worker",
      [
        "CLinux", "Essentials", "JSON", "PrefectAPI", "PrefectClient", hummingbird, logging, serviceLifecycle,
        unixSignals,
      ]),
    library("Sandbox", ["CNetCDF", "CZlib", "Essentials", "JSON", hummingbird, serviceLifecycle]),
    library(
      "SluiceCLI",
      [
        "Climate", "Connectors", "Deployments", "Essentials", "FlowKit", "HTTP", "JSON", "PrefectAPI",
        "PrefectClient", "Runner", "Sandbox", "Worker", argumentParser, unixSignals,
      ]),
    .executableTarget(
      name: "sluice", dependencies: ["Flows", "SluiceCLI"], swiftSettings: strict, linkerSettings: lean),

    .executableTarget(
      name: "deploy-example", dependencies: ["Deployments", "FlowKit", "PrefectClient"],
      path: "Examples/Deploy",
      swiftSettings: strict),

    benchmark("http-bench", "HTTPBench", ["Essentials", "HTTP"]),
    benchmark("dhis2-bench", "DHIS2Bench", ["Connectors", "Essentials", "HTTP"]),
    benchmark("task-bench", "TaskBench", ["FlowKit", "FlowKitTesting"]),
    benchmark("worker-bench", "WorkerBench", ["FlowKit", "SluiceCLI"]),

    tests("Essentials", ["Essentials"]),
    tests("JSON", ["JSON"]),
    tests("FlowKit", ["FlowKit", "FlowKitTesting"]),
    tests("HTTP", ["Essentials", "HTTP"]),
    tests(
      "Connectors", ["Connectors", "Essentials", "FlowKit", "FlowKitTesting", "HTTP", "JSON", "Sandbox"]),
    tests("Climate", ["Climate", "CNetCDF", "CZlib", "Essentials", "JSON"]),
    tests(
      "Flows", ["Climate", "Connectors", "FlowKit", "FlowKitTesting", "Flows", "HTTP", "Runner", "Sandbox"]),
    tests("PrefectAPI", ["Essentials", "JSON", "PrefectAPI"]),
    // What the tests on real Prefect servers have in common.
    .target(
      name: "PrefectTesting", dependencies: ["Essentials", "JSON", "PrefectAPI", "PrefectClient"],
      path: "Tests/PrefectTesting", swiftSettings: strict),
    tests(
      "PrefectClient",
      ["Essentials", "FlowKitTesting", "HTTP", "JSON", "PrefectAPI", "PrefectClient", "PrefectTesting"]),
    tests(
      "Deployments",
      [
        "Connectors", "Deployments", "Essentials", "FlowKit", "Flows", "JSON", "PrefectAPI", "PrefectClient",
        "PrefectTesting", "deploy-example",
      ]),
    // Flows that runs of the tests execute in processes of their own.
    .executableTarget(
      name: "runner-test-flows", dependencies: ["Essentials", "FlowKit", "JSON", "SluiceCLI"],
      path: "Tests/RunnerTestFlows",
      swiftSettings: strict),
    tests(
      "Runner",
      [
        "Connectors", "Essentials", "FlowKit", "FlowKitTesting", "HTTP", "JSON", "PrefectAPI",
        "PrefectClient", "PrefectTesting", "Runner", "runner-test-flows",
      ]),
    tests(
      "Worker",
      [
        "Essentials", "HTTP", "JSON", "PrefectAPI", "PrefectClient", "PrefectTesting", "Worker", "sluice",
        hummingbird, logging, serviceLifecycle,
      ]),
    tests("Sandbox", ["CNetCDF", "CZlib", "Essentials", "JSON", "Sandbox"]),
    tests(
      "SluiceCLI",
      [
        "Connectors", "Deployments", "Essentials", "FlowKit", "JSON", "PrefectAPI", "PrefectClient",
        "PrefectTesting", "Runner", "Sandbox", "SluiceCLI", "Worker", "sluice",
      ]),
    // The program on a real Prefect server, beside the real prefect command.
    tests(
      "Scenario",
      [
        "Essentials", "HTTP", "JSON", "PrefectAPI", "PrefectClient", "PrefectTesting", "runner-test-flows",
        "sluice",
      ]),
    tests("Architecture", []),
    tests("Containers", ["Essentials", "JSON", "sluice", yams]),
  ]
)
