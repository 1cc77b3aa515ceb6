internal import TurnwiseCore

/// A file with a JSON object on each line.
enum JSONLines {
  /// Reads all lines but empty ones.
  ///
  /// - Parameters:
  ///   - bytes: The file; a byte order mark before it and carriage returns at ends of lines are left out.
  ///   - report: Notes what is wrong, by line.
  ///   - read: Makes something of a line.
  /// - Returns: What was made of the lines that are right.
  static func read<Value>(
    _ bytes: [UInt8], into report: inout CorpusReport,
    _ read: (inout Line) throws(CorpusError) -> Value
  ) -> [Value] {
    var values: [Value] = []
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let start = bytes.starts(with: mark) ? mark.count : 0
    let lines = bytes[start...].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, text) in lines.enumerated()
    where text.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) {
      do throws(CorpusError) {
        var line = try Line(text, number: index + 1, of: report.file)
        defer { report.leaveOut(line.unused) }
        if line.isRepaired { report.replaced(in: line.number) }
        values.append(try read(&line))
      } catch {
        report.add(error)
      }
    }
    return values
  }

  /// An object, read field by field.
  ///
  /// A field can have several names, of which the first counts that the line has; null is as good as none.
  struct Line {
    /// The number of the line, from 1.
    let number: Int
    /// Whether characters that no text can hold were replaced.
    let isRepaired: Bool
    private let file: String
    private let members: [String: StrictJSON]
    private var used: Set<String> = []

    fileprivate init(
      _ bytes: ArraySlice<UInt8>, number: Int, of file: String
    ) throws(CorpusError) {
      (self.number, self.file) = (number, file)
      let value: StrictJSON
      do throws(StrictJSON.Problem) {
        let (found, replaced) = try StrictJSON.read(bytes)
        (value, isRepaired) = (found, replaced > 0)
      } catch {
        throw CorpusError(file, line: number, error.isEncoding ? .notUTF8 : .notJSON(error.reason))
      }
      guard case .object(let members) = value else {
        throw CorpusError(file, line: number, .notAnObject)
      }
      self.members = members
    }

    /// The fields that nobody asked for.
    var unused: Set<String> { Set(members.keys).subtracting(used) }

    /// Marks all fields as used, where the line as a whole is left out.
    mutating func leaveOut() { used = Set(members.keys) }

    /// An error in a field of this line.
    func error(_ field: String, _ problem: CorpusError.Problem) -> CorpusError {
      CorpusError(file, line: number, field: field, problem)
    }

    /// The value of a field and the name that it has here; nil where there is none.
    mutating func value(_ names: [String]) -> (name: String, value: StrictJSON)? {
      guard let name = names.first(where: { members[$0] != nil && members[$0] != .null })
      else {
        used.formUnion(names)
        return nil
      }
      used.insert(name)
      return members[name].map { (name, $0) }
    }

    /// A value in objects in one another; nil where there is none.
    mutating func value(at path: [String]) -> StrictJSON? {
      guard let first = path.first, var value = members[first] else { return nil }
      for name in path.dropFirst() {
        guard case .object(let members) = value, let inner = members[name] else { return nil }
        value = inner
      }
      used.insert(first)
      return value == .null ? nil : value
    }

    /// A text or number; nil where the field is missing or says nothing.
    mutating func optionalText(_ names: String...) throws(CorpusError) -> String? {
      guard let (name, value) = value(names) else { return nil }
      guard let text = value.text else { throw wrong(name, value, "a text") }
      return text.saysNothing ? nil : text
    }

    /// A text or number that says something.
    mutating func text(_ names: String...) throws(CorpusError) -> String {
      let (name, value) = try required(names)
      guard let text = value.text, !text.saysNothing else {
        throw wrong(name, value, "a text that is not empty")
      }
      return text
    }

    /// A text that may be empty, and the name that it has here.
    mutating func anyText(_ names: String...) throws(CorpusError) -> (name: String, text: String) {
      let (name, value) = try required(names)
      guard let text = value.text else { throw wrong(name, value, "a text") }
      return (name, text)
    }

    /// Texts, or one; none where the field is missing.
    mutating func texts(_ names: String...) throws(CorpusError) -> [String] {
      guard let (name, value) = value(names) else { return [] }
      return try texts(value, of: name)
    }

    /// The texts of a value: a text or number that says something, or a list of such with at least one.
    func texts(_ value: StrictJSON, of name: String) throws(CorpusError) -> [String] {
      let items = if case .array(let items) = value { items } else { [value] }
      let texts = items.compactMap(\.text).filter { !$0.saysNothing }
      guard !texts.isEmpty, texts.count == items.count else {
        throw wrong(
          name, value,
          items == [value]
            ? "a text that is not empty" : "a text, or a list of texts, none of them empty")
      }
      return texts
    }

    /// One of some words; nil where the field is missing.
    mutating func word<Word: RawRepresentable & CaseIterable>(
      _ name: String, of words: Word.Type
    ) throws(CorpusError) -> Word? where Word.RawValue == String {
      guard let (_, value) = value([name]) else { return nil }
      guard let word = value.text.flatMap(Word.init(rawValue:)) else {
        let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
        throw wrong(name, value, words)
      }
      return word
    }

    private mutating func required(
      _ names: [String]
    ) throws(CorpusError) -> (name: String, value: StrictJSON) {
      if let found = value(names) { return found }
      // A null says more than that the field is missing.
      if let name = names.first(where: { members[$0] != nil }) { return (name, .null) }
      throw error(names[0], .missingField)
    }

    private func wrong(_ field: String, _ value: StrictJSON, _ expected: String) -> CorpusError {
      error(field, .wrongValue(String(value.preview.prefix(60)), expected: expected))
    }
  }
}

extension StrictJSON {
  /// The text of a text, or of a number as it is written.
  fileprivate var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    default: nil
    }
  }
}

extension String {
  fileprivate var saysNothing: Bool { allSatisfy(\.isWhitespace) }
}
