import Foundation
import Testing
import TurnwiseSandbox

@Suite struct `The system call filter` {
  /// All numbers that are in use, and many that are not, including those around each power of two.
  private static let numbers: [UInt32] = {
    let powers: [UInt32] = (11..<32).map { 1 << $0 }
    return Array(0..<2048) + powers.flatMap { [$0 - 1, $0, $0 + 1] }
      + Array(0x4000_0000..<0x4000_0800) + [.max]
  }()

  /// Each bit, each value that a rule could name, and neighbors of these, with both upper halves.
  private static let values: [UInt64] = {
    let bits: [UInt64] = (0..<64).map { 1 << $0 }
    let lower =
      bits + Array(0..<64) + Array(0x5400..<0x5440) + [0x7E02_0000, 0x81FD_FFFF]
      + [0x2021, 0x4_0021, 1030, 1031, 1032]
    return lower + lower.map { $0 | 0xFFFF_FFFF_0000_0000 }
  }()

  /// Each value as each argument, once among zeros and once among ones.
  private static let arguments: [[UInt64]] = values.flatMap { value in
    (0..<6).flatMap { place in
      [0, UInt64.max].map { rest in (0..<6).map { $0 == place ? value : rest } }
    }
  }

  private let program = Program(bytes: SyscallFilter.program(notifiesHost: true))

  @Test(arguments: [true, false])
  func `answers each number by its rule, and reads arguments only if the rule needs them`(
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

  /// Calls by their numbers on x86-64, which do not come from the table that is tested.
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
  func `refuses calls that give rights`(number: UInt32, arguments: [UInt64], error: Int32?) throws {
    guard isIntel else { return }
    let arguments = arguments + [UInt64](repeating: 0, count: 6 - arguments.count)
    let answer = try program.answer(to: number, SyscallFilter.architecture, arguments)
    #expect(answer == error.map(ClassicBPF.Answer.fail) ?? ClassicBPF.Answer.allow)
  }

  @Test func `announces calls that write to an output, and no others`() throws {
    guard isIntel else { return }
    let silent = Program(bytes: SyscallFilter.program(notifiesHost: false))
    for number in Self.numbers {
      for first: UInt64 in [0, 1, 2, 3, 0xFFFF_FFFF_0000_0001] {
        let arguments = [first, 0, 0, 0, 0, 0]
        let answer = try program.answer(to: number, SyscallFilter.architecture, arguments)
        let isWrite =
          [1, 20].contains(number) && [1, 2].contains(UInt32(truncatingIfNeeded: first))
        #expect((answer == ClassicBPF.Answer.notify) == isWrite)
        let other = try silent.answer(to: number, SyscallFilter.architecture, arguments)
        #expect(isWrite ? other == ClassicBPF.Answer.allow : other == answer)
      }
    }
  }

  @Test(arguments: [
    0, 0x4000_0003, 0x4000_0028, 0xC000_003F, 0xC000_00B8, 0xC000_00B7, 0xC000_003E,
  ])
  func `kills programs for another architecture`(architecture: UInt32) throws {
    guard architecture != SyscallFilter.architecture else { return }
    for number in Self.numbers {
      #expect(try program.answer(to: number, architecture, []) == ClassicBPF.Answer.kill)
    }
  }
}

/// Whether the filter is for x86-64 (`AUDIT_ARCH_X86_64`).
private let isIntel = SyscallFilter.architecture == 0xC000_003E

/// An interpreter of the instructions of classic BPF that a filter of system calls uses.
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
      let jumps: Bool
      switch UInt16(instruction[0]) | UInt16(instruction[1]) << 8 {
      case ClassicBPF.load where operand % 4 == 0 && Int(operand) < 4 * words.count:
        word = words[Int(operand) / 4]
        next += 1
        continue
      case ClassicBPF.and:
        word &= operand
        next += 1
        continue
      case ClassicBPF.end: return operand
      case ClassicBPF.jumpIfEqual: jumps = word == operand
      case ClassicBPF.jumpIfNotLess: jumps = word >= operand
      case ClassicBPF.jumpIfAnyBit: jumps = word & operand != 0
      default: throw InvalidInstruction(instruction: instruction)
      }
      next += 1 + Int(instruction[jumps ? 2 : 3])
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

  /// The answer to the kernel.
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
    if let failure { return ClassicBPF.Answer.fail(failure) }
    return notifies(arguments) ? ClassicBPF.Answer.notify : ClassicBPF.Answer.allow
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
