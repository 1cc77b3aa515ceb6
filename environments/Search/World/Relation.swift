/// What a document of the little world can say of the thing that it is about.
///
/// No word has a vowel of the made-up names before one of their consonants (see ``WorldNames``).
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

  /// What documents can call it in the place of its name.
  var synonym: String {
    switch self {
    case .home: "born in"
    case .employer: "works for"
    case .teacher: "pupil of"
    case .founder: "started by"
    case .seat: "based at"
    case .ruler: "led by"
    case .twin: "linked to"
    case .year: "since"
    }
  }

  /// The properties of a kind of thing.
  static func of(_ kind: Kind) -> [Relation] { allCases.filter { $0.subjects.contains(kind) } }
}
