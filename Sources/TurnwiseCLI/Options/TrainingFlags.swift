internal import Foundation
internal import Turnwise

extension Flag {
  fileprivate static let evaluationEvery = Flag("evaluation-every", "")
  fileprivate static let evaluationTurns = Flag("evaluation-turns", "")

  /// The flag of the file from which options are read.
  static let config = Flag(
    "config", "read options from a run.json, or from its configuration alone; flags override it",
    value: "FILE")
}

/// The flags of a command that trains, made from the options of ``RunConfiguration``.
struct TrainingFlags: Sendable {
  /// The options of the command, in the order of their declaration.
  private let options: [OptionDescription]
  /// The defaults of the command.
  private let base: RunConfiguration

  /// Collects the flags of a command.
  ///
  /// - Parameters:
  ///   - base: The defaults of the command.
  ///   - others: The flags to leave out.
  init(over base: RunConfiguration = RunConfiguration(), without others: Set<String> = []) {
    self.base = base
    options = ((try? OptionDescription.all(of: base)) ?? []).filter { !others.contains($0.flag) }
  }

  /// The flags: those without a group, `--config`, and those of the groups.
  var all: [Flag] {
    let flags = options.map(Flag.init)
    return flags.filter { $0.group == nil } + [.config] + flags.filter { $0.group != nil }
  }

  /// Returns the defaults with the options of the file that `--config` names, and then those of the flags.
  ///
  /// - Throws: A ``UsageError``, or a ``TraceError`` if a file cannot be read.
  func configuration(
    _ invocation: Invocation, in environment: any Environment
  ) throws -> RunConfiguration {
    try configuration(invocation, in: environment, over: OptionFile(namedBy: invocation))
  }

  /// Returns the defaults with what suits an environment (`Environment.trainingFlags`), then the options of
  /// a file, and then those of the flags.
  ///
  /// - Throws: A ``UsageError``.
  func configuration(
    _ invocation: Invocation, in environment: any Environment, over file: OptionFile?
  ) throws -> RunConfiguration {
    var configuration = try suited(to: environment)
    if let file {
      configuration = try file.configuration(over: configuration, options)
      // What a pilot chose for one environment is chosen again for the next.
      if file.hasPilot { configuration.imitation.habit = .auto }
    }
    for option in options {
      guard let text = invocation.text(Flag(option)) else { continue }
      do {
        configuration = try Parameters.setting([(option.key, text)], of: configuration)
      } catch Parameters.Problem.mismatch(_, _, let expected) {
        throw UsageError.badValue(flag: option.flag, text: text, expected: expected)
      } catch let problem as Parameters.Problem {
        throw UsageError.badParameter(problem)
      }
    }
    if invocation.has(.evaluationEvery), !invocation.has(.evaluationTurns) {
      // What suits the environment must not replace what the user asks for.
      configuration.evaluation.turns = 0
    }
    if invocation.has(.seed) || file == nil {
      configuration.seed = HexSeed(
        UInt64(try invocation.integer(.seed, atLeast: 0, atMost: .any, default: 1)))
    }
    if let flaw = configuration.flaw {
      let flag = options.first { $0.key == flaw.key }?.flag ?? flaw.key
      throw UsageError.badValue(flag: flag, text: String(flaw.value), expected: flaw.expected)
    }
    if let lack = MemoryPlan(configuration.model).shortage {
      throw UsageError.conflict(lack)
    }
    return configuration
  }

  /// Returns the defaults with what suits an environment.
  ///
  /// - Throws: A ``UsageError`` for a flag that training does not have, or whose value is not allowed.
  func suited(to environment: any Environment) throws -> RunConfiguration {
    try environment.trainingFlags.sorted { $0.key < $1.key }.reduce(base) { configuration, flag in
      do {
        guard let option = options.first(where: { $0.flag == flag.key }) else {
          throw Parameters.Problem.unknown(name: flag.key, known: options.map(\.flag))
        }
        return try Parameters.setting([(option.key, flag.value)], of: configuration)
      } catch let problem as Parameters.Problem {
        throw UsageError.badTrainingFlag(of: type(of: environment).id, problem)
      }
    }
  }

  /// Refuses flags without effect: those of imitation and the model's shape if training starts from the policy
  /// of another run, and those of the expert if recorded episodes are imitated.
  func refuseNeedless(_ invocation: Invocation, _ configuration: RunConfiguration) throws {
    func refuse(_ reason: String, where changesNothing: (OptionDescription) -> Bool) throws {
      if let needless = options.first(where: { changesNothing($0) && invocation.has(Flag($0)) }) {
        throw UsageError.conflict("--\(needless.flag) changes nothing with \(reason)")
      }
    }
    if !configuration.warmStart.isEmpty {
      try refuse("--warm-start, whose policy is taken as it is") { option in
        RunConfiguration.warmStartGroups.contains(option.group ?? "")
          && option.flag != "action-tokens"
      }
    }
    if !configuration.imitation.demonstrationsFrom.isEmpty {
      try refuse("--demonstrations-from, whose episodes are taken as they are") { option in
        RunConfiguration.expertFlags.contains(option.flag)
      }
    }
  }
}

extension RunConfiguration {
  /// The groups that have no effect if training starts from the policy of another run.
  fileprivate static let warmStartGroups = [Imitation.title, Cloning.title, Model.title]
  /// The flags that have no effect if recorded episodes are imitated.
  fileprivate static let expertFlags = ["demonstration-seed", "habit", "slip"]
}

extension Flag {
  /// The flag of an option.
  ///
  /// Its help begins without a capital and has no full stop.
  fileprivate init(_ option: OptionDescription) {
    let kinds = [
      ("a whole number", "N"), ("one of ", "WORD"), ("true", "BOOL"), ("the folder", "FOLDER"),
      ("text", "NAME"),
    ]
    let value = kinds.first { option.requirement.hasPrefix($0.0) }?.1 ?? "NUMBER"
    let fallback = option.defaultValue.compact
    self.init(
      option.flag, option.help.prefix(1).lowercased() + option.help.dropFirst().dropLast(),
      value: value, default: fallback.isEmpty ? nil : fallback)
    group = option.group
  }
}
