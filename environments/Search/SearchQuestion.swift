/// A document of a corpus.
public struct SearchDocument: Codable, Hashable, Sendable {
  /// The name by which questions refer to it and agents may open it.
  public var id: String
  /// What it is listed by; nil where a snippet of the text serves.
  public var title: String?
  /// What an agent reads; may be empty.
  public var text: String

  /// Creates a document.
  public init(id: String, title: String? = nil, text: String) {
    (self.id, self.title, self.text) = (id, title, text)
  }

  /// What is indexed.
  var words: String { title.map { $0 + "\n" + text } ?? text }
}

/// A question: the scenario of ``Search``, readable as JSON by whoever has not read its code.
public struct SearchQuestion: Codable, Hashable, Sendable {
  /// The kind of question, for tables.
  public var family: String
  /// What the agent is asked.
  public var question: String
  /// The right answers, any of which will do.
  public var answers: [String]
  /// The ids of the documents that lead to the answer, in the order in which they do; empty where
  /// nobody said.
  public var evidence: [String]
  /// What an expert searches to find each of them; empty where it must be found out.
  public var queries: [String]
  /// Names the corpus by its content.
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
