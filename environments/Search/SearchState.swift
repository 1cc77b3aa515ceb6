public import TurnwiseCore

extension Search {
  /// What was found and read so far.
  ///
  /// Documents are referred to by their ids; the corpus is not part of the state.
  public struct State: Codable, Hashable, Sendable {
    /// The question, of which the agent must see only the text.
    public let question: SearchQuestion
    /// The terms of the last search, sorted; empty if pages do not mark them.
    public internal(set) var marked: [String] = []
    /// The results of the last search, best first.
    public internal(set) var results: [String] = []
    /// The document that was opened last, if any was opened after the last search.
    public internal(set) var page: String?
    /// For each document of the evidence, whether it was opened.
    public private(set) var opened: [Bool]
    /// The answer that the agent gave.
    public internal(set) var answer: Text?

    /// The state in which nothing is found yet.
    public init(_ question: SearchQuestion) {
      self.question = question
      opened = question.evidence.map { _ in false }
    }

    /// Records that a document was opened.
    mutating func open(_ id: String) {
      page = id
      for (index, evidence) in question.evidence.enumerated() where evidence == id {
        opened[index] = true
      }
    }

    /// Whether the answer is right.
    func isRight(by rule: AnswerRule) -> Bool {
      answer.map { rule.matches($0.string, anyOf: question.answers) } ?? false
    }

    /// The share of the evidence that was opened; nil if the evidence is unknown.
    var recall: Double? {
      opened.isEmpty ? nil : Double(opened.count { $0 }) / Double(opened.count)
    }
  }
}
