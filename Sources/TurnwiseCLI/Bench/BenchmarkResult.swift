internal import Turnwise

/// The result of one benchmark: a row of `turnwise bench`.
struct BenchmarkResult: Codable, Equatable, Sendable {
  /// A kind of work.
  enum Work: String, WordChoice {
    /// Forward pass, backward pass and optimiser step on sequences as long as the context.
    case training
    /// Tokens after a prompt of one token, sampled at temperature 1 with a cache.
    case sampling
    /// An update of the trainer, which collects, credits and learns.
    case iteration
    /// Turns of a text environment, without a model.
    case environment
    /// Commands in the sandbox, and the restoring and reading of their files.
    case sandbox
  }

  /// The kind of work.
  var work: Work
  /// The model's name, if there is a model.
  var model: String?
  /// The batch size.
  var batch: Int?
  /// The most threads.
  var threads: Int
  /// Tokens per second of wall time.
  var tokensPerSecond: Double?
  /// Tokens per second of processor time, summed over threads.
  var cpuTokensPerSecond: Double?
  /// The wall time of an optimiser step, of one new token of every sequence, or of an update.
  var millisecondsPerStep: Double?
  /// Turns per second of processor time.
  var turnsPerSecond: Double?
  /// The interface by which the turns were played, or the command that was run.
  var via: String?
  /// The wall time of the baseline: bash in a plain folder, or the start of a program.
  var rawMilliseconds: Double?
  /// The speed relative to the baseline.
  var ratio: Double?
  /// The time that the model's operations would take at the machine's measured peak, as a share of the measured
  /// time.
  var floorShare: Double?
  /// The peak memory of the process so far, in MiB.
  var peakMemoryMB: Double?
}
