internal import Foundation
internal import TurnwiseCore

/// A file with a JSON object on each line.
enum JSONLines {
  /// Reads all lines but empty ones.
  ///
  /// - Parameters:
  ///   - bytes: The file; a byte order mark before it and carriage returns at ends of lines are left out.
  ///   - file: What errors call it.
  ///   - fields: The fields that a line may have.
  ///   - read: Makes something of a line.
  /// - Returns: What was made, line by line.
  /// - Throws: A ``CorpusError`` that names the line.
  static func read<Field: WordChoice, Value>(
    _ bytes: [UInt8], of file: String, _ fields: Field.Type,
    _ read: (Line<Field>) throws(CorpusError) -> Value
  ) throws(CorpusError) -> [Value] {
    var values: [Value] = []
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let start = bytes.starts(with: mark) ? mark.count : 0
    let lines = bytes[start...].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated()
    where line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) {
      values.append(try read(Line(line, number: index + 1, of: file)))
    }
    return values
  }

  /// An object, read field by field.
  struct Line<Field: WordChoice> {
    /// The number of the line, from 1.
    let number: Int
    private let file: String
    private let members: [String: Any]

    fileprivate init(
      _ bytes: ArraySlice<UInt8>, number: Int, of file: String
    ) throws(CorpusError) {
      (self.number, self.file) = (number, file)
      guard String(validating: bytes, as: UTF8.self) != nil else {
        throw CorpusError(file, line: number, .notUTF8)
      }
      let value: Any
      do {
        value = try JSONSerialization.jsonObject(
          with: Data(bytes), options: .fragmentsAllowed)
      } catch {
        let detail = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
        throw CorpusError(file, line: number, .notJSON(detail ?? error.localizedDescription))
      }
      guard let members = value as? [String: Any] else {
        throw CorpusError(file, line: number, .notAnObject)
      }
      self.members = members
      let known = Field.allCases.map(\.rawValue)
      if let unknown = members.keys.sorted().first(where: { Field(rawValue: $0) == nil }) {
        throw CorpusError(file, line: number, field: unknown, .unknownField(known: known))
      }
    }

    /// An error in a field of this line.
    func error(_ field: Field, _ problem: CorpusError.Problem) -> CorpusError {
      CorpusError(file, line: number, field: field.rawValue, problem)
    }

    /// A field that may be missing.
    func optional<Value>(
      _ field: Field, _ read: (Field) throws(CorpusError) -> Value
    ) throws(CorpusError) -> Value? {
      members[field.rawValue] == nil ? nil : try read(field)
    }

    /// A text that says something.
    func text(_ field: Field) throws(CorpusError) -> String {
      try text(field, mayBeEmpty: false)
    }

    /// A text.
    func text(_ field: Field, mayBeEmpty: Bool) throws(CorpusError) -> String {
      guard let value = members[field.rawValue] else { throw error(field, .missingField) }
      guard let text = value as? String, mayBeEmpty || text.contains(where: { !$0.isWhitespace })
      else { throw wrong(field, value, mayBeEmpty ? "a text" : "a text that is not empty") }
      return text
    }

    /// A text that says something, or a list of such with at least one.
    func texts(_ field: Field) throws(CorpusError) -> [String] {
      guard let list = members[field.rawValue] as? [Any] else { return [try text(field)] }
      let texts = list.compactMap { $0 as? String }.filter { $0.contains { !$0.isWhitespace } }
      guard !texts.isEmpty, texts.count == list.count else {
        throw wrong(field, list, "a text, or a list of texts, none of them empty")
      }
      return texts
    }

    /// Reads one of some words.
    func word<Word: RawRepresentable & CaseIterable>(
      of words: Word.Type
    ) -> (Field) throws(CorpusError) -> Word where Word.RawValue == String {
      { field throws(CorpusError) in
        let value = members[field.rawValue] ?? NSNull()
        guard let word = (value as? String).flatMap(Word.init(rawValue:)) else {
          let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
          throw wrong(field, value, words)
        }
        return word
      }
    }

    private func wrong(_ field: Field, _ value: Any, _ expected: String) -> CorpusError {
      let data = try? JSONSerialization.data(
        withJSONObject: value, options: [.fragmentsAllowed, .withoutEscapingSlashes])
      let found = data.map { String(decoding: $0, as: UTF8.self) } ?? "?"
      return error(field, .wrongValue(String(found.prefix(60)), expected: expected))
    }
  }
}
