/// A document of a corpus.
public struct SearchDocument: Codable, Hashable, Sendable {
  /// The id by which questions refer to the document, and by which agents may open it.
  public var id: String
  /// The title, which lists of results show; nil if they show a snippet of the text.
  public var title: String?
  /// The text that an agent reads; may be empty.
  public var text: String

  /// Creates a document.
  public init(id: String, title: String? = nil, text: String) {
    (self.id, self.title, self.text) = (id, title, text)
  }

  /// The text that is indexed.
  var words: String { title.map { $0 + "\n" + text } ?? text }
}

/// A question: the scenario of ``Search``, as JSON that can be read without knowing the code.
public struct SearchQuestion: Codable, Hashable, Sendable {
  /// The kind of question, for tables.
  public var family: String
  /// What the agent is asked.
  public var question: String
  /// The right answers; any of them will do.
  public var answers: [String]
  /// The ids of the documents that lead to the answer, in this order; empty if they are unknown.
  public var evidence: [String]
  /// The query with which an expert finds each of them; empty if the expert makes up queries.
  public var queries: [String]
  /// The digest of the corpus.
  public var corpus: String

  /// Creates a question.
  public init(
    family: String, question: String, answers: [String], evidence: [String],
    queries: [String] = [], corpus: String = ""
  ) {
    (self.family, self.question, self.answers) = (family, question, answers)
    (self.evidence, self.queries, self.corpus) = (evidence, queries, corpus)
  }
}
