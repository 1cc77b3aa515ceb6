internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// A folder of the host in which commands run without a sandbox, for comparison.
struct PlainFolder: Sendable {
  /// The path of the folder.
  let path = NSTemporaryDirectory() + "turnwise-bench-\(UUID().uuidString)"

  /// Creates a folder of twenty files of 5 KB, one of them `f`.
  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try HostFolder(path).write(
      Workspace(
        (0..<20).map { number in
          let line = "\(number) w of what was written\n"
          let text = String(repeating: line, count: 5000 / line.utf8.count)
          return (path: number == 0 ? "f" : Text("d\(number % 4)/f\(number)"), contents: Text(text))
        }))
  }

  /// Returns the folder as a workspace.
  func workspace() throws -> Workspace { try HostFolder(path).workspace() }

  /// Removes the folder.
  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Runs `count` commands in all, one after another on each of some threads.
  nonisolated(nonsending) func run(_ commands: [String], _ count: Int, _ threads: Int) async throws
  {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<threads {
        group.addTask {
          for number in 0..<count / threads {
            let command = "cd \(path); " + commands[number % commands.count]
            try Self.spawn("/usr/bin/bash", ["--norc", "--noprofile", "-c", command])
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Starts a program and reads its output to the end.
  static func spawn(_ program: String, _ arguments: [String]) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for number: Int32 in [1, 2] { posix_spawn_file_actions_adddup2(&actions, ends[1], number) }
    func copies(_ strings: [String]) -> [UnsafeMutablePointer<CChar>?] {
      strings.map { strdup($0) } + [nil]
    }
    let strings = copies([program] + arguments)
    let environment = copies(["LANG=C.UTF-8", "PATH=/usr/bin:/bin"])
    defer { for string in strings + environment { free(string) } }
    var child: pid_t = 0
    let error = posix_spawn(&child, program, &actions, nil, strings, environment)
    close(ends[1])
    guard error == 0 else { throw POSIXError(.init(rawValue: error) ?? .EIO) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(ends[0], &buffer, buffer.count) > 0 {}
    var status: Int32 = 0
    waitpid(child, &status, 0)
  }
}
