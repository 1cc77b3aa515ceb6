import Foundation
import TurnwiseCore
import TurnwiseSandbox

/// A row of the attack table: something hostile or unlucky, and whether the sandbox kept its promise.
struct AttackCase: Sendable {
  /// The result of an attempt.
  struct Outcome: Sendable {
    /// What happened, in a few words.
    let text: String
    /// Whether all conditions of the promise were met.
    let isAsPromised: Bool

    init(_ text: String, _ conditions: Bool...) {
      (self.text, isAsPromised) = (text, conditions.allSatisfy { $0 })
    }
  }

  let name: String
  let attempt: @Sendable () async throws -> Outcome

  init(_ name: String, _ attempt: @escaping @Sendable () async throws -> Outcome) {
    (self.name, self.attempt) = (name, attempt)
  }

  /// A command whose output, of both streams together, must be exactly `expected`.
  init(_ name: String, _ command: Text, prints expected: String, _ outcome: String) {
    self.init(name) {
      let result = try await play(command)
      let printed = result.output + result.errors
      return Outcome(printed == expected ? outcome : printed.debugDescription, printed == expected)
    }
  }

  /// Commands that must all fail, and for another reason than a missing program.
  init(_ name: String, allFail commands: [String], _ outcome: String) {
    self.init(name) {
      let wrong = try await notRefused(commands)
      return Outcome(wrong.isEmpty ? outcome : wrong.joined(separator: "; "), wrong.isEmpty)
    }
  }

}

/// A command that makes system calls without arguments, and prints the result and the error number of
/// each.
func systemCalls(_ calls: [(name: String, numbers: (x86: Int, arm: Int))]) -> Text {
  let table = calls.map { name, numbers in
    #if arch(x86_64)
      "('\(name)', \(numbers.x86))"
    #else
      "('\(name)', \(numbers.arm))"
    #endif
  }
  return Text(
    """
    python3 -c "
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    for name, number in [\(table.joined(separator: ", "))]:
        print(name, libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0), ctypes.get_errno())
    "
    """)
}

/// The commands that did not fail, or could not be tried.
func notRefused(_ commands: [String]) async throws -> [String] {
  var wrong: [String] = []
  for command in commands {
    let result = try await play(Text("PATH+=:/usr/sbin; { \(command); } >/dev/null"))
    switch result.status {
    case 0: wrong.append("succeeded: \(command)")
    case 127 where result.errors.contains("not found"): wrong.append("not tried: \(command)")
    default: break
    }
  }
  return wrong
}
