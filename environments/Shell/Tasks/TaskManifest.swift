internal import TurnwiseCore

/// What the file `task.json` says of a task.
struct TaskManifest {
  /// What the agent is told.
  var instruction: String
  /// The turn after which an unfinished episode is truncated; nil where the environment says.
  var turnLimit: Int?
  /// The split that the task belongs to.
  var split: Split

  static let name = "task.json"
  private static let turnLimits = 1...1000

  private enum Field: String, WordChoice { case instruction, turnLimit, split }

  /// Reads the bytes of `file`.
  init(_ bytes: [UInt8], of file: String) throws(TaskFolderError) {
    let members = try Self.members(bytes, of: file)
    let known = Field.allCases.map(\.rawValue)
    if let unknown = members.keys.sorted().first(where: { !known.contains($0) }) {
      throw TaskFolderError(file, field: unknown, .unknownField(known: known))
    }
    func wrong(_ field: Field, _ value: StrictJSON, _ expected: String) -> TaskFolderError {
      TaskFolderError(
        file, field: field.rawValue,
        .wrongValue(String(value.preview.prefix(60)), expected: expected))
    }
    switch members[Field.instruction.rawValue] {
    case .string(let text)? where text.contains { !$0.isWhitespace }: instruction = text
    case let value?: throw wrong(.instruction, value, "a text that says what to do")
    case nil: throw TaskFolderError(file, field: Field.instruction.rawValue, .missingField)
    }
    switch members[Field.turnLimit.rawValue] {
    case .number(let text)? where Int(text).map(Self.turnLimits.contains) ?? false:
      turnLimit = Int(text)
    case let value?:
      let (least, most) = (Self.turnLimits.lowerBound, Self.turnLimits.upperBound)
      throw wrong(.turnLimit, value, "a whole number from \(least) to \(most)")
    case nil: turnLimit = nil
    }
    guard let value = members[Field.split.rawValue] else {
      split = .train
      return
    }
    guard let split = Split.allCases.first(where: { .string($0.rawValue) == value }) else {
      let words = Split.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
      throw wrong(.split, value, words)
    }
    self.split = split
  }

  private static func members(
    _ bytes: [UInt8], of file: String
  ) throws(TaskFolderError) -> [String: StrictJSON] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0)
    let found: (value: StrictJSON, replaced: Int)
    do throws(StrictJSON.Problem) {
      found = try StrictJSON.read(text)
    } catch {
      let line = text.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw TaskFolderError(file, line: line, .notJSON(error.reason))
    }
    guard found.replaced == 0 else {
      throw TaskFolderError(file, .notJSON("half of a surrogate pair, or NUL, is in a text"))
    }
    guard case .object(let members) = found.value else {
      throw TaskFolderError(file, .notAnObject)
    }
    return members
  }
}
