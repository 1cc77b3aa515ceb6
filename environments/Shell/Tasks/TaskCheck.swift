internal import TurnwiseCore
internal import TurnwiseSandbox

/// Judges the last state of an episode with the programs of its task.
///
/// It has two stages, so that no program of the agent runs where the verdict is made. `run`, if the
/// task has one, starts what the agent has made, and leaves nothing but data: a status, two outputs
/// and files. `check` reads these in a sandbox of its own; its status and its report are the verdict.
struct TaskCheck {
  /// The task.
  let task: FolderTask

  /// The result of a check.
  struct Verdict {
    /// How the check ended, and what it reported.
    var outcome: Result<(status: Int, report: TaskReport), Problem>
    /// The last line of its standard error, for its author.
    var lastErrorLine: String?
    /// The result of `run`, if the task has one.
    var run: CommandResult?
  }

  /// Why a check has no verdict.
  enum Problem: Error, Hashable {
    case notStarted
    case signal(Int)
    case limit(CommandResult.Limit)
    case report(TaskReport.Problem)
  }

  /// Runs the programs.
  ///
  /// - Throws: A `Failure` of the sandbox, which neither an agent nor an author can cause.
  func verdict(on workspace: Workspace, answer: Text?) async throws -> Verdict {
    var left = workspace
    var ran: CommandResult?
    var found: [(path: Text, contents: Text)] = [("answer", answer ?? "")]
    if let run = task.run {
      let result = try await TaskStage.run.run(run, on: left)
      // How far a stopped program got depends on the machine.
      let isStopped = result.limit != nil
      (left, ran) = (result.workspace, result)
      found += [
        ("run/status", "\(result.status)\n"),
        ("run/stdout", isStopped ? "" : result.standardOutput.text),
        ("run/stderr", isStopped ? "" : result.standardError.text),
      ]
    }
    let result = try await TaskStage.check.run(
      task.check, try Workspace(found), on: left.withoutOutwardLinks())
    return Verdict(
      outcome: Self.outcome(of: result), lastErrorLine: Self.lastErrorLine(of: result), run: ran)
  }

  private static func lastErrorLine(of result: CommandResult) -> String? {
    result.standardError.text.string.split(separator: "\n").last.map { String($0.prefix(200)) }
  }

  private static func outcome(
    of result: CommandResult
  ) -> Result<(status: Int, report: TaskReport), Problem> {
    switch result.ending {
    case .stopped(let limit): return .failure(.limit(limit))
    case .signaled(let signal): return .failure(.signal(signal))
    case .exited(let status):
      guard let report = TaskStage.report(in: result) else { return .failure(.notStarted) }
      return Result { () throws(TaskReport.Problem) in
        (status, try TaskReport(report, isSuccess: status == 0))
      }.mapError(Problem.report)
    }
  }
}

extension TaskCheck {
  /// Judges the last state of an episode.
  ///
  /// Any result of a check but success is a loss, because the agent may have caused it. What the author
  /// of the check should know is in the gold.
  ///
  /// - Throws: A `Failure` of the sandbox.
  func judgement(of state: Shell.State) async throws -> Judgement {
    switch try await verdict(on: state.workspace, answer: state.answer).outcome {
    case .success((0, let report)): Judgement(success: true, gold: report.gold)
    case .success((_, let report)):
      Judgement(success: false, reward: report.score ?? 0, gold: report.gold)
    case .failure(let problem):
      Judgement(success: false, gold: ["problem": .string("check: " + problem.words)])
    }
  }

  /// Judges the initial files, which the check must reject.
  ///
  /// In an episode, a check that cannot be used is the agent's fault; here it is the author's.
  ///
  /// - Parameter folder: The path of the task that errors show.
  /// - Throws: A ``TaskFileError``, or a `Failure` of the sandbox.
  func validate(in folder: String) async throws {
    let verdict = try await verdict(on: task.files, answer: nil)
    // A script may lack a program that the agent is to write. Then the message begins with its name.
    if let run = verdict.run, Self.noProgram.contains(run.status),
      let line = Self.lastErrorLine(of: run), !line.hasPrefix(TaskStage.run.program + ":")
    {
      throw TaskFileError(
        "\(folder)/\(FolderTask.runName)", .cannotRun("status \(run.status): \(line)"))
    }
    let file = "\(folder)/\(FolderTask.checkName)"
    func cannotRun(_ reason: String) -> TaskFileError {
      TaskFileError(file, .cannotRun(reason + (verdict.lastErrorLine.map { ": " + $0 } ?? "")))
    }
    switch verdict.outcome {
    case .success((0, _)): throw TaskFileError(file, .passesAtOnce)
    case .success((let status, _))
    where Self.noProgram.contains(status) || Self.ofSignals.contains(status):
      throw cannotRun("status \(status)")
    case .success: return
    case .failure(.report(let problem)): throw TaskFileError(file, .badReport(problem.words))
    case .failure(let problem): throw cannotRun(problem.words)
    }
  }
}

extension TaskCheck {
  /// The statuses of a shell that cannot find or run a program.
  private static let noProgram = 126...127
  /// The statuses of a shell that a signal ended.
  private static let ofSignals = 129...192
}

extension TaskCheck.Problem {
  fileprivate var words: String {
    switch self {
    case .notStarted: "not started"
    case .signal(let signal): "ended by signal \(signal)"
    case .limit(let limit): "stopped by the limit on \(limit.rawValue)"
    case .report(let problem): "wrote no valid report: \(problem.words)"
    }
  }
}
