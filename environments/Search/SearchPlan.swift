internal import TurnwiseCore

/// How an expert finds each document of the evidence, and what it then answers.
struct SearchPlan {
  /// The query for each document; nil if the document cannot be found.
  let queries: [String?]
  /// The first right answer that does not occur only after a first page.
  let answer: String?

  /// Whether each document can be found.
  var isComplete: Bool { !queries.isEmpty && queries.allSatisfy { $0 != nil } }

  /// The largest number of words in a query that the expert makes up.
  private static let wordLimit = 6
  /// The number of characters of a document that are compared with what was read.
  private static let comparedLength = 4000

  /// Takes the queries of a question, or makes up queries if it has none.
  ///
  /// A query consists of words that were read before, in the question and on the first pages of the
  /// evidence so far. It is the title of the document if that was read. Otherwise it is as few words as
  /// needed of those that the document contains, the rarest first.
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
      let known = Set(Terms.of(String(document.words.prefix(Self.comparedLength))))
      let words = reading.words
        .compactMap { word -> (word: String, rank: Int)? in
          let terms = Terms.of(word)
          guard terms.contains(where: known.contains) else { return nil }
          return (word, terms.map(corpus.index.documentCount).min() ?? 0)
        }
        .enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        .map(\.element.word)
      return (1...Self.wordLimit).lazy.map { words.prefix($0).joined(separator: " ") }
        .first(where: isFound)
    }
    answer = question.answers.first { !reading.missed(Terms.of($0)) }
  }
}

/// What is read of a question and the first pages of documents.
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

  /// The different words that were read, in order.
  var words: [String] {
    var seen: Set<String> = []
    return Folding.visible(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
      .filter { seen.insert($0).inserted }
  }

  /// Whether some terms were read one after another.
  func shows(_ wanted: [String]) -> Bool { terms.contains(sequence: wanted) }

  /// Whether some terms occur in a document that was opened, but on none of the pages that were read.
  func missed(_ wanted: [String]) -> Bool {
    !shows(wanted)
      && documents.contains {
        $0.pages(of: pageLength) > 1 && Terms.of($0.text).contains(sequence: wanted)
      }
  }
}

extension [String] {
  /// Whether some terms occur here one after another.
  fileprivate func contains(sequence wanted: [String]) -> Bool {
    guard !wanted.isEmpty, wanted.count <= count else { return false }
    return (0...count - wanted.count).contains { start in
      self[start..<start + wanted.count].elementsEqual(wanted)
    }
  }
}
