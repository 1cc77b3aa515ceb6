internal import Foundation

/// An index of texts that ranks them by Okapi BM25 (Robertson and Zaragoza, 2009).
///
/// The score of text *d* for a query is the sum over the terms *t* of the query, with repetitions, of
///
///     ln(1 + (N - n + 0.5) / (n + 0.5)) · f · (k1 + 1) / (f + k1 · (1 - b + b · |d| / m))
///
/// where *N* is the number of texts, *n* the number of texts that contain *t*, *f* the number of times
/// that *d* contains it, |d| the number of terms of *d*, and *m* the mean of |d|. The first factor is
/// that of Lucene, which is never negative; `rank_bm25` omits its `1 +`. Since version 8 Lucene omits
/// `k1 + 1`, which does not change the ranking.
public struct BM25Index: Sendable {
  /// A text that was found.
  public struct Hit: Hashable, Sendable {
    /// The number of the text, from 0.
    public var document: Int
    /// Its score.
    public var score: Double
  }

  /// The number of texts.
  public let count: Int
  /// The number of each term, by which its postings are found.
  private let terms: [String: Int32]
  /// The start of the postings of each term, and the end of the last ones.
  private let starts: [Int]
  /// The texts that contain a term, in ascending order for each term.
  private let documents: [Int32]
  /// What a term adds to the score of each of these texts.
  private let weights: [Double]

  /// Builds the index.
  ///
  /// - Parameters:
  ///   - texts: The texts.
  ///   - k1: How much further occurrences of a term add; 0 for nothing.
  ///   - b: How much long texts are penalised, from 0 to 1.
  /// - Complexity: O(*n*) for *n* terms in all texts.
  public init(_ texts: some Collection<String>, k1: Double = 1.2, b: Double = 0.75) {
    var terms: [String: Int32] = [:]
    var postings: [(term: Int32, document: Int32, frequency: Int32)] = []
    var lengths: [Int] = []
    for (document, text) in texts.enumerated() {
      let found = Terms.of(text)
      var numbers = found.map { term -> Int32 in
        if let number = terms[term] { return number }
        let number = Int32(terms.count)
        terms[term] = number
        return number
      }
      numbers.sort()
      lengths.append(numbers.count)
      var rest = numbers[...]
      while let term = rest.first {
        let end = rest.firstIndex { $0 != term } ?? rest.endIndex
        postings.append((term, Int32(document), Int32(end - rest.startIndex)))
        rest = rest[end...]
      }
    }
    count = lengths.count
    self.terms = terms

    // A counting sort of the postings by term, which keeps the order of the texts of each term.
    var starts = [Int](repeating: 0, count: terms.count + 1)
    for posting in postings { starts[Int(posting.term) + 1] += 1 }
    for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
    self.starts = starts
    let mean = max(1e-9, Double(lengths.reduce(0, +)) / Double(max(1, count)))
    var places = starts
    var documents = [Int32](repeating: 0, count: postings.count)
    var weights = [Double](repeating: 0, count: postings.count)
    for posting in postings {
      let term = Int(posting.term)
      let holding = Double(starts[term + 1] - starts[term])
      let rarity = log(1 + (Double(count) - holding + 0.5) / (holding + 0.5))
      let frequency = Double(posting.frequency)
      let length = Double(lengths[Int(posting.document)]) / mean
      documents[places[term]] = posting.document
      weights[places[term]] =
        rarity * frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * length))
      places[term] += 1
    }
    (self.documents, self.weights) = (documents, weights)
  }

  /// The number of texts that contain a term.
  func documentCount(_ term: String) -> Int {
    terms[term].map { starts[Int($0) + 1] - starts[Int($0)] } ?? 0
  }

  /// The texts that contain a term, in ascending order.
  func documents(with term: String) -> ArraySlice<Int32> {
    terms[term].map { documents[starts[Int($0)]..<starts[Int($0) + 1]] } ?? []
  }

  /// Returns the best texts for a query, best first; of equal scores, the first text comes first.
  ///
  /// - Parameters:
  ///   - query: The words; words that no text contains are ignored.
  ///   - limit: The largest number of texts, at least 1.
  /// - Returns: Texts that contain a term of the query.
  /// - Complexity: O(*p* + *N*) for *p* postings of the terms and *N* texts.
  public func search(_ query: String, limit: Int) -> [Hit] {
    var scores = [Double](repeating: 0, count: count)
    for term in Terms.of(query) {
      guard let number = terms[term] else { continue }
      for place in starts[Int(number)]..<starts[Int(number) + 1] {
        scores[Int(documents[place])] += weights[place]
      }
    }
    var best: [Hit] = []
    // A text that contains none of the terms has the score 0, and all others have more.
    var least = 0.0
    for (document, score) in scores.enumerated() where score > least {
      let place = best.firstIndex { $0.score < score } ?? best.count
      best.insert(Hit(document: document, score: score), at: place)
      if best.count > limit { best.removeLast() }
      if best.count == limit { least = best[limit - 1].score }
    }
    return best
  }
}
