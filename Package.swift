// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// Without this the compiler keeps to the vectors that every x86-64 has: training is then 1.4 times and
// sampling 2 to 3 times slower. Set TURNWISE_PORTABLE to build on one machine what another is to run.
#if arch(x86_64)
  let machine = Context.environment["TURNWISE_PORTABLE"] == nil ? ["-Xcc", "-march=native"] : []
#else
  let machine: [String] = []
#endif

// Unoptimised float loops are some 40 times slower: a debug build could not run the learning tests.
// Whole modules, because helpers of one vector are inlined across files; in two threads, because the
// debug build asks for an index file by source file.
let optimized = [
  "-O", "-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode",
]
let optimizedSettings = settings + [.unsafeFlags(optimized, .when(configuration: .debug))]
let numericSettings = optimizedSettings + [.unsafeFlags(machine)]

// Sessions and toolboxes are generic: the modules that play an environment compile them for it.
let genericSettings =
  settings + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

/// A library target of this package, with the shared settings.
func library(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil,
  settings: [SwiftSetting] = settings
) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

/// The tests of the target that `name` begins with; `golden` is the folder of what they compare with.
func tests(_ name: String, _ dependencies: [Target.Dependency], golden: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: golden, swiftSettings: settings)
}

let package = Package(
  name: "turnwise",
  products: [
    .library(name: "Turnwise", targets: ["Turnwise", "TurnwiseCLI"]),
    .library(name: "TurnwiseSandbox", targets: ["TurnwiseSandbox"]),
    .library(name: "TurnwiseEnvironments", targets: ["TurnwiseEnvironments"]),
    .executable(name: "turnwise", targets: ["turnwise-tool"]),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    library("TurnwiseCore", [], settings: genericSettings),
    library("TurnwiseSandbox", ["TurnwiseCore"]),
    library("TurnwiseTrace", ["TurnwiseCore"]),
    library("TurnwiseCredit", ["TurnwiseCore"], settings: optimizedSettings),
    library("TurnwiseReport", ["TurnwiseCore"]),
    library("TurnwiseNumerics", ["COpenBLAS"], settings: numericSettings),
    library("TurnwiseModel", ["TurnwiseNumerics", "TurnwiseCore"], settings: numericSettings),
    library(
      "TurnwiseTraining", ["TurnwiseModel", "TurnwiseCredit", "TurnwiseTrace", "TurnwiseCore"]),
    library(
      "Turnwise",
      [
        "TurnwiseTraining", "TurnwiseModel", "TurnwiseReport", "TurnwiseTrace", "TurnwiseCredit",
        "TurnwiseCore",
      ]),
    library("TurnwiseCLI", ["Turnwise"]),
    library("TurnwiseEnvironments", ["TurnwiseCore", "TurnwiseSandbox"], path: "environments"),
    .executableTarget(
      name: "turnwise-tool", dependencies: ["TurnwiseCLI", "TurnwiseEnvironments"],
      swiftSettings: settings),
    tests("TurnwiseCoreTests", ["TurnwiseCore"]),
    tests("TurnwiseSandboxTests", ["TurnwiseSandbox", "TurnwiseCore"]),
    tests(
      "TurnwiseTraceTests", ["TurnwiseTrace", "TurnwiseEnvironments", "TurnwiseCore"],
      golden: ["Golden"]),
    tests("TurnwiseCreditTests", ["TurnwiseCredit", "TurnwiseCore"], golden: ["Golden"]),
    tests("TurnwiseReportTests", ["TurnwiseReport"]),
    tests("TurnwiseNumericsTests", ["TurnwiseNumerics"]),
    tests(
      "TurnwiseModelTests", ["TurnwiseModel", "TurnwiseNumerics", "TurnwiseCore"],
      golden: ["Parity"]),
    tests("TurnwiseTrainingTests", ["TurnwiseTraining", "TurnwiseEnvironments", "TurnwiseCore"]),
    tests(
      "TurnwiseEnvironmentsTests", ["TurnwiseEnvironments", "TurnwiseSandbox", "TurnwiseCore"]),
    tests(
      "TurnwiseCLITests", ["TurnwiseCLI", "Turnwise", "TurnwiseEnvironments"], golden: ["Golden"]),
  ]
)
