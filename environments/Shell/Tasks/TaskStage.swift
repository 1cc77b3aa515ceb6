internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// A stage of judging: a program that runs in a fork of a workspace, in a sandbox of its own.
///
/// The program and its files enter in a folder of the workspace, which is moved away before they start.
/// Nothing else that the agent chose is passed on: no exported variable, no working directory, and no
/// file of `/tmp`. So only the workspace is judged.
struct TaskStage {
  private let sandbox: Sandbox
  /// The folder that the program and its files are moved to.
  private let home: String
  /// The path of the program, as its messages show it.
  let program: String
  /// What bash runs after the move.
  private let script: String

  /// The text before the report, which shows that a check has started.
  private static let mark = "report:"

  /// Starts what the agent has made, as the agent would have.
  static let run = TaskStage(
    roomFor: 2, home: "/tmp/run", program: "/tmp/run/\(FolderTask.runName)"
  ) { "exec \($0) </dev/null" }

  /// Judges what the agent has left.
  ///
  /// A check starts in its own folder. So no file of the agent has a name by which a program, a module
  /// or a configuration could be found.
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

  /// Lets bash read the turns of a solution without running them.
  ///
  /// The turns are files that are named by their order. The output is the name of the first one that is not
  /// bash, and the message of bash.
  static let syntax = TaskStage(roomFor: 1, home: "/tmp/solution", program: "") { _ in
    """
    cd /tmp/solution || exit
    for turn in *; do
      words=$(bash -n "$turn" 2>&1) || { printf '%s\\n%s' "$turn" "$words"; break; }
    done
    """
  }

  /// Creates a stage with room for several workspaces: one may be full, and each stage adds files.
  private init(
    roomFor workspaces: Int, home: String, program: String, script: (_ program: String) -> String
  ) {
    var limits = Sandbox.Limits()
    limits.workspaceBytes *= workspaces
    limits.workspaceEntries *= workspaces
    // An output is either kept whole, or stops the program.
    limits.outputBytes = 1 << 20
    limits.outputHeadBytes = limits.outputBytes
    sandbox = Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount, limits: limits)
    (self.home, self.program, self.script) = (home, program, script(program))
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - parts: The program, and the files that it finds beside it.
  ///   - workspace: The files of the agent.
  /// - Returns: The result; its workspace does not contain the program.
  /// - Throws: A `Failure` of the sandbox.
  func run(_ parts: Workspace..., on workspace: Workspace) async throws -> CommandResult {
    // The agent may use many of these names, but no more than there are entries.
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

  /// The report that a check has written; empty if it has written none, nil if it did not start.
  static func report(in result: CommandResult) -> [UInt8]? {
    let bytes = result.standardOutput.text.bytes
    return bytes.starts(with: mark.utf8) ? Array(bytes.dropFirst(mark.utf8.count)) : nil
  }
}

extension Workspace {
  /// The entries without links that lead out of the workspace, with the initial state of a shell.
  ///
  /// A check that compares `/workspace/out` with a file of its own must not be led to that very file,
  /// whether by its path or through `/proc`.
  func withoutOutwardLinks() throws -> Workspace {
    try Workspace(
      entries: entries.filter { entry in
        guard case .symbolicLink(let target) = entry.kind else { return true }
        return Self.staysInside(target.bytes, from: entry.path.bytes)
      })
  }

  /// Whether the target of a link contains `..` at its beginning only, and not too often.
  ///
  /// The directories that contain a link are not links, so `..` goes back the same way. The names after
  /// that are entries of the workspace, whose own links are judged in the same way.
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
