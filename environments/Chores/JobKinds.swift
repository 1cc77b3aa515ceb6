public import TurnwiseCore

/// The kinds of jobs of ``Chores``: the families of ``Shell``, and some more.
///
/// To add one, write a ``TaskFamily`` and add a line here.
enum JobKinds {
  /// All kinds.
  static let all: [any TaskFamily.Type] =
    TaskFamilies.all + [
      Mend.self,
      Fact.self,
    ]

  /// The kind of a name.
  static func named(_ name: String) -> (any TaskFamily.Type)? { all.first { $0.name == name } }
}

/// The names of kinds of jobs of which the days of ``Chores`` can be made.
public enum JobNames: OptionDomain {
  private static let known = JobKinds.all.map { $0.name }

  /// The names.
  public static let requirement = "one or more of \(known.joined(separator: ", "))"
  /// Whether all names are known and there is one.
  public static func allows(_ names: [String]) -> Bool {
    !names.isEmpty && names.allSatisfy(known.contains)
  }
}
