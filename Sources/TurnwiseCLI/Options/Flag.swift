internal import Turnwise

/// A flag of a subcommand, as the parser and the help pages use it.
struct Flag: Sendable {
  /// The name without the two dashes.
  var name: String
  /// The name of the value in help pages; `nil` for a switch.
  var value: String?
  /// One sentence, without a full stop.
  var help: String
  /// The default, as a user would type it.
  var defaultText: String?
  /// The title of the options that it belongs to on a help page; `nil` for the first ones.
  var group: String?

  init(_ name: String, _ help: String, value: String? = nil, default defaultText: String? = nil) {
    self.name = name
    self.value = value
    self.help = help
    self.defaultText = defaultText
  }
}

/// The flags with the same meaning in all subcommands.
extension Flag {
  static let json = Flag("json", "print one JSON object instead of words")
  static let seed = Flag("seed", "seed of everything random", value: "N", default: "1")
  static let workers = Flag(
    "workers", "how much runs at once; never changes results", value: "N",
    default: "number of cores")
  static let out = Flag(
    "out", "where the run is written", value: "DIR", default: "a new folder in traces/")
  static let force = Flag("force", "replace an earlier run in --out")
  static let environmentSet = Flag(
    "env-set", "set an option of the environment, as 'list ENV' explains them; may be repeated",
    value: "NAME=VALUE")
  static let tasks = Flag(
    "tasks", "play the tasks of a folder instead of the environment's own", value: "FOLDER")
  static let policy = Flag(
    "policy", "who plays: a name that list shows, or the folder of a run that trained a policy",
    value: "NAME", default: "expert")
  static let greedy = Flag("greedy", "take the likeliest tokens instead of sampling them")
  static let helpPage = Flag("help", "show this page")
}

/// A parsed command line.
struct Invocation: Sendable {
  var operands: [String] = []
  private var values: [String: [String]] = [:]

  /// Parses the arguments after the subcommand's name.
  ///
  /// - Throws: A ``UsageError``.
  init(_ arguments: [String], flags: [Flag], operandLimit: Int) throws {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-"), argument.count > 1 else {
        guard operands.count < operandLimit else { throw UsageError.extraOperand(argument) }
        operands.append(argument)
        continue
      }
      if argument == "-h" {
        values["help", default: []].append("")
        continue
      }
      let text = argument.drop { $0 == "-" }
      let name = String(text.prefix { $0 != "=" })
      guard argument.hasPrefix("--"),
        let flag = (flags + [.helpPage]).first(where: { $0.name == name })
      else { throw UsageError.unknownFlag(argument, known: (flags + [.helpPage]).map(\.name)) }
      let attached = text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) }
      if flag.value == nil {
        guard attached == nil else { throw UsageError.needlessValue(flag: name) }
        values[name, default: []].append("")
      } else if let attached {
        values[name, default: []].append(attached)
      } else if let value = rest.first, !value.hasPrefix("--") {
        values[name, default: []].append(value)
        rest.removeFirst()
      } else {
        throw UsageError.missingValue(flag: name, expected: flag.value ?? "")
      }
    }
  }

  /// Whether a flag was given.
  func has(_ flag: Flag) -> Bool { values[flag.name] != nil }

  /// The last value given.
  func text(_ flag: Flag) -> String? { values[flag.name]?.last }

  /// All values given, in order.
  func texts(_ flag: Flag) -> [String] { values[flag.name] ?? [] }

  /// The last value of a numeric flag.
  ///
  /// - Throws: ``UsageError/badValue(flag:text:expected:)``.
  func integer(
    _ flag: Flag, atLeast minimum: Int, atMost maximum: CountLimit = .kept, default fallback: Int
  ) throws -> Int {
    guard let text = text(flag) else { return fallback }
    guard let value = Int(text), minimum...maximum.value ~= value else {
      throw UsageError.badValue(
        flag: flag.name, text: text, expected: maximum.words(from: minimum))
    }
    return value
  }

  /// The last value of a flag that takes one of a few words.
  ///
  /// - Throws: ``UsageError/badValue(flag:text:expected:)``.
  func choice<Word: RawRepresentable & CaseIterable>(
    _ flag: Flag, default fallback: Word
  ) throws -> Word where Word.RawValue == String {
    try choice(flag, of: Word.self) ?? fallback
  }

  /// The last value of a flag that takes one of a few words; `nil` if it is not given.
  ///
  /// - Throws: ``UsageError/badValue(flag:text:expected:)``.
  func choice<Word: RawRepresentable & CaseIterable>(
    _ flag: Flag, of type: Word.Type
  ) throws -> Word? where Word.RawValue == String {
    guard let text = text(flag) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw UsageError.badValue(
        flag: flag.name, text: text,
        expected: Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  /// The last value of a flag that takes a probability.
  ///
  /// - Throws: ``UsageError/badValue(flag:text:expected:)``.
  func probability(_ flag: Flag, default fallback: Double) throws -> Double {
    guard let text = text(flag) else { return fallback }
    guard let value = Double(text), (0...1).contains(value) else {
      throw UsageError.badValue(flag: flag.name, text: text, expected: "a number from 0 to 1")
    }
    return value
  }

  /// The values of a flag that takes a list; `nil` if it was not given.
  ///
  /// - Throws: ``UsageError/badValue(flag:text:expected:)``.
  func list<Element>(
    _ flag: Flag, _ read: (String) -> [Element]?, expected: String
  ) throws -> [Element]? {
    guard let text = text(flag) else { return nil }
    guard let list = read(text) else {
      throw UsageError.badValue(flag: flag.name, text: text, expected: expected)
    }
    return list
  }

  /// The values of a flag that takes a list of whole numbers; `nil` if it was not given.
  ///
  /// - Throws: ``UsageError/badValue(flag:text:expected:)``.
  func integers(_ flag: Flag, atLeast minimum: Int) throws -> [Int]? {
    guard let text = text(flag) else { return nil }
    return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let value = Int(part), minimum...CountLimit.kept.value ~= value else {
        throw UsageError.badValue(
          flag: flag.name, text: text,
          expected: "whole numbers from \(minimum) to \(CountLimit.kept.value), separated by commas"
        )
      }
      return value
    }
  }

  /// The choices of a flag that takes a list of words, in the order of their declaration; all if it was not
  /// given.
  ///
  /// - Throws: ``UsageError/badValue(flag:text:expected:)``.
  func choices<Choice: WordChoice>(_ flag: Flag) throws -> [Choice] {
    guard let text = text(flag) else { return Array(Choice.allCases) }
    let chosen = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let choice = Choice(rawValue: String(part)) else {
        throw UsageError.badValue(
          flag: flag.name, text: text, expected: "some of \(Choice.words), separated by commas")
      }
      return choice
    }
    return Choice.allCases.filter(chosen.contains)
  }
}
