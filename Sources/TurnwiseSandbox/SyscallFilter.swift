internal import Glibc

/// The seccomp program that every sandboxed process runs under.
///
/// The namespaces already keep a command from the host; the filter keeps it from the parts of the
/// kernel where holes were found most often, and from channels that no namespace covers (the kernel
/// keyring, sockets between virtual machines, terminal input). It is classic BPF: a binary search
/// over the number of the call, because the kernel walks the program once for every call there is
/// each time it is installed.
enum SyscallFilter {
  /// The program, in the bytes that the kernel takes.
  static let program: [UInt8] = assemble().flatMap(\.bytes)

  /// What happens to a call.
  private enum Verdict: Equatable {
    case allow
    case fail(Int32)
    /// Fails when the lower half of an argument has one of some bits.
    case failIfBits(UInt32, argument: UInt32, Int32)
    /// Fails unless the lower half of an argument has a value.
    case failUnless(UInt32, argument: UInt32, Int32)
    /// Fails when the lower half of an argument has one of two values.
    case failIf(UInt32, or: UInt32, argument: UInt32, Int32)
  }

  private static let newNamespaces: UInt32 = 0x7E02_0000

  private static let rules: [UInt32: Verdict] = {
    var rules: [UInt32: Verdict] = [:]
    for number in denied { rules[number] = .fail(EPERM) }
    // glibc falls back to `clone`, whose flags are in a register and so can be looked at.
    rules[435] = .fail(ENOSYS)
    // What is in them counts as nobody's, and could fill the machine.
    rules[memoryFileNumber] = .fail(ENOSYS)
    rules[cloneNumber] = .failIfBits(newNamespaces, argument: 0, EPERM)
    for number in socketNumbers {
      rules[number] = .failUnless(UInt32(AF_UNIX), argument: 0, EAFNOSUPPORT)
    }
    // PR_SET_PDEATHSIG: a shell that gave up dying with its host's thread would survive a killed host.
    rules[prctlNumber] = .failIf(1, or: 1, argument: 0, EPERM)
    // TIOCSTI and TIOCLINUX type into a terminal. The kernel ignores the upper half of the request,
    // and a filter that compared it was evaded (CVE-2019-10063).
    rules[ioctlNumber] = .failIf(0x5412, or: 0x541C, argument: 1, EPERM)
    return rules
  }()

  private static func assemble() -> [Instruction] {
    // Word 4 of the data is the architecture, word 0 the number of the call. A program for another
    // architecture, whose numbers mean something else, is killed.
    var program = [
      Instruction(0x20, 4), Instruction(0x15, architecture, yes: 1),
      Instruction(0x06, 0x8000_0000), Instruction(0x20, 0),
    ]
    var spans: [(start: UInt32, verdict: Verdict)] = [(0, .allow)]
    for (number, verdict) in rules.sorted(by: { $0.key < $1.key }) {
      if spans.last?.start == number { spans.removeLast() }
      if spans.last?.verdict != verdict { spans.append((number, verdict)) }
      spans.append((number + 1, .allow))
    }
    #if arch(x86_64)
      spans.append((0x4000_0000, .fail(ENOSYS)))  // The x32 numbers of the same calls.
    #endif
    program += search(spans[...])
    return program
  }

  private static func search(_ spans: ArraySlice<(start: UInt32, verdict: Verdict)>)
    -> [Instruction]
  {
    if spans.count == 1, let span = spans.first { return code(span.verdict) }
    let middle = spans.startIndex + spans.count / 2
    let (below, above) = (search(spans[..<middle]), search(spans[middle...]))
    precondition(below.count < 256, "A BPF jump is at most 255 instructions long.")
    return [Instruction(0x35, spans[middle].start, yes: UInt8(below.count))] + below + above
  }

  private static func code(_ verdict: Verdict) -> [Instruction] {
    let allow = Instruction(0x06, 0x7FFF_0000)
    func fail(_ code: Int32) -> Instruction { Instruction(0x06, 0x0005_0000 | UInt32(code)) }
    func load(_ argument: UInt32) -> Instruction { Instruction(0x20, 16 + 8 * argument) }
    switch verdict {
    case .allow: return [allow]
    case .fail(let code): return [fail(code)]
    case .failIfBits(let bits, let argument, let code):
      return [load(argument), Instruction(0x45, bits, yes: 1), allow, fail(code)]
    case .failUnless(let value, let argument, let code):
      return [load(argument), Instruction(0x15, value, yes: 1), fail(code), allow]
    case .failIf(let value, let other, let argument, let code):
      return [
        load(argument), Instruction(0x15, value, yes: 2), Instruction(0x15, other, yes: 1), allow,
        fail(code),
      ]
    }
  }

  /// One instruction of classic BPF: operation, two jumps, operand.
  private struct Instruction {
    let operation: UInt16
    let operand: UInt32
    let yes: UInt8

    init(_ operation: UInt16, _ operand: UInt32, yes: UInt8 = 0) {
      (self.operation, self.operand, self.yes) = (operation, operand, yes)
    }

    var bytes: [UInt8] {
      withUnsafeBytes(of: operation.littleEndian, Array.init) + [yes, 0]
        + withUnsafeBytes(of: operand.littleEndian, Array.init)
    }
  }
}
