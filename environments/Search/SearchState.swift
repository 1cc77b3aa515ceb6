public import TurnwiseCore

extension Search {
  /// What was found and read so far.
  ///
  /// Documents are named by their ids; the corpus is no part of it.
  public struct State: Codable, Hashable, Sendable {
    /// What is asked, and what the agent must not see of it.
    public let question: SearchQuestion
    /// The terms of the last search, sorted, if pages mark them.
    public internal(set) var marked: [String] = []
    /// The results of the last search, best first.
    public internal(set) var results: [String] = []
    /// The document that was opened last, since the last search.
    public internal(set) var page: String?
    /// Which documents of the evidence were opened.
    public private(set) var opened: [Bool]
    /// What the agent answered.
    public internal(set) var answer: Text?

    /// Nothing found yet.
    public init(_ question: SearchQuestion) {
      self.question = question
      opened = question.evidence.map { _ in false }
    }

    /// Notes that a document was opened.
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

    /// The share of the evidence that was opened; nil where nobody said what it is.
    var recall: Double? {
      opened.isEmpty ? nil : Double(opened.count { $0 }) / Double(opened.count)
    }
  }
}
