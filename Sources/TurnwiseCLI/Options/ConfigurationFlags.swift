internal import Foundation
internal import Turnwise

/// The flags of training, made from the properties of ``RunConfiguration``.
enum ConfigurationFlags {
  /// One flag for each property but the seed, in their order.
  static let all: [Flag] = properties.map { property in
    Flag(
      flagName(property), RunConfiguration.help[property] ?? "", value: "VALUE",
      default: defaults[property]?.compact)
  }

  /// The names of the properties in the order of their declaration.
  static let properties: [String] =
    Mirror(reflecting: RunConfiguration()).children.compactMap(\.label).filter { $0 != "seed" }

  /// The property that a flag sets.
  static func property(of flag: Flag) -> String {
    zip(properties, all).first { $1.name == flag.name }?.0 ?? flag.name
  }

  private static let defaults = (try? Parameters.settings(of: RunConfiguration())) ?? [:]

  /// Reads the flags over a command's own defaults.
  ///
  /// - Throws: A ``UsageError``.
  static func configuration(
    _ invocation: Invocation, ignoring ignored: Flag? = nil,
    over base: RunConfiguration = RunConfiguration()
  ) throws -> RunConfiguration {
    var configuration = base
    for (property, flag) in zip(properties, all) where flag.name != ignored?.name {
      guard let text = invocation.text(flag) else { continue }
      do {
        configuration = try Parameters.setting([(property, text)], of: configuration)
      } catch Parameters.Problem.mismatch(_, let text, let expected) {
        throw UsageError.badValue(flag: flag.name, text: text, expected: expected)
      } catch let problem as Parameters.Problem {
        throw UsageError.badParameter(problem)
      }
    }
    configuration.seed = HexSeed(
      UInt64(try invocation.integer(.seed, atLeast: 0, atMost: .any, default: 1)))
    if let flaw = configuration.flaw {
      let value = (try? Parameters.settings(of: configuration)[flaw.property]?.compact) ?? ""
      throw UsageError.badValue(
        flag: flagName(flaw.property), text: value, expected: flaw.expected)
    }
    if let lack = MemoryPlan(configuration).lack(of: ProcessInfo.processInfo.physicalMemory) {
      throw UsageError.conflict(lack)
    }
    return configuration
  }

  /// `learningRate` becomes `learning-rate`.
  private static func flagName(_ property: String) -> String {
    property.reduce(into: "") { name, letter in
      name += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
    }
  }

  /// Refuses options that would change nothing: of imitation and the model's shape where the policy of
  /// another run is the start, and of the expert where recorded episodes are imitated.
  static func refuseNeedless(
    _ invocation: Invocation, _ configuration: RunConfiguration
  ) throws {
    func refuse(_ properties: Set<String>, _ reason: String) throws {
      let needless = all.first {
        properties.contains(property(of: $0)) && invocation.has($0)
      }
      if let needless {
        throw UsageError.conflict("--\(needless.name) changes nothing with \(reason)")
      }
    }
    if !configuration.warmStart.isEmpty {
      try refuse(
        RunConfiguration.warmStartProperties, "--warm-start, whose policy is taken as it is")
    }
    if !configuration.demonstrationsFrom.isEmpty {
      try refuse(
        RunConfiguration.expertProperties,
        "--demonstrations-from, whose episodes are taken as they are")
    }
  }
}
