public import TurnwiseCore
public import TurnwiseCredit
internal import TurnwiseModel

/// The likelihood, under the present policy, of the action that would solve the task.
///
/// It is read in the context of each turn: all that the policy had read when it decided, and then the
/// reference action in place of its own. It has no value where the episode has no reference action, where a
/// turn was not decided on tokens, and where both together do not fit the model's context.
public struct AnswerLikelihood: EvidenceMeasurement {
  /// The kind `answer-likelihood`.
  public static var need: Evidence.Need { .answerLikelihood }

  /// Makes the measurement.
  public init() {}

  /// Scores the reference action in the context of each turn.
  public func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) -> EvidenceReading<[[Double?]]> {
    let policy = reader.policy
    var numbers: [[Double?]] = episodes.map { $0.turns.map { _ in nil } }
    var sequences: [TrainingSequence] = []
    var places: [(episode: Int, turn: Int)] = []
    for (index, episode) in episodes.enumerated() {
      guard let reference = episode.judgement?.reference else { continue }
      let answer =
        policy.format.tokenizer.encode(policy.spelled(reference).bytes) + [policy.format.end]
      for (number, turn) in episode.turns.enumerated() {
        guard let span = turn.span, let place = episode.tape[span] else { continue }
        let context = episode.tape.segments[span.segment].tokens[..<place.start]
        guard context.count + answer.count <= policy.model.configuration.context else { continue }
        sequences.append(
          TrainingSequence(
            tokens: context + answer, scored: Array(context.count..<context.count + answer.count)))
        places.append((index, number))
      }
    }
    for (place, output) in zip(places, policy.model.score(sequences, workers: reader.workers)) {
      let logarithms = output.logProbabilities.map(Double.init)
      numbers[place.episode][place.turn] =
        logarithms.reduce(0, +) / Double(max(1, logarithms.count))
    }
    return EvidenceReading(
      numbers, scoredTokens: sequences.reduce(0) { $0 + $1.tokens.count })
  }
}

extension LanguagePolicy {
  /// Returns the text of a recorded action as this policy would write it.
  fileprivate func spelled(_ action: Action) -> Text {
    actions.name == CompactFormat().name || action.calls.isEmpty
      ? action.text : actions.render(action.calls, tools: [])
  }
}
