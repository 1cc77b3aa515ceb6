internal import Foundation

/// Looks for answers in documents.
struct AnswerOccurrence {
  let corpus: SearchCorpus
  let rule: AnswerRule

  /// The most bytes of documents that are compared with answers, each with each.
  private static let budget = 1 << 31

  /// The lines of questions of which no document holds an answer.
  ///
  /// The evidence of a question is looked through first, and all other documents only for what is not there; in
  /// a corpus that is too large for that, only the evidence.
  func missing(from questions: [(line: Int, question: SearchQuestion)]) -> [Int] {
    var rest: [(line: Int, keys: [Key])] = []
    for (line, question) in questions {
      let keys = question.answers.map { Key(rule.passage($0)) }
      let isThere = question.evidence.contains { id in
        corpus[id].map { isFound(keys, in: $0) } ?? false
      }
      if !isThere { rest.append((line, keys)) }
    }
    let bytes = corpus.documents.reduce(0) { $0 + $1.text.utf8.count }
    guard !rest.isEmpty, bytes <= Self.budget / rest.count else { return [] }
    for document in corpus.documents where !rest.isEmpty {
      let text = passage(of: document)
      rest.removeAll { $0.keys.contains { $0.isFound(in: text) } }
    }
    return rest.map(\.line)
  }

  private func isFound(_ keys: [Key], in document: SearchDocument) -> Bool {
    let text = passage(of: document)
    return keys.contains { $0.isFound(in: text) }
  }

  /// What counts of a document, as the C library takes it: no document holds NUL.
  private func passage(of document: SearchDocument) -> ContiguousArray<CChar> {
    (" " + rule.passage(document.words) + " ").utf8CString
  }

  /// An answer as it would stand in a passage.
  private struct Key {
    private let text: ContiguousArray<CChar>

    init(_ text: String) {
      // Words of scripts without spaces, and Korean ones with particles, need not end at a space.
      let isOpen = text.unicodeScalars.contains { $0.value >= 0x0E00 }
      self.text = (isOpen ? text : " " + text + " ").utf8CString
    }

    func isFound(in passage: ContiguousArray<CChar>) -> Bool {
      passage.withUnsafeBufferPointer { passage in
        text.withUnsafeBufferPointer { text in
          guard let passage = passage.baseAddress, let text = text.baseAddress else { return false }
          return strstr(passage, text) != nil
        }
      }
    }
  }
}
