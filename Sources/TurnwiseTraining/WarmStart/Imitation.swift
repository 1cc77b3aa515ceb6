internal import TurnwiseCore
internal import TurnwiseModel

/// Trains a model to imitate demonstrations.
///
/// Refused calls are read, because the policy must know how to go on after them, but they are not
/// imitated, because the environment did not accept them.
struct Imitation {
  /// The number of steps between two measurements of the held-out loss.
  private static let interval = 250
  /// The fraction by which the loss must fall for a gain.
  private static let gain = 0.02

  private let configuration: RunConfiguration
  private let workers: Int
  private let format: any PromptFormat
  private let renaming: Renaming
  private let sequences: [TrainingSequence]
  private var usable: [Int]
  private var heldOut: [TrainingSequence] = []
  private(set) var report = ImitationReport()

  /// Prepares demonstrations.
  ///
  /// - Throws: ``TrainingError/demonstrationsTooLong(context:)`` or ``TrainingError/everyTurnRefused``.
  init(
    _ demonstrations: [Episode], _ format: any PromptFormat, _ configuration: RunConfiguration,
    workers: Int
  ) throws {
    (self.configuration, self.workers, self.format) = (configuration, workers, format)
    let contexts = demonstrations.flatMap(\.contexts)
    renaming = Renaming(contexts)
    let sequences = contexts.map { format.demonstration($0) { !$0.isRefused } }
    self.sequences = sequences
    usable = sequences.indices.filter { Self.fits(sequences[$0], configuration) }
    guard !usable.isEmpty else {
      if sequences.allSatisfy(\.scored.isEmpty) { throw TrainingError.everyTurnRefused }
      throw TrainingError.demonstrationsTooLong(context: configuration.model.context)
    }
    report.demonstrations = contexts.count
    report.tooLong = sequences.count { $0.tokens.count > configuration.model.context }
    let turns = demonstrations.flatMap(\.turns)
    report.refused = Double(turns.count(where: \.isRefused)) / Double(max(1, turns.count))
    if usable.count >= 100 {
      let count = min(64, usable.count / 20)
      heldOut = usable.suffix(count).map { sequences[$0] }
      usable.removeLast(count)
    }
  }

  private static func fits(
    _ sequence: TrainingSequence, _ configuration: RunConfiguration
  ) -> Bool {
    sequence.tokens.count <= configuration.model.context && !sequence.scored.isEmpty
  }

  /// Trains a model.
  ///
  /// - Parameters:
  ///   - model: The model that is trained.
  ///   - random: The source of the order of the demonstrations and of their names.
  ///   - onStep: Called after each step with its number, the number of the last one as far as it is
  ///     known, and the loss.
  /// - Throws: `CancellationError`.
  mutating func teach(
    _ model: inout Transformer, random: inout Randomness,
    onStep: (_ step: Int, _ end: Int, _ loss: Double) -> Void
  ) throws {
    var optimizer = Muon(for: model)
    var order: [Int] = []
    var recent: [Double] = []
    var (best, bestStep) = (Double.infinity, 0)
    var end = configuration.cloning.steps
    let isPatient = configuration.cloning.patience > 0
    var step = 0
    while step < end {
      try Task.checkCancellation()
      if order.count < configuration.cloning.batch { order += usable.shuffled(using: &random) }
      let batch = order.prefix(configuration.cloning.batch).map { index in
        guard random.chance(configuration.imitation.renaming) else { return sequences[index] }
        let renamed = format.demonstration(renaming.episode(index, using: &random)) {
          !$0.isRefused
        }
        return Self.fits(renamed, configuration) ? renamed : sequences[index]
      }
      order.removeFirst(batch.count)
      var result = Self.gradient(of: batch, model, workers: workers)
      AdamW.clip(&result.gradient, toNorm: Float(configuration.optimizer.gradientNorm))
      let rate = Self.rate(step, of: end) * configuration.cloning.rate
      optimizer.update(
        &model, gradient: result.gradient, learningRate: Float(rate), workers: workers)
      recent.append(result.loss)
      step += 1
      onStep(step, end, result.loss)
      guard step.isMultiple(of: Self.interval), !heldOut.isEmpty else { continue }
      let loss = heldOutLoss(model)
      report.heldOutLosses.append(loss)
      if loss < (1 - Self.gain) * best { (best, bestStep) = (loss, step) }
      // Steps become smaller over the last third, which begins when the loss has stopped falling.
      if isPatient, 3 * step < 2 * end, step - bestStep >= configuration.cloning.patience {
        (end, report.reason) = (step * 3 / 2, .plateau)
      }
    }
    report.steps = step
    let last = recent.suffix(max(1, recent.count / 10))
    report.loss = last.reduce(0, +) / Double(last.count)
  }

  private static func gradient(
    of batch: [TrainingSequence], _ model: Transformer, workers: Int
  ) -> GradientResult {
    let count = Double(batch.reduce(0) { $0 + $1.scored.count })
    return model.gradient(of: batch, workers: workers) { _, outputs in
      let loss = outputs.logProbabilities.reduce(0) { $0 - Double($1) }
      return SequenceGradients(
        logProbabilities: outputs.logProbabilities.map { _ in Float(-1 / count) },
        loss: loss / count)
    }
  }

  /// The mean negative log-likelihood of the held-out demonstrations, in nats per token.
  private func heldOutLoss(_ model: Transformer) -> Double {
    let scores = model.score(heldOut, workers: workers).map(\.logProbabilities)
    let sum = scores.joined().reduce(0) { $0 - Double($1) }
    return sum / Double(max(1, scores.reduce(0) { $0 + $1.count }))
  }

  /// Returns the factor of the step size: a short linear rise, then 1, then a linear fall over the
  /// last third, because what is learnt late needs full steps too.
  private static func rate(_ step: Int, of steps: Int) -> Double {
    let rise = min(40, max(1, steps / 10))
    let left = Double(steps - step) / Double(steps)
    return min(1, Double(step + 1) / Double(rise), 3 * left)
  }
}
