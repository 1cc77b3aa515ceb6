extension Array {
  /// Splits the array into at most `count` parts of nearly equal size, in order.
  func split(into count: Int) -> [[Element]] {
    let parts = Swift.max(1, Swift.min(count, self.count))
    return (0..<parts).map { part in
      Array(self[(self.count * part / parts)..<(self.count * (part + 1) / parts)])
    }
  }
}
