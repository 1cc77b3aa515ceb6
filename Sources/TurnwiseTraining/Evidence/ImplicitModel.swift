internal import Foundation
package import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

/// An implicit process reward model: a policy whose log-ratio to a reference tells good episodes from bad ones.
///
/// It is trained on outcomes only, with the odds x_i = β Σ_j log(π_φ/π_ref) over the sampled tokens
/// of an episode. The share of each token in the odds can then be read as a reward. The shaper that
/// uses it (`ImplicitReward`) defines what it is trained on and compared with. An update is
/// credited before the model learns from it.
public struct ImplicitModel: Sendable, Equatable {
  /// The model that is trained, φ.
  public private(set) var model: Transformer
  /// The state of its optimiser.
  public private(set) var optimizer: AdamW
  /// The policy that training started from.
  public let start: Transformer
  /// The choice of what the model is trained on and compared with.
  public let recipe: ImplicitReward

  /// Creates a copy of a policy.
  public init(from policy: Transformer, _ recipe: ImplicitReward) {
    model = policy
    start = policy
    optimizer = AdamW(for: policy)
    self.recipe = recipe
  }

  init(_ checkpoint: Checkpoint, start: Transformer, _ recipe: ImplicitReward) {
    model = checkpoint.model
    optimizer = checkpoint.optimizer ?? AdamW(for: checkpoint.model)
    self.start = start
    self.recipe = recipe
  }

  var checkpoint: Checkpoint { Checkpoint(model, optimizer: optimizer) }

  /// The number of passes over episodes that the log-ratios take.
  var passes: Int { recipe.reference == .start ? 2 : 1 }

  /// Computes the log-ratio of each sampled token, in the shape `[episode][turn][token]`.
  package func read(_ episodes: [Episode], workers: Int) -> EvidenceReading<[[[Double]]]> {
    let batch = TrainingBatch(episodes)
    return EvidenceReading(
      batch.gathered(logRatios(batch, Array(batch.sequences.indices), workers), episodes),
      scoredTokens: passes * batch.tokenCount)
  }

  /// The measures of the steps over an update, each taken before its step.
  package struct Report {
    /// The mean loss in nats.
    package var loss = 0.0
    /// The share of outcomes, or of pairs, that the odds predict.
    package var accuracy = 0.0
    /// The number of tokens passed forward and backward.
    package var passedTokens = 0
    /// The number of tokens scored.
    package var scoredTokens = 0
  }

  /// Takes a step for each minibatch of groups.
  ///
  /// - Throws: `CancellationError`.
  package mutating func fit(
    _ groups: [[Episode]], _ configuration: RunConfiguration, random: Randomness, workers: Int
  ) throws -> Report {
    let batch = TrainingBatch(groups.flatMap(\.self))
    var places: [[Int]] = []
    for group in groups {
      let first = places.last?.last.map { $0 + 1 } ?? 0
      places.append(Array(first..<first + group.count))
    }
    let outcomes = groups.joined().map { min(1, max(0, $0.totalReward ?? 0)) }
    var shuffling = random
    var report = Report()
    let parts = places.shuffled(using: &shuffling).split(into: configuration.optimizer.minibatches)
    for part in parts {
      try Task.checkCancellation()
      let owners = Set(part.joined())
      let members = batch.sequences.indices.filter { owners.contains(batch.owners[$0]) }
      var odds = outcomes.map { _ in 0.0 }
      for (member, ratios) in zip(members, logRatios(batch, members, workers)) {
        odds[batch.owners[member]] += recipe.beta * ratios.reduce(0, +)
      }
      let judged = recipe.loss.judge(part.map { $0.map { (odds[$0], outcomes[$0]) } })
      let slopes = Dictionary(
        uniqueKeysWithValues: zip(part.joined(), judged.slopes.joined()))
      let sequences = members.map { batch.sequences[$0] }
      let (beta, owner) = (recipe.beta, members.map { batch.owners[$0] })
      var result = model.gradient(of: sequences, workers: workers) { index, outputs in
        let slope = Float(beta * (slopes[owner[index]] ?? 0))
        return SequenceGradients(
          logProbabilities: outputs.logProbabilities.map { _ in slope })
      }
      AdamW.clip(&result.gradient, toNorm: Float(configuration.optimizer.gradientNorm))
      optimizer.update(
        &model, gradient: result.gradient, learningRate: Float(configuration.critic.rate))
      report.loss += judged.loss / Double(parts.count)
      report.accuracy += judged.accuracy / Double(parts.count)
      let tokens = sequences.reduce(0) { $0 + $1.tokens.count }
      report.passedTokens += tokens
      report.scoredTokens += passes * tokens
    }
    return report
  }

  /// log π_φ − log π_ref of the scored tokens of some sequences.
  private func logRatios(_ batch: TrainingBatch, _ members: [Int], _ workers: Int) -> [[Double]] {
    let sequences = members.map { batch.sequences[$0] }
    let own = model.score(sequences, workers: workers).map(\.logProbabilities)
    let reference =
      switch recipe.reference {
      case .start: start.score(sequences, workers: workers).map(\.logProbabilities)
      case .policy: members.map { batch.behavior[$0] }
      }
    return zip(own, reference).map { zip($0, $1).map { Double($0) - Double($1) } }
  }
}
