internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// Runs a command in the sandbox.
struct ChoresBash: Tool {
  static let name = Bash.name
  static let summary = Bash.summary
  static let help = Bash.help

  typealias Arguments = Bash.Arguments

  let sandbox: Sandbox
  let outputLimit: Int

  func call(
    _ arguments: Arguments, on state: inout Chores.State, using random: inout Randomness
  ) async throws -> ToolReply {
    try state.refuseWork()
    let reply = try await Bash.run(
      arguments.command, in: &state.workspace, of: sandbox, limit: outputLimit, using: &random)
    state.judge?.note(reply, in: &state.seen)
    return ToolReply(reply)
  }
}

/// Ends the present job with an answer.
struct SubmitJob: Tool {
  static let name = Submit.name
  static let summary = "Ends the present job with an answer; without a question any answer will do."
  static let help = Submit.help

  typealias Arguments = Submit.Arguments

  let rules: Chores

  func call(
    _ arguments: Arguments, on state: inout Chores.State, using random: inout Randomness
  ) throws -> ToolReply {
    try state.refuseWork()
    guard let judge = state.judge else { throw ToolRefusal("Pick a branch first.") }
    let isRight = judge.accepts(arguments.answer) && judge.isTreeRight(state.workspace)
    guard rules.luck < 1 else { return rules.finishJob(of: &state, isRight: isRight, "") }
    state.waiting = isRight
    return "Ready to send."
  }
}

/// Sends the work on the present job, which arrives by chance.
struct SendJob: Tool {
  static let name = "send"
  static let summary =
    "Sends the work that was submitted. It is lost at times, and then the job is."

  struct Arguments: Decodable {}

  let rules: Chores

  func call(
    _ arguments: Arguments, on state: inout Chores.State, using random: inout Randomness
  ) throws -> ToolReply {
    guard let isRight = state.waiting else { throw ToolRefusal("Submit an answer first.") }
    let hasArrived = random.chance(rules.luck)
    return rules.finishJob(
      of: &state, isRight: isRight, hasArrived: hasArrived, hasArrived ? "Sent." : "Lost.")
  }
}

/// Ticks off an item of the checklist.
struct TickItem: Tool {
  static let name = "tick"
  static let summary = "Ticks off an item of the checklist; their order does not matter."
  static let help = ["item": "The item."]

  struct Arguments: Decodable { var item: Text }

  func call(
    _ arguments: Arguments, on state: inout Chores.State, using random: inout Randomness
  ) throws -> ToolReply {
    guard let index = state.checklist.firstIndex(of: arguments.item.string) else {
      throw state.checklist.isEmpty ? ToolRefusal("The checklist is done.") : state.leftToTick
    }
    state.checklist.remove(at: index)
    return ""
  }
}

/// Picks the branch of the day.
struct PickBranch: Tool {
  static let name = "pick"
  static let summary = "Picks the branch to work on. It cannot be changed later."
  static let help = ["branch": "One of the branches."]

  struct Arguments: Decodable { var branch: Text }

  let rules: Chores

  func call(
    _ arguments: Arguments, on state: inout Chores.State, using random: inout Randomness
  ) throws -> ToolReply {
    guard state.isChoosing, let choice = state.day.choice else {
      throw ToolRefusal("The branch is picked already.")
    }
    guard let branch = choice.branches.first(where: { arguments.branch == Text($0) }) else {
      throw ToolRefusal("The branches are \(choice.branches.joined(separator: ", ")).")
    }
    state.pick(branch, checklist: rules.checklist)
    return ""
  }
}

/// Lists the jobs of the day.
struct ListJobs: Tool {
  static let name = "todo"
  static let summary = "Lists the present job and those around it, as many as fit."

  struct Arguments: Decodable {}

  let outputLimit: Int

  func call(
    _ arguments: Arguments, on state: inout Chores.State, using random: inout Randomness
  ) -> ToolReply {
    let lines = state.day.jobs.enumerated().map { index, job in
      let mark =
        index < state.job ? "over" : index > state.job || state.isChoosing ? "later" : "now"
      return "\(index + 1) \(mark): \(job.instruction)"
    }
    // The present job and those after it matter most.
    var shown: [String] = []
    for line in lines.dropFirst(max(0, state.job - 1)) {
      guard shown.reduce(line.utf8.count, { $0 + $1.utf8.count + 1 }) <= outputLimit else { break }
      shown.append(line)
    }
    let left = lines.count - shown.count
    if left > 0 { shown.append("\(left) more") }
    return ToolReply(Text(shown.joined(separator: "\n")))
  }
}

extension Chores.State {
  /// Throws if commands and answers have to wait for something else.
  func refuseWork() throws(ToolRefusal) {
    if waiting != nil { throw ToolRefusal("Send the work first.") }
    guard checklist.isEmpty else { throw leftToTick }
  }

  /// The refusal that names the items of the checklist.
  fileprivate var leftToTick: ToolRefusal {
    ToolRefusal("Left to tick: \(checklist.joined(separator: ", ")).")
  }
}
