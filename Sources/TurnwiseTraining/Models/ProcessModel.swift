package import TurnwiseCore
package import TurnwiseCredit
public import TurnwiseModel

/// A process reward model: says what return to expect in the state before a turn, learnt from forks.
///
/// Labels are mean returns of continuations that were played from the state (Math-Shepherd, arXiv
/// 2312.08935, with soft labels). Unlike a critic's targets they do not depend on how the episode itself
/// went on. Labels of the last updates are kept, because the policy they were played with is close
/// to the present one.
public struct ProcessModel: Sendable, Equatable {
  /// What was read before a turn, and what forks from there earned on average.
  public struct Label: Codable, Hashable, Sendable {
    /// The tokens of the context.
    public var tokens: [Int32]
    /// The mean return.
    public var value: Double
    /// The update that the forks were played for.
    public var update: Int
  }

  /// What says the values.
  public private(set) var critic: Critic
  /// The labels that are learnt from.
  public private(set) var labels: [Label]

  /// For how many updates labels are kept.
  private static let memory = 8

  /// Starts from a policy's trunk.
  public init(from policy: Transformer) { self.init(critic: Critic(from: policy), labels: []) }

  init(critic: Critic, labels: [Label]) {
    self.critic = critic
    self.labels = labels
  }

  /// Says the values of states, as evidence for reward shapers.
  package func evidence(
    for episodes: [Episode], format: any PromptFormat, workers: Int
  ) -> Evidence.ProcessModel {
    read(episodes, format: format, workers: workers).evidence
  }

  /// The values of states, and how many tokens were scored for them.
  func read(
    _ episodes: [Episode], format: any PromptFormat, workers: Int
  ) -> (evidence: Evidence.ProcessModel, scoredTokens: Int) {
    let reading = critic.read(episodes, format: format, workers: workers)
    let values = reading.evidence
    return (
      Evidence.ProcessModel(
        values: zip(values.values, values.bootstrap).map { turns, bootstrap in
          Evidence.Critic.firstValues(turns, behind: bootstrap ?? 0)
        }, bootstrap: values.bootstrap), reading.scoredTokens
    )
  }

  /// Takes in what forks of an update came to.
  package mutating func learn(
    _ groups: [[Episode]], _ outcomes: [[ForkPoint: [ForkOutcome]]], update: Int
  ) {
    labels.removeAll { $0.update + Self.memory <= update }
    for (group, forks) in zip(groups, outcomes) {
      for (point, outcomes) in forks.sorted(by: { $0.key < $1.key }) where !outcomes.isEmpty {
        let episode = group[point.episode]
        guard let reference = episode.turns[point.turn].span, let span = episode.tape[reference]
        else { continue }
        let sum = outcomes.reduce(0) { $0 + $1.returnToGo() }
        labels.append(
          Label(
            tokens: Array(episode.tape.segments[reference.segment].tokens[..<span.start]),
            value: sum / Double(outcomes.count), update: update))
      }
    }
  }

  /// Moves the values towards the labels.
  ///
  /// - Returns: How many tokens were passed.
  package mutating func fit(
    _ configuration: RunConfiguration, epochs: Int, random: Randomness, workers: Int
  ) throws -> Int {
    try critic.fit(
      labels.map { label in
        Critic.Example(
          sequence: TrainingSequence(tokens: label.tokens, scored: [label.tokens.count]),
          values: [label.value])
      }, epochs: epochs, configuration: configuration, random: random,
      workers: workers)
  }
}

/// Asks for forks of a random share of turns, to label their states.
///
/// The choice follows from the name of the episode, so it does not depend on the order of anything.
struct LabelRequests: CreditEstimator {
  static let id = "labels"
  static let summary = "forks that label states"

  /// The share of turns that are labelled.
  var share: Double
  /// Forks of each.
  var forks: Int
  /// The seed of the choice.
  var seed: UInt64

  func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] {
    group.episodes.enumerated().flatMap { index, episode in
      episode.turns.indices.compactMap { turn in
        var random = Randomness(seed: seed).stream("label-" + episode.name, turn)
        return random.chance(share)
          ? ForkRequest(ForkPoint(episode: index, turn: turn), count: forks) : nil
      }
    }
  }

  func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    GroupCredit(turns: group.episodes.map { $0.turns.map { _ in 0 } }, of: group)
  }
}
