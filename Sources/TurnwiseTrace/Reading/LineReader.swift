/// Reads a file line by line, with memory for one line instead of the whole file.
struct LineReader {
  /// A line of a file.
  struct Line {
    /// The bytes without the line end.
    var bytes: ArraySlice<UInt8>
    /// The number, from 1.
    var number: Int
    /// The offset of the line in bytes.
    var start: Int
    /// Whether the file ends before the line does.
    var isCut: Bool

    /// Whether the line contains only blanks.
    var isBlank: Bool {
      bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
  }

  private static let chunk = 1 << 18

  private let file: RegularFile
  private var buffer: ArraySlice<UInt8> = []
  /// The offset in the file of the bytes after the buffer.
  private var end = 0
  private var number = 0

  init(_ file: RegularFile) { self.file = file }

  /// Reads the next line; returns `nil` at the end of the file.
  ///
  /// - Throws: A ``TraceError`` if the file cannot be read.
  mutating func next() throws(TraceError) -> Line? {
    var searched = buffer.startIndex
    while true {
      if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = line(upTo: newline, isCut: false)
        buffer = buffer[(newline + 1)...]
        return line
      }
      let known = buffer.count
      let more = try file.read(at: end, count: Self.chunk)
      guard !more.isEmpty else {
        guard !buffer.isEmpty else { return nil }
        let line = line(upTo: buffer.endIndex, isCut: true)
        buffer = []
        return line
      }
      end += more.count
      if buffer.isEmpty { buffer = more[...] } else { buffer.append(contentsOf: more) }
      searched = buffer.startIndex + known
    }
  }

  private mutating func line(upTo stop: Int, isCut: Bool) -> Line {
    number += 1
    return Line(
      bytes: buffer[..<stop], number: number, start: end - buffer.count, isCut: isCut)
  }
}
