internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// Where a program of a task runs: in a fork of a workspace, into which it comes alone.
///
/// The program and what belongs to it enter in a folder of the workspace and leave that before they
/// start. Nothing else comes along that the agent chose: no exported variable, no working directory, and
/// no file of `/tmp`, so that what is judged is the workspace alone.
struct TaskStage {
  private let sandbox: Sandbox
  /// Where the program and its files are.
  private let home: String
  /// The program, as its messages call it.
  let program: String
  /// What bash does when they are there.
  private let script: String

  /// What is printed before the report, so that a check that did not start is known.
  private static let mark = "report:"

  /// Starts what the agent made, as the agent would have.
  static let run = TaskStage(
    roomFor: 2, home: "/tmp/run", program: "/tmp/run/\(FolderTask.runName)"
  ) { "exec \($0) </dev/null" }

  /// Judges what was left.
  ///
  /// A check starts in its own folder, so that nothing of the agent's has a name that a program, a
  /// module or a configuration could be looked up by.
  static let check = TaskStage(
    roomFor: 4, home: "/tmp/check", program: "./\(FolderTask.checkName)"
  ) { program in
    """
    cd /tmp/check || exit
    HOME=/tmp/check \(program) "$(<answer)" /tmp/check/report </dev/null >&2
    set -- $?
    printf \(mark)
    [ ! -f report ] || cat report
    exit $1
    """
  }

  /// Has bash read the turns of a solution, which are files named by their order, without running them: prints
  /// the name of the first that is not bash, and what bash says.
  static let syntax = TaskStage(roomFor: 1, home: "/tmp/solution", program: "") { _ in
    """
    cd /tmp/solution || exit
    for turn in *; do
      words=$(bash -n "$turn" 2>&1) || { printf '%s\\n%s' "$turn" "$words"; break; }
    done
    """
  }

  /// Creates a stage with room for so many workspaces: one may be full, and each stage adds to it.
  private init(
    roomFor workspaces: Int, home: String, program: String, script: (_ program: String) -> String
  ) {
    var limits = Sandbox.Limits()
    limits.workspaceBytes *= workspaces
    limits.workspaceEntries *= workspaces
    // An output is kept whole or stops the program.
    limits.outputBytes = 1 << 20
    limits.outputHeadBytes = limits.outputBytes
    sandbox = Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount, limits: limits)
    (self.home, self.program, self.script) = (home, program, script(program))
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - parts: The program, and what it finds beside itself.
  ///   - workspace: The files of the agent.
  /// - Returns: What it did; the workspace is without the program.
  /// - Throws: A `Failure` of the sandbox.
  func play(_ parts: Workspace..., on workspace: Workspace) async throws -> CommandResult {
    // The agent may have taken many names, but not more than there are entries.
    let names = (0...workspace.entries.count).lazy.map { Text(".task-\($0)") }
    let place = names.first { workspace.entry($0) == nil } ?? ""
    let own = parts.flatMap(\.entries).map { entry in
      Workspace.Entry(
        path: Text(place.bytes + [UInt8(ascii: "/")] + entry.path.bytes), kind: entry.kind,
        mode: entry.mode)
    }
    let folder = Workspace.Entry(path: place, kind: .directory, mode: 0o755)
    return try await sandbox.run(
      Text("mv \(place.string) \(home) || exit\n" + script),
      in: try Workspace(entries: workspace.entries + [folder] + own), seed: 0,
      keepsTemporaryEntries: false)
  }

  /// The report that a check has written, empty where it has not; nil where it did not start.
  static func report(in result: CommandResult) -> [UInt8]? {
    let bytes = result.standardOutput.text.bytes
    return bytes.starts(with: mark.utf8) ? Array(bytes.dropFirst(mark.utf8.count)) : nil
  }
}

extension Workspace {
  /// The entries, but for links that lead out of the workspace, with the initial state of a shell.
  ///
  /// A check that compares `/workspace/out` with a file of its own must not be led to that very file,
  /// by its path or by way of `/proc`.
  func withoutLinksThatLeaveIt() throws -> Workspace {
    try Workspace(
      entries: entries.filter { entry in
        guard case .symbolicLink(let target) = entry.kind else { return true }
        return Self.staysInside(target.bytes, from: entry.path.bytes)
      })
  }

  /// Whether a link leads up at its beginning only, and not too far.
  ///
  /// The directories above a link are no links, so that going up is going back. Behind that come names,
  /// which are entries of the workspace: what they link to is judged alike.
  private static func staysInside(_ target: [UInt8], from link: [UInt8]) -> Bool {
    let slash = UInt8(ascii: "/")
    let root = ShellSnapshot.initial.directory.bytes
    var (depth, rest) = (link.count { $0 == slash }, target[...])
    if target.first == slash {
      guard target.starts(with: root), target.count == root.count || target[root.count] == slash
      else { return false }
      (depth, rest) = (0, target.dropFirst(root.count))
    }
    let names = rest.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
    let up = names.prefix { $0.elementsEqual("..".utf8) }.count
    return up <= depth && !names.dropFirst(up).contains { $0.elementsEqual("..".utf8) }
  }
}
