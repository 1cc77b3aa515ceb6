internal import Synchronization
internal import TurnwiseCore

/// Samples actions for many episodes at once, keeping a key-value cache for each.
final class LanguageSampler: Sampler {
  private struct Memory {
    var tokens: [Int32] = []
    var cache = SequenceCache()
  }

  /// An action that is being sampled.
  private struct Draft {
    var item: Int
    var tape: TokenTape
    var random: Randomness
    var memory: Memory
    var pending: [Int32]
    var tokens: [Int32]
    var logProbabilities: [Float]
  }

  private let policy: LanguagePolicy
  private let decoder: Transformer.Decoder
  private let memories = Mutex<[String: Memory]>([:])

  init(_ policy: LanguagePolicy) {
    self.policy = policy
    decoder = policy.model.decoder
  }

  func forget(_ episode: String) { memories.withLock { $0[episode] = nil } }

  func decide(_ batch: [Situation]) -> [Result<Decision, Failure>] {
    var answers = [Result<Decision, Failure>](repeating: .failure(.unanswered), count: batch.count)
    var drafts: [Draft] = []
    for (item, situation) in batch.enumerated() {
      var tape = situation.tape
      policy.format.appendPrompt(of: situation, to: &tape)
      if policy.fits(tape) {
        drafts.append(draft(item, situation, tape))
      } else {
        answers[item] = .success(.contextFull(situation.tape))
      }
    }
    while true {
      drafts.removeAll { draft in
        guard policy.isComplete(draft.tokens, after: draft.tape) else { return false }
        answers[draft.item] = .success(finish(draft, batch[draft.item]))
        return true
      }
      if drafts.isEmpty { return answers }
      advance(&drafts)
    }
  }

  /// Takes up an episode where its cache ends; a cache of other tokens is built anew, which gives the
  /// same bits.
  private func draft(_ item: Int, _ situation: Situation, _ tape: TokenTape) -> Draft {
    let (tokens, logProbabilities) = (
      situation.begun?.tokens ?? [], situation.begun?.logProbabilities ?? []
    )
    let context = tape.context + tokens
    var memory = memories.withLock { $0.removeValue(forKey: situation.episode) } ?? Memory()
    if memory.tokens.count >= context.count || !context.starts(with: memory.tokens) {
      memory = Memory()
    }
    return Draft(
      item: item, tape: tape, random: situation.random, memory: memory,
      pending: Array(context[memory.tokens.count...]), tokens: tokens,
      logProbabilities: logProbabilities)
  }

  /// Samples one token for each draft.
  private func advance(_ drafts: inout [Draft]) {
    let (rows, readers) = shares(of: drafts)
    var caches = readers.map { drafts[$0].memory.cache }
    for index in readers { drafts[index].memory.cache = SequenceCache() }
    let logits = decoder.extend(
      &caches, by: readers.map { drafts[$0].pending }, workers: policy.workers)
    for index in drafts.indices {
      drafts[index].memory.cache = caches[rows[index]]
      drafts[index].memory.tokens += drafts[index].pending
      let drawn = logits.sample(
        row: rows[index], temperature: policy.samplingTemperature,
        uniform: drafts[index].random.unit())
      drafts[index].tokens.append(drawn.token)
      drafts[index].logProbabilities.append(drawn.behaviorLogProbability)
      drafts[index].pending = [drawn.token]
    }
  }

  /// Finds the drafts that have the same to read from the beginning, as the members of a group and the
  /// forks of one turn have: one of them reads for all.
  ///
  /// - Returns: For each draft the row of its logits, and for each row the draft that reads.
  private func shares(of drafts: [Draft]) -> (rows: [Int], readers: [Int]) {
    var known: [[Int32]: Int] = [:]
    var readers: [Int] = []
    let rows = drafts.enumerated().map { index, draft in
      let isNew = draft.memory.tokens.isEmpty
      if isNew, let row = known[draft.pending] { return row }
      if isNew { known[draft.pending] = readers.count }
      readers.append(index)
      return readers.count - 1
    }
    return (rows, readers)
  }

  private func finish(_ draft: Draft, _ situation: Situation) -> Decision {
    memories.withLock { $0[situation.episode] = draft.memory }
    var tape = draft.tape
    let span = tape.appendSampled(
      draft.tokens, logProbabilities: draft.logProbabilities, turn: situation.turns.count)
    return .act(
      policy.action(draft.tokens, tools: situation.tools),
      Decision.Recording(tape: tape, span: span))
  }
}

extension Failure {
  fileprivate static let unanswered = Failure(
    .policy, code: "unanswered", message: "No action was sampled.")
}
