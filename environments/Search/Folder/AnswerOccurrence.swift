internal import Foundation

/// Finds out whether documents contain answers.
struct AnswerOccurrence {
  let corpus: SearchCorpus
  let rule: AnswerRule

  /// The size of a corpus in bytes up to which all documents are read for an answer.
  private static let wholeCorpusLimit = 4 << 20
  /// The number of documents that are read for an answer in a larger corpus.
  private static let candidateLimit = 200

  /// Returns the lines of questions whose answers no document contains.
  ///
  /// The evidence of a question is searched first, then documents with the rarest word of an answer, and all
  /// other documents only if the corpus is small. In a large corpus, an answer with numbers or symbols could
  /// occur in another spelling, so it is not reported.
  func missing(from questions: [(line: Int, question: SearchQuestion)]) -> [Int] {
    var rest = questions.compactMap { line, question -> (line: Int, keys: [Key])? in
      let keys = question.answers.map { Key($0, rule) }
      let documents = question.evidence.compactMap { corpus[$0] }
      if documents.contains(where: { isFound(keys, in: $0) }) { return nil }
      return keys.contains(where: isFoundByWord) ? nil : (line, keys)
    }
    let bytes = corpus.documents.reduce(0) { $0 + $1.text.utf8.count }
    guard bytes <= Self.wholeCorpusLimit else {
      return rest.filter { $0.keys.allSatisfy(\.isWords) }.map(\.line)
    }
    for document in corpus.documents where !rest.isEmpty {
      let text = passage(of: document)
      rest.removeAll { $0.keys.contains { $0.isFound(in: text) } }
    }
    return rest.map(\.line)
  }

  private func isFoundByWord(_ key: Key) -> Bool {
    let postings = key.terms.map { corpus.index.documents(with: $0) }
    let rarest = postings.min { $0.count < $1.count } ?? []
    return rarest.prefix(Self.candidateLimit).contains { number in
      isFound([key], in: corpus.documents[Int(number)])
    }
  }

  private func isFound(_ keys: [Key], in document: SearchDocument) -> Bool {
    let text = passage(of: document)
    return keys.contains { $0.isFound(in: text) }
  }

  /// The text of a document in which answers are searched, as a C string; documents contain no NUL.
  private func passage(of document: SearchDocument) -> ContiguousArray<CChar> {
    (" " + rule.passage(document.words) + " ").utf8CString
  }

  /// An answer in the form in which it would occur in a document.
  private struct Key {
    private let text: ContiguousArray<CChar>
    /// The words by which documents that may contain the answer are found.
    let terms: [String]
    /// Whether it consists of letters only.
    let isWords: Bool

    init(_ answer: String, _ rule: AnswerRule) {
      let text = rule.passage(answer)
      terms = Terms.of(answer)
      isWords = text.allSatisfy { $0.isLetter || $0 == " " }
      // Words of scripts without spaces, and Korean words with particles, need not end at a space.
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
