/// What an environment has and what it leaves to the defaults, as an author should see it.
///
/// A method whose signature is not that of the protocol compiles and is never called: the default is in
/// use. These facts show which.
public struct EnvironmentFacts: Codable, Hashable, Sendable {
  /// A tool as the agent is told about it.
  public typealias Tool = ToolDescription

  /// The environment's `id`.
  public var environment: String
  /// What agents that read prompts are told before the first turn.
  public var instructions: String
  /// The first observation of the first scenario, as the agent reads it.
  public var firstObservation: Text
  /// Whether some observation of the scenarios that were tried offers a list of choices.
  public var offersChoices: Bool
  /// The tools with their schemas.
  public var tools: [Tool]
  /// The most turns of an episode on the first scenario.
  public var turnLimit: Int
  /// The potential of the first state; nil without one.
  public var potential: Double?
  /// The scenarios among those tried for which there is an expert.
  public var scenariosWithExpert: Int
  /// The first action of the expert.
  public var firstExpertAction: Text?
  /// How many scenarios of each family were drawn, by split.
  public var families: [String: [String: Int]]
  /// Splits of which no scenario can be drawn, with the reason.
  public var missingSplits: [String: String]
  /// How many scenarios of each split were tried.
  public var scenarios: Int

  /// What an author should look at.
  public var remarks: [String] {
    var remarks: [String] = []
    if firstObservation.isEmpty {
      remarks.append(
        "the first observation has no words: is there a method 'observe(_ state: State) -> Observation',"
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
  /// What the environment has.
  ///
  /// - Throws: What its `scenario` and `start` throw for the split `train`.
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
    // An expert that throws is another matter, which a law names.
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
