internal import TurnwiseCore

/// What the processes of a command wrote, by process, in bounded memory.
///
/// Each process has a sequence of its own: what it wrote and whom it forked. Read depth first, with
/// everything that a child wrote in the place where it was forked, the sequences give the order of a
/// sequential run. That order does not depend on which of several processes was scheduled first.
struct OutputRecord {
  /// One process: what it wrote to each output, and the order of both.
  private struct Process {
    /// When it was forked, as ``OutputSupervisor`` counts time.
    let birth: Int
    let parent: Int
    var output: OutputCollector
    var errors: OutputCollector
    var writes: [Write] = []
    /// Bytes of an unfinished line at the end of a full buffer, which wait for the rest of the line.
    var held: [OutputStream: Held] = [:]

    subscript(stream: OutputStream) -> OutputCollector {
      get { stream == .output ? output : errors }
      _modify {
        if stream == .output { yield &output } else { yield &errors }
      }
    }

    /// Puts what still waits where it was written, as nothing came after it.
    mutating func release() {
      // From the last place to the first: an insertion shifts all later places.
      let all = OutputStream.allCases.compactMap { stream in held[stream].map { (stream, $0) } }
      for (stream, held) in all.sorted(by: { $0.1.place > $1.1.place }) {
        writes.insert(
          Write(time: held.time, stream: stream, count: held.count), at: held.place)
      }
      held = [:]
    }

    mutating func add(_ count: Int, to stream: OutputStream, at time: Int) {
      guard count > 0 else { return }
      // Nobody was forked in between. Of very many writes, the last ones share their places.
      if let last = writes.last, last.stream == stream, last.time == time {
        writes[writes.count - 1].count += count
      } else if writes.count > OutputRecord.writeLimit,
        let last = writes.suffix(2).lastIndex(where: { $0.stream == stream })
      {
        writes[last].count += count
      } else {
        writes.append(Write(time: time, stream: stream, count: count))
      }
    }
  }

  /// Bytes that wait, when they were written, and after how many writes.
  private struct Held {
    let count: Int
    let time: Int
    let place: Int
  }

  private struct Write {
    let time: Int
    let stream: OutputStream
    var count: Int
  }

  /// The number of the process that a command starts with.
  static let root = 0
  /// More processes than this are not told apart: what they write is their parent's.
  private static let processLimit = 1 << 14
  /// The writes of a process whose places are kept.
  private static let writeLimit = 1 << 16
  /// A write of at least so many bytes is a full buffer, so its end need not be the end of a line.
  private static let blockBytes = 4096

  private var processes: [Process]
  private var totals: [OutputStream: Int] = [:]
  private let limits: Sandbox.Limits
  /// Whether more was written to an output than a command may write.
  private(set) var isOverfull = false
  /// The process that wrote last, or is about to.
  private(set) var latest = Self.root

  init(_ limits: Sandbox.Limits) {
    self.limits = limits
    processes = [Self.process(birth: 0, parent: Self.root, limits)]
  }

  private static func process(birth: Int, parent: Int, _ limits: Sandbox.Limits) -> Process {
    Process(
      birth: birth, parent: parent, output: OutputCollector(limits),
      errors: OutputCollector(limits))
  }

  // MARK: - While it is written

  /// The bytes that may still be written to an output.
  func room(in stream: OutputStream) -> Int { limits.outputBytes - totals[stream, default: 0] }

  /// Takes the next bytes of a process.
  ///
  /// What is beyond the limit is not looked at: what was collected when a command is stopped for it
  /// does not depend on how fast it was stopped.
  mutating func take(
    _ bytes: ArraySlice<UInt8>, from process: Int, on stream: OutputStream, at time: Int
  ) {
    let allowed = room(in: stream)
    isOverfull = isOverfull || bytes.count > allowed
    let bytes = bytes.prefix(allowed)
    totals[stream, default: 0] += bytes.count
    processes[process][stream].take(bytes)
    let rest = Self.unfinished(bytes)
    let waiting = processes[process].held.removeValue(forKey: stream)?.count ?? 0
    processes[process].add(waiting + bytes.count - rest, to: stream, at: time)
    if rest > 0 {
      processes[process].held[stream] = Held(
        count: rest, time: time, place: processes[process].writes.count)
    }
    latest = process
  }

  /// Takes what arrives in the pipes from now on to be of a process.
  mutating func expect(_ process: Int) { latest = process }

  /// The bytes at the end of a full buffer that begin a line or a character which it does not end.
  private static func unfinished(_ bytes: ArraySlice<UInt8>) -> Int {
    guard bytes.count >= blockBytes else { return 0 }
    if let end = bytes.suffix(blockBytes).lastIndex(of: UInt8(ascii: "\n")) {
      return bytes.endIndex - end - 1
    }
    return bytes.endIndex - Text.startOfUnfinishedCharacter(in: bytes)
  }

  /// Adds a process whose parent is known.
  ///
  /// - Returns: Its number, or that of its parent where there are too many.
  mutating func add(bornAt birth: Int, to parent: Int) -> Int {
    guard processes.count < Self.processLimit else { return parent }
    processes.append(Self.process(birth: birth, parent: parent, limits))
    return processes.count - 1
  }

  // MARK: - When it is over

  /// A piece of what was written, in order.
  private struct Run {
    let process: Int
    let stream: OutputStream
    /// Where it is in what the process wrote to the output.
    var range: Range<Int>
  }

  /// All that was written, depth first.
  private func runs() -> [Run] {
    var processes = processes
    for index in processes.indices { processes[index].release() }
    var children: [Int: [Int]] = [:]
    for index in processes.indices.dropFirst() {
      children[processes[index].parent, default: []].append(index)
    }
    for parent in children.keys {
      children[parent]?.sort { (processes[$0].birth, $0) < (processes[$1].birth, $1) }
    }
    var runs: [Run] = []
    var places = [[OutputStream: Int]](repeating: [:], count: processes.count)
    var path = [(process: Self.root, write: 0, child: 0)]
    while let (index, write, child) = path.last {
      let (process, own) = (processes[index], children[index, default: []])
      let next = write < process.writes.count ? process.writes[write] : nil
      if child < own.count, processes[own[child]].birth <= next?.time ?? .max {
        path[path.count - 1].child += 1
        path.append((own[child], 0, 0))
      } else if let next {
        let start = places[index][next.stream, default: 0]
        places[index][next.stream] = start + next.count
        runs.append(
          Run(process: index, stream: next.stream, range: start..<start + next.count))
        path[path.count - 1].write += 1
      } else {
        path.removeLast()
      }
    }
    return runs
  }

  /// Both outputs, and the two as one.
  func finished() -> (output: CapturedOutput, errors: CapturedOutput, transcript: Transcript) {
    let runs = runs()
    var (output, errors) = (OutputCollector(limits), OutputCollector(limits))
    for run in runs {
      let parts = processes[run.process][run.stream].parts(of: run.range)
      if run.stream == .output { output.take(parts) } else { errors.take(parts) }
    }
    let (first, second) = (output.captured, errors.captured)
    var transcript = Transcript.Builder(first, second)
    for run in runs { transcript.add(run.range.count, of: run.stream) }
    return (first, second, transcript.finished())
  }
}
