import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// Cases 39 to 44: sandboxes at the same time, failures of launches, cancellation, forks.
  static let machinery: [AttackCase] = [
    AttackCase("two running sandboxes that look for each other") {
      let sandbox = Sandbox(slots: 2, limits: Sandbox.patient.limits)
      let one = Task {
        try await play(
          """
          echo x > /dev/shm/meeting; echo x > /tmp/meeting
          python3 -c "
          import fcntl, socket, time
          s = socket.socket(socket.AF_UNIX); s.bind('\\\\0turnwise-meeting'); s.listen()
          f = open('/usr/bin/true'); fcntl.flock(f, fcntl.LOCK_EX); time.sleep(1000)"
          """, by: sandbox)
      }
      // The lock on a shared file is the known channel, and shows that the other one is running.
      let two = try await play(
        """
        until ! flock -n /usr/bin/true true; do sleep 0.01; done; echo locked
        ls -A /tmp /dev/shm/; grep -c meeting /proc/net/unix; ipcs -m | grep -c 0x; ps -e | wc -l
        """, by: sandbox)
      one.cancel()
      _ = try? await one.value
      let isAlone = two.output.hasPrefix("locked\n/dev/shm/:\n\n/tmp:\n0\n0\n")
      return Outcome(
        isAlone
          ? "no file, socket, key or process; locks on /usr are visible, as documented"
          : two.output.debugDescription, isAlone)
    },
    AttackCase("the thread that asked for a command ends") {
      let (results, found) = AsyncStream<CommandResult?>.makeStream()
      Thread { Task { found.yield(try? await play("sleep 0.3; echo done")) } }.start()
      var result: CommandResult?
      for await first in results {
        result = first
        break
      }
      return Outcome("the command continues", result?.output == "done\n")
    },
    AttackCase("500 commands that are killed during the launch") {
      _ = try await #require(processExitsWith: .success) {
        var sandbox: Sandbox? = Sandbox(slots: 2)
        let before = try await ProcessResources.afterWarmUp(of: try #require(sandbox))
        for number in 0..<500 {
          let running = sandbox
          let task = Task {
            try await play("sleep 1000", by: try #require(running))
          }
          try await Task.sleep(for: .microseconds(number * 12))
          task.cancel()
          guard case .failure = await task.result else { exit(3) }
        }
        sandbox = nil
        let after = try await ProcessResources.count { $0.children == 0 }
        guard after.isNoMore(than: before), after.children == 0 else { exit(4) }
      }
      return Outcome("no process, descriptor, mount or folder left", true)
    },
    AttackCase("a launch that fails") {
      _ = try await #require(processExitsWith: .success) {
        // These are too few descriptors for a command.
        let sandbox = Sandbox(slots: 1)
        var few = rlimit(rlim_cur: 12, rlim_max: 12)
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &few) == 0 else { exit(3) }
        do {
          _ = try await play("exit 1", by: sandbox)
          exit(4)
        } catch let failure as Failure {
          guard failure.boundary == .sandbox else { exit(5) }
        }
      }
      let refusal = Sandbox.Refusal(
        launcherSaid: "bwrap: Creating new namespace failed: No space left on device")
      return Outcome(
        "a failure of the sandbox, not a status; refusals name the remedy",
        refusal.cause == .namespaceLimit, refusal.description.contains("max_user_namespaces"))
    },
    AttackCase("200 commands, every second one killed") {
      _ = try await #require(processExitsWith: .success) {
        var limits = Sandbox.Limits()
        limits.seconds = 0.2
        var sandbox: Sandbox? = Sandbox(slots: 2, limits: limits)
        let before = try await ProcessResources.afterWarmUp(of: try #require(sandbox))
        for number in 0..<200 {
          let running = sandbox
          let command: Text = number % 10 == 5 ? "setsid sleep 1000 & sleep 1000" : "echo x > f"
          let task = Task { try await play(command, by: try #require(running)) }
          if number % 2 == 0 {
            try await Task.sleep(for: .milliseconds(number % 17))
            task.cancel()
          }
          _ = await task.result
        }
        sandbox = nil
        let after = try await ProcessResources.count { $0.children == 0 }
        guard after.isNoMore(than: before), after.children == 0 else { exit(4) }
      }
      return Outcome("as many descriptors, processes, mounts and folders as before", true)
    },
    AttackCase("forks of one state") {
      let start = try await play("mkdir d; echo 1 > d/n; export N=3; cd d").workspace
      func follow() async throws -> [CommandResult] {
        var (state, results) = (start, [CommandResult]())
        for command: Text in [
          "echo $((N * $(cat n))) > n; ls -iU; echo $RANDOM $$ $BASHPID; sh -c 'echo $$'",
          "export N=$((N + 1)); mv n m; find / -xdev -ls 2>/dev/null | grep workspace | cut -c1-40",
          "cat m; ls -A /tmp; sh -c 'echo $$'; stat -c '%i %a' /tmp /workspace; df /workspace /tmp",
        ] {
          results.append(try await Sandbox.patient.run(command, in: state, seed: 11))
          state = results[results.count - 1].workspace
        }
        return results
      }
      async let one = follow()
      async let two = follow()
      async let other = play("rm -rf /workspace/*; export N=100", in: start)
      let (first, second) = try await (one, two)
      _ = try await other
      let third = try await follow()
      return Outcome(
        "equal outputs, trees and states, down to process and inode numbers", first == second,
        second == third)
    },
  ]
}
