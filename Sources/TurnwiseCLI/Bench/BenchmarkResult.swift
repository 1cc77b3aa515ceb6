internal import Turnwise

/// The results of one benchmark: a row of `turnwise bench`.
struct BenchmarkResult: Codable, Equatable, Sendable {
  /// The work that is timed.
  enum Work: String, WordChoice {
    /// Forward, backward and an optimiser's step on sequences as long as the context.
    case training
    /// Tokens after a prompt of one token, sampled at temperature 1 with a cache.
    case sampling
    /// An update of the trainer, which collects, credits and learns.
    case iteration
    /// Turns of a text environment, without a model.
    case environment
    /// Commands in the sandbox, and the files around them.
    case sandbox
  }

  /// The work that was timed.
  var work: Work
  /// The model's name, if there is a model.
  var model: String?
  /// The number of sequences at once.
  var batch: Int?
  /// The most threads that were used.
  var threads: Int
  /// Tokens per second of wall time.
  var tokensPerSecond: Double?
  /// Tokens per second of processor time, summed over threads.
  var cpuTokensPerSecond: Double?
  /// The wall time of an optimiser's step, of one new token of every sequence, or of an update.
  var millisecondsPerStep: Double?
  /// Turns per second of processor time.
  var turnsPerSecond: Double?
  /// The interface by which the turns were played, or the command that was run.
  var via: String?
  /// The wall time of the same work by plain means: bash in a folder, or the start of a program.
  var rawMilliseconds: Double?
  /// The ratio of the plain time to the sandbox's.
  var ratio: Double?
  /// The time that the model's multiplications need at the machine's measured peak, as a share of
  /// the measured time.
  var floorShare: Double?
  /// The most memory that the process has used so far, in MiB.
  var peakMemoryMB: Double?
}
