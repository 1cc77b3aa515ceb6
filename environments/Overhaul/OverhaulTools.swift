internal import TurnwiseCore
internal import TurnwiseSandbox

/// Opens a program.
struct OpenProgram: Tool {
  static let name = "open"
  static let summary = "Opens a program to work on it, until it is submitted."
  static let help = ["number": "The number before the name of the program."]

  struct Arguments: Decodable { var number: Int }

  func call(
    _ arguments: Arguments, on state: inout Overhaul.State, using random: inout Randomness
  ) throws -> ToolReply {
    if let present = state.present {
      throw ToolRefusal("Submit \(state.task.names[present]) first.")
    }
    guard 1...state.task.parts.count ~= arguments.number, !state.isSubmitted[arguments.number - 1]
    else { throw state.mustOpen }
    state.present = arguments.number - 1
    return ""
  }
}

/// A tool of ``Repair`` that works on the program that is open.
///
/// It also records what the agent reads, counts its changes, and charges for a submitted program that a change
/// breaks. The charge belongs to the program that was open: its turn is to blame.
struct OnOpenProgram<Inner: Tool>: Tool where Inner.State == Repair.State {
  static var name: String { Inner.name }
  static var summary: String { Inner.summary }
  static var help: [String: String] { Inner.help }

  typealias Arguments = Inner.Arguments

  let inner: Inner
  let rules: Overhaul

  func call(
    _ arguments: Arguments, on state: inout Overhaul.State, using random: inout Randomness
  ) async throws -> ToolReply {
    let present = try state.openProgram()
    let isReplacement = arguments is ReplaceLine.Arguments
    if isReplacement { try rules.allowChange(of: state) }
    var part = state.part(present)
    var reply = try await inner.call(arguments, on: &part, using: &random)
    let repaired = state.repaired
    let hasChanged = try await state.take(part.workspace)
    if hasChanged || isReplacement {
      try rules.allowChange(of: state)
      state.changes += 1
      state.reading.hasReport = false
    }
    if !isReplacement { note(reply.text, arguments, in: &state) }
    let gain = state.repaired - repaired
    if rules.reward == .bug, gain != 0 {
      (reply.reward, reply.subtask) = (Double(gain) * rules.worth, state.task.names[present])
    }
    return reply
  }

  /// Records what a reply shows.
  private func note(_ reply: Text, _ arguments: Arguments, in state: inout Overhaul.State) {
    guard let present = state.present, let program = Program.named(state.task.names[present])
    else { return }
    let path = (arguments as? ReadLines.Arguments).map { ReadLines.place($0.place).path.string }
    let files = program.sources(in: state.workspace).mapValues { $0.lines.map(\.string) }
    state.reading.note(reply, from: path, in: files)
    if arguments is RunBash.Arguments { state.reading.noteReport(in: reply) }
  }
}

/// Runs the visible tests of the open program.
struct RunOpenTests: Tool {
  static let name = RunTests.name
  static let summary =
    "Runs the visible tests of the open program and shows what fails, and what came instead."

  struct Arguments: Decodable {}

  let lines: Int

  func call(
    _ arguments: Arguments, on state: inout Overhaul.State, using random: inout Randomness
  ) async throws -> ToolReply {
    let run = try await state.visibleRun(of: try state.openProgram()).run
    state.reading.hasReport = true
    return ToolReply(Excerpt(run.report.lines).text(first: 0, count: lines))
  }
}

/// Ends the work on the open program.
struct SubmitProgram: Tool {
  static let name = SubmitRepair.name
  static let summary = "Ends the work on the open program with the files as they are."

  struct Arguments: Decodable {}

  let rules: Overhaul

  func call(
    _ arguments: Arguments, on state: inout Overhaul.State, using random: inout Randomness
  ) async throws -> ToolReply {
    try await rules.submit(try state.openProgram(), of: &state)
  }
}

extension Overhaul.State {
  /// Returns the index of the open program.
  ///
  /// - Throws: A refusal if none is open.
  fileprivate func openProgram() throws(ToolRefusal) -> Int {
    guard let present else { throw mustOpen }
    return present
  }

  /// The refusal that names the programs that can be opened.
  fileprivate var mustOpen: ToolRefusal { ToolRefusal("Open one of: \(menu).") }
}

extension Overhaul {
  /// Throws a refusal if the open program was changed as often as the rules allow.
  fileprivate func allowChange(of state: State) throws(ToolRefusal) {
    guard state.changes >= changes else { return }
    throw ToolRefusal("No more than \(changes) changes: submit the program.")
  }
}
