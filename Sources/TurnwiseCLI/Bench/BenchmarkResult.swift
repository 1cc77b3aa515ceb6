internal import Turnwise

/// What one benchmark measured: a row of `turnwise bench`.
struct BenchmarkResult: Codable, Equatable, Sendable {
  /// What is timed.
  enum Work: String, WordChoice {
    /// Forward, backward and an optimiser's step on sequences as long as the context.
    case training
    /// Tokens after a prompt of one token, sampled at temperature 1 with a cache.
    case sampling
    /// An update of the trainer: collect, credit, learn.
    case iteration
    /// Turns of a text environment, without a model.
    case environment
    /// Commands in the sandbox, and the files around them.
    case sandbox
  }

  /// What was timed.
  var work: Work
  /// The model's name, where there is a model.
  var model: String?
  /// Sequences at once.
  var batch: Int?
  /// The most threads that were used.
  var threads: Int
  /// Tokens a second of wall time.
  var tokensPerSecond: Double?
  /// Tokens a second of processor time, summed over threads.
  var cpuTokensPerSecond: Double?
  /// Wall time of an optimiser's step, of one new token of every sequence, or of an update.
  var millisecondsPerStep: Double?
  /// Turns a second of processor time.
  var turnsPerSecond: Double?
  /// By which interface the turns were played, or what was run.
  var via: String?
  /// Wall time of the same by plain means: bash in a folder, or the start of a program.
  var rawMilliseconds: Double?
  /// The speed as a share of that.
  var ratio: Double?
  /// The time that the model's multiplications need at the machine's measured peak, as a share of
  /// the time that was taken.
  var floorShare: Double?
  /// The most memory that the process has held so far, in MiB.
  var peakMemoryMB: Double?
}
