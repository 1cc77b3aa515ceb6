internal import Turnwise

/// Times training steps: forward, backward and AdamW on a plain policy gradient.
///
/// Every token of a sequence except the first is scored and counted.
enum TrainingBenchmark {
  /// Times one model.
  ///
  /// - Throws: `CancellationError`.
  static func measure(
    _ model: BenchmarkModel, _ plan: BenchmarkPlan, _ bar: ProgressBar
  ) async throws -> [BenchmarkResult] {
    var policy = model.transformer
    var optimizer = AdamW(for: policy)
    var results: [BenchmarkResult] = []
    for batch in plan.trainingBatches(model) {
      let sequences = Self.sequences(batch, of: model.configuration)
      let tokens = sequences.reduce(0) { $0 + $1.scored.count }
      let samples = try await plan.time(
        warmUps: 2, bar, "training \(model.rawValue), batch \(batch)"
      ) {
        let result = policy.gradient(of: sequences, workers: plan.threads) { index, outputs in
          let slope = -advantage(index) / Float(tokens)
          return SequenceGradients(
            logProbabilities: outputs.logProbabilities.map { _ in slope },
            loss: outputs.logProbabilities.reduce(0) { $0 + Double($1 * slope) })
        }
        optimizer.update(&policy, gradient: result.gradient, learningRate: 1e-4)
        return tokens
      }
      results.append(
        BenchmarkResult(
          work: .training, model: model.rawValue, batch: batch, threads: plan.threads,
          tokensPerSecond: samples.tokensPerSecond, cpuTokensPerSecond: samples.cpuTokensPerSecond,
          millisecondsPerStep: samples.millisecondsPerStep(),
          floorShare: samples.floorShare(
            // The backward pass computes each product twice: for the weights and for the inputs.
            flopsPerToken: 3 * model.flops(attendingTo: Double(model.configuration.context) / 2),
            peak: plan.peak, threads: plan.threads),
          peakMemoryMB: BenchmarkMachine.peakMemoryMB))
    }
    return results
  }

  private static func sequences(
    _ count: Int, of shape: ModelConfiguration
  ) -> [TrainingSequence] {
    var random = Randomness(seed: 2)
    return (0..<count).map { _ in
      TrainingSequence(
        tokens: (0..<shape.context).map { _ in
          .random(in: 0..<Int32(shape.vocabulary), using: &random)
        },
        scored: Array(1..<shape.context))
    }
  }

  /// Returns alternately positive and negative advantages, so that the policy stays where it is.
  private static func advantage(_ sequence: Int) -> Float { sequence.isMultiple(of: 2) ? 1 : -1 }
}
