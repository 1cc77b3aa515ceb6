/// Counts words in bounded memory: exactly up to ``capacity`` different words, then only the frequent ones.
public struct FrequentWords: Hashable, Sendable {
  /// The most different words that are kept.
  public static let capacity = 512

  private var counts: [String: Int] = [:]
  /// Whether rare words were dropped, so that counts may be too small.
  public private(set) var isApproximate = false

  /// Creates an empty count.
  public init() {}

  /// Whether nothing was counted.
  public var isEmpty: Bool { counts.isEmpty }

  /// Counts a word.
  public mutating func add(_ word: String, count: Int = 1) {
    counts[word, default: 0] += count
    guard counts.count > Self.capacity else { return }
    // The rarer half is dropped; ties are broken alphabetically, so that the result depends as little as
    // possible on the order of the words.
    let kept = all.prefix(Self.capacity / 2)
    counts = Dictionary(uniqueKeysWithValues: kept.map { ($0.word, $0.count) })
    isApproximate = true
  }

  /// Adds the counts of another.
  public mutating func add(_ other: FrequentWords) {
    for (word, count) in other.all { add(word, count: count) }
    isApproximate = isApproximate || other.isApproximate
  }

  /// How often a word was counted.
  public subscript(word: String) -> Int { counts[word] ?? 0 }

  /// All words, the most frequent first.
  public var all: [(word: String, count: Int)] {
    counts.map { (word: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.word) < ($0.count, $1.word) }
  }

  /// The sum of all counts.
  public var total: Int { counts.values.reduce(0, +) }
}

extension FrequentWords: Codable {
  /// Decodes an object with the counts by word, which are taken as exact.
  public init(from decoder: any Decoder) throws { counts = try .init(from: decoder) }

  /// Encodes an object with the counts by word.
  public func encode(to encoder: any Encoder) throws { try counts.encode(to: encoder) }
}
