internal import TurnwiseCore

/// A consistent generated world of people, firms and towns, and the documents about it.
///
/// Each thing has a page. Some have a street, a hall, a bridge or a song named after them, whose pages are
/// distractors: they contain the name more often than the page of the thing itself. Things of one split
/// are never related to things of the other.
struct World {
  /// The parameters of a world.
  struct Plan: Hashable {
    var documents: Int
    var distractors: Int
    var synonyms: Double
    var seed: Int
  }

  /// A thing that has a page.
  private struct Thing {
    var name: String
    var kind: Relation.Kind
    var split: Split
    /// The numbers of the things that it is related to.
    var links: [Relation: Int] = [:]
    var year = 0
    /// The id of its page.
    var page = ""
  }

  /// The documents, in random order.
  private(set) var documents: [SearchDocument] = []
  private var things: [Thing] = []
  private let numbers: [Split: [Int]]

  /// The number of documents that a question can take.
  static let hops = 1...4
  /// The largest number of documents that can be named after one thing.
  static let maxDistractors = memorials.count

  private static let memorials = ["street", "hall", "bridge", "song"]
  private static let kinds: [Relation.Kind] = [
    .person, .person, .firm, .town, .person, .firm, .town, .person, .town, .town,
  ]

  /// Generates a world.
  init(_ plan: Plan) {
    var random = Randomness(seed: UInt64(bitPattern: Int64(plan.seed))).stream("world")
    let memorials = plan.documents * plan.distractors / (plan.distractors + 2)
    let heldOut = max(Self.kinds.count, (plan.documents - memorials) / 5)
    let counts: [(Split, Int)] = [
      (.train, plan.documents - memorials - heldOut), (.heldOut, heldOut),
    ]
    let length = counts.map { Vocabulary.syllables(for: $1, in: $0) }.max() ?? 2
    for (split, count) in counts {
      let names = Vocabulary.names(count, of: length, in: split, using: &random)
      for (index, name) in names.enumerated() {
        things.append(
          Thing(name: name, kind: Self.kinds[index % Self.kinds.count], split: split))
      }
    }
    numbers = Dictionary(grouping: things.indices) { [things] in things[$0].split }
    relate(using: &random)
    write(memorials: memorials, plan, using: &random)
  }

  /// Draws the relations between things.
  private mutating func relate(using random: inout Randomness) {
    var others: [Split: [Relation.Kind: [Int]]] = [:]
    for (split, numbers) in numbers {
      others[split] = Dictionary(grouping: numbers) { things[$0].kind }
    }
    for number in things.indices {
      let thing = things[number]
      things[number].year = Int.random(in: 1700...1999, using: &random)
      // A small model copies a name by looking up what followed its first syllable.
      var taken: Set<String> = [Vocabulary.firstSyllable(of: thing.name)]
      for relation in Relation.of(thing.kind) {
        guard let kind = relation.object, let choices = others[thing.split]?[kind] else { continue }
        var other = number
        for attempt in 0..<40 where other == number {
          guard let drawn = choices.randomElement(using: &random) else { break }
          let syllable = Vocabulary.firstSyllable(of: things[drawn].name)
          if attempt == 39 || !taken.contains(syllable) { other = drawn }
        }
        guard other != number else { continue }
        taken.insert(Vocabulary.firstSyllable(of: things[other].name))
        things[number].links[relation] = other
      }
    }
  }

  /// Writes the pages of things and memorials.
  private mutating func write(
    memorials count: Int, _ plan: Plan, using random: inout Randomness
  ) {
    var pages = things.indices.map { (title: things[$0].name, text: text(of: $0, plan, &random)) }
    var memorials = things.indices.flatMap { number in
      Self.memorials.shuffled(using: &random).prefix(plan.distractors).map { (number, $0) }
    }
    memorials.shuffle(using: &random)
    for (number, memorial) in memorials.prefix(count) {
      let name = things[number].name
      let town = numbers[things[number].split]?.filter { $0 != number && things[$0].kind == .town }
      let place = town?.randomElement(using: &random).map { things[$0].name } ?? name
      let year = Int.random(in: 1700...1999, using: &random)
      pages.append(
        (
          title: "\(name) \(memorial)",
          text: "\(name) \(memorial) recalls \(name), near \(place), since \(year)"
        ))
    }
    for (index, number) in pages.indices.shuffled(using: &random).enumerated() {
      let id = "d\(index + 1)"
      documents.append(SearchDocument(id: id, title: pages[number].title, text: pages[number].text))
      if number < things.count { things[number].page = id }
    }
  }

  /// One sentence with everything that is known about a thing.
  private func text(of number: Int, _ plan: Plan, _ random: inout Randomness) -> String {
    let thing = things[number]
    var facts: [String] = []
    for relation in Relation.of(thing.kind) {
      guard let value = value(of: relation, number) else { continue }
      let synonym = relation.synonyms.randomElement(using: &random) ?? relation.rawValue
      facts.append((random.chance(plan.synonyms) ? synonym : relation.rawValue) + " " + value)
    }
    facts.shuffle(using: &random)
    return "\(thing.name) is a \(thing.kind.rawValue), " + facts.joined(separator: ", ")
  }

  private func value(of relation: Relation, _ number: Int) -> String? {
    guard relation != .year else { return "\(things[number].year)" }
    return things[number].links[relation].map { things[$0].name }
  }

  /// Draws a question that takes `hops` documents to answer; nil if the walk reached a dead end.
  func question(
    hops: Int, in split: Split, using random: inout Randomness
  ) -> SearchQuestion? {
    guard let start = numbers[split]?.randomElement(using: &random) else { return nil }
    var (path, relations) = ([start], [Relation]())
    while let here = path.last, relations.count < hops {
      let isLast = relations.count + 1 == hops
      let choices = Relation.of(things[here].kind).filter { relation in
        guard !relations.contains(relation) else { return false }
        guard let next = things[here].links[relation] else { return isLast && relation == .year }
        return !path.contains(next)
      }
      guard let relation = choices.randomElement(using: &random) else { return nil }
      relations.append(relation)
      if let next = things[here].links[relation] { path.append(next) }
    }
    guard let last = relations.last, let answer = value(of: last, path[hops - 1]) else {
      return nil
    }
    return SearchQuestion(
      family: hops == 1 ? "1 hop" : "\(hops) hops",
      question: "From \(things[start].name): \(relations.map(\.rawValue).joined(separator: ", "))?",
      answers: [answer], evidence: path.prefix(hops).map { things[$0].page },
      queries: zip(path, relations).map { "\(things[$0].name) \($1.rawValue)" })
  }
}
