internal import TurnwiseCore

/// The scripted expert: searches each document of the evidence, opens it among the results, and answers.
struct SearchExpert {
  /// What was found so far.
  let state: Search.State
  let corpus: SearchCorpus
  /// How many results a search shows.
  let results: Int

  private var question: SearchQuestion { state.question }

  /// The next action; nil where the question is one that the expert cannot answer.
  func action(_ noise: ExpertNoise, using random: inout Randomness) -> Action? {
    let trail = SearchTrail(question: question, corpus: corpus, results: results)
    guard let right = question.answers.first, trail.isComplete else { return nil }
    if random.chance(noise.slip) { return slip(using: &random) }
    guard let next = state.opened.firstIndex(of: false) else { return Self.answer(right) }
    let shortcut: Action?
    let best: Action
    let place = state.results.firstIndex(of: question.evidence[next])
    if let place, state.page == nil || !isEvidence(state.page) {
      best = Self.open(place)
      // What is opened is the first result; what is opened is taken for what was looked for. Whoever has
      // found one document looks closer.
      let hasty = state.page.map { title(of: $0) } ?? (place > 0 ? Self.open(0) : nil)
      shortcut = next == 0 ? hasty : nil
    } else {
      guard let query = trail.queries[next] else { return nil }
      best = Self.search(query)
      // Whoever has gone on once knows that there may be more.
      shortcut = next == 1 && isEvidence(state.page) ? title(of: question.evidence[next]) : nil
    }
    if let shortcut, random.chance(noise.habit) { return shortcut }
    return best
  }

  private func isEvidence(_ id: String?) -> Bool {
    id.map(question.evidence.contains) ?? false
  }

  /// The answer that takes a document's title for what was asked; nil where that is right.
  private func title(of id: String) -> Action? {
    guard let title = corpus[id]?.title, !AnswerMatch.matches(title, anyOf: question.answers)
    else { return nil }
    return Self.answer(title)
  }

  /// One wrong step: mostly idle, sometimes the end of all hope.
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

/// How an expert finds each document of the evidence.
struct SearchTrail {
  /// What is searched for each document, where it can be found.
  let queries: [String?]

  /// Whether each document can be found.
  var isComplete: Bool { !queries.isEmpty && queries.allSatisfy { $0 != nil } }

  /// The most words of a query that is made up.
  private static let mostWords = 6
  /// The bytes of each document that are read for words to search.
  private static let readBytes = 4000

  /// Takes the queries of a question, or makes up those that it leaves open.
  ///
  /// A query is made up of words that were read before, in the question and the documents of the evidence
  /// so far: the title of the document where that is among them, else as few as bring it up of those that
  /// it shares with them, the rarest first.
  init(question: SearchQuestion, corpus: SearchCorpus, results: Int) {
    func finds(_ query: String, _ id: String) -> Bool {
      corpus.search(query, limit: results).contains(id)
    }
    var read = question.question
    queries = question.evidence.enumerated().map { index, id in
      guard let document = corpus[id] else { return nil }
      defer { read += "\n" + document.words.prefix(Self.readBytes) }
      if question.queries.indices.contains(index) {
        return finds(question.queries[index], id) ? question.queries[index] : nil
      }
      if let title = document.title?.onOneLine, !title.isEmpty,
        read.range(ofWords: title), finds(title, id)
      {
        return title
      }
      let known = Set(Terms.of(String(document.words.prefix(Self.readBytes))))
      var seen: Set<String> = []
      let words = read.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        .compactMap { word -> (word: String, rank: Int)? in
          let terms = Terms.of(word)
          guard terms.contains(where: known.contains), seen.insert(word).inserted else {
            return nil
          }
          return (word, terms.map(corpus.index.holding).min() ?? 0)
        }
        .enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        .map(\.element.word)
      return (1...Self.mostWords).lazy.map { words.prefix($0).joined(separator: " ") }
        .first { finds($0, id) }
    }
  }
}

extension String {
  /// Whether some words occur here one after the other.
  fileprivate func range(ofWords words: String) -> Bool {
    let (here, wanted) = (Terms.of(self), Terms.of(words))
    guard !wanted.isEmpty, wanted.count <= here.count else { return false }
    return (0...here.count - wanted.count).contains { start in
      here[start..<start + wanted.count].elementsEqual(wanted)
    }
  }
}
