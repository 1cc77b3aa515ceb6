/// What one process wrote to each output, and in which order.
struct ProcessOutput {
  /// When the process was forked, in the time of ``OutputSupervisor``.
  let forkTime: Int
  /// The number of the process that forked it.
  let parent: Int
  /// The writes to both outputs, in order.
  private(set) var writes: [Write] = []
  private var output: OutputCollector
  private var errors: OutputCollector
  /// Bytes at the end of a full buffer that wait for the rest of their line.
  private var partialLines: [OutputStream: PartialLine] = [:]

  /// The number of writes whose order is kept.
  private static let writeLimit = 1 << 16

  /// Bytes that were written to an output at one time.
  struct Write {
    let time: Int
    let stream: OutputStream
    var count: Int
  }

  private struct PartialLine {
    let count: Int
    /// When the bytes were written.
    let time: Int
    /// The number of writes before them.
    let index: Int
  }

  init(forkTime: Int, parent: Int, _ limits: Sandbox.Limits) {
    (self.forkTime, self.parent) = (forkTime, parent)
    (output, errors) = (OutputCollector(limits), OutputCollector(limits))
  }

  /// What was collected of an output.
  subscript(stream: OutputStream) -> OutputCollector { stream == .output ? output : errors }

  /// Adds the next bytes, of which the last ones may be an unfinished line.
  mutating func append(
    _ bytes: ArraySlice<UInt8>, to stream: OutputStream, unfinished: Int, at time: Int
  ) {
    if stream == .output { output.append(bytes) } else { errors.append(bytes) }
    let waiting = partialLines.removeValue(forKey: stream)?.count ?? 0
    addWrite(waiting + bytes.count - unfinished, to: stream, at: time)
    if unfinished > 0 {
      partialLines[stream] = PartialLine(count: unfinished, time: time, index: writes.count)
    }
  }

  /// Inserts each unfinished line where it was written, because its rest never came.
  mutating func placePartialLines() {
    // From the last one to the first, because an insertion moves all later writes.
    let all = OutputStream.allCases.compactMap { stream in
      partialLines[stream].map { (stream, $0) }
    }
    for (stream, line) in all.sorted(by: { $0.1.index > $1.1.index }) {
      writes.insert(Write(time: line.time, stream: stream, count: line.count), at: line.index)
    }
    partialLines = [:]
  }

  private mutating func addWrite(_ count: Int, to stream: OutputStream, at time: Int) {
    guard count > 0 else { return }
    // Join writes between which no process was forked. After very many writes, join them anyway.
    if let last = writes.last, last.stream == stream, last.time == time {
      writes[writes.count - 1].count += count
    } else if writes.count > Self.writeLimit,
      let last = writes.suffix(2).lastIndex(where: { $0.stream == stream })
    {
      writes[last].count += count
    } else {
      writes.append(Write(time: time, stream: stream, count: count))
    }
  }
}
