internal import Foundation
internal import Turnwise

/// A file of training options: a run's `run.json`, or only its `configuration`.
struct OptionFile {
  /// The path as it was given.
  let path: String
  /// The options of training.
  private let options: [String: JSONValue]
  /// What commands record in addition to the options of training.
  private let notes: [String: JSONValue]

  private static let noteKeys = [
    "habitPilot", ComparisonOptions.seedsKey, ComparisonOptions.thresholdKey,
    ComparisonOptions.batchesKey, ComparisonOptions.learningRatesKey,
  ]

  /// Reads the file that `--config` names; `nil` if the flag is not set.
  ///
  /// - Throws: A ``TraceError`` if it cannot be read, or a ``UsageError`` if it has no options.
  init?(namedBy invocation: Invocation) throws {
    guard let path = invocation.text(.config) else { return nil }
    try self.init(path)
  }

  /// Reads a file, or the `run.json` of a folder.
  ///
  /// - Throws: A ``TraceError`` if it cannot be read, or a ``UsageError`` if it has no options.
  init(_ path: String) throws {
    var file = URL(filePath: path)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      file = TraceLayout(URL(filePath: path, directoryHint: .isDirectory)).run
    }
    let bytes = try RegularFile.bytes(of: file)
    do {
      let value = try TraceJSON.value(JSONValue.self, bytes)
      if case .string(let command)? = value["command"], let configuration = value["configuration"] {
        try self.init(configuration, writtenBy: command, path: file.relativePath)
      } else {
        try self.init(value, writtenBy: nil, path: file.relativePath)
      }
    } catch let refusal as TraceJSON.Refusal {
      throw TraceError(refusal.problem, file: file.relativePath)
    }
  }

  /// Takes the configuration of a run.
  ///
  /// - Throws: A ``UsageError`` if it has no options of training.
  init(of run: RunRecord, path: String) throws {
    try self.init(run.configuration, writtenBy: run.command, path: path)
  }

  private init(_ configuration: JSONValue, writtenBy command: String?, path: String) throws {
    // Commands that do more than train record the options of training in a separate member.
    let training = configuration["training"]
    if let command, training == nil, !["train", "compare"].contains(command) {
      throw UsageError.badOptionFile(
        path, .refused("it was written by '\(command)', which has no options of training"))
    }
    guard case .object(let members) = training ?? configuration else {
      throw UsageError.badOptionFile(path, .refused("it is not a JSON object of options"))
    }
    self.path = path
    options = try Self.nested(members.filter { !Self.noteKeys.contains($0.key) })
    notes = members.filter { Self.noteKeys.contains($0.key) }
  }

  /// Puts options into their groups, which files of version 1 of the format do not have.
  private static func nested(_ members: [String: JSONValue]) throws -> [String: JSONValue] {
    var members = members
    for option in try OptionDescription.all(of: RunConfiguration()) where option.path.count == 2 {
      // The flag `critic-epochs` was the option `criticEpochs`.
      let words = option.flag.split(separator: "-")
      let name = words.dropFirst().reduce(String(words[0])) {
        $0 + $1.prefix(1).uppercased() + $1.dropFirst()
      }
      guard let value = members[name], !isGroup(value) else { continue }
      members[name] = nil
      var group: [String: JSONValue] = [:]
      if case .object(let others)? = members[option.path[0]] { group = others }
      group[option.path[1]] = value
      members[option.path[0]] = .object(group)
    }
    return members
  }

  private static func isGroup(_ value: JSONValue) -> Bool {
    if case .object = value { true } else { false }
  }

  /// Whether the habit of the expert was chosen by a pilot.
  var hasPilot: Bool { notes["habitPilot"] != nil }

  /// The number of seeds, if the file belongs to a comparison.
  ///
  /// - Throws: A ``UsageError`` if it is not a valid number.
  var seeds: Int? {
    get throws {
      guard let value = notes[ComparisonOptions.seedsKey] else { return nil }
      guard case .integer(let seeds) = value, 1...CountLimit.seeds.value ~= seeds else {
        throw UsageError.badOptionFile(
          path,
          .mismatch(
            name: ComparisonOptions.seedsKey, text: value.compact,
            expected: CountLimit.seeds.words(from: 1)))
      }
      return seeds
    }
  }

  /// The batches of a comparison; empty if there is only that of the training options.
  ///
  /// - Throws: A ``UsageError``.
  var batches: [UpdateBatch] {
    get throws {
      try list(
        ComparisonOptions.batchesKey, ComparisonOptions.batches,
        expected: ComparisonOptions.batchesExpected)
    }
  }

  /// The step sizes of a comparison; empty if there is only that of the training options.
  ///
  /// - Throws: A ``UsageError``.
  var learningRates: [Double] {
    get throws {
      try list(
        ComparisonOptions.learningRatesKey, ComparisonOptions.learningRates,
        expected: ComparisonOptions.learningRatesExpected)
    }
  }

  private func list<Element>(
    _ key: String, _ read: (String) -> [Element]?, expected: String
  ) throws -> [Element] {
    guard let value = notes[key] else { return [] }
    guard case .string(let text) = value, let list = read(text) else {
      throw UsageError.badOptionFile(
        path, .mismatch(name: key, text: value.compact, expected: expected))
    }
    return list
  }

  /// The threshold of a comparison, if the file has one.
  ///
  /// - Throws: A ``UsageError`` if it is not a probability.
  var threshold: Double? {
    get throws {
      guard let value = notes[ComparisonOptions.thresholdKey] else { return nil }
      guard let threshold = try? value.decode(Double.self), UnitInterval.allows(threshold) else {
        throw UsageError.badOptionFile(
          path,
          .mismatch(
            name: ComparisonOptions.thresholdKey, text: value.compact,
            expected: UnitInterval.requirement))
      }
      return threshold
    }
  }

  /// Returns a configuration with the options of the file.
  ///
  /// - Parameters:
  ///   - base: The values of options that are not in the file.
  ///   - known: The allowed options; if `nil`, all of `RunConfiguration`.
  /// - Returns: The configuration.
  /// - Throws: A ``UsageError``.
  func configuration(
    over base: RunConfiguration, _ known: [OptionDescription]? = nil
  ) throws -> RunConfiguration {
    do {
      let configuration = try Parameters.settingStrictly(options, of: base)
      if let known {
        let keys = Set(known.map(\.key))
        for option in try OptionDescription.all(of: base) where !keys.contains(option.key) {
          guard try option.value(in: configuration) != option.defaultValue else { continue }
          throw UsageError.badOptionFile(path, .unknown(name: option.key, known: known.map(\.key)))
        }
      }
      return configuration
    } catch let problem as Parameters.Problem {
      throw UsageError.badOptionFile(path, problem)
    }
  }
}

extension OptionDescription {
  /// Returns the value of the option in a configuration.
  fileprivate func value(in whole: RunConfiguration) throws -> JSONValue? {
    try path.reduce(JSONValue(encoding: whole)) { $0?[$1] }
  }
}
