import Foundation
import Testing

/// System calls of a host that Swift's header for Glibc does not have.
///
/// What they change applies to the calling thread and to the threads that it starts afterwards.
enum Host {
  /// The numbers of system calls on this architecture.
  enum Call {
    #if arch(x86_64)
      static let (addKey, clone, keyctl, prctl, seccomp, setns) = (248, 56, 250, 157, 317, 308)
    #else
      static let (addKey, clone, keyctl, prctl, seccomp, setns) = (217, 220, 219, 167, 277, 268)
    #endif
    static let (closeRange, openat2, pidfdOpen) = (436, 437, 434)
  }

  private static func call(_ number: Int, _ arguments: Int...) -> Int {
    typealias Call = @convention(c) (Int, Int, Int, Int, Int, Int, Int) -> Int
    guard let raw = dlsym(nil, "syscall") else { return -1 }
    let padded = arguments + [Int](repeating: 0, count: 6 - arguments.count)
    return unsafeBitCast(raw, to: Call.self)(
      number, padded[0], padded[1], padded[2], padded[3], padded[4], padded[5])
  }

  /// Adds a key to a new session; returns false if that is not allowed.
  static func makeSessionKey(_ name: String) -> Bool {
    let (joinSessionKeyring, sessionKeyring) = (1, -3)
    return name.withCString { name in
      "user".withCString { type in
        let name = Int(bitPattern: name)
        return call(Call.keyctl, joinSessionKeyring, name) >= 0
          && call(Call.addKey, Int(bitPattern: type), name, name, 4, sessionKeyring) >= 0
      }
    }
  }

  /// A call that a host forbids, as an old kernel or a container does.
  struct Forbidden: Codable, Sendable {
    /// The number of the call.
    var number: Int
    /// The error number that the call returns.
    var error: Int32
    /// If this is not zero, only calls are forbidden whose first argument has all these bits.
    var bits: UInt32 = 0
  }

  /// Forbids a call for this thread and those that it starts.
  static func forbid(_ forbidden: Forbidden) throws {
    func instruction(
      _ code: UInt16, _ operand: UInt32, yes: UInt64 = 0, no: UInt64 = 0
    ) -> UInt64 {
      UInt64(code) | yes << 16 | no << 24 | UInt64(operand) << 32
    }
    let filter = [
      instruction(ClassicBPF.load, ClassicBPF.numberOffset),
      instruction(ClassicBPF.jumpIfEqual, UInt32(forbidden.number), no: 4),
      instruction(ClassicBPF.load, ClassicBPF.firstArgumentOffset),
      instruction(ClassicBPF.and, forbidden.bits),
      instruction(ClassicBPF.jumpIfEqual, forbidden.bits, no: 1),
      instruction(ClassicBPF.end, ClassicBPF.Answer.fail(forbidden.error)),
      instruction(ClassicBPF.end, ClassicBPF.Answer.allow),
    ]
    let (setNoNewPrivileges, setModeFilter) = (38, 1)
    try filter.withUnsafeBufferPointer { filter in
      let program = [filter.count, Int(bitPattern: filter.baseAddress)]
      try program.withUnsafeBufferPointer { program in
        try #require(call(Call.prctl, setNoNewPrivileges, 1) == 0)
        try #require(
          call(Call.seccomp, setModeFilter, 0, Int(bitPattern: program.baseAddress)) == 0)
      }
    }
  }
}
