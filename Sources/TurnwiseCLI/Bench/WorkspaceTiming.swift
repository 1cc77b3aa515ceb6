internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// Times what happens to the files of a workspace around each command, in memory as there.
struct WorkspaceTiming {
  /// What is timed.
  enum Work: String, CaseIterable {
    /// The tree is read back; most files turn out to be what they were.
    case snapshot
    /// The tree is written.
    case restore
    /// The tree is deleted, as the end of its file system does it.
    case clear
  }

  private let workspace: Workspace
  private let base: String

  /// Makes room in memory.
  init(_ workspace: Workspace) throws {
    self.workspace = workspace
    let shared = "/dev/shm"
    let place = FileManager.default.isWritableFile(atPath: shared) ? shared : "/tmp"
    base = "\(place)/turnwise-bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: false)
  }

  /// Takes all of it away.
  func remove() { try? FileManager.default.removeItem(atPath: base) }

  /// The seconds that one of `count` times takes.
  func seconds(of work: Work, _ count: Int) throws -> Double {
    var total = 0.0
    for number in 0..<count {
      let path = "\(base)/\(number)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      let folder = try HostFolder(path)
      for step in [Work.restore, .snapshot, .clear] {
        let start = BenchmarkTime.now
        switch step {
        case .restore: try folder.write(workspace)
        case .snapshot: _ = try folder.workspace(after: workspace)
        case .clear: try folder.clear()
        }
        if step == work { total += (BenchmarkTime.now - start).wall }
      }
      rmdir(path)
    }
    return total / Double(count)
  }
}
