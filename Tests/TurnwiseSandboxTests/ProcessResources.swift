import Foundation
import TurnwiseCore
import TurnwiseSandbox

/// The resources of this process that could leak.
struct ProcessResources {
  /// What the open descriptors refer to, without the numbers that distinguish two pipes.
  var descriptors: [String]
  /// The number of children of all threads, including dead ones.
  var children: Int
  /// The number of mounts.
  var mounts: Int
  /// The number of names that users of slots own in the folders for temporary files.
  var folders: Int

  /// Counts the resources now.
  init() throws {
    let files = FileManager.default
    descriptors = try files.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { name in
      guard let target = try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"),
        // Dispatch opens another one if a timer happens to need it.
        target != "anon_inode:[timerfd]"
      else { return nil }
      return target.hasPrefix("/") ? target : String(target.prefix { $0 != ":" })
    }.sorted()
    children = try childrenOfThisProcess().count
    mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
      .split(separator: "\n").count
    folders = ["/tmp", "/dev/shm", "/run", "/var/tmp"].reduce(0) { count, folder in
      let names = (try? files.contentsOfDirectory(atPath: folder)) ?? []
      return count
        + names.count { name in
          let owner = try? files.attributesOfItem(atPath: "\(folder)/\(name)")[.ownerAccountID]
          return (60_000..<65_000).contains((owner as? NSNumber)?.intValue ?? 0)
        }
    }
  }

  /// Whether nothing was added.
  ///
  /// Less is not a leak: Dispatch closes descriptors that it no longer needs.
  func isNoMore(than before: ProcessResources) -> Bool {
    descriptors.count <= before.descriptors.count && children <= before.children
      && mounts <= before.mounts && folders <= before.folders
  }

  /// Counts after the first commands and the first timer have created what a process keeps.
  static func afterWarmUp(of sandbox: Sandbox) async throws -> ProcessResources {
    // A slot is set up when its thread runs: one command for each slot, all at the same time.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<sandbox.slots { group.addTask { try await play("sleep 1", by: sandbox) } }
      try await group.waitForAll()
    }
    return try await count { _ in true }
  }

  /// Counts until a condition is true, for at most half a minute.
  static func count(until condition: (ProcessResources) -> Bool) async throws -> ProcessResources {
    for _ in 0..<3000 {
      // This comes first, so that the timer of the process already exists.
      try await Task.sleep(for: .milliseconds(10))
      let resources = try ProcessResources()
      if condition(resources) { return resources }
    }
    return try ProcessResources()
  }
}

/// The resident memory of this process in bytes.
func residentBytes() throws -> Int {
  // Freed memory that the allocator keeps does not count: its amount depends on the load.
  typealias Trim = @convention(c) (_ kept: Int) -> Int32
  if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: Trim.self)(0) }
  let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  return (Int(text.split(separator: " ")[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}

/// The children of all threads of this process, including dead ones.
func childrenOfThisProcess() throws -> [(process: pid_t, name: String)] {
  try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").flatMap { thread in
    let folder = "/proc/self/task/\(thread)"
    do {
      return try String(contentsOfFile: "\(folder)/children", encoding: .utf8)
        .split(separator: " ").compactMap { pid_t($0) }
    } catch  where !FileManager.default.fileExists(atPath: folder) {
      // The thread ended after it was listed, and its children have another parent now.
      return []
    }
  }.map { process in
    let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
    return (process, name?.trimmingCharacters(in: .newlines) ?? "")
  }
}
