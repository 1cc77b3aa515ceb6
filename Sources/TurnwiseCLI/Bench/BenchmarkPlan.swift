internal import Turnwise

/// What a benchmark measures, and how.
struct BenchmarkPlan: Sendable {
  /// The kinds of work.
  var works: [BenchmarkResult.Work]
  /// The models.
  var models: [BenchmarkModel]
  /// The batch sizes of training and sampling; `nil` for the defaults of each kind of work.
  var batches: [Int]?
  /// The most threads.
  var threads: Int
  /// The number of measurements of each row, of which medians are reported.
  var samples: Int
  /// The machine.
  var machine: BenchmarkMachine

  /// The peak speed of one core in additions and multiplications per second.
  var peak: Double { machine.peakGigaflops * 1e9 }
  /// The batch sizes of a model's training.
  func trainingBatches(_ model: BenchmarkModel) -> [Int] { batches ?? [model.trainingBatch] }
  /// The batch sizes of sampling.
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

  /// Measures the time of a step repeatedly, after some warm-up steps.
  ///
  /// - Parameters:
  ///   - warmUps: The number of warm-up steps.
  ///   - bar: Shows the number of samples.
  ///   - title: The name of the step on the bar.
  ///   - step: Does the work, and returns the number of tokens.
  /// - Returns: The measurements.
  /// - Throws: `CancellationError`, or an error of the step.
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
