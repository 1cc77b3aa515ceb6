internal import Foundation
internal import TurnwiseModel

/// Updates a policy by the clipped policy gradient.
struct PolicyGradient: Sendable {
  var configuration: RunConfiguration
  var workers: Int

  /// The measures of the steps over the episodes of an update.
  struct Report: Sendable {
    var loss = 0.0
    var entropy = 0.0
    var approximateKL = 0.0
    var referenceKL = 0.0
    var clipFraction = 0.0
    var gradientNorm = 0.0
    /// The largest norm of a gradient, before clipping.
    var longestGradient = 0.0
    /// The largest difference between the sampler's and the trainer's log-probability of a token,
    /// before the first step.
    var samplerGap = 0.0
    var tokens = 0
    var steps = 0
    /// The number of tokens that were scored outside the steps.
    var scoredTokens = 0
    /// Measures of the importance weights, if there are any.
    var importance: [String: Double] = [:]
  }

  /// Passes over a batch and makes one step for each minibatch.
  ///
  /// - Parameters:
  ///   - policy: The model that is updated.
  ///   - optimizer: Its optimiser.
  ///   - batch: The episodes that were sampled.
  ///   - advantages: The advantage of each scored token.
  ///   - reference: The log-probabilities of a reference, if the policy should stay near it.
  ///   - limit: The largest norm of a gradient at which a step is made. The passes end at a larger
  ///     one.
  ///   - order: The source of the order of the episodes.
  /// - Returns: The measures of the steps.
  /// - Throws: `CancellationError`.
  func step(
    _ policy: inout Transformer, _ optimizer: inout AdamW, on batch: TrainingBatch,
    advantages: [[Double]], reference: [[Float]]?, limit: Double = .infinity,
    order: inout some RandomNumberGenerator
  ) throws -> Report {
    var report = Report()
    var evidence = LossEvidence(batch, advantages: advantages, reference: reference)
    if let level = configuration.loss.importance.ratioLevel {
      let weights = ImportanceWeights(
        level, configuration.loss.importanceForm, cap: configuration.loss.importanceCap)
      evidence.correct(batch, by: weights, for: policy, workers: workers)
    }
    (report.scoredTokens, report.importance) = (evidence.scoredTokens, evidence.metrics)
    for _ in 0..<configuration.optimizer.epochs {
      let episodes = batch.episodes.shuffled(using: &order)
      for part in episodes.split(into: configuration.optimizer.minibatches) {
        try Task.checkCancellation()
        let sequences = part.flatMap { Array($0) }
        let members = sequences.map { batch.sequences[$0] }
        var loss = MinibatchLoss(sequences, of: batch, evidence, configuration)
        if loss.needsPooling {
          loss.pool(policy.score(members, workers: workers))
          report.scoredTokens += members.reduce(0) { $0 + $1.tokens.count }
        }
        var result = policy.gradient(of: members, workers: workers) { [loss] index, outputs in
          loss.gradients(index, outputs)
        }
        measure(result, loss, batch, &report)
        let norm = Double(
          AdamW.clip(&result.gradient, toNorm: Float(configuration.optimizer.gradientNorm)))
        report.gradientNorm += norm
        report.longestGradient = norm.isFinite ? max(report.longestGradient, norm) : norm
        guard norm <= limit else {
          report.steps += 1
          return report.averaged()
        }
        optimizer.update(
          &policy, gradient: result.gradient,
          learningRate: Float(configuration.optimizer.learningRate))
        report.steps += 1
      }
    }
    return report.averaged()
  }

  /// Measures on some of the episodes of an update how far the policy has moved.
  ///
  /// - Returns: In nats per token, the divergence KL(sampler‖policy now); and, if there is a
  ///   reference, KL(sampler‖reference) and KL(policy now‖reference). All are means of k3
  ///   (``DivergenceEstimator``) over the sampled tokens. The last one is weighted by the ratio of
  ///   the policy now to the sampler, because the policy now did not sample the tokens.
  func divergences(
    of policy: Transformer, on batch: TrainingBatch, reference: [[Float]]?
  ) -> (drift: Double, reference: (before: Double, after: Double)?, scoredTokens: Int) {
    let episodes = batch.episodes.count
    let probes = min(UpdateBrake.probe, episodes)
    let chosen = (0..<probes).flatMap { Array(batch.episodes[$0 * episodes / probes]) }
    let sequences = chosen.map { batch.sequences[$0] }
    let scores = policy.score(sequences, workers: workers).map(\.logProbabilities)
    var (drift, before, after, tokens) = (0.0, 0.0, 0.0, 0.0)
    for (place, sequence) in chosen.enumerated() {
      for (token, sampled) in batch.behavior[sequence].enumerated() {
        let moved = Double(scores[place][token]) - Double(sampled)
        drift += DivergenceEstimator.k3(moved)
        tokens += 1
        guard let reference else { continue }
        let gap = Double(reference[sequence][token]) - Double(sampled)
        before += DivergenceEstimator.k3(gap)
        after += exp(min(20, moved)) * DivergenceEstimator.k3(gap - moved)
      }
    }
    let count = max(1, tokens)
    return (
      drift / count, reference == nil ? nil : (before / count, after / count),
      sequences.reduce(0) { $0 + $1.tokens.count }
    )
  }

  private func measure(
    _ result: GradientResult, _ loss: MinibatchLoss, _ batch: TrainingBatch,
    _ report: inout Report
  ) {
    report.loss += result.loss
    for (index, sequence) in loss.sequences.enumerated() {
      let outputs = result.outputs[index]
      let (logRatios, terms) = (loss.logRatios(index, outputs), loss.terms(index, outputs))
      for (token, logProbability) in outputs.logProbabilities.enumerated() {
        if report.steps == 0 {
          let gap = Double(logProbability) - Double(batch.behavior[sequence][token])
          report.samplerGap = max(report.samplerGap, abs(gap))
        }
        report.approximateKL += DivergenceEstimator.k3(logRatios[token])
        if let gap = loss.referenceGap(index, token, outputs) {
          report.referenceKL += DivergenceEstimator.k3(gap)
        }
        report.entropy += Double(outputs.entropies[token])
        report.clipFraction += terms[token].isClipped ? 1 : 0
        report.tokens += 1
      }
    }
  }
}

extension PolicyGradient.Report {
  /// Turns sums into means over tokens or steps.
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
    importance.merging([
      "policy/loss": loss, "policy/entropy": entropy, "policy/approximate_kl": approximateKL,
      "policy/reference_kl": referenceKL, "policy/clip_fraction": clipFraction,
      "policy/gradient_norm": gradientNorm, "policy/sampler_gap": samplerGap,
    ]) { $1 }
  }
}
