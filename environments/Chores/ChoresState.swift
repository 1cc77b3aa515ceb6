public import TurnwiseCore
public import TurnwiseSandbox

extension Chores {
  /// The files and the shell, and where the agent is in its day.
  ///
  /// How a job was done is forgotten with it: its folder and `/tmp` are emptied, and whether all jobs were right
  /// so far is kept, not which. So days with different pasts mostly have equal keys where their futures are equal.
  public struct State: Codable, Hashable, Sendable {
    /// The jobs.
    public let day: ChoresDay
    /// The folders of the present and later jobs, and the state of the shell.
    public internal(set) var workspace: Workspace
    /// The number of jobs that are over, right or wrong.
    public internal(set) var job = 0
    /// The turns that the agent has spent on the present job.
    public internal(set) var turns = 0
    /// For each fact of the present job, whether the agent has read it.
    public internal(set) var seen: [Bool]
    /// The items of the present job's checklist that are not ticked off.
    public internal(set) var checklist: [String]
    /// Whether the work that waits to be sent is right; nil if none waits.
    public internal(set) var waiting: Bool?
    /// The number of jobs that were right, have arrived and are not paid yet.
    public internal(set) var unpaid = 0
    /// Whether the work on all jobs that are over was right, also if it was lost afterwards.
    public internal(set) var isFlawless = true
    /// The branch that was picked; nil before.
    public internal(set) var branch: String?

    init(_ day: ChoresDay, checklist: [String]) throws {
      self.day = day
      self.checklist = day.choice == nil ? checklist : []
      seen = day.jobs[0].facts.map { _ in false }
      var files = day.jobs.enumerated().flatMap { index, job in
        job.files.map { file in
          (
            path: Text("\(ChoresDay.folder(of: index))/\(file.path)"), mode: file.permissions,
            contents: Text(file.text)
          )
        }
      }
      if let choice = day.choice {
        files.append(
          (path: Text(ChoresDay.plan), mode: 0o644, contents: "branch \(choice.planned)\n"))
      }
      workspace = try Workspace(files)
      if day.choice == nil { startJob() }
    }

    /// Whether the agent must pick a branch before the first job.
    var isChoosing: Bool { day.choice != nil && branch == nil }

    /// Whether all jobs are over.
    var isOver: Bool { job == day.jobs.count }

    /// The present job; nil if there is none.
    var task: ShellTask? { isChoosing || isOver ? nil : day.jobs[job] }

    /// Compares the work on the present job with what is required.
    var judge: TaskJudge? {
      task.map { TaskJudge(task: $0, folder: ChoresDay.folder(of: job) + "/") }
    }

    /// Whether the branch was picked that the plan names.
    var hasPlannedBranch: Bool { day.choice.map { $0.planned == branch } ?? true }

    /// The share of the present job that is done.
    var progress: Double {
      if isChoosing { return 0 }
      return waiting.map { $0 ? 1 : 0 } ?? judge?.progress(seen, workspace) ?? 0
    }

    /// Begins the present job in its folder, or at the top if the agent has removed that or the day is
    /// over.
    private mutating func startJob() {
      do {
        try workspace.startShell(in: Text(ChoresDay.folder(of: job)))
      } catch {
        // The top is always there.
        try? workspace.startShell(in: ".")
      }
    }

    /// Picks a branch and begins the first job.
    ///
    /// - Parameters:
    ///   - branch: The branch.
    ///   - checklist: The checklist of the first job.
    mutating func pick(_ branch: String, checklist: [String]) {
      (self.branch, turns) = (branch, 0)
      self.checklist = checklist
      startJob()
    }

    /// Ends the present job: puts its folder away, empties `/tmp`, and begins the next job.
    ///
    /// - Parameters:
    ///   - isRight: Whether the work is right.
    ///   - isOwed: Whether it must be paid at the end.
    ///   - checklist: The checklist of the next job.
    mutating func finishJob(isRight: Bool, isOwed: Bool, checklist: [String]) {
      // It throws for paths that lead out of the workspace, which this one does not.
      try? workspace.remove(Text(ChoresDay.folder(of: job)))
      workspace = workspace.withoutTemporaryEntries()
      isFlawless = isFlawless && isRight
      if isOwed { unpaid += 1 }
      (job, turns, waiting) = (job + 1, 0, nil)
      self.checklist = isOver ? [] : checklist
      seen = isOver ? [] : day.jobs[job].facts.map { _ in false }
      startJob()
    }
  }
}
