internal import Foundation
internal import Turnwise

extension Flag {
  /// The file that options are read from.
  static let config = Flag(
    "config", "read options from a run.json, or from its configuration alone; flags override it",
    value: "FILE")
}

/// The flags of a command that trains, made from the options of ``RunConfiguration``.
struct TrainingFlags: Sendable {
  /// The options that are flags of the command, in their order.
  private let options: [OptionDescription]
  /// The defaults of the command.
  private let base: RunConfiguration

  /// Collects the flags of a command.
  ///
  /// - Parameters:
  ///   - base: The defaults of the command.
  ///   - others: The flags of options that the command does not have.
  init(over base: RunConfiguration = RunConfiguration(), without others: Set<String> = []) {
    self.base = base
    options = ((try? OptionDescription.all(of: base)) ?? []).filter { !others.contains($0.flag) }
  }

  /// The flags: those of no group, the file of options, and the groups.
  var all: [Flag] {
    let flags = options.map(Flag.init)
    return flags.filter { $0.group == nil } + [.config] + flags.filter { $0.group != nil }
  }

  /// Reads the options over the defaults: first those of the file that `--config` names, then the flags.
  ///
  /// - Throws: A ``UsageError``, or a ``TraceError`` if a file cannot be read.
  func configuration(_ invocation: Invocation) throws -> RunConfiguration {
    try configuration(invocation, over: OptionFile(namedBy: invocation))
  }

  /// Reads the options over the defaults: first those of a file, then the flags.
  ///
  /// - Throws: A ``UsageError``.
  func configuration(
    _ invocation: Invocation, over file: OptionFile?
  ) throws -> RunConfiguration {
    var configuration = base
    if let file { configuration = try file.configuration(over: base, options) }
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
    if invocation.has(.seed) || file == nil {
      configuration.seed = HexSeed(
        UInt64(try invocation.integer(.seed, atLeast: 0, atMost: .any, default: 1)))
    }
    if let flaw = configuration.flaw {
      let flag = options.first { $0.key == flaw.key }?.flag ?? flaw.key
      throw UsageError.badValue(flag: flag, text: String(flaw.value), expected: flaw.expected)
    }
    if let lack = MemoryPlan(configuration.model).lack(of: ProcessInfo.processInfo.physicalMemory) {
      throw UsageError.conflict(lack)
    }
    return configuration
  }

  /// Refuses flags that would change nothing: of imitation and the model's shape if the policy of another
  /// run is the start, and of the expert if recorded episodes are imitated.
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
  /// The groups that say how a policy comes about if none is taken from another run.
  fileprivate static let warmStartGroups = [Imitation.title, Cloning.title, Model.title]
  /// The flags that say how the environment's expert plays.
  fileprivate static let expertFlags = ["demonstration-seed", "habit", "slip"]
}

extension Flag {
  /// The flag of an option.
  ///
  /// Its help begins without a capital and has no full stop.
  fileprivate init(_ option: OptionDescription) {
    self.init(
      option.flag, option.help.prefix(1).lowercased() + option.help.dropFirst().dropLast(),
      value: "VALUE", default: option.defaultValue.compact)
    group = option.group
  }
}
