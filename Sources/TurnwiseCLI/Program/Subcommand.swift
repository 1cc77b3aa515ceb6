internal import Foundation
internal import Turnwise

/// A command of the command line, with its flags, help and work.
protocol Subcommand: Sendable {
  var name: String { get }
  /// The purpose of the command, in one line without a full stop.
  var summary: String { get }
  /// The operand as usage lines show it, such as `ENV`.
  var operand: String? { get }
  /// Command lines that can be run as they are.
  var examples: [String] { get }
  var flags: [Flag] { get }
  /// Whether the command computes, so that it needs the requested kernels.
  var needsKernels: Bool { get }

  /// Runs the command.
  ///
  /// - Throws: Any error; `Words` has its message and status.
  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus
}

extension Subcommand {
  var operand: String? { nil }
  var needsKernels: Bool { true }
}

/// The context in which a subcommand runs.
struct Context: Sendable {
  var catalog: Catalog
  var console: Console

  /// Finds the environment that a command line names, and prints warnings about its tasks.
  ///
  /// - Throws: A ``UsageError``, or an `InputError` of the tasks.
  func environment(of invocation: Invocation) throws -> any Environment {
    let environment = try catalog.environment(of: invocation)
    if invocation.text(.tasks) != nil, let player = environment as? any TaskFolderEnvironment {
      player.taskWarnings.forEach(console.warn)
    }
    return environment
  }
}

extension Environment {
  /// Starts a scenario of each split, so that missing scenarios are reported before any work.
  ///
  /// - Throws: What the environment's `scenario` and `start` throw.
  func draw(from splits: [Split]) throws {
    for split in splits {
      _ = try Session(self, origin: EpisodeOrigin(seed: 0, split: split, scenario: 0))
    }
  }
}

/// The environments, estimators and policies that the program was started with.
struct Catalog: Sendable {
  var environments: [any Environment]
  var estimators: EstimatorCatalog
  var policies: PolicyCatalog
  var evidence: EvidenceCatalog

  /// Finds the environment that a command line names, with the parameters and the tasks that it sets.
  ///
  /// - Throws: A ``UsageError``, or an `InputError` of the tasks.
  func environment(of invocation: Invocation) throws -> any Environment {
    let environment = try environment(
      invocation.operands.first, settings: invocation.texts(.environmentSet))
    guard let folder = invocation.text(.tasks) else { return environment }
    guard let player = environment as? any TaskFolderEnvironment else {
      let others = environments.filter { $0 is any TaskFolderEnvironment }
      throw UsageError.noTaskFolders(
        type(of: environment).id, others: others.map { type(of: $0).id })
    }
    return try player.playing(tasksIn: URL(filePath: folder, directoryHint: .isDirectory))
  }

  /// Finds an environment by its name and sets its parameters.
  ///
  /// - Throws: A ``UsageError``.
  func environment(_ name: String?, settings: [String] = []) throws -> any Environment {
    guard let name else { throw UsageError.missingOperand("an environment") }
    let names = environments.map { type(of: $0).id }
    guard let index = names.firstIndex(of: name) else {
      throw UsageError.unknownEnvironment(name, known: names)
    }
    return try configured(environments[index], settings)
  }

  private func configured<E: Environment>(
    _ environment: E, _ settings: [String]
  ) throws -> any Environment {
    do {
      return try Parameters.setting(settings.map { try Parameters.assignment($0) }, of: environment)
    } catch let problem as Parameters.Problem {
      throw UsageError.badParameter(problem)
    }
  }
}
