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
}

/// The names of kinds of jobs of which the days of ``Chores`` can be made.
public enum JobNames: OptionDomain {
  /// The names.
  public static let requirement = JobKinds.all.requirement
  /// Whether all names are known and there is one.
  public static func allows(_ names: [String]) -> Bool { JobKinds.all.allows(names) }
}
