internal import TurnwiseCore

/// The scripted expert: searches each document of the evidence, opens it among the results, and answers.
///
/// Of each document it reads the first page.
struct SearchExpert {
  /// What was found so far.
  let state: Search.State
  let corpus: SearchCorpus
  /// When an answer is right.
  let rule: AnswerRule
  /// How many results a search shows.
  let results: Int
  /// The bytes of a page.
  let pageLength: Int

  private var question: SearchQuestion { state.question }

  /// The next action; nil where the question is one that the expert cannot answer.
  func action(_ noise: ExpertNoise, using random: inout Randomness) -> Action? {
    let trail = SearchTrail(
      question: question, corpus: corpus, results: results, pageLength: pageLength)
    guard let right = trail.answer, trail.isComplete else { return nil }
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
    guard let title = corpus[id]?.title, !rule.matches(title, anyOf: question.answers)
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

/// How an expert finds each document of the evidence, and what it answers then.
struct SearchTrail {
  /// What is searched for each document, where it can be found.
  let queries: [String?]
  /// The first right answer that no page holds back.
  let answer: String?

  /// Whether each document can be found.
  var isComplete: Bool { !queries.isEmpty && queries.allSatisfy { $0 != nil } }

  /// The most words of a query that is made up.
  private static let mostWords = 6
  /// The characters of a document that are compared with what was read.
  private static let compared = 4000

  /// Takes the queries of a question, or makes up those that it leaves open.
  ///
  /// A query is made up of words that were read before, in the question and on the first pages of the
  /// evidence so far: the title of the document where that is among them, else as few as bring it up of
  /// those that it shares with them, the rarest first.
  init(question: SearchQuestion, corpus: SearchCorpus, results: Int, pageLength: Int) {
    var reading = Reading(question.question, pageLength: pageLength)
    queries = question.evidence.enumerated().map { index, id in
      guard let document = corpus[id] else { return nil }
      defer { reading.open(document) }
      func isFound(_ query: String) -> Bool {
        corpus.search(query, limit: results).contains(id)
      }
      if question.queries.indices.contains(index) {
        let query = question.queries[index]
        let isKnown = !Terms.of(query).contains { reading.missed([$0]) }
        return isKnown && isFound(query) ? query : nil
      }
      if let title = document.title?.onOneLine, reading.shows(Terms.of(title)), isFound(title) {
        return title
      }
      let known = Set(Terms.of(String(document.words.prefix(Self.compared))))
      let words = reading.words
        .compactMap { word -> (word: String, rank: Int)? in
          let terms = Terms.of(word)
          guard terms.contains(where: known.contains) else { return nil }
          return (word, terms.map(corpus.index.holding).min() ?? 0)
        }
        .enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        .map(\.element.word)
      return (1...Self.mostWords).lazy.map { words.prefix($0).joined(separator: " ") }
        .first(where: isFound)
    }
    answer = question.answers.first { !reading.missed(Terms.of($0)) }
  }
}

/// What is read of a question and the first pages of documents, and what stands behind those pages.
private struct Reading {
  private let pageLength: Int
  private var text: String
  private var terms: [String]
  private var documents: [SearchDocument] = []

  init(_ text: String, pageLength: Int) {
    (self.text, self.pageLength) = (text, pageLength)
    terms = Terms.of(text)
  }

  /// Reads the title of a document and its first page.
  mutating func open(_ document: SearchDocument) {
    let page = document.page(1, of: pageLength)
    let read = document.title.map { $0 + "\n" + page } ?? page
    text += "\n" + read
    terms += Terms.of(read)
    documents.append(document)
  }

  /// The words that were read, each once.
  var words: [String] {
    var seen: Set<String> = []
    return Folding.visible(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
      .filter { seen.insert($0).inserted }
  }

  /// Whether some terms were read one after the other.
  func shows(_ wanted: [String]) -> Bool { terms.holds(wanted) }

  /// Whether some terms stand in a document that was opened, but on none of the pages that were read.
  func missed(_ wanted: [String]) -> Bool {
    !shows(wanted)
      && documents.contains {
        $0.pages(of: pageLength) > 1 && Terms.of($0.text).holds(wanted)
      }
  }
}

extension [String] {
  /// Whether some terms occur here one after the other.
  fileprivate func holds(_ wanted: [String]) -> Bool {
    guard !wanted.isEmpty, wanted.count <= count else { return false }
    return (0...count - wanted.count).contains { start in
      self[start..<start + wanted.count].elementsEqual(wanted)
    }
  }
}
