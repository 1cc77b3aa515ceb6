/// What an environment defines and where it uses the defaults, for its author to check.
///
/// A method whose signature differs from the protocol's compiles but is never called; the default is used
/// instead. These facts show which methods are used.
public struct EnvironmentFacts: Codable, Hashable, Sendable {
  /// A tool as it is described to the agent.
  public typealias Tool = ToolDescription

  /// The environment's `id`.
  public var environment: String
  /// The instructions that agents read before the first turn.
  public var instructions: String
  /// The first observation of the first scenario, as the agent reads it.
  public var firstObservation: Text
  /// Whether the first observation of some scenario offers a list of choices.
  public var offersChoices: Bool
  /// The tools and their schemas.
  public var tools: [Tool]
  /// The most turns of an episode on the first scenario.
  public var turnLimit: Int
  /// The potential of the first state, if there is one.
  public var potential: Double?
  /// The number of scenarios for which the expert has an action, out of ``scenarios``.
  public var scenariosWithExpert: Int
  /// The first action of the expert.
  public var firstExpertAction: Text?
  /// How many of the drawn scenarios belong to each family, by split.
  public var families: [String: [String: Int]]
  /// Splits from which no scenario can be drawn, with the reason.
  public var missingSplits: [String: String]
  /// The number of scenarios that were drawn from each split.
  public var scenarios: Int

  /// What the author should check.
  public var remarks: [String] {
    var remarks: [String] = []
    if firstObservation.isEmpty {
      remarks.append(
        "the first observation has no text: is there a method 'observe(_ state: State) -> Observation',"
          + " not async and with this return type?")
    }
    if tools.isEmpty { remarks.append("there are no tools: does 'step' read actions itself?") }
    for tool in tools where tool.summary.isEmpty {
      remarks.append("the tool '\(tool.name)' has no summary")
    }
    if potential == nil {
      remarks.append(
        "there is no potential, which process rewards need:"
          + " 'potential(_ state: State) -> Double?', with the question mark")
    }
    if scenariosWithExpert == 0 {
      remarks.append(
        "there is no expert, which 'train' and 'compare' start from:"
          + " 'expert(_ state: State, after turns: [Turn], noise: ExpertNoise,"
          + " using random: inout Randomness) throws -> Action?'")
    } else if scenariosWithExpert < scenarios {
      remarks.append(
        "the expert knows \(scenariosWithExpert) of \(scenarios) scenarios; the others are not imitated"
      )
    }
    return remarks
  }
}

extension EnvironmentChecker {
  /// Collects the facts.
  ///
  /// - Throws: What the environment's `scenario` and `start` throw for the split `train`.
  public func facts() throws -> EnvironmentFacts {
    var families: [String: [String: Int]] = [:]
    var missing: [String: String] = [:]
    for split in Split.allCases {
      do {
        for index in 0..<scenarios {
          let family = environment.family(of: try scenario(index, split))
          families[split.rawValue, default: [:]][family, default: 0] += 1
        }
      } catch  where split != .train {
        missing[split.rawValue] = Failure.wrapping(error, at: .environment).message
      }
    }
    let sessions = try (0..<scenarios).map { try session($0) }
    let first = sessions[0]
    // An expert that throws breaks a law, which names the error.
    let experts = sessions.compactMap { try? $0.expertAction() }
    return EnvironmentFacts(
      environment: E.id, instructions: environment.instructions,
      firstObservation: environment.observe(first.state).text,
      offersChoices: sessions.contains { !environment.observe($0.state).choices.isEmpty },
      tools: environment.tools.descriptions,
      turnLimit: try environment.turnLimit(of: first.scenario),
      potential: environment.potential(first.state), scenariosWithExpert: experts.count,
      firstExpertAction: experts.first?.text, families: families, missingSplits: missing,
      scenarios: scenarios)
  }
}
