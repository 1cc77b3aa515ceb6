/// A value that starts from defaults and is changed by its options.
public protocol Configurable {
  /// Creates the defaults.
  init()
}

extension Configurable {
  /// Creates the defaults with some options changed: `TurnGAE { $0.lambda = 0 }`.
  ///
  /// - Parameter change: Sets options.
  public init(_ change: (inout Self) -> Void) {
    self.init()
    change(&self)
  }
}
