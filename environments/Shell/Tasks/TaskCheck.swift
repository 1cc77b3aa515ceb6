internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// Runs the check of a task on a fork of an episode's last state.
///
/// The check and its files come into the fork alone, and out of the workspace before it starts. It
/// finds the files as the agent left them and nothing else that the agent chose: no exported
/// variable, no working directory, no home.
struct TaskCheck {
  /// The task.
  let task: FolderTask

  /// What a check came to.
  struct Verdict {
    /// How it ended.
    var result: CommandResult
    /// What it reported.
    var report: Report

    /// Whether the task is done.
    var isSuccess: Bool { result.ending == .exited(0) }
  }

  /// What a check may write to the file that its second argument names.
  struct Report: Equatable {
    var score: Double?
    var gold: JSONValue?
  }

  /// What is wrong with a report.
  struct ReportError: Error { var reason: String }

  /// A workspace may be full before the check is added to it.
  private static let sandbox: Sandbox = {
    var limits = Sandbox.Limits()
    limits.workspaceBytes *= 2
    limits.workspaceEntries *= 2
    return Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount, limits: limits)
  }()

  /// What the shell prints before the report, so that a check that did not start is known.
  private static let mark = "report:"

  /// Runs the check.
  ///
  /// - Throws: A `Failure` of the sandbox, or a ``ReportError``.
  func verdict(on workspace: Workspace, answer: Text?) async throws -> Verdict {
    var place = ".check"
    while workspace.entry(Text(place)) != nil { place += "-" }
    let command = """
      mv \(place) /tmp/check || exit
      HOME=/tmp/check /tmp/check/\(FolderTask.checkName) "$(</tmp/check/.answer)" \
      /tmp/check/.report </dev/null >&2
      set -- $?
      printf \(Self.mark)
      [ ! -f /tmp/check/.report ] || cat /tmp/check/.report
      exit $1
      """
    let result = try await Self.sandbox.run(
      Text(command), in: try adding(place, answer, to: workspace), seed: 0)
    guard result.limit == nil else { return Verdict(result: result, report: Report()) }
    let output = result.standardOutput
    guard output.text.bytes.starts(with: Self.mark.utf8) else {
      throw Failure(
        .judge, code: "check",
        message: "The check could not be started: \(result.standardError.text)", isRetryable: true)
    }
    guard !output.isTruncated else { throw ReportError(reason: "it is too long") }
    return Verdict(
      result: result, report: try Self.report(Array(output.text.bytes.dropFirst(Self.mark.count))))
  }

  /// The workspace with the check in the folder `place`.
  private func adding(_ place: String, _ answer: Text?, to workspace: Workspace) throws -> Workspace
  {
    var entries = workspace.entries
    entries.append(Workspace.Entry(path: Text(place), kind: .directory, mode: 0o755))
    for entry in task.check.entries {
      let path = Text(Array("\(place)/".utf8) + entry.path.bytes)
      entries.append(Workspace.Entry(path: path, kind: entry.kind, mode: entry.mode))
    }
    entries.append(
      Workspace.Entry(
        path: Text("\(place)/.answer"), kind: .file(Blob(answer?.bytes ?? [])), mode: 0o644))
    return try Workspace(entries: entries)
  }

  /// Reads a report; none is an empty one.
  static func report(_ bytes: [UInt8]) throws(ReportError) -> Report {
    guard bytes.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return Report() }
    guard let value = try? JSON.decode(JSONValue.self, from: Data(bytes)),
      case .object(let members) = value
    else { throw ReportError(reason: "it is no JSON object") }
    if let unknown = members.keys.sorted().first(where: { !["score", "gold"].contains($0) }) {
      throw ReportError(reason: "'\(unknown)' is neither 'score' nor 'gold'")
    }
    var report = Report(gold: members["gold"])
    if let score = members["score"] {
      guard let number = try? score.decode(Double.self), number.isFinite else {
        throw ReportError(reason: "'score' is no number")
      }
      report.score = number
    }
    return report
  }
}

extension TaskCheck {
  /// Judges the last state of an episode.
  ///
  /// - Throws: A `Failure`.
  func judgement(of state: Shell.State) async throws -> Judgement {
    let name = state.task.family
    do {
      let verdict = try await verdict(on: state.workspace, answer: state.answer)
      let reward = verdict.report.score ?? (verdict.isSuccess ? 1 : 0)
      return Judgement(success: verdict.isSuccess, reward: reward, gold: verdict.report.gold)
    } catch let error as ReportError {
      let error = TaskFolderError(name + "/" + FolderTask.checkName, .badReport(error.reason))
      throw Failure(.judge, code: "report", message: "\(error)")
    }
  }

  /// Runs the check on the files that the agent finds, which it must refuse.
  ///
  /// Later an ending of any kind but success is the agent's doing; here it is the check's.
  ///
  /// - Parameter file: What errors call the check.
  /// - Throws: A ``TaskFolderError``, or a `Failure` of the sandbox.
  func rehearse(as file: String) async throws {
    let verdict: Verdict
    do {
      verdict = try await self.verdict(on: task.files, answer: nil)
    } catch let error as ReportError {
      throw TaskFolderError(file, .badReport(error.reason))
    }
    let said = verdict.result.standardError.text.string.split(separator: "\n").last
    let reason = said.map { ": " + $0.prefix(200) } ?? ""
    switch verdict.result.ending {
    case .exited(0): throw TaskFolderError(file, .passesAtOnce)
    // What a shell says where there is no program, or a signal ended it.
    case .exited(let status) where status >= 126:
      throw TaskFolderError(file, .cannotRun("status \(status)\(reason)"))
    case .exited: return
    case .signaled(let signal): throw TaskFolderError(file, .cannotRun("signal \(signal)\(reason)"))
    case .stopped(let limit):
      throw TaskFolderError(file, .cannotRun("stopped by the limit on \(limit.rawValue)\(reason)"))
    }
  }
}
