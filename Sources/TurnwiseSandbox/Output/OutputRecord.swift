internal import TurnwiseCore

/// What the processes of a command wrote, by process, in bounded memory.
///
/// Each process has a sequence of its own: what it wrote, and which processes it forked. The
/// sequences are read depth first: all that a child wrote comes where the child was forked. That gives
/// the order of a sequential run, which does not depend on how processes were scheduled.
struct OutputRecord {
  /// The number of the process that a command starts with.
  static let root = 0
  /// The number of processes that are distinguished; output of others counts as that of their parent.
  private static let processLimit = 1 << 14
  /// A write of at least this many bytes is a full buffer, so it may end in the middle of a line.
  private static let blockBytes = 4096

  private var processes: [ProcessOutput]
  private var totals: [OutputStream: Int] = [:]
  private let limits: Sandbox.Limits
  /// Whether more was written to an output than a command may write.
  private(set) var exceedsLimit = false
  /// The process that wrote last, or is about to write.
  private(set) var latest = Self.root

  init(_ limits: Sandbox.Limits) {
    self.limits = limits
    processes = [ProcessOutput(forkTime: 0, parent: Self.root, limits)]
  }

  // MARK: - While the command runs

  /// The number of bytes that may still be written to an output.
  func remainingBytes(in stream: OutputStream) -> Int {
    limits.outputBytes - totals[stream, default: 0]
  }

  /// Adds the next bytes of a process.
  ///
  /// Bytes beyond the limit are ignored. So what was collected when a command is stopped for it does
  /// not depend on how fast it was stopped.
  mutating func append(
    _ bytes: ArraySlice<UInt8>, of process: Int, to stream: OutputStream, at time: Int
  ) {
    let allowed = remainingBytes(in: stream)
    exceedsLimit = exceedsLimit || bytes.count > allowed
    let bytes = bytes.prefix(allowed)
    totals[stream, default: 0] += bytes.count
    processes[process].append(
      bytes, to: stream, unfinished: Self.unfinishedBytes(of: bytes), at: time)
    latest = process
  }

  /// Attributes what arrives in the pipes from now on to a process.
  mutating func attributeNext(to process: Int) { latest = process }

  /// The number of bytes at the end of a full buffer that begin a line or a character without ending
  /// it.
  private static func unfinishedBytes(of bytes: ArraySlice<UInt8>) -> Int {
    guard bytes.count >= blockBytes else { return 0 }
    if let end = bytes.suffix(blockBytes).lastIndex(of: UInt8(ascii: "\n")) {
      return bytes.endIndex - end - 1
    }
    return bytes.endIndex - Text.startOfUnfinishedCharacter(in: bytes)
  }

  /// Adds a process whose parent is known.
  ///
  /// - Returns: The number of the process, or that of its parent if there are too many processes.
  mutating func add(forkedAt time: Int, from parent: Int) -> Int {
    guard processes.count < Self.processLimit else { return parent }
    processes.append(ProcessOutput(forkTime: time, parent: parent, limits))
    return processes.count - 1
  }

  // MARK: - After the command

  /// A part of what a process wrote to an output.
  private struct Segment {
    let process: Int
    let stream: OutputStream
    /// The range in all that the process wrote to the output.
    let range: Range<Int>
  }

  /// All that was written, depth first.
  private func segments() -> [Segment] {
    var processes = processes
    for index in processes.indices { processes[index].placePartialLines() }
    var children: [Int: [Int]] = [:]
    for index in processes.indices.dropFirst() {
      children[processes[index].parent, default: []].append(index)
    }
    for parent in children.keys {
      children[parent]?.sort { (processes[$0].forkTime, $0) < (processes[$1].forkTime, $1) }
    }
    var segments: [Segment] = []
    var offsets = [[OutputStream: Int]](repeating: [:], count: processes.count)
    var path = [(process: Self.root, write: 0, child: 0)]
    while let (index, write, child) = path.last {
      let (process, own) = (processes[index], children[index, default: []])
      let next = write < process.writes.count ? process.writes[write] : nil
      if child < own.count, processes[own[child]].forkTime <= next?.time ?? .max {
        path[path.count - 1].child += 1
        path.append((own[child], 0, 0))
      } else if let next {
        let start = offsets[index][next.stream, default: 0]
        offsets[index][next.stream] = start + next.count
        segments.append(
          Segment(process: index, stream: next.stream, range: start..<start + next.count))
        path[path.count - 1].write += 1
      } else {
        path.removeLast()
      }
    }
    return segments
  }

  /// Both outputs, and the transcript of the two.
  func finished() -> (output: CapturedOutput, errors: CapturedOutput, transcript: Transcript) {
    let segments = segments()
    var (output, errors) = (OutputCollector(limits), OutputCollector(limits))
    for segment in segments {
      let parts = processes[segment.process][segment.stream].parts(of: segment.range)
      if segment.stream == .output { output.append(parts) } else { errors.append(parts) }
    }
    let (first, second) = (output.captured, errors.captured)
    var transcript = TranscriptBuilder(first, second)
    for segment in segments { transcript.add(segment.range.count, of: segment.stream) }
    return (first, second, transcript.transcript())
  }
}
