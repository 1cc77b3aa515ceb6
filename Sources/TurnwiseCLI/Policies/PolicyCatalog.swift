internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// The policies that the command line can name.
struct PolicyCatalog: Sendable {
  /// The sources of policies, in the order in which they are listed.
  let sources: [any PolicySource]

  /// Collects the built-in policies and those of the user.
  ///
  /// Names must be unique; otherwise the program stops with a message that names `file` and `line`.
  init(_ own: [any Policy], file: StaticString, line: UInt) {
    let builtIn: [any PolicySource] = [
      ExpertSource(),
      RegisteredPolicy(policy: NullPolicy(), summary: "does nothing in every turn"),
      RegisteredPolicy(
        policy: RandomPolicy(), summary: "a random one of the offered actions, or a random call"),
      HumanSource(), RunPolicySource(), ReplaySource(),
    ]
    sources =
      builtIn + own.map { RegisteredPolicy(policy: $0, summary: "a policy of this program") }
    var known: Set<String> = []
    for name in sources.map(\.name) {
      require(
        known.insert(name).inserted,
        "Two policies are called '\(name)'; give one of them another name.", file: file, line: line)
    }
  }

  /// The names as they are typed, such as `run:FOLDER`.
  var spellings: [String] { sources.map { $0.name + ($0.argument.map { ":" + $0 } ?? "") } }

  /// Creates the policy that a text names.
  ///
  /// - Throws: A ``UsageError``, or an error of reading the policy.
  func player<E: Environment>(
    _ text: String, in environment: E, _ use: PolicyUse
  ) throws -> Player {
    let (source, argument) = try source(text)
    return try source.player(argument, in: environment, use)
  }

  /// Returns the name of the policy without its folders, for the name of a run's folder.
  func shortName(_ text: String) -> String {
    let path = text.split(separator: ":", maxSplits: 1).last.map(String.init) ?? text
    return text.contains("/") ? URL(filePath: path).lastPathComponent : text
  }

  private func source(_ text: String) throws -> (any PolicySource, argument: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    if let source = sources.first(where: { $0.name == parts[0] }) {
      let argument = parts.dropFirst().first ?? ""
      if let needed = source.argument, argument.isEmpty {
        throw UsageError.badValue(
          flag: "policy", text: text, expected: "\(source.name):\(needed)")
      }
      if source.argument == nil, !argument.isEmpty,
        try source.settings.map({ try Parameters.settings(of: $0).isEmpty }) ?? true
      {
        throw UsageError.conflict("the policy '\(source.name)' has no options")
      }
      return (source, argument)
    }
    if text.contains("/") { try Sandbox.requireHidden(text) }
    let layout = TraceLayout(URL(filePath: text, directoryHint: .isDirectory))
    guard FileManager.default.fileExists(atPath: layout.run.path) else {
      throw UsageError.unknownPolicy(text, known: spellings)
    }
    return (RunPolicySource(), text)
  }

  /// Sets options of the form `name=value,name=value`.
  ///
  /// - Throws: A ``UsageError``.
  static func setting<T: Codable>(_ text: String, of value: T) throws -> T {
    do {
      return try Parameters.setting(
        try text.split(separator: ",").map { try Parameters.assignment($0) }, of: value)
    } catch let problem as Parameters.Problem {
      throw UsageError.badParameter(problem)
    }
  }
}
