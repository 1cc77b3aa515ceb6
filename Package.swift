// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// Unoptimised float loops are some 40 times slower: a debug build could not run the learning tests.
let numericSettings =
  settings + [
    .unsafeFlags(
      ["-O", "-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode"],
      .when(configuration: .debug))
  ]

/// A library target of this package, with the shared settings.
func library(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil,
  settings: [SwiftSetting] = settings
) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

/// The tests of the target that `name` begins with.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
  name: "turnwise",
  products: [
    .library(name: "TurnwiseCore", targets: ["TurnwiseCore"])
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    library("TurnwiseCore", []),
    library("TurnwiseSandbox", ["TurnwiseCore"]),
    library("TurnwiseTrace", ["TurnwiseCore"]),
    library("TurnwiseCredit", ["TurnwiseCore"]),
    library("TurnwiseNumerics", ["COpenBLAS"], settings: numericSettings),
    library("TurnwiseModel", ["TurnwiseNumerics", "TurnwiseCore"], settings: numericSettings),
    tests("TurnwiseNumericsTests", ["TurnwiseNumerics"]),
    tests("TurnwiseModelTests", ["TurnwiseModel", "TurnwiseNumerics"]),
  ]
)
