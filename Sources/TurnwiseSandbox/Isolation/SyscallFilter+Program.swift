internal import TurnwiseCore

/// The filter as the kernel takes it: classic BPF.
extension SyscallFilter {
  /// The program, in bytes.
  ///
  /// Each time it is installed, which is once for each command, the kernel translates all of it and
  /// walks it once for every call there is. So it is a binary search over the number of the call, and
  /// what several numbers lead to is in it once.
  ///
  /// - Parameter isAsking: Whether the host wants to be asked; then somebody must answer.
  /// - Returns: Instructions of eight bytes.
  package static func program(isAsking: Bool) -> [UInt8] {
    var assembler = Assembler()
    let starts = Set([0] + numbers.flatMap { [$0, $0 + 1] } + [foreignNumbers?.lowerBound ?? 0])
    var spans: [Span] = []
    for start in starts.sorted() {
      let verdict = verdict(on: start, isAsking: isAsking)
      if spans.last?.verdict != verdict { spans.append((start, verdict)) }
    }
    _ = assembler.search(spans[...])
    // Word 4 of the data is the architecture, word 0 the number of the call.
    let number = assembler.load(0)
    let killed = assembler.end(0x8000_0000)
    _ = assembler.test(.equals, architecture, yes: number, no: killed)
    _ = assembler.load(4)
    return assembler.program
  }

  /// Numbers from one on that have the same verdict, up to the start of the next span.
  private typealias Span = (start: UInt32, verdict: Verdict)

  /// Writes a program from its end to its beginning, so that each jump leads to what is there already.
  ///
  /// Places count from the end.
  private struct Assembler {
    enum Test: UInt16 { case equals = 0x15, isAtLeast = 0x35, hasBits = 0x45 }

    /// The answer SECCOMP_RET_USER_NOTIF.
    private static let ask: UInt32 = 0x7FC0_0000

    private var reversed: [[UInt8]] = []
    private var places: [Verdict: Int] = [:]

    var program: [UInt8] { Array(reversed.reversed().joined()) }

    /// Adds the way from a number in one of `spans` to its verdict.
    mutating func search(_ spans: ArraySlice<Span>) -> Int {
      if spans.count == 1, let span = spans.first { return place(of: span.verdict) }
      // Among few, a number between others of one verdict is a test less when it is looked for.
      if spans.count <= 7,
        let single = spans.indices.dropFirst().dropLast().first(where: {
          spans[$0 - 1].verdict == spans[$0 + 1].verdict
            && spans[$0].start + 1 == spans[$0 + 1].start
        })
      {
        let others = search(spans[..<single] + spans[(single + 2)...])
        let found = place(of: spans[single].verdict)
        return test(.equals, spans[single].start, yes: found, no: others)
      }
      let middle = spans.startIndex + spans.count / 2
      let (above, below) = (search(spans[middle...]), search(spans[..<middle]))
      return test(.isAtLeast, spans[middle].start, yes: above, no: below)
    }

    private mutating func place(of verdict: Verdict) -> Int {
      if let place = places[verdict] { return place }
      let place = add(verdict)
      places[verdict] = place
      return place
    }

    private mutating func add(_ verdict: Verdict) -> Int {
      switch verdict {
      case .allow: return end(0x7FFF_0000)
      case .fail(let code): return end(0x0005_0000 | UInt32(code))
      case .failIfBits(let bits, let argument, let code):
        let (allow, fail) = (place(of: .allow), place(of: .fail(code)))
        _ = test(.hasBits, bits, yes: fail, no: allow)
        return load(16 + 8 * argument)
      case .failUnless(let value, let argument, let code):
        let (allow, fail) = (place(of: .allow), place(of: .fail(code)))
        _ = test(.equals, value, yes: allow, no: fail)
        return load(16 + 8 * argument)
      case .ask: return end(Self.ask)
      case .askIf(let value, let other, let argument):
        let (allow, ask) = (place(of: .allow), place(of: .ask))
        let second = test(.equals, other, yes: ask, no: allow)
        _ = test(.equals, value, yes: ask, no: second)
        return load(16 + 8 * argument)
      case .failIf(let value, let other, let argument, let code):
        let (allow, fail) = (place(of: .allow), place(of: .fail(code)))
        let second = test(.equals, other, yes: fail, no: allow)
        _ = test(.equals, value, yes: fail, no: second)
        return load(16 + 8 * argument)
      case .failIfMasked(let mask, let value, let argument, let code):
        let (allow, fail) = (place(of: .allow), place(of: .fail(code)))
        _ = test(.equals, value, yes: fail, no: allow)
        _ = add(0x54, mask)
        return load(16 + 8 * argument)
      }
    }

    /// Adds the load of a word of the data, after which comes what was added last.
    mutating func load(_ offset: UInt32) -> Int { add(0x20, offset) }

    /// Adds an end, at which the kernel is told what to do.
    mutating func end(_ answer: UInt32) -> Int { add(0x06, answer) }

    /// Adds a test of the word that was loaded.
    mutating func test(_ test: Test, _ operand: UInt32, yes: Int, no: Int) -> Int {
      let jumps = [yes, no].map { reversed.count - 1 - $0 }
      require(jumps.allSatisfy { $0 < 256 }, "A BPF jump is at most 255 instructions long.")
      return add(test.rawValue, operand, jumps.map { UInt8($0) })
    }

    /// Adds an instruction: operation, two jumps, operand.
    private mutating func add(_ operation: UInt16, _ operand: UInt32, _ jumps: [UInt8] = [0, 0])
      -> Int
    {
      reversed.append(
        withUnsafeBytes(of: operation.littleEndian, Array.init) + jumps
          + withUnsafeBytes(of: operand.littleEndian, Array.init))
      return reversed.count - 1
    }
  }
}
