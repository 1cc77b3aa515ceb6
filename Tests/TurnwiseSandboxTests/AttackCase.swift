import Foundation
import TurnwiseCore
import TurnwiseSandbox

/// One row of the attack table: something hostile or unlucky, and whether the sandbox held.
struct AttackCase: Sendable {
  /// What came of an attempt.
  struct Outcome: Sendable {
    let text: String
    let isHeld: Bool

    init(_ text: String, _ conditions: Bool...) {
      (self.text, isHeld) = (text, conditions.allSatisfy { $0 })
    }
  }

  let name: String
  let attempt: @Sendable () async throws -> Outcome

  init(_ name: String, _ attempt: @escaping @Sendable () async throws -> Outcome) {
    (self.name, self.attempt) = (name, attempt)
  }

  /// A command whose whole output, of both streams, must be as it is given here.
  init(_ name: String, _ command: Text, prints expected: String, _ outcome: String) {
    self.init(name) {
      let result = try await play(command)
      let printed = result.output + result.errors
      return Outcome(printed == expected ? outcome : printed.debugDescription, printed == expected)
    }
  }

  /// Commands of which each must fail, and for another reason than that there is no such program.
  init(_ name: String, allFail commands: [String], _ outcome: String) {
    self.init(name) {
      let wrong = try await notRefused(commands)
      return Outcome(wrong.isEmpty ? outcome : wrong.joined(separator: "; "), wrong.isEmpty)
    }
  }

  /// A system call from Python: prints what it returned and the error number.
  static func systemCalls(_ calls: [(name: String, numbers: (x86: Int, arm: Int))]) -> Text {
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
}

/// Those of some commands that did not fail, or could not even be tried.
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
