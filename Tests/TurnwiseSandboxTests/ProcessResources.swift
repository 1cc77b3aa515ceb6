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
    children = try childrenOfThisProcess().count
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
    // Slots set themselves up when their threads get to it: one command for each, all at once.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<sandbox.slots { group.addTask { try await play("sleep 1", by: sandbox) } }
      try await group.waitForAll()
    }
    return try await settled { _ in true }
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
  // What was freed and is kept by the allocator for later does not count: how much that is depends on load.
  typealias Trim = @convention(c) (_ kept: Int) -> Int32
  if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: Trim.self)(0) }
  let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  return (Int(text.split(separator: " ")[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}

/// The children of all threads of this process, the dead ones too.
func childrenOfThisProcess() throws -> [(process: pid_t, name: String)] {
  try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").flatMap { thread in
    let folder = "/proc/self/task/\(thread)"
    do {
      return try String(contentsOfFile: "\(folder)/children", encoding: .utf8)
        .split(separator: " ").compactMap { pid_t($0) }
    } catch  where !FileManager.default.fileExists(atPath: folder) {
      // A thread that ended between the two looks has handed its children on.
      return []
    }
  }.map { process in
    let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
    return (process, name?.trimmingCharacters(in: .newlines) ?? "")
  }
}

/// Records what `body` throws: of an exit test that throws, nothing is told but SIGILL.
func recordingErrors(_ body: () async throws -> Void) async {
  do {
    try await body()
  } catch is ExpectationFailedError {
    // It is recorded already.
  } catch {
    Issue.record(error)
  }
}
