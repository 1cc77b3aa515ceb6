/// The parts that several templates share.
extension PackageTemplate {
  /// Returns a manifest with a library of the environment, a program and tests.
  static func manifest(products: String) -> String {
    """
    // swift-tools-version: 6.2
    import PackageDescription

    let turnwise: [Target.Dependency] = [
      \(products)
    ]

    let package = Package(
      name: "{{package}}",
      products: [.executable(name: "{{package}}", targets: ["{{Type}}Program"])],
      dependencies: [.package(path: "{{turnwise}}")],
      targets: [
        .target(name: "{{Type}}", dependencies: turnwise),
        .executableTarget(name: "{{Type}}Program", dependencies: ["{{Type}}"] + turnwise),
        .testTarget(name: "{{Type}}Tests", dependencies: ["{{Type}}"] + turnwise),
      ])

    """
  }

  /// A program with the environment.
  static let program = """
    import Turnwise
    import TurnwiseCLI
    import {{Type}}

    // Estimators, shapers and policies of your own are added here:
    // main(environments: …, estimators: […], shapers: […], policies: […])
    await TurnwiseCLI.main(environments: [{{Type}}()])

    """

  /// Returns a README that describes the files and the commands.
  static func readme(subject: String) -> String {
    """
    # {{package}}

    An environment for [Turnwise]({{turnwise}}/README.md): \(subject).

    | file | content |
    | --- | --- |
    | `Sources/{{Type}}/{{Type}}.swift` | the rules: scenario, state, tools, judge, expert |
    | `Sources/{{Type}}Program/main.swift` | the program, in which the environment is named `{{id}}` |
    | `Tests/{{Type}}Tests/{{Type}}Tests.swift` | the laws that all environments keep, and an episode played by hand |

    ```bash
    {{commands}}
    ```

    """
  }
}
