internal import TurnwiseCore

extension Episode {
  /// The first turn, in words, that was paid for anything but the sub-task that it worked on; `nil` if there is
  /// none, so that what a sub-task earns is known when it is over.
  var placePaidElsewhere: String? {
    for (index, (turn, shares)) in zip(turns, shares).enumerated() {
      let isOwn =
        shares.allSatisfy { $0.subtask == turn.subtask }
        && abs((rewards[index] ?? 0) - shares.total) < 1e-9
      if !isOwn { return "turn \(index + 1) of \(name)" }
    }
    return nil
  }
}
