internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// Times the work on the files of a workspace around each command, in memory as in the sandbox.
struct WorkspaceTiming {
  /// The work that is timed.
  enum Work: String, CaseIterable {
    /// The tree is read back; most files are unchanged.
    case snapshot
    /// The tree is written.
    case restore
    /// The tree is deleted, as at the end of its file system.
    case clear
  }

  private let workspace: Workspace
  private let base: String

  /// Creates a folder in memory.
  init(_ workspace: Workspace) throws {
    self.workspace = workspace
    let shared = "/dev/shm"
    let place = FileManager.default.isWritableFile(atPath: shared) ? shared : "/tmp"
    base = "\(place)/turnwise-bench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: false)
  }

  /// Removes the folder.
  func remove() { try? FileManager.default.removeItem(atPath: base) }

  /// Returns the mean seconds of the work over `count` times.
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
