/// What a document of the little world can say of the thing that it is about.
///
/// The words are chosen as those of the shell's tasks are (see `Vocabulary`): none has a vowel of the
/// made-up names before one of their consonants.
enum Relation: String, CaseIterable {
  case home, employer, teacher, founder, seat, ruler, twin, year

  /// What there is in the world.
  enum Kind: String, CaseIterable { case person, firm, town }

  /// What has such a property.
  var subjects: [Kind] {
    switch self {
    case .home, .employer, .teacher: [.person]
    case .founder, .seat: [.firm]
    case .ruler, .twin: [.town]
    case .year: Kind.allCases
    }
  }

  /// What the property is; nil for a year.
  var object: Kind? {
    switch self {
    case .home, .seat, .twin: .town
    case .employer: .firm
    case .teacher, .founder, .ruler: .person
    case .year: nil
    }
  }

  /// What documents call it beside its name.
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
