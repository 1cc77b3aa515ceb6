import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

/// What a process has that could leak.
struct Belongings {
  /// What the open descriptors are of, without the numbers that tell two pipes apart.
  var descriptors: [String]
  /// Children of any thread, the dead ones too.
  var children: Int
  var mounts: Int
  /// Names in the places where a program would put its folders, owned by the users of slots.
  var folders: Int

  init() throws {
    let files = FileManager.default
    descriptors = try files.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { name in
      guard let target = try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"),
        // Dispatch opens another one when a timer happens to need it.
        target != "anon_inode:[timerfd]"
      else { return nil }
      return target.hasPrefix("/") ? target : String(target.prefix { $0 != ":" })
    }.sorted()
    children = try files.contentsOfDirectory(atPath: "/proc/self/task").reduce(0) { count, thread in
      let path = "/proc/self/task/\(thread)/children"
      return count + (try String(contentsOfFile: path, encoding: .utf8)).split(separator: " ").count
    }
    mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
      .split(separator: "\n").count
    folders = ["/tmp", "/dev/shm", "/run", "/var/tmp"].reduce(0) { count, place in
      let names = (try? files.contentsOfDirectory(atPath: place)) ?? []
      return count
        + names.count { name in
          let owner = try? files.attributesOfItem(atPath: "\(place)/\(name)")[.ownerAccountID]
          return (60_000..<65_000).contains((owner as? NSNumber)?.intValue ?? 0)
        }
    }
  }

  /// Whether nothing was added.
  ///
  /// Less is no leak: Dispatch closes what it needs no more.
  func isNoMore(than before: Belongings) -> Bool {
    descriptors.count <= before.descriptors.count && children <= before.children
      && mounts <= before.mounts && folders <= before.folders
  }

  /// Looks after the first commands, and the first timer, have set up what a process keeps.
  static func afterWarmingUp(_ sandbox: Sandbox) async throws -> Belongings {
    try await play("true", by: sandbox)
    // Slots set themselves up when their threads get to it; each has its input in memory.
    return try await settled { belongings in
      belongings.descriptors.count { $0.hasPrefix("/memfd:turnwise") } >= sandbox.slots
    }
  }

  /// Looks until `condition` holds, for half a minute.
  static func settled(_ condition: (Belongings) -> Bool) async throws -> Belongings {
    for _ in 0..<3000 {
      // First, so that the timer of the process is there, too.
      try await Task.sleep(for: .milliseconds(10))
      let belongings = try Belongings()
      if condition(belongings) { return belongings }
    }
    return try Belongings()
  }
}

/// The memory of this process that is there, in bytes.
func residentBytes() throws -> Int {
  let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  return (Int(text.split(separator: " ")[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}
