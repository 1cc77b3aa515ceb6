internal import Foundation
package import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseModel

/// An implicit process reward model: a policy whose log-ratio to a reference tells good episodes.
///
/// The cross-entropy between σ(β Σ_j log(π_φ/π_ref)) and the outcome, clipped to 0…1, is all that it is
/// trained on; the sum over an episode's tokens is the log-odds of success, so each token's share of it
/// can be read as a reward (PRIME, Cui et al. 2025, arXiv 2502.01456). The reference is the policy that
/// training started from, which stays as it was. An update is credited before the model learns from it.
public struct ImplicitModel: Sendable, Equatable {
  /// The model that is trained, φ.
  public private(set) var model: Transformer
  /// The state of its optimiser.
  public private(set) var optimizer: AdamW
  /// The model that it is compared with.
  public let reference: Transformer

  /// The scale of the log-odds, β in the paper.
  public static let beta = 0.05

  /// Starts as the reference.
  public init(from policy: Transformer) {
    model = policy
    reference = policy
    optimizer = AdamW(for: policy)
  }

  init(_ checkpoint: Checkpoint, reference: Transformer) {
    model = checkpoint.model
    optimizer = checkpoint.optimizer ?? AdamW(for: checkpoint.model)
    self.reference = reference
  }

  var checkpoint: Checkpoint { Checkpoint(model, optimizer: optimizer) }

  /// The log-ratio of each sampled token, in the shape `[episode][turn][token]`.
  package func evidence(for episodes: [Episode], workers: Int) -> [[[Double]]] {
    let batch = TrainingBatch(episodes)
    let own = model.score(batch.sequences, workers: workers).map(\.logProbabilities)
    let other = referenceScores(batch, workers)
    return batch.gathered(
      zip(own, other).map { zip($0, $1).map { Double($0) - Double($1) } }, episodes)
  }

  /// What a step over episodes found, before it was made.
  package struct Report {
    /// The mean cross-entropy in nats.
    package var loss = 0.0
    /// The share of episodes whose log-odds are on the side of their outcome.
    package var accuracy = 0.0
    package var passedTokens = 0
  }

  /// Makes one step for each minibatch.
  package mutating func fit(
    _ episodes: [Episode], _ configuration: RunConfiguration, random: Randomness, workers: Int
  ) throws -> Report {
    let batch = TrainingBatch(episodes)
    let reference = referenceScores(batch, workers)
    let outcomes = batch.owners.map { min(1, max(0, episodes[$0].totalReward ?? 0)) }
    var shuffling = random
    var report = Report()
    let order = Array(batch.sequences.indices).shuffled(using: &shuffling)
    for part in order.split(into: configuration.minibatches) {
      try Task.checkCancellation()
      let members = part.map { batch.sequences[$0] }
      var result = model.gradient(of: members, workers: workers) { index, outputs in
        let sequence = part[index]
        let odds = Self.odds(outputs.logProbabilities, reference[sequence])
        let chance = 1 / (1 + exp(-odds))
        let slope = Self.beta * (chance - outcomes[sequence]) / Double(part.count)
        return SequenceGradients(
          logProbabilities: outputs.logProbabilities.map { _ in Float(slope) },
          loss: Self.crossEntropy(odds: odds, outcome: outcomes[sequence]))
      }
      report.loss += result.loss
      for (index, sequence) in part.enumerated() {
        let odds = Self.odds(result.outputs[index].logProbabilities, reference[sequence])
        report.accuracy += (odds > 0) == (outcomes[sequence] > 0.5) ? 1 : 0
      }
      report.passedTokens += members.reduce(0) { $0 + $1.tokens.count }
      AdamW.clip(&result.gradient, toNorm: Float(configuration.gradientNorm))
      optimizer.update(
        &model, gradient: result.gradient, learningRate: Float(configuration.criticRate))
    }
    let count = Double(max(1, batch.sequences.count))
    report.loss /= count
    report.accuracy /= count
    return report
  }

  /// −y log σ(x) − (1 − y) log(1 − σ(x)).
  package static func crossEntropy(odds: Double, outcome: Double) -> Double {
    // log(1 + exp(−x)) without overflow.
    let loss = max(0, -odds) + log1p(exp(-abs(odds)))
    return loss + (1 - outcome) * odds
  }

  private static func odds(_ own: [Float], _ reference: [Float]) -> Double {
    beta * zip(own, reference).reduce(0) { $0 + Double($1.0) - Double($1.1) }
  }

  private func referenceScores(_ batch: TrainingBatch, _ workers: Int) -> [[Float]] {
    reference.score(batch.sequences, workers: workers).map(\.logProbabilities)
  }
}
