public import TurnwiseCore

/// The largest number of items that are kept in memory at once.
let keptLimit = 1_000_000

/// Whole numbers, `least` or more, of items that are kept in memory at once.
public enum KeptCount<let least: Int>: OptionDomain {
  /// The bounds, and the reason for the upper one.
  public static var requirement: String {
    "a whole number from \(least) to \(keptLimit) (all of them are kept in memory)"
  }
  /// Whether the number lies within the bounds.
  public static func allows(_ value: Int) -> Bool { (least...keptLimit).contains(value) }
}

/// Whole numbers, `least` or more, of steps that follow each other.
public enum StepCount<let least: Int>: OptionDomain {
  private static var most: Int { 1_000_000_000 }

  /// The bounds, and the reason for the upper one.
  public static var requirement: String {
    "a whole number from \(least) to \(most) (more would not end)"
  }
  /// Whether the number lies within the bounds.
  public static func allows(_ value: Int) -> Bool { (least...most).contains(value) }
}

/// Whole numbers of tokens from `least` to the longest context of a model.
public enum TokenCount<let least: Int>: OptionDomain {
  private static var most: Int { 1 << 17 }

  /// The bounds, and the reason for the upper one.
  public static var requirement: String {
    "a whole number from \(least) to \(most) (the angles of all positions are kept)"
  }
  /// Whether the number lies within the bounds.
  public static func allows(_ value: Int) -> Bool { (least...most).contains(value) }
}

/// The folder of a run, which is read when training starts.
public enum RunFolderPath: OptionDomain {
  /// The folder, or nothing.
  public static let requirement = "the folder of a run, or empty"
  /// True: whether there is a run is found when it is read.
  public static func allows(_ path: String) -> Bool { true }
}
