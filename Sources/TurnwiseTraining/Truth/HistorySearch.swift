internal import Foundation
internal import TurnwiseCore
internal import TurnwiseModel

/// Follows the histories of a policy, several at a time, so that the policy reads in batches.
struct HistorySearch<E: Environment> {
  /// A history that will be followed.
  private struct Open {
    var node: Int
    var session: Session<E>
    /// The tape with the prompt of the decision.
    var tape: TokenTape
    /// The part of it that has been read.
    var cache: SequenceCache
    /// The probability of this history from the start, or from the nearest visited turn.
    var weight: Double
    /// The visited episodes with this history.
    var visitors: [Int]
  }

  /// The beginning of a string that may be sampled in a history.
  private struct Beginning {
    /// The index of the history in its batch.
    var open: Int
    var cache: SequenceCache
    var pending: [Int32]
    var tokens: [Int32] = []
    var logProbabilities: [Float] = []
    var probability = 1.0
    var visitors: [Int]
  }

  private(set) var tree = HistoryTree()
  /// The edge of each turn of the visited episodes.
  private(set) var visits: [[Int]]

  private let policy: LanguagePolicy
  private let decoder: Transformer.Decoder
  private let cutoff: Double
  private let workers: Int
  private let firstTurn: Int
  /// The sampled tokens of the visited episodes, `[episode][turn]`, from the start of the search.
  private let recorded: [[[Int32]]]
  private let episodes: [Episode]
  /// Whether the judge scores any episode; if so, a history without a judgement has no score.
  private let judges: Bool
  private var stack: [Open] = []

  /// The number of histories that are followed at once, because open histories keep their caches in
  /// memory.
  private static var batch: Int { 64 }

  init(
    _ policy: LanguagePolicy, _ start: Session<E>, _ episodes: [Episode], cutoff: Double,
    workers: Int
  ) throws {
    (self.policy, decoder) = (policy, policy.model.decoder)
    (self.cutoff, self.workers, self.episodes) = (cutoff, workers, episodes)
    judges = episodes.contains { !($0.judgement?.saysNothing ?? true) }
    let firstTurn = start.turns.count
    self.firstTurn = firstTurn
    recorded = try episodes.map { episode in
      try episode.turns.indices.dropFirst(firstTurn).map { turn in
        guard let reference = episode.turns[turn].span, let span = episode.tape[reference] else {
          throw ExactEvaluationError.notVisited(episode: episode.name, turn: turn)
        }
        return Array(episode.tape.segments[reference.segment].tokens[span.range])
      }
    }
    visits = episodes.map { _ in [] }
    var session = start
    session.recordsStateKeys = false
    var tape = session.tape
    policy.format.appendPrompt(of: session.situation, to: &tape)
    let root = tree.add(context: tape.context, after: nil)
    stack.append(
      Open(
        node: root, session: session, tape: tape, cache: SequenceCache(), weight: 1,
        visitors: Array(episodes.indices)))
  }

  /// Follows the next batch of histories.
  ///
  /// - Returns: Whether there are more.
  mutating func follow() async throws -> Bool {
    guard !stack.isEmpty else {
      try checkVisits()
      return false
    }
    let batch = Array(stack.suffix(Self.batch))
    stack.removeLast(batch.count)
    let strings = strings(batch)
    let policy = policy
    let stepped = await concurrentMap(strings, limit: workers) { string in
      let open = batch[string.open]
      var (session, tape) = (open.session, open.tape)
      let span = tape.appendSampled(
        string.tokens, logProbabilities: string.logProbabilities, turn: session.turns.count)
      let action = policy.action(
        string.tokens, tools: session.environment.tools.descriptions)
      await session.play(.success(.act(action, Decision.Recording(tape: tape, span: span))))
      guard session.ending == nil else { return (session, session.tape) }
      tape = session.tape
      policy.format.appendPrompt(of: session.situation, to: &tape)
      if !policy.fits(tape) {
        await session.play(.success(.contextFull(session.tape)))
      }
      return (session, tape)
    }
    for (index, open) in batch.enumerated() {
      let own = strings.indices.filter { strings[$0].open == index }
      let first = tree.edges.count
      tree.add(
        try own.map { try edge(strings[$0], stepped[$0].0, from: open) }, to: open.node)
      for (place, string) in own.enumerated() {
        for episode in strings[string].visitors { visits[episode].append(first + place) }
        let (session, tape) = stepped[string]
        guard session.ending == nil else { continue }
        let visitors = strings[string].visitors.filter {
          recorded[$0].count > session.turns.count - firstTurn
        }
        stack.append(
          Open(
            node: tree.add(context: tape.context, after: first + place), session: session,
            tape: tape,
            // A new context is read from its beginning.
            cache: tape.segments.count == open.tape.segments.count
              ? strings[string].cache : SequenceCache(),
            weight: visitors.isEmpty ? open.weight * strings[string].probability : 1,
            visitors: visitors))
      }
    }
    return true
  }

  /// Returns the edge of a string, given the session after it.
  private func edge(
    _ string: Beginning, _ session: Session<E>, from open: Open
  ) throws -> HistoryTree.Edge {
    if let failure = session.ending?.failure { throw failure }
    guard session.environmentStream == open.session.environmentStream else {
      throw ExactEvaluationError.randomEnvironment(E.id, turn: open.session.turns.count)
    }
    if session.judgement?.saysNothing ?? false,
      judges || session.turns.allSatisfy({ $0.reward == nil })
    {
      throw ExactEvaluationError.unscored(E.id, turn: open.session.turns.count)
    }
    let turn = session.turns.last?.reward ?? 0
    return HistoryTree.Edge(
      node: open.node, tokens: string.tokens, probability: string.probability,
      reward: turn + (session.judgement?.reward ?? 0),
      success: session.ending == nil ? nil : session.judgement?.success ?? false)
  }

  /// Returns all strings that are followed in some histories.
  private func strings(_ batch: [Open]) -> [Beginning] {
    var found: [Beginning] = []
    var open = batch.enumerated().map { index, open in
      Beginning(
        open: index, cache: open.cache, pending: Array(open.tape.context[open.cache.count...]),
        visitors: open.visitors)
    }
    while !open.isEmpty {
      var caches = open.map(\.cache)
      for index in open.indices { open[index].cache = SequenceCache() }
      let logits = decoder.extend(&caches, by: open.map(\.pending), workers: workers)
      var longer: [Beginning] = []
      for (row, beginning) in open.enumerated() {
        let history = batch[beginning.open]
        let turn = history.session.turns.count - firstTurn
        let place = beginning.tokens.count
        let wanted = Set(
          beginning.visitors.compactMap { episode in
            recorded[episode][turn].indices.contains(place) ? recorded[episode][turn][place] : nil
          })
        for next in logits.tokens(
          row: row, temperature: policy.samplingTemperature,
          atLeast: cutoff / (history.weight * beginning.probability), and: wanted)
        {
          var string = beginning
          string.cache = caches[row]
          string.tokens.append(next.token)
          string.logProbabilities.append(Float(log(next.probability)))
          string.probability *= next.probability
          string.visitors = beginning.visitors.filter {
            recorded[$0][turn].starts(with: string.tokens)
          }
          string.pending = [next.token]
          if policy.isComplete(string.tokens, after: history.tape) {
            string.visitors.removeAll { recorded[$0][turn].count != string.tokens.count }
            found.append(string)
          } else {
            longer.append(string)
          }
        }
      }
      open = longer
    }
    return found
  }

  private func checkVisits() throws {
    for (index, visited) in visits.enumerated() where visited.count < recorded[index].count {
      throw ExactEvaluationError.notVisited(
        episode: episodes[index].name, turn: firstTurn + visited.count)
    }
  }
}
