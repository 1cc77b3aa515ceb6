import Foundation
import Testing
import TurnwiseCore
import TurnwiseEnvironments

/// The ranks and scores of texts for a query.
struct GoldenRanking: Sendable, CustomTestStringConvertible {
  var k1, b: Double
  var query: String
  var hits: [(document: Int, score: Double)]

  init(_ k1: Double, _ b: Double, _ query: String, _ hits: [(Int, Double)]) {
    (self.k1, self.b, self.query) = (k1, b, query)
    self.hits = hits.map { (document: $0, score: $1) }
  }

  var testDescription: String { "k1=\(k1) b=\(b) \(query)" }
}

@Suite struct `The BM25 index` {
  static let texts = [
    "The quick brown fox jumps over the lazy dog", "A quick brown dog", "", "fox fox fox den",
    "Über Flüsse: die Donau, der Rhein", "Dogs and foxes; a den of 7 foxes",
  ]

  /// Scores of an independent Python program without an index.
  ///
  ///     sum(log(1 + (N-n+.5)/(n+.5)) * f*(k1+1) / (f + k1*(1-b+b*len(d)/m)) for t in query)
  ///
  /// Here n texts contain t, d contains it f times, and terms are `re.findall(r"\w+", text.lower())`.
  /// Without the `1 +` the program agrees with `rank_bm25` 0.2.2, and without `(k1+1)` with the method
  /// "lucene" of `bm25s` 0.3.16.
  static let golden = [
    GoldenRanking(
      1.2, 0.75, "quick fox", [(3, 1.700243202222), (0, 1.579753526474), (1, 1.134411054148)]),
    GoldenRanking(
      1.2, 0.75, "fox fox den", [(3, 4.534897458591), (0, 1.579753526474), (5, 0.840958613793)]),
    GoldenRanking(1.2, 0.75, "über RHEIN", [(4, 2.890188494982)]),
    GoldenRanking(1.2, 0.75, "dog absent", [(1, 1.134411054148), (0, 0.789876763237)]),
    GoldenRanking(1.2, 0.75, "7 a", [(5, 2.099142467597), (1, 1.134411054148)]),
    GoldenRanking(
      0.9, 0.4, "quick fox", [(0, 1.805435655611), (3, 1.536862231930), (1, 1.075640008371)]),
    GoldenRanking(
      0.9, 0.4, "fox fox den", [(3, 4.149364472232), (0, 1.805435655611), (5, 0.932706608305)]),
    GoldenRanking(
      2, 0, "quick fox", [(0, 2.059238834362), (3, 1.853314950926), (1, 1.029619417181)]),
    GoldenRanking(2, 0, "dog absent", [(0, 1.029619417181), (1, 1.029619417181)]),
    GoldenRanking(
      0, 0.75, "fox fox den", [(3, 3.088858251543), (0, 2.059238834362), (5, 1.029619417181)]),
    GoldenRanking(
      1.2, 1, "quick fox", [(3, 1.729557740191), (0, 1.465971696279), (1, 1.174248231635)]),
  ]

  @Test(arguments: golden) func `gives the scores of the formula`(golden: GoldenRanking) {
    let index = BM25Index(Self.texts, k1: golden.k1, b: golden.b)
    let hits = index.search(golden.query, limit: 10)
    #expect(hits.map(\.document) == golden.hits.map(\.document))
    for (hit, expected) in zip(hits, golden.hits) {
      #expect(abs(hit.score - expected.score) < 1e-11)
    }
  }

  @Test func `lists the best texts whatever the limit is`() {
    let texts = (0..<500).map { number in
      ["fox", "den", "fox den", "fox fox"][number % 4] + String(repeating: " x", count: number % 7)
    }
    let index = BM25Index(texts)
    let all = index.search("fox den", limit: 1000)
    #expect(all.count == 500)
    #expect(
      zip(all, all.dropFirst()).allSatisfy {
        ($1.score, $0.document) < ($0.score, $1.document)
      })
    for limit in [1, 2, 7, 499] {
      #expect(index.search("fox den", limit: limit) == Array(all.prefix(limit)))
    }
  }

  /// Prints how long it takes, with 2,000 documents or another number:
  /// `TURNWISE_INDEX_DOCUMENTS=50000 swift test -c release --filter SearchIndexTests`.
  @Test func `finds one document among many by its words`() {
    let count =
      ProcessInfo.processInfo.environment["TURNWISE_INDEX_DOCUMENTS"].flatMap { Int($0) } ?? 2000
    var random = Randomness(seed: 1)
    // Words with low numbers are frequent, so that frequencies are those of a language.
    func word() -> String { "w\(Int(exp(random.unit() * 10)))" }
    let texts = (0..<count).map { document in
      "title\(document) " + (0..<24).map { _ in word() }.joined(separator: " ")
    }
    let clock = ContinuousClock()
    var index = BM25Index([String]())
    let building = clock.measure { index = BM25Index(texts) }
    let queries = (0..<500).map { _ in
      let document = Int.random(in: 0..<count, using: &random)
      return (document, texts[document].split(separator: " ").prefix(3).joined(separator: " "))
    }
    var times: [Duration] = []
    for (document, query) in queries {
      var found: [BM25Index.Hit] = []
      times.append(clock.measure { found = index.search(query, limit: 5) })
      #expect(found.first?.document == document, "\(query)")
    }
    print("index: \(count) documents in \(building), a query in \(times.sorted()[times.count / 2])")
  }

  @Test func `finds nothing in empty texts or for empty queries`() {
    #expect(BM25Index([String]()).search("fox", limit: 3) == [])
    #expect(BM25Index(["", "  "]).search("fox", limit: 3) == [])
    #expect(BM25Index(["fox"]).search("", limit: 3) == [])
    #expect(BM25Index(["fox"]).search("?! …", limit: 3) == [])
  }

  @Test(arguments: [
    ("Москва — столица России", "МОСКВА"), ("Ｔｏｋｙｏ tower", "tokyo"),
    ("東京は日本の首都", "首都"), ("Caf\u{65}\u{301} Central", "caf\u{E9}"),
    ("naïve façade", "façade"), ("กรุงเทพมหานคร", "กรุงเทพ"), ("القاهرة مدينة", "مدينة"),
    ("a 🦊 runs", "🦊"), ("straße 12b", "12B"), ("x\u{0}y\u{7}z", "z"),
  ])
  func `finds words of all scripts in different spellings`(text: String, query: String) {
    let index = BM25Index(["something else", text])
    #expect(index.search(query, limit: 2).map(\.document) == [1])
  }
}
