/// What a document of the generated world can say about its subject.
///
/// The words are chosen in the same way as those of shell tasks (see `Vocabulary`): in none of them does a
/// vowel of the made-up names precede one of their consonants.
enum Relation: String, CaseIterable {
  case home, employer, teacher, founder, seat, ruler, twin, year

  /// The kinds of things in the world.
  enum Kind: String, CaseIterable { case person, firm, town }

  /// The kinds of things that have such a property.
  var subjects: [Kind] {
    switch self {
    case .home, .employer, .teacher: [.person]
    case .founder, .seat: [.firm]
    case .ruler, .twin: [.town]
    case .year: Kind.allCases
    }
  }

  /// The kind of thing that the property refers to; nil for a year.
  var object: Kind? {
    switch self {
    case .home, .seat, .twin: .town
    case .employer: .firm
    case .teacher, .founder, .ruler: .person
    case .year: nil
    }
  }

  /// Other words that documents use for it.
  var synonyms: [String] {
    switch self {
    case .home: ["born in", "comes from"]
    case .employer: ["works for", "serves"]
    case .teacher: ["learned from", "pupil of"]
    case .founder: ["founded by", "started by"]
    case .seat: ["based in", "settled at"]
    case .ruler: ["led by", "run by"]
    case .twin: ["paired with", "linked to"]
    case .year: ["since", "as of"]
    }
  }

  /// The properties of a kind of thing.
  static func of(_ kind: Kind) -> [Relation] { allCases.filter { $0.subjects.contains(kind) } }
}
