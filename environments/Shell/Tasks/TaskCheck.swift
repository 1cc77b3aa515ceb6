internal import TurnwiseCore
internal import TurnwiseSandbox

/// Judges the last state of an episode by the programs of its task.
///
/// In two stages, so that nothing of the agent's runs where the verdict is made. `run`, if the task has
/// one, starts what the agent has made, and all that it leaves is data: a status, two outputs and
/// files. `check` reads these in a sandbox of its own, and its status and report are the verdict.
struct TaskCheck {
  /// The task.
  let task: FolderTask

  /// What a check came to.
  struct Verdict {
    /// How it ended, and what it reported.
    var outcome: Result<(status: Int, report: TaskReport), Trouble>
    /// The last line of its standard error, for its author.
    var lastWords: String?
    /// What came of `run`, if there is one.
    var run: CommandResult?
  }

  /// Why an ending of a check says nothing of the task.
  enum Trouble: Error, Hashable {
    case notStarted
    case signal(Int)
    case limit(CommandResult.Limit)
    case report(TaskReport.Problem)
  }

  /// Runs the programs.
  ///
  /// - Throws: A `Failure` of the sandbox: nothing that an agent or an author has done.
  func verdict(on workspace: Workspace, answer: Text?) async throws -> Verdict {
    var left = workspace
    var ran: CommandResult?
    var found: [(path: Text, contents: Text)] = [("answer", answer ?? "")]
    if let run = task.run {
      let result = try await TaskStage.run.play(run, on: left)
      // How far a run got that was stopped depends on the machine.
      let isStopped = result.limit != nil
      (left, ran) = (result.workspace, result)
      found += [
        ("run/status", "\(result.status)\n"),
        ("run/stdout", isStopped ? "" : result.standardOutput.text),
        ("run/stderr", isStopped ? "" : result.standardError.text),
      ]
    }
    let result = try await TaskStage.check.play(
      task.check, try Workspace(found), on: left.withoutLinksThatLeaveIt())
    return Verdict(
      outcome: Self.outcome(of: result), lastWords: Self.lastWords(of: result), run: ran)
  }

  private static func lastWords(of result: CommandResult) -> String? {
    result.standardError.text.string.split(separator: "\n").last.map { String($0.prefix(200)) }
  }

  private static func outcome(
    of result: CommandResult
  ) -> Result<(status: Int, report: TaskReport), Trouble> {
    switch result.ending {
    case .stopped(let limit): return .failure(.limit(limit))
    case .signaled(let signal): return .failure(.signal(signal))
    case .exited(let status):
      guard let report = TaskStage.report(in: result) else { return .failure(.notStarted) }
      return Result { () throws(TaskReport.Problem) in
        (status, try TaskReport(report, isSuccess: status == 0))
      }.mapError(Trouble.report)
    }
  }
}

extension TaskCheck {
  /// Judges the last state of an episode.
  ///
  /// Whatever a check comes to that is not success is a loss, as the agent may have brought it about;
  /// what its author should know is in the gold.
  ///
  /// - Throws: A `Failure` of the sandbox.
  func judgement(of state: Shell.State) async throws -> Judgement {
    switch try await verdict(on: state.workspace, answer: state.answer).outcome {
    case .success((0, let report)): Judgement(success: true, gold: report.gold)
    case .success((_, let report)):
      Judgement(success: false, reward: report.score ?? 0, gold: report.gold)
    case .failure(let trouble):
      Judgement(success: false, gold: ["problem": .string("check: " + trouble.words)])
    }
  }

  /// Judges the files that the agent finds, which the check must refuse.
  ///
  /// Later an ending of any kind but success is the agent's doing; here it is the author's.
  ///
  /// - Parameter folder: What errors call the folder of the task.
  /// - Throws: A ``TaskFolderError``, or a `Failure` of the sandbox.
  func rehearse(in folder: String) async throws {
    let verdict = try await verdict(on: task.files, answer: nil)
    // A script may miss a program that the agent is to write, and complains in its own name then.
    if let run = verdict.run, Self.noProgram.contains(run.status),
      let words = Self.lastWords(of: run), !words.hasPrefix(TaskStage.run.program + ":")
    {
      throw TaskFolderError(
        "\(folder)/\(FolderTask.runName)", .cannotRun("status \(run.status): \(words)"))
    }
    let file = "\(folder)/\(FolderTask.checkName)"
    func cannotRun(_ trouble: String) -> TaskFolderError {
      TaskFolderError(file, .cannotRun(trouble + (verdict.lastWords.map { ": " + $0 } ?? "")))
    }
    switch verdict.outcome {
    case .success((0, _)): throw TaskFolderError(file, .passesAtOnce)
    case .success((let status, _))
    where Self.noProgram.contains(status) || Self.ofSignals.contains(status):
      throw cannotRun("status \(status)")
    case .success: return
    case .failure(.report(let problem)): throw TaskFolderError(file, .badReport(problem.words))
    case .failure(let trouble): throw cannotRun(trouble.words)
    }
  }
}

extension TaskCheck {
  /// What a shell says where there is no program, or none that runs.
  private static let noProgram = 126...127
  /// What a shell says where a signal ended it.
  private static let ofSignals = 129...192
}

extension TaskCheck.Trouble {
  fileprivate var words: String {
    switch self {
    case .notStarted: "not started"
    case .signal(let signal): "ended by signal \(signal)"
    case .limit(let limit): "stopped by the limit on \(limit.rawValue)"
    case .report(let problem): "wrote no report: \(problem.words)"
    }
  }
}
