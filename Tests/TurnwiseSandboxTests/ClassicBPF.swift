/// The instructions of classic BPF that filters of system calls use in these tests.
enum ClassicBPF {
  /// Loads a word of the call (`BPF_LD | BPF_W | BPF_ABS`); the operand is its offset in bytes.
  static let load: UInt16 = 0x20
  /// Keeps the bits of the operand (`BPF_ALU | BPF_AND | BPF_K`).
  static let and: UInt16 = 0x54
  /// Ends with the operand as the answer (`BPF_RET | BPF_K`).
  static let end: UInt16 = 0x06
  /// Jumps if the word equals the operand (`BPF_JMP | BPF_JEQ | BPF_K`).
  static let jumpIfEqual: UInt16 = 0x15
  /// Jumps if the word is not less than the operand (`BPF_JMP | BPF_JGE | BPF_K`).
  static let jumpIfNotLess: UInt16 = 0x35
  /// Jumps if the word has a bit of the operand (`BPF_JMP | BPF_JSET | BPF_K`).
  static let jumpIfAnyBit: UInt16 = 0x45

  /// The offset of the number of the call.
  static let numberOffset: UInt32 = 0
  /// The offset of the lower half of the first argument.
  static let firstArgumentOffset: UInt32 = 16

  /// The answers of a filter to the kernel.
  enum Answer {
    /// The call is made (`SECCOMP_RET_ALLOW`).
    static let allow: UInt32 = 0x7FFF_0000
    /// The host is notified (`SECCOMP_RET_USER_NOTIF`).
    static let notify: UInt32 = 0x7FC0_0000
    /// The process is killed (`SECCOMP_RET_KILL_PROCESS`).
    static let kill: UInt32 = 0x8000_0000
    /// The call fails with an error number (`SECCOMP_RET_ERRNO`).
    static func fail(_ error: Int32) -> UInt32 { 0x0005_0000 | UInt32(error) }
  }
}
