internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// A kind of policy that the command line can name, such as `run:FOLDER`.
protocol PolicySource: Sendable {
  /// The word before the colon.
  var name: String { get }
  /// The name of the required argument after the colon, such as `FOLDER`; nil if none is required.
  var argument: String? { get }
  /// What the policy does, in one line without a full stop.
  var summary: String { get }
  /// The value whose options can follow the colon; nil if there are none.
  var settings: (any Encodable)? { get }

  /// Creates the policy, or the expert, for an environment.
  ///
  /// - Parameters:
  ///   - argument: The text after the colon; empty if there is none.
  ///   - environment: The environment to play.
  ///   - use: How the policy is used.
  /// - Returns: The player.
  /// - Throws: A ``UsageError``, or an error that names the file that cannot be read.
  func player<E: Environment>(
    _ argument: String, in environment: E, _ use: PolicyUse
  ) throws -> Player
}

extension PolicySource {
  var argument: String? { nil }
  var settings: (any Encodable)? { nil }
}

/// How a command uses a policy.
struct PolicyUse: Sendable {
  /// Whether the policy takes the most likely tokens instead of sampling.
  var isGreedy = false
  /// The most threads.
  var workers: Int
  /// The output folder of the command, if it is given; a policy is not read from it.
  var out: String?
  /// The console for warnings.
  var console: Console
}

extension PolicyUse {
  /// Reads the options that all commands with a policy share.
  ///
  /// - Throws: A ``UsageError``.
  init(_ invocation: Invocation, _ console: Console) throws {
    self.init(
      isGreedy: invocation.has(.greedy), workers: try invocation.workers(),
      out: invocation.text(.out), console: console)
  }
}

/// The environment's scripted expert.
struct ExpertSource: PolicySource {
  let name = "expert"
  let summary = "the environment's scripted expert; habit skips looking, slip errs"
  var settings: (any Encodable)? { ExpertNoise.none }

  func player<E: Environment>(
    _ argument: String, in environment: E, _ use: PolicyUse
  ) throws -> Player {
    .expert(try PolicyCatalog.setting(argument, of: ExpertNoise.none))
  }
}

/// A policy that is a value in the program: a built-in one or the user's own.
struct RegisteredPolicy: PolicySource {
  let policy: any Policy
  let summary: String

  var name: String { policy.name }
  var settings: (any Encodable)? { policy as? any Policy & Codable }

  func player<E: Environment>(
    _ argument: String, in environment: E, _ use: PolicyUse
  ) throws -> Player {
    guard !argument.isEmpty, let policy = policy as? any Policy & Codable else {
      return .policy(policy)
    }
    return .policy(try PolicyCatalog.setting(argument, of: policy))
  }
}

/// The trained policy of a run.
struct RunPolicySource: PolicySource {
  let name = "run"
  let argument: String? = "FOLDER"
  let summary = "the policy that a run has trained; the folder alone means the same"

  func player<E: Environment>(
    _ argument: String, in environment: E, _ use: PolicyUse
  ) throws -> Player {
    var policy = try TrainedPolicy.state(
      in: argument, for: environment, writingTo: use.out, use.console
    ).policy.sampling(temperature: use.isGreedy ? 0 : 1, workers: use.workers)
    policy.name = "\(name):\(argument)"
    return .policy(policy)
  }
}

/// The recorded actions of a run.
struct ReplaySource: PolicySource {
  let name = "replay"
  let argument: String? = "FOLDER#EPISODE"
  let summary =
    "the recorded actions of an episode; without a number, of the episode of the same name"

  func player<E: Environment>(
    _ argument: String, in environment: E, _ use: PolicyUse
  ) throws -> Player {
    let parts = argument.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let path = String(parts[0])
    try Sandbox.requireHidden(path)
    let run = try Run(opening: URL(filePath: path, directoryHint: .isDirectory))
    try run.requirePlayed(in: environment)
    try TrainedPolicy.requireKept(path, writingTo: use.out)
    guard parts.count > 1 else {
      return .policy(try ReplayPolicy(run, name: "\(name):\(argument)"))
    }
    guard let number = Int(parts[1]), number > 0 else {
      throw UsageError.badValue(
        flag: "policy", text: "\(name):\(argument)",
        expected: "the number of an episode after '#', as \(Program.name) show counts them")
    }
    guard let policy = try ReplayPolicy(run, episode: number, name: "\(name):\(argument)") else {
      throw UsageError.badValue(
        flag: "policy", text: "\(name):\(argument)",
        expected: "the number of an episode that the run has")
    }
    return .policy(policy)
  }
}
