internal import Turnwise

/// The plan of a benchmark.
struct BenchmarkPlan: Sendable {
  /// The kinds of work.
  var works: [BenchmarkResult.Work]
  /// The models.
  var models: [BenchmarkModel]
  /// The number of sequences at once in training and sampling; `nil` for the defaults of each kind
  /// of work.
  var batches: [Int]?
  /// The most threads.
  var threads: Int
  /// The number of times that each row is timed; its figures are medians.
  var samples: Int
  /// The machine.
  var machine: BenchmarkMachine

  /// The peak of one core, in additions and multiplications per second.
  var peak: Double { machine.peakGigaflops * 1e9 }
  /// The batches of a model's training.
  func trainingBatches(_ model: BenchmarkModel) -> [Int] { batches ?? [model.trainingBatch] }
  /// The batches of sampling.
  var samplingBatches: [Int] { batches ?? [1, 16, 64] }
  /// The models whose updates are timed.
  var iterationModels: [BenchmarkModel] { models.filter(\.hasIteration) }

  /// The number of rows.
  var rows: Int {
    works.reduce(0) { total, work in
      switch work {
      case .training: total + models.reduce(0) { $0 + trainingBatches($1).count }
      case .sampling: total + models.count * samplingBatches.count
      case .iteration: total + iterationModels.count
      case .environment: total + EnvironmentBenchmark.rows
      case .sandbox: total + SandboxBenchmark.rows
      }
    }
  }

  /// Times a step several times, after some steps to warm up.
  ///
  /// - Parameters:
  ///   - warmUps: The number of steps to warm up.
  ///   - bar: Counts the samples.
  ///   - title: The title of the samples in the bar.
  ///   - step: Does the work, and returns the number of tokens.
  /// - Returns: The samples.
  /// - Throws: `CancellationError`, and what the step throws.
  func time(
    warmUps: Int, _ bar: ProgressBar, _ title: String, _ step: () async throws -> Int
  ) async throws -> BenchmarkSamples {
    bar.advance(by: 0, detail: title)
    for _ in 0..<warmUps {
      try Task.checkCancellation()
      _ = try await step()
    }
    var samples = BenchmarkSamples()
    for _ in 0..<self.samples {
      try Task.checkCancellation()
      let start = BenchmarkTime.now
      let tokens = try await step()
      samples.append(tokens: tokens, BenchmarkTime.now - start)
      bar.advance()
    }
    return samples
  }
}
