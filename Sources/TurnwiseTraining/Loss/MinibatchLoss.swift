internal import Foundation
package import TurnwiseModel

/// The policy's loss over the episodes of one step.
///
///     Σ_j (w_j L(r_j, A_j) + klWeight · k3_j - entropyBonus · H_j) / d_j
///
/// over all sampled tokens j of the minibatch, with the ratio r_j of ``RatioLevel``, the term L of
/// ``ClippedObjective``, the weight w_j of ``ImportanceWeights`` and the divisor d_j of
/// ``LossAggregation``. Divisors are those of the whole minibatch, so the losses of its parts add
/// up to its loss.
package struct MinibatchLoss: Sendable {
  /// The sequences of the batch that make up the minibatch: all of each of its episodes.
  package let sequences: [Int]

  private let batch: TrainingBatch
  private let evidence: LossEvidence
  private let ratio: RatioLevel
  private let objective: ClippedObjective
  private let entropyBonus: Double
  private let klWeight: Double
  /// The divisor of each token of `sequences`.
  private let divisors: [[Double]]
  /// The logarithm of the ratio that each token of `sequences` uses, if it depends on other
  /// sequences than the token's own.
  private var pooled: [[Double]]?

  /// Prepares the loss.
  ///
  /// - Parameters:
  ///   - sequences: The sequences of the batch that make up the minibatch.
  ///   - batch: The sampled tokens.
  ///   - evidence: The inputs of the loss for each token of the batch.
  ///   - configuration: The parts of the loss.
  package init(
    _ sequences: [Int], of batch: TrainingBatch, _ evidence: LossEvidence,
    _ configuration: RunConfiguration
  ) {
    (self.sequences, self.batch, self.evidence) = (sequences, batch, evidence)
    ratio = configuration.loss.ratio
    objective = ClippedObjective(
      configuration.loss.clip, low: configuration.loss.clipLow, high: configuration.loss.clipHigh,
      dual: configuration.loss.dualClip)
    (entropyBonus, klWeight) = (configuration.loss.entropyBonus, configuration.loss.klWeight)
    let places = sequences.map { batch.lossPlaces[$0] }
    divisors = sequences.map { batch.behavior[$0] }.shaped(
      configuration.loss.aggregation.divisors(
        of: Array(places.joined()), length: configuration.loss.aggregationLength))
  }

  /// Whether some ratio is taken over an episode of more than one sequence.
  package var needsPooling: Bool {
    ratio.spansTurns && Set(sequences.map { batch.owners[$0] }).count < sequences.count
  }

  /// Takes the ratios of episodes over all their sequences.
  ///
  /// - Parameter outputs: The outputs of the present policy for each of `sequences`.
  package mutating func pool(_ outputs: [SequenceOutputs]) {
    let logRatios = outputs.enumerated().map { self.logRatios($0.offset, $0.element) }
    let places = sequences.map { batch.lossPlaces[$0] }
    pooled = outputs.map(\.logProbabilities).shaped(
      ratio.logRatios(Array(logRatios.joined()), at: Array(places.joined())))
  }

  /// The logarithm of the ratio of each token by itself, given the index of its sequence in
  /// `sequences` and the policy's outputs for that sequence.
  package func logRatios(_ index: Int, _ outputs: SequenceOutputs) -> [Double] {
    zip(outputs.logProbabilities, evidence.anchor[sequences[index]]).map { Double($0) - Double($1) }
  }

  /// The term L of each token, before weights and divisors.
  package func terms(
    _ index: Int, _ outputs: SequenceOutputs
  ) -> [(loss: Double, derivative: Double, isClipped: Bool)] {
    let sequence = sequences[index]
    let used =
      pooled?[index]
      ?? ratio.logRatios(logRatios(index, outputs), at: batch.lossPlaces[sequence])
    return zip(used, evidence.advantages[sequence]).map {
      objective(logRatio: $0, advantage: $1)
    }
  }

  /// The derivatives of the loss by the policy's outputs for one sequence.
  package func gradients(_ index: Int, _ outputs: SequenceOutputs) -> SequenceGradients {
    let sequence = sequences[index]
    let divisors = divisors[index]
    var gradients = SequenceGradients(
      entropies: entropyBonus == 0 ? [] : divisors.map { Float(-entropyBonus / $0) })
    for (token, term) in terms(index, outputs).enumerated() {
      let weight = evidence.weights?[sequence][token] ?? 1
      var derivative = weight * term.derivative
      if let gap = referenceGap(index, token, outputs) {
        derivative += klWeight * (1 - exp(min(20, gap)))
      }
      gradients.logProbabilities.append(Float(derivative / divisors[token]))
      gradients.loss += weight * term.loss / divisors[token]
    }
    return gradients
  }

  /// The logarithm of reference over policy for each token, if there is a reference.
  package func referenceGap(
    _ index: Int, _ token: Int, _ outputs: SequenceOutputs
  ) -> Double? {
    evidence.reference.map { reference in
      Double(reference[sequences[index]][token]) - Double(outputs.logProbabilities[token])
    }
  }
}
