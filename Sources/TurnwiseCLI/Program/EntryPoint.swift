internal import Foundation
public import Turnwise
internal import TurnwiseCore

/// Runs the command line with environments, estimators and policies of your own, and ends the process.
///
/// This is the whole `main.swift` of a user, besides the environment itself:
///
///     await TurnwiseCLI.main(environments: [Lockbox()])
///
/// The first Ctrl-C, SIGTERM or SIGHUP lets the command finish its current step and write its
/// results. A second one ends the process at once, and so do ten seconds after the first one.
///
/// - Parameters:
///   - environments: The environments that the commands know.
///   - estimators: Estimators besides the built-in ones.
///   - shapers: Reward shapers besides the built-in ones.
///   - policies: Policies besides the built-in ones, which `--policy` finds by their names. The
///     stored properties of a `Codable` policy are its options, as in `--policy mine:depth=3`.
///   - evidence: Kinds of evidence besides the built-in ones.
///   - file: The file that is named if two of them have one name.
///   - line: The line that is named.
nonisolated(nonsending) public func main(
  environments: [any Environment], estimators: [any CreditEstimator] = [],
  shapers: [any RewardShaper] = [], policies: [any Policy] = [],
  evidence: [any EvidenceModel.Type] = [], file: StaticString = #fileID, line: UInt = #line
) async -> Never {
  // The first file that is opened would reuse a closed descriptor, and answers would be written
  // into it.
  for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
  where fcntl(descriptor, F_GETFD) < 0 {
    _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
  }
  Surroundings.requireResources()
  let words: [String]
  do {
    words = try ProcessArguments.read()
  } catch {
    Console().note(Words.message("\(error)", nil))
    exit((error == .unknown ? ExitStatus.system : .usage).rawValue)
  }
  let tool = CommandLineTool(
    environments: environments, estimators: estimators, shapers: shapers, policies: policies,
    evidence: evidence,
    program: programName(CommandLine.arguments.first), file: file, line: line)
  let task = Task { await tool.run(words) }
  let interruption = Interruption { task.cancel() }
  let status = await task.value
  withExtendedLifetime(interruption) {}
  exit(status)
}

/// Returns the name of the program: the last part of the path that it was started by.
private func programName(_ path: String?) -> String {
  path?.split(separator: "/").last.map(String.init) ?? Program.standard
}

/// The command line as a function from arguments to a status.
public struct CommandLineTool: Sendable {
  private let catalog: Catalog
  private let program: String

  /// Creates a command line with additional environments, estimators, shapers, policies and kinds
  /// of evidence.
  ///
  /// The program calls itself `program`. No two environments may have one id; `file` and `line` are
  /// named if they do.
  public init(
    environments: [any Environment], estimators: [any CreditEstimator] = [],
    shapers: [any RewardShaper] = [], policies: [any Policy] = [],
    evidence: [any EvidenceModel.Type] = [], program: String = "turnwise",
    file: StaticString = #fileID, line: UInt = #line
  ) {
    self.program = program
    var known: Set<String> = []
    for id in environments.map({ type(of: $0).id }) {
      require(
        known.insert(id).inserted,
        "Two environments are called '\(id)'; give one of them another id.", file: file, line: line)
    }
    catalog = Catalog(
      environments: environments,
      estimators: EstimatorCatalog.standard.adding(
        estimators, shapers: shapers, file: file, line: line),
      policies: PolicyCatalog(policies, file: file, line: line),
      evidence: EvidenceCatalog.standard.adding(evidence, file: file, line: line))
  }

  static let subcommands: [any Subcommand] = [
    CompareCommand(), TrainCommand(), TransferCommand(), RunCommand(), ShowCommand(),
    StatsCommand(), CreditCommand(), NewCommand(), CheckCommand(), LawsCommand(), AuditCommand(),
    BenchCommand(),
    DoctorCommand(), ListCommand(),
  ]

  /// The names of the commands, in the order in which the help lists them.
  package static var commandNames: [String] { subcommands.map(\.name) }

  /// Runs one command line.
  ///
  /// - Parameter arguments: The arguments after the program's name.
  /// - Returns: The status that the process should end with.
  public func run(_ arguments: [String]) async -> Int32 {
    await run(arguments, console: Console())
  }

  /// Runs one command line that prints to `console`.
  package func run(_ arguments: [String], console: Console) async -> Int32 {
    await Program.$name.withValue(program) { await answer(arguments, console) }
  }

  private func answer(_ arguments: [String], _ console: Console) async -> Int32 {
    var status: ExitStatus
    do {
      status = try await dispatch(arguments, Context(catalog: catalog, console: console))
    } catch {
      let text: String
      (status, text) = Words.of(error)
      // An error may quote the file or the argument that it is about.
      console.note(text)
    }
    if let loss = console.loss {
      console.note(Words.message("standard output cannot be written: \(loss)", nil))
      if [.success, .negative].contains(status) { status = .system }
    }
    return status.rawValue
  }

  private func dispatch(_ arguments: [String], _ context: Context) async throws -> ExitStatus {
    let help = Help(
      environments: catalog.environments.map { type(of: $0).id }, width: context.console.helpWidth)
    guard let name = arguments.first, !["help", "--help", "-h"].contains(name) else {
      if let topic = arguments.dropFirst().first {
        context.console.answer(help.page(try Self.subcommand(topic)))
      } else {
        context.console.answer(help.overview(Self.subcommands))
      }
      return .success
    }
    if name == "--version" {
      context.console.answer("turnwise \(turnwiseVersion)")
      return .success
    }
    let command = try Self.subcommand(name)
    let invocation = try Invocation(
      Array(arguments.dropFirst()), flags: command.flags,
      operandLimit: command.operand == nil ? 0 : 1)
    if invocation.has(.helpPage) {
      context.console.answer(help.page(command))
      return .success
    }
    if command.needsKernels, let refusal = Machine.refusal { throw UsageError.conflict(refusal) }
    try Surroundings.check(invocation, of: command)
    return try await command.run(invocation, context)
  }

  private static func subcommand(_ name: String) throws -> any Subcommand {
    guard let command = subcommands.first(where: { $0.name == name }) else {
      throw UsageError.unknownCommand(name, known: commandNames)
    }
    return command
  }
}
