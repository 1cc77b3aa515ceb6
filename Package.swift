// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// Unoptimised float loops are some 40 times slower: a debug build could not run the learning tests.
// Whole modules, because helpers of one vector are inlined across files; in two threads, because the
// debug build asks for an index file by source file.
let optimized = [
  "-O", "-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode",
]
let optimizedSettings = settings + [.unsafeFlags(optimized, .when(configuration: .debug))]

// The kernels are compiled at three levels from one source, and the processor's own is chosen when the
// program runs. Other targets keep to what every x86-64 can do.
#if arch(x86_64)
  let avx2: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
  let avx512: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v4"]), .define("WIDE")]
#else
  let avx2: [SwiftSetting] = []
  let avx512: [SwiftSetting] = []
#endif

// Sessions and toolboxes are generic: the modules that play an environment compile them for it.
let genericSettings =
  settings + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

/// A library target of this package, with the shared settings.
func library(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil,
  exclude: [String] = [], settings: [SwiftSetting] = settings
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings)
}

/// The tests of the target that `name` begins with; `golden` is the folder of what they compare with.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], golden: [String] = [],
  settings: [SwiftSetting] = settings
) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: golden, swiftSettings: settings)
}

// What `import Turnwise` brings. SwiftPM compiles a target anew when a module has changed that it names,
// not one that it has by way of another: who uses these must name them, or keeps code of old layouts.
let umbrella = [
  "TurnwiseTraining", "TurnwiseModel", "TurnwiseReport", "TurnwiseTrace", "TurnwiseCredit",
  "TurnwiseCore",
]
let umbrellaDependencies = umbrella.map { Target.Dependency(stringLiteral: $0) }

let package = Package(
  name: "turnwise",
  products: [
    .library(name: "Turnwise", targets: ["Turnwise", "TurnwiseCLI"] + umbrella),
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
    .systemLibrary(name: "CVector"),
    library("TurnwiseKernels", [], settings: optimizedSettings),
    library(
      "TurnwiseKernelsBaseline", ["TurnwiseKernels", "CVector"], settings: optimizedSettings),
    // The folders of the next two are links to that of the baseline.
    library(
      "TurnwiseKernelsAVX2", ["TurnwiseKernels", "CVector"], settings: optimizedSettings + avx2),
    library(
      "TurnwiseKernelsAVX512", ["TurnwiseKernels", "CVector"],
      settings: optimizedSettings + avx512),
    library(
      "TurnwiseNumerics",
      [
        "TurnwiseKernels", "TurnwiseKernelsBaseline", "TurnwiseKernelsAVX2",
        "TurnwiseKernelsAVX512", "CVector", "COpenBLAS",
      ], settings: optimizedSettings),
    library(
      "TurnwiseModel", ["TurnwiseNumerics", "TurnwiseKernels", "TurnwiseCore"],
      settings: optimizedSettings),
    library(
      "TurnwiseTraining", ["TurnwiseModel", "TurnwiseCredit", "TurnwiseTrace", "TurnwiseCore"]),
    library("Turnwise", umbrellaDependencies),
    library("TurnwiseCLI", ["Turnwise", "TurnwiseSandbox"] + umbrellaDependencies),
    library(
      "TurnwiseEnvironments", ["TurnwiseCore", "TurnwiseSandbox"], path: "environments",
      exclude: ["Shell/Examples", "Search/Examples"]),
    .executableTarget(
      name: "turnwise-tool",
      dependencies: ["TurnwiseCLI", "TurnwiseEnvironments"] + umbrellaDependencies,
      swiftSettings: settings),
    library("TurnwiseTestSupport", [], path: "Tests/TurnwiseTestSupport"),
    tests("TurnwiseCoreTests", ["TurnwiseCore"]),
    tests(
      "TurnwiseSandboxTests",
      ["TurnwiseSandbox", "TurnwiseReport", "TurnwiseCore", "TurnwiseTestSupport"]),
    tests(
      "TurnwiseTraceTests",
      ["TurnwiseTrace", "TurnwiseEnvironments", "TurnwiseCore", "TurnwiseTestSupport"],
      golden: ["Golden"]),
    tests("TurnwiseCreditTests", ["TurnwiseCredit", "TurnwiseCore"], golden: ["Golden"]),
    tests("TurnwiseReportTests", ["TurnwiseReport", "TurnwiseCore"]),
    tests(
      "TurnwiseNumericsTests", ["TurnwiseNumerics", "TurnwiseKernels"],
      settings: optimizedSettings),
    tests(
      "TurnwiseModelTests", ["TurnwiseModel", "TurnwiseNumerics", "TurnwiseCore"],
      golden: ["Parity"]),
    tests(
      "TurnwiseTrainingTests",
      ["TurnwiseTraining", "TurnwiseEnvironments", "TurnwiseCore", "TurnwiseTestSupport"],
      golden: ["Golden"]),
    tests(
      "TurnwiseEnvironmentsTests",
      ["TurnwiseEnvironments", "TurnwiseSandbox", "TurnwiseCore", "TurnwiseTestSupport"]),
    tests(
      "TurnwiseCLITests",
      ["TurnwiseCLI", "Turnwise", "TurnwiseEnvironments", "TurnwiseSandbox", "TurnwiseTestSupport"]
        + umbrellaDependencies,
      golden: ["Golden"]),
  ]
)
