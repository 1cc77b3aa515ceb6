package import TurnwiseCore
package import TurnwiseCredit
public import TurnwiseModel

/// A process reward model: the expected return in the state before a turn, learnt from forks.
///
/// Labels are mean returns of continuations that were played from the state (Math-Shepherd, arXiv
/// 2312.08935, with soft labels). Unlike a critic's targets, they do not depend on how the episode
/// itself went on. Labels of recent updates are kept, because the policy that played them is close
/// to the present one.
public struct ProcessModel: Sendable, Equatable {
  /// A state with the mean return of the forks from it.
  public struct Label: Codable, Hashable, Sendable {
    /// The tokens that come before the turn.
    public var tokens: [Int32]
    /// The mean return.
    public var value: Double
    /// The update that the forks were played for.
    public var update: Int
  }

  /// The model of the values.
  public private(set) var critic: Critic
  /// The labels that the model learns from.
  public private(set) var labels: [Label]
  /// Whether the model has learnt from an update.
  public internal(set) var hasLearnt: Bool

  /// The number of updates for which labels are kept.
  private static let memory = 8

  /// Creates a model from a policy's trunk.
  public init(from policy: Transformer) {
    self.init(critic: Critic(from: policy), labels: [], hasLearnt: false)
  }

  init(critic: Critic, labels: [Label], hasLearnt: Bool) {
    (self.critic, self.labels, self.hasLearnt) = (critic, labels, hasLearnt)
  }

  /// Computes the values of states.
  package func read(
    _ episodes: [Episode], format: any PromptFormat, workers: Int
  ) -> EvidenceReading<Evidence.ProcessModel> {
    let reading = critic.read(episodes, format: format, workers: workers)
    let values = reading.numbers
    return EvidenceReading(
      Evidence.ProcessModel(
        values: zip(values.values, values.bootstrap).map { turns, bootstrap in
          Evidence.Critic.firstValues(turns, valueAfter: bootstrap ?? 0)
        }, bootstrap: values.bootstrap), scoredTokens: reading.scoredTokens)
  }

  /// Adds the labels from the forks of an update, and removes labels that are too old.
  package mutating func add(
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

  /// Trains the values on the labels.
  ///
  /// - Returns: The number of tokens that were passed forward and backward.
  /// - Throws: `CancellationError`.
  package mutating func fit(
    _ configuration: RunConfiguration, epochs: Int, random: Randomness, workers: Int
  ) throws -> Int {
    try critic.fit(
      labels.map { label in
        Critic.Example(
          sequence: TrainingSequence(tokens: label.tokens, scored: [label.tokens.count]),
          values: [label.value])
      }, epochs: epochs, steps: configuration.optimizer.minibatches,
      configuration: configuration, random: random, workers: workers)
  }
}
