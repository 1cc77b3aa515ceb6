internal import Foundation
internal import Turnwise

/// One word of the command line, with its flags, help and work.
protocol Subcommand: Sendable {
  var name: String { get }
  /// What it does, in one line without a full stop.
  var summary: String { get }
  /// The operand, as usage lines show it, such as `ENV`.
  var operand: String? { get }
  /// Command lines that run as typed.
  var examples: [String] { get }
  var flags: [Flag] { get }
  /// Whether it computes, so that it cannot run where the kernels that are asked for cannot.
  var needsKernels: Bool { get }

  /// Does the work.
  ///
  /// - Throws: Any error; `Words` knows what to say and which status it means.
  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus
}

extension Subcommand {
  var operand: String? { nil }
  var needsKernels: Bool { true }
}

/// What a subcommand works with.
struct Context: Sendable {
  var catalog: Catalog
  var console: Console

  /// Finds the environment that a command line names, and prints what its tasks warn of.
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
  /// Starts on a scenario of each split, so that one that cannot be had is said before any work.
  ///
  /// - Throws: What the environment's `scenario` and `start` throw.
  func draw(from splits: [Split]) throws {
    for split in splits {
      _ = try Session(self, origin: EpisodeOrigin(seed: 0, split: split, scenario: 0))
    }
  }
}

/// What the program was started with.
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
