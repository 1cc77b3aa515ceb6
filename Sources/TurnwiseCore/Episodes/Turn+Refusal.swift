extension Turn {
  /// Whether nothing came of the turn, because every call was refused or none could be read.
  public var isRefused: Bool {
    action.problem != nil || (!replies.isEmpty && replies.allSatisfy(\.isRefusal))
  }
}
