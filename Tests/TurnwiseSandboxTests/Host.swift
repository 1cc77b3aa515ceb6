import Foundation
import Testing

/// System calls of a host that Swift's header for Glibc does not show.
///
/// What they change belongs to the calling thread and the threads that it starts afterwards.
enum Host {
  #if arch(x86_64)
    private static let (addKey, keyctl, prctl, seccomp) = (248, 250, 157, 317)
  #else
    private static let (addKey, keyctl, prctl, seccomp) = (217, 219, 167, 277)
  #endif

  private static func call(_ number: Int, _ arguments: Int...) -> Int {
    typealias Call = @convention(c) (Int, Int, Int, Int, Int, Int, Int) -> Int
    guard let raw = dlsym(nil, "syscall") else { return -1 }
    let padded = arguments + [Int](repeating: 0, count: 6 - arguments.count)
    return unsafeBitCast(raw, to: Call.self)(
      number, padded[0], padded[1], padded[2], padded[3], padded[4], padded[5])
  }

  /// Makes a key in a new session; false where that is not allowed.
  static func makeSessionKey(_ name: String) -> Bool {
    name.withCString { name in
      "user".withCString { type in
        let name = Int(bitPattern: name)
        // KEYCTL_JOIN_SESSION_KEYRING, KEY_SPEC_SESSION_KEYRING
        return call(keyctl, 1, name) >= 0
          && call(addKey, Int(bitPattern: type), name, name, 4, -3) >= 0
      }
    }
  }

  /// A call that a host forbids, as an old kernel or a container does.
  struct Forbidden: Codable, Sendable {
    var number: Int
    var error: Int32
    /// Where not zero, only calls are forbidden whose first argument has all these bits.
    var bits: UInt32 = 0
  }

  /// Forbids a call to this thread and those that it starts.
  static func forbid(_ forbidden: Forbidden) throws {
    // Classic BPF: load the number; where it is the one, load the argument, keep the bits, compare.
    func instruction(_ code: UInt64, _ operand: UInt32, yes: UInt64 = 0, no: UInt64 = 0) -> UInt64 {
      code | yes << 16 | no << 24 | UInt64(operand) << 32
    }
    let filter = [
      instruction(0x20, 0), instruction(0x15, UInt32(forbidden.number), no: 4),
      instruction(0x20, 16), instruction(0x54, forbidden.bits),
      instruction(0x15, forbidden.bits, no: 1),
      instruction(0x06, 0x5_0000 | UInt32(forbidden.error)), instruction(0x06, 0x7FFF_0000),
    ]
    try filter.withUnsafeBufferPointer { filter in
      let program = [filter.count, Int(bitPattern: filter.baseAddress)]
      try program.withUnsafeBufferPointer { program in
        try #require(call(prctl, 38, 1) == 0)  // PR_SET_NO_NEW_PRIVS
        try #require(call(seccomp, 1, 0, Int(bitPattern: program.baseAddress)) == 0)
      }
    }
  }
}
