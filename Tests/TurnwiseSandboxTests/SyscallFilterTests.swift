import Foundation
import Testing
import TurnwiseSandbox

@Suite struct `The system call filter` {
  /// All numbers that are in use and many that are not, with those around each power of two.
  private static let numbers: [UInt32] = {
    let powers: [UInt32] = (11..<32).map { 1 << $0 }
    return Array(0..<2048) + powers.flatMap { [$0 - 1, $0, $0 + 1] }
      + Array(0x4000_0000..<0x4000_0800) + [.max]
  }()

  /// Each bit, each value that a rule could name, and what is close to one, with both upper halves.
  private static let values: [UInt64] = {
    let bits: [UInt64] = (0..<64).map { 1 << $0 }
    let lower =
      bits + Array(0..<64) + Array(0x5400..<0x5440) + [0x7E02_0000, 0x81FD_FFFF]
      + [0x2021, 0x4_0021, 1030, 1031, 1032]
    return lower + lower.map { $0 | 0xFFFF_FFFF_0000_0000 }
  }()

  /// Each value in each place, between zeros and between ones.
  private static let arguments: [[UInt64]] = values.flatMap { value in
    (0..<6).flatMap { place in
      [0, UInt64.max].map { rest in (0..<6).map { $0 == place ? value : rest } }
    }
  }

  private let program = Program(bytes: SyscallFilter.program(notifiesHost: true))

  @Test(arguments: [true, false])
  func `answers each number by its rule, and looks at arguments only for that`(
    notifiesHost: Bool
  ) throws {
    let program = Program(bytes: SyscallFilter.program(notifiesHost: notifiesHost))
    for number in Self.numbers {
      let verdict = SyscallFilter.verdict(on: number, notifiesHost: notifiesHost)
      for arguments in verdict.looksAtArguments ? Self.arguments : [[]] {
        let answer = try program.answer(to: number, SyscallFilter.architecture, arguments)
        guard answer != verdict.answer(to: arguments) else { continue }
        Issue.record("\(number) with \(arguments) is \(verdict) and gets \(answer).")
      }
    }
  }

  /// Calls by their numbers on x86-64, so that the table is held against something else than itself.
  @Test(
    arguments: [
      (0, [], nil), (56, [0x1000_0000], EPERM), (56, [0x11], nil), (435, [], ENOSYS),
      (101, [], EPERM), (165, [], EPERM), (272, [], EPERM), (321, [], EPERM), (319, [], ENOSYS),
      (16, [1, 0xFFFF_FFFF_0000_5412], EPERM), (16, [1, 0x5401], nil), (41, [2], EAFNOSUPPORT),
      (41, [1], nil), (0x4000_0000, [], ENOSYS),
      (9, [0, 4096, 3, 0x21], EPERM), (9, [0, 4096, 3, 0x4_8021], EPERM),
      (9, [0, 4096, 3, 0x22], nil),
      (9, [0, 4096, 3, 0x01], nil), (9, [0, 4096, 3, 0x2022], nil), (54, [3, 1, 7], 0),
      (54, [3, 1, 32], 0), (54, [3, 1, 8], nil), (72, [0, 1031], EPERM), (72, [0, 1030], nil),
      (278, [], EPERM), (275, [], nil), (276, [], nil), (444, [], ENOSYS), (446, [], ENOSYS),
    ] as [(UInt32, [UInt64], Int32?)])
  func `refuses what gives rights`(number: UInt32, arguments: [UInt64], error: Int32?) throws {
    // AUDIT_ARCH_X86_64
    guard SyscallFilter.architecture == 0xC000_003E else { return }
    let arguments = arguments + [UInt64](repeating: 0, count: 6 - arguments.count)
    let answer = try program.answer(to: number, SyscallFilter.architecture, arguments)
    #expect(answer == error.map { 0x0005_0000 | UInt32($0) } ?? 0x7FFF_0000)
  }

  @Test func `asks the host who writes to an output, and nothing else`() throws {
    guard SyscallFilter.architecture == 0xC000_003E else { return }
    let silent = Program(bytes: SyscallFilter.program(notifiesHost: false))
    for number in Self.numbers {
      for first: UInt64 in [0, 1, 2, 3, 0xFFFF_FFFF_0000_0001] {
        let arguments = [first, 0, 0, 0, 0, 0]
        let answer = try program.answer(to: number, SyscallFilter.architecture, arguments)
        let isAsked =
          [1, 20].contains(number) && [1, 2].contains(UInt32(truncatingIfNeeded: first))
        // SECCOMP_RET_USER_NOTIF
        #expect((answer == 0x7FC0_0000) == isAsked)
        let other = try silent.answer(to: number, SyscallFilter.architecture, arguments)
        #expect(isAsked ? other == 0x7FFF_0000 : other == answer)
      }
    }
  }

  @Test(arguments: [
    0, 0x4000_0003, 0x4000_0028, 0xC000_003F, 0xC000_00B8, 0xC000_00B7, 0xC000_003E,
  ])
  func `kills a program for another architecture, whatever it calls`(architecture: UInt32) throws {
    guard architecture != SyscallFilter.architecture else { return }
    for number in Self.numbers {
      // SECCOMP_RET_KILL_PROCESS
      #expect(try program.answer(to: number, architecture, []) == 0x8000_0000)
    }
  }
}

/// Classic BPF, as far as a filter of system calls has it.
private struct Program {
  struct InvalidInstruction: Error { let instruction: [UInt8] }

  let instructions: [[UInt8]]

  init(bytes: [UInt8]) {
    instructions = stride(from: 0, to: bytes.count, by: 8).map { Array(bytes[$0..<$0 + 8]) }
  }

  func answer(to number: UInt32, _ architecture: UInt32, _ arguments: [UInt64]) throws -> UInt32 {
    var words = [number, architecture, 0, 0]
    for argument in arguments {
      words += [UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32)]
    }
    var (next, word): (Int, UInt32) = (0, 0)
    while next < instructions.count {
      let instruction = instructions[next]
      let operand = instruction[4...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let holds: Bool
      switch UInt16(instruction[0]) | UInt16(instruction[1]) << 8 {
      case 0x20 where operand % 4 == 0 && Int(operand) < 4 * words.count:  // BPF_LD | BPF_ABS
        word = words[Int(operand) / 4]
        next += 1
        continue
      case 0x54:  // BPF_ALU | BPF_AND
        word &= operand
        next += 1
        continue
      case 0x06: return operand  // BPF_RET
      case 0x15: holds = word == operand  // BPF_JEQ
      case 0x35: holds = word >= operand  // BPF_JGE
      case 0x45: holds = word & operand != 0  // BPF_JSET
      default: throw InvalidInstruction(instruction: instruction)
      }
      next += 1 + Int(instruction[holds ? 2 : 3])
    }
    throw InvalidInstruction(instruction: [])
  }
}

extension SyscallFilter.Verdict {
  fileprivate var looksAtArguments: Bool {
    switch self {
    case .allow, .fail, .notify: false
    default: true
    }
  }

  /// What the kernel is to be told.
  fileprivate func answer(to arguments: [UInt64]) -> UInt32 {
    func lower(_ argument: UInt32) -> UInt32 {
      UInt32(truncatingIfNeeded: arguments[Int(argument)])
    }
    let failure: Int32? =
      switch self {
      case .allow: nil
      case .fail(let code): code
      case .failIfBits(let bits, let argument, let code): lower(argument) & bits != 0 ? code : nil
      case .failUnless(let value, let argument, let code): lower(argument) != value ? code : nil
      case .failIf(let value, let other, let argument, let code):
        [value, other].contains(lower(argument)) ? code : nil
      case .failIfMasked(let mask, let value, let argument, let code):
        lower(argument) & mask == value ? code : nil
      case .notify, .notifyIf: nil
      }
    // SECCOMP_RET_ERRNO, SECCOMP_RET_USER_NOTIF, SECCOMP_RET_ALLOW
    if let failure { return 0x0005_0000 | UInt32(failure) }
    return notifies(arguments) ? 0x7FC0_0000 : 0x7FFF_0000
  }

  private func notifies(_ arguments: [UInt64]) -> Bool {
    switch self {
    case .notify: true
    case .notifyIf(let value, let other, let argument):
      [value, other].contains(UInt32(truncatingIfNeeded: arguments[Int(argument)]))
    default: false
    }
  }
}
