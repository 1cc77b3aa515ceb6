internal import TurnwiseCore

extension Overhaul {
  /// What an agent has read of the program that is open.
  ///
  /// It is part of the state, so that a state in which the agent has looked differs from one in which it has not.
  public struct Reading: Codable, Hashable, Sendable {
    /// The numbers of the lines that were shown, from 1, by file.
    public internal(set) var lines: [String: Set<Int>] = [:]
    /// Whether a report of the tests was shown since the program was changed last.
    public internal(set) var hasReport = false

    /// Whether a line was shown.
    func contains(_ bug: RepairTask.Bug) -> Bool { lines[bug.path]?.contains(bug.line) ?? false }

    /// The lines in words: `cart.py:1-8,15 price.py:3`.
    var summary: String {
      lines.sorted { $0.key < $1.key }.map { path, numbers in
        var ranges: [ClosedRange<Int>] = []
        for number in numbers.sorted() {
          if let last = ranges.last, last.upperBound == number - 1 {
            ranges[ranges.count - 1] = last.lowerBound...number
          } else {
            ranges.append(number...number)
          }
        }
        let words = ranges.map { range in
          range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }
        return "\(path):\(words.joined(separator: ","))"
      }.joined(separator: " ")
    }

    /// Records lines that a reply shows.
    ///
    /// A line of a reply is `cart.py:7|text`, or `7|text` if the file is known, or it ends with the text of a line, as
    /// `cat` and `grep -n` print it. In the last case, all lines with this text count as read.
    ///
    /// - Parameters:
    ///   - reply: What was shown.
    ///   - path: The file, if it is known.
    ///   - files: The lines of the program's files, by path.
    mutating func note(_ reply: Text, from path: String? = nil, in files: [String: [String]]) {
      for line in reply.lines.map(\.string) {
        if let place = Self.place(line, from: path) {
          // A place in a file of another program says nothing of this one.
          if files[place.path]?.indices.contains(place.line - 1) == true {
            lines[place.path, default: []].insert(place.line)
          }
          continue
        }
        for (path, texts) in files {
          for (index, text) in texts.enumerated() where Self.ends(line, with: text) {
            lines[path, default: []].insert(index + 1)
          }
        }
      }
    }

    /// Records that a command printed a report of the tests, such as `2 of 5 fail, suspect cart.py:7`.
    mutating func noteReport(in output: Text) {
      let isReport = output.lines.contains { line in
        let words = line.string.prefix { $0 != "," }.split(separator: " ")
        return words.count == 4 && words[1] == "of" && words[3] == "fail"
          && Int(words[0]) != nil && Int(words[2]) != nil
      }
      if isReport { hasReport = true }
    }

    /// Whether a line ends with a text that is not empty, and not with one that has more spaces before it.
    private static func ends(_ line: String, with text: String) -> Bool {
      text.contains { $0 != " " } && line.hasSuffix(text) && line.dropLast(text.count).last != " "
    }

    /// Reads the place at the beginning of a line: `cart.py:7|` or `7|`.
    private static func place(_ line: String, from path: String?) -> (path: String, line: Int)? {
      guard let bar = line.firstIndex(of: "|") else { return nil }
      let words = line[..<bar].split(separator: ":", omittingEmptySubsequences: false)
      guard let number = words.last.flatMap({ Int($0) }) else { return nil }
      if words.count == 2 { return (String(words[0]), number) }
      return words.count == 1 ? path.map { ($0, number) } : nil
    }
  }
}
