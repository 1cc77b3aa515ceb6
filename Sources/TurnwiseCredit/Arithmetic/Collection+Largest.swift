extension Collection where Element: Comparable {
  /// Finds the elements with the largest numbers.
  ///
  /// - Parameters:
  ///   - count: How many elements are taken, or all if there are fewer.
  ///   - number: The number of an element.
  /// - Returns: The elements in ascending order; of elements with equal numbers the smaller ones are taken.
  func largest(_ count: Int, by number: (Element) -> Double) -> [Element] {
    sorted { (-number($0), $0) < (-number($1), $1) }.prefix(count).sorted()
  }
}
