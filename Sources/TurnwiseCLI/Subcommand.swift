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

  /// Does the work.
  ///
  /// - Throws: Any error; `Words` knows what to say and which status it means.
  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus
}

extension Subcommand {
  var operand: String? { nil }
}

/// What a subcommand works with.
struct Context: Sendable {
  var catalog: Catalog
  var console: Console
}

/// The environments and estimators that the program was started with.
struct Catalog: Sendable {
  var environments: [any Environment]
  var estimators: EstimatorCatalog

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
