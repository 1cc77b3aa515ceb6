internal import Dispatch
internal import Foundation
public import Turnwise

/// Runs the command line with environments and estimators of your own, and ends the process.
///
/// This is the whole of a user's `main.swift` beside the environment itself:
///
///     await TurnwiseCLI.main(environments: [Lockbox()])
///
/// The first Ctrl-C lets the command finish what it is at and write what was done; the second one
/// ends the process at once.
///
/// - Parameters:
///   - environments: The environments that the commands know.
///   - estimators: Estimators beside the built-in ones.
///   - shapers: Reward shapers beside the built-in ones.
public func main(
  environments: [any Environment], estimators: [any CreditEstimator] = [],
  shapers: [any RewardShaper] = []
) async -> Never {
  let arguments = Array(CommandLine.arguments.dropFirst())
  let task = Task {
    await CommandLineTool(
      environments: environments, estimators: estimators, shapers: shapers,
      program: programName(CommandLine.arguments.first)
    ).run(arguments)
  }
  signal(SIGINT, SIG_IGN)
  let interrupts = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
  interrupts.setEventHandler {
    if task.isCancelled { _exit(ExitStatus.interrupted.rawValue) }
    task.cancel()
  }
  interrupts.resume()
  let status = await task.value
  exit(status)
}

/// What a program calls itself: the last part of the path that it was started by.
private func programName(_ path: String?) -> String {
  path?.split(separator: "/").last.map(String.init) ?? Program.standard
}

/// The command line as a function from arguments to a status.
public struct CommandLineTool: Sendable {
  private let catalog: Catalog
  private let program: String

  /// Creates a command line that knows `environments`, and estimators and shapers beside the built-in
  /// ones, and that calls itself `program`.
  public init(
    environments: [any Environment], estimators: [any CreditEstimator] = [],
    shapers: [any RewardShaper] = [], program: String = "turnwise"
  ) {
    self.program = program
    catalog = Catalog(
      environments: environments,
      estimators: EstimatorCatalog.standard.adding(estimators, shapers: shapers))
  }

  static let subcommands: [any Subcommand] = [
    CompareCommand(), TrainCommand(), TransferCommand(), RunCommand(), ShowCommand(),
    StatsCommand(), CreditCommand(), CheckCommand(), LawsCommand(), AuditCommand(), BenchCommand(),
    DoctorCommand(), ListCommand(),
  ]

  /// Runs one command line.
  ///
  /// - Parameter arguments: The arguments behind the program's name.
  /// - Returns: The status that the process should end with.
  public func run(_ arguments: [String]) async -> Int32 {
    await run(arguments, console: Console())
  }

  /// Runs one command line that prints to `console`.
  package func run(_ arguments: [String], console: Console) async -> Int32 {
    await Program.$name.withValue(program) { await answer(arguments, console) }
  }

  private func answer(_ arguments: [String], _ console: Console) async -> Int32 {
    do {
      return try await dispatch(arguments, Context(catalog: catalog, console: console)).rawValue
    } catch {
      let (status, text) = Words.of(error)
      // An error may quote the file or the argument that it complains of.
      console.note(text)
      return status.rawValue
    }
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
    return try await command.run(invocation, context)
  }

  private static func subcommand(_ name: String) throws -> any Subcommand {
    guard let command = subcommands.first(where: { $0.name == name }) else {
      throw UsageError.unknownCommand(name, known: subcommands.map(\.name))
    }
    return command
  }
}
