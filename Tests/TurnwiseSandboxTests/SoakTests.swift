import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

/// Many turns, some of which are killed, time out or are hostile, in a process of their own.
///
/// There are 300 turns, or as many as `TURNWISE_SOAK_TURNS` says:
/// `TURNWISE_SOAK_TURNS=5000 swift test -c release --filter SoakTests`.
@Suite struct SoakTests {
  @Test func `a long disturbed run leaves nothing, and has the results of a quiet one`() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      await recordingErrors {
        let turns =
          ProcessInfo.processInfo.environment["TURNWISE_SOAK_TURNS"].flatMap { Int($0) } ?? 300
        var soak: Soak? = try await Soak(turns: turns)
        let before = try await ProcessResources.afterWarmUp(of: try #require(soak?.patient))
        // The first turns allocate what a process keeps; after them the memory must not grow.
        try await soak?.play(turns / 4)
        let warm = try residentBytes()
        try await soak?.play(turns - turns / 4)
        let growth = try residentBytes() - warm
        let counts = try #require(await soak?.counts)
        soak = nil
        let after = try await ProcessResources.count { $0.children == 0 }
        print(
          "soak: \(counts), memory grew by \(growth >> 10) KiB, left: \(after.children) children")
        #expect(counts.total == turns, "\(counts)")
        #expect(counts.cancelled > 0 && counts.stopped > 0 && counts.hostile > 0, "\(counts)")
        #expect(counts.different == 0 && counts.failed == 0, "\(counts)")
        #expect(after.isNoMore(than: before), "\(before) became \(after)")
        #expect(after.children == 0 && after.folders <= before.folders)
        #expect(growth < 8 << 20, "\(growth) bytes")
      }
    }
    // The output of an exit test is not shown.
    let said = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    for line in said.split(separator: "\n") where line.hasPrefix("soak:") { print(line) }
  }
}

/// Episodes that other commands disturb between their turns, and the results of an undisturbed episode.
private final class Soak: Sendable {
  /// How many turns ended in which way.
  struct Counts: Sendable {
    var equal = 0
    var different = 0
    var cancelled = 0
    var stopped = 0
    var hostile = 0
    var failed = 0
    var total: Int { equal + different + cancelled + stopped + hostile + failed }
  }

  /// The counts of all workers.
  actor Tally {
    private(set) var values = Counts()
    func add(_ key: any WritableKeyPath<Counts, Int> & Sendable) { values[keyPath: key] += 1 }
  }

  let patient = Sandbox.limited { _ in }
  private let impatient = Sandbox.limited { $0.seconds = 0.1 }
  private let quiet: [CommandResult]
  private let tally = Tally()

  /// The turns of an episode.
  private static let commands: [Text] = [
    "mkdir -p d; echo $RANDOM > d/a; ls -iR", "export N=$((N + 1)); cd /workspace/d; pwd",
    "sh -c 'echo $$'; cat * | sort | uniq -c; find /workspace | wc -l",
    "for i in 1 2 3; do echo $i > f$i; done; chmod 000 f2; ls -l --time-style=+",
    "echo $N; grep -r 1 /workspace | sort; ls -A /tmp /dev/shm/; echo $N > /tmp/n",
    "tar -cf ../t.tar --mtime=@0 . 2>/dev/null; wc -c ../t.tar; rm ../t.tar; cd ..",
  ]
  /// Commands that disturb the episode; their results are not used.
  private static let hostile: [Text] = [
    "f() { f | f & }; f 2>/dev/null; sleep 1000", "setsid nohup sleep 1000 >/dev/null 2>&1 &",
    "echo x > /tmp/x; echo x > /dev/shm/y; ipcmk -M 4096", "yes", "kill -9 -1; exec sleep 1000",
    "mkfifo p; ln -s / l; mkdir -m 000 z; chmod 000 .", "exec 6>&-; exec true",
    "i=0; while : > n$i; do i=$((i+1)); done", "trap '' TERM; while :; do :; done",
    "for i in {1..40}; do yes $i >&2 & done; wait",
    "exec 8</proc/self/fd/2; while :; do echo x > /dev/stderr; read -r -N 2 -t 0.01 -u 8; done",
    "cat /proc/self/fd/1 & yes | tee /dev/stderr > /proc/self/fd/2; sleep 1000",
    "for i in {1..99}; do (while :; do echo x >&2; done) & kill -9 $!; done; exec 1>&- 2>&-; sleep 1000",
    "python3 -c 'import mmap; mmap.mmap(-1, 1 << 29)'; head -c 9999 /dev/zero > /tmp/big; sleep 1000",
    """
    python3 -c "
    import os, socket, time
    pairs = []
    while len(pairs) < 120:
        pair = socket.socketpair(); pairs.append(pair)
        for end in pair:
            end.setblocking(False)
            try:
                while True: end.send(b'x' * 65536)
            except BlockingIOError: pass
    time.sleep(1000)"
    """,
    """
    python3 -c "
    import ctypes, threading
    kept = []
    def grow():
        while len(kept) < 64: kept.append(bytearray(b'x' * (1 << 20)))
    threading.Thread(target=grow).start(); ctypes.CDLL(None).syscall(ctypes.c_long(60), 0)"
    """,
    "head -c 99999999 /dev/zero > big; exit 3", "printf 'junk' >&6; prlimit --nofile=8 --pid 1",
  ]

  init(turns: Int) async throws {
    var (workspace, results) = (Workspace.empty, [CommandResult]())
    for (number, command) in Self.commands.enumerated() {
      results.append(try await patient.run(command, in: workspace, seed: UInt64(number)))
      workspace = results[number].workspace
    }
    quiet = results
  }

  var counts: Counts { get async { await tally.values } }

  /// Plays a number of turns on four workers.
  func play(_ turns: Int) async throws {
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        let share = turns / 4 + (worker < turns % 4 ? 1 : 0)
        group.addTask { await self.work(share, Randomness(seed: UInt64(turns * 4 + worker))) }
      }
    }
  }

  /// Plays a number of turns: two in ten are killed, one has a short time limit, the others are compared.
  private func work(_ turns: Int, _ random: Randomness) async {
    var (random, left, turn, workspace) = (random, turns, 0, Workspace.empty)
    while left > 0 {
      left -= 1
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<2: await kill(in: workspace, &random)
      case 2..<3: await disturb(in: workspace, by: impatient, &random)
      default:
        let number = turn % Self.commands.count
        let before = number == 0 ? Workspace.empty : workspace
        let result = try? await patient.run(
          Self.commands[number], in: before, seed: UInt64(number))
        await tally.add(result == nil ? \.failed : result == quiet[number] ? \.equal : \.different)
        workspace = quiet[number].workspace
        if let result { workspace = result.workspace }
        turn += 1
      }
    }
  }

  private func kill(in workspace: Workspace, _ random: inout Randomness) async {
    let command = Self.hostile[Int.random(in: 0..<Self.hostile.count, using: &random)]
    let delay = Int.random(in: 0..<30, using: &random)
    let task = Task { try await patient.run(command, in: workspace, seed: 1) }
    try? await Task.sleep(for: .milliseconds(delay))
    task.cancel()
    switch await task.result {
    case .success: await tally.add(\.hostile)
    case .failure(let failure as Failure) where failure.boundary == .cancelled:
      await tally.add(\.cancelled)
    case .failure: await tally.add(\.failed)
    }
  }

  private func disturb(
    in workspace: Workspace, by sandbox: Sandbox, _ random: inout Randomness
  ) async {
    let command = Self.hostile[Int.random(in: 0..<Self.hostile.count, using: &random)]
    let result = try? await sandbox.run(command, in: workspace, seed: 1)
    await tally.add(result == nil ? \.failed : result?.limit == nil ? \.hostile : \.stopped)
  }
}
