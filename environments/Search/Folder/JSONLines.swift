internal import TurnwiseCore

/// A file with a JSON object on each line.
enum JSONLines {
  /// Reads all lines that are not empty.
  ///
  /// - Parameters:
  ///   - bytes: The file; a byte order mark and carriage returns at the ends of lines are ignored.
  ///   - report: Collects the problems.
  ///   - read: Creates a value from a line.
  /// - Returns: The values of the lines without problems.
  static func read<Value>(
    _ bytes: [UInt8], into report: inout CorpusReport,
    _ read: (inout Line) throws(TaskFileError) -> Value
  ) -> [Value] {
    var values: [Value] = []
    let start = StrictJSON.byteOrderMarkLength(in: bytes)
    let lines = bytes[start...].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, text) in lines.enumerated()
    where text.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) {
      do throws(TaskFileError) {
        var line = try Line(text, number: index + 1, of: report.file)
        defer { report.addUnknown(line.unused) }
        if line.isRepaired { report.addReplaced(line.number) }
        values.append(try read(&line))
      } catch {
        report.add(error)
      }
    }
    return values
  }

  /// An object, read field by field.
  ///
  /// A field can have several names. The first one that the line has counts; null counts as missing.
  struct Line {
    /// The number of the line, from 1.
    let number: Int
    /// Whether characters that no text can contain were replaced.
    let isRepaired: Bool
    private let file: String
    private let members: [String: StrictJSON]
    private var used: Set<String> = []

    fileprivate init(
      _ bytes: ArraySlice<UInt8>, number: Int, of file: String
    ) throws(TaskFileError) {
      (self.number, self.file) = (number, file)
      let value: StrictJSON
      do throws(StrictJSON.Problem) {
        let (found, replaced) = try StrictJSON.read(bytes)
        (value, isRepaired) = (found, replaced > 0)
      } catch {
        throw TaskFileError(
          file, line: number, error.isEncoding ? .notUTF8 : .notJSONLine(error.reason))
      }
      guard case .object(let members) = value else {
        throw TaskFileError(file, line: number, .notAnObjectLine)
      }
      self.members = members
    }

    /// The fields that were not read.
    var unused: Set<String> { Set(members.keys).subtracting(used) }

    /// Marks all fields as read, because the whole line is ignored.
    mutating func ignore() { used = Set(members.keys) }

    /// An error in a field of this line.
    func error(_ field: String, _ problem: TaskFileError.Problem) -> TaskFileError {
      TaskFileError(file, line: number, field: field, problem)
    }

    /// The value of a field, and the name that it has in this line; nil if it is missing.
    mutating func value(_ names: [String]) -> (name: String, value: StrictJSON)? {
      guard let name = names.first(where: { members[$0] != nil && members[$0] != .null })
      else {
        used.formUnion(names)
        return nil
      }
      used.insert(name)
      return members[name].map { (name, $0) }
    }

    /// A value in nested objects; nil if it is missing.
    mutating func value(at path: [String]) -> StrictJSON? {
      guard let first = path.first, var value = members[first] else { return nil }
      for name in path.dropFirst() {
        guard case .object(let members) = value, let inner = members[name] else { return nil }
        value = inner
      }
      used.insert(first)
      return value == .null ? nil : value
    }

    /// A text or number; nil if the field is missing or blank.
    mutating func optionalText(_ names: String...) throws(TaskFileError) -> String? {
      guard let (name, value) = value(names) else { return nil }
      guard let text = value.text else { throw wrong(name, value, "a text") }
      return text.isBlank ? nil : text
    }

    /// A text or number that is not blank.
    mutating func text(_ names: String...) throws(TaskFileError) -> String {
      let (name, value) = try required(names)
      guard let text = value.text, !text.isBlank else {
        throw wrong(name, value, "a text that is not empty")
      }
      return text
    }

    /// A text that may be empty, and the name that the field has in this line.
    mutating func anyText(
      _ names: String...
    ) throws(TaskFileError) -> (name: String, text: String) {
      let (name, value) = try required(names)
      guard let text = value.text else { throw wrong(name, value, "a text") }
      return (name, text)
    }

    /// One or more texts; none if the field is missing.
    mutating func texts(_ names: String...) throws(TaskFileError) -> [String] {
      guard let (name, value) = value(names) else { return [] }
      return try texts(value, of: name)
    }

    /// The texts of a value: a text or number that is not blank, or a list of one or more of these.
    func texts(_ value: StrictJSON, of name: String) throws(TaskFileError) -> [String] {
      let items = if case .array(let items) = value { items } else { [value] }
      let texts = items.compactMap(\.text).filter { !$0.isBlank }
      guard !texts.isEmpty, texts.count == items.count else {
        throw wrong(
          name, value,
          items == [value]
            ? "a text that is not empty" : "a text, or a list of texts, none of them empty")
      }
      return texts
    }

    /// One of several words; nil if the field is missing.
    mutating func word<Word: RawRepresentable & CaseIterable>(
      _ name: String, of words: Word.Type
    ) throws(TaskFileError) -> Word? where Word.RawValue == String {
      guard let (_, value) = value([name]) else { return nil }
      guard let word = value.text.flatMap(Word.init(rawValue:)) else {
        throw wrong(name, value, Word.quotedNames)
      }
      return word
    }

    private mutating func required(
      _ names: [String]
    ) throws(TaskFileError) -> (name: String, value: StrictJSON) {
      if let found = value(names) { return found }
      // If the value is null, that is reported rather than a missing field.
      if let name = names.first(where: { members[$0] != nil }) { return (name, .null) }
      throw error(names[0], .missingField(named: names[0]))
    }

    private func wrong(_ field: String, _ value: StrictJSON, _ expected: String) -> TaskFileError {
      error(field, .wrongValue(value, expected: expected))
    }
  }
}

extension StrictJSON {
  /// The text, or the number as it is written; nil for other values.
  fileprivate var text: String? {
    switch self {
    case .string(let text), .number(let text): text
    default: nil
    }
  }
}

extension String {
  fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
