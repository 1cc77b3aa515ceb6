import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

/// The resources of a process are counted in an exit test, whose process does nothing else.
@Suite struct `Nothing is left` {
  @Test func `by 1,000 commands, with timeouts, kills and a fork bomb among them`() async {
    await #expect(processExitsWith: .success) {
      await recordingErrors {
        var limits = Sandbox.Limits()
        limits.seconds = 0.3
        var sandbox: Sandbox? = Sandbox(slots: 2, limits: limits)
        let before = try await ProcessResources.afterWarmUp(of: try #require(sandbox))
        let tally = Tally()
        await withTaskGroup(of: Void.self) { [sandbox] group in
          for worker in 0..<4 {
            group.addTask {
              guard let sandbox else { return }
              await tally.add(await playMisbehaving(250, worker, in: sandbox))
            }
          }
        }
        sandbox = nil
        let counts = await tally.counts
        // This checks that all kinds of endings occurred.
        #expect(counts.values.reduce(0, +) == 1000, "\(counts)")
        for kind in ["cancelled", "exited", "time"] {
          #expect(counts[kind, default: 0] > 0, "\(kind)")
        }
        #expect(counts["failed"] == nil, "\(counts)")
        let after = try await ProcessResources.count { $0.children == 0 }
        #expect(after.isNoMore(than: before), "\(before) became \(after)")
        #expect(after.children == 0, "\(after.children) children are left")
      }
    }
  }

  @Test func `by sandboxes that come and go`() async {
    await #expect(processExitsWith: .success) {
      await recordingErrors {
        var limits = Sandbox.Limits()
        let before = try await ProcessResources.afterWarmUp(of: Sandbox(slots: 2))
        for number in 0..<20 {
          limits.openFiles = 64 + number
          try await play("true", by: Sandbox(slots: 2, limits: limits))
        }
        // A thread ends some time after the last reference to its sandbox is released.
        let after = try await ProcessResources.count {
          $0.descriptors.count <= before.descriptors.count && $0.children == 0
        }
        #expect(after.isNoMore(than: before), "\(before) became \(after)")
        #expect(after.children == 0, "\(after.children) children are left")
      }
    }
  }

  @Test(arguments: [0, 2, 4, 6, 8, 10, 15, 20, 30, 50, 100])
  func `by a host that is killed in the middle of commands`(milliseconds: Int) async throws {
    // This number identifies the processes of the commands among all those of the machine. Sandboxes are
    // identified by the process number of their host.
    let mark = 100_000 + Int(getpid()) * 128 + milliseconds
    let path = NSTemporaryDirectory() + "turnwise-host-\(mark)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [mark = mark as Int, milliseconds, path = path as String] in
      try "\(getpid())".write(toFile: path, atomically: true, encoding: .utf8)
      var limits = Sandbox.Limits()
      limits.processorSeconds = mark
      let sandbox = Sandbox(slots: 4, limits: limits)
      for command in [
        "sleep \(mark)", "setsid sleep \(mark) & wait", "trap '' TERM HUP INT; exec sleep \(mark)",
        "exec python3 -c 'import ctypes, time; ctypes.CDLL(None).prctl(1, 0); time.sleep(\(mark))'",
      ] {
        Task { try await play(Text(command), by: sandbox) }
      }
      try await Task.sleep(for: .milliseconds(milliseconds))
      kill(getpid(), SIGKILL)
      try await Task.sleep(for: .seconds(100))
    }
    // They end shortly after their host. If one does not, this loop does not end.
    let host = try String(contentsOfFile: path, encoding: .utf8)
    while !processesOfMachine("cmdline", with: "\(mark)").isEmpty
      || !processesOfMachine("environ", with: "TURNWISE_HOST=\(host)").isEmpty
    {
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  @Test func `by a host that is not root`() async {
    await #expect(processExitsWith: .success) {
      await recordingErrors {
        if getuid() == 0 {
          try #require(setgid(64_321) == 0 && setuid(64_321) == 0, "cannot give up being root")
        }
        var sandbox: Sandbox? = Sandbox(slots: 1)
        let workspace = try Workspace([("a", 0o400, "x"), ("d/e", 0o644, "y")])
        let before = try await play("true", in: workspace, by: try #require(sandbox))
        let resources = try ProcessResources()
        #expect(before.workspace == workspace, "\(before)")
        for _ in 0..<20 {
          let result = try await play(
            "id -u; cat a d/e; chmod 000 d; ulimit -u; f() { f | f & }; f 2>/dev/null",
            in: workspace,
            by: try #require(sandbox))
          #expect(result.output == "1000\nxy48\n", "\(result)")
          #expect(result.workspace.entry("d")?.mode == 0, "\(result.workspace)")
        }
        sandbox = nil
        let after = try await ProcessResources.count { $0.children == 0 }
        #expect(after.isNoMore(than: resources), "\(resources) became \(after)")
        #expect(after.children == 0, "\(after.children) children are left")
      }
    }
  }

  @Test func `in the memory of the host by commands`() async {
    await #expect(processExitsWith: .success) {
      await recordingErrors {
        let sandbox = Sandbox(slots: 1)
        for _ in 0..<3 { try await play("yes", by: sandbox) }
        let before = try residentBytes()
        for _ in 0..<10 { try await play("yes", by: sandbox) }
        let growth = try residentBytes() - before
        #expect(growth < 2 << 20, "\(growth) bytes")
      }
    }
  }
}

/// Plays commands, many of which misbehave and some of which are cancelled; returns how many ended in which
/// way.
private func playMisbehaving(_ count: Int, _ worker: Int, in sandbox: Sandbox) async -> [String:
  Int]
{
  var counts: [String: Int] = [:]
  for number in 0..<count {
    let command: Text =
      switch number % 25 {
      case 3: "sleep 1000"
      case 7: "setsid nohup sleep 1000 >/dev/null 2>&1 & disown"
      case 9: "for i in 1 2 3; do (sleep 0.01 &); done"
      case 11: "kill -9 $$"
      case 13: "mkdir -m 000 z; mkfifo p; ln -s / l; chmod 000 ."
      case 17: "exec sleep 1000"
      case 21 where number < 50: "f() { f | f & }; f 2>/dev/null; sleep 1000"
      default: "echo \(number)"
      }
    let task = Task { try await play(command, by: sandbox) }
    if number % 5 == worker {
      try? await Task.sleep(for: .milliseconds(number % 23))
      task.cancel()
    }
    let kind: String
    switch await task.result {
    case .success(let result): kind = result.limit.map(\.rawValue) ?? "exited"
    case .failure(let failure as Failure) where failure.boundary == .cancelled: kind = "cancelled"
    case .failure: kind = "failed"
    }
    counts[kind, default: 0] += 1
  }
  return counts
}

/// The counts of all workers.
private actor Tally {
  var counts: [String: Int] = [:]
  func add(_ more: [String: Int]) { counts.merge(more, uniquingKeysWith: +) }
}

/// The processes of the machine whose command line (`cmdline`) or environment (`environ`) contains `text`.
func processesOfMachine(_ file: String, with text: String) -> [String] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return all.filter { name in
    guard Int(name) != nil,
      let line = FileManager.default.contents(atPath: "/proc/\(name)/\(file)")
    else { return false }
    return String(decoding: line, as: UTF8.self).contains(text)
  }
}
