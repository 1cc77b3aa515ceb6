internal import TurnwiseCore

/// The filter in the form in which the kernel takes it: a program of classic BPF.
extension SyscallFilter {
  /// The size of an instruction in bytes.
  static let instructionBytes = 8

  /// Returns the program.
  ///
  /// Each time it is installed, once for each command, the kernel translates all of it and runs it
  /// once for each possible call. So it is a binary search for the number of the call, and contains
  /// each verdict once.
  ///
  /// - Parameter notifiesHost: Whether calls that write output are announced to the host, which then
  ///   must answer them.
  /// - Returns: The instructions.
  package static func program(notifiesHost: Bool) -> [UInt8] {
    var assembler = Assembler()
    let starts = Set([0] + numbers.flatMap { [$0, $0 + 1] } + [foreignNumbers?.lowerBound ?? 0])
    var spans: [Span] = []
    for start in starts.sorted() {
      let verdict = verdict(on: start, notifiesHost: notifiesHost)
      if spans.last?.verdict != verdict { spans.append((start, verdict)) }
    }
    _ = assembler.search(spans[...])
    let number = assembler.load(Data.number)
    let kill = assembler.return(Seccomp.killProcess)
    _ = assembler.test(.jumpIfEqual, architecture, yes: number, no: kill)
    _ = assembler.load(Data.architecture)
    return assembler.program
  }

  /// A range of numbers that have the same verdict, up to the start of the next span.
  private typealias Span = (start: UInt32, verdict: Verdict)

  /// The offsets in the data that the kernel gives the program (`struct seccomp_data`).
  private enum Data {
    static let number: UInt32 = 0
    static let architecture: UInt32 = 4

    /// The lower half of an argument.
    static func argument(_ index: UInt32) -> UInt32 { 16 + 8 * index }
  }

  /// Writes a program from its end to its beginning, so that the targets of all jumps exist already.
  ///
  /// Positions count from the end.
  private struct Assembler {
    /// An operation of BPF.
    enum Operation: UInt16 {
      case load = 0x20
      case and = 0x54
      case jumpIfEqual = 0x15
      case jumpIfAtLeast = 0x35
      case jumpIfAnyBit = 0x45
      case `return` = 0x06
    }

    private var reversed: [[UInt8]] = []
    private var positions: [Verdict: Int] = [:]

    var program: [UInt8] { Array(reversed.reversed().joined()) }

    /// Adds a search for the span that contains the loaded number.
    mutating func search(_ spans: ArraySlice<Span>) -> Int {
      if spans.count == 1, let span = spans.first { return position(of: span.verdict) }
      // If few spans are left, it saves a test to look first for a single number between two spans of
      // the same verdict.
      if spans.count <= 7,
        let single = spans.indices.dropFirst().dropLast().first(where: {
          spans[$0 - 1].verdict == spans[$0 + 1].verdict
            && spans[$0].start + 1 == spans[$0 + 1].start
        })
      {
        let others = search(spans[..<single] + spans[(single + 2)...])
        let found = position(of: spans[single].verdict)
        return test(.jumpIfEqual, spans[single].start, yes: found, no: others)
      }
      let middle = spans.startIndex + spans.count / 2
      let (above, below) = (search(spans[middle...]), search(spans[..<middle]))
      return test(.jumpIfAtLeast, spans[middle].start, yes: above, no: below)
    }

    private mutating func position(of verdict: Verdict) -> Int {
      if let position = positions[verdict] { return position }
      let position = add(verdict)
      positions[verdict] = position
      return position
    }

    private mutating func add(_ verdict: Verdict) -> Int {
      switch verdict {
      case .allow: return `return`(Seccomp.allow)
      case .fail(let code): return `return`(Seccomp.fail | UInt32(code))
      case .notify: return `return`(Seccomp.notify)
      case .failIfBits(let bits, let argument, let code):
        let (allow, fail) = (position(of: .allow), position(of: .fail(code)))
        _ = test(.jumpIfAnyBit, bits, yes: fail, no: allow)
        return load(Data.argument(argument))
      case .failUnless(let value, let argument, let code):
        let (allow, fail) = (position(of: .allow), position(of: .fail(code)))
        _ = test(.jumpIfEqual, value, yes: allow, no: fail)
        return load(Data.argument(argument))
      case .failIf(let value, let other, let argument, let code):
        return add(.fail(code), if: value, or: other, argument)
      case .notifyIf(let value, let other, let argument):
        return add(.notify, if: value, or: other, argument)
      case .failIfMasked(let mask, let value, let argument, let code):
        let (allow, fail) = (position(of: .allow), position(of: .fail(code)))
        _ = test(.jumpIfEqual, value, yes: fail, no: allow)
        _ = add(.and, mask)
        return load(Data.argument(argument))
      }
    }

    /// Adds a verdict that applies if an argument has one of two values.
    private mutating func add(
      _ verdict: Verdict, if value: UInt32, or other: UInt32, _ argument: UInt32
    ) -> Int {
      let (allow, applies) = (position(of: .allow), position(of: verdict))
      let second = test(.jumpIfEqual, other, yes: applies, no: allow)
      _ = test(.jumpIfEqual, value, yes: applies, no: second)
      return load(Data.argument(argument))
    }

    /// Adds an instruction that loads a word of the data.
    mutating func load(_ offset: UInt32) -> Int { add(.load, offset) }

    /// Adds an instruction that ends the program and tells the kernel what to do.
    mutating func `return`(_ answer: UInt32) -> Int { add(.return, answer) }

    /// Adds a test of the loaded word.
    mutating func test(_ test: Operation, _ operand: UInt32, yes: Int, no: Int) -> Int {
      let jumps = [yes, no].map { reversed.count - 1 - $0 }
      require(jumps.allSatisfy { $0 < 256 }, "A BPF jump is at most 255 instructions long.")
      return add(test, operand, jumps.map { UInt8($0) })
    }

    /// Adds an instruction: operation, two jumps, operand.
    private mutating func add(
      _ operation: Operation, _ operand: UInt32, _ jumps: [UInt8] = [0, 0]
    ) -> Int {
      reversed.append(
        withUnsafeBytes(of: operation.rawValue.littleEndian, Array.init) + jumps
          + withUnsafeBytes(of: operand.littleEndian, Array.init))
      return reversed.count - 1
    }
  }
}
