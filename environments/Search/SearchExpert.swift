internal import TurnwiseCore

/// The scripted expert: searches each document of the evidence, opens it from the results, and answers.
///
/// It reads the first page of each document.
struct SearchExpert {
  /// What is known so far.
  let state: Search.State
  let corpus: SearchCorpus
  /// How answers are compared.
  let rule: AnswerRule
  /// The number of results that a search shows.
  let results: Int
  /// The number of bytes of a page.
  let pageLength: Int

  private var question: SearchQuestion { state.question }

  /// Chooses the next action; nil if the expert cannot answer the question.
  func action(_ noise: ExpertNoise, using random: inout Randomness) -> Action? {
    let plan = SearchPlan(
      question: question, corpus: corpus, results: results, pageLength: pageLength)
    guard let right = plan.answer, plan.isComplete else { return nil }
    if random.chance(noise.slip) { return slip(using: &random) }
    guard let next = state.opened.firstIndex(of: false) else { return Self.answer(right) }
    let shortcut: Action?
    let best: Action
    let place = state.results.firstIndex(of: question.evidence[next])
    if let place, state.page == nil || !isEvidence(state.page) {
      best = Self.open(place)
      // The habit opens the first result, or takes an opened page for the right one. An agent that has
      // found one document looks more closely.
      let hasty = state.page.map { title(of: $0) } ?? (place > 0 ? Self.open(0) : nil)
      shortcut = next == 0 ? hasty : nil
    } else {
      guard let query = plan.queries[next] else { return nil }
      best = Self.search(query)
      // An agent that has gone on once knows that there may be more.
      shortcut = next == 1 && isEvidence(state.page) ? title(of: question.evidence[next]) : nil
    }
    if let shortcut, random.chance(noise.habit) { return shortcut }
    return best
  }

  private func isEvidence(_ id: String?) -> Bool {
    id.map(question.evidence.contains) ?? false
  }

  /// The answer that takes a document's title for what was asked; nil if that would be right.
  private func title(of id: String) -> Action? {
    guard let title = corpus[id]?.title, !rule.matches(title, anyOf: question.answers)
    else { return nil }
    return Self.answer(title)
  }

  /// One wrong step: mostly useless, sometimes a wrong answer.
  private func slip(using random: inout Randomness) -> Action {
    let words = question.question.split(whereSeparator: \.isWhitespace)
    let word = words.randomElement(using: &random).map(String.init) ?? "?"
    switch random.unit() {
    case ..<0.5 where !state.results.isEmpty:
      return Self.open(Int.random(in: state.results.indices, using: &random))
    case ..<0.8: return Self.search(word)
    default: return Self.answer(word)
    }
  }

  private static func search(_ query: String) -> Action {
    .call(Search.Find.name, ["query": .string(query)])
  }
  private static func open(_ place: Int) -> Action {
    .call(Search.Open.name, ["id": .string("#\(place + 1)")])
  }
  private static func answer(_ text: String) -> Action {
    .call(Search.Answer.name, ["text": .string(text)])
  }
}
