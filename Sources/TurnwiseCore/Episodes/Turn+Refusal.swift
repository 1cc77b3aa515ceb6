extension Turn {
  /// Whether the turn had no effect because every call was refused or the action could not be read.
  public var isRefused: Bool {
    action.problem != nil || (!replies.isEmpty && replies.allSatisfy(\.isRefusal))
  }
}
