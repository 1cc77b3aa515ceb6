internal import Foundation
internal import TurnwiseModel

/// The clipped policy-gradient loss of one token (Schulman et al., 2017; the dual clip is from Ye et
/// al., 2020, the asymmetric range from Yu et al., 2025).
package struct ClippedObjective: Sendable {
  /// The ratio of probabilities may fall to 1 - `low`.
  package var low: Double
  /// It may rise to 1 + `high`.
  package var high: Double
  /// Where the advantage is negative, the loss stops growing at this ratio.
  package var dual = 3.0

  package init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

  /// The loss, -min(ρA, clip(ρ)A) with ρ the ratio of probabilities, and its derivative by the
  /// log-probability.
  package func callAsFunction(
    logRatio: Double, advantage: Double
  ) -> (loss: Double, derivative: Double, isClipped: Bool) {
    let ratio = exp(min(20, max(-20, logRatio)))
    let clipped = min(1 + high, max(1 - low, ratio))
    if advantage < 0, ratio > dual { return (-dual * advantage, 0, true) }
    if clipped * advantage < ratio * advantage { return (-clipped * advantage, 0, true) }
    return (-ratio * advantage, -ratio * advantage, false)
  }
}

/// Moves a policy by the clipped policy gradient.
struct PolicyGradient: Sendable {
  var configuration: RunConfiguration
  var workers: Int

  /// What a step over the episodes of an update did.
  struct Report: Sendable {
    var loss = 0.0
    var entropy = 0.0
    var approximateKL = 0.0
    var referenceKL = 0.0
    var clipFraction = 0.0
    var gradientNorm = 0.0
    /// The largest difference between the sampler's and the trainer's log-probability of a token,
    /// before the first step.
    var samplerGap = 0.0
    var tokens = 0
    var steps = 0
  }

  /// Passes over a batch, one step a minibatch.
  ///
  /// - Parameters:
  ///   - policy: The model that moves.
  ///   - optimizer: Its optimiser.
  ///   - batch: What was sampled.
  ///   - advantages: The advantage of each scored token.
  ///   - reference: The log-probabilities of a reference, if the policy should stay near it.
  ///   - order: Draws the order of the sequences.
  /// - Returns: What the steps did.
  /// - Throws: `CancellationError`.
  func step(
    _ policy: inout Transformer, _ optimizer: inout AdamW, on batch: TrainingBatch,
    advantages: [[Double]], reference: [[Float]]?, order: inout some RandomNumberGenerator
  ) throws -> Report {
    var report = Report()
    let objective = ClippedObjective(low: configuration.clipLow, high: configuration.clipHigh)
    let (entropyBonus, klWeight) = (configuration.entropyBonus, configuration.klWeight)
    for _ in 0..<configuration.epochs {
      let sequences = Array(batch.sequences.indices).shuffled(using: &order)
      for part in sequences.split(into: configuration.minibatches) {
        try Task.checkCancellation()
        let members = part.map { batch.sequences[$0] }
        let count = Double(members.reduce(0) { $0 + $1.scored.count })
        var result = policy.gradient(of: members, workers: workers) { index, outputs in
          let sequence = part[index]
          var gradients = SequenceGradients(
            logProbabilities: [],
            entropies: entropyBonus == 0
              ? [] : outputs.entropies.map { _ in Float(-entropyBonus / count) })
          for (token, logProbability) in outputs.logProbabilities.enumerated() {
            let ratio = Double(logProbability) - Double(batch.behavior[sequence][token])
            let term = objective(logRatio: ratio, advantage: advantages[sequence][token])
            var derivative = term.derivative
            if let reference {
              // The estimate r - 1 - log r with r = reference / policy, which is never negative.
              let gap = Double(reference[sequence][token]) - Double(logProbability)
              derivative += klWeight * (1 - exp(min(20, gap)))
            }
            gradients.logProbabilities.append(Float(derivative / count))
            gradients.loss += term.loss / count
          }
          return gradients
        }
        measure(result, part, batch, advantages, reference, objective, &report)
        report.gradientNorm += Double(
          AdamW.clip(&result.gradient, toNorm: Float(configuration.gradientNorm)))
        optimizer.update(
          &policy, gradient: result.gradient, learningRate: Float(configuration.learningRate))
        report.steps += 1
      }
    }
    return report.averaged()
  }

  private func measure(
    _ result: GradientResult, _ part: [Int], _ batch: TrainingBatch, _ advantages: [[Double]],
    _ reference: [[Float]]?, _ objective: ClippedObjective, _ report: inout Report
  ) {
    report.loss += result.loss
    for (index, sequence) in part.enumerated() {
      let outputs = result.outputs[index]
      for (token, logProbability) in outputs.logProbabilities.enumerated() {
        let ratio = Double(logProbability) - Double(batch.behavior[sequence][token])
        if report.steps == 0 { report.samplerGap = max(report.samplerGap, abs(ratio)) }
        report.approximateKL += exp(min(20, ratio)) - 1 - ratio
        if let reference {
          let gap = Double(reference[sequence][token]) - Double(logProbability)
          report.referenceKL += exp(min(20, gap)) - 1 - gap
        }
        report.entropy += Double(outputs.entropies[token])
        let term = objective(logRatio: ratio, advantage: advantages[sequence][token])
        report.clipFraction += term.isClipped ? 1 : 0
        report.tokens += 1
      }
    }
  }
}

extension PolicyGradient.Report {
  /// Sums turned into means over tokens or steps.
  fileprivate func averaged() -> Self {
    var report = self
    let (tokens, steps) = (Double(max(1, tokens)), Double(max(1, steps)))
    report.entropy /= tokens
    report.approximateKL /= tokens
    report.referenceKL /= tokens
    report.clipFraction /= tokens
    report.loss /= steps
    report.gradientNorm /= steps
    return report
  }

  var metrics: [String: Double] {
    [
      "policy/loss": loss, "policy/entropy": entropy, "policy/approximate_kl": approximateKL,
      "policy/reference_kl": referenceKL, "policy/clip_fraction": clipFraction,
      "policy/gradient_norm": gradientNorm, "policy/sampler_gap": samplerGap,
    ]
  }
}
