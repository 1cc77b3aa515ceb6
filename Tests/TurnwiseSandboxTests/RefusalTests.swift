import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `A machine without sandboxes` {
  @Test(arguments: [
    ("bwrap: Unknown option --disable-userns", Sandbox.Refusal.Cause.tooOld),
    ("bwrap: Creating new namespace failed: No space left on device", .namespaceLimit),
    (
      "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces "
        + "exceeded (ENOSPC)", .namespaceLimit
    ),
    ("bwrap: unshare user ns: No space left on device", .namespaceLimit),
    (
      "bwrap: No permissions to create new namespace, likely because the kernel does not allow "
        + "non-privileged user namespaces.", .namespacesForbidden
    ),
    ("bwrap: setting up uid map: Permission denied", .appArmor),
    ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", .appArmor),
    ("bwrap: Failed to make / slave: Permission denied", .appArmor),
    ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", .nestedContainer),
    ("bwrap: execvp /usr/bin/bash: No such file or directory", .noShell),
    ("bwrap: Can't find source path /usr: No such file or directory", .other), ("", .other),
  ])
  func `says why and what to do`(
    message: String, cause: Sandbox.Refusal.Cause
  ) {
    let refusal = Sandbox.Refusal(launcherSaid: message)
    #expect(refusal.cause == cause)
    #expect(refusal.description.contains(refusal.explanation))
    #expect(refusal.description.contains(refusal.remedy))
    #expect(refusal.detail == message)
  }

  @Test(
    .enabled(if: getuid() == 0, "only root can put another launcher in the place of bubblewrap"),
    arguments: [
      "echo 'bwrap: Creating new namespace failed: No space left on device' >&2; exit 1",
      "echo 'bwrap: execvp /usr/bin/bash: No such file or directory' >&2; exit 1",
      "exit 0", "exit 1", "kill -9 $$", "echo '{ \"exit-code\": 0 }' >&3",
      "echo '{ \"child-pid\": 1 }' >&3; exit 1", "printf .; exit 1",
    ])
  func `does not mistake a failed launch for a failed command`(script: String) async {
    await #expect(processExitsWith: .success) { [script] in
      let sandbox = try sandboxLaunched(by: "#!/bin/sh\n\(script)\n")
      do {
        let result = try await play("exit 1", by: sandbox)
        fatalError("The command has a result: \(result)")
      } catch let failure as Failure {
        precondition(failure.boundary == .sandbox, "\(failure)")
      }
    }
  }

  /// Limits of the process, in units of the kernel, and what a refusal says about each; nil if commands run
  /// with that limit.
  static let limits: [(resource: __rlimit_resource, limit: UInt, words: [String]?)] = [
    (RLIMIT_NOFILE, 40, ["open files (ulimit -Hn) is 40;", "at least 64"]),
    (RLIMIT_NOFILE, 64, nil), (RLIMIT_NOFILE, 200, nil),
    (RLIMIT_FSIZE, 1 << 20, ["file size (ulimit -Hf) is 1024;", "at least 32768"]),
    (
      __RLIMIT_NPROC, 8,
      ["processes and threads of this user (ulimit -Hu) is 8;", "at least 16"]
    ),
    // Other sandboxes of the machine may use the same users, and then count too.
    (__RLIMIT_NPROC, 24, nil),
    (RLIMIT_CORE, 0, nil), (RLIMIT_CPU, 7, nil),
  ]

  @Test(arguments: limits.indices)
  func `works with a lower limit of the process, or names it`(index: Int) async {
    await #expect(processExitsWith: .success) { [index] in
      let (resource, value, words) = Self.limits[index]
      // The limit is set before another thread exists.
      let sandbox = try sandbox(under: resource, value)
      let countsProcesses = resource == __RLIMIT_NPROC
      do {
        try await sandbox.probe()
        precondition(words == nil, "The probe did not fail.")
        // Several commands, because sandboxes are used again.
        var state = Workspace.empty
        for number in 1...3 {
          let result = try await sandbox.run("python3 -c 'print(6)'", in: state, seed: 1)
          precondition(result.output == "6\n", "\(number): \(result)")
          state = result.workspace
        }
      } catch let failure as Failure where countsProcesses {
        precondition(failure.message.contains("ulimit -Hu"), "\(failure)")
      } catch let refusal as Sandbox.Refusal where refusal.cause == .noPrograms && countsProcesses {
        precondition(refusal.description.contains("ulimit -Hu"), "\(refusal)")
      } catch let refusal as Sandbox.Refusal {
        precondition(refusal.cause == .resourceLimit, "\(refusal)")
        precondition(words?.allSatisfy(refusal.description.contains) == true, "\(refusal)")
        precondition(refusal.remedy.contains("ulimit -Hn"), "\(refusal)")
      }
    }
  }

  @Test(arguments: [
    ("processes", -1), ("workspaceBytes", Int.max), ("memoryBytes", 0), ("workspaceDepth", 1 << 20),
    ("openFiles", Int.min), ("commandBytes", -5), ("outputHeadBytes", -1),
  ])
  func `says which of its own limits is out of range`(name: String, value: Int) async throws {
    let paths: [String: any WritableKeyPath<Sandbox.Limits, Int> & Sendable] = [
      "processes": \.processes, "workspaceBytes": \.workspaceBytes, "memoryBytes": \.memoryBytes,
      "workspaceDepth": \.workspaceDepth, "openFiles": \.openFiles, "commandBytes": \.commandBytes,
      "outputHeadBytes": \.outputHeadBytes,
    ]
    let path = try #require(paths[name])
    let failure = await #expect(throws: Failure.self) {
      try await Sandbox.limited { $0[keyPath: path] = value }.run("true", in: .empty, seed: 0)
    }
    #expect(failure?.code == "limits")
    #expect(
      failure?.message.contains("`\(name)` of the sandbox is \(value); it must be from") == true)
  }

  @Test(arguments: [0, -1, .nan, .infinity, 1e300])
  func `says that its time limit is out of range`(seconds: Double) async throws {
    let failure = await #expect(throws: Failure.self) {
      try await Sandbox.limited { $0.seconds = seconds }.probe()
    }
    #expect(failure?.code == "limits")
  }

  /// System calls that fail, and the cause that the refusal names.
  static let forbidden: [(Host.Forbidden, Sandbox.Refusal.Cause)] = {
    let newProcesses: UInt32 = 0x100 | 0x2000_0000  // CLONE_VM | CLONE_NEWPID
    return [
      (.init(number: Host.Call.openat2, error: ENOSYS), .missingCall),
      (.init(number: Host.Call.openat2, error: EPERM), .missingCall),
      (.init(number: Host.Call.closeRange, error: ENOSYS), .missingCall),
      (.init(number: Host.Call.pidfdOpen, error: EPERM), .missingCall),
      (.init(number: Host.Call.seccomp, error: EINVAL), .missingCall),
      (.init(number: Host.Call.setns, error: EPERM), .unreachable),
      (.init(number: Host.Call.clone, error: EPERM, bits: newProcesses), .namespacesForbidden),
      (.init(number: Host.Call.clone, error: ENOSPC, bits: newProcesses), .namespaceLimit),
    ]
  }()

  @Test(arguments: forbidden.indices)
  func `names the missing cause`(index: Int) async {
    await #expect(processExitsWith: .success) { [index] in
      let (forbidden, cause) = Self.forbidden[index]
      try Host.forbid(forbidden)
      // Nothing is awaited before this, because the filter applies to this thread.
      let sandbox = Sandbox(slots: 1)
      let folder = Result(catching: { () throws(FileError) in
        try HostFolder(NSTemporaryDirectory())
      })
      let refusal = await #expect(throws: Sandbox.Refusal.self) { try await sandbox.probe() }
      #expect(refusal?.cause == cause, "\(String(describing: refusal))")
      if cause == .missingCall, case .failure(let error) = folder {
        #expect(refusal.map { FileError.refused($0) } == error)
      } else {
        // A missing call that only commands need does not prevent the use of a folder.
        #expect(cause != .missingCall || forbidden.error == EINVAL)
      }
    }
  }

  @Test(
    .enabled(if: getuid() == 0, "only root can put another launcher in the place of bubblewrap"))
  func `without bubblewrap says how to install it`() async {
    await #expect(processExitsWith: .success) {
      let sandbox = try sandboxLaunched(by: nil)
      do {
        try await sandbox.probe()
        fatalError("The probe did not fail.")
      } catch let refusal as Sandbox.Refusal {
        precondition(refusal.cause == .notInstalled)
        precondition(refusal.description.contains("apt-get install bubblewrap"))
      }
    }
  }
}

/// Lowers a limit of this process and creates a sandbox.
private func sandbox(under resource: __rlimit_resource, _ value: UInt) throws -> Sandbox {
  var limit = rlimit(rlim_cur: value, rlim_max: value)
  try #require(setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0)
  return Sandbox(slots: 2)
}

/// A sandbox for which bubblewrap is replaced by a script, or is missing.
///
/// The slots inherit the mounts of the thread that creates them, so the mounts of the machine do not change.
/// This function is not `async`, because everything must happen on one thread.
private func sandboxLaunched(by script: String?) throws -> Sandbox {
  typealias Mount =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>?, UInt, UnsafeRawPointer?
    ) -> Int32
  let mount = unsafeBitCast(try #require(dlsym(nil, "mount")), to: Mount.self)
  let unshare = unsafeBitCast(
    try #require(dlsym(nil, "unshare")), to: (@convention(c) (Int32) -> Int32).self)
  let newMounts: Int32 = 0x0002_0000  // CLONE_NEWNS
  let (bind, recursive, isPrivate): (UInt, UInt, UInt) = (0x1000, 0x4000, 0x4_0000)  // MS_…
  try #require(unshare(newMounts) == 0)
  try #require(mount("none", "/", nil, recursive | isPrivate, nil) == 0)
  if let script {
    try #require(mount("none", "/tmp", "tmpfs", 0, nil) == 0)
    let path = "/tmp/launcher"
    try #require(FileManager.default.createFile(atPath: path, contents: Data(script.utf8)))
    try #require(chmod(path, 0o755) == 0)
    try #require(mount(path, "/usr/bin/bwrap", nil, bind, nil) == 0)
  } else {
    try #require(mount("none", "/usr/bin", "tmpfs", 0, nil) == 0)
  }
  return Sandbox(slots: 1)
}
