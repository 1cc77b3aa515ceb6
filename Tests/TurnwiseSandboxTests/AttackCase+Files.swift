import Foundation
import TurnwiseCore
import TurnwiseSandbox
import TurnwiseTestSupport

extension AttackCase {
  /// The error of a file tool of the host for each path, or "reached".
  private static func refusals(
    _ paths: [Text], _ body: (Text) throws(FileError) -> Void
  ) -> [String] {
    paths.map { path in
      do { try body(path) } catch { return "\(error)".components(separatedBy: "\" ").last ?? "" }
      return "reached"
    }
  }

  /// Cases 30 to 36: file tools of the host and snapshots on an agent's files.
  static let files: [AttackCase] = [
    AttackCase("links to files of the host") {
      let result = try await play("ln -s /etc/passwd k; ln -s /etc l; ln -s . h")
      let folder = try TemporaryFolder(containing: result.workspace)
      defer { folder.remove() }
      let host = try HostFolder(folder.path)
      let paths: [Text] = ["k", "l/passwd", "h/k", "l"]
      var workspace = result.workspace
      let isLink = refusals(paths) { path throws(FileError) in _ = try workspace.read(path) }
        .allSatisfy { $0.contains("symbolic link") }
      let isNotWritten = refusals(["k", "l/x", "h/x"]) { path throws(FileError) in
        try workspace.write("x", to: path)
      }.allSatisfy { $0.contains("symbolic link") }
      let onHost =
        refusals(paths) { path throws(FileError) in _ = try host.read(path) }
        + refusals(["k", "l/x", "h/x"]) { path throws(FileError) in try host.write("x", to: path) }
      let isSame = try host.workspace() == Workspace(entries: result.workspace.entries)
      return Outcome(
        "refused as a link; nothing read, nothing written", isLink, isNotWritten, isSame,
        onHost.allSatisfy { $0.contains("symbolic link") || $0.contains("not a directory") })
    },
    AttackCase("paths that lead out") {
      let folder = try TemporaryFolder(containing: .empty)
      defer { folder.remove() }
      let host = try HostFolder(folder.path)
      let paths: [Text] = [
        "../../etc/passwd", "/etc/passwd", "a/../../x", "", "a\0b", "..",
        Text([UInt8](repeating: 120, count: 5000)), Text([UInt8](repeating: 120, count: 300)),
      ]
      var workspace = Workspace.empty
      let said =
        refusals(paths) { path throws(FileError) in _ = try workspace.read(path) }
        + refusals(paths) { path throws(FileError) in try workspace.write("x", to: path) }
        + refusals(paths) { path throws(FileError) in _ = try host.read(path) }
        + refusals(paths) { path throws(FileError) in try host.write("x", to: path) }
      return Outcome(
        "refused before anything is opened", !said.contains("reached"),
        workspace == .empty, try host.workspace() == .empty)
    },
    AttackCase("pipe, socket or device in place of a file") {
      let folder = try TemporaryFolder(containing: .empty)
      defer { folder.remove() }
      guard mkfifo(folder.path + "/p", 0o644) == 0 else { throw POSIXError(.EPERM) }
      let host = try HostFolder(folder.path)
      let said =
        refusals(["p"]) { path throws(FileError) in _ = try host.read(path) }
        + refusals(["p"]) { path throws(FileError) in try host.write("x", to: path) }
      let snapshot = try await play("mkfifo p; echo x > f").workspace
      return Outcome(
        "refused at once as not a regular file; not part of snapshots",
        said.allSatisfy { $0.contains("not a regular file") },
        try host.workspace() == .empty, snapshot.paths == ["f"])
    },
    AttackCase("swapping a file for a link while it is read") {
      let folder = try TemporaryFolder(containing: .empty)
      defer { folder.remove() }
      let racer = Process()
      racer.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
      racer.currentDirectoryURL = URL(fileURLWithPath: folder.path)
      racer.arguments = [
        "-c",
        """
        import os
        while True:
            os.symlink('/etc/passwd', 'n'); os.rename('n', 't')
            open('n', 'w').write('hi'); os.rename('n', 't')
        """,
      ]
      try racer.run()
      defer {
        kill(racer.processIdentifier, SIGKILL)
        racer.waitUntilExit()
      }
      let host = try HostFolder(folder.path)
      var (reads, links, leaks) = (0, 0, 0)
      let deadline = ContinuousClock.now + .seconds(60)
      while reads < 2_000 || links < 2_000, ContinuousClock.now < deadline {
        switch Result(catching: { () throws(FileError) in try host.read("t") }) {
        case .success(let text):
          reads += 1
          if text != "hi" && text != "" { leaks += 1 }
        case .failure(.isLink): links += 1
        case .failure(.missing): continue
        case .failure(let error): throw error
        }
      }
      return Outcome(
        "never the host's file, in thousands of reads of either", leaks == 0,
        reads >= 2_000, links >= 2_000)
    },
    AttackCase("unreadable tree") {
      let result = try await play("mkdir -p z/y; echo deep > z/y/f; chmod 000 z/y/f z/y z .")
      return Outcome(
        "snapshot and restore succeed", result.workspace["z/y/f"] == "deep\n",
        try await play("true", in: result.workspace).workspace == result.workspace)
    },
    AttackCase("odd names") {
      let result = try await play(
        "touch -- '-rf' $'a\\nb' $'\\xff\\xfe' $'\\e[31mred'", "ls -b | tr '\\n' ' '")
      return Outcome(
        "byte-exact; listed as \(result.output)",
        result.workspace.paths == [
          Text([0x1B] + Array("[31mred".utf8)), "-rf", "a\nb", Text([0xFF, 0xFE]),
        ])
    },
    AttackCase(
      "hard link to a file of the host",
      allFail: ["ln /usr/bin/id h", "ln /etc/passwd h", "ln /proc/1/environ h"], "EXDEV"),
  ]
}
