internal import TurnwiseCore

/// The contents of the file `task.json`.
struct TaskManifest {
  /// What the agent is told.
  var instruction: String
  /// The turn after which an unfinished episode is truncated; nil for that of the environment.
  var turnLimit: Int?
  /// The split that the task belongs to.
  var split: Split

  static let name = "task.json"
  private static let turnLimits = 1...1000

  private enum Field: String, WordChoice { case instruction, turnLimit, split }

  /// Reads the bytes of `file`.
  init(_ bytes: [UInt8], of file: String) throws(TaskFileError) {
    let members = try Self.members(bytes, of: file)
    let known = Field.allCases.map(\.rawValue)
    if let unknown = members.keys.sorted().first(where: { !known.contains($0) }) {
      throw TaskFileError(file, field: unknown, .unknownField(unknown, known: known))
    }
    func wrong(_ field: Field, _ value: StrictJSON, _ expected: String) -> TaskFileError {
      TaskFileError(
        file, field: field.rawValue,
        .wrongValue(value, expected: expected))
    }
    switch members[Field.instruction.rawValue] {
    case .string(let text)? where text.contains { !$0.isWhitespace }: instruction = text
    case let value?: throw wrong(.instruction, value, "a text that says what to do")
    case nil:
      throw TaskFileError(
        file, field: Field.instruction.rawValue, .missingField("say what the agent is told"))
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
      throw wrong(.split, value, Split.quotedNames)
    }
    self.split = split
  }

  private static func members(
    _ bytes: [UInt8], of file: String
  ) throws(TaskFileError) -> [String: StrictJSON] {
    let text = bytes.dropFirst(StrictJSON.byteOrderMarkLength(in: bytes))
    let found: (value: StrictJSON, replaced: Int)
    do throws(StrictJSON.Problem) {
      found = try StrictJSON.read(text)
    } catch {
      let line = text.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw TaskFileError(file, line: line, .notJSON(error.reason))
    }
    guard found.replaced == 0 else {
      throw TaskFileError(file, .notJSON("a text contains half of a surrogate pair, or NUL"))
    }
    guard case .object(let members) = found.value else {
      throw TaskFileError(file, .notAnObject())
    }
    return members
  }
}
