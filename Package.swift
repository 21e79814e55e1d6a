// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "sluice",
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .target(name: "Essentials", dependencies: [logging], swiftSettings: strict),
    .target(name: "JSON", dependencies: ["Essentials", collections], swiftSettings: strict),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "HTTP", dependencies: ["CCurl", "Essentials"], swiftSettings: strict),
    .target(name: "Connectors", dependencies: ["Essentials", "FlowKit", "HTTP", "JSON"], swiftSettings: strict),
    .target(name: "FlowKit", dependencies: ["Essentials", "JSON"], swiftSettings: strict),
    .target(
      name: "Runner", dependencies: ["Essentials", "FlowKit", "JSON", yams], swiftSettings: strict),
    .testTarget(name: "EssentialsTests", dependencies: ["Essentials"], swiftSettings: strict),
    .target(name: "FlowKitTesting", dependencies: ["Essentials", "FlowKit", "JSON"], swiftSettings: strict),
    .testTarget(name: "FlowKitTests", dependencies: ["Essentials", "FlowKit", "FlowKitTesting", "JSON"], swiftSettings: strict),
    .testTarget(name: "HTTPTests", dependencies: ["Essentials", "HTTP"], swiftSettings: strict),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
  ]
)
