import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `The threads of a host` {
  /// The user and mount namespace of each thread of this process.
  private static func threads() -> [(user: String, mounts: String)] {
    let folder = "/proc/self/task"
    let ids = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return ids.compactMap { id in
      guard let status = try? String(contentsOfFile: "\(folder)/\(id)/status", encoding: .utf8),
        let mounts = try? FileManager.default.destinationOfSymbolicLink(
          atPath: "\(folder)/\(id)/ns/mnt")
      else { return nil }
      func field(_ name: String) -> String {
        status.split(separator: "\n").first { $0.hasPrefix(name) }
          .map { $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces) } ?? ""
      }
      return (field("Uid:"), mounts)
    }
  }

  @Test func `keep their user and mounts, except those of the slots`() async throws {
    await #expect(processExitsWith: .success) {
      let before = Self.threads()
      guard let own = before.first else { exit(2) }
      let sandbox = Sandbox(slots: 2)
      // Many tasks that continue after their command, so that the pool uses all its threads.
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<40 {
          group.addTask {
            _ = try? await sandbox.run("echo \(Text("\(number)"))", in: .empty, seed: 0)
            _ = (0..<200_000).reduce(0, ^)
          }
        }
      }
      // The threads of the slots have other users and mounts. No other thread may have them.
      let others = Self.threads().filter { $0.user != own.user || $0.mounts != own.mounts }
      guard others.count <= 2, Set(others.map(\.user)).count == others.count else { exit(1) }
    }
  }
}
