internal import Turnwise

/// Times sampling of sequences that start from one token and grow together, token by token.
///
/// The layout of the weights for sampling is made once for each step of an optimiser, so it is part
/// of an iteration's row, not of these rows.
enum SamplingBenchmark {
  /// The number of tokens of each sequence before timing begins.
  private static let warmUpTokens = 4

  /// Times one model.
  ///
  /// - Throws: `CancellationError`.
  static func measure(
    _ model: BenchmarkModel, _ plan: BenchmarkPlan, _ bar: ProgressBar
  ) async throws -> [BenchmarkResult] {
    let decoder = model.transformer.decoder
    let count = model.sampledTokens
    var results: [BenchmarkResult] = []
    for batch in plan.samplingBatches {
      var random = Randomness(seed: 3)
      sample(warmUpTokens, for: batch, from: decoder, workers: plan.threads, using: &random)
      let samples = try await plan.time(
        warmUps: 0, bar, "sampling \(model.rawValue), batch \(batch)"
      ) {
        sample(count, for: batch, from: decoder, workers: plan.threads, using: &random)
        return batch * count
      }
      results.append(
        BenchmarkResult(
          work: .sampling, model: model.rawValue, batch: batch, threads: plan.threads,
          tokensPerSecond: samples.tokensPerSecond, cpuTokensPerSecond: samples.cpuTokensPerSecond,
          millisecondsPerStep: samples.millisecondsPerStep(count),
          floorShare: samples.floorShare(
            flopsPerToken: model.flops(attendingTo: Double(count) / 2), peak: plan.peak,
            threads: plan.threads),
          peakMemoryMB: BenchmarkMachine.peakMemoryMB))
    }
    return results
  }

  private static func sample(
    _ count: Int, for batch: Int, from decoder: Transformer.Decoder, workers: Int,
    using random: inout Randomness
  ) {
    var caches = [SequenceCache](repeating: SequenceCache(), count: batch)
    var tokens = [[Int32]](repeating: [0], count: batch)
    for _ in 0..<count {
      let logits = decoder.extend(&caches, by: tokens, workers: workers)
      for row in tokens.indices {
        tokens[row] = [logits.sample(row: row, uniform: random.unit()).token]
      }
    }
  }
}
